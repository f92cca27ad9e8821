/*
 * The blocks of a sweep, each read into points.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/suggestion.h"
#include "experiments/sweep/sweep_points.h"

static void report(bt_sweep_reader *reader, const bt_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void report(bt_sweep_reader *reader, const bt_node *node, const char *format, ...)
{
    bt_error sentence;
    va_list arguments;
    va_start(arguments, format);
    bt_fail_va(&sentence, BT_BAD_INPUT, format, arguments);
    va_end(arguments);
    bt_diagnose(reader->diagnostics, node, "%s", sentence.message);
    reader->status = BT_BAD_INPUT;
}

/* ---- paths ---- */

/* What belongs to the file as a whole, not to a point of it. */
static bool concerns_whole_file(const char *path)
{
    static const char *const keys[] = {"format",     "name",       "replications",
                                       "checkpoint", "trace",      "common_random_numbers",
                                       "on_failure", "confidence", "confidence_level",
                                       "sweep"};
    size_t length = strcspn(path, ".[");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strlen(keys[i]) == length && strncmp(keys[i], path, length) == 0)
            return true;
    return false;
}

static bool check_path(bt_sweep_reader *reader, const bt_node *node, const char *path)
{
    if (!concerns_whole_file(path))
        return true;
    report(reader, node, "%s concerns the experiment as a whole and cannot be swept", path);
    return false;
}

static bool check_count(bt_sweep_reader *reader, const bt_node *node, size_t more)
{
    size_t most = BT_SWEEP_MOST_POINTS;
    if (more <= most && reader->points->n_points <= most - more)
        return true;
    report(reader, node, "a sweep may have %zu points; this block adds %zu to %zu", most, more,
           reader->points->n_points);
    return false;
}

static bool check_mapping(bt_sweep_reader *reader, const bt_node *node, const char *example)
{
    if (bt_node_get_kind(node) == BT_NODE_MAPPING && bt_node_count(node) > 0)
        return true;
    report(reader, node, "here a mapping from paths is expected, as in %s", example);
    return false;
}

/* ---- grid and zip ---- */

typedef struct value_axis {
    uint32_t path;
    bt_sweep_values values;
} value_axis;

/* The axes of a mapping from paths to values: [bt_node_count], or NULL with the mistakes
 * reported. */
static value_axis *read_axes(bt_sweep_reader *reader, const bt_node *node)
{
    size_t count = bt_node_count(node);
    value_axis *axes = calloc(count, sizeof(*axes));
    bool good = axes != NULL;
    for (size_t i = 0; axes != NULL && i < count; i++) {
        const char *path = bt_node_key(node, i);
        bool fits = check_path(reader, bt_node_key_node(node, i), path) &&
                    bt_sweep_values_read(bt_node_element(node, i), &axes[i].values,
                                         reader->points->arena, reader->diagnostics);
        axes[i].path = bt_points_path(reader->points, path);
        good = good && fits;
    }
    if (good)
        return axes;
    reader->status = BT_BAD_INPUT;
    free(axes);
    return NULL;
}

static void set_from_axis(bt_sweep_reader *reader, const value_axis *axis, size_t index)
{
    bt_points_set(reader->points, (bt_setting){axis->path, axis->values.text[index],
                                               axis->values.origin[index]});
}

static void read_grid(bt_sweep_reader *reader, const bt_node *node)
{
    if (!check_mapping(reader, node, "grid: {market.demand.scale: [0.2, 0.3]}"))
        return;
    value_axis *axes = read_axes(reader, node);
    if (axes == NULL)
        return;
    size_t n_axes = bt_node_count(node), total = 1;
    for (size_t i = 0; i < n_axes && total <= BT_SWEEP_MOST_POINTS; i++)
        total *= axes[i].values.count;
    bool fits = check_count(reader, node, total);
    for (size_t point = 0; fits && point < total; point++) {
        bt_points_begin(reader->points);
        size_t stride = total;
        for (size_t i = 0; i < n_axes; i++) {
            stride /= axes[i].values.count;
            set_from_axis(reader, &axes[i], point / stride % axes[i].values.count);
        }
    }
    free(axes);
}

static bool have_one_length(bt_sweep_reader *reader, const bt_node *node,
                            const value_axis *axes)
{
    for (size_t i = 1; i < bt_node_count(node); i++)
        if (axes[i].values.count != axes[0].values.count) {
            report(reader, bt_node_key_node(node, i),
                   "zip goes through its lists in step, but %s has %zu values and %s has %zu",
                   bt_node_key(node, 0), axes[0].values.count, bt_node_key(node, i),
                   axes[i].values.count);
            return false;
        }
    return true;
}

