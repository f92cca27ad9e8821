/* Outcomes along a grid, a line a seller: one figure a grid, one panel an outcome. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/plot_support.h"
#include "analysis/profiles.h"

typedef struct drawing {
    const bt_results *results;
    const bt_plot_setting *setting;
    size_t point;
    bt_arena *arena;
    bt_figure *figure;
    bt_error *error;
} drawing;

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "memory ran out while a figure was made");
}

static bt_status add_sellers(const drawing *on, size_t panel, const bt_profile *profile,
                             bool has_legend)
{
    bt_interval *interval;
    bt_status status =
        bt_measure_profile(on->results, profile, on->point, on->setting->analysis.confidence,
                           on->arena, &interval, on->error);
    double *y = BT_ARENA_NEW(on->arena, profile->n_marks, double);
    if (status == BT_OK && y == NULL)
        return no_memory(on->error);
    for (size_t i = 0; status == BT_OK && i < on->results->n_sellers; i++) {
        for (size_t k = 0; k < profile->n_marks; k++)
            y[k] = interval[i * profile->n_marks + k].mean;
        bt_figure_add_line(
            on->figure, panel,
            (bt_figure_line){.label = has_legend ? on->results->seller_name[i] : NULL,
                             .colour = (bt_colour)(i % BT_N_LINE_COLOURS),
                             .style = (bt_line_style)(i / BT_N_LINE_COLOURS % 4),
                             .has_line = true,
                             .n = profile->n_marks,
                             .x = profile->mark,
                             .y = y});
    }
    return status;
}

static bool is_drawn(const bt_profile *profile, const char *grid)
{
    return profile->grid != NULL && strcmp(profile->grid, grid) == 0 &&
           strcmp(profile->units, "1") == 0;
}

static bt_status draw_grid(drawing *on, const bt_profile_list *list, const bt_profile *first,
                           bt_figure_list *figures)
{
    char name[64];
    snprintf(name, sizeof(name), "by-%s", first->grid);
    on->figure = bt_new_figure(figures, on->results, name, first->grid_long_name, 2, on->error);
    bt_status status = on->figure == NULL ? BT_INTERNAL : BT_OK;
    bool has_legend = true;
    for (size_t i = 0; status == BT_OK && i < list->n; i++) {
        const bt_profile *profile = &list->profile[i];
        if (!is_drawn(profile, first->grid))
            continue;
        size_t panel =
            bt_figure_add_panel(on->figure, profile->long_name, profile->grid, "share");
        status = add_sellers(on, panel, profile, has_legend);
        has_legend = false;
    }
    if (on->figure != NULL)
        bt_finish_figure(figures, BT_SHARE_NONE);
    return status;
}

static bool is_first_of_grid(const bt_profile_list *list, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_drawn(&list->profile[i], list->profile[at].grid))
            return false;
    return true;
}

bt_status bt_plot_profiles(const bt_results *results, const bt_plot_setting *setting,
                           bt_figure_list *figures, bt_error *error)
{
    drawing on = {.results = results,
                  .setting = setting,
                  .point = setting->point == BT_ALL_POINTS ? 0 : setting->point,
                  .arena = bt_arena_create(),
                  .error = error};
    bt_profile_list list = {.n = 0};
    bt_status status =
        on.arena == NULL ? no_memory(error) : bt_list_profiles(results, on.arena, &list, error);
    if (status == BT_OK && list.n == 0)
        bt_remark(figures, "no profiles: the file holds no outcomes along a grid");
    if (list.n > 0 && setting->point == BT_ALL_POINTS && results->n_points > 1)
        bt_remark(figures, "profiles are those of point 0: --point draws another's");
    for (size_t i = 0; status == BT_OK && i < list.n; i++) {
        const bt_profile *profile = &list.profile[i];
        if (profile->grid != NULL && is_drawn(profile, profile->grid) &&
            is_first_of_grid(&list, i))
            status = draw_grid(&on, &list, profile, figures);
    }
    bt_arena_destroy(on.arena);
    return status;
}
