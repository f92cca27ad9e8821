#include "experiments/sweep/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/sweep/sweep_points.h"
#include "sim/hash.h"

struct bt_sweep {
    bt_document *base; /* the experiment without its sweep */
    bt_arena *arena;   /* owns what `experiment` points to */
    bt_experiment experiment;
    char *settings;
    bt_document *settings_document;
    bt_points points;
};

void bt_sweep_destroy(bt_sweep *sweep)
{
    if (sweep == NULL)
        return;
    bt_document_destroy(sweep->base);
    bt_document_destroy(sweep->settings_document);
    bt_arena_destroy(sweep->arena);
    free(sweep->settings);
    bt_points_destroy(&sweep->points);
    free(sweep);
}

/* ---- expanding ---- */

static bt_status report_no_memory(bt_diagnostics *diagnostics)
{
    bt_diagnose(diagnostics, NULL, "there is no memory for the sweep");
    return BT_INTERNAL;
}

/* Bind the experiment without its sweep, and write its effective settings. */
static bt_status bind_base(bt_sweep *sweep, const bt_document *document,
                           bt_diagnostics *diagnostics)
{
    sweep->base = bt_document_clone(document);
    sweep->arena = bt_arena_create();
    if (sweep->base == NULL || sweep->arena == NULL)
        return report_no_memory(diagnostics);
    bt_document_remove(sweep->base, "sweep");
    bt_status status =
        bt_experiment_bind(sweep->base, &sweep->experiment, sweep->arena, diagnostics);
    if (status != BT_OK)
        return status;
    bt_error error;
    status = bt_unbind(&bt_experiment_table, &sweep->experiment, &sweep->settings, &error);
    if (status == BT_OK)
        return bt_document_parse("effective settings", sweep->settings, strlen(sweep->settings),
                                 &sweep->settings_document, diagnostics);
    bt_diagnose(diagnostics, NULL, "%s", error.message);
    return status;
}

/* The folder of a file with its final slash; "" for one in the working folder. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? strdup("") : strndup(path, (size_t)(slash - path) + 1);
}

static void read_blocks(bt_sweep_reader *reader, const bt_node *node,
                        const bt_document *settings)
{
    if (bt_node_get_kind(node) != BT_NODE_LIST) {
        bt_diagnose(reader->diagnostics, node,
                    "a sweep is a list of blocks, each begun by a dash, as in \"- grid: "
                    "{market.demand.scale: [0.2, 0.3]}\"");
        reader->status = BT_BAD_INPUT;
        return;
    }
    for (size_t i = 0; i < bt_node_count(node); i++) {
        const bt_node *block = bt_node_element(node, i);
        size_t before = reader->points->n_points;
        bt_sweep_block_read(reader, block);
        if (bt_node_get_kind(block) != BT_NODE_MAPPING)
            continue;
        const bt_node *where = bt_node_find(block, "where");
        if (where != NULL)
            bt_sweep_where(reader, where, bt_node_count(block) == 1 ? 0 : before, settings);
    }
    if (reader->status == BT_OK && reader->points->n_points == 0) {
        bt_diagnose(reader->diagnostics, node, "no point is left of this sweep");
        reader->status = BT_BAD_INPUT;
    }
}

static bt_status read_points(bt_sweep *sweep, const bt_document *document, const char *path,
                             bool base_is_good, bt_diagnostics *diagnostics)
{
    const bt_node *root = bt_document_root(document);
    const bt_node *node =
        bt_node_get_kind(root) == BT_NODE_MAPPING ? bt_node_find(root, "sweep") : NULL;
    if (node == NULL) {
        bt_points_begin(&sweep->points);
        return BT_OK;
    }
    char *folder = folder_of(path);
    if (folder == NULL)
        return report_no_memory(diagnostics);
    bt_sweep_reader reader = {.points = &sweep->points,
                              .folder = folder,
                              .seed = base_is_good ? (uint64_t)sweep->experiment.seed : 0,
                              .diagnostics = diagnostics,
                              .status = BT_OK};
    read_blocks(&reader, node, sweep->settings_document);
    free(folder);
    return sweep->points.out_of_memory ? report_no_memory(diagnostics) : reader.status;
}

bt_status bt_sweep_expand(const bt_document *document, const char *path, bt_sweep **sweep,
                          bt_diagnostics *diagnostics)
{
    *sweep = NULL;
    bt_sweep *made = calloc(1, sizeof(*made));
    if (made == NULL || !bt_points_create(&made->points)) {
        free(made);
        return report_no_memory(diagnostics);
    }
    bt_status status = bind_base(made, document, diagnostics);
    bt_status points_status = read_points(made, document, path, status == BT_OK, diagnostics);
    if (status == BT_OK)
        status = points_status;
    if (status != BT_OK) {
        bt_sweep_destroy(made);
        return status;
    }
    *sweep = made;
    return BT_OK;
}

/* ---- what it says ---- */

