/*
 * What training and judging ask of a sequential recommender. A model answers by filling one
 * bt_sequence_model_type in one file and adding a line to registry.c.
 *
 * Batches are packed: item [rows] in sequences by offset [sequences + 1], none longer than the
 * model's `length`, items from 1 to n_items.
 */
#ifndef BT_AGENTS_RECOMMENDERS_SEQUENCE_MODEL_H
#define BT_AGENTS_RECOMMENDERS_SEQUENCE_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "agents/learning/model_file.h"
#include "agents/learning/neural/weights.h"
#include "agents/recommenders/next_item.h"
#include "agents/recommenders/sequence_data.h"
#include "sim/arena.h"
#include "sim/parameter.h"
#include "sim/random.h"
#include "sim/status.h"

/* What a model knows when it is made. */
typedef struct bt_sequence_model_setting {
    size_t n_items;
    size_t max_sequences; /* in a batch */
    bt_random_key dropout_key;
    bt_arena *arena;
} bt_sequence_model_setting;

enum { BT_MODEL_MAX_NUMBERS = 8 };

typedef struct bt_sequence_model_type {
    bt_described described;

    /* Make a model of zero weights from its parameter struct. */
    bt_status (*create)(const void *parameters, const bt_sequence_model_setting *setting,
                        void **self, bt_error *error);

    size_t (*length)(const void *self); /* of the longest sequence that it takes */
    bt_weights *(*weights)(void *self);

    /* Initial weights, or, where nothing is learned step by step, the final ones from what is
     * there to train on. Draws: one a weight at most. */
    void (*fill)(void *self, const bt_sequence_data *data, bt_stream *stream);

    /* Mean loss of a batch, and its gradients added; dropout by the bits of `step`. NULL:
     * nothing is learned step by step. */
    double (*train)(void *self, size_t sequences, const uint32_t *offset, const uint32_t *item,
                    const bt_next_items *next, uint64_t step);

    /* Read a batch, without dropout; then score items after one of its rows. */
    void (*read)(void *self, size_t sequences, const uint32_t *offset, const uint32_t *item);
    void (*score)(void *self, size_t row, size_t candidates, const uint32_t *item,
                  bt_real *score);

    /* Parameters as the model file's numbers, and back. n_items is written beside them. */
    size_t (*to_numbers)(const void *parameters, bt_model_number *number);
    void (*from_numbers)(const bt_model_number *number, void *parameters);
} bt_sequence_model_type;

extern const bt_registry bt_sequence_model_registry;

extern const bt_sequence_model_type bt_sasrec_model;     /* sasrec_model.c */
extern const bt_sequence_model_type bt_gru_model;        /* gru_model.c */
extern const bt_sequence_model_type bt_popularity_model; /* popularity_model.c */

/* Write a model to a file, as in model_file.h: its parameters and n_items are the numbers. */
bt_status bt_sequence_model_write(const char *path, const bt_sequence_model_type *type,
                                  const void *parameters, size_t n_items,
                                  const bt_weights *weights, bool replace, bt_error *error);

/* A model that was read from a file. */
typedef struct bt_read_model {
    const bt_sequence_model_type *type;
    void *self;
    size_t n_items;
} bt_read_model;

/* Read a model, for batches of at most max_sequences; owned by the arena. Errors: those of
 * model_file.h, and a kind that is no sequential recommender. */
bt_status bt_sequence_model_read(const char *path, size_t max_sequences, bt_arena *arena,
                                 bt_read_model *model, bt_error *error);

#endif
