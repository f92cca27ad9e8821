/*
 * Trained models as files: HDF5, readable by h5py and h5dump. The root has the attributes
 * `format` ("bertrand model 1"), `kind` (what network it is) and the network's numbers (its
 * shape and settings, one attribute each); the group `weights` has one data set [rows, columns]
 * per block, of 32-bit floats.
 *
 * Files are hostile until read: every mistake is one sentence that names the file.
 */
#ifndef BT_AGENTS_LEARNING_MODEL_FILE_H
#define BT_AGENTS_LEARNING_MODEL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "agents/learning/neural/weights.h"
#include "sim/status.h"

/* One number of a network; reading fills `value`, and refuses what is outside [minimum,
 * maximum] or, where `is_whole`, no whole number. */
typedef struct bt_model_number {
    const char *name;
    double value;
    double minimum;
    double maximum;
    bool is_whole;
} bt_model_number;

/* Write a model; the file appears complete or not at all. `replace`: an existing file may be
 * replaced. BT_CANNOT_CREATE, BT_IO. */
bt_status bt_model_write(const char *path, const char *kind, const bt_model_number *number,
                         size_t n_numbers, const bt_weights *weights, bool replace,
                         bt_error *error);

enum { BT_MODEL_KIND_LENGTH = 64 };

/* What kind of network a file holds. Errors as below. */
bt_status bt_model_read_kind(const char *path, char kind[BT_MODEL_KIND_LENGTH],
                             bt_error *error);

/* Read a model's numbers, so that its network can be made. BT_NO_INPUT: there is no such file;
 * BT_BAD_INPUT: it is truncated or no model, of another kind, or lacks a number. */
bt_status bt_model_read_numbers(const char *path, const char *kind, bt_model_number *number,
                                size_t n_numbers, bt_error *error);

/* Read the weights of a network that was made from these numbers. BT_BAD_INPUT: a block is
 * missing, has another shape, or holds a number that is not finite. */
bt_status bt_model_read_weights(const char *path, bt_weights *weights, bt_error *error);

#endif
