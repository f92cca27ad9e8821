/*
 * Layer normalisation (Ba, Kiros and Hinton 2016): each row less its mean, over its standard
 * deviation, times a gain, plus a shift.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_LAYER_NORM_H
#define BT_AGENTS_LEARNING_NEURAL_LAYER_NORM_H

#include <stddef.h>

#include "agents/learning/neural/weights.h"

typedef struct bt_layer_norm {
    size_t width;
    size_t gain;  /* block [1, width] */
    size_t shift; /* block [1, width] */
    double epsilon;
} bt_layer_norm;

bt_layer_norm bt_layer_norm_add(bt_weights *weights, const char *name, size_t width,
                                double epsilon);

/* Gains of 1, shifts of 0. */
void bt_layer_norm_fill(const bt_layer_norm *layer, bt_weights *weights);

/* input, output [rows, width]. For backward: normal [rows, width], inverse_deviation [rows]. */
void bt_layer_norm_forward(const bt_layer_norm *layer, const bt_weights *weights, size_t rows,
                           const bt_real *input, bt_real *normal, bt_real *inverse_deviation,
                           bt_real *output);

/* output_gradient, input_gradient [rows, width] (may be the same array). */
void bt_layer_norm_backward(const bt_layer_norm *layer, bt_weights *weights, size_t rows,
                            const bt_real *normal, const bt_real *inverse_deviation,
                            const bt_real *output_gradient, bt_real *input_gradient);

#endif
