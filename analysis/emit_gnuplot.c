#include "analysis/figure_emit.h"

#include <math.h>
#include <string.h>

#include "analysis/figure_ticks.h"
#include "sim/utf8.h"

/* A single-quoted string, in which gnuplot interprets nothing but doubled quotes. */
static void put_text(FILE *script, const char *text)
{
    fputc('\'', script);
    while (*text != '\0') {
        size_t length = bt_utf8_length(text);
        unsigned char first = (unsigned char)*text;
        if (length == 0 || first < 0x20 || first == 0x7F)
            fputc('?', script);
        else if (first == '\'')
            fputs("''", script);
        else
            fwrite(text, 1, length, script);
        text += length == 0 ? 1 : length;
    }
    fputc('\'', script);
}

static void put_colour(FILE *script, bt_colour colour)
{
    bt_rgb rgb = bt_palette[colour];
    fprintf(script, "'#%02x%02x%02x'", rgb.red, rgb.green, rgb.blue);
}

static void put_number(FILE *script, double value)
{
    if (isfinite(value))
        fprintf(script, "%.17g", value);
    else
        fputs("NaN", script);
}

static void put_row(FILE *script, const double *const *column, size_t n_columns, size_t row)
{
    for (size_t i = 0; i < n_columns; i++) {
        fputs(i == 0 ? "" : " ", script);
        put_number(script, column[i][row]);
    }
    fputc('\n', script);
}

/* ---- data blocks ---- */

static void put_panel_data(const bt_figure_panel *panel, size_t index, FILE *script)
{
    for (size_t i = 0; i < panel->n_bands; i++) {
        const bt_figure_band *band = &panel->band[i];
        fprintf(script, "$band_%zu_%zu << END\n", index + 1, i + 1);
        for (size_t row = 0; row < band->n; row++)
            put_row(script, (const double *const[]){band->x, band->low, band->high}, 3, row);
        fputs("END\n", script);
    }
    for (size_t i = 0; i < panel->n_lines; i++) {
        const bt_figure_line *line = &panel->line[i];
        fprintf(script, "$line_%zu_%zu << END\n", index + 1, i + 1);
        for (size_t row = 0; row < line->n; row++)
            put_row(script, (const double *const[]){line->x, line->y}, 2, row);
        fputs("END\n", script);
    }
    if (panel->heat_map == NULL)
        return;
    const bt_figure_heat_map *map = panel->heat_map;
    fprintf(script, "$map_%zu << END\n", index + 1);
    for (size_t row = 0; row < map->n_rows; row++)
        for (size_t column = 0; column < map->n_columns; column++) {
            put_number(script, map->value[row * map->n_columns + column]);
            fputs(column + 1 == map->n_columns ? "\n" : " ", script);
        }
    fputs("END\n", script);
}

/* ---- axes ---- */

static void put_tick_labels(FILE *script, char axis, const bt_figure_axis *of,
                            const double *value, size_t count)
{
    bt_ticks ticks = bt_ticks_for_cells(of, value, count, 12);
    fprintf(script, "set %clabel ", axis);
    put_text(script, ticks.label);
    fprintf(script, "\nset %ctics (", axis);
    for (size_t i = 0; i < ticks.n; i++) {
        fputs(i == 0 ? "" : ", ", script);
        put_text(script, ticks.tick[i].label);
        fprintf(script, " %g", ticks.tick[i].position);
    }
    fprintf(script, ")\nset %crange [-0.5:%g]\n", axis, (double)count - 0.5);
}

static void put_axis(FILE *script, char axis, const bt_figure_axis *of, double low, double high,
                     double margin)
{
    if (of->category != NULL) {
        put_tick_labels(script, axis, of, NULL, of->n_categories);
        return;
    }
    bt_ticks ticks = bt_ticks_for(of, low, high, margin, 5);
    fprintf(script, "set %clabel ", axis);
    put_text(script, of->label);
    fprintf(script, "\n%s logscale %c\nset %ctics autofreq\nset %crange [%.17g:%.17g]\n",
            of->is_log ? "set" : "unset", axis, axis, axis, ticks.minimum, ticks.maximum);
}

static void put_axes(FILE *script, const bt_figure_panel *panel)
{
    if (panel->heat_map != NULL) {
        const bt_figure_heat_map *map = panel->heat_map;
        put_tick_labels(script, 'x', &panel->x, map->column, map->n_columns);
        put_tick_labels(script, 'y', &panel->y, map->row, map->n_rows);
        fputs("set cblabel ", script);
        put_text(script, map->label);
        fputs("\n", script);
        return;
    }
    double low = NAN;
    double high = NAN;
    bt_panel_x_range(panel, &low, &high);
    put_axis(script, 'x', &panel->x, low, high, 0);
    bt_panel_y_range(panel, &low, &high);
    put_axis(script, 'y', &panel->y, low, high, 0.05);
}

/* ---- plots ---- */

static int dash_type(bt_line_style style)
{
    static const int type[] = {
        [BT_SOLID] = 1, [BT_DASHED] = 2, [BT_DOTTED] = 3, [BT_DASH_DOTTED] = 4};
    return type[style];
}

static void put_next(FILE *script, bool *first)
{
    fputs(*first ? "plot " : ", \\\n     ", script);
    *first = false;
}

