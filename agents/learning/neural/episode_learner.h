/*
 * Actor-critic for episodes that end: every move of an episode has a return, known when the
 * episode is over. One perceptron, the actor, gives scores from whose softmax actions are
 * drawn; another, the critic, the return to be expected. When a batch of moves is full both
 * learn from it: with A = return - V (deviation 1 over the batch, if it normalizes)
 *
 *     A2C (Mnih et al. 2016)        climbs  A log p(action) + entropy_weight H,  once;
 *     PPO (Schulman et al. 2017)    climbs  min(r A, clip(r, 1 - clip, 1 + clip) A)
 *                                           + entropy_weight H,  `epochs` times,
 *
 * r = p(action) over what it was when the batch was full; the critic takes as many steps down
 * Huber's loss of return - V. For tasks that go on for ever: actor_critic.h.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_EPISODE_LEARNER_H
#define BT_AGENTS_LEARNING_NEURAL_EPISODE_LEARNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/mlp.h"

typedef struct bt_episode_settings {
    const size_t *hidden; /* [n_hidden] widths of both, rectifiers; < BT_MLP_MAX_LAYERS */
    size_t n_hidden;
    size_t batch;            /* moves; the episode that fills it is taken whole */
    size_t longest;          /* moves of an episode at most */
    double clip;             /* PPO; 0: A2C */
    size_t epochs;           /* steps a batch; 1 with A2C */
    bool normalizes;         /* advantages */
    double largest_gradient; /* norm at which both networks' gradients are clipped */
    bt_adam actor_adam;
    bt_adam critic_adam;
} bt_episode_settings;

typedef struct bt_episode_learner {
    bt_episode_settings settings;
    size_t n_features;
    size_t n_actions;
    bt_mlp actor;
    bt_mlp critic;
    size_t n_ended;       /* moves of the batch whose return is known */
    size_t n_moves;       /* and all, those of the episode included */
    size_t most;          /* batch + longest */
    bt_real *feature;     /* [most, features] */
    uint32_t *action;     /* [most] */
    bt_real *outcome;     /* [most] returns */
    double *advantage;    /* [most] */
    double *old_log;      /* [most] log p(action) of the full batch */
    bt_real *weight;      /* [most] advantages as the actor takes them */
    bt_real *probability; /* [most, actions] */
    bt_real *gradient;    /* [most, actions] */
} bt_episode_learner;

/* False when memory is out. Draws of `initial`: one a weight. At first all actions are nearly
 * alike. */
bool bt_episode_learner_create(bt_episode_learner *learner, const bt_episode_settings *settings,
                               size_t n_features, size_t n_actions, bt_stream *initial,
                               bt_arena *arena);

/* feature [features]; probability [actions] of the actor's actions. */
void bt_episode_probabilities(bt_episode_learner *learner, const bt_real *feature,
                              bt_real *probability);

/* A move of the episode: feature [features]. More than `longest` are not remembered. */
void bt_episode_move(bt_episode_learner *learner, const bt_real *feature, uint32_t action);

/* The episode is over, and all its moves had this return; learns when the batch is full, with
 * this weight of the entropy. Returns whether it did. */
bool bt_episode_end(bt_episode_learner *learner, double outcome, double entropy_weight);

/* Between episodes. */
void bt_episode_learner_archive(bt_episode_learner *learner, bt_archive *archive);

#endif
