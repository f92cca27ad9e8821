#include "analysis/figure_emit.h"

#include <math.h>
#include <string.h>

#include "analysis/figure_ticks.h"
#include "sim/utf8.h"

static void put_text(FILE *script, const char *text)
{
    fputc('"', script);
    while (*text != '\0') {
        size_t length = bt_utf8_length(text);
        unsigned char first = (unsigned char)*text;
        if (length == 0)
            fputc('?', script);
        else if (first == '"' || first == '\\')
            fprintf(script, "\\%c", first);
        else if (first < 0x20 || first == 0x7F)
            fprintf(script, "\\x%02x", first);
        else
            fwrite(text, 1, length, script);
        text += length == 0 ? 1 : length;
    }
    fputc('"', script);
}

/* matplotlib reads $ as mathematics. */
static void put_label(FILE *script, const char *text)
{
    put_text(script, text);
    if (strchr(text, '$') != NULL)
        fputs(".replace(\"$\", r\"\\$\")", script);
}

static void put_colour(FILE *script, bt_colour colour)
{
    bt_rgb rgb = bt_palette[colour];
    fprintf(script, "\"#%02x%02x%02x\"", rgb.red, rgb.green, rgb.blue);
}

static void put_numbers(FILE *script, const double *value, size_t count)
{
    enum { PER_LINE = 4 };
    fputs("[", script);
    for (size_t i = 0; i < count; i++) {
        fputs(i == 0 ? "" : i % PER_LINE == 0 ? ",\n    " : ", ", script);
        if (isfinite(value[i]))
            fprintf(script, "%.17g", value[i]);
        else
            fputs("nan", script);
    }
    fputs("]", script);
}

static const char *style_of(bt_line_style style)
{
    static const char *const name[] = {
        [BT_SOLID] = "-", [BT_DASHED] = "--", [BT_DOTTED] = ":", [BT_DASH_DOTTED] = "-."};
    return name[style];
}

static void put_key(FILE *script, const char *label)
{
    fputs(", label=", script);
    if (label == NULL)
        fputs("None", script);
    else
        put_label(script, label);
}

static void put_band(FILE *script, const bt_figure_band *band)
{
    fputs("axis.fill_between(", script);
    put_numbers(script, band->x, band->n);
    fputs(",\n    ", script);
    put_numbers(script, band->low, band->n);
    fputs(",\n    ", script);
    put_numbers(script, band->high, band->n);
    fputs(",\n    alpha=0.22, linewidth=0, color=", script);
    put_colour(script, band->colour);
    put_key(script, band->label);
    fputs(")\n", script);
}

static void put_reference(FILE *script, const bt_figure_reference *reference)
{
    fprintf(script, "axis.axhline(%.17g, linewidth=1.1, linestyle=\"%s\", color=", reference->y,
            style_of(reference->style));
    put_colour(script, reference->colour);
    put_key(script, reference->label);
    fputs(")\n", script);
}

static void put_line(FILE *script, const bt_figure_line *line)
{
    fputs("axis.plot(", script);
    put_numbers(script, line->x, line->n);
    fputs(",\n    ", script);
    put_numbers(script, line->y, line->n);
    fprintf(script,
            ",\n    linewidth=1.4, linestyle=\"%s\", marker=\"%s\", markersize=4, color=",
            line->has_line ? style_of(line->style) : "none", line->has_markers ? "o" : "none");
    put_colour(script, line->colour);
    put_key(script, line->label);
    fputs(")\n", script);
}

static void put_tick_labels(FILE *script, char axis, const bt_figure_axis *of,
                            const double *value, size_t count)
{
    bt_ticks ticks = bt_ticks_for_cells(of, value, count, 12);
    fprintf(script, "axis.set_%clabel(", axis);
    put_label(script, ticks.label);
    fprintf(script, ")\naxis.set_%cticks([", axis);
    for (size_t i = 0; i < ticks.n; i++)
        fprintf(script, "%s%g", i == 0 ? "" : ", ", ticks.tick[i].position);
    fputs("], [", script);
    for (size_t i = 0; i < ticks.n; i++) {
        fputs(i == 0 ? "" : ", ", script);
        put_label(script, ticks.tick[i].label);
    }
    fputs("])\n", script);
}

