#include "agents/bargaining/fitted/sides.h"

/* ---- what they see ---- */

/* The thread's past, as the models know it. */
static void look_back(const bt_turn *turns, uint32_t n_turns, int64_t list_price,
                      bt_decision *decision)
{
    int64_t price[2] = {list_price, 0};
    for (uint32_t i = 0; i < n_turns; i++) {
        bool is_buyers = bt_turn_is_buyers(i + 1);
        decision->concession[i] =
            0.01 * bt_concession_percent(turns[i].price, price[is_buyers], price[!is_buyers]);
        price[is_buyers] = turns[i].price;
    }
    decision->buyer_share = (double)price[1] / (double)list_price;
    decision->seller_share = (double)price[0] / (double)list_price;
    if (n_turns == 0)
        return;
    decision->was_automatic = turns[n_turns - 1].is_automatic;
    decision->was_expired = turns[n_turns - 1].is_expired;
    decision->had_message = turns[n_turns - 1].has_message;
}

static bt_decision buyers_decision(const bt_bargaining_buyer_view *view)
{
    bt_decision decision = {.list_price = view->listing->list_price,
                            .accept_price = view->listing->list_price,
                            .window = view->listing->window,
                            .time = view->time,
                            .turn = view->turn,
                            .buyer_history = view->thread->buyer_history,
                            .n_threads = 1};
    look_back(view->thread->turn, view->turn - 1, view->listing->list_price, &decision);
    return decision;
}

static bt_decision sellers_decision(const bt_bargaining_observation *seen)
{
    bt_decision decision = {.list_price = seen->listing.list_price,
                            .decline_price = seen->listing.auto_reject,
                            .accept_price = seen->listing.auto_accept,
                            .window = seen->listing.window,
                            .time = seen->time,
                            .turn = seen->turn,
                            .buyer_history = seen->buyer_history,
                            .n_threads = seen->n_threads,
                            .best_other = seen->others.ever.best_buyer};
    look_back(seen->turns, seen->turn - 1, seen->listing.list_price, &decision);
    return decision;
}

/* ---- buyers ---- */

static size_t arrive(const void *self, const bt_listing *listing, double demand, size_t most,
                     bt_stream *stream, int64_t *times)
{
    (void)demand; /* nobody's data tell it */
    const bt_population *population = self;
    double feature[BT_CHOICE_MOST_FEATURES];
    bt_arrival_view view = {.list_price = listing->list_price, .window = listing->window};
    bt_arrival_features(BT_MODEL_FIRST_ARRIVAL, &view, feature);
    size_t class_ = bt_population_draw(population, BT_MODEL_FIRST_ARRIVAL, feature, stream);
    int64_t time = bt_first_arrival_draw(class_, listing->window, stream);
    size_t count = 0;
    while (time < listing->window && count < most) {
        times[count++] = time;
        view.gap = time - view.time;
        view.time = time;
        view.n_arrivals = (uint32_t)count;
        bt_arrival_features(BT_MODEL_NEXT_ARRIVAL, &view, feature);
        class_ = bt_population_draw(population, BT_MODEL_NEXT_ARRIVAL, feature, stream);
        int64_t gap = bt_next_arrival_draw(class_, stream);
        time = gap < listing->window - time ? time + gap : listing->window;
    }
    return count;
}

static uint32_t history(const void *self, bt_stream *stream)
{
    size_t class_ = bt_population_draw(self, BT_MODEL_HISTORY, NULL, stream);
    int64_t count = bt_history_draw(class_, stream);
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static bt_buyer_move move(const void *self, const bt_bargaining_buyer_view *view,
                          bt_stream *stream)
{
    bt_decision decision = buyers_decision(view);
    bt_buyer_move made = {0};
    if (view->turn > 1)
        made.delay = bt_population_delay(self, &decision, stream);
    if (made.delay == INT64_MAX)
        return made;
    made.concession = bt_population_concession(self, &decision, stream);
    made.buys_now = view->turn == 1 && made.concession >= 1;
    if (view->turn < BT_BARGAINING_TURNS && made.concession > 0 && made.concession < 1)
        made.has_message = bt_population_message(self, &decision, made.concession, stream);
    return made;
}

const bt_bargaining_buyers bt_fitted_buyers_side = {
    .arrive = arrive, .history = history, .move = move};

/* ---- sellers ---- */

static int64_t delay(const void *self, uint32_t turn, int64_t limit, bt_stream *stream)
{
    bt_decision decision = {.turn = turn};
    int64_t drawn = bt_population_delay(self, &decision, stream);
    return drawn < limit ? drawn : limit;
}

static bt_response respond(void *self, const bt_bargaining_observation *seen, bt_stream *stream)
{
    bt_decision decision = sellers_decision(seen);
    bt_response response = {.concession = bt_population_concession(self, &decision, stream)};
    if (response.concession < 1)
        response.has_message =
            bt_population_message(self, &decision, response.concession, stream);
    return response;
}

const bt_bargaining_seller bt_fitted_seller_side = {.delay = delay, .respond = respond};
