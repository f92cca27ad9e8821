#include "analysis/figure_canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <plplot.h>

#include "sim/utf8.h"

/* PLplot's colour table: 0 is the paper, then the palette, then one that is mixed for
 * each use. */
enum { PAPER = 0, FIRST_COLOUR = 1, MIXED = FIRST_COLOUR + BT_N_COLOURS, N_PL_COLOURS };

enum { TEXT_ROOM = 900, CIRCLE_CORNERS = 16, MAX_DEVICES = 100 };

static const double hair_line = 0.6;
static const double data_line = 1.4;
static const double reference_line = 1.1;
static const double marker_radius = 2.3;
static const double band_opacity = 0.22;
static const double millimetres_per_point = 25.4 / 72;

typedef struct canvas {
    const bt_figure *figure;
    const bt_layout *layout;
    const bt_picture_format *format;
    double *work; /* page points of the longest line or band: [4 * its length] */
} canvas;

/* ---- pen, text, shapes: in page points ---- */

static void set_colour(bt_colour colour)
{
    plcol0(FIRST_COLOUR + (PLINT)colour);
}

static void mix_colour(bt_rgb colour, double opacity)
{
    plscol0a(MIXED, colour.red, colour.green, colour.blue, opacity);
    plcol0(MIXED);
}

static void set_width(const canvas *on, double points)
{
    plwidth(points * on->format->scale);
}

static void set_style(const canvas *on, bt_line_style style)
{
    static const int pattern[][4] = {
        [BT_SOLID] = {0},
        [BT_DASHED] = {1900, 1100},
        [BT_DOTTED] = {350, 750},
        [BT_DASH_DOTTED] = {1900, 800, 350, 800},
    };
    PLINT mark[2] = {0};
    PLINT space[2] = {0};
    PLINT n = 0;
    for (; n < 2 && pattern[style][2 * n] > 0; n++) {
        mark[n] = (PLINT)(pattern[style][2 * n] * on->format->scale);
        space[n] = (PLINT)(pattern[style][2 * n + 1] * on->format->scale);
    }
    plstyl(n, mark, space);
}

/* The whole page, or only what falls into `box`, may be drawn on. */
static void allow(const canvas *on, const bt_box *box)
{
    double width = on->layout->width;
    double height = on->layout->height;
    bt_box page = {0, 0, width, height};
    const bt_box *area = box == NULL ? &page : box;
    plvpor(area->left / width, (area->left + area->width) / width, area->bottom / height,
           (area->bottom + area->height) / height);
    plwind(area->left, area->left + area->width, area->bottom, area->bottom + area->height);
}

static void fill_box(double left, double bottom, double width, double height)
{
    const double x[] = {left, left + width, left + width, left};
    const double y[] = {bottom, bottom, bottom + height, bottom + height};
    plfill(4, x, y);
}

static void outline_box(const canvas *on, const bt_box *box)
{
    double right = box->left + box->width;
    double top = box->bottom + box->height;
    const double x[] = {box->left, right, right, box->left, box->left};
    const double y[] = {box->bottom, box->bottom, top, top, box->bottom};
    set_width(on, hair_line);
    plline(5, x, y);
}

static void fill_circle(double x, double y, double radius)
{
    double corner_x[CIRCLE_CORNERS];
    double corner_y[CIRCLE_CORNERS];
    for (int i = 0; i < CIRCLE_CORNERS; i++) {
        double angle = 2 * M_PI * i / CIRCLE_CORNERS;
        corner_x[i] = x + radius * cos(angle);
        corner_y[i] = y + radius * sin(angle);
    }
    plfill(CIRCLE_CORNERS, corner_x, corner_y);
}

/* What a Unicode superscript stands for, or 0. */
static char superscript_of(const char *text, size_t length)
{
    static const char *const superscript[] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                              "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    for (size_t digit = 0; digit < 10; digit++)
        if (strlen(superscript[digit]) == length &&
            memcmp(superscript[digit], text, length) == 0)
            return (char)('0' + digit);
    return length == 3 && memcmp("\u207B", text, 3) == 0 ? '-' : '\0';
}

