#include "analysis/figure_layout.h"

#include <math.h>
#include <string.h>

/* Distances, in points. */
static const double page_margin = 10;
static const double title_height = 18;
static const double legend_height = 14;
static const double legend_gap = 10;
static const double caption_height = 11;
static const double panel_title_height = 12;
static const double note_height = 13;
static const double tick_gap = 6;
static const double column_gap = 14;
static const double row_gap = 8;
static const double colour_bar_width = 10;
static const double colour_bar_gap = 8;

/* The advance of a letter of DejaVu Sans, in ems, by classes rounded up. */
static double letter_width(unsigned char letter)
{
    if (strchr("ijl|'", letter) != NULL)
        return 0.29;
    if (strchr("fIt.,:;!()[]/ -", letter) != NULL)
        return 0.39;
    if (strchr("rcsz\"", letter) != NULL)
        return 0.52;
    if (strchr("mwMW@%", letter) != NULL)
        return 0.97;
    return (letter >= 'A' && letter <= 'Z') || letter >= 0x80 ? 0.72 : 0.63;
}

double bt_text_width(const char *text, int size)
{
    double width = 0;
    for (const unsigned char *next = (const unsigned char *)text; *next != '\0'; next++)
        if ((*next & 0xC0) != 0x80) /* later bytes of a sequence have no width of their own */
            width += letter_width(*next);
    return width * size;
}

/* What the layout is made with; texts and entries go into growing arrays. */
typedef struct making {
    const bt_figure *figure;
    bt_arena *arena;
    bt_layout *layout;
    size_t text_room;
    size_t entry_room;
    bool out_of_memory;
} making;

static void *with_room(making *make, void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    size_t larger = *room == 0 ? 16 : 2 * *room;
    void *copy = bt_arena_allocate(make->arena, larger, size);
    if (copy == NULL) {
        make->out_of_memory = true;
        return NULL;
    }
    if (count > 0)
        memcpy(copy, array, count * size);
    *room = larger;
    return copy;
}

static void place_text(making *make, bt_placed_text text)
{
    bt_layout *layout = make->layout;
    bt_placed_text *texts =
        with_room(make, layout->text, layout->n_texts, &make->text_room, sizeof(text));
    if (texts == NULL)
        return;
    layout->text = texts;
    layout->text[layout->n_texts++] = text;
}

/* A sub-text as a string of its own. */
static const char *cut(making *make, const char *text, size_t length)
{
    char *copy = BT_ARENA_NEW(make->arena, length + 1, char);
    if (copy == NULL) {
        make->out_of_memory = true;
        return "";
    }
    memcpy(copy, text, length);
    return copy;
}

/* Place `text` in lines of at most `width`, broken between words, from `top` down; returns
 * the height used. Without `place` it only measures. */
static double place_wrapped(making *make, bt_placed_text like, const char *text, double width,
                            double line_height, bool place)
{
    double used = 0;
    while (*text != '\0') {
        size_t length = 0;
        for (size_t end = 1;; end++) {
            if (text[end] != ' ' && text[end] != '\0')
                continue;
            if (length > 0 && bt_text_width(cut(make, text, end), like.size) > width)
                break;
            length = end;
            if (text[end] == '\0')
                break;
        }
        used += line_height;
        if (place) {
            bt_placed_text line = like;
            line.text = cut(make, text, length);
            line.y = like.y - used + line_height / 2;
            place_text(make, line);
        }
        text += length;
        while (*text == ' ')
            text++;
    }
    return used;
}

/* ---- the legend ---- */

static bool has_entry(const bt_layout *layout, const bt_legend_entry *entry)
{
    for (size_t i = 0; i < layout->n_entries; i++) {
        const bt_legend_entry *other = &layout->entry[i];
        if (strcmp(other->label, entry->label) == 0 && other->kind == entry->kind &&
            other->colour == entry->colour && other->style == entry->style)
            return true;
    }
    return false;
}

