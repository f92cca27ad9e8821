#include "analysis/plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/convergence.h"
#include "analysis/plot_support.h"

enum { MOST_BINS = 400, MOST_PANELS = 6, MOST_POINTS = 9 };

/* A benchmark of a series, drawn as a horizontal line. */
typedef struct reference_kind {
    const char *prefix;
    const char *label;
    bt_colour colour;
    bt_line_style style;
} reference_kind;

static const reference_kind reference_kinds[] = {
    {"nash_", "Bertrand\u2013Nash", BT_BLACK, BT_DASHED},
    {"joint_profit_", "joint profit", BT_VERMILLION, BT_DASH_DOTTED},
    {"first_best_", "first best", BT_GREEN, BT_DOTTED},
};

enum { N_REFERENCES = sizeof(reference_kinds) / sizeof(reference_kinds[0]) };

/* The benchmark of this kind for a series; the joint profit itself is called joint_profit. */
static bt_found find_reference(const bt_results *results, const reference_kind *kind,
                               const bt_found *series)
{
    char name[128];
    snprintf(name, sizeof(name), "%s%.80s", kind->prefix, series->variable->name);
    if (strcmp(name, "joint_profit_profit") == 0)
        strcpy(name, "joint_profit");
    bt_found found = bt_find_benchmark(results, name);
    if (found.axis != series->axis || found.axis_length != series->axis_length)
        found.variable = NULL;
    return found;
}

/* What the panels of one figure are made with. */
typedef struct drawing {
    const bt_results *results;
    const bt_plot_setting *setting;
    bt_figure *figure;
    bt_arena *arena; /* for what the figure copies */
    bt_error *error;
    bool some_stopped_early;
    size_t n_runs;
    bool is_binned;
} drawing;

static bt_status add_references(drawing *on, size_t panel, const bt_found *series, size_t point,
                                size_t element)
{
    double *value = BT_ARENA_NEW(on->arena, series->axis_length, double);
    if (value == NULL)
        return bt_fail(on->error, BT_INTERNAL, "memory ran out while a figure was made");
    for (size_t i = 0; i < N_REFERENCES; i++) {
        bt_found benchmark = find_reference(on->results, &reference_kinds[i], series);
        if (benchmark.variable == NULL)
            continue;
        bt_status status = bt_read_benchmark(on->results, &benchmark, point, value, on->error);
        if (status != BT_OK)
            return status;
        double y = element == BT_AXIS_MEAN ? bt_mean_of_numbers(value, series->axis_length, 1)
                                           : value[element];
        if (isfinite(y))
            bt_figure_add_reference(on->figure, panel,
                                    (bt_figure_reference){reference_kinds[i].label,
                                                          reference_kinds[i].colour,
                                                          reference_kinds[i].style, y});
    }
    return BT_OK;
}

static bt_status add_path(drawing *on, size_t panel, const bt_found *series, size_t point,
                          size_t element, bt_colour colour, const char *label, bool label_band)
{
    bt_series_path path;
    if (!bt_series_path_init(&path, on->results, series, point, element, on->arena))
        return bt_fail(on->error, BT_INTERNAL, "memory ran out while a figure was made");
    bt_trajectory_setting setting = {.band = on->setting->band,
                                     .confidence = on->setting->analysis.confidence,
                                     .most = MOST_BINS};
    bt_trajectory trajectory;
    bt_status status = bt_make_trajectory(on->results, point, &setting, bt_read_series_path,
                                          &path, on->arena, &trajectory, on->error);
    if (status != BT_OK)
        return status;
    char band_label[96];
    bt_band_label(band_label, sizeof(band_label), on->setting, trajectory.n_runs);
    bt_add_trajectory(on->figure, panel, &trajectory, colour, label,
                      label_band ? band_label : NULL);
    on->some_stopped_early |= trajectory.some_stopped_early;
    on->is_binned |= trajectory.is_binned;
    on->n_runs = trajectory.n_runs;
    return BT_OK;
}

/* Sentences that follow from how the paths were made, after those given. */
static void write_caption(drawing *on, const char *remark)
{
    char caption[512];
    snprintf(caption, sizeof(caption), "%.200s%s%s%s", remark,
             on->is_binned ? " Long series are averaged within short intervals of time." : "",
             on->some_stopped_early
                 ? " Runs that stopped early are carried on at their last value."
                 : "",
             on->results->is_part ? " The experiment is not finished." : "");
    const char *first = caption[0] == ' ' ? caption + 1 : caption;
    if (first[0] != '\0')
        bt_figure_caption(on->figure, "%s", first);
}

