#include "analysis/figure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const bt_rgb bt_palette[BT_N_COLOURS] = {
    [BT_BLUE] = {0, 114, 178},    [BT_VERMILLION] = {213, 94, 0},
    [BT_GREEN] = {0, 158, 115},   [BT_PURPLE] = {204, 121, 167},
    [BT_ORANGE] = {230, 159, 0},  [BT_SKY] = {86, 180, 233},
    [BT_BLACK] = {20, 20, 20},    [BT_DARK_GREY] = {80, 80, 80},
    [BT_GREY] = {140, 140, 140},  [BT_LIGHT_GREY] = {225, 225, 225},
    [BT_WHITE] = {255, 255, 255},
};

/* Viridis at 0, 1/8, ..., 1. */
static const bt_rgb viridis[] = {{68, 1, 84},    {71, 45, 123},  {59, 82, 139},
                                 {44, 114, 142}, {33, 145, 140}, {40, 174, 128},
                                 {94, 201, 98},  {173, 220, 48}, {253, 231, 37}};

enum { N_VIRIDIS = sizeof(viridis) / sizeof(viridis[0]) };

static unsigned char between(unsigned char low, unsigned char high, double share)
{
    return (unsigned char)lround(low + share * (high - low));
}

bt_rgb bt_heat_colour(double share)
{
    double position = fmin(fmax(share, 0), 1) * (N_VIRIDIS - 1);
    size_t below = (size_t)fmin(floor(position), N_VIRIDIS - 2);
    double rest = position - (double)below;
    bt_rgb low = viridis[below];
    bt_rgb high = viridis[below + 1];
    return (bt_rgb){between(low.red, high.red, rest), between(low.green, high.green, rest),
                    between(low.blue, high.blue, rest)};
}

bt_figure *bt_figure_create(const char *name, const char *title, size_t n_columns)
{
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return NULL;
    bt_figure *figure = BT_ARENA_NEW(arena, 1, bt_figure);
    if (figure == NULL) {
        bt_arena_destroy(arena);
        return NULL;
    }
    figure->arena = arena;
    figure->name = bt_arena_copy_text(arena, name);
    figure->title = bt_arena_copy_text(arena, title);
    figure->n_columns = n_columns > 0 ? n_columns : 1;
    figure->out_of_memory = figure->name == NULL || figure->title == NULL;
    return figure;
}

void bt_figure_destroy(bt_figure *figure)
{
    if (figure != NULL)
        bt_arena_destroy(figure->arena);
}

static const char *keep_text(bt_figure *figure, const char *text)
{
    if (text == NULL)
        return NULL;
    const char *copy = bt_arena_copy_text(figure->arena, text);
    figure->out_of_memory |= copy == NULL;
    return copy;
}

static const double *keep_numbers(bt_figure *figure, const double *values, size_t count)
{
    double *copy = BT_ARENA_NEW(figure->arena, count, double);
    if (copy == NULL) {
        figure->out_of_memory = true;
        return NULL;
    }
    if (count > 0)
        memcpy(copy, values, count * sizeof(double));
    return copy;
}