size_t bt_sweep_n_points(const bt_sweep *sweep)
{
    return sweep->points.n_points;
}

size_t bt_sweep_n_paths(const bt_sweep *sweep)
{
    return sweep->points.n_paths;
}

const char *bt_sweep_path(const bt_sweep *sweep, size_t path)
{
    return sweep->points.path[path];
}

const char *bt_sweep_value(const bt_sweep *sweep, size_t point, size_t path)
{
    size_t count;
    const bt_setting *setting = bt_points_settings(&sweep->points, point, &count);
    for (size_t i = 0; i < count; i++)
        if (setting[i].path == path)
            return setting[i].value;
    return NULL;
}

const char *bt_sweep_base_value(const bt_sweep *sweep, size_t path)
{
    const bt_node *node =
        bt_node_get(bt_document_root(sweep->settings_document), bt_sweep_path(sweep, path));
    return node == NULL ? NULL : bt_node_text(node);
}

const bt_experiment *bt_sweep_base(const bt_sweep *sweep)
{
    return &sweep->experiment;
}

const char *bt_sweep_settings(const bt_sweep *sweep)
{
    return sweep->settings;
}

void bt_sweep_label(const bt_sweep *sweep, size_t point, char *label, size_t size)
{
    size_t count, used = 0;
    const bt_setting *setting = bt_points_settings(&sweep->points, point, &count);
    label[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++) {
        int length = snprintf(label + used, size - used, "%s%s = %s", i > 0 ? ", " : "",
                              sweep->points.path[setting[i].path], setting[i].value);
        used += length > 0 ? (size_t)length : 0;
    }
}

/* ---- keys ---- */

typedef struct named_value {
    const char *path;
    const char *value;
} named_value;

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const named_value *)a)->path, ((const named_value *)b)->path);
}

uint64_t bt_sweep_key(const bt_sweep *sweep, size_t point)
{
    return sweep->experiment.common_random_numbers ? 0 : bt_sweep_hash(sweep, point);
}

uint64_t bt_sweep_hash(const bt_sweep *sweep, size_t point)
{
    size_t count;
    const bt_setting *setting = bt_points_settings(&sweep->points, point, &count);
    named_value sorted[count > 0 ? count : 1];
    for (size_t i = 0; i < count; i++)
        sorted[i] = (named_value){sweep->points.path[setting[i].path], setting[i].value};
    qsort(sorted, count, sizeof(sorted[0]), compare_paths);
    uint64_t key = BT_HASH_START;
    for (size_t i = 0; i < count; i++) {
        key = bt_hash_bytes(key, sorted[i].path, strlen(sorted[i].path) + 1);
        key = bt_hash_bytes(key, sorted[i].value, strlen(sorted[i].value) + 1);
    }
    return key;
}

/* ---- binding ---- */

static bt_status apply_settings(const bt_sweep *sweep, size_t point, bt_document *document,
                                bt_diagnostics *diagnostics)
{
    size_t count;
    const bt_setting *setting = bt_points_settings(&sweep->points, point, &count);
    bt_status status = BT_OK;
    for (size_t i = 0; i < count; i++) {
        bt_status outcome = bt_document_set(document, sweep->points.path[setting[i].path],
                                            setting[i].value, setting[i].origin, diagnostics);
        if (status == BT_OK)
            status = outcome;
    }
    return status;
}

bt_status bt_sweep_bind(const bt_sweep *sweep, size_t point, bt_experiment *experiment,
                        bt_arena *arena, bt_diagnostics *diagnostics)
{
    bt_document *document = bt_document_clone(sweep->base);
    if (document == NULL)
        return report_no_memory(diagnostics);
    bt_status status = apply_settings(sweep, point, document, diagnostics);
    if (status == BT_OK)
        status = bt_experiment_bind(document, experiment, arena, diagnostics);
    bt_document_destroy(document);
    return status;
}
