/*
 * The sweep of an experiment file, expanded to points.
 *
 *     sweep:
 *       - grid:   {PATH: values, ...}        every combination, the last path fastest
 *       - zip:    {PATH: values, ...}        in step; lists of one length
 *       - list:   [{PATH: value, ...}, ...]  points one by one
 *       - sobol:  {points: N, PATH: range, ...}   low-discrepancy designs (GSL)
 *       - halton: {points: N, PATH: range, ...}
 *       - lhs:    {points: N, PATH: range, ...}   Latin hypercube
 *       - random: {points: N, PATH: range, ...}   independent and uniform
 *       - table:  FILE.csv                   the header names the paths; an empty field
 *                                            keeps the base value
 *       - where:  CONDITION                  keeps what satisfies it of all before it;
 *                                            beside a design (`- {grid: ..., where: ...}`)
 *                                            of that block alone
 *
 * Blocks are concatenated in order. A point is the experiment file with some values
 * replaced, so it passes the same checks. Without a sweep there is one point, the file.
 *
 * A point's key addresses its random streams. It is a hash of the point's values (paths
 * sorted, values in canonical text), never a running count: points or replications that
 * are added leave those already run unchanged, byte for byte. For the same reason the
 * random design's values are addressed by path, range and position, and the points of
 * sobol, halton and random are a beginning of those of a longer design; only a Latin
 * hypercube is another one for each N. Under common random numbers all keys are 0.
 *
 * The value of `replications`, and what concerns the file as a whole (format, name,
 * confidence_level, checkpoint, trace, on_failure, common_random_numbers), cannot be
 * swept.
 */
#ifndef BT_EXPERIMENTS_SWEEP_H
#define BT_EXPERIMENTS_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "experiments/document/document.h"
#include "experiments/experiment.h"
#include "sim/arena.h"
#include "sim/status.h"

typedef struct bt_sweep bt_sweep;

/* Expand the sweep of `document`, which must outlive it and be complete without its
 * sweep. `path`: the experiment file, to whose folder table files are relative. All
 * mistakes are reported; BT_OK or BT_BAD_INPUT (BT_NO_INPUT for a missing table).
 * Free with bt_sweep_destroy. */
bt_status bt_sweep_expand(const bt_document *document, const char *path, bt_sweep **sweep,
                          bt_diagnostics *diagnostics);
void bt_sweep_destroy(bt_sweep *sweep);

size_t bt_sweep_n_points(const bt_sweep *sweep);

/* The swept paths, in order of first appearance. */
size_t bt_sweep_n_paths(const bt_sweep *sweep);
const char *bt_sweep_path(const bt_sweep *sweep, size_t path);

/* The text that a point puts at a path; NULL where it keeps the base value. */
const char *bt_sweep_value(const bt_sweep *sweep, size_t point, size_t path);

/* The experiment's own value at a path, defaults included; NULL where `[*]` meets
 * several values, or none that is a single word or number. */
const char *bt_sweep_base_value(const bt_sweep *sweep, size_t path);

/* A hash of the point's values, and the key made of it. */
uint64_t bt_sweep_hash(const bt_sweep *sweep, size_t point);
uint64_t bt_sweep_key(const bt_sweep *sweep, size_t point);

/* "market.demand.scale = 0.25, seed = 2"; "" for a point without values. Cut to `size`. */
void bt_sweep_label(const bt_sweep *sweep, size_t point, char *label, size_t size);

/* The point as parameter structs, owned by `arena`. Mistakes are reported at the sweep's
 * values. May be called from several threads at a time. */
bt_status bt_sweep_bind(const bt_sweep *sweep, size_t point, bt_experiment *experiment,
                        bt_arena *arena, bt_diagnostics *diagnostics);

/* The experiment without its sweep. */
const bt_experiment *bt_sweep_base(const bt_sweep *sweep);

/* Its effective settings: canonical YAML with every default written out. */
const char *bt_sweep_settings(const bt_sweep *sweep);

#endif
