/*
 * `bertrand train sequences`: a training file says which sequential recommender learns from
 * which sequences, and how; out comes a model file.
 *
 *     format: 1
 *     name: sasrec-video-games
 *     seed: 1
 *     data: sequences.txt
 *     model: {type: sasrec, width: 64}
 *     training: {epochs: 100, judge_every: 5, patience: 4}
 *
 * The protocol is that of agents/recommenders/sequence_training.h. While it lasts its state
 * stands in MODEL.part, written after every judgement; with it training goes on as if it had
 * never stopped, to the same bytes.
 */
#ifndef BT_EXPERIMENTS_TRAINING_H
#define BT_EXPERIMENTS_TRAINING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "agents/recommenders/sequence_training.h"
#include "experiments/document/document.h"
#include "sim/parameter.h"

typedef struct bt_training_parameters {
    int64_t batch;
    int64_t epochs;
    int64_t judge_every;
    int64_t patience;
    int64_t candidates;
    int64_t judged_users;
    double averaging;
    double learning_rate;
    double first_decay;
    double second_decay;
    double weight_decay;
} bt_training_parameters;

typedef struct bt_training_file {
    int64_t format;
    const char *name;
    int64_t seed;
    const char *data;
    bt_registered model;
    bt_training_parameters training;
} bt_training_file;

extern const bt_parameter_table bt_training_file_table;

/* What is told while it trains; NULL functions are not called. */
typedef struct bt_training_listener {
    void *context;
    void (*began)(void *context, const bt_sequence_data *data, const bt_weights *weights,
                  uint64_t epoch);
    void (*epoch)(void *context, const bt_sequence_trainer *trainer, double loss);
    void (*judged)(void *context, const bt_sequence_trainer *trainer, double loss,
                   const bt_ranking_quality *quality);
    bool (*is_interrupted)(void *context);
} bt_training_listener;

/* Train, and write the model of the best judgement to `output`; *test is its quality on the
 * test items, *best_epoch when it stood. `resumes`: from OUTPUT.part, if that is there.
 * BT_INTERRUPTED: the state stands in OUTPUT.part. Errors: of the data, of the model's shape, a
 * state of another training, files. */
bt_status bt_train(const bt_training_file *file, const char *output, bool resumes, bool replace,
                   const bt_training_listener *listener, bt_ranking_quality *test,
                   uint64_t *best_epoch, bt_error *error);

#endif
