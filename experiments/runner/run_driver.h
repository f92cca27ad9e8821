/*
 * One run from its creation to its end, in slices of simulated time.
 *
 * A slice is as long as takes about a tenth of a second, so that progress and interrupts
 * are prompt and cost nothing. How a run is sliced does not change it.
 */
#ifndef BT_EXPERIMENTS_RUN_DRIVER_H
#define BT_EXPERIMENTS_RUN_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiments/runner/event_spool.h"
#include "experiments/runner/run.h"
#include "sim/status.h"

typedef struct bt_run_drive {
    const bt_point *point;
    const bt_experiment *experiment;
    size_t replication;
    const char *checkpoint;      /* file of its state; NULL: no checkpoints */
    uint64_t identity;           /* of that state */
    bool resume;                 /* continue the file if it is there */
    const char *from_checkpoint; /* another file to start from; NULL */
    bt_event_spool *events;      /* where events go; NULL: nowhere */
    /* Called after each slice with the share of the horizon that is done; false: leave
     * off. */
    bool (*goes_on)(void *context, double share);
    /* A sentence on a state that was continued, or could not be. */
    void (*remark)(void *context, const char *sentence);
    void *context;
} bt_run_drive;

/* Make the run and drive it to its end. `*run` is to be destroyed by the caller, also
 * after a failure (then perhaps NULL). BT_INTERRUPTED when goes_on said so; the state is
 * saved then if there are checkpoints. */
bt_status bt_run_drive_to_end(const bt_run_drive *drive, bt_run **run, bt_error *error);

#endif
