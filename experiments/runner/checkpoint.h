/*
 * The state of a run on disk: RESULT.ckpt/POINT-REPLICATION.
 *
 * Written whole under another name and then renamed, so that a kill at any moment leaves
 * the old state or the new one. The file names what it is a state of, by a hash over the
 * program, the point's settings and the replication.
 */
#ifndef BT_EXPERIMENTS_CHECKPOINT_H
#define BT_EXPERIMENTS_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiments/runner/run.h"
#include "sim/status.h"

enum { BT_CHECKPOINT_PATH = 4096 };

/* The path of a run's state beside a result file. BT_CANNOT_CREATE if that is too long. */
bt_status bt_checkpoint_path(const char *result, size_t point, size_t replication, char *path,
                             bt_error *error);

/* Make the folder that holds the states of a result file; remove it if it is empty. */
bt_status bt_checkpoint_make_folder(const char *result, bt_error *error);
void bt_checkpoint_remove_folder(const char *result);

/* What is saved beside the run. */
typedef struct bt_checkpoint_label {
    uint64_t identity; /* of what it is a state */
    uint64_t n_events; /* that were logged before it */
} bt_checkpoint_label;

/* BT_IO, BT_CANNOT_CREATE. */
bt_status bt_checkpoint_save(bt_run *run, const char *path, const bt_checkpoint_label *label,
                             bt_error *error);

/* Restore a fresh run. BT_NO_INPUT when there is no such file; BT_BAD_INPUT when it is
 * damaged, of another shape, or not of this identity (NULL: any). After a failure the run
 * must not be used. */
bt_status bt_checkpoint_load(bt_run *run, const char *path, const uint64_t *identity,
                             bt_checkpoint_label *label, bt_error *error);

void bt_checkpoint_remove(const char *path);

#endif