static void add_entry(making *make, bt_legend_entry entry)
{
    bt_layout *layout = make->layout;
    if (entry.label == NULL || has_entry(layout, &entry))
        return;
    bt_legend_entry *entries =
        with_room(make, layout->entry, layout->n_entries, &make->entry_room, sizeof(entry));
    if (entries == NULL)
        return;
    layout->entry = entries;
    layout->entry[layout->n_entries++] = entry;
}

/* The different keys of all panels: lines, then bands, then reference lines. */
static void collect_legend(making *make)
{
    const bt_figure *figure = make->figure;
    for (size_t i = 0; i < figure->n_panels; i++)
        for (size_t j = 0; j < figure->panel[i].n_lines; j++) {
            const bt_figure_line *line = &figure->panel[i].line[j];
            bt_legend_kind kind = line->has_line ? BT_KEY_LINE : BT_KEY_MARKER;
            add_entry(make,
                      (bt_legend_entry){line->label, kind, line->colour, line->style, 0, 0});
        }
    for (size_t i = 0; i < figure->n_panels; i++)
        for (size_t j = 0; j < figure->panel[i].n_bands; j++) {
            const bt_figure_band *band = &figure->panel[i].band[j];
            add_entry(make, (bt_legend_entry){band->label, BT_KEY_BAND, band->colour, BT_SOLID,
                                              0, 0});
        }
    for (size_t i = 0; i < figure->n_panels; i++)
        for (size_t j = 0; j < figure->panel[i].n_references; j++) {
            const bt_figure_reference *line = &figure->panel[i].reference[j];
            add_entry(make, (bt_legend_entry){line->label, BT_KEY_LINE, line->colour,
                                              line->style, 0, 0});
        }
}

/* Entries flow from the left and wrap; y counts down from 0. Returns the height. */
static double flow_legend(making *make)
{
    bt_layout *layout = make->layout;
    double x = page_margin;
    double row = 0;
    for (size_t i = 0; i < layout->n_entries; i++) {
        bt_legend_entry *entry = &layout->entry[i];
        double width = BT_LEGEND_KEY_WIDTH + 4 + bt_text_width(entry->label, BT_TICK_SIZE);
        if (x > page_margin && x + width > layout->width - page_margin) {
            x = page_margin;
            row++;
        }
        entry->x = x;
        entry->y = -(row + 0.5) * legend_height;
        x += width + legend_gap;
    }
    return layout->n_entries == 0 ? 0 : (row + 1) * legend_height + 4;
}

/* ---- panels ---- */

static bool has_markers(const bt_figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_lines; i++)
        if (panel->line[i].has_markers)
            return true;
    return false;
}

static void heat_range(const bt_figure_heat_map *map, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < map->n_columns * map->n_rows; i++) {
        if (!isfinite(map->value[i]))
            continue;
        *low = fmin(*low, map->value[i]);
        *high = fmax(*high, map->value[i]);
    }
    if (*low > *high)
        *low = *high = 0;
    if (*low == *high) {
        double half = *low == 0 ? 1 : 0.05 * fabs(*low);
        *low -= half;
        *high += half;
    }
}

static double widest_label(const bt_ticks *ticks)
{
    double widest = 0;
    for (size_t i = 0; i < ticks->n; i++)
        widest = fmax(widest, bt_text_width(ticks->tick[i].label, BT_TICK_SIZE));
    return widest;
}

/* Words stand side by side while there is room, upright when there is not, and only where
 * there is room for not even that are some left out. */
static void label_words(const bt_figure_axis *axis, const double *value, double width,
                        bt_panel_layout *layout)
{
    size_t count = axis->n_categories;
    double room = 0.75 * width / (double)count; /* the axis is narrower than the panel */
    layout->x = bt_ticks_for_cells(axis, value, count, count);
    layout->has_upright_labels = widest_label(&layout->x) > room - 4;
    if (layout->has_upright_labels)
        layout->x =
            bt_ticks_for_cells(axis, value, count, (size_t)(0.75 * width / BT_TICK_SIZE));
}