static void put_line(FILE *script, const bt_figure_line *line)
{
    const char *with =
        line->has_line ? (line->has_markers ? "linespoints" : "lines") : "points";
    fprintf(script, " using 1:2 with %s", with);
    if (line->has_line)
        fprintf(script, " lw 2 dt %d", dash_type(line->style));
    if (line->has_markers)
        fputs(" pt 7 ps 0.6", script);
    fputs(" lc rgb ", script);
    put_colour(script, line->colour);
    fputs(" notitle", script);
}

static void put_plot(const bt_figure_panel *panel, size_t index, FILE *script)
{
    bool first = true;
    if (panel->heat_map != NULL)
        fprintf(script, "plot $map_%zu matrix with image notitle", index + 1);
    for (size_t i = 0; i < panel->n_bands && panel->heat_map == NULL; i++) {
        put_next(script, &first);
        fprintf(script,
                "$band_%zu_%zu using 1:2:3 with filledcurves fs transparent solid 0.22 noborder"
                " lc rgb ",
                index + 1, i + 1);
        put_colour(script, panel->band[i].colour);
        fputs(" notitle", script);
    }
    for (size_t i = 0; i < panel->n_references && panel->heat_map == NULL; i++) {
        const bt_figure_reference *reference = &panel->reference[i];
        put_next(script, &first);
        fprintf(script, "%.17g with lines lw 1.5 dt %d lc rgb ", reference->y,
                dash_type(reference->style));
        put_colour(script, reference->colour);
        fputs(" notitle", script);
    }
    for (size_t i = 0; i < panel->n_lines && panel->heat_map == NULL; i++) {
        put_next(script, &first);
        fprintf(script, "$line_%zu_%zu", index + 1, i + 1);
        put_line(script, &panel->line[i]);
    }
}

/* One key for the figure, in the first panel's plot. */
static void put_key(const bt_layout *layout, FILE *script)
{
    for (size_t i = 0; i < layout->n_entries; i++) {
        const bt_legend_entry *entry = &layout->entry[i];
        fputs(", \\\n     keyentry with ", script);
        if (entry->kind == BT_KEY_BAND)
            fputs("filledcurves fs transparent solid 0.22 noborder", script);
        else if (entry->kind == BT_KEY_MARKER)
            fputs("points pt 7 ps 0.6", script);
        else
            fprintf(script, "lines lw 2 dt %d", dash_type(entry->style));
        fputs(" lc rgb ", script);
        put_colour(script, entry->colour);
        fputs(" title ", script);
        put_text(script, entry->label);
    }
}

static void put_panel(const bt_figure_panel *panel, const bt_layout *layout, size_t index,
                      FILE *script)
{
    char title[512];
    snprintf(title, sizeof(title), "%.200s%s%.200s", panel->title == NULL ? "" : panel->title,
             panel->title != NULL && panel->note != NULL ? ": " : "",
             panel->note == NULL ? "" : panel->note);
    fputs("\nset title ", script);
    put_text(script, title);
    fputs("\n", script);
    put_axes(script, panel);
    put_plot(panel, index, script);
    if (index == 0)
        put_key(layout, script);
    fputs("\n", script);
}

static void put_palette(FILE *script)
{
    fputs("set palette defined (", script);
    for (int i = 0; i <= 8; i++) {
        bt_rgb rgb = bt_heat_colour(i / 8.0);
        fprintf(script, "%s%d '#%02x%02x%02x'", i == 0 ? "" : ", ", i, rgb.red, rgb.green,
                rgb.blue);
    }
    fputs(")\n", script);
}

static void emit(const bt_figure *figure, const bt_layout *layout, const char *picture,
                 FILE *script)
{
    size_t columns =
        figure->n_columns < figure->n_panels ? figure->n_columns : figure->n_panels;
    size_t rows = (figure->n_panels + columns - 1) / columns;
    fputs("# A figure of bertrand for gnuplot 5.4: run  gnuplot THIS_FILE\n\n", script);
    for (size_t i = 0; i < figure->n_panels; i++)
        put_panel_data(&figure->panel[i], i, script);
    double width = 1.4 * layout->width;
    double foot = 70 + 18 * (double)layout->n_entries; /* x label and key */
    double height = 1.4 * layout->height + 18 * (double)layout->n_entries;
    fprintf(script, "\nset terminal svg size %.0f,%.0f noenhanced font 'sans-serif,12'\n",
            width, height);
    fputs("set output ", script);
    char file[300];
    snprintf(file, sizeof(file), "%s.svg", picture);
    put_text(script, file);
    fputs("\nset key at screen 0.5, screen 0.01 center bottom vertical maxcols 1\n"
          "set grid ytics lc rgb '#e1e1e1' lt 1\nset tics nomirror\nset format '%g'\n",
          script);
    put_palette(script);
    bool has_map = figure->panel[0].heat_map != NULL;
    fprintf(script,
            "set multiplot layout %zu,%zu margins %.3f,%.3f,%.3f,%.3f spacing %.3f,%.3f title ",
            rows, columns, 80 / width, 1 - (has_map ? 110 : 20) / width, foot / height,
            1 - 70 / height, (has_map ? 190 : 90) / width, 90 / height);
    put_text(script, figure->title);
    fputs("\n", script);
    for (size_t i = 0; i < figure->n_panels; i++)
        put_panel(&figure->panel[i], layout, i, script);
    fputs("\nunset multiplot\n", script);
}

const bt_emitter bt_gnuplot_emitter = {"gnuplot", "gp", emit};
