/*
 * Advantage actor-critic (Mnih et al. 2016): one perceptron, the actor, gives scores from whose
 * softmax actions are drawn; another, the critic, gives the value of a state. Every `rollout`
 * moves both learn from what came of them. With V the critic's values, in average rewards per
 * move (as in deep_q.h), and d_t = (1 - discount) reward_t + discount V_{t+1} - V_t, the
 * advantage of a move is (Schulman et al. 2016)
 *
 *     A_t = sum over k >= 0 of (discount trace)^k d_{t+k},     up to the end of the rollout,
 *
 * the critic's target A_t + V_t; the actor climbs A_t log p(action_t) + entropy_weight H. The
 * task goes on for ever: the last move of a rollout is valued by the critic.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_ACTOR_CRITIC_H
#define BT_AGENTS_LEARNING_NEURAL_ACTOR_CRITIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/mlp.h"

typedef struct bt_actor_critic_settings {
    const size_t *hidden; /* [n_hidden] widths of both, tanh; n_hidden < BT_MLP_MAX_LAYERS */
    size_t n_hidden;
    double discount;
    double trace; /* lambda in [0, 1] */
    size_t rollout;
    double entropy_weight;
    bool normalizes;         /* advantages: mean 0, deviation 1 over a rollout */
    double largest_gradient; /* norm at which both networks' gradients are clipped */
    bt_adam actor_adam;
    bt_adam critic_adam;
} bt_actor_critic_settings;

typedef struct bt_actor_critic {
    bt_actor_critic_settings settings;
    size_t n_features;
    size_t n_actions;
    bt_mlp actor;
    bt_mlp critic;
    uint64_t n_moves;  /* of the rollout so far */
    bt_real *feature;  /* [rollout + 1, features] */
    uint32_t *action;  /* [rollout] */
    double *reward;    /* [rollout] */
    double *value;     /* [rollout + 1] */
    double *advantage; /* [rollout] */
    bt_real *target;   /* [rollout] */
    bt_real *weight;   /* [rollout] advantages as the actor takes them */
    bt_real *gradient; /* [rollout, actions] */
} bt_actor_critic;

/* False when memory is out. Draws of `initial`: one a weight. At first all actions are nearly
 * alike. */
bool bt_actor_critic_create(bt_actor_critic *learner, const bt_actor_critic_settings *settings,
                            size_t n_features, size_t n_actions, bt_stream *initial,
                            bt_arena *arena);

/* feature [features]; returns the actor's scores [actions], owned by the learner, until its
 * next call. */
const bt_real *bt_actor_critic_scores(bt_actor_critic *learner, const bt_real *feature);

/* A move: feature, next [features]. Learns at the end of a rollout. */
void bt_actor_critic_remember(bt_actor_critic *learner, const bt_real *feature, uint32_t action,
                              double reward, const bt_real *next);

/* advantage [count] of rewards [count] and values [count + 1]. */
void bt_advantages(size_t count, const double *reward, const double *value, double discount,
                   double trace, double *advantage);

void bt_actor_critic_archive(bt_actor_critic *learner, bt_archive *archive);

#endif
