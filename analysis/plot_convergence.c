#include "analysis/plots.h"

#include <math.h>
#include <stdio.h>

#include "analysis/convergence.h"
#include "analysis/figure_ticks.h"
#include "analysis/plot_support.h"
#include "analysis/summary.h"

enum { MOST_BINS = 120, MOST_LINES = 6 };

/* What is drawn in one panel. */
typedef enum measure { DISTANCE, EXPLOITABILITY } measure;

typedef struct drawing {
    const bt_results *results;
    const bt_plot_setting *setting;
    bt_figure *figure;
    bt_arena *arena;
    bt_error *error;
} drawing;

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "memory ran out while a figure was made");
}

/* The mean Nash profit, which exploitability in money is a share of. */
static bt_status exploitability_unit(const drawing *on, const bt_found *series, size_t point,
                                     double *unit)
{
    *unit = 1;
    bt_found nash_profit = bt_find_benchmark(on->results, "nash_profit");
    if ((series->units[0] == '1' && series->units[1] == '\0') || nash_profit.variable == NULL)
        return BT_OK;
    double *profit = BT_ARENA_NEW(on->arena, nash_profit.axis_length, double);
    if (profit == NULL)
        return no_memory(on->error);
    bt_status status = bt_read_benchmark(on->results, &nash_profit, point, profit, on->error);
    double sum = 0;
    for (size_t i = 0; i < nash_profit.axis_length && status == BT_OK; i++)
        sum += profit[i];
    *unit = sum / (double)nash_profit.axis_length;
    return status;
}

/* A point's geometric-mean path of a measure; n = 0 when the file does not allow it. */
static bt_status make_path(const drawing *on, measure of, size_t point,
                           bt_trajectory *trajectory)
{
    bt_trajectory_setting setting = {.band = on->setting->band,
                                     .confidence = on->setting->analysis.confidence,
                                     .is_log = true,
                                     .most = MOST_BINS};
    *trajectory = (bt_trajectory){0};
    if (of == DISTANCE) {
        bt_distance_path path;
        bool is_there = false;
        bt_status status =
            bt_distance_path_init(&path, on->results, point, on->arena, &is_there, on->error);
        if (status != BT_OK || !is_there)
            return status;
        return bt_make_trajectory(on->results, point, &setting, bt_read_distance_path, &path,
                                  on->arena, trajectory, on->error);
    }
    bt_found series = bt_find_series(on->results, "exploitability");
    if (series.variable == NULL || series.axis != BT_PER_MARKET)
        return BT_OK;
    bt_series_path path;
    if (!bt_series_path_init(&path, on->results, &series, point, 0, on->arena))
        return no_memory(on->error);
    bt_status status = exploitability_unit(on, &series, point, &path.divisor);
    if (status != BT_OK)
        return status;
    return bt_make_trajectory(on->results, point, &setting, bt_read_series_path, &path,
                              on->arena, trajectory, on->error);
}

static size_t add_panel(const drawing *on, measure of)
{
    size_t panel = bt_figure_add_panel(
        on->figure, of == DISTANCE ? "Distance to Nash" : "Exploitability",
        on->results->time_units,
        of == DISTANCE ? "relative distance of prices" : "share of Nash profit");
    if (panel < on->figure->n_panels) {
        on->figure->panel[panel].x.is_log = true;
        on->figure->panel[panel].y.is_log = true;
    }
    return panel;
}