static const char *keep_format(bt_figure *figure, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : BT_ARENA_NEW(figure->arena, (size_t)length + 1, char);
    if (text == NULL) {
        figure->out_of_memory = true;
        return NULL;
    }
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

/* Room for one more element: the array grown to the next power of two when it is full. */
static void *grown(bt_figure *figure, void *array, size_t count, size_t size)
{
    bool is_full = (count & (count - 1)) == 0;
    if (!is_full)
        return array;
    void *larger = bt_arena_allocate(figure->arena, count == 0 ? 1 : 2 * count, size);
    if (larger == NULL) {
        figure->out_of_memory = true;
        return NULL;
    }
    if (count > 0)
        memcpy(larger, array, count * size);
    return larger;
}

void bt_figure_caption(bt_figure *figure, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    figure->caption = keep_format(figure, format, arguments);
    va_end(arguments);
}

void bt_figure_note(bt_figure *figure, size_t panel, const char *format, ...)
{
    if (panel >= figure->n_panels)
        return;
    va_list arguments;
    va_start(arguments, format);
    figure->panel[panel].note = keep_format(figure, format, arguments);
    va_end(arguments);
}

size_t bt_figure_add_panel(bt_figure *figure, const char *title, const char *x_label,
                           const char *y_label)
{
    bt_figure_panel *panels =
        grown(figure, figure->panel, figure->n_panels, sizeof(bt_figure_panel));
    if (panels == NULL)
        return figure->n_panels;
    figure->panel = panels;
    panels[figure->n_panels] = (bt_figure_panel){
        .title = keep_text(figure, title),
        .x = {.label = keep_text(figure, x_label), .minimum = NAN, .maximum = NAN},
        .y = {.label = keep_text(figure, y_label), .minimum = NAN, .maximum = NAN}};
    return figure->n_panels++;
}

void bt_figure_add_line(bt_figure *figure, size_t panel, bt_figure_line line)
{
    if (panel >= figure->n_panels)
        return;
    bt_figure_panel *in = &figure->panel[panel];
    bt_figure_line *lines = grown(figure, in->line, in->n_lines, sizeof(line));
    line.label = keep_text(figure, line.label);
    line.x = keep_numbers(figure, line.x, line.n);
    line.y = keep_numbers(figure, line.y, line.n);
    if (figure->out_of_memory)
        return;
    in->line = lines;
    in->line[in->n_lines++] = line;
}

void bt_figure_add_band(bt_figure *figure, size_t panel, bt_figure_band band)
{
    if (panel >= figure->n_panels)
        return;
    bt_figure_panel *in = &figure->panel[panel];
    bt_figure_band *bands = grown(figure, in->band, in->n_bands, sizeof(band));
    band.label = keep_text(figure, band.label);
    band.x = keep_numbers(figure, band.x, band.n);
    band.low = keep_numbers(figure, band.low, band.n);
    band.high = keep_numbers(figure, band.high, band.n);
    if (figure->out_of_memory)
        return;
    in->band = bands;
    in->band[in->n_bands++] = band;
}

void bt_figure_add_reference(bt_figure *figure, size_t panel, bt_figure_reference reference)
{
    if (panel >= figure->n_panels)
        return;
    bt_figure_panel *in = &figure->panel[panel];
    bt_figure_reference *references =
        grown(figure, in->reference, in->n_references, sizeof(reference));
    reference.label = keep_text(figure, reference.label);
    if (figure->out_of_memory)
        return;
    in->reference = references;
    in->reference[in->n_references++] = reference;
}

void bt_figure_set_heat_map(bt_figure *figure, size_t panel, bt_figure_heat_map heat_map)
{
    if (panel >= figure->n_panels)
        return;
    bt_figure_heat_map *kept = BT_ARENA_NEW(figure->arena, 1, bt_figure_heat_map);
    heat_map.label = keep_text(figure, heat_map.label);
    heat_map.column = keep_numbers(figure, heat_map.column, heat_map.n_columns);
    heat_map.row = keep_numbers(figure, heat_map.row, heat_map.n_rows);
    heat_map.value = keep_numbers(figure, heat_map.value, heat_map.n_columns * heat_map.n_rows);
    figure->out_of_memory |= kept == NULL;
    if (figure->out_of_memory)
        return;
    *kept = heat_map;
    figure->panel[panel].heat_map = kept;
}

void bt_figure_set_categories(bt_figure *figure, size_t panel, bt_axis_name axis,
                              const char *const *category, size_t count)
{
    if (panel >= figure->n_panels)
        return;
    const char **kept = BT_ARENA_NEW(figure->arena, count, const char *);
    if (kept == NULL) {
        figure->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        kept[i] = keep_text(figure, category[i]);
    bt_figure_panel *in = &figure->panel[panel];
    bt_figure_axis *of = axis == BT_X_AXIS ? &in->x : &in->y;
    of->category = kept;
    of->n_categories = count;
}

/* A range that grows with each value it is shown. */
typedef struct range {
    double minimum;
    double maximum;
    bool positive_only;
} range;

static range empty_range(const bt_figure_axis *axis)
{
    return (range){INFINITY, -INFINITY, axis->is_log};
}

static void include(range *into, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]) || (into->positive_only && values[i] <= 0))
            continue;
        into->minimum = fmin(into->minimum, values[i]);
        into->maximum = fmax(into->maximum, values[i]);
    }
}

