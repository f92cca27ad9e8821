/*
 * A population of buyers and sellers estimated from histories: the models of decision.h, one
 * for each decision of each turn, and the file that they are kept in.
 *
 * Models are estimated on the sellers of the partition `simulator`, stopped early on those of
 * `validation`, and scored on those of `test`, which nothing else has seen. The score is
 * exp(mean log likelihood), the geometric mean of the chances that were given to what
 * happened (Green and Plunkett 2020 report the same).
 */
#ifndef BT_AGENTS_BARGAINING_POPULATION_H
#define BT_AGENTS_BARGAINING_POPULATION_H

#include "agents/bargaining/fitted/decision.h"

typedef struct bt_model_score {
    double rows;     /* of the training data */
    double training; /* mean log likelihood of each; 0 where there are no rows */
    double validation;
    double test;
    double shares; /* of the test rows, by the training data's shares of the classes */
} bt_model_score;

typedef struct bt_population {
    bt_arena *arena;
    bt_choice_model model[BT_DECISION_MODELS];
    bt_model_score score[BT_DECISION_MODELS];
    size_t n_epochs[BT_DECISION_MODELS];
    bt_choice_epoch *curve[BT_DECISION_MODELS];  /* [n_epochs] */
    double concession[BT_BARGAINING_TURNS][101]; /* [turn - 1][per cent] how often */
    double discriminator;                        /* area under its curve; NAN: not known */
} bt_population;

/* ---- estimation ---- */

/* Decisions of the three partitions that are used. */
typedef struct bt_population_data {
    bt_decision_data training;
    bt_decision_data validation;
    bt_decision_data test;
} bt_population_data;

/* Take the decisions out of a history. BT_INTERNAL when memory is out. */
bt_status bt_population_data_make(const bt_bargaining_history *history,
                                  bt_population_data *data, bt_error *error);
void bt_population_data_free(bt_population_data *data);

typedef struct bt_population_setting {
    size_t hidden[BT_CHOICE_MOST_LAYERS - 1]; /* widths of hidden layers */
    size_t n_hidden;                          /* 0: multinomial logits */
    double ridge;
    size_t most_epochs;
    double learning_rate;
    uint64_t seed;
    void *context;
    bool (*is_interrupted)(void *context);
    void (*progress)(void *context, size_t model, double log_likelihood);
} bt_population_setting;

/* Logits: 200 iterations, ridge 5. */
bt_population_setting bt_population_defaults(void);

/* Estimate all models. Free with bt_population_free whatever the status. BT_INTERRUPTED,
 * BT_INTERNAL. */
bt_status bt_population_fit(const bt_population_data *data,
                            const bt_population_setting *setting, bt_population *population,
                            bt_error *error);

void bt_population_free(bt_population *population);

/* ---- the file ---- */

bt_status bt_population_save(const bt_population *population, const char *path, bool force,
                             bt_error *error);

/* Without curves. May be called by several threads at once. BT_NO_INPUT, BT_BAD_INPUT. Free
 * with bt_population_free. */
bt_status bt_population_load(const char *path, bt_population *population, bt_error *error);

/* ---- what it does ---- */

/* Draw the class of a decision. Draws: one. */
size_t bt_population_draw(const bt_population *population, size_t model, const double *feature,
                          bt_stream *stream);

/* Draw a concession of a turn, 0 ... 1 in whole per cent; at turn 1 above 0. Draws: two. */
double bt_population_concession(const bt_population *population, const bt_decision *decision,
                                bt_stream *stream);

/* Draw whether a message comes with a concession. Draws: one. */
bool bt_population_message(const bt_population *population, const bt_decision *decision,
                           double concession, bt_stream *stream);

/* Draw the time to the answer: from 1 second on, INT64_MAX for no answer. Draws: two. */
int64_t bt_population_delay(const bt_population *population, const bt_decision *decision,
                            bt_stream *stream);

#endif
