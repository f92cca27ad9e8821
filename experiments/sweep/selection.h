/*
 * A selection of runs: `--only point=17,replication=3`, `--only point=4-8`.
 */
#ifndef BT_EXPERIMENTS_SELECTION_H
#define BT_EXPERIMENTS_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/status.h"

/* Points and replications within these bounds, numbered from 0, both ends included. */
typedef struct bt_selection {
    size_t first_point;
    size_t last_point;
    size_t first_replication;
    size_t last_replication;
} bt_selection;

/* Parse a selection of an experiment of this size; NULL or "" selects all. BT_BAD_USAGE
 * for what is not understood or does not exist. */
bt_status bt_selection_parse(const char *text, size_t n_points, size_t n_replications,
                             bt_selection *selection, bt_error *error);

bool bt_selection_has(const bt_selection *selection, size_t point, size_t replication);

#endif
