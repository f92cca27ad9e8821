/*
 * One run: a sweep point times a replication, wired from its parameter structs.
 *
 * A prepared point (the market's model with its benchmarks) is read only and shared by
 * its replications. A run owns everything else, in one arena: engine, sellers, buyers,
 * market, its records. It may be advanced in slices, saved and restored between them.
 */
#ifndef BT_EXPERIMENTS_RUN_H
#define BT_EXPERIMENTS_RUN_H

#include "experiments/experiment.h"
#include "markets/market.h"
#include "sim/archive.h"
#include "sim/status.h"

typedef struct bt_point bt_point;
typedef struct bt_run bt_run;

/* Prepare a point: `experiment` must outlive it. `point_key` addresses its streams (a
 * hash of its parameter values; 0 under common random numbers). n_threads: for the
 * benchmarks, and inside a run. */
bt_status bt_point_prepare(const bt_experiment *experiment, uint64_t point_key, int n_threads,
                           bt_point **point, bt_error *error);
void bt_point_release(bt_point *point);

const bt_market_type *bt_point_market_type(const bt_point *point);
const bt_market_layout *bt_point_layout(const bt_point *point);
size_t bt_point_benchmarks(const bt_point *point, const bt_benchmark **benchmarks);

/* The series that are recorded, as indices into the market type's; returns how many. */
size_t bt_point_series(const bt_point *point, const size_t **series);

/* Number of records of each run (known in advance; a run that stops early pads with NAN). */
size_t bt_point_n_records(const bt_point *point);

/* Times of the records: [record]. */
const double *bt_point_record_times(const bt_point *point);

/* Length of an axis at this point (BT_AXIS_SELLER_STATE: sellers * states). */
size_t bt_point_axis_length(const bt_point *point, bt_axis axis);

/* Make a run, ready at time 0. */
bt_status bt_run_create(const bt_point *point, uint64_t replication, bt_run **run,
                        bt_error *error);
void bt_run_destroy(bt_run *run);

/* Advance by at most `max_time` (periods or days), or to the end. */
bt_status bt_run_advance(bt_run *run, double max_time, bool *finished, bt_error *error);

double bt_run_time(const bt_run *run);
uint64_t bt_run_fingerprint(const bt_run *run);

/* The events of `trace: true` since they were last taken; NULL: not asked for. Take them
 * between slices, they pile up. */
bt_trace *bt_run_trace(bt_run *run);

/* Records written so far. */
size_t bt_run_n_records(const bt_run *run);

/* Recorded values of the s-th recorded series: [record * axis length]; NAN beyond the
 * end of the run. */
const double *bt_run_series(const bt_run *run, size_t recorded_series);

/* An outcome (index into the market type's): doubles or int64. After the end only. */
bt_status bt_run_outcome(bt_run *run, size_t outcome, void *value, bt_error *error);

/* Save or restore the whole run, records included. */
void bt_run_archive(bt_run *run, bt_archive *archive);

#endif
