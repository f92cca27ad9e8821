/*
 * Outcomes by seller, alone or along a grid (a turn, a share of a listing's window, hundredths
 * of the list price): what a market tells of its sellers side by side.
 */
#ifndef BT_ANALYSIS_PROFILES_H
#define BT_ANALYSIS_PROFILES_H

#include "analysis/results.h"
#include "sim/steady_state.h"

typedef struct bt_profile {
    const bt_result_variable *variable; /* (point, replication, seller[, mark]) */
    const char *name;
    const char *long_name;
    const char *units;
    const char *grid; /* name of the further dimension; NULL: none */
    const char *grid_long_name;
    size_t n_marks;     /* 1 without a grid */
    const double *mark; /* [n_marks]; NULL without a grid */
} bt_profile;

typedef struct bt_profile_list {
    bt_profile *profile; /* in the file's order */
    size_t n;
} bt_profile_list;

/* Those that a file holds, none unless one of them has a grid. Owned by `arena`. */
bt_status bt_list_profiles(const bt_results *results, bt_arena *arena, bt_profile_list *list,
                           bt_error *error);

/* Intervals over the point's runs: interval [seller * mark], owned by `arena`. */
bt_status bt_measure_profile(const bt_results *results, const bt_profile *profile, size_t point,
                             double level, bt_arena *arena, bt_interval **interval,
                             bt_error *error);

#endif
