/*
 * The linear layer: output = input W + b.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_LINEAR_H
#define BT_AGENTS_LEARNING_NEURAL_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "agents/learning/neural/weights.h"

typedef struct bt_linear {
    size_t inputs;
    size_t outputs;
    bool has_bias;
    size_t weight; /* block [inputs, outputs] */
    size_t bias;   /* block [1, outputs] */
} bt_linear;

/* Add the layer's blocks, "NAME weight" and "NAME bias". */
bt_linear bt_linear_add(bt_weights *weights, const char *name, size_t inputs, size_t outputs,
                        bool has_bias);

/* W ~ Uniform(-a, a) with a = gain sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010; gain
 * 1), b = 0. Draws: inputs * outputs. */
void bt_linear_fill(const bt_linear *layer, bt_weights *weights, double gain,
                    bt_stream *stream);

/* input [rows, inputs]; output [rows, outputs]. */
void bt_linear_forward(const bt_linear *layer, const bt_weights *weights, size_t rows,
                       const bt_real *input, bt_real *output);

/* input [rows, inputs], output_gradient [rows, outputs]; input_gradient [rows, inputs] or
 * NULL. */
void bt_linear_backward(const bt_linear *layer, bt_weights *weights, size_t rows,
                        const bt_real *input, const bt_real *output_gradient,
                        bt_real *input_gradient);

#endif