static void element_title(const bt_results *results, const bt_found *series, size_t element,
                          char *title, size_t size)
{
    if (series->axis == BT_PER_PRODUCT)
        snprintf(title, size, "product %s", results->product_name[element]);
    else if (series->axis == BT_PER_SELLER)
        snprintf(title, size, "seller %s", results->seller_name[element]);
    else
        snprintf(title, size, "%zu", element + 1);
}

/* One panel for each element of the series' axis, up to MOST_PANELS. */
static bt_status draw_elements(drawing *on, const bt_found *series, size_t point)
{
    size_t n = series->axis_length < MOST_PANELS ? series->axis_length : MOST_PANELS;
    char y_label[128];
    bt_label_with_units(y_label, sizeof(y_label), series->variable->name, series->units);
    for (size_t i = 0; i < n; i++) {
        char title[128];
        element_title(on->results, series, i, title, sizeof(title));
        size_t panel =
            bt_figure_add_panel(on->figure, series->axis == BT_PER_MARKET ? NULL : title,
                                on->results->time_units, y_label);
        bt_status status = add_path(on, panel, series, point, i, BT_BLUE, "mean", true);
        if (status == BT_OK)
            status = add_references(on, panel, series, point, i);
        if (status != BT_OK)
            return status;
    }
    char remark[128] = "";
    if (n < series->axis_length)
        snprintf(remark, sizeof(remark), "The first %zu of %zu.", n, series->axis_length);
    write_caption(on, remark);
    return BT_OK;
}

/* A point's parameters, with lines to be broken between them only: the blanks around "="
 * do not break. */
static void describe_unbroken(const bt_results *results, size_t point, char *text, size_t size)
{
    char plain[200];
    bt_describe_point(results, point, plain, sizeof(plain));
    size_t used = 0;
    for (const char *next = plain; *next != '\0' && used + 3 < size; next++) {
        bool is_glue = *next == ' ' && (next[1] == '=' || (next > plain && next[-1] == '='));
        if (is_glue)
            text[used++] = '\xC2';
        text[used++] = is_glue ? '\xA0' : *next;
    }
    text[used] = '\0';
}

/* One panel for each of up to MOST_POINTS points, with the mean over the series' axis. */
static bt_status draw_points(drawing *on, const bt_found *series)
{
    size_t point[MOST_POINTS];
    size_t n = bt_spread_indices(on->results->n_points, MOST_POINTS, point);
    char y_label[128];
    bt_label_with_units(y_label, sizeof(y_label), series->variable->name, series->units);
    for (size_t i = 0; i < n; i++) {
        if (bt_runs_done_at(on->results, point[i]) == 0)
            continue;
        char title[256];
        describe_unbroken(on->results, point[i], title, sizeof(title));
        size_t panel = bt_figure_add_panel(on->figure, title, on->results->time_units, y_label);
        bt_status status =
            add_path(on, panel, series, point[i], BT_AXIS_MEAN, BT_BLUE, "mean", true);
        if (status == BT_OK)
            status = add_references(on, panel, series, point[i], BT_AXIS_MEAN);
        if (status != BT_OK)
            return status;
    }
    char remark[160];
    snprintf(remark, sizeof(remark), "%s%s%s",
             series->axis == BT_PER_PRODUCT  ? "Means over products."
             : series->axis == BT_PER_SELLER ? "Means over sellers."
                                             : "",
             n < on->results->n_points ? " Not all points are shown." : "", "");
    write_caption(on, remark);
    return BT_OK;
}

static const char *plural_title(const bt_found *series)
{
    if (strcmp(series->variable->name, "price") == 0)
        return "Prices over time";
    if (strcmp(series->variable->name, "profit") == 0)
        return "Profits over time";
    return series->long_name;
}

static bt_status draw_series(const bt_results *results, const bt_plot_setting *setting,
                             const bt_found *series, bt_figure_list *figures, bt_error *error)
{
    bool all = setting->point == BT_ALL_POINTS && results->n_points > 1;
    size_t point = setting->point == BT_ALL_POINTS ? 0 : setting->point;
    if (!all && bt_runs_done_at(results, point) == 0) {
        bt_remark(figures, "point %zu has no run that is done",
                  bt_point_number(results, point));
        return BT_OK;
    }
    char name[128];
    snprintf(name, sizeof(name), "trajectory-%.100s", series->variable->name);
    size_t n_panels = all ? results->n_points : series->axis_length;
    bt_figure *figure = bt_new_figure(figures, results, name, plural_title(series),
                                      n_panels == 1         ? 1
                                      : all && n_panels > 4 ? 3
                                                            : 2,
                                      error);
    drawing on = {.results = results,
                  .setting = setting,
                  .figure = figure,
                  .arena = bt_arena_create(),
                  .error = error};
    if (figure == NULL || on.arena == NULL) {
        bt_arena_destroy(on.arena);
        return bt_fail(error, BT_INTERNAL, "memory ran out while a figure was made");
    }
    bt_status status = all ? draw_points(&on, series) : draw_elements(&on, series, point);
    bt_arena_destroy(on.arena);
    bt_finish_figure(figures, BT_SHARE_BOTH);
    return status;
}

