#include "analysis/profiles.h"

#include <math.h>
#include <string.h>

static const char *dimension_of(const bt_results *results, const bt_result_variable *variable,
                                size_t place)
{
    return bt_result_dimension_at(results->reader, variable->dimension[place])->name;
}

/* An outcome whose third dimension is the seller. */
static bool is_by_seller(const bt_results *results, const bt_result_variable *variable)
{
    return variable->per_run && variable->type == BT_RESULT_DOUBLE && variable->rank >= 3 &&
           variable->rank <= 4 && strcmp(dimension_of(results, variable, 2), "seller") == 0;
}

/* The coordinate of the fourth dimension, or NULL. */
static const bt_result_variable *grid_of(const bt_results *results,
                                         const bt_result_variable *variable)
{
    const bt_result_variable *grid =
        bt_result_find(results->reader, dimension_of(results, variable, 3));
    return grid != NULL && grid->rank == 1 && grid->type == BT_RESULT_DOUBLE ? grid : NULL;
}

static bt_status add_grid(const bt_results *results, const bt_result_variable *grid,
                          bt_arena *arena, bt_profile *profile, bt_error *error)
{
    profile->n_marks = bt_result_length(results->reader, grid->name);
    double *mark = BT_ARENA_NEW(arena, profile->n_marks, double);
    if (mark == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while results were listed");
    profile->grid = grid->name;
    profile->grid_long_name = grid->long_name;
    profile->mark = mark;
    return bt_result_read(results->reader, grid, mark, error);
}

bt_status bt_list_profiles(const bt_results *results, bt_arena *arena, bt_profile_list *list,
                           bt_error *error)
{
    size_t n_variables = bt_result_n_variables(results->reader), n_grids = 0;
    *list = (bt_profile_list){.profile = BT_ARENA_NEW(arena, n_variables, bt_profile)};
    if (list->profile == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while results were listed");
    for (size_t i = 0; i < n_variables; i++) {
        const bt_result_variable *variable = bt_result_variable_at(results->reader, i);
        if (!is_by_seller(results, variable))
            continue;
        const bt_result_variable *grid =
            variable->rank == 4 ? grid_of(results, variable) : NULL;
        if (variable->rank == 4 && grid == NULL)
            continue;
        bt_profile *next = &list->profile[list->n++];
        *next = (bt_profile){.variable = variable,
                             .name = variable->name,
                             .long_name = variable->long_name,
                             .units = variable->units,
                             .n_marks = 1};
        n_grids += grid != NULL;
        bt_status status = grid != NULL ? add_grid(results, grid, arena, next, error) : BT_OK;
        if (status != BT_OK)
            return status;
    }
    if (n_grids == 0)
        list->n = 0;
    return BT_OK;
}

bt_status bt_measure_profile(const bt_results *results, const bt_profile *profile, size_t point,
                             double level, bt_arena *arena, bt_interval **interval,
                             bt_error *error)
{
    size_t n = results->n_sellers * profile->n_marks, n_runs = results->n_replications;
    bt_found found = {.variable = profile->variable,
                      .axis = BT_PER_OTHER,
                      .axis_length = n,
                      .units = profile->units,
                      .long_name = profile->long_name};
    double *value = BT_ARENA_NEW(arena, n, double);
    double *of_mark = BT_ARENA_NEW(arena, n * n_runs, double);
    *interval = BT_ARENA_NEW(arena, n, bt_interval);
    if (value == NULL || of_mark == NULL || *interval == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while results were read");
    for (size_t run = 0; run < n_runs; run++) {
        bt_status status = bt_read_outcome(results, &found, point, run, value, error);
        if (status != BT_OK)
            return status;
        for (size_t i = 0; i < n; i++)
            of_mark[i * n_runs + run] = value[i];
    }
    for (size_t i = 0; i < n; i++)
        (*interval)[i] = bt_student_interval(of_mark + i * n_runs, n_runs, level);
    return BT_OK;
}
