#include "analysis/plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/convergence.h"
#include "analysis/plot_support.h"
#include "analysis/summary.h"

enum { MOST_PANELS = 6 };

/* What sweeps show unless told otherwise. */
static const bt_known_statistic usual[] = {BT_STATISTIC_DELTA, BT_STATISTIC_DISTANCE,
                                           BT_STATISTIC_PRICE, BT_STATISTIC_EFFICIENCY};

enum { N_USUAL = sizeof(usual) / sizeof(usual[0]) };

typedef struct drawing {
    const bt_results *results;
    const bt_plot_setting *setting;
    const bt_summary *summary;
    bt_figure_list *figures;
    bt_arena *arena;
    bt_error *error;
} drawing;

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "memory ran out while a figure was made");
}

/* ---- one parameter's values ---- */

/* The different values of a swept parameter, in increasing order (words: in order of
 * first appearance), and which of them each point has. */
typedef struct levels {
    const bt_swept *swept;
    size_t n;
    double *value;     /* [level]; words: 0, 1, ... */
    const char **word; /* [level]; NULL: numbers */
    size_t *of_point;  /* [point] */
    bool is_log;
} levels;

static void find_word_levels(size_t n_points, levels *made)
{
    for (size_t point = 0; point < n_points; point++) {
        const char *word = made->swept->words[point];
        size_t level = 0;
        while (level < made->n && strcmp(made->word[level], word) != 0)
            level++;
        if (level == made->n) {
            made->value[level] = (double)level;
            made->word[made->n++] = word;
        }
        made->of_point[point] = level;
    }
}

static void find_number_levels(size_t n_points, levels *made)
{
    memcpy(made->value, made->swept->value, n_points * sizeof(double));
    size_t n_sorted = bt_sort_numbers(made->value, n_points);
    for (size_t i = 0; i < n_sorted; i++)
        if (made->n == 0 || made->value[i] > made->value[made->n - 1])
            made->value[made->n++] = made->value[i];
    for (size_t point = 0; point < n_points; point++) {
        size_t level = 0;
        while (level + 1 < made->n && made->value[level] < made->swept->value[point])
            level++;
        made->of_point[point] = level;
    }
}

/* Do steps of equal ratio describe the values better than steps of equal length? */
static bool is_spaced_in_logs(const levels *of)
{
    if (of->word != NULL || of->n < 3 || !(of->value[0] > 0))
        return false;
    double first = of->value[0];
    double last = of->value[of->n - 1];
    if (last / first < 10)
        return false;
    double linear = 0;
    double in_logs = 0;
    for (size_t i = 0; i < of->n; i++) {
        double place = (double)i / (double)(of->n - 1);
        linear += fabs((of->value[i] - first) / (last - first) - place);
        in_logs += fabs(log(of->value[i] / first) / log(last / first) - place);
    }
    return in_logs < linear;
}

static bool find_levels(const drawing *on, size_t swept, levels *made)
{
    size_t n_points = on->results->n_points;
    *made = (levels){.swept = &on->results->swept[swept]};
    made->value = BT_ARENA_NEW(on->arena, n_points, double);
    made->of_point = BT_ARENA_NEW(on->arena, n_points, size_t);
    bool has_words = made->swept->words != NULL;
    if (has_words)
        made->word = BT_ARENA_NEW(on->arena, n_points, const char *);
    if (made->value == NULL || made->of_point == NULL || (has_words && made->word == NULL))
        return false;
    if (has_words)
        find_word_levels(n_points, made);
    else
        find_number_levels(n_points, made);
    made->is_log = is_spaced_in_logs(made);
    return true;
}

static void label_levels(const levels *of, char *text, size_t size)
{
    bt_label_with_units(text, size, of->swept->name, of->swept->units);
}

/* ---- what to show ---- */

/* The statistics to draw, as indices into the list; returns how many. */
static size_t choose(const drawing *on, size_t *chosen)
{
    const bt_statistic_list *list = &on->summary->list;
    if (on->setting->variable != NULL) {
        chosen[0] = bt_statistic_find(list, on->setting->variable);
        return 1;
    }
    size_t n = 0;
    for (size_t i = 0; i < N_USUAL; i++)
        if (list->statistic[usual[i]].is_available && bt_summary_shows(on->summary, usual[i]))
            chosen[n++] = usual[i];
    return n;
}

