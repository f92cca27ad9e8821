/*
 * Adam (Kingma and Ba 2015), with the variants AdamW (Loshchilov and Hutter 2019) and AMSGrad
 * (Reddi, Kale and Kumar 2018). With gradient g and step number t, each element w moves by
 *
 *     m = beta_1 m + (1 - beta_1) g,     v = beta_2 v + (1 - beta_2) g^2,
 *     w = w - rate / (1 - beta_1^t) * m / (sqrt(v / (1 - beta_2^t)) + epsilon);
 *
 * AMSGrad divides by the largest v so far; weight decay adds decay * w to g, or (decoupled,
 * AdamW) shrinks w by rate * decay before the move.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_ADAM_H
#define BT_AGENTS_LEARNING_NEURAL_ADAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/weights.h"

typedef struct bt_adam {
    double learning_rate;
    double first_decay;  /* beta_1 */
    double second_decay; /* beta_2 */
    double epsilon;
    double weight_decay;
    bool decouples_weight_decay; /* AdamW */
} bt_adam;

/* beta = 0.9, 0.999, epsilon = 1e-8, no weight decay. */
bt_adam bt_adam_defaults(double learning_rate);

/* One step on all weights, from their gradients, which are cleared. AMSGrad where the weights
 * keep the largest second moment. */
void bt_adam_step(const bt_adam *rule, bt_weights *weights);

/* The same for a table of which only some rows were used (an embedding): rows that are not in
 * `row` [n_rows], each once, keep their values and moments. `block` is left out of
 * bt_adam_step_except, which does all others and counts the step; call that one first. */
void bt_adam_step_except(const bt_adam *rule, bt_weights *weights, size_t block);
void bt_adam_step_rows(const bt_adam *rule, bt_weights *weights, size_t block,
                       const uint32_t *row, size_t n_rows);

/* Scale all gradients so that their Euclidean norm is at most `largest`. Returns the norm that
 * they had. */
double bt_clip_gradient(bt_weights *weights, double largest);

#endif
