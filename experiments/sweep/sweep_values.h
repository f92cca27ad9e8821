/*
 * What a sweep block writes behind a path: the values of an axis, or the range that a
 * design fills.
 *
 * Values (grid, zip):     [0.1, 0.2]  {from: 0, to: 1, steps: 11}  {log: [1e-7, 1e-4], steps:
 * 7} Ranges (sobol, ...):    [0.8, 1.2]  {log: [1e-7, 1e-4]}  {integer: [2, 9]}  {values: [A,
 * B]}
 *
 * Every value ends as text, the same text that a `--set` would give, so that a point
 * passes the same checks as a file. Computed numbers are rounded to 15 significant
 * digits: step 1 of {from: 0.025, to: 0.25, steps: 10} is 0.05, the number that an
 * economist would have typed.
 */
#ifndef BT_EXPERIMENTS_SWEEP_VALUES_H
#define BT_EXPERIMENTS_SWEEP_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/document/canonical.h"
#include "experiments/document/document.h"
#include "sim/arena.h"
#include "sim/status.h"

/* Fuzzing is built with fewer, so that it does not spend its time on large sweeps. */
#ifndef BT_SWEEP_MOST_POINTS
#define BT_SWEEP_MOST_POINTS 1000000
#endif

/* The values of one axis, in order. `origin` is the place ("file:line:col") of each. */
typedef struct bt_sweep_values {
    size_t count;
    const char **text;
    const char **origin;
} bt_sweep_values;

/* Read the values behind a path; false with the mistakes reported. Owned by `arena`. */
bool bt_sweep_values_read(const bt_node *node, bt_sweep_values *values, bt_arena *arena,
                          bt_diagnostics *diagnostics);

typedef enum bt_sweep_scale {
    BT_SWEEP_LINEAR,
    BT_SWEEP_LOG,
    BT_SWEEP_INTEGER,
    BT_SWEEP_VALUES
} bt_sweep_scale;

/* What a design fills: a map from [0, 1) to texts. */
typedef struct bt_sweep_range {
    bt_sweep_scale scale;
    double low;
    double high;
    bt_sweep_values values; /* BT_SWEEP_VALUES */
} bt_sweep_range;

bool bt_sweep_range_read(const bt_node *node, bt_sweep_range *range, bt_arena *arena,
                         bt_diagnostics *diagnostics);

/* The value at u in [0, 1). `text` has BT_NUMBER_TEXT bytes; returns it, or one of the
 * range's values. */
const char *bt_sweep_range_at(const bt_sweep_range *range, double u, char *text);

/* A node as YAML flow text in one form for each value: numbers with 17 significant
 * digits, words as they are, other texts in double quotes, lists and mappings with their
 * parts in order. Owned by `arena`; NULL when memory is out. */
const char *bt_canonical_text(const bt_node *node, bt_arena *arena);

/* The place of a node, "file:line:col". Owned by `arena`. */
const char *bt_sweep_origin(const bt_node *node, bt_arena *arena);

#endif