static const bt_interval *interval_at(const drawing *on, size_t point, size_t statistic)
{
    return &on->summary->point[point].statistic[statistic];
}

static void label_statistic(const drawing *on, size_t statistic, char *text, size_t size)
{
    const bt_statistic *of = &on->summary->list.statistic[statistic];
    bt_label_with_units(text, size, of->label, of->units);
}

/* ---- lines ---- */

/* Points in the order of a parameter: order [point]. */
static void order_points(const levels *by, size_t n_points, size_t *order)
{
    size_t n = 0;
    for (size_t level = 0; level < by->n; level++)
        for (size_t point = 0; point < n_points; point++)
            if (by->of_point[point] == level)
                order[n++] = point;
}

typedef struct curve {
    double *x;
    double *y;
    double *low;
    double *high;
    size_t n;
} curve;

static bool make_curve(const drawing *on, const levels *by, size_t statistic, curve *made)
{
    size_t n = on->results->n_points;
    size_t *order = BT_ARENA_NEW(on->arena, n, size_t);
    double *number = BT_ARENA_NEW(on->arena, 4 * n, double);
    if (order == NULL || number == NULL)
        return false;
    order_points(by, n, order);
    *made = (curve){number, number + n, number + 2 * n, number + 3 * n, n};
    for (size_t i = 0; i < n; i++) {
        const bt_interval *interval = interval_at(on, order[i], statistic);
        made->x[i] = by->value[by->of_point[order[i]]];
        made->y[i] = interval->mean;
        made->low[i] = interval->low;
        made->high[i] = interval->high;
    }
    return true;
}

static size_t add_panel(const drawing *on, bt_figure *figure, const levels *by,
                        const char *title, const char *y_label)
{
    char x_label[160];
    label_levels(by, x_label, sizeof(x_label));
    size_t panel = bt_figure_add_panel(figure, title, x_label, y_label);
    if (panel < figure->n_panels)
        figure->panel[panel].x.is_log = by->is_log;
    if (by->word != NULL)
        bt_figure_set_categories(figure, panel, BT_X_AXIS, by->word, by->n);
    (void)on;
    return panel;
}

/* Intervals of points that are not joined: one upright stroke each. */
static bt_status add_strokes(const drawing *on, bt_figure *figure, size_t panel,
                             const curve *of, const char *label)
{
    double *x = BT_ARENA_NEW(on->arena, 6 * of->n, double);
    if (x == NULL)
        return no_memory(on->error);
    double *y = x + 3 * of->n;
    for (size_t i = 0; i < of->n; i++) {
        x[3 * i] = x[3 * i + 1] = of->x[i];
        y[3 * i] = of->low[i];
        y[3 * i + 1] = of->high[i];
        x[3 * i + 2] = y[3 * i + 2] = NAN;
    }
    bt_figure_add_line(figure, panel,
                       (bt_figure_line){.label = label,
                                        .colour = BT_BLUE,
                                        .has_line = true,
                                        .n = 3 * of->n,
                                        .x = x,
                                        .y = y});
    return BT_OK;
}

static bt_status add_curve(const drawing *on, bt_figure *figure, size_t panel, const levels *by,
                           size_t statistic, bool joined)
{
    curve made;
    if (!make_curve(on, by, statistic, &made))
        return no_memory(on->error);
    char label[96];
    snprintf(label, sizeof(label), "%g %% confidence interval",
             100 * on->setting->analysis.confidence);
    if (joined && on->results->n_replications > 1)
        bt_figure_add_band(
            figure, panel,
            (bt_figure_band){label, BT_BLUE, made.n, made.x, made.low, made.high});
    bt_figure_add_line(figure, panel,
                       (bt_figure_line){.label = "mean over replications",
                                        .colour = BT_BLUE,
                                        .has_line = joined,
                                        .has_markers = true,
                                        .n = made.n,
                                        .x = made.x,
                                        .y = made.y});
    if (!joined && on->results->n_replications > 1)
        return add_strokes(on, figure, panel, &made, label);
    return BT_OK;
}