/* The mean slope over replications as a line through the middle of the fitted part. */
static void add_slope(const drawing *on, size_t panel, const bt_trajectory *path,
                      const bt_interval *slope, size_t point)
{
    const double *time = bt_record_times(on->results, point);
    double from = isnan(on->setting->analysis.fit_from)
                      ? bt_fit_start(time, bt_record_count(on->results, point))
                      : on->setting->analysis.fit_from;
    bt_power_law law = bt_fit_power_law(path->time, path->mean, path->n, from);
    char text[3][32];
    bt_format_number(text[0], sizeof(text[0]), slope->mean, 3);
    bt_format_number(text[1], sizeof(text[1]), slope->low, 3);
    bt_format_number(text[2], sizeof(text[2]), slope->high, 3);
    if (isnan(slope->mean))
        return;
    const char *head = slope->mean < 0 ? "slope" : "does not fall: slope";
    if (isnan(slope->low))
        bt_figure_note(on->figure, panel, "%s %s", head, text[0]);
    else
        bt_figure_note(on->figure, panel, "%s %s [%s, %s]", head, text[0], text[1], text[2]);
    if (law.n < 3 || !(slope->mean < 0))
        return;
    double middle = sqrt(law.first_time) * sqrt(law.last_time);
    double level = law.intercept + law.slope * log(middle);
    double x[] = {law.first_time, law.last_time};
    double y[] = {exp(level + slope->mean * log(x[0] / middle)),
                  exp(level + slope->mean * log(x[1] / middle))};
    bt_figure_add_line(on->figure, panel,
                       (bt_figure_line){.label = "fitted slope",
                                        .colour = BT_VERMILLION,
                                        .style = BT_DASHED,
                                        .has_line = true,
                                        .n = 2,
                                        .x = x,
                                        .y = y});
}

static bt_status draw_point(const drawing *on, size_t point)
{
    bt_summary *summary = NULL;
    bt_status status = bt_summarize(on->results, &on->setting->analysis, point, BT_NO_BASELINE,
                                    &summary, on->error);
    for (measure of = DISTANCE; of <= EXPLOITABILITY && status == BT_OK; of++) {
        bt_trajectory path;
        status = make_path(on, of, point, &path);
        if (status != BT_OK || path.n == 0)
            continue;
        size_t panel = add_panel(on, of);
        char band_label[96];
        bt_band_label(band_label, sizeof(band_label), on->setting, path.n_runs);
        bt_add_trajectory(on->figure, panel, &path, BT_BLUE,
                          path.n_runs > 1 ? "geometric mean" : "the run", band_label);
        bt_known_statistic rate =
            of == DISTANCE ? BT_STATISTIC_RATE : BT_STATISTIC_EXPLOITABILITY_RATE;
        add_slope(on, panel, &path, &summary->point[0].statistic[rate], point);
    }
    bt_summary_destroy(summary);
    return status;
}

static bt_status draw_points(const drawing *on)
{
    size_t point[MOST_LINES];
    size_t n = bt_spread_indices(on->results->n_points, MOST_LINES, point);
    for (measure of = DISTANCE; of <= EXPLOITABILITY; of++) {
        size_t panel = SIZE_MAX;
        for (size_t i = 0; i < n; i++) {
            bt_trajectory path;
            bt_status status = make_path(on, of, point[i], &path);
            if (status != BT_OK)
                return status;
            if (path.n == 0)
                continue;
            if (panel == SIZE_MAX)
                panel = add_panel(on, of);
            char label[256];
            bt_describe_point(on->results, point[i], label, sizeof(label));
            path.n_runs = 0; /* bands of several lines would hide each other */
            bt_add_trajectory(on->figure, panel, &path, (bt_colour)(i % BT_N_LINE_COLOURS),
                              label, NULL);
        }
    }
    bt_figure_caption(on->figure, "Geometric means over replications.%s",
                      n < on->results->n_points ? " Not all points are shown." : "");
    return BT_OK;
}

bt_status bt_plot_convergence(const bt_results *results, const bt_plot_setting *setting,
                              bt_figure_list *figures, bt_error *error)
{
    bool all = setting->point == BT_ALL_POINTS && results->n_points > 1;
    bt_figure *figure = bt_new_figure(figures, results, "convergence",
                                      "Convergence to Bertrand\u2013Nash", 2, error);
    drawing on = {results, setting, figure, bt_arena_create(), error};
    if (figure == NULL || on.arena == NULL) {
        bt_arena_destroy(on.arena);
        return no_memory(error);
    }
    bt_status status =
        all ? draw_points(&on)
            : draw_point(&on, setting->point == BT_ALL_POINTS ? 0 : setting->point);
    bt_arena_destroy(on.arena);
    bt_finish_figure(figures, BT_SHARE_NONE);
    return status;
}
