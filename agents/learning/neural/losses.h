/*
 * Losses. Each returns the sum of its terms; gradients are those of `scale` times that sum
 * (1 / rows for a mean), and may overwrite what they are taken of.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_LOSSES_H
#define BT_AGENTS_LEARNING_NEURAL_LOSSES_H

#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/real.h"

/* score [rows, classes]; probability [rows, classes] = exp(score) over its row's sum. May be
 * in place. */
void bt_softmax(size_t rows, size_t classes, const bt_real *score, bt_real *probability);

/* score [rows, classes], target [rows] < classes; gradient [rows, classes].
 * sum of -log p(target): with p the softmax of the scores, gradient = scale (p - [target]). */
double bt_softmax_loss(size_t rows, size_t classes, const bt_real *score,
                       const uint32_t *target, double scale, bt_real *gradient);

/* score, target, gradient [count]; target in [0, 1].
 * sum of -target log q - (1 - target) log(1 - q), q = 1 / (1 + exp(-score)). */
double bt_logistic_loss(size_t count, const bt_real *score, const bt_real *target, double scale,
                        bt_real *gradient);

/* value, target, gradient [count]. Huber (1964): sum of e^2 / 2 where |e| <= bend, else
 * bend (|e| - bend / 2), e = value - target. An infinite bend: squares. */
double bt_huber_loss(size_t count, const bt_real *value, const bt_real *target, double bend,
                     double scale, bt_real *gradient);

/* score, gradient [rows, actions]; action [rows] < actions; advantage [rows]. The policy
 * gradient with an entropy bonus (Williams 1992; Mnih et al. 2016): the sum of -advantage log
 * p(action) - entropy_weight H, where p is the softmax of a row's scores and H = -sum p log p;
 * advantages are constants. */
double bt_policy_loss(size_t rows, size_t actions, const bt_real *score, const uint32_t *action,
                      const bt_real *advantage, double entropy_weight, double scale,
                      bt_real *gradient);

#endif