/* Benchmark prices along the sweep. */
static bt_status add_benchmark(const drawing *on, bt_figure *figure, size_t panel,
                               const levels *by, bt_known_statistic statistic,
                               const char *label, bt_colour colour, bt_line_style style)
{
    curve made;
    if (!make_curve(on, by, statistic, &made))
        return no_memory(on->error);
    if (on->summary->list.statistic[statistic].is_available)
        bt_figure_add_line(figure, panel,
                           (bt_figure_line){.label = label,
                                            .colour = colour,
                                            .style = style,
                                            .has_line = true,
                                            .n = made.n,
                                            .x = made.x,
                                            .y = made.y});
    return BT_OK;
}

static bt_status add_price_benchmarks(const drawing *on, bt_figure *figure, size_t panel,
                                      const levels *by)
{
    bt_status status = add_benchmark(on, figure, panel, by, BT_STATISTIC_NASH_PRICE,
                                     "Bertrand\u2013Nash", BT_BLACK, BT_DASHED);
    if (status == BT_OK)
        status = add_benchmark(on, figure, panel, by, BT_STATISTIC_JOINT_PROFIT_PRICE,
                               "joint profit", BT_VERMILLION, BT_DASH_DOTTED);
    return status;
}

/* One parameter: a panel for each statistic. */
static bt_status draw_lines(const drawing *on, const levels *by, const size_t *chosen, size_t n)
{
    char what[160];
    snprintf(what, sizeof(what), "Sweep over %.120s", by->swept->label);
    bt_figure *figure =
        bt_new_figure(on->figures, on->results, "sweep", what, n == 1 ? 1 : 2, on->error);
    if (figure == NULL)
        return BT_INTERNAL;
    bt_status status = BT_OK;
    for (size_t i = 0; i < n && status == BT_OK; i++) {
        char title[128];
        label_statistic(on, chosen[i], title, sizeof(title));
        size_t panel = add_panel(on, figure, by, n == 1 ? NULL : title, n == 1 ? title : "");
        status = add_curve(on, figure, panel, by, chosen[i], by->word == NULL);
        if (status == BT_OK && chosen[i] == BT_STATISTIC_PRICE)
            status = add_price_benchmarks(on, figure, panel, by);
    }
    bt_finish_figure(on->figures, BT_SHARE_NONE);
    return status;
}

/* ---- heat maps ---- */

/* Is each pair of levels a point at most once, and at least half of them are? Then point_at
 * [row * column] is its point, SIZE_MAX where there is none. */
static bool is_grid_of_pairs(const drawing *on, const levels *columns, const levels *rows,
                             size_t *point_at)
{
    size_t n_points = on->results->n_points;
    size_t n_cells = columns->n * rows->n;
    if (columns->n < 2 || rows->n < 2 || n_cells > 2 * n_points)
        return false;
    for (size_t i = 0; i < n_cells; i++)
        point_at[i] = SIZE_MAX;
    for (size_t point = 0; point < n_points; point++) {
        size_t cell = rows->of_point[point] * columns->n + columns->of_point[point];
        if (point_at[cell] != SIZE_MAX)
            return false;
        point_at[cell] = point;
    }
    return true;
}

static bt_status draw_heat_map(const drawing *on, const levels *columns, const levels *rows,
                               const size_t *point_at, size_t statistic)
{
    size_t n = columns->n * rows->n;
    double *value = BT_ARENA_NEW(on->arena, n, double);
    if (value == NULL)
        return no_memory(on->error);
    for (size_t i = 0; i < n; i++)
        value[i] =
            point_at[i] != SIZE_MAX ? interval_at(on, point_at[i], statistic)->mean : NAN;
    const bt_statistic *of = &on->summary->list.statistic[statistic];
    char name[128];
    snprintf(name, sizeof(name), "sweep-%.100s", of->name);
    bt_figure *figure = bt_new_figure(on->figures, on->results, name, of->label, 1, on->error);
    if (figure == NULL)
        return BT_INTERNAL;
    char y_label[160];
    char scale_label[160];
    label_levels(rows, y_label, sizeof(y_label));
    label_statistic(on, statistic, scale_label, sizeof(scale_label));
    size_t panel = add_panel(on, figure, columns, NULL, y_label);
    if (panel < figure->n_panels)
        figure->panel[panel].x.is_log = false;
    if (rows->word != NULL)
        bt_figure_set_categories(figure, panel, BT_Y_AXIS, rows->word, rows->n);
    bt_figure_set_heat_map(figure, panel,
                           (bt_figure_heat_map){scale_label, columns->n, rows->n,
                                                columns->value, rows->value, value});
    bt_figure_caption(figure, "Means over %zu replications.", on->results->n_replications);
    bt_finish_figure(on->figures, BT_SHARE_NONE);
    return BT_OK;
}

