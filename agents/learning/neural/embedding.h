/*
 * The embedding: row i of a table for item i.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_EMBEDDING_H
#define BT_AGENTS_LEARNING_NEURAL_EMBEDDING_H

#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/weights.h"

typedef struct bt_embedding {
    size_t count;
    size_t width;
    size_t table; /* block [count, width] */
} bt_embedding;

bt_embedding bt_embedding_add(bt_weights *weights, const char *name, size_t count,
                              size_t width);

/* index [rows] < count; output [rows, width] = scale * table[index]. */
void bt_embedding_forward(const bt_embedding *layer, const bt_weights *weights, size_t rows,
                          const uint32_t *index, double scale, bt_real *output);

/* index [rows]; output_gradient [rows, width], added into the table's gradient row by row, in
 * the rows' order. */
void bt_embedding_backward(const bt_embedding *layer, bt_weights *weights, size_t rows,
                           const uint32_t *index, double scale, const bt_real *output_gradient);

#endif
