#include "analysis/plot_support.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void bt_figure_list_clear(bt_figure_list *figures)
{
    for (size_t i = 0; i < figures->n; i++)
        bt_figure_destroy(figures->figure[i]);
    figures->n = 0;
}

bt_figure *bt_new_figure(bt_figure_list *figures, const bt_results *results, const char *name,
                         const char *what, size_t n_columns, bt_error *error)
{
    char title[256];
    bool has_name = results->experiment[0] != '\0';
    snprintf(title, sizeof(title), "%.120s%s%.120s", what, has_name ? ": " : "",
             results->experiment);
    title[0] = (char)toupper((unsigned char)title[0]);
    bt_figure *figure =
        figures->n == BT_MAX_FIGURES ? NULL : bt_figure_create(name, title, n_columns);
    if (figure == NULL) {
        bt_fail(error, BT_INTERNAL, "there is no room for another figure");
        return NULL;
    }
    figures->figure[figures->n++] = figure;
    return figure;
}

void bt_remark(bt_figure_list *figures, const char *format, ...)
{
    if (figures->n_remarks == BT_MAX_FIGURES)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(figures->remark[figures->n_remarks++], BT_REMARK_LENGTH, format, arguments);
    va_end(arguments);
}

void bt_label_with_units(char *text, size_t size, const char *name, const char *units)
{
    bool say = strcmp(units, "1") != 0 && units[0] != '\0' && strstr(name, units) == NULL;
    snprintf(text, size, "%s%s%s%s", name, say ? " (" : "", say ? units : "", say ? ")" : "");
}

void bt_band_label(char *text, size_t size, const bt_plot_setting *setting, size_t n_runs)
{
    if (setting->band == BT_BAND_CONFIDENCE)
        snprintf(text, size, "%g %% confidence interval of the mean",
                 100 * setting->analysis.confidence);
    else
        snprintf(text, size, "5\u201395 %% of %zu replications", n_runs);
}

void bt_add_trajectory(bt_figure *figure, size_t panel, const bt_trajectory *trajectory,
                       bt_colour colour, const char *label, const char *band_label)
{
    if (trajectory->n_runs > 1)
        bt_figure_add_band(figure, panel,
                           (bt_figure_band){.label = band_label,
                                            .colour = colour,
                                            .n = trajectory->n,
                                            .x = trajectory->time,
                                            .low = trajectory->low,
                                            .high = trajectory->high});
    bt_figure_add_line(figure, panel,
                       (bt_figure_line){.label = label,
                                        .colour = colour,
                                        .has_line = true,
                                        .has_markers = trajectory->n == 1,
                                        .n = trajectory->n,
                                        .x = trajectory->time,
                                        .y = trajectory->mean});
}

void bt_finish_figure(bt_figure_list *figures, bt_shared_axes shared)
{
    bt_figure *figure = figures->figure[figures->n - 1];
    if (bt_figure_drop_empty_panels(figure) == 0 && !figure->out_of_memory) {
        bt_remark(figures, "%s has no number to show", figure->name);
        bt_figure_destroy(figure);
        figures->n--;
    } else if (shared != BT_SHARE_NONE) {
        bt_figure_share_axes(figure, shared == BT_SHARE_BOTH);
    }
}

size_t bt_spread_indices(size_t count, size_t most, size_t *index)
{
    if (count <= most) {
        for (size_t i = 0; i < count; i++)
            index[i] = i;
        return count;
    }
    for (size_t i = 0; i < most; i++)
        index[i] = i * (count - 1) / (most - 1);
    return most;
}