/* ---- other designs ---- */

/* A panel for each parameter, with a marker for each point. */
static bt_status draw_markers(const drawing *on, size_t statistic)
{
    const bt_statistic *of = &on->summary->list.statistic[statistic];
    size_t n = on->results->n_swept < MOST_PANELS ? on->results->n_swept : MOST_PANELS;
    char name[128];
    snprintf(name, sizeof(name), "sweep-%.100s", of->name);
    bt_figure *figure = bt_new_figure(on->figures, on->results, name, of->label,
                                      n == 1   ? 1
                                      : n <= 4 ? 2
                                               : 3,
                                      on->error);
    if (figure == NULL)
        return BT_INTERNAL;
    char y_label[128];
    label_statistic(on, statistic, y_label, sizeof(y_label));
    bt_status status = BT_OK;
    for (size_t i = 0; i < n && status == BT_OK; i++) {
        levels by;
        if (!find_levels(on, i, &by))
            return no_memory(on->error);
        size_t panel = add_panel(on, figure, &by, NULL, y_label);
        status = add_curve(on, figure, panel, &by, statistic, false);
    }
    if (n < on->results->n_swept)
        bt_figure_caption(figure, "The first %zu of %zu parameters.", n, on->results->n_swept);
    bt_finish_figure(on->figures, BT_SHARE_Y);
    return status;
}

static bt_status draw_grid_or_markers(const drawing *on, const size_t *chosen, size_t n)
{
    levels columns;
    levels rows;
    size_t *point_at = BT_ARENA_NEW(on->arena, 2 * on->results->n_points, size_t);
    if (point_at == NULL || !find_levels(on, 0, &columns) || !find_levels(on, 1, &rows))
        return no_memory(on->error);
    bool is_grid = on->results->n_swept == 2 && is_grid_of_pairs(on, &columns, &rows, point_at);
    bt_status status = BT_OK;
    for (size_t i = 0; i < n && status == BT_OK; i++) {
        if (is_grid)
            status = draw_heat_map(on, &columns, &rows, point_at, chosen[i]);
        else
            status = draw_markers(on, chosen[i]);
    }
    return status;
}

static bt_status draw(const drawing *on)
{
    size_t chosen[N_USUAL];
    size_t n = choose(on, chosen);
    if (n == 0) {
        bt_remark(on->figures, "no statistic of the sweep has a number to show");
        return BT_OK;
    }
    if (on->results->n_swept > 1)
        return draw_grid_or_markers(on, chosen, n);
    levels by;
    if (!find_levels(on, 0, &by))
        return no_memory(on->error);
    return draw_lines(on, &by, chosen, n);
}

bt_status bt_plot_sweep(const bt_results *results, const bt_plot_setting *setting,
                        bt_figure_list *figures, bt_error *error)
{
    if (results->n_swept == 0 || results->n_points < 2) {
        bt_remark(figures, "nothing is swept, so there is no sweep to show");
        return BT_OK;
    }
    bt_summary *summary = NULL;
    bt_status status = bt_summarize(results, &setting->analysis, BT_ALL_POINTS, BT_NO_BASELINE,
                                    &summary, error);
    if (status != BT_OK)
        return status;
    drawing on = {results, setting, summary, figures, bt_arena_create(), error};
    if (on.arena == NULL)
        status = no_memory(error);
    else if (setting->variable != NULL &&
             bt_statistic_find(&summary->list, setting->variable) == summary->list.n)
        status = bt_fail(error, BT_BAD_USAGE,
                         "there is no statistic '%s': bertrand analyze --format csv lists them",
                         setting->variable);
    else
        status = draw(&on);
    bt_arena_destroy(on.arena);
    bt_summary_destroy(summary);
    return status;
}
