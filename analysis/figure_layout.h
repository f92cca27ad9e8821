/*
 * Where everything of a figure goes on its page.
 *
 * In points (1/72 inch), from the page's lower left corner. From top to bottom: title,
 * legend, rows of panels, caption; the legend stands outside the panels so that it never
 * hides data, and margins are measured from the texts that they hold. Widths of texts are
 * estimated for DejaVu Sans, the widest of the usual sans-serif fonts.
 */
#ifndef BT_ANALYSIS_FIGURE_LAYOUT_H
#define BT_ANALYSIS_FIGURE_LAYOUT_H

#include "analysis/figure.h"
#include "analysis/figure_ticks.h"

enum {
    BT_TITLE_SIZE = 12,
    BT_LABEL_SIZE = 10,
    BT_TICK_SIZE = 9,
    BT_CAPTION_SIZE = 8,
    BT_LEGEND_KEY_WIDTH = 22
};

typedef struct bt_box {
    double left;
    double bottom;
    double width;
    double height;
} bt_box;

/* A text of one line; `y` is the middle of its letters, `anchor` 0 left, 0.5 centre, 1
 * right. */
typedef struct bt_placed_text {
    const char *text;
    double x;
    double y;
    double anchor;
    int size;
    bool is_bold;
    bool is_vertical;
    bt_colour colour;
} bt_placed_text;

typedef enum bt_legend_kind { BT_KEY_LINE, BT_KEY_BAND, BT_KEY_MARKER } bt_legend_kind;

/* One entry of the legend: its key from x to x + BT_LEGEND_KEY_WIDTH at height y. */
typedef struct bt_legend_entry {
    const char *label;
    bt_legend_kind kind;
    bt_colour colour;
    bt_line_style style;
    double x;
    double y;
} bt_legend_entry;

typedef struct bt_panel_layout {
    bt_box box; /* the plotting area */
    bt_ticks x;
    bt_ticks y;
    bool has_upright_labels; /* the x axis's words stand upright, for room */
    double x_label_y;        /* middle of the axis label under the panel */
    double y_label_x;        /* middle of the vertical axis label */
    bt_box colour_bar;       /* of a heat map */
    bt_ticks colour;         /* its ticks */
} bt_panel_layout;

typedef struct bt_layout {
    double width;
    double height;
    bt_placed_text *text; /* title, caption lines, panel titles and notes */
    size_t n_texts;
    bt_legend_entry *entry;
    size_t n_entries;
    bt_panel_layout *panel; /* [figure's panels] */
} bt_layout;

/* Everything is owned by `arena` or the figure. Fails as bt_figure_check does. */
bt_status bt_figure_lay_out(const bt_figure *figure, bt_arena *arena, bt_layout **layout,
                            bt_error *error);

/* Width of a UTF-8 text of `size` points, an estimate from above. */
double bt_text_width(const char *text, int size);

#endif