static void make_ticks(const bt_figure_panel *panel, bt_panel_layout *layout,
                       double width_of_panel, double height_of_panel)
{
    size_t wanted_x = width_of_panel > 250 ? 6 : 4;
    size_t wanted_y = height_of_panel > 180 ? 6 : 4;
    if (panel->heat_map != NULL) {
        const bt_figure_heat_map *map = panel->heat_map;
        if (panel->x.category != NULL)
            label_words(&panel->x, map->column, width_of_panel, layout);
        else
            layout->x = bt_ticks_for_cells(&panel->x, map->column, map->n_columns,
                                           width_of_panel > 250 ? 11 : 6);
        size_t rows = panel->y.category != NULL ? (size_t)(height_of_panel / BT_TICK_SIZE) : 12;
        layout->y = bt_ticks_for_cells(&panel->y, map->row, map->n_rows, rows);
        double low = NAN;
        double high = NAN;
        heat_range(map, &low, &high);
        bt_figure_axis scale = {.label = map->label, .minimum = NAN, .maximum = NAN};
        layout->colour = bt_ticks_for(&scale, low, high, 0, wanted_y);
        return;
    }
    double low = NAN;
    double high = NAN;
    bt_panel_x_range(panel, &low, &high);
    double margin = has_markers(panel) ? 0.04 : 0;
    if (panel->x.category != NULL)
        label_words(&panel->x, NULL, width_of_panel, layout);
    else
        layout->x = bt_ticks_for(&panel->x, low, high, margin, wanted_x);
    bt_panel_y_range(panel, &low, &high);
    layout->y = bt_ticks_for(&panel->y, low, high, 0.05, wanted_y);
}

/* Half of the last x tick's label may stand out to the right of the panel. */
static double overhang(const bt_ticks *ticks)
{
    double most = 0;
    for (size_t i = 0; i < ticks->n; i++)
        if (bt_axis_share(ticks, ticks->tick[i].position) > 0.9)
            most = fmax(most, bt_text_width(ticks->tick[i].label, BT_TICK_SIZE) / 2);
    return most;
}

static double left_margin(const bt_panel_layout *panel)
{
    double label = panel->y.label[0] == '\0' ? 0 : BT_LABEL_SIZE + 6;
    return label + widest_label(&panel->y) + tick_gap;
}

static double right_margin(const bt_figure_panel *panel, const bt_panel_layout *layout)
{
    double margin = layout->has_upright_labels ? 6 : fmax(6, overhang(&layout->x));
    if (panel->heat_map == NULL)
        return margin;
    double label = layout->colour.label[0] == '\0' ? 0 : BT_LABEL_SIZE + 6;
    return fmax(margin, colour_bar_gap + colour_bar_width + tick_gap +
                            widest_label(&layout->colour) + label);
}

static size_t n_columns_of(const bt_figure *figure)
{
    return figure->n_columns < figure->n_panels ? figure->n_columns : figure->n_panels;
}

/* Small panels' titles begin over the y axis's label, for room. */
static bool has_small_panels(const bt_figure *figure)
{
    return n_columns_of(figure) > 2;
}

/* The title of a panel in lines; `box`: of the panel, of which only the width counts
 * when it is measured. Bold letters are wider. Returns the height. */
static double place_panel_title(making *make, size_t index, const bt_box *box, double top,
                                bool place)
{
    const bt_figure_panel *panel = &make->figure->panel[index];
    if (panel->title == NULL)
        return 0;
    bool is_small = has_small_panels(make->figure);
    double shift = is_small ? left_margin(&make->layout->panel[index]) : 0;
    bt_placed_text like = {.x = box->left - shift,
                           .y = top,
                           .size = is_small ? BT_CAPTION_SIZE : BT_LABEL_SIZE,
                           .is_bold = true,
                           .colour = BT_BLACK};
    return place_wrapped(make, like, panel->title, 0.92 * (box->width + shift),
                         panel_title_height, place);
}