static void append(char *text, size_t *used, const char *piece, size_t length)
{
    if (*used + length >= TEXT_ROOM)
        return;
    memcpy(text + *used, piece, length);
    *used += length;
    text[*used] = '\0';
}

/* `text` as PLplot wants it: '#' doubled, superscripts raised, nothing unprintable. */
static void escape_text(char *escaped, const char *text)
{
    size_t used = 0;
    bool is_raised = false;
    escaped[0] = '\0';
    while (*text != '\0') {
        size_t length = bt_utf8_length(text);
        char raised = length == 0 ? '\0' : superscript_of(text, length);
        if ((raised != '\0') != is_raised) {
            append(escaped, &used, is_raised ? "#d" : "#u", 2);
            is_raised = !is_raised;
        }
        if (raised == '-')
            append(escaped, &used, "\u2212", 3);
        else if (raised != '\0')
            append(escaped, &used, &raised, 1);
        else if (*text == '#')
            append(escaped, &used, "##", 2);
        else if (length == 0 || (length == 1 && ((unsigned char)*text < 0x20 || *text == 0x7F)))
            append(escaped, &used, "?", 1);
        else
            append(escaped, &used, text, length);
        text += length == 0 ? 1 : length;
    }
}

static void write_text(const canvas *on, const bt_placed_text *text)
{
    char escaped[TEXT_ROOM];
    escape_text(escaped, text->text);
    double size = text->size * millimetres_per_point * on->format->text_scale;
    plschr((size + 1e-4) * on->format->scale, 1);
    plsfont(PL_FCI_SANS, PL_FCI_UPRIGHT, text->is_bold ? PL_FCI_BOLD : PL_FCI_MEDIUM);
    set_colour(text->colour);
    plptex(text->x, text->y, text->is_vertical ? 0 : 1, text->is_vertical ? 1 : 0, text->anchor,
           escaped);
}

/* ---- axes ---- */

static double to_x(const bt_panel_layout *panel, double value)
{
    return panel->box.left + panel->box.width * bt_axis_share(&panel->x, value);
}

static double to_y(const bt_panel_layout *panel, double value)
{
    return panel->box.bottom + panel->box.height * bt_axis_share(&panel->y, value);
}

static void write_tick(const canvas *on, const bt_tick *tick, double x, double y, double anchor)
{
    write_text(on, &(bt_placed_text){.text = tick->label,
                                     .x = x,
                                     .y = y,
                                     .anchor = anchor,
                                     .size = BT_TICK_SIZE,
                                     .colour = BT_DARK_GREY});
}

static void write_x_tick(const canvas *on, const bt_panel_layout *panel, const bt_tick *tick,
                         double x)
{
    double top = panel->box.bottom - 6;
    if (!panel->has_upright_labels) {
        write_tick(on, tick, x, top - BT_TICK_SIZE / 2.0, 0.5);
        return;
    }
    write_text(on, &(bt_placed_text){.text = tick->label,
                                     .x = x,
                                     .y = top,
                                     .anchor = 1,
                                     .size = BT_TICK_SIZE,
                                     .is_vertical = true,
                                     .colour = BT_DARK_GREY});
}

static void draw_x_axis(const canvas *on, const bt_panel_layout *panel)
{
    const bt_box *box = &panel->box;
    for (size_t i = 0; i < panel->x.n; i++) {
        const bt_tick *tick = &panel->x.tick[i];
        bool is_major = tick->label[0] != '\0';
        double x = to_x(panel, tick->position);
        set_colour(BT_DARK_GREY);
        set_width(on, hair_line);
        pljoin(x, box->bottom, x, box->bottom - (is_major ? 4 : 2));
        if (is_major)
            write_x_tick(on, panel, tick, x);
    }
    write_text(on, &(bt_placed_text){.text = panel->x.label,
                                     .x = box->left + box->width / 2,
                                     .y = panel->x_label_y,
                                     .anchor = 0.5,
                                     .size = BT_LABEL_SIZE,
                                     .colour = BT_BLACK});
}

