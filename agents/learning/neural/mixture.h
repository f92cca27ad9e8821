/*
 * The gate of a mixture of experts (Jacobs et al. 1991; one gate per task in MMoE, Ma et al.
 * 2018): output = sum over experts of softmax(score)_e expert_e.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_MIXTURE_H
#define BT_AGENTS_LEARNING_NEURAL_MIXTURE_H

#include <stddef.h>

#include "agents/learning/neural/real.h"

/* score [rows, experts], expert [rows, experts, width]; probability [rows, experts] for
 * backward; output [rows, width]. */
void bt_mixture_forward(size_t rows, size_t experts, size_t width, const bt_real *score,
                        const bt_real *expert, bt_real *probability, bt_real *output);

/* output_gradient [rows, width]; score_gradient [rows, experts]; expert_gradient [rows,
 * experts, width] is added to, since several tasks share the experts. */
void bt_mixture_backward(size_t rows, size_t experts, size_t width, const bt_real *expert,
                         const bt_real *probability, const bt_real *output_gradient,
                         bt_real *score_gradient, bt_real *expert_gradient);

#endif
