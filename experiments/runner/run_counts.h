/*
 * How many runs of a result file are done, have failed, are still to come.
 */
#ifndef BT_EXPERIMENTS_RUN_COUNTS_H
#define BT_EXPERIMENTS_RUN_COUNTS_H

#include <stddef.h>

#include "sim/result_file.h"
#include "sim/status.h"

typedef struct bt_run_counts {
    size_t n_points;
    size_t n_replications;
    size_t done;
    size_t failed;
    size_t pending;
} bt_run_counts;

/* BT_BAD_INPUT when the file does not say. */
bt_status bt_run_counts_read(bt_result_reader *reader, bt_run_counts *counts, bt_error *error);

#endif
