/*
 * An experiment before its first run: the sweep expanded, every point bound, prepared and
 * summarised, the result file laid out.
 *
 * Points are prepared side by side and released again unless they are few, so that a long
 * sweep takes no more memory than its schema. A point whose file is wrong refuses the whole
 * experiment; one that is right but cannot be prepared (no benchmark where a market needs
 * one) leaves the others alone: its runs will fail, each with the point's reason.
 */
#ifndef BT_EXPERIMENTS_PLAN_H
#define BT_EXPERIMENTS_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/document/document.h"
#include "experiments/runner/point_store.h"
#include "experiments/runner/result_schema.h"
#include "experiments/sweep/selection.h"
#include "experiments/sweep/sweep.h"
#include "sim/status.h"

/* Asked now and then: whether to leave off. NULL: never. */
typedef bool bt_is_interrupted(void *context);

typedef struct bt_plan_setting {
    const bt_document *document; /* with overrides applied; outlives the plan */
    const char *path;            /* of the experiment file */
    const char *overrides;       /* "path=value" a line; "" */
    const char *selection;       /* of --only; "" */
    int n_threads;
    bt_is_interrupted *is_interrupted;
    void *context;
} bt_plan_setting;

typedef struct bt_plan {
    bt_sweep *sweep;
    bt_point_store *store;
    bt_cube *cube;
    size_t n_points;
    size_t n_replications;
    bt_selection selection;
    size_t n_selected; /* runs */
    int n_threads;
    size_t n_unprepared; /* points that cannot be prepared */
    bt_error first_failure;
} bt_plan;

/* BT_BAD_INPUT with the mistakes reported, or with `error` where no point can be prepared;
 * BT_BAD_USAGE for the selection; BT_INTERRUPTED. Free with bt_plan_destroy. */
bt_status bt_plan_create(const bt_plan_setting *setting, bt_plan **plan,
                         bt_diagnostics *diagnostics, bt_error *error);
void bt_plan_destroy(bt_plan *plan);

/* Before `n_side_by_side` of n_threads begin to work: those that are left are for parallel
 * work inside. */
void bt_share_threads(int n_side_by_side, int n_threads);

/* The length of a point's runs: periods if they are given, else days. */
double bt_horizon_of(const bt_experiment *experiment, bool *is_periodic);

#endif
