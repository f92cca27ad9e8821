/*
 * What one prepared point contributes to the result file before any run: the lengths of
 * its axes, the times of its records, its names and its benchmarks.
 *
 * A summary is small and stands alone, so that a sweep of many points can be prepared,
 * summarised and released point by point.
 */
#ifndef BT_EXPERIMENTS_POINT_SUMMARY_H
#define BT_EXPERIMENTS_POINT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiments/runner/run.h"
#include "sim/arena.h"
#include "sim/status.h"

/* What decides how long a variable is in its further dimensions. */
typedef struct bt_point_extent {
    size_t n_records;
    size_t n_products;
    size_t n_sellers;
    size_t n_segments;
    size_t n_bidders;
    size_t n_states;          /* per seller */
    size_t n_cycle_positions; /* per product */
    size_t n_responses;       /* per seller */
} bt_point_extent;

typedef enum bt_variable_kind { BT_CONSTANT, BT_RECORDED, BT_OUTCOME } bt_variable_kind;

/* A variable that a point has. Constants: its benchmarks, and `product_cost` and
 * `product_seller` of its layout. */
typedef struct bt_point_variable {
    bt_variable_kind kind;
    const char *name;
    const char *long_name;
    const char *units;
    bt_axis axis;
    bool is_integer;
    const double *value; /* constants: [length of the axis]; else NULL */
} bt_point_variable;

typedef struct bt_point_summary {
    bt_arena *arena; /* owns everything below */
    bt_point_extent extent;
    const double *record_time; /* [record] */
    const char **product_name; /* [product] */
    const char **seller_name;  /* [seller] */
    const char **bidder_name;  /* [bidder] */
    size_t n_variables;
    const bt_point_variable *variable; /* constants, then series, then outcomes */
} bt_point_summary;

/* BT_INTERNAL when memory is out. Free with bt_point_summary_destroy. */
bt_status bt_point_summarize(const bt_point *point, bt_point_summary **summary,
                             bt_error *error);
void bt_point_summary_destroy(bt_point_summary *summary);

/* The extent of one point. */
bt_point_extent bt_point_extent_of(const bt_point *point);

/* The lengths of an axis' dimensions at this extent, one or two of them: returns how
 * many (0 for BT_AXIS_NONE). */
size_t bt_axis_lengths(bt_axis axis, const bt_point_extent *extent, size_t length[2]);

/* Their product: the number of values along the axis (1 for BT_AXIS_NONE). */
size_t bt_axis_total(bt_axis axis, const bt_point_extent *extent);

#endif
