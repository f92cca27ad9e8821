#include <stdlib.h>
#include <string.h>

#include "agents/bargaining/fitted/decision.h"

void bt_decision_data_begin(bt_decision_data *data)
{
    *data = (bt_decision_data){0};
    for (size_t m = 0; m < BT_DECISION_MODELS; m++) {
        data->model[m].n_features = bt_decision_model_features(m);
        data->model[m].n_classes = bt_decision_model_classes(m);
    }
}

void bt_decision_data_free(bt_decision_data *data)
{
    for (size_t m = 0; m < BT_DECISION_MODELS; m++)
        bt_choice_data_free(&data->model[m]);
}

/* A listing being taken apart. */
typedef struct listing_view {
    bt_decision_data *data;
    const bt_bargaining_listing *listing;
    const bt_bargaining_thread *thread;
    const bt_bargaining_turn *turn; /* of the listing's first thread */
    int64_t end;                    /* of the sale, or of the window */
} listing_view;

static const bt_bargaining_turn *turns_of(const listing_view *view, size_t thread)
{
    return view->turn + (view->thread[thread].first_turn - view->thread[0].first_turn);
}

static bool add(const listing_view *view, size_t model, const bt_decision *decision,
                size_t class_, bool censored)
{
    double feature[BT_CHOICE_MOST_FEATURES];
    bt_decision_features(model, decision, feature);
    return bt_choice_data_add(&view->data->model[model], feature, class_, censored,
                              view->listing->weight);
}

/* ---- arrivals ---- */

static bool add_arrival(const listing_view *view, size_t model, const bt_arrival_view *seen,
                        size_t class_, bool censored)
{
    double feature[BT_CHOICE_MOST_FEATURES];
    bt_arrival_features(model, seen, feature);
    return bt_choice_data_add(&view->data->model[model], feature, class_, censored,
                              view->listing->weight);
}

static bool add_arrivals(const listing_view *view)
{
    const bt_bargaining_listing *listing = view->listing;
    bt_arrival_view seen = {.list_price = listing->list_price,
                            .window = listing->end - listing->start};
    bool has_any = listing->n_threads > 0;
    int64_t before = 0;
    int64_t first = has_any ? turns_of(view, 0)->time - listing->start : seen.window;
    bool done = add_arrival(view, BT_MODEL_FIRST_ARRIVAL, &seen,
                            bt_first_arrival_class(first, seen.window), false);
    for (uint32_t i = 0; i < listing->n_threads && done; i++) {
        bool is_last = i + 1 == listing->n_threads;
        int64_t next = is_last ? view->end : turns_of(view, i + 1)->time;
        seen.time = turns_of(view, i)->time - listing->start;
        seen.gap = seen.time - before;
        seen.n_arrivals = i + 1;
        before = seen.time;
        int64_t gap = next - listing->start - seen.time;
        done = add_arrival(
            view, BT_MODEL_NEXT_ARRIVAL, &seen,
            is_last ? bt_next_arrival_not_before(gap) : bt_next_arrival_class(gap), is_last);
        if (done && view->thread[i].buyer_history >= 0)
            done = bt_choice_data_add(&view->data->model[BT_MODEL_HISTORY], &(double){0},
                                      bt_history_class(view->thread[i].buyer_history), false,
                                      listing->weight);
    }
    return done;
}

/* ---- turns ---- */

/* What a seller sees of other threads at a time. */
static void look_around(const listing_view *view, size_t own, int64_t time,
                        bt_decision *decision)
{
    double list_price = (double)view->listing->list_price;
    decision->n_threads = 1;
    decision->best_other = 0;
    for (size_t i = 0; i < view->listing->n_threads; i++) {
        const bt_bargaining_turn *turn = turns_of(view, i);
        if (i == own || turn->time > time)
            continue;
        decision->n_threads++;
        for (uint32_t k = 0; k < view->thread[i].n_turns && turn[k].time <= time; k += 2) {
            double share = (double)turn[k].price / list_price;
            if (turn[k].act == BT_ACT_OFFER && share > decision->best_other)
                decision->best_other = share;
        }
    }
}

/* Whether a turn answers an offer that a threshold answers. */
static bool is_automatic_zone(const bt_bargaining_listing *listing, int64_t offer)
{
    return offer < listing->decline_price ||
           (offer >= listing->accept_price && listing->accept_price < listing->list_price);
}

static bt_decision begin_decision(const listing_view *view, size_t thread)
{
    const bt_bargaining_listing *listing = view->listing;
    int64_t history = view->thread[thread].buyer_history;
    return (bt_decision){
        .list_price = listing->list_price,
        .decline_price = listing->decline_price,
        .accept_price = listing->accept_price,
        .window = listing->end - listing->start,
        .time = turns_of(view, thread)->time - listing->start,
        .turn = 1,
        .buyer_history = history > 0 ? (double)history : 0,
        .seller_share = 1,
        .n_threads = 1,
    };
}

