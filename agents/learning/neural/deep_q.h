/*
 * Deep Q-learning (Mnih et al. 2015): a perceptron gives the value of each of finitely many
 * actions in a state of real features, learned from batches of remembered moves against a copy
 * of itself that is renewed only now and then:
 *
 *     target = (1 - discount) reward + discount Q_copy(next, a*),
 *     a*     = argmax of Q_copy(next, .), or of Q(next, .) (van Hasselt, Guez and Silver 2016),
 *
 * by a Huber loss and Adam. Values are those of ordinary Q-learning times 1 - discount: an
 * average reward per move, of the rewards' own order of magnitude whatever the discount.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_DEEP_Q_H
#define BT_AGENTS_LEARNING_NEURAL_DEEP_Q_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/mlp.h"

typedef struct bt_deep_q_settings {
    const size_t *hidden; /* [n_hidden] widths, rectifiers; n_hidden < BT_MLP_MAX_LAYERS */
    size_t n_hidden;
    double discount;
    bool doubles;       /* the learner's own choice of a*, valued by the copy */
    size_t replay;      /* moves remembered, the newest */
    size_t batch;       /* moves a learning step */
    size_t renew_every; /* learning steps between renewals of the copy */
    double bend;        /* of the Huber loss */
    bt_adam adam;
} bt_deep_q_settings;

typedef struct bt_deep_q {
    bt_deep_q_settings settings;
    size_t n_features;
    size_t n_actions;
    bt_mlp net;
    bt_mlp copy;
    uint64_t n_remembered;  /* in all; the newest `replay` of them are kept */
    uint64_t n_steps;       /* of learning */
    bt_real *feature;       /* [replay, features] */
    bt_real *next_feature;  /* [replay, features] */
    bt_real *reward;        /* [replay] */
    uint32_t *action;       /* [replay] */
    uint32_t *drawn;        /* [batch] places in the memory */
    bt_real *batch_feature; /* [batch, features] */
    bt_real *gradient;      /* [batch, actions] */
    bt_real *target;        /* [batch] */
} bt_deep_q;

/* False when memory is out. Draws of `initial`: one a weight. */
bool bt_deep_q_create(bt_deep_q *learner, const bt_deep_q_settings *settings, size_t n_features,
                      size_t n_actions, bt_stream *initial, bt_arena *arena);

/* feature [features]; returns the values [actions], owned by the learner, until its next call.
 */
const bt_real *bt_deep_q_values(bt_deep_q *learner, const bt_real *feature);

/* A move: feature, next [features]. */
void bt_deep_q_remember(bt_deep_q *learner, const bt_real *feature, uint32_t action,
                        double reward, const bt_real *next);

/* One step of learning on `batch` moves drawn from memory, which holds at least one. Returns
 * the mean loss. Draws: batch. */
double bt_deep_q_learn(bt_deep_q *learner, bt_stream *stream);

/* target [count] of the remembered moves `which` [count], count <= batch. */
void bt_deep_q_targets(bt_deep_q *learner, const uint32_t *which, size_t count,
                       bt_real *target);

void bt_deep_q_archive(bt_deep_q *learner, bt_archive *archive);

#endif
