/*
 * The gated recurrent unit (Cho et al. 2014, with the reset applied after the product as in
 * cuDNN and PyTorch) on packed sequences: with input x_t and the state before h,
 *
 *     r = logistic(W_r x + b_r + U_r h + c_r),   z = logistic(W_z x + b_z + U_z h + c_z),
 *     n = tanh(W_n x + b_n + r (U_n h + c_n)),   h_t = (1 - z) n + z h,
 *
 * products of r and z elementwise, h = 0 before the first. The three gates lie side by side (r,
 * z, n), so that each product is one; a step takes all sequences that are long enough at once.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_GRU_H
#define BT_AGENTS_LEARNING_NEURAL_GRU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/linear.h"
#include "sim/arena.h"

typedef struct bt_gru {
    size_t inputs;
    size_t width;
    bt_linear input; /* W, b: [inputs, 3 width] */
    bt_linear state; /* U, c: [width, 3 width] */

    bt_real *input_gate;   /* [rows, 3 width] W x + b */
    bt_real *state_gate;   /* [rows, 3 width] U h + c */
    bt_real *gate;         /* [rows, 3 width] r, z, n */
    bt_real *before;       /* [rows, width] h */
    bt_real *at_once;      /* [sequences, 3 width] what a step gathers */
    bt_real *gate_at_once; /* [sequences, 3 width] */
    bt_real *carried;      /* [sequences, width] */
    uint32_t *row;         /* [sequences] of the sequences in a step */
    uint32_t *sequence;    /* [sequences] */
} bt_gru;

/* Add the blocks "NAME input ..." and "NAME state ...". */
bt_gru bt_gru_add(bt_weights *weights, const char *name, size_t inputs, size_t width);

/* All weights ~ Uniform(-1, 1) / sqrt(width), biases too. Draws: one a weight. */
void bt_gru_fill(const bt_gru *layer, bt_weights *weights, bt_stream *stream);

/* Room for batches of at most max_rows rows in max_sequences. False when memory is out. */
bool bt_gru_allocate(bt_gru *layer, size_t max_rows, size_t max_sequences, bt_arena *arena);

/* input [rows, inputs], offset [sequences + 1]; output [rows, width]: h after each row. */
void bt_gru_forward(bt_gru *layer, const bt_weights *weights, size_t sequences,
                    const uint32_t *offset, const bt_real *input, bt_real *output);

/* output_gradient [rows, width]; input_gradient [rows, inputs] or NULL. */
void bt_gru_backward(bt_gru *layer, bt_weights *weights, size_t sequences,
                     const uint32_t *offset, const bt_real *input,
                     const bt_real *output_gradient, bt_real *input_gradient);

#endif
