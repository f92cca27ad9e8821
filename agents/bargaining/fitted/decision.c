#include "agents/bargaining/fitted/decision.h"

#include <math.h>
#include <stdio.h>

enum {
    MINUTE = 60,
    HOUR = 3600,
    PART = 4 * HOUR,
    FIRST_PARTS = BT_BARGAINING_WINDOW_DAYS * 6,
    DECISION_FEATURES_BUYER = 20,
    DECISION_FEATURES_SELLER = DECISION_FEATURES_BUYER + 7,
    ARRIVAL_FEATURES = 6,
    LAST_TURN = BT_BARGAINING_TURNS,
};

/* Upper ends of the steps, exclusive; behind the last one is a class more. */
static const int64_t gap_steps[] = {5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR,      2 * HOUR,
                                    4 * HOUR,   8 * HOUR,    12 * HOUR,   18 * HOUR, 24 * HOUR,
                                    36 * HOUR,  48 * HOUR,   72 * HOUR,   96 * HOUR, 120 * HOUR,
                                    144 * HOUR, 192 * HOUR};
static const int64_t delay_steps[] = {5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR,
                                      2 * HOUR,   3 * HOUR,    6 * HOUR,    12 * HOUR,
                                      18 * HOUR,  24 * HOUR,   36 * HOUR,   48 * HOUR};
static const int64_t history_steps[] = {1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 2000, 10000};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- names and sizes ---- */

const char *bt_decision_model_name(size_t model)
{
    static const char *const names[BT_DECISION_MODELS] = {
        "first_arrival", "next_arrival", "history",      "concession_1", "concession_2",
        "concession_3",  "concession_4", "concession_5", "concession_6", "concession_7",
        "delay_2",       "delay_3",      "delay_4",      "delay_5",      "delay_6",
        "delay_7",       "message_1",    "message_2",    "message_3",    "message_4",
        "message_5",     "message_6"};
    return names[model];
}

/* The turn that a model is of; 0: of none. */
static uint32_t turn_of(size_t model)
{
    if (model >= BT_MODEL_MESSAGE)
        return (uint32_t)(model - BT_MODEL_MESSAGE + 1);
    if (model >= BT_MODEL_DELAY)
        return (uint32_t)(model - BT_MODEL_DELAY + 2);
    return model >= BT_MODEL_CONCESSION ? (uint32_t)(model - BT_MODEL_CONCESSION + 1) : 0;
}

size_t bt_decision_model_features(size_t model)
{
    uint32_t turn = turn_of(model);
    if (model == BT_MODEL_HISTORY)
        return 0;
    if (turn == 0)
        return ARRIVAL_FEATURES;
    if (bt_is_buyers_turn(turn))
        return DECISION_FEATURES_BUYER;
    /* A negotiation asks for a seller's delay before it shows the offer. */
    return model < BT_MODEL_MESSAGE && model >= BT_MODEL_DELAY ? 0 : DECISION_FEATURES_SELLER;
}

/* ---- concessions ---- */

/* Classes of a whole per cent: 0 rejects, 1 accepts; round ones stand alone; behind them the
 * ranges whose upper ends are given. */
typedef struct concession_classes {
    int round[10];
    size_t n_round;
    int upper[10];
    size_t n_ranges;
} concession_classes;

static const concession_classes first_offers = {
    {50, 56, 60, 67, 70, 75, 80, 83, 85, 90}, 10, {19, 34, 44, 54, 59, 66, 74, 79, 89, 99}, 10};
static const concession_classes counters = {
    {17, 20, 25, 33, 40, 50, 60, 67}, 8, {10, 19, 29, 36, 45, 54, 64, 74, 86, 99}, 10};

static const concession_classes *classes_of(uint32_t turn)
{
    return turn == 1 ? &first_offers : &counters;
}

size_t bt_concession_class(uint32_t turn, int percent)
{
    const concession_classes *classes = classes_of(turn);
    size_t i = 0;
    if (percent <= 0 || percent >= 100)
        return percent >= 100;
    for (size_t k = 0; k < classes->n_round; k++)
        if (classes->round[k] == percent)
            return 2 + k;
    while (percent > classes->upper[i])
        i++;
    return 2 + classes->n_round + i;
}

size_t bt_decision_model_classes(size_t model)
{
    uint32_t turn = turn_of(model);
    if (model == BT_MODEL_FIRST_ARRIVAL)
        return FIRST_PARTS + 1;
    if (model == BT_MODEL_NEXT_ARRIVAL)
        return LENGTH(gap_steps) + 1;
    if (model == BT_MODEL_HISTORY)
        return LENGTH(history_steps);
    if (model >= BT_MODEL_MESSAGE || model == BT_MODEL_CONCESSION + LAST_TURN - 1)
        return 2;
    if (model >= BT_MODEL_DELAY)
        return LENGTH(delay_steps) + 1;
    return 2 + classes_of(turn)->n_round + classes_of(turn)->n_ranges;
}

/* ---- steps ---- */

static size_t step_of(const int64_t *steps, size_t count, int64_t value)
{
    size_t i = 0;
    while (i < count && value >= steps[i])
        i++;
    return i;
}

static int64_t draw_in_step(const int64_t *steps, size_t count, size_t class_,
                            bt_stream *stream)
{
    double u = bt_stream_uniform(stream);
    if (class_ >= count)
        return INT64_MAX;
    int64_t low = class_ == 0 ? 0 : steps[class_ - 1];
    return low + (int64_t)(u * (double)(steps[class_] - low));
}