static void draw_y_axis(const canvas *on, const bt_panel_layout *panel)
{
    const bt_box *box = &panel->box;
    for (size_t i = 0; i < panel->y.n; i++) {
        const bt_tick *tick = &panel->y.tick[i];
        bool is_major = tick->label[0] != '\0';
        double y = to_y(panel, tick->position);
        set_colour(BT_DARK_GREY);
        set_width(on, hair_line);
        pljoin(box->left, y, box->left - (is_major ? 4 : 2), y);
        if (is_major)
            write_tick(on, tick, box->left - 6, y, 1);
    }
    write_text(on, &(bt_placed_text){.text = panel->y.label,
                                     .x = panel->y_label_x,
                                     .y = box->bottom + box->height / 2,
                                     .anchor = 0.5,
                                     .size = BT_LABEL_SIZE,
                                     .is_vertical = true,
                                     .colour = BT_BLACK});
}

/* Faint lines at the labelled ticks of the y axis. */
static void draw_grid(const canvas *on, const bt_panel_layout *panel)
{
    set_colour(BT_LIGHT_GREY);
    set_width(on, 0.5);
    for (size_t i = 0; i < panel->y.n; i++) {
        double y = to_y(panel, panel->y.tick[i].position);
        if (panel->y.tick[i].label[0] != '\0')
            pljoin(panel->box.left, y, panel->box.left + panel->box.width, y);
    }
}

/* ---- data ---- */

static bool can_show(const bt_ticks *ticks, double value)
{
    return isfinite(value) && (!ticks->is_log || value > 0);
}

/* The y of a band's edge: what a log axis cannot show lies at its end. */
static double band_edge(const bt_panel_layout *panel, double value)
{
    return panel->y.is_log && value <= 0 ? panel->box.bottom - 1 : to_y(panel, value);
}

/* One unbroken piece of a band, there and back. */
static void fill_piece(const canvas *on, const bt_panel_layout *panel,
                       const bt_figure_band *band, size_t first, size_t last)
{
    size_t n = last - first;
    double *x = on->work;
    double *y = x + 2 * n;
    for (size_t i = 0; i < n; i++) {
        x[i] = x[2 * n - 1 - i] = to_x(panel, band->x[first + i]);
        y[i] = band_edge(panel, band->low[first + i]);
        y[2 * n - 1 - i] = band_edge(panel, band->high[first + i]);
    }
    plfill((PLINT)(2 * n), x, y);
}

static void draw_band(const canvas *on, const bt_panel_layout *panel,
                      const bt_figure_band *band)
{
    mix_colour(bt_palette[band->colour], band_opacity);
    size_t first = 0;
    for (size_t i = 0; i <= band->n; i++) {
        bool shown = i < band->n && can_show(&panel->x, band->x[i]) && isfinite(band->low[i]) &&
                     can_show(&panel->y, band->high[i]);
        if (shown)
            continue;
        if (i > first + 1)
            fill_piece(on, panel, band, first, i);
        first = i + 1;
    }
}

static void stroke_piece(const canvas *on, const bt_panel_layout *panel,
                         const bt_figure_line *line, size_t first, size_t last)
{
    size_t n = last - first;
    double *x = on->work;
    double *y = x + n;
    for (size_t i = 0; i < n; i++) {
        x[i] = to_x(panel, line->x[first + i]);
        y[i] = to_y(panel, line->y[first + i]);
    }
    plline((PLINT)n, x, y);
}

static void draw_line(const canvas *on, const bt_panel_layout *panel,
                      const bt_figure_line *line)
{
    set_colour(line->colour);
    set_width(on, data_line);
    set_style(on, line->style);
    size_t first = 0;
    for (size_t i = 0; i <= line->n && line->has_line; i++) {
        bool shown =
            i < line->n && can_show(&panel->x, line->x[i]) && can_show(&panel->y, line->y[i]);
        if (shown)
            continue;
        if (i > first + 1)
            stroke_piece(on, panel, line, first, i);
        first = i + 1;
    }
    set_style(on, BT_SOLID);
    for (size_t i = 0; i < line->n && line->has_markers; i++)
        if (can_show(&panel->x, line->x[i]) && can_show(&panel->y, line->y[i]))
            fill_circle(to_x(panel, line->x[i]), to_y(panel, line->y[i]), marker_radius);
}

