/*
 * One run's data in the shape of the result file: padded to the longest point.
 *
 * Scratch memory of one thread, used for run after run.
 */
#ifndef BT_EXPERIMENTS_RUN_SLICES_H
#define BT_EXPERIMENTS_RUN_SLICES_H

#include "experiments/runner/result_schema.h"
#include "experiments/runner/run.h"
#include "sim/status.h"

typedef struct bt_run_slices bt_run_slices;

/* Room for the slices of one run of `cube`, which must outlive it. */
bt_status bt_run_slices_create(const bt_cube *cube, bt_run_slices **slices, bt_error *error);
void bt_run_slices_destroy(bt_run_slices *slices);

/* Take the data of a finished run. */
bt_status bt_run_slices_fill(bt_run_slices *slices, const bt_point *point, bt_run *run,
                             bt_error *error);

/* As bt_result_write_run wants them: [variable of the schema]. */
const void *const *bt_run_slices_data(const bt_run_slices *slices);

#endif
