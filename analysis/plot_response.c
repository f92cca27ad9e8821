/* Impulse responses (Calvano, Calzolari, Denicolo and Pastorello 2020, figure 4): prices
 * after one seller's forced deviation, averaged over runs and over who deviates. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/convergence.h"
#include "analysis/plot_support.h"

enum { MOST_PANELS = 9 };

typedef struct drawing {
    const bt_results *results;
    bt_figure *figure;
    bt_arena *arena;
    bt_error *error;
} drawing;

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "memory ran out while a figure was made");
}

/* An outcome (point, replication, seller, response); *n_periods: length of its last axis. */
static bt_found find_response(const bt_results *results, const char *name, size_t *n_periods)
{
    bt_found found = {.variable = bt_result_find(results->reader, name),
                      .axis = BT_PER_OTHER,
                      .axis_length = 1,
                      .units = "price",
                      .long_name = name};
    *n_periods = bt_result_length(results->reader, "response");
    if (found.variable == NULL || !found.variable->per_run || found.variable->rank != 4)
        found.variable = NULL;
    else
        found.axis_length = bt_result_elements(results->reader, found.variable) /
                            (bt_result_length(results->reader, "point") *
                             bt_result_length(results->reader, "replication"));
    return found;
}

/* Mean over the point's runs and sellers: mean [period]; returns how many runs there are. */
static bt_status average(const drawing *on, const bt_found *response, size_t n_periods,
                         size_t point, double *mean, size_t *n_runs)
{
    double *value = BT_ARENA_NEW(on->arena, response->axis_length, double);
    double *count = BT_ARENA_NEW(on->arena, n_periods, double);
    if (value == NULL || count == NULL)
        return no_memory(on->error);
    *n_runs = 0;
    for (size_t t = 0; t < n_periods; t++)
        mean[t] = 0;
    for (size_t r = 0; r < on->results->n_replications; r++) {
        bt_status status = bt_read_outcome(on->results, response, point, r, value, on->error);
        if (status != BT_OK)
            return status;
        bool is_any = false;
        for (size_t k = 0; k < response->axis_length; k++)
            if (!isnan(value[k])) {
                mean[k % n_periods] += value[k];
                count[k % n_periods] += 1;
                is_any = true;
            }
        *n_runs += is_any;
    }
    for (size_t t = 0; t < n_periods; t++)
        mean[t] /= count[t];
    return BT_OK;
}

static bt_status add_mean(const drawing *on, size_t panel, const char *variable,
                          const char *label, bt_colour colour, size_t point, size_t *n_runs)
{
    size_t n_periods;
    bt_found response = find_response(on->results, variable, &n_periods);
    if (response.variable == NULL)
        return BT_OK;
    double *period = BT_ARENA_NEW(on->arena, n_periods, double);
    double *mean = BT_ARENA_NEW(on->arena, n_periods, double);
    if (period == NULL || mean == NULL)
        return no_memory(on->error);
    for (size_t t = 0; t < n_periods; t++)
        period[t] = (double)t;
    bt_status status = average(on, &response, n_periods, point, mean, n_runs);
    if (status == BT_OK)
        bt_figure_add_line(on->figure, panel,
                           (bt_figure_line){.label = label,
                                            .colour = colour,
                                            .has_line = true,
                                            .has_markers = true,
                                            .n = n_periods,
                                            .x = period,
                                            .y = mean});
    return status;
}

static bt_status add_benchmark(const drawing *on, size_t panel, const char *variable,
                               const char *label, bt_line_style style, size_t point)
{
    bt_found price = bt_find_benchmark(on->results, variable);
    if (price.variable == NULL)
        return BT_OK;
    double *value = BT_ARENA_NEW(on->arena, price.axis_length, double);
    if (value == NULL)
        return no_memory(on->error);
    bt_status status = bt_read_benchmark(on->results, &price, point, value, on->error);
    if (status == BT_OK)
        bt_figure_add_reference(
            on->figure, panel,
            (bt_figure_reference){.label = label,
                                  .colour = BT_DARK_GREY,
                                  .style = style,
                                  .y = bt_mean_of_numbers(value, price.axis_length, 1)});
    return status;
}

static bt_status draw_point(const drawing *on, size_t point)
{
    char title[256];
    size_t n_runs = 0;
    bt_describe_point(on->results, point, title, sizeof(title));
    size_t panel = bt_figure_add_panel(on->figure, title[0] == '\0' ? NULL : title,
                                       "period (1: the deviation)", "price");
    bt_status status = add_mean(on, panel, "deviator_price", "deviating seller", BT_VERMILLION,
                                point, &n_runs);
    if (status == BT_OK)
        status = add_mean(on, panel, "rival_price", "its rivals", BT_BLUE, point, &n_runs);
    if (status == BT_OK)
        status = add_benchmark(on, panel, "nash_price", "Bertrand\u2013Nash", BT_DASHED, point);
    if (status == BT_OK)
        status =
            add_benchmark(on, panel, "joint_profit_price", "joint profit", BT_DOTTED, point);
    if (n_runs > 0)
        bt_figure_note(on->figure, panel, "%zu run%s", n_runs, n_runs == 1 ? "" : "s");
    return status;
}

static bool has_responses(const bt_results *results)
{
    size_t n_periods;
    bt_found found = find_response(results, "deviator_price", &n_periods);
    return found.variable != NULL;
}

bt_status bt_plot_responses(const bt_results *results, const bt_plot_setting *setting,
                            bt_figure_list *figures, bt_error *error)
{
    if (!has_responses(results)) {
        bt_remark(figures, "no impulse responses: the file holds none (sellers need limit "
                           "strategies on price grids)");
        return BT_OK;
    }
    size_t point[MOST_PANELS] = {setting->point}, n = 1;
    if (setting->point == BT_ALL_POINTS)
        n = bt_spread_indices(results->n_points, MOST_PANELS, point);
    bt_figure *figure = bt_new_figure(figures, results, "impulse-response",
                                      "Prices after a deviation", n > 1 ? 2 : 1, error);
    drawing on = {results, figure, bt_arena_create(), error};
    bt_status status = figure == NULL || on.arena == NULL ? no_memory(error) : BT_OK;
    for (size_t i = 0; i < n && status == BT_OK; i++)
        status = draw_point(&on, point[i]);
    if (status == BT_OK)
        bt_figure_caption(figure,
                          "One seller takes its best price for one period; from the next on "
                          "all follow their limit strategies. Means over runs, positions in "
                          "the limit cycle and who deviates.");
    bt_arena_destroy(on.arena);
    if (figure != NULL)
        bt_finish_figure(figures, BT_SHARE_BOTH);
    return status;
}