static bool finish_range(const range *found, const bt_figure_axis *axis, double *minimum,
                         double *maximum)
{
    *minimum = isnan(axis->minimum) ? found->minimum : axis->minimum;
    *maximum = isnan(axis->maximum) ? found->maximum : axis->maximum;
    return isfinite(*minimum) && isfinite(*maximum) && *minimum <= *maximum;
}

bool bt_panel_x_range(const bt_figure_panel *panel, double *minimum, double *maximum)
{
    range found = empty_range(&panel->x);
    for (size_t i = 0; i < panel->n_lines; i++)
        include(&found, panel->line[i].x, panel->line[i].n);
    for (size_t i = 0; i < panel->n_bands; i++)
        include(&found, panel->band[i].x, panel->band[i].n);
    if (panel->heat_map != NULL)
        include(&found, panel->heat_map->column, panel->heat_map->n_columns);
    return finish_range(&found, &panel->x, minimum, maximum);
}

bool bt_panel_y_range(const bt_figure_panel *panel, double *minimum, double *maximum)
{
    range found = empty_range(&panel->y);
    for (size_t i = 0; i < panel->n_lines; i++)
        include(&found, panel->line[i].y, panel->line[i].n);
    for (size_t i = 0; i < panel->n_bands; i++) {
        include(&found, panel->band[i].low, panel->band[i].n);
        include(&found, panel->band[i].high, panel->band[i].n);
    }
    for (size_t i = 0; i < panel->n_references; i++)
        include(&found, &panel->reference[i].y, 1);
    if (panel->heat_map != NULL)
        include(&found, panel->heat_map->row, panel->heat_map->n_rows);
    return finish_range(&found, &panel->y, minimum, maximum);
}

typedef bool range_of(const bt_figure_panel *panel, double *minimum, double *maximum);

/* The range that holds those of all panels. */
static bool joint_range(const bt_figure *figure, range_of *of, double *minimum, double *maximum)
{
    *minimum = INFINITY;
    *maximum = -INFINITY;
    for (size_t i = 0; i < figure->n_panels; i++) {
        double low = NAN;
        double high = NAN;
        if (of(&figure->panel[i], &low, &high)) {
            *minimum = fmin(*minimum, low);
            *maximum = fmax(*maximum, high);
        }
    }
    return *minimum <= *maximum;
}

void bt_figure_share_axes(bt_figure *figure, bool share_x)
{
    double x_low = NAN;
    double x_high = NAN;
    double y_low = NAN;
    double y_high = NAN;
    bool has_x = share_x && joint_range(figure, bt_panel_x_range, &x_low, &x_high);
    bool has_y = joint_range(figure, bt_panel_y_range, &y_low, &y_high);
    for (size_t i = 0; i < figure->n_panels; i++) {
        bt_figure_panel *panel = &figure->panel[i];
        if (has_x) {
            panel->x.minimum = x_low;
            panel->x.maximum = x_high;
        }
        if (has_y) {
            panel->y.minimum = y_low;
            panel->y.maximum = y_high;
        }
    }
}

static bool is_empty(const bt_figure_panel *panel)
{
    double low = NAN;
    double high = NAN;
    return !bt_panel_x_range(panel, &low, &high) || !bt_panel_y_range(panel, &low, &high);
}

size_t bt_figure_drop_empty_panels(bt_figure *figure)
{
    size_t kept = 0;
    for (size_t i = 0; i < figure->n_panels; i++)
        if (!is_empty(&figure->panel[i]))
            figure->panel[kept++] = figure->panel[i];
    figure->n_panels = kept;
    return kept;
}

bt_status bt_figure_check(const bt_figure *figure, bt_error *error)
{
    if (figure->out_of_memory)
        return bt_fail(error, BT_INTERNAL, "memory ran out while a figure was described");
    if (figure->n_panels == 0)
        return bt_fail(error, BT_BAD_INPUT, "figure %s has no panel", figure->name);
    for (size_t i = 0; i < figure->n_panels; i++) {
        const bt_figure_panel *panel = &figure->panel[i];
        if (is_empty(panel))
            return bt_fail(error, BT_BAD_INPUT,
                           "figure %s: panel %zu has no finite value to show%s", figure->name,
                           i + 1, panel->x.is_log || panel->y.is_log ? " on its log axes" : "");
    }
    return BT_OK;
}