static void draw_reference(const canvas *on, const bt_panel_layout *panel,
                           const bt_figure_reference *reference)
{
    if (!can_show(&panel->y, reference->y))
        return;
    double y = to_y(panel, reference->y);
    set_colour(reference->colour);
    set_width(on, reference_line);
    set_style(on, reference->style);
    pljoin(panel->box.left, y, panel->box.left + panel->box.width, y);
    set_style(on, BT_SOLID);
}

/* ---- heat maps ---- */

/* Black or white, whichever reads better on a colour. */
static bt_colour readable_on(bt_rgb colour)
{
    double luminance = 0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue;
    return luminance > 140 ? BT_BLACK : BT_WHITE;
}

static void draw_cell(const canvas *on, const bt_panel_layout *panel, size_t column, size_t row,
                      double value, bool with_text)
{
    double left = to_x(panel, (double)column - 0.5);
    double bottom = to_y(panel, (double)row - 0.5);
    double width = to_x(panel, (double)column + 0.5) - left;
    double height = to_y(panel, (double)row + 0.5) - bottom;
    bt_rgb colour = bt_heat_colour(bt_axis_share(&panel->colour, value));
    mix_colour(colour, 1);
    set_width(on, 0.2);
    fill_box(left, bottom, width, height);
    if (!with_text)
        return;
    char text[BT_TICK_LABEL_LENGTH];
    bt_format_between_ticks(text, sizeof(text), value, &panel->colour);
    write_text(on, &(bt_placed_text){.text = text,
                                     .x = left + width / 2,
                                     .y = bottom + height / 2,
                                     .anchor = 0.5,
                                     .size = BT_CAPTION_SIZE,
                                     .colour = readable_on(colour)});
}

static void draw_colour_bar(const canvas *on, const bt_panel_layout *panel)
{
    enum { STEPS = 64 };
    const bt_box *bar = &panel->colour_bar;
    for (int i = 0; i < STEPS; i++) {
        mix_colour(bt_heat_colour((i + 0.5) / STEPS), 1);
        set_width(on, 0.2);
        double below = bar->height * i / STEPS; /* up to the top: steps leave no seams */
        fill_box(bar->left, bar->bottom + below, bar->width, bar->height - below);
    }
    set_colour(BT_DARK_GREY);
    outline_box(on, bar);
    double widest = 0;
    for (size_t i = 0; i < panel->colour.n; i++) {
        const bt_tick *tick = &panel->colour.tick[i];
        double y = bar->bottom + bar->height * bt_axis_share(&panel->colour, tick->position);
        double right = bar->left + bar->width;
        set_colour(BT_DARK_GREY);
        pljoin(right, y, right + 3, y);
        write_tick(on, tick, right + 5, y, 0);
        widest = fmax(widest, bt_text_width(tick->label, BT_TICK_SIZE));
    }
    write_text(on,
               &(bt_placed_text){.text = panel->colour.label,
                                 .x = bar->left + bar->width + 9 + widest + BT_LABEL_SIZE / 2.0,
                                 .y = bar->bottom + bar->height / 2,
                                 .anchor = 0.5,
                                 .size = BT_LABEL_SIZE,
                                 .is_vertical = true,
                                 .colour = BT_BLACK});
}

static void draw_heat_map(const canvas *on, const bt_panel_layout *panel,
                          const bt_figure_heat_map *map)
{
    double cell_width = panel->box.width / (double)map->n_columns;
    double cell_height = panel->box.height / (double)map->n_rows;
    bool with_text = cell_width > 26 && cell_height > 12;
    for (size_t row = 0; row < map->n_rows; row++)
        for (size_t column = 0; column < map->n_columns; column++) {
            double value = map->value[row * map->n_columns + column];
            if (isfinite(value))
                draw_cell(on, panel, column, row, value, with_text);
        }
    draw_colour_bar(on, panel);
}

/* ---- the page ---- */

