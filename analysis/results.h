/*
 * A result file as analysis sees it: which runs there are, what varies between points,
 * and series and benchmarks by name.
 *
 * Tolerant: a variable may be absent or have another shape; it is then not found, and who
 * needs it says what is missing. Only runs that are done have values. Integers are read
 * as doubles, their -1 ("no value") as NAN.
 */
#ifndef BT_ANALYSIS_RESULTS_H
#define BT_ANALYSIS_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/arena.h"
#include "sim/result_file.h"
#include "sim/status.h"

/* A parameter that differs between points: numbers, or words. */
typedef struct bt_swept {
    const char *name;         /* its path in the experiment file */
    const char *label;        /* the last part of the path where that is enough */
    const char *units;        /* "1" where there is none */
    const double *value;      /* [point]; NULL: words */
    const char *const *words; /* [point]; NULL: numbers */
} bt_swept;

/* Read only; owns all it points to. */
typedef struct bt_results {
    bt_result_reader *reader;
    bt_arena *arena;
    const char *path;       /* of the file that was opened */
    const char *experiment; /* its name; "" if the file does not say */
    bool is_part;           /* the experiment is not finished */
    bool common_random_numbers;
    size_t n_points;
    size_t n_replications;
    size_t n_records; /* 0: no series over time */
    size_t n_products;
    size_t n_sellers;
    const char *const *product_name; /* [product] */
    const char *const *seller_name;  /* [seller] */
    const double *time;              /* [record], or [point * record] if points differ */
    bool time_varies;
    const char *time_units; /* "period" or "day" */
    const bt_swept *swept;
    size_t n_swept;
    const size_t *file_point;       /* [point] number in the file; NULL: all points are here */
    const unsigned char *run_state; /* [point * replication], bt_run_state */
    size_t n_done;
    size_t n_failed;
    size_t n_pending;
} bt_results;

/* Open PATH, or PATH.part when there is no PATH. Fails as bt_result_open does; also
 * BT_BAD_INPUT when the file has no runs. */
bt_status bt_results_open(const char *path, bt_results **results, bt_error *error);
void bt_results_close(bt_results *results);

bool bt_run_is_done(const bt_results *results, size_t point, size_t replication);
size_t bt_runs_done_at(const bt_results *results, size_t point);

/* A point's number in the file: its own unless points were selected. */
size_t bt_point_number(const bt_results *results, size_t point);

/* Times of the records: [record]. */
const double *bt_record_times(const bt_results *results, size_t point);

/* How many of them the point has: those beyond are NAN. */
size_t bt_record_count(const bt_results *results, size_t point);

/* What a variable's last dimension counts. */
typedef enum bt_result_axis {
    BT_PER_MARKET, /* none: one value */
    BT_PER_PRODUCT,
    BT_PER_SELLER,
    BT_PER_OTHER
} bt_result_axis;

/* A variable that was found by name and shape. */
typedef struct bt_found {
    const bt_result_variable *variable; /* NULL: absent or of another shape */
    bt_result_axis axis;
    size_t axis_length; /* 1 where there is no axis */
    const char *units;
    const char *long_name;
} bt_found;

bt_found bt_find_series(const bt_results *results, const char *name);  /* (p, r, record[, a]) */
bt_found bt_find_outcome(const bt_results *results, const char *name); /* (p, r[, a]) */
bt_found bt_find_benchmark(const bt_results *results, const char *name); /* (point[, a]) */

/* All series of numbers, in the file's order: index 0, 1, ... until variable is NULL. */
bt_found bt_series_at(const bt_results *results, size_t index);

/* One run's series: value [record * axis_length]. All NAN when the run is not done. */
bt_status bt_read_series(const bt_results *results, const bt_found *series, size_t point,
                         size_t replication, double *value, bt_error *error);

/* One run's outcome: value [axis_length]. All NAN when the run is not done. */
bt_status bt_read_outcome(const bt_results *results, const bt_found *outcome, size_t point,
                          size_t replication, double *value, bt_error *error);

/* A point's benchmark: value [axis_length]. */
bt_status bt_read_benchmark(const bt_results *results, const bt_found *benchmark, size_t point,
                            double *value, bt_error *error);

/* "learning_rate = 0.15, scale = 0.3": the point's swept parameters by their labels; "" when
 * nothing is swept. */
void bt_describe_point(const bt_results *results, size_t point, char *text, size_t size);

/* Give swept parameters their labels: the last part of the path where that is enough. */
void bt_label_swept(bt_swept *swept, size_t count);

/* The last part of a parameter's path: "learning_rate" of "sellers[*].learning_rate". */
const char *bt_short_name(const char *path);

#endif