static void read_zip(bt_sweep_reader *reader, const bt_node *node)
{
    if (!check_mapping(reader, node, "zip: {market.demand.scale: [0.2, 0.3], seed: [1, 2]}"))
        return;
    value_axis *axes = read_axes(reader, node);
    if (axes == NULL)
        return;
    size_t total = axes[0].values.count;
    if (have_one_length(reader, node, axes) && check_count(reader, node, total))
        for (size_t point = 0; point < total; point++) {
            bt_points_begin(reader->points);
            for (size_t i = 0; i < bt_node_count(node); i++)
                set_from_axis(reader, &axes[i], point);
        }
    free(axes);
}

/* ---- list ---- */

static void read_list_point(bt_sweep_reader *reader, const bt_node *node)
{
    if (!check_mapping(reader, node, "list: [{market.demand.scale: 0.2}]"))
        return;
    bt_points *points = reader->points;
    bt_points_begin(points);
    for (size_t i = 0; i < bt_node_count(node); i++) {
        const bt_node *value = bt_node_element(node, i);
        check_path(reader, bt_node_key_node(node, i), bt_node_key(node, i));
        bt_setting setting = {.path = bt_points_path(points, bt_node_key(node, i)),
                              .value = bt_canonical_text(value, points->arena),
                              .origin = bt_sweep_origin(value, points->arena)};
        if (setting.value == NULL || setting.origin == NULL)
            points->out_of_memory = true;
        else
            bt_points_set(points, setting);
    }
}

static void read_list(bt_sweep_reader *reader, const bt_node *node)
{
    if (bt_node_get_kind(node) != BT_NODE_LIST || bt_node_count(node) == 0) {
        report(reader, node,
               "here a list of points is expected, as in "
               "list: [{market.demand.scale: 0.2}]");
        return;
    }
    if (!check_count(reader, node, bt_node_count(node)))
        return;
    for (size_t i = 0; i < bt_node_count(node); i++)
        read_list_point(reader, bt_node_element(node, i));
}

/* ---- sobol, halton, lhs, random ---- */

static bool read_design_axis(bt_sweep_reader *reader, const bt_node *node, size_t index,
                             bt_design_axis *axis)
{
    const char *path = bt_node_key(node, index);
    const bt_node *range = bt_node_element(node, index);
    bt_points *points = reader->points;
    if (!check_path(reader, bt_node_key_node(node, index), path))
        return false;
    if (!bt_sweep_range_read(range, &axis->range, points->arena, reader->diagnostics)) {
        reader->status = BT_BAD_INPUT;
        return false;
    }
    axis->path = bt_points_path(points, path);
    axis->origin = bt_sweep_origin(range, points->arena);
    axis->range_text = bt_canonical_text(range, points->arena);
    points->out_of_memory |= axis->origin == NULL || axis->range_text == NULL;
    return !points->out_of_memory;
}

static bool read_n_points(bt_sweep_reader *reader, const bt_node *node, size_t *n_points)
{
    const bt_node *count_node = bt_node_find(node, "points");
    if (count_node == NULL) {
        report(reader, node, "a design says how many points it has, as in points: 64");
        return false;
    }
    int64_t count;
    const char *text = bt_node_text(count_node);
    if (text == NULL || !bt_text_to_integer(text, &count) || count < 1 ||
        count > BT_SWEEP_MOST_POINTS) {
        report(reader, count_node, "points is a whole number from 1 to %d",
               BT_SWEEP_MOST_POINTS);
        return false;
    }
    *n_points = (size_t)count;
    return check_count(reader, count_node, *n_points);
}

static void read_design(bt_sweep_reader *reader, const bt_node *node, bt_design design)
{
    size_t n_points = 0;
    if (!check_mapping(reader, node, "{points: 64, market.products[*].cost: [0.8, 1.2]}"))
        return;
    bool good = read_n_points(reader, node, &n_points);
    bt_design_axis *axes = calloc(bt_node_count(node), sizeof(*axes));
    size_t n_axes = 0;
    for (size_t i = 0; axes != NULL && i < bt_node_count(node); i++)
        if (strcmp(bt_node_key(node, i), "points") != 0)
            good = read_design_axis(reader, node, i, &axes[n_axes++]) && good;
    size_t most = bt_design_most_axes(design);
    if (good && n_axes == 0)
        report(reader, node, "this design has no path to spread its points over");
    else if (good && most > 0 && n_axes > most)
        report(reader, node, "this sequence has at most %zu dimensions, not %zu", most, n_axes);
    else if (good && axes != NULL)
        bt_design_fill(design, axes, n_axes, n_points, reader->seed, reader->points);
    free(axes);
}

static void read_sobol(bt_sweep_reader *reader, const bt_node *node)
{
    read_design(reader, node, BT_DESIGN_SOBOL);
}

static void read_halton(bt_sweep_reader *reader, const bt_node *node)
{
    read_design(reader, node, BT_DESIGN_HALTON);
}

static void read_latin_hypercube(bt_sweep_reader *reader, const bt_node *node)
{
    read_design(reader, node, BT_DESIGN_LATIN_HYPERCUBE);
}

