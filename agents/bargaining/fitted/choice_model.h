/*
 * A model of one decision: probabilities of a few classes given features.
 *
 *     p_k = exp(score_k(x)) / sum_j exp(score_j(x))
 *
 * With no hidden layer the score is linear and this is the multinomial logit; with hidden
 * layers (rectifiers between them) a small network. Both are estimated by maximum likelihood
 * of weighted observations, of which some are censored: of those it is known only that the
 * class is at least c, so they count log sum_{k >= c} p_k.
 *
 * The logit is estimated with a ridge by BFGS (GSL), all rows at once; a network by Adam on
 * minibatches. Both are stopped when the likelihood of the validation rows no longer rises, and
 * left where it was best.
 */
#ifndef BT_AGENTS_BARGAINING_CHOICE_MODEL_H
#define BT_AGENTS_BARGAINING_CHOICE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/arena.h"
#include "sim/random.h"
#include "sim/status.h"

enum {
    BT_CHOICE_MOST_FEATURES = 48,
    BT_CHOICE_MOST_CLASSES = 64,
    BT_CHOICE_MOST_LAYERS = 4, /* the last one included */
    BT_CHOICE_WIDEST = 128
};

/* ---- observations ---- */

typedef struct bt_choice_data {
    size_t n_features;
    size_t n_classes;
    size_t n_rows, capacity;
    float *feature;    /* [row * n_features] */
    float *weight;     /* [row] */
    uint8_t *class_;   /* [row] what happened; the least that can have happened */
    uint8_t *censored; /* [row] 0 or 1 */
} bt_choice_data;

/* Add a row: feature [n_features]. False when memory is out. */
bool bt_choice_data_add(bt_choice_data *data, const double *feature, size_t class_,
                        bool censored, double weight);
void bt_choice_data_free(bt_choice_data *data);
double bt_choice_data_weight(const bt_choice_data *data); /* in all */

/* ---- the model ---- */

typedef struct bt_choice_layer {
    size_t inputs, outputs;
    double *weight; /* [input * outputs] */
    double *bias;   /* [output] */
} bt_choice_layer;

/* Plain data; the numbers are an arena's. Scoring changes nothing. */
typedef struct bt_choice_model {
    size_t n_features, n_classes;
    double mean[BT_CHOICE_MOST_FEATURES]; /* features are centred and scaled by these */
    double scale[BT_CHOICE_MOST_FEATURES];
    size_t n_layers;
    bt_choice_layer layer[BT_CHOICE_MOST_LAYERS];
} bt_choice_model;

/* A model of `n_hidden` layers of widths hidden [n_hidden], all zero: equal chances. False when
 * memory is out or a number is too large. */
bool bt_choice_model_create(bt_choice_model *model, size_t n_features, size_t n_classes,
                            const size_t *hidden, size_t n_hidden, bt_arena *arena);

/* probability [n_classes] at feature [n_features]. */
void bt_choice_model_probabilities(const bt_choice_model *model, const double *feature,
                                   double *probability);

/* A class drawn from probability [count]. Draws: one. */
size_t bt_choice_draw(const double *probability, size_t count, bt_stream *stream);

/* Mean log likelihood of weighted rows; 0 where there are none. */
double bt_choice_log_likelihood(const bt_choice_model *model, const bt_choice_data *data);

/* ---- estimation ---- */

typedef struct bt_choice_epoch {
    double training;   /* mean log likelihood */
    double validation; /* NAN where there are no rows */
} bt_choice_epoch;

typedef struct bt_choice_fit_setting {
    double ridge;         /* half its product with the squared weights is taken off the sum of
                             a logit's log likelihoods: they are normal beforehand with this
                             precision */
    size_t most_epochs;   /* of a network; iterations of a logit */
    size_t patience;      /* epochs without improvement of the validation that end it */
    size_t batch;         /* rows */
    double learning_rate; /* of Adam */
    bt_stream stream;     /* initial weights and the order of rows */
    void *context;
    bool (*is_interrupted)(void *context); /* NULL: never */
} bt_choice_fit_setting;

bt_choice_fit_setting bt_choice_fit_defaults(bt_stream stream);

/* Estimate the weights of a model that was created; curve [most_epochs], of which *n_epochs
 * are written. BT_INTERRUPTED; BT_INTERNAL when memory is out. */
bt_status bt_choice_fit(bt_choice_model *model, const bt_choice_data *training,
                        const bt_choice_data *validation, const bt_choice_fit_setting *setting,
                        bt_choice_epoch *curve, size_t *n_epochs, bt_error *error);

/* The logit's mean objective and its gradient with respect to the weights [input * classes]
 * and, behind them, the biases [classes]: for tests by finite differences.
 *
 *     -(1 / sum w) sum_i w_i log P_i + ridge / 2 sum W^2                                    */
double bt_choice_logit_objective(const bt_choice_model *model, const bt_choice_data *data,
                                 double ridge, double *gradient);

/* d -log P / d score of one row: gradient [classes] = p - [y], or p - p [k >= c] / sum_{k >= c}
 * p where it is censored. `probability` [classes]. Returns log P. */
double bt_choice_row_gradient(const double *probability, size_t n_classes, size_t class_,
                              bool censored, double *gradient);

#endif