static double head_height(making *make, size_t first, size_t last, double width)
{
    double title = 0;
    double note = 0;
    for (size_t i = first; i < last; i++) {
        bt_box box = {.width = width};
        title = fmax(title, place_panel_title(make, i, &box, 0, false));
        note = make->figure->panel[i].note != NULL ? note_height : note;
    }
    return 6 + title + note;
}

/* Of the x axis's tick labels. */
static double label_height(const bt_panel_layout *panel)
{
    return panel->has_upright_labels ? widest_label(&panel->x) : BT_TICK_SIZE;
}

static double foot_height(const making *make, size_t first, size_t last)
{
    double height = BT_TICK_SIZE;
    for (size_t i = first; i < last; i++)
        height = fmax(height, label_height(&make->layout->panel[i]));
    return tick_gap + height + 4 + BT_LABEL_SIZE + 6;
}

/* The rows of a heat map that are named one by one, with room for each name. */
static double height_of_words(const bt_figure_panel *panel)
{
    enum { MOST_ROWS = 45 };
    size_t rows =
        panel->heat_map != NULL && panel->y.category != NULL ? panel->heat_map->n_rows : 0;
    return (BT_TICK_SIZE + 2.0) * (double)(rows < MOST_ROWS ? rows : MOST_ROWS);
}

static double panel_height(const bt_figure *figure)
{
    size_t columns = n_columns_of(figure);
    double height = columns == 1 ? 230 : columns == 2 ? 165 : 115;
    for (size_t i = 0; i < figure->n_panels; i++)
        if (figure->panel[i].heat_map != NULL && columns > 1)
            height = 190;
    for (size_t i = 0; i < figure->n_panels; i++)
        height = fmax(height, height_of_words(&figure->panel[i]));
    return height;
}

/* Left edges and the common width of the plotting areas: [columns]. */
static double spread_columns(const making *make, double *left)
{
    const bt_figure *figure = make->figure;
    size_t columns = n_columns_of(figure);
    double used = 2 * page_margin + column_gap * (double)(columns - 1);
    double before[8] = {0};
    double after[8] = {0};
    for (size_t i = 0; i < figure->n_panels; i++) {
        size_t column = i % columns;
        const bt_panel_layout *panel = &make->layout->panel[i];
        before[column] = fmax(before[column], left_margin(panel));
        after[column] = fmax(after[column], right_margin(&figure->panel[i], panel));
    }
    for (size_t column = 0; column < columns; column++)
        used += before[column] + after[column];
    double width = (make->layout->width - used) / (double)columns;
    double x = page_margin;
    for (size_t column = 0; column < columns; column++) {
        left[column] = x + before[column];
        x = left[column] + width + after[column] + column_gap;
    }
    return width;
}

static void place_head(making *make, size_t index, const bt_box *box)
{
    const bt_figure_panel *panel = &make->figure->panel[index];
    double y = box->bottom + box->height + 4;
    if (panel->note != NULL) {
        place_text(make, (bt_placed_text){.text = panel->note,
                                          .x = box->left,
                                          .y = y + note_height / 2,
                                          .size = BT_TICK_SIZE,
                                          .colour = BT_DARK_GREY});
        y += note_height;
    }
    double used = place_panel_title(make, index, box, y, false);
    place_panel_title(make, index, box, y + used, true);
}

static void place_panel(making *make, size_t index, bt_box box)
{
    const bt_figure_panel *panel = &make->figure->panel[index];
    bt_panel_layout *layout = &make->layout->panel[index];
    layout->box = box;
    layout->x_label_y = box.bottom - tick_gap - label_height(layout) - 4 - BT_LABEL_SIZE / 2.0;
    layout->y_label_x =
        box.left - tick_gap - widest_label(&layout->y) - 4 - BT_LABEL_SIZE / 2.0;
    if (panel->heat_map != NULL)
        layout->colour_bar = (bt_box){box.left + box.width + colour_bar_gap, box.bottom,
                                      colour_bar_width, box.height};
    place_head(make, index, &box);
}