static void read_random(bt_sweep_reader *reader, const bt_node *node)
{
    read_design(reader, node, BT_DESIGN_RANDOM);
}

/* ---- table ---- */

enum { LONGEST_PATH = 4096 };

/* A cell in canonical text, as the same text in the experiment file would be. */
static const char *canonical_cell(bt_sweep_reader *reader, const char *cell, const char *origin)
{
    bt_document *parsed = NULL;
    const char *text = NULL;
    if (bt_document_parse(origin, cell, strlen(cell), &parsed, reader->diagnostics) != BT_OK)
        reader->status = BT_BAD_INPUT;
    else
        text = bt_canonical_text(bt_document_root(parsed), reader->points->arena);
    bt_document_destroy(parsed);
    return text;
}

static void read_table_row(bt_sweep_reader *reader, const bt_csv *csv, const char *name,
                           size_t row)
{
    bt_points *points = reader->points;
    char place[LONGEST_PATH + 32];
    snprintf(place, sizeof(place), "%s:%zu", name, csv->line[row]);
    const char *origin = bt_arena_copy_text(points->arena, place);
    bt_points_begin(points);
    points->out_of_memory |= origin == NULL;
    for (size_t column = 0; column < csv->n_columns && !points->out_of_memory; column++) {
        const char *cell = csv->cell[row * csv->n_columns + column];
        if (cell[0] == '\0')
            continue;
        const char *value = canonical_cell(reader, cell, origin);
        if (value != NULL)
            bt_points_set(points, (bt_setting){bt_points_path(points, csv->header[column]),
                                               value, origin});
    }
}

static void read_table(bt_sweep_reader *reader, const bt_node *node)
{
    const char *file = bt_node_text(node);
    if (file == NULL || file[0] == '\0') {
        report(reader, node, "a table is the name of a CSV file");
        return;
    }
    char path[LONGEST_PATH];
    bool is_absolute = file[0] == '/';
    int length = snprintf(path, sizeof(path), "%s%s", is_absolute ? "" : reader->folder, file);
    bt_csv *csv = NULL;
    bt_error error = {.status = BT_OK};
    bt_status status = length < (int)sizeof(path)
                           ? bt_csv_read(path, &csv, &error)
                           : bt_fail(&error, BT_BAD_INPUT, "the file's name is too long");
    if (status != BT_OK) {
        report(reader, node, "%s", error.message);
        reader->status = status;
        return;
    }
    bool good = check_count(reader, node, csv->n_rows);
    for (size_t i = 0; i < csv->n_columns; i++)
        good = check_path(reader, node, csv->header[i]) && good;
    for (size_t row = 0; good && row < csv->n_rows; row++)
        read_table_row(reader, csv, path, row);
    bt_csv_destroy(csv);
}

/* ---- a block ---- */

typedef struct block_kind {
    const char *name;
    void (*read)(bt_sweep_reader *reader, const bt_node *node);
} block_kind;

static const block_kind kinds[] = {
    {"grid", read_grid},     {"zip", read_zip},       {"list", read_list},
    {"sobol", read_sobol},   {"halton", read_halton}, {"lhs", read_latin_hypercube},
    {"random", read_random}, {"table", read_table},
};
enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const block_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < N_KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static void report_unknown_kind(bt_sweep_reader *reader, const bt_node *block, size_t index)
{
    bt_suggestion suggestion = bt_suggestion_begin(bt_node_key(block, index));
    for (size_t i = 0; i < N_KINDS; i++)
        bt_suggestion_offer(&suggestion, kinds[i].name);
    bt_suggestion_offer(&suggestion, "where");
    if (suggestion.best != NULL)
        report(reader, bt_node_key_node(block, index),
               "there is no sweep block \"%s\"; did you mean \"%s\"?",
               bt_node_key(block, index), suggestion.best);
    else
        report(reader, bt_node_key_node(block, index),
               "there is no sweep block \"%s\"; there are grid, zip, list, sobol, halton, lhs, "
               "random, table and where",
               bt_node_key(block, index));
}

void bt_sweep_block_read(bt_sweep_reader *reader, const bt_node *block)
{
    if (!check_mapping(reader, block, "- grid: {market.demand.scale: [0.2, 0.3]}"))
        return;
    bool has_kind = false;
    for (size_t i = 0; i < bt_node_count(block); i++) {
        const char *key = bt_node_key(block, i);
        if (strcmp(key, "where") == 0)
            continue;
        const block_kind *kind = find_kind(key);
        if (kind == NULL)
            report_unknown_kind(reader, block, i);
        else if (has_kind)
            report(reader, bt_node_key_node(block, i),
                   "a block has one design; put \"%s\" into a block of its own", key);
        else
            kind->read(reader, bt_node_element(block, i));
        has_kind |= kind != NULL;
    }
}
