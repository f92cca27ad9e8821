/*
 * The points of a sweep while it is expanded: a growing list of (path, value) settings.
 *
 * For the files that expand a sweep (sweep.c, sweep_blocks.c, sweep_design.c,
 * sweep_where.c); all others use sweep.h.
 */
#ifndef BT_EXPERIMENTS_SWEEP_POINTS_H
#define BT_EXPERIMENTS_SWEEP_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiments/tables/csv.h"
#include "experiments/document/document.h"
#include "experiments/sweep/sweep_values.h"
#include "sim/arena.h"

/* One value of a point. Texts live as long as the points. */
typedef struct bt_setting {
    uint32_t path;
    const char *value;
    const char *origin; /* its place, as messages call it */
} bt_setting;

typedef struct bt_points {
    bt_arena *arena; /* owns paths, values and origins */
    const char **path;
    size_t n_paths;
    bt_setting *setting; /* of all points, in order */
    size_t n_settings;
    size_t settings_capacity;
    size_t *first; /* [n_points] a point's first setting */
    size_t n_points;
    size_t points_capacity;
    bool out_of_memory;
} bt_points;

bool bt_points_create(bt_points *points);
void bt_points_destroy(bt_points *points);

/* The number of a path, added if it is new. */
uint32_t bt_points_path(bt_points *points, const char *path);

/* Start a point, and give it a value. A failure sets out_of_memory. */
void bt_points_begin(bt_points *points);
void bt_points_set(bt_points *points, bt_setting setting);

/* A point's settings and their number. */
const bt_setting *bt_points_settings(const bt_points *points, size_t point, size_t *count);

/* Drop the points from `first` on for which `keep` [point - first] is false. */
void bt_points_filter(bt_points *points, size_t first, const bool *keep);

/* What the readers of blocks share. */
typedef struct bt_sweep_reader {
    bt_points *points;
    const char *folder; /* of the experiment file, with its final slash, or "" */
    uint64_t seed;
    bt_diagnostics *diagnostics;
    bt_status status; /* BT_OK until the first mistake */
} bt_sweep_reader;

/* One swept path of a design block. */
typedef struct bt_design_axis {
    uint32_t path;
    const char *origin;
    const char *range_text; /* canonical */
    bt_sweep_range range;
} bt_design_axis;

typedef enum bt_design {
    BT_DESIGN_SOBOL,
    BT_DESIGN_HALTON,
    BT_DESIGN_LATIN_HYPERCUBE,
    BT_DESIGN_RANDOM
} bt_design;

/* The most axes a design may have; 0: no limit. */
size_t bt_design_most_axes(bt_design design);

/* Add `n_points` points of a design. False when memory is out. Draws: for a Latin
 * hypercube and for random points, from streams addressed by (seed, path, range). */
bool bt_design_fill(bt_design design, const bt_design_axis *axes, size_t n_axes,
                    size_t n_points, uint64_t seed, bt_points *points);

/* Add the points of one block (without its `where`). Mistakes are reported through the
 * reader. */
void bt_sweep_block_read(bt_sweep_reader *reader, const bt_node *block);

/* Keep the points from `first` on that satisfy the condition at `node`. `settings`: the
 * effective settings of the experiment, as a document. */
void bt_sweep_where(bt_sweep_reader *reader, const bt_node *node, size_t first,
                    const bt_document *settings);

#endif
