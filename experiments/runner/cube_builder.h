/*
 * Collects the summaries of a sweep's points, in their order, for the result file's schema.
 *
 * For result_schema.c, which lays out the file; others create, fill and destroy a builder.
 */
#ifndef BT_EXPERIMENTS_CUBE_BUILDER_H
#define BT_EXPERIMENTS_CUBE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/runner/point_summary.h"
#include "experiments/sweep/sweep.h"
#include "sim/arena.h"
#include "sim/status.h"

/* A variable of any point; constants keep their values point after point. */
typedef struct bt_collected_variable {
    bt_point_variable as; /* texts owned by the builder */
    double *value;
    size_t n_values;
    size_t capacity;
    size_t *first; /* [point] where its values begin; SIZE_MAX: it has none */
} bt_collected_variable;

typedef struct bt_collected_point {
    bt_point_extent extent;
    const double *record_time; /* shared by neighbours that agree */
} bt_collected_point;

typedef struct bt_cube_builder {
    const bt_sweep *sweep;
    bt_arena *arena;
    size_t n_points; /* of the sweep */
    size_t n_added;
    bt_collected_point *point;
    bool times_differ;
    const double *common_time;
    bt_point_extent longest;
    const char **product_name; /* [longest.n_products] */
    const char **seller_name;  /* [longest.n_sellers] */
    const char **bidder_name;  /* [longest.n_bidders] */
    bt_collected_variable *variable;
    size_t n_variables;
    bool out_of_memory;
} bt_cube_builder;

/* `sweep` must outlive the builder. */
bt_status bt_cube_builder_create(const bt_sweep *sweep, bt_cube_builder **builder,
                                 bt_error *error);
void bt_cube_builder_destroy(bt_cube_builder *builder);

/* Take over the next point; NULL: one that cannot be prepared, all of whose runs fail.
 * BT_BAD_INPUT when a variable has another shape than at an earlier point. */
bt_status bt_cube_add_point(bt_cube_builder *builder, const bt_point_summary *summary,
                            bt_error *error);

#endif