static void put_heat_map(FILE *script, const bt_figure_panel *panel)
{
    const bt_figure_heat_map *map = panel->heat_map;
    fputs("image = axis.imshow([", script);
    for (size_t row = 0; row < map->n_rows; row++) {
        fputs(row == 0 ? "" : ",\n    ", script);
        put_numbers(script, map->value + row * map->n_columns, map->n_columns);
    }
    fputs("],\n    origin=\"lower\", aspect=\"auto\", cmap=\"viridis\")\n"
          "figure.colorbar(image, ax=axis, label=",
          script);
    put_label(script, map->label);
    fputs(")\n", script);
    put_tick_labels(script, 'x', &panel->x, map->column, map->n_columns);
    put_tick_labels(script, 'y', &panel->y, map->row, map->n_rows);
}

static void put_axis(FILE *script, char axis, const bt_figure_axis *of, double low, double high,
                     double margin)
{
    if (of->category != NULL) {
        put_tick_labels(script, axis, of, NULL, of->n_categories);
        return;
    }
    bt_ticks ticks = bt_ticks_for(of, low, high, margin, 5);
    fprintf(script, "axis.set_%clabel(", axis);
    put_label(script, of->label);
    fputs(")\n", script);
    if (of->is_log)
        fprintf(script, "axis.set_%cscale(\"log\")\n", axis);
    fprintf(script, "axis.set_%clim(%.17g, %.17g)\n", axis, ticks.minimum, ticks.maximum);
}

static void put_curves(FILE *script, const bt_figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_bands; i++)
        put_band(script, &panel->band[i]);
    for (size_t i = 0; i < panel->n_references; i++)
        put_reference(script, &panel->reference[i]);
    for (size_t i = 0; i < panel->n_lines; i++)
        put_line(script, &panel->line[i]);
    double low = NAN;
    double high = NAN;
    bt_panel_x_range(panel, &low, &high);
    put_axis(script, 'x', &panel->x, low, high, 0);
    bt_panel_y_range(panel, &low, &high);
    put_axis(script, 'y', &panel->y, low, high, 0.05);
    fputs("axis.grid(axis=\"y\", color=\"#e1e1e1\", linewidth=0.5)\n", script);
}

static void put_panel(FILE *script, const bt_figure_panel *panel, size_t index)
{
    char title[512];
    snprintf(title, sizeof(title), "%.200s%s%.200s", panel->title == NULL ? "" : panel->title,
             panel->title != NULL && panel->note != NULL ? "\n" : "",
             panel->note == NULL ? "" : panel->note);
    fprintf(script, "\naxis = axes[%zu]\naxis.set_title(", index);
    put_label(script, title);
    fputs(", loc=\"left\", fontsize=10)\n", script);
    if (panel->heat_map != NULL)
        put_heat_map(script, panel);
    else
        put_curves(script, panel);
}

static void put_legend(FILE *script)
{
    fputs("\nkeys = {}\n"
          "for axis in axes:\n"
          "    for handle, label in zip(*axis.get_legend_handles_labels()):\n"
          "        keys.setdefault(label, handle)\n"
          "if keys:\n"
          "    figure.legend(keys.values(), keys.keys(), loc=\"upper center\",\n"
          "                  bbox_to_anchor=(0.5, 0), ncol=3, frameon=False)\n",
          script);
}

static void emit(const bt_figure *figure, const bt_layout *layout, const char *picture,
                 FILE *script)
{
    size_t columns =
        figure->n_columns < figure->n_panels ? figure->n_columns : figure->n_panels;
    size_t rows = (figure->n_panels + columns - 1) / columns;
    fputs("# A figure of bertrand for Python and matplotlib: run  python3 THIS_FILE\n"
          "import matplotlib\n\n"
          "matplotlib.use(\"Agg\")\n"
          "import matplotlib.pyplot as pyplot\n\n"
          "nan = float(\"nan\")\n",
          script);
    fprintf(script,
            "figure, grid = pyplot.subplots(%zu, %zu, figsize=(%.1f, %.1f), squeeze=False,\n"
            "                               constrained_layout=True)\n"
            "axes = list(grid.flat)\n"
            "for axis in axes[%zu:]:\n"
            "    axis.set_visible(False)\n"
            "figure.suptitle(",
            rows, columns, layout->width / 72, layout->height / 72, figure->n_panels);
    put_label(script, figure->title);
    fputs(", fontweight=\"bold\")\n", script);
    for (size_t i = 0; i < figure->n_panels; i++)
        put_panel(script, &figure->panel[i], i);
    put_legend(script);
    fputs("\nfigure.savefig(", script);
    char file[300];
    snprintf(file, sizeof(file), "%s.svg", picture);
    put_text(script, file);
    fputs(", bbox_inches=\"tight\")\n", script);
}

const bt_emitter bt_python_emitter = {"python", "py", emit};