/* Of what had not happened by `value`: the step it is in, or the next if most of that is over.
 */
static size_t step_not_before(const int64_t *steps, size_t count, int64_t value)
{
    size_t i = step_of(steps, count, value);
    int64_t low = i == 0 ? 0 : steps[i - 1];
    return i < count && 2 * (value - low) > steps[i] - low ? i + 1 : i;
}

size_t bt_first_arrival_class(int64_t time, int64_t window)
{
    if (time >= window)
        return FIRST_PARTS;
    return (size_t)((double)time / (double)window * FIRST_PARTS);
}

int64_t bt_first_arrival_draw(size_t class_, int64_t window, bt_stream *stream)
{
    double u = bt_stream_uniform(stream);
    if (class_ >= FIRST_PARTS)
        return INT64_MAX;
    int64_t time = (int64_t)(((double)class_ + u) / FIRST_PARTS * (double)window);
    return time < window ? time : window - 1;
}

size_t bt_next_arrival_class(int64_t gap)
{
    return step_of(gap_steps, LENGTH(gap_steps), gap);
}

size_t bt_next_arrival_not_before(int64_t gap)
{
    return step_not_before(gap_steps, LENGTH(gap_steps), gap);
}

int64_t bt_next_arrival_draw(size_t class_, bt_stream *stream)
{
    return draw_in_step(gap_steps, LENGTH(gap_steps), class_, stream);
}

size_t bt_history_class(int64_t history)
{
    size_t class_ = step_of(history_steps, LENGTH(history_steps), history);
    return class_ < LENGTH(history_steps) ? class_ : LENGTH(history_steps) - 1;
}

int64_t bt_history_draw(size_t class_, bt_stream *stream)
{
    return draw_in_step(history_steps, LENGTH(history_steps), class_, stream);
}

size_t bt_delay_class(int64_t delay)
{
    return step_of(delay_steps, LENGTH(delay_steps), delay);
}

size_t bt_delay_not_before(int64_t delay)
{
    return step_not_before(delay_steps, LENGTH(delay_steps), delay);
}

int64_t bt_delay_draw(size_t class_, bt_stream *stream)
{
    int64_t delay = draw_in_step(delay_steps, LENGTH(delay_steps), class_, stream);
    return delay > 0 ? delay : 1;
}

/* ---- features ---- */

static double log_price(int64_t cents)
{
    return log10(0.01 * (double)cents);
}

static bool is_round(double share)
{
    return fabs(share * 20 - round(share * 20)) < 0.1 || fabs(share - 2.0 / 3) < 0.005;
}

static double above(double value, double bend)
{
    return value > bend ? value - bend : 0;
}

static double concession_before(const bt_decision *decision, uint32_t back)
{
    return decision->turn > back ? decision->concession[decision->turn - 1 - back] : 0;
}

/* What both sides see. */
static size_t put_common(const bt_decision *decision, double *feature)
{
    double b = decision->buyer_share, last = concession_before(decision, 1);
    double left = (double)(decision->window - decision->time) / BT_BARGAINING_RESPONSE_SECONDS;
    bool was_rejected = decision->turn > 1 && last == 0;
    const double values[DECISION_FEATURES_BUYER] = {
        b,
        b * b,
        above(b, 0.5),
        above(b, 0.75),
        is_round(b),
        decision->seller_share,
        last,
        last * last,
        fabs(last - 0.5) < 0.005,
        b * last,
        was_rejected && !decision->was_expired && !decision->was_automatic,
        decision->was_expired,
        decision->was_automatic,
        decision->had_message,
        concession_before(decision, 2),
        concession_before(decision, 3),
        (double)decision->time / (double)decision->window,
        fmin(left, 1),
        log_price(decision->list_price),
        log1p(decision->buyer_history),
    };
    for (size_t i = 0; i < DECISION_FEATURES_BUYER; i++)
        feature[i] = values[i];
    return DECISION_FEATURES_BUYER;
}

void bt_decision_features(size_t model, const bt_decision *decision, double *feature)
{
    size_t count = bt_decision_model_features(model);
    if (count == 0)
        return;
    size_t n = put_common(decision, feature);
    if (model == BT_MODEL_CONCESSION) /* data do not know who buys now: it would tell */
        feature[n - 1] = 0;
    if (model >= BT_MODEL_MESSAGE)
        feature[4] = decision->own; /* in place of whether the standing offer is round */
    if (count == DECISION_FEATURES_BUYER)
        return;
    double list_price = (double)decision->list_price;
    bool has_accept = decision->accept_price < decision->list_price;
    feature[n++] = decision->n_threads > 1;
    feature[n++] = log1p((double)decision->n_threads);
    feature[n++] = decision->best_other;
    feature[n++] = decision->decline_price > 0;
    feature[n++] = (double)decision->decline_price / list_price;
    feature[n++] = has_accept;
    feature[n++] = has_accept ? (double)decision->accept_price / list_price : 0;
}

void bt_arrival_features(size_t model, const bt_arrival_view *view, double *feature)
{
    double price = log_price(view->list_price);
    bool is_next = model == BT_MODEL_NEXT_ARRIVAL;
    double share = (double)view->time / (double)view->window;
    feature[0] = price;
    feature[1] = price * price;
    feature[2] = is_next ? share : 0;
    feature[3] = is_next ? share * share : 0;
    feature[4] = is_next ? log1p((double)view->gap / HOUR) : 0;
    feature[5] = is_next ? fmin(view->n_arrivals, 5) : 0;
}
