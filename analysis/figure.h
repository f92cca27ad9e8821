/*
 * A figure, described: panels with lines, bands, reference lines or a heat map.
 *
 * One description serves every output: it is drawn to SVG, PDF and PNG
 * (analysis/figure_draw.h) and written as a script with its data for those who restyle
 * (analysis/figure_emit.h). It holds what is to be seen, in data units; where things go
 * on the page is the business of analysis/figure_layout.h.
 *
 * A figure owns everything it shows: texts and numbers are copied. Additions never fail
 * on their own; a figure that ran out of memory says so when it is drawn.
 */
#ifndef BT_ANALYSIS_FIGURE_H
#define BT_ANALYSIS_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/arena.h"
#include "sim/status.h"

/* Okabe and Ito's palette, told apart by readers with any colour vision, in the order in
 * which lines take them; then greys. */
typedef enum bt_colour {
    BT_BLUE,
    BT_VERMILLION,
    BT_GREEN,
    BT_PURPLE,
    BT_ORANGE,
    BT_SKY,
    BT_BLACK,
    BT_DARK_GREY,
    BT_GREY,
    BT_LIGHT_GREY,
    BT_WHITE,
    BT_N_COLOURS
} bt_colour;

enum { BT_N_LINE_COLOURS = BT_SKY + 1 };

typedef struct bt_rgb {
    unsigned char red;
    unsigned char green;
    unsigned char blue;
} bt_rgb;

extern const bt_rgb bt_palette[BT_N_COLOURS];

/* The sequential scale of heat maps at `share` in [0, 1]: viridis (Smith and van der Walt
 * 2015), even to the eye, readable in grey and with any colour vision. */
bt_rgb bt_heat_colour(double share);

typedef enum bt_line_style { BT_SOLID, BT_DASHED, BT_DOTTED, BT_DASH_DOTTED } bt_line_style;

typedef struct bt_figure_axis {
    const char *label; /* with its unit */
    bool is_log;
    double minimum; /* NAN: from the data */
    double maximum;
    const char *const *category; /* [n_categories] words at 0, 1, ...; NULL: numbers */
    size_t n_categories;
} bt_figure_axis;

/* x, y: [n]; NAN breaks the line. */
typedef struct bt_figure_line {
    const char *label; /* NULL: not in the legend */
    bt_colour colour;
    bt_line_style style;
    bool has_line;
    bool has_markers;
    size_t n;
    const double *x;
    const double *y;
} bt_figure_line;

/* x, low, high: [n]; NAN breaks the band. */
typedef struct bt_figure_band {
    const char *label;
    bt_colour colour;
    size_t n;
    const double *x;
    const double *low;
    const double *high;
} bt_figure_band;

/* A horizontal line through the panel. */
typedef struct bt_figure_reference {
    const char *label;
    bt_colour colour;
    bt_line_style style;
    double y;
} bt_figure_reference;

/* value: [n_rows * n_columns], row by row from the bottom; NAN leaves a cell empty. */
typedef struct bt_figure_heat_map {
    const char *label; /* of the colour scale, with its unit */
    size_t n_columns;
    size_t n_rows;
    const double *column; /* [n_columns] where the columns stand on the x axis */
    const double *row;    /* [n_rows] */
    const double *value;
} bt_figure_heat_map;

typedef struct bt_figure_panel {
    const char *title; /* NULL: none */
    const char *note;  /* a remark inside the panel's head; NULL: none */
    bt_figure_axis x;
    bt_figure_axis y;
    bt_figure_line *line;
    size_t n_lines;
    bt_figure_band *band;
    size_t n_bands;
    bt_figure_reference *reference;
    size_t n_references;
    bt_figure_heat_map *heat_map; /* NULL: none; then the axes are its rows and columns */
} bt_figure_panel;

typedef struct bt_figure {
    bt_arena *arena;
    const char *name; /* stem of its files: "trajectory-price" */
    const char *title;
    const char *caption; /* one or two sentences under the panels; NULL: none */
    size_t n_columns;    /* panels side by side */
    bt_figure_panel *panel;
    size_t n_panels;
    bool out_of_memory;
} bt_figure;

/* NULL when memory is out. */
bt_figure *bt_figure_create(const char *name, const char *title, size_t n_columns);
void bt_figure_destroy(bt_figure *figure);

void bt_figure_caption(bt_figure *figure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Index of a new panel; its axes are linear and found from the data. */
size_t bt_figure_add_panel(bt_figure *figure, const char *title, const char *x_label,
                           const char *y_label);
void bt_figure_note(bt_figure *figure, size_t panel, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void bt_figure_add_line(bt_figure *figure, size_t panel, bt_figure_line line);
void bt_figure_add_band(bt_figure *figure, size_t panel, bt_figure_band band);
void bt_figure_add_reference(bt_figure *figure, size_t panel, bt_figure_reference reference);
void bt_figure_set_heat_map(bt_figure *figure, size_t panel, bt_figure_heat_map heat_map);

/* Words instead of numbers along an axis: the i-th stands at i (at the i-th column or row
 * of a heat map). */
typedef enum bt_axis_name { BT_X_AXIS, BT_Y_AXIS } bt_axis_name;
void bt_figure_set_categories(bt_figure *figure, size_t panel, bt_axis_name axis,
                              const char *const *category, size_t count);

/* Give the panels the same y axis (`x` too, when asked for). */
void bt_figure_share_axes(bt_figure *figure, bool share_x);

/* Remove panels that have no finite value to show; returns how many are left. */
size_t bt_figure_drop_empty_panels(bt_figure *figure);

/* Smallest and largest finite value that the panel shows on an axis (positive ones only
 * on a log axis); false when there is none. */
bool bt_panel_x_range(const bt_figure_panel *panel, double *minimum, double *maximum);
bool bt_panel_y_range(const bt_figure_panel *panel, double *minimum, double *maximum);

/* BT_INTERNAL when memory ran out while it was described, BT_BAD_INPUT when a panel has
 * nothing to show. */
bt_status bt_figure_check(const bt_figure *figure, bt_error *error);

#endif