static void draw_panel(const canvas *on, size_t index)
{
    const bt_figure_panel *panel = &on->figure->panel[index];
    const bt_panel_layout *layout = &on->layout->panel[index];
    if (panel->heat_map != NULL) {
        draw_heat_map(on, layout, panel->heat_map);
    } else {
        draw_grid(on, layout);
        allow(on, &layout->box);
        for (size_t i = 0; i < panel->n_bands; i++)
            draw_band(on, layout, &panel->band[i]);
        for (size_t i = 0; i < panel->n_references; i++)
            draw_reference(on, layout, &panel->reference[i]);
        for (size_t i = 0; i < panel->n_lines; i++)
            draw_line(on, layout, &panel->line[i]);
        allow(on, NULL);
    }
    set_colour(BT_DARK_GREY);
    outline_box(on, &layout->box);
    draw_x_axis(on, layout);
    draw_y_axis(on, layout);
}

static void draw_legend_entry(const canvas *on, const bt_legend_entry *entry)
{
    double right = entry->x + BT_LEGEND_KEY_WIDTH;
    if (entry->kind == BT_KEY_BAND) {
        mix_colour(bt_palette[entry->colour], band_opacity);
        fill_box(entry->x, entry->y - 4, BT_LEGEND_KEY_WIDTH, 8);
    } else if (entry->kind == BT_KEY_MARKER) {
        set_colour(entry->colour);
        fill_circle((entry->x + right) / 2, entry->y, marker_radius);
    } else {
        set_colour(entry->colour);
        set_width(on, data_line);
        set_style(on, entry->style);
        pljoin(entry->x, entry->y, right, entry->y);
        set_style(on, BT_SOLID);
    }
    write_text(on, &(bt_placed_text){.text = entry->label,
                                     .x = right + 4,
                                     .y = entry->y,
                                     .size = BT_TICK_SIZE,
                                     .colour = BT_BLACK});
}

static void draw_page(const canvas *on)
{
    allow(on, NULL);
    for (size_t i = 0; i < on->layout->n_texts; i++)
        write_text(on, &on->layout->text[i]);
    for (size_t i = 0; i < on->layout->n_entries; i++)
        draw_legend_entry(on, &on->layout->entry[i]);
    for (size_t i = 0; i < on->figure->n_panels; i++)
        draw_panel(on, i);
}

/* PLplot would ask which device to use when it does not have this one. */
static bool has_device(const char *device)
{
    const char *menu[MAX_DEVICES];
    const char *name[MAX_DEVICES];
    const char **menus = menu;
    const char **names = name;
    int count = MAX_DEVICES;
    plgDevs(&menus, &names, &count);
    for (int i = 0; i < count; i++)
        if (strcmp(name[i], device) == 0)
            return true;
    return false;
}

static void set_up_colours(void)
{
    plscmap0n(N_PL_COLOURS);
    plscolbg(255, 255, 255);
    for (int i = 0; i < BT_N_COLOURS; i++)
        plscol0(FIRST_COLOUR + i, bt_palette[i].red, bt_palette[i].green, bt_palette[i].blue);
}

static size_t longest(const bt_figure *figure)
{
    size_t most = 1;
    for (size_t i = 0; i < figure->n_panels; i++) {
        const bt_figure_panel *panel = &figure->panel[i];
        for (size_t j = 0; j < panel->n_lines; j++)
            most = panel->line[j].n > most ? panel->line[j].n : most;
        for (size_t j = 0; j < panel->n_bands; j++)
            most = panel->band[j].n > most ? panel->band[j].n : most;
    }
    return most;
}

int bt_canvas_draw(const bt_figure *figure, const bt_layout *layout,
                   const bt_picture_format *format, FILE *stream)
{
    if (!has_device(format->device)) {
        fprintf(stderr, "PLplot has no driver '%s' (Debian: plplot-driver-cairo)",
                format->device);
        return 1;
    }
    canvas on = {figure, layout, format, calloc(4 * longest(figure), sizeof(double))};
    if (on.work == NULL) {
        fprintf(stderr, "memory ran out");
        return 1;
    }
    plsdev(format->device);
    plsfile(stream);
    plsetopt("drvopt", "text_clipping=0");
    plspage(0, 0, (PLINT)lround(layout->width * format->scale),
            (PLINT)lround(layout->height * format->scale), 0, 0);
    set_up_colours();
    plinit();
    plfontld(0);
    pladv(0);
    draw_page(&on);
    plend();
    free(on.work);
    return 0;
}
