/*
 * Elementwise activations, in place. Their derivatives follow from the output alone.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_ACTIVATION_H
#define BT_AGENTS_LEARNING_NEURAL_ACTIVATION_H

#include <stddef.h>

#include "agents/learning/neural/real.h"

typedef enum bt_activation {
    BT_IDENTITY,
    BT_RELU,
    BT_TANH,
    BT_LOGISTIC, /* 1 / (1 + exp(-x)) */
} bt_activation;

/* value [count]: x, replaced by f(x). */
void bt_activation_forward(bt_activation activation, size_t count, bt_real *value);

/* output [count]: f(x); gradient [count]: d loss / d f(x), replaced by d loss / d x. The
 * derivative of the rectifier at 0 is 0. */
void bt_activation_backward(bt_activation activation, size_t count, const bt_real *output,
                            bt_real *gradient);

#endif
