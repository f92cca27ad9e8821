/*
 * Training a sequential recommender and judging it, in the protocol of Kang and McAuley (2018):
 * leave-one-out, each held-back item ranked among 100 items that the user did not choose in
 * training, drawn uniformly; hit rate and NDCG at 10 over at most 10,000 users.
 *
 * An epoch visits every user with at least two training choices once, in random order. After
 * every `evaluate_every` epochs the model is judged on the validation items; the weights of the
 * best NDCG at 10 are kept, and training ends after `patience` judgements without a better one.
 * Candidates are the same at each judgement. With averaging a, what is judged and kept are
 * averages of the weights after each epoch (Polyak and Juditsky 1992, with a short memory):
 * average = a average + (1 - a) weights, plain means at first.
 *
 * All draws are addressed by (seed; epoch, purpose): an epoch repeats itself bit by bit,
 * whether training ran through or went on from an archive.
 */
#ifndef BT_AGENTS_RECOMMENDERS_SEQUENCE_TRAINING_H
#define BT_AGENTS_RECOMMENDERS_SEQUENCE_TRAINING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/adam.h"
#include "agents/recommenders/sequence_data.h"
#include "agents/recommenders/sequence_model.h"
#include "sim/archive.h"

typedef struct bt_sequence_training_settings {
    uint64_t seed;
    size_t batch; /* users */
    size_t max_epochs;
    size_t evaluate_every; /* epochs */
    size_t patience;       /* judgements */
    size_t n_candidates;   /* beside the held-back item */
    size_t max_judged;     /* users */
    double averaging;      /* of weights over epochs, in [0, 1); 0: none */
    bt_adam adam;
} bt_sequence_training_settings;

enum { BT_RANK_CUTS = 3 };
extern const size_t bt_rank_cut[BT_RANK_CUTS]; /* 5, 10, 20 */

typedef struct bt_ranking_quality {
    size_t n_users;
    double hit_rate[BT_RANK_CUTS]; /* share of held-back items among the first so many */
    double ndcg[BT_RANK_CUTS];     /* mean of 1 / log2(rank + 1) where it is, else 0 */
} bt_ranking_quality;

typedef enum bt_held_back { BT_VALIDATION, BT_TEST } bt_held_back;

typedef struct bt_sequence_trainer {
    bt_sequence_training_settings settings;
    const bt_sequence_data *data;
    const bt_sequence_model_type *type;
    void *model;
    bt_weights *weights; /* the model's */
    size_t length;       /* of the longest sequence that it takes */
    bt_random_key key;
    uint64_t epoch;  /* done */
    uint64_t misses; /* judgements since the best */
    uint64_t best_epoch;
    double best_ndcg;    /* at 10, on validation items; negative before the first */
    bt_real *best_value; /* [weights] */
    bt_real *average;    /* [weights]; NULL: none */
    uint32_t *user;      /* [users] working memory */
    uint32_t *offset;    /* [batch + 1] */
    uint32_t *item;      /* [rows] */
    uint32_t *positive;  /* [rows] */
    uint32_t *negative;  /* [rows] */
    uint32_t *candidate; /* [1 + candidates] */
    bt_real *score;      /* [1 + candidates] */
} bt_sequence_trainer;

/* The key that a model's dropout has in training with a seed. */
bt_random_key bt_sequence_dropout_key(uint64_t seed);

/* For a model with room for `batch` sequences; model and data are borrowed. False when memory
 * is out. */
bool bt_sequence_trainer_create(bt_sequence_trainer *trainer,
                                const bt_sequence_training_settings *settings,
                                const bt_sequence_data *data,
                                const bt_sequence_model_type *type, void *model,
                                bt_arena *arena);

/* Initial weights, by the seed. */
void bt_sequence_fill(bt_sequence_trainer *trainer);

/* One epoch; returns the mean loss of its batches. */
double bt_sequence_epoch(bt_sequence_trainer *trainer);

/* Judge the model as it is. */
void bt_sequence_judge(bt_sequence_trainer *trainer, bt_held_back held_back,
                       bt_ranking_quality *quality);

/* Judge what would be kept on validation items, and note it. */
void bt_sequence_validate(bt_sequence_trainer *trainer, bt_ranking_quality *quality);

/* Note a judgement on validation items: what would be kept is, if it is the best so far. */
void bt_sequence_note(bt_sequence_trainer *trainer, const bt_ranking_quality *quality);

/* Whether training is over: epochs or patience are used up. */
bool bt_sequence_is_over(const bt_sequence_trainer *trainer);

/* Put the best weights into the model. */
void bt_sequence_take_best(bt_sequence_trainer *trainer);

/* All state, between two epochs. */
void bt_sequence_trainer_archive(bt_sequence_trainer *trainer, bt_archive *archive);

#endif
