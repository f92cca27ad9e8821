/*
 * A table at which listings are played by buyers and sellers that follow a script.
 */
#ifndef BT_TESTS_MARKETS_SCRIPTED_NEGOTIATION_H
#define BT_TESTS_MARKETS_SCRIPTED_NEGOTIATION_H

#include <string.h>

#include "markets/bargaining/negotiation.h"

enum {
    THREADS = 4,
    TURNS = BT_FINAL_TURN + 1,
    HOUR = BT_SECONDS_IN_HOUR,
    TWO_DAYS = 48 * HOUR
};

/* ---- sides that play from a script ---- */

typedef struct script {
    bt_buyer_move buyer[THREADS][TURNS];
    bt_response seller[THREADS][TURNS];
    int64_t delay[TURNS]; /* of the seller */
    bt_bargaining_observation seen[TURNS];
    int64_t limit[TURNS]; /* that the seller was given */
    size_t n_asked;
    uint32_t asked_thread[16];
    int64_t asked_at[16];
} script;

static inline size_t no_arrivals(const void *self, const bt_listing *listing, double demand,
                                 size_t most, bt_stream *stream, int64_t *times)
{
    (void)self, (void)listing, (void)demand, (void)most, (void)stream, (void)times;
    return 0;
}

static inline uint32_t history(const void *self, bt_stream *stream)
{
    (void)self, (void)stream;
    return 7;
}

static inline bt_buyer_move
scripted_move(const void *self, const bt_bargaining_buyer_view *view, bt_stream *stream)
{
    (void)stream;
    return ((const script *)self)->buyer[view->thread->number][view->turn];
}

static inline int64_t scripted_delay(const void *self, uint32_t turn, int64_t limit,
                                     bt_stream *stream)
{
    (void)stream;
    script *play = (script *)(uintptr_t)self;
    play->limit[turn] = limit;
    return play->delay[turn];
}

static inline bt_response scripted_response(void *self, const bt_bargaining_observation *seen,
                                            bt_stream *stream)
{
    (void)stream;
    script *play = self;
    play->seen[seen->turn] = *seen;
    play->asked_thread[play->n_asked] = seen->thread;
    play->asked_at[play->n_asked++] = seen->time;
    return play->seller[seen->thread][seen->turn];
}

static const bt_bargaining_buyers scripted_buyers = {
    .arrive = no_arrivals, .history = history, .move = scripted_move};
static const bt_bargaining_seller slow_seller = {.delay = scripted_delay,
                                                 .respond = scripted_response};
static const bt_bargaining_seller prompt_seller = {
    .is_prompt = true, .delay = scripted_delay, .respond = scripted_response};

/* A table with a listing of 100.00 for eight days, no thresholds, and sellers that answer
 * after an hour. */
typedef struct table {
    script script;
    bt_listing listing;
    bt_bargainer seller;
    bt_negotiation *negotiation;
    bt_negotiation_result result;
    bt_error error;
} table;

static inline void lay(table *at)
{
    memset(at, 0, sizeof(*at));
    at->listing = (bt_listing){
        .list_price = 10000, .auto_accept = 10000, .window = 8 * BT_SECONDS_IN_DAY};
    for (size_t t = 0; t < TURNS; t++)
        at->script.delay[t] = HOUR;
    at->seller = (bt_bargainer){.type = &slow_seller,
                                .self = &at->script,
                                .name = "s",
                                .delay_type = &slow_seller,
                                .delay_self = &at->script};
    bt_negotiation_setting setting = {
        .response_time = TWO_DAYS, .buyers = &scripted_buyers, .buyers_self = &at->script};
    assert_int_equal(bt_negotiation_create(&setting, &at->negotiation, NULL), BT_OK);
}

static inline bt_status try_play(table *at, const int64_t *arrival, size_t count)
{
    bt_listing_address address = {0};
    bt_negotiation_open_with(at->negotiation, &at->listing, 0, address, arrival, count);
    return bt_negotiation_play(at->negotiation, &at->seller, &at->result, &at->error);
}

static inline void play(table *at, const int64_t *arrival, size_t count)
{
    if (try_play(at, arrival, count) != BT_OK)
        fail_msg("%s", at->error.message);
}

/* One buyer, who comes in the first second. */
static inline const bt_thread *play_one(table *at)
{
    const int64_t at_once = 0;
    play(at, &at_once, 1);
    assert_int_equal(at->result.n_threads, 1);
    return &at->result.thread[0];
}

static inline void clear_table(table *at)
{
    bt_negotiation_destroy(at->negotiation);
}

static inline bt_buyer_move offer(double concession)
{
    return (bt_buyer_move){.concession = concession, .delay = HOUR};
}

static inline bt_buyer_move silence(void)
{
    return (bt_buyer_move){.delay = TWO_DAYS};
}

static inline bt_response answer(double concession)
{
    return (bt_response){.concession = concession};
}

static inline void assert_sold(const table *at, uint32_t winner, int64_t price, int64_t time)
{
    assert_true(at->result.is_sold);
    assert_int_equal(at->result.winner, winner);
    assert_int_equal(at->result.price, price);
    assert_int_equal(at->result.sale_time, time);
    assert_int_equal(at->result.thread[winner].end, BT_THREAD_SOLD);
}

#endif
