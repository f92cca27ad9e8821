/*
 * Causal multi-head attention (Vaswani et al. 2017) on packed sequences. In each sequence and
 * head, with queries q, keys k and values v of `width / heads` numbers,
 *
 *     output_i = sum over j <= i of w_ij v_j,   w_i. = softmax over j <= i of q_i k_j /
 * sqrt(width / heads),
 *
 * w after dropout. Rows of other sequences and later rows take no part.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_ATTENTION_H
#define BT_AGENTS_LEARNING_NEURAL_ATTENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/dropout.h"
#include "sim/arena.h"

/* What forward keeps for backward: for each sequence and head a square of its length. */
typedef struct bt_attention {
    size_t width;
    size_t heads;             /* divides width */
    bt_real *probability;     /* softmax */
    bt_real *weight;          /* after dropout */
    uint8_t *kept;            /* by dropout */
    bt_real *weight_gradient; /* one square */
} bt_attention;

/* For batches of at most max_rows rows in sequences of at most max_length. False when memory is
 * out. */
bool bt_attention_create(bt_attention *attention, size_t width, size_t heads, size_t max_rows,
                         size_t max_length, bt_arena *arena);

/* query, key, value, output [offset[sequences], width]; offset [sequences + 1]. */
void bt_attention_forward(bt_attention *attention, size_t sequences, const uint32_t *offset,
                          const bt_real *query, const bt_real *key, const bt_real *value,
                          const bt_dropout *dropout, uint64_t step, bt_real *output);

/* The same, and the gradients [rows, width] of query, key and value. */
void bt_attention_backward(bt_attention *attention, size_t sequences, const uint32_t *offset,
                           const bt_real *query, const bt_real *key, const bt_real *value,
                           const bt_dropout *dropout, const bt_real *output_gradient,
                           bt_real *query_gradient, bt_real *key_gradient,
                           bt_real *value_gradient);

#endif
