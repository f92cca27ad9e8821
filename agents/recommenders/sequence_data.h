/*
 * Sequences of items that people chose: what sequential recommenders learn from.
 *
 * The file is that of the public SASRec code: one line per choice, "user item", both positive
 * whole numbers, a user's choices in order of time. Each user's last choice is kept for the
 * test and the one before for validation (leave-one-out), where a user has at least three; the
 * rest is for training.
 */
#ifndef BT_AGENTS_RECOMMENDERS_SEQUENCE_DATA_H
#define BT_AGENTS_RECOMMENDERS_SEQUENCE_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "sim/arena.h"
#include "sim/status.h"

typedef struct bt_sequence_data {
    size_t n_users;
    size_t n_items; /* the largest number of an item; items are 1..n_items */
    size_t n_actions;
    uint32_t *offset; /* [users + 1] */
    uint32_t *item;   /* [actions] user by user, in order of time */
} bt_sequence_data;

/* Read a file; all memory is the arena's. Users are numbered by their first line. Errors name
 * file and line: no two whole numbers, 0, more than 2^31 - 1; an empty file. */
bt_status bt_sequence_data_read(const char *path, bt_arena *arena, bt_sequence_data *data,
                                bt_error *error);

/* What is a user's to train on: the first how many of its choices. */
static inline size_t bt_training_length(const bt_sequence_data *data, size_t user)
{
    size_t length = data->offset[user + 1] - data->offset[user];
    return length < 3 ? length : length - 2;
}

#endif