/* Surplus of consumers, sellers and both in one panel. */
static bt_status draw_surplus(const bt_results *results, const bt_plot_setting *setting,
                              bt_figure_list *figures, bt_error *error)
{
    static const char *const name[] = {"consumer_surplus", "producer_surplus", "welfare"};
    static const char *const label[] = {"consumer surplus", "producer surplus",
                                        "total surplus"};
    static const bt_colour colour[] = {BT_BLUE, BT_ORANGE, BT_PURPLE};
    size_t point = setting->point == BT_ALL_POINTS ? 0 : setting->point;
    bt_figure *figure =
        bt_new_figure(figures, results, "trajectory-surplus", "Surplus over time", 1, error);
    drawing on = {.results = results,
                  .setting = setting,
                  .figure = figure,
                  .arena = bt_arena_create(),
                  .error = error};
    if (figure == NULL || on.arena == NULL) {
        bt_arena_destroy(on.arena);
        return bt_fail(error, BT_INTERNAL, "memory ran out while a figure was made");
    }
    size_t panel = SIZE_MAX;
    bt_status status = BT_OK;
    for (size_t i = 0; i < 3 && status == BT_OK; i++) {
        bt_found series = bt_find_series(results, name[i]);
        if (series.variable == NULL || series.axis != BT_PER_MARKET)
            continue;
        char y_label[128];
        bt_label_with_units(y_label, sizeof(y_label), "surplus", series.units);
        if (panel == SIZE_MAX)
            panel = bt_figure_add_panel(figure, NULL, results->time_units, y_label);
        status = add_path(&on, panel, &series, point, 0, colour[i], label[i], false);
        if (status == BT_OK && strcmp(name[i], "welfare") == 0)
            status = add_references(&on, panel, &series, point, 0);
    }
    char band_label[96];
    char caption[192];
    bt_band_label(band_label, sizeof(band_label), setting, on.n_runs);
    snprintf(caption, sizeof(caption), "Benchmarks are of total surplus.%s%s%s",
             on.n_runs > 1 ? " Bands: " : "", on.n_runs > 1 ? band_label : "",
             on.n_runs > 1 ? "." : "");
    write_caption(&on, caption);
    bt_arena_destroy(on.arena);
    bt_finish_figure(figures, BT_SHARE_NONE);
    return status;
}

static bool has_surplus(const bt_results *results)
{
    return bt_find_series(results, "consumer_surplus").variable != NULL ||
           bt_find_series(results, "welfare").variable != NULL;
}

static bt_status draw_usual(const bt_results *results, const bt_plot_setting *setting,
                            bt_figure_list *figures, bt_error *error)
{
    static const char *const usual[] = {"price", "profit"};
    bool all = setting->point == BT_ALL_POINTS && results->n_points > 1;
    bt_status status = BT_OK;
    for (size_t i = 0; i < (all ? 1 : 2) && status == BT_OK; i++) {
        bt_found series = bt_find_series(results, usual[i]);
        if (series.variable == NULL)
            bt_remark(figures, "the file has no series %s over time", usual[i]);
        else
            status = draw_series(results, setting, &series, figures, error);
    }
    size_t point = setting->point == BT_ALL_POINTS ? 0 : setting->point;
    if (status == BT_OK && !all && has_surplus(results) && bt_runs_done_at(results, point) > 0)
        status = draw_surplus(results, setting, figures, error);
    return status;
}

bt_status bt_plot_trajectories(const bt_results *results, const bt_plot_setting *setting,
                               bt_figure_list *figures, bt_error *error)
{
    if (setting->variable == NULL)
        return draw_usual(results, setting, figures, error);
    bt_found series = bt_find_series(results, setting->variable);
    if (series.variable == NULL)
        return bt_fail(error, BT_BAD_USAGE, "%s has no series '%s' over time", results->path,
                       setting->variable);
    return draw_series(results, setting, &series, figures, error);
}
