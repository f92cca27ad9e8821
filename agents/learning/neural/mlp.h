/*
 * A multilayer perceptron: linear layers with one activation between them and none after the
 * last.
 *
 *     bt_mlp net;
 *     bt_mlp_create(&net, (size_t[]){8, 32, 32, 15}, 4, BT_RELU, 64, false, arena);
 *     bt_mlp_fill(&net, 1, &stream);
 *     const bt_real *value = bt_mlp_forward(&net, input, rows);
 *     double loss = bt_huber_loss(..., gradient);
 *     bt_mlp_backward(&net, gradient, NULL);
 *     bt_adam_step(&adam, &net.weights);
 *
 * All memory is allocated by create; forward keeps the rows' activations until the next
 * forward, for backward.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_MLP_H
#define BT_AGENTS_LEARNING_NEURAL_MLP_H

#include <stdbool.h>
#include <stddef.h>

#include "agents/learning/neural/activation.h"
#include "agents/learning/neural/adam.h"
#include "agents/learning/neural/linear.h"

enum { BT_MLP_MAX_LAYERS = 16 };

typedef struct bt_mlp {
    size_t n_layers;
    bt_linear layer[BT_MLP_MAX_LAYERS];
    bt_activation activation;
    size_t max_rows;
    size_t rows;                              /* of the last forward */
    bt_real *activity[BT_MLP_MAX_LAYERS + 1]; /* [k]: [max_rows, width k]; 0: the input */
    bt_real *activity_gradient[2];            /* [max_rows, largest width] */
    bt_weights weights;
} bt_mlp;

/* A network of widths [n_widths]: inputs, hidden layers, outputs; 2 <= n_widths <=
 * BT_MLP_MAX_LAYERS + 1. Batches have at most max_rows rows. False when memory is out. */
bool bt_mlp_create(bt_mlp *net, const size_t *width, size_t n_widths, bt_activation activation,
                   size_t max_rows, bool keeps_largest_second_moment, bt_arena *arena);

/* Initial weights: hidden ones uniform as in bt_linear_fill with gain sqrt(2) for rectifiers,
 * 1 otherwise; the last layer with gain last_gain (small: outputs near 0 at first). Draws: one
 * a weight. */
void bt_mlp_fill(bt_mlp *net, double last_gain, bt_stream *stream);

/* input [rows, inputs], copied; returns the output [rows, outputs], owned by the network and
 * valid until the next forward. */
const bt_real *bt_mlp_forward(bt_mlp *net, const bt_real *input, size_t rows);

/* output_gradient [rows, outputs] of the last forward; input_gradient [rows, inputs] or NULL.
 * Adds to the weights' gradients. */
void bt_mlp_backward(bt_mlp *net, const bt_real *output_gradient, bt_real *input_gradient);

/* What the weights' archive lists: activations are not state. */
void bt_mlp_archive(bt_mlp *net, bt_archive *archive);

#endif