/* Rows of panels from `top` down; returns the y of their lower end. */
static double place_panels(making *make, double top)
{
    const bt_figure *figure = make->figure;
    size_t columns = n_columns_of(figure);
    double left[8] = {0};
    double width = spread_columns(make, left);
    double height = panel_height(figure);
    double y = top;
    for (size_t first = 0; first < figure->n_panels; first += columns) {
        size_t last = first + columns < figure->n_panels ? first + columns : figure->n_panels;
        double bottom = y - head_height(make, first, last, width) - height;
        for (size_t i = first; i < last; i++)
            place_panel(make, i, (bt_box){left[i - first], bottom, width, height});
        y = bottom - foot_height(make, first, last) - row_gap;
    }
    return y + row_gap;
}

/* ---- the page ---- */

/* Everything was placed downwards from 0: set the page's height and move all up. */
static void move_onto_page(making *make, double lowest)
{
    bt_layout *layout = make->layout;
    layout->height = 2 * page_margin - lowest;
    double up = layout->height - page_margin;
    for (size_t i = 0; i < layout->n_texts; i++)
        layout->text[i].y += up;
    for (size_t i = 0; i < layout->n_entries; i++)
        layout->entry[i].y += up;
    for (size_t i = 0; i < make->figure->n_panels; i++) {
        layout->panel[i].box.bottom += up;
        layout->panel[i].colour_bar.bottom += up;
        layout->panel[i].x_label_y += up;
    }
}

static void place_page(making *make)
{
    const bt_figure *figure = make->figure;
    bt_layout *layout = make->layout;
    double text_width = layout->width - 2 * page_margin;
    bt_placed_text title = {
        .x = page_margin, .size = BT_TITLE_SIZE, .is_bold = true, .colour = BT_BLACK};
    double y =
        -place_wrapped(make, title, figure->title, 0.92 * text_width, title_height, true);
    double legend_used = flow_legend(make);
    for (size_t i = 0; i < layout->n_entries; i++)
        layout->entry[i].y += y;
    y = place_panels(make, y - legend_used);
    bt_placed_text caption = {
        .x = page_margin, .y = y, .size = BT_CAPTION_SIZE, .colour = BT_DARK_GREY};
    const char *caption_text = figure->caption == NULL ? "" : figure->caption;
    y -= place_wrapped(make, caption, caption_text, text_width, caption_height, true);
    move_onto_page(make, y);
}

bt_status bt_figure_lay_out(const bt_figure *figure, bt_arena *arena, bt_layout **layout,
                            bt_error *error)
{
    bt_status status = bt_figure_check(figure, error);
    if (status != BT_OK)
        return status;
    if (n_columns_of(figure) > 8)
        return bt_fail(error, BT_INTERNAL, "figure %s has more than 8 panels side by side",
                       figure->name);
    making make = {
        .figure = figure, .arena = arena, .layout = BT_ARENA_NEW(arena, 1, bt_layout)};
    if (make.layout != NULL)
        make.layout->panel = BT_ARENA_NEW(arena, figure->n_panels, bt_panel_layout);
    if (make.layout == NULL || make.layout->panel == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while a figure was laid out");
    size_t columns = n_columns_of(figure);
    make.layout->width = columns == 1 ? 432 : 504;
    for (size_t i = 0; i < figure->n_panels; i++)
        make_ticks(&figure->panel[i], &make.layout->panel[i],
                   make.layout->width / (double)columns, panel_height(figure));
    collect_legend(&make);
    place_page(&make);
    if (make.out_of_memory)
        return bt_fail(error, BT_INTERNAL, "memory ran out while a figure was laid out");
    *layout = make.layout;
    return BT_OK;
}