/* What was decided at a turn, once an answer came. */
static bool add_answer(const listing_view *view, bt_decision *decision, int percent,
                       bool has_message)
{
    uint32_t turn = decision->turn;
    bool is_buyers = bt_is_buyers_turn(turn);
    size_t class_ =
        turn == BT_BARGAINING_TURNS ? percent == 0 : bt_concession_class(turn, percent);
    view->data->concession[turn - 1][percent] += view->listing->weight;
    if (!add(view, BT_MODEL_CONCESSION + turn - 1, decision, class_, false))
        return false;
    bool may_write = turn < BT_BARGAINING_TURNS && percent < 100 && (!is_buyers || percent > 0);
    decision->own = 0.01 * percent;
    return !may_write || add(view, BT_MODEL_MESSAGE + turn - 1, decision, has_message, false);
}

/* The prices that stand, in cents: the seller's, the buyer's. */
typedef struct standing {
    int64_t price[2];
} standing;

static int percent_of(const bt_bargaining_turn *turn, const standing *prices)
{
    bool is_buyers = bt_is_buyers_turn(turn->number);
    int64_t own = prices->price[is_buyers], other = prices->price[!is_buyers];
    if (turn->act != BT_ACT_OFFER)
        return turn->act == BT_ACT_ACCEPT ? 100 : 0;
    return bt_concession_percent(turn->price, own, other);
}

/* Let a turn be the past of the next. */
static void pass(const listing_view *view, bt_decision *decision,
                 const bt_bargaining_turn *turn, standing *prices)
{
    double list_price = (double)view->listing->list_price;
    decision->concession[turn->number - 1] = 0.01 * percent_of(turn, prices);
    prices->price[bt_is_buyers_turn(turn->number)] = turn->price;
    decision->buyer_share = (double)prices->price[1] / list_price;
    decision->seller_share = (double)prices->price[0] / list_price;
    decision->was_automatic = (turn->flags & BT_TURN_AUTOMATIC) != 0;
    decision->was_expired = (turn->flags & BT_TURN_EXPIRED) != 0;
    decision->had_message = (turn->flags & BT_TURN_MESSAGE) != 0;
    decision->time = turn->time - view->listing->start;
    decision->turn = turn->number + 1u;
}

static bool add_turn(const listing_view *view, size_t thread, bt_decision *decision,
                     const bt_bargaining_turn *turn, const standing *prices)
{
    bool is_expired = (turn->flags & BT_TURN_EXPIRED) != 0;
    int64_t before = decision->time + view->listing->start;
    if ((turn->flags & BT_TURN_AUTOMATIC) != 0)
        return true;
    if (turn->number > 1 &&
        !add(view, BT_MODEL_DELAY + turn->number - 2, decision,
             bt_delay_class(is_expired ? BT_BARGAINING_RESPONSE_SECONDS : turn->time - before),
             false))
        return false;
    if (is_expired)
        return true;
    if (!bt_is_buyers_turn(turn->number)) {
        decision->time = turn->time - view->listing->start;
        look_around(view, thread, turn->time, decision);
    }
    return add_answer(view, decision, percent_of(turn, prices),
                      (turn->flags & BT_TURN_MESSAGE) != 0);
}

/* The answer that had not come when the listing ended. */
static bool add_missing_turn(const listing_view *view, const bt_decision *decision,
                             const bt_bargaining_turn *last)
{
    bool is_over = last->act == BT_ACT_ACCEPT ||
                   (last->act == BT_ACT_REJECT && bt_is_buyers_turn(last->number));
    if (is_over || last->number == BT_BARGAINING_TURNS || view->end <= last->time ||
        (bt_is_buyers_turn(last->number) && is_automatic_zone(view->listing, last->price)))
        return true;
    return add(view, BT_MODEL_DELAY + decision->turn - 2, decision,
               bt_delay_not_before(view->end - last->time), true);
}

static bool add_thread(const listing_view *view, size_t thread)
{
    bt_decision decision = begin_decision(view, thread);
    standing prices = {{view->listing->list_price, 0}};
    const bt_bargaining_turn *turn = turns_of(view, thread);
    uint32_t n_turns = view->thread[thread].n_turns;
    for (uint32_t i = 0; i < n_turns; i++) {
        if (!add_turn(view, thread, &decision, &turn[i], &prices))
            return false;
        pass(view, &decision, &turn[i], &prices);
    }
    return add_missing_turn(view, &decision, &turn[n_turns - 1]);
}

bool bt_decision_data_add(bt_decision_data *data, const bt_bargaining_listing *listing,
                          const bt_bargaining_thread *thread, const bt_bargaining_turn *turn)
{
    listing_view view = {data, listing, thread, turn, listing->end};
    for (size_t i = 0; i < listing->n_threads; i++) {
        const bt_bargaining_turn *last = turns_of(&view, i) + thread[i].n_turns - 1;
        if (last->act == BT_ACT_ACCEPT && last->time < view.end)
            view.end = last->time;
    }
    bool done = add_arrivals(&view);
    for (size_t i = 0; i < listing->n_threads && done; i++)
        done = add_thread(&view, i);
    return done;
}
