/*
 * The decisions of a negotiation as classes and features: what the models of a fitted
 * population predict, and from what. The same view is made of recorded histories, for
 * estimation, and of a running negotiation, for simulation.
 *
 * The models and their classes:
 *
 *     first_arrival    4-hour parts of the window; none
 *     next_arrival     time after the arrival before, in steps that grow; never
 *     history          negotiations that the buyer had before, in steps that grow
 *     concession 1..6  accept (at turn 1: buy now), reject or walk, the round concessions,
 *                      and the ranges between them, within which the shares of whole per
 *                      cents are those of the data
 *     concession 7     accept; walk
 *     delay 2..7       time to the answer, in steps that grow; none within 48 hours
 *     message 1..6     without; with
 *
 * What a buyer cannot see is not among a buyer's features: other threads and thresholds. The
 * buyer's history is not among those of the first turn: data have no row, and so no history, of
 * who buys at once.
 */
#ifndef BT_AGENTS_BARGAINING_DECISION_H
#define BT_AGENTS_BARGAINING_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/bargaining/fitted/choice_model.h"
#include "markets/bargaining/history.h"

enum {
    BT_MODEL_FIRST_ARRIVAL,
    BT_MODEL_NEXT_ARRIVAL,
    BT_MODEL_HISTORY,
    BT_MODEL_CONCESSION,                      /* + turn - 1: turns 1 .. 7 */
    BT_MODEL_DELAY = BT_MODEL_CONCESSION + 7, /* + turn - 2: turns 2 .. 7 */
    BT_MODEL_MESSAGE = BT_MODEL_DELAY + 6,    /* + turn - 1: turns 1 .. 6 */
    BT_DECISION_MODELS = BT_MODEL_MESSAGE + 6
};

/* "concession_3" */
const char *bt_decision_model_name(size_t model);
size_t bt_decision_model_classes(size_t model);
size_t bt_decision_model_features(size_t model);

/* A moment at which someone decides. */
typedef struct bt_decision {
    int64_t list_price; /* cents */
    int64_t decline_price;
    int64_t accept_price; /* list price: none */
    int64_t window;       /* seconds */
    int64_t time;         /* seconds since the listing began: of the seller's own move; of what
                             a buyer reacts to */
    uint32_t turn;        /* to be played, 1 .. 7 */
    double buyer_history;
    double buyer_share; /* the offers that stand, over the list price */
    double seller_share;
    double concession[BT_BARGAINING_TURNS]; /* [turn - 1] of the turns before */
    bool was_automatic;                     /* the last of them */
    bool was_expired;
    bool had_message;
    uint32_t n_threads; /* on the listing so far, with this one */
    double best_other;  /* highest offer of another thread over the list price; 0: none */
    double own;         /* the concession that is just made: for messages */
} bt_decision;

/* feature [bt_decision_model_features(model)]. */
void bt_decision_features(size_t model, const bt_decision *decision, double *feature);

/* What the arrival models see: when the last buyer came, how many there were. */
typedef struct bt_arrival_view {
    int64_t list_price;
    int64_t window;
    int64_t time; /* of the last arrival */
    int64_t gap;  /* to the one before; the time itself at the first */
    uint32_t n_arrivals;
} bt_arrival_view;

void bt_arrival_features(size_t model, const bt_arrival_view *view, double *feature);

/* ---- classes ---- */

/* Of a first arrival at `time`; of no arrival: the last class. */
size_t bt_first_arrival_class(int64_t time, int64_t window);
size_t bt_next_arrival_class(int64_t gap);
size_t bt_history_class(int64_t history);
size_t bt_concession_class(uint32_t turn, int percent);
size_t bt_delay_class(int64_t delay); /* 48 hours and more: the last */

/* The least class of what had not happened by then: the steps are wide, so one that is mostly
 * over counts as over. */
size_t bt_next_arrival_not_before(int64_t gap);
size_t bt_delay_not_before(int64_t delay);

/* A value of a class, equally likely within it. INT64_MAX: never, none. Draws: one. */
int64_t bt_first_arrival_draw(size_t class_, int64_t window, bt_stream *stream);
int64_t bt_next_arrival_draw(size_t class_, bt_stream *stream);
int64_t bt_history_draw(size_t class_, bt_stream *stream);
int64_t bt_delay_draw(size_t class_, bt_stream *stream);

/* ---- observations from a history ---- */

/* One data set for each model, and how often each concession was made. */
typedef struct bt_decision_data {
    bt_choice_data model[BT_DECISION_MODELS];
    double concession[BT_BARGAINING_TURNS][101]; /* [turn - 1][per cent] weights */
} bt_decision_data;

void bt_decision_data_begin(bt_decision_data *data);
void bt_decision_data_free(bt_decision_data *data);

/* Add all decisions of a listing: thread [listing->n_threads], turn as in a history. False
 * when memory is out. */
bool bt_decision_data_add(bt_decision_data *data, const bt_bargaining_listing *listing,
                          const bt_bargaining_thread *thread, const bt_bargaining_turn *turn);

#endif
