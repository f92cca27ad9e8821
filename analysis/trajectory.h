/*
 * A path over time, over replications: its mean and a band around it.
 *
 * Runs that stopped early (their behaviour had become stable) are carried on at their
 * last value, so that the same runs stand behind every point of the line. Long series are
 * averaged within bins of equal length, in time or in log time.
 */
#ifndef BT_ANALYSIS_TRAJECTORY_H
#define BT_ANALYSIS_TRAJECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/results.h"
#include "sim/arena.h"
#include "sim/status.h"

typedef enum bt_band_kind {
    BT_BAND_QUANTILES, /* 5 % to 95 % of the replications */
    BT_BAND_CONFIDENCE /* Student's interval for the mean */
} bt_band_kind;

typedef struct bt_trajectory_setting {
    bt_band_kind band;
    double confidence;
    bool is_log; /* geometric means over bins of log time: for log-log plots */
    size_t most; /* bins at most */
} bt_trajectory_setting;

/* time, mean, low, high: [n]; low and high are NAN with fewer than two runs. */
typedef struct bt_trajectory {
    size_t n;
    double *time;
    double *mean;
    double *low;
    double *high;
    size_t n_runs;
    bool some_stopped_early;
    bool is_binned;
} bt_trajectory;

/* Gives one run's path: path [record], NAN after its end. */
typedef bt_status bt_read_path(void *context, size_t replication, double *path,
                               bt_error *error);

/* The trajectory of a point's done runs; owned by `arena`. n is 0 when no run is done. */
bt_status bt_make_trajectory(const bt_results *results, size_t point,
                             const bt_trajectory_setting *setting, bt_read_path *read,
                             void *context, bt_arena *arena, bt_trajectory *trajectory,
                             bt_error *error);

/* Paths that are read from a series: one element of its axis, or the mean over it. */
#define BT_AXIS_MEAN SIZE_MAX

typedef struct bt_series_path {
    const bt_results *results;
    bt_found series;
    size_t point;
    size_t element; /* of the axis, or BT_AXIS_MEAN */
    double divisor; /* 1: as it is */
    double *work;   /* [record * axis_length] */
} bt_series_path;

/* work is owned by `arena`; false when memory is out. */
bool bt_series_path_init(bt_series_path *path, const bt_results *results,
                         const bt_found *series, size_t point, size_t element, bt_arena *arena);
bt_status bt_read_series_path(void *context, size_t replication, double *path, bt_error *error);

/* The relative distance to Nash: of the series distance_to_nash, else the largest of the
 * prices' from their Nash prices. */
typedef struct bt_distance_path {
    bt_series_path path;
    bool is_series;
    double *nash_price; /* [product] */
} bt_distance_path;

/* *is_there tells whether the file allows it. */
bt_status bt_distance_path_init(bt_distance_path *path, const bt_results *results, size_t point,
                                bt_arena *arena, bool *is_there, bt_error *error);
bt_status bt_read_distance_path(void *context, size_t replication, double *path,
                                bt_error *error);

#endif
