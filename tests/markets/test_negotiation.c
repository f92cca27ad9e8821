/*
 * The best-offer mechanism move by move: buyers and sellers that play from a script, and
 * every edge of the rules.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

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

static size_t no_arrivals(const void *self, const bt_listing *listing, double demand,
                          size_t most, bt_stream *stream, int64_t *times)
{
    (void)self, (void)listing, (void)demand, (void)most, (void)stream, (void)times;
    return 0;
}

static uint32_t history(const void *self, bt_stream *stream)
{
    (void)self, (void)stream;
    return 7;
}

static bt_buyer_move scripted_move(const void *self, const bt_bargaining_buyer_view *view,
                                   bt_stream *stream)
{
    (void)stream;
    return ((const script *)self)->buyer[view->thread->number][view->turn];
}

static int64_t scripted_delay(const void *self, uint32_t turn, int64_t limit, bt_stream *stream)
{
    (void)stream;
    script *play = (script *)(uintptr_t)self;
    play->limit[turn] = limit;
    return play->delay[turn];
}

static bt_response scripted_response(void *self, const bt_bargaining_observation *seen,
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

static void lay(table *at)
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

static bt_status try_play(table *at, const int64_t *arrival, size_t count)
{
    bt_listing_address address = {0};
    bt_negotiation_open_with(at->negotiation, &at->listing, 0, address, arrival, count);
    return bt_negotiation_play(at->negotiation, &at->seller, &at->result, &at->error);
}

static void play(table *at, const int64_t *arrival, size_t count)
{
    if (try_play(at, arrival, count) != BT_OK)
        fail_msg("%s", at->error.message);
}

/* One buyer, who comes in the first second. */
static const bt_thread *play_one(table *at)
{
    const int64_t at_once = 0;
    play(at, &at_once, 1);
    assert_int_equal(at->result.n_threads, 1);
    return &at->result.thread[0];
}

static void clear_table(table *at)
{
    bt_negotiation_destroy(at->negotiation);
}

static bt_buyer_move offer(double concession)
{
    return (bt_buyer_move){.concession = concession, .delay = HOUR};
}

static bt_buyer_move silence(void)
{
    return (bt_buyer_move){.delay = TWO_DAYS};
}

static bt_response answer(double concession)
{
    return (bt_response){.concession = concession};
}

static void assert_sold(const table *at, uint32_t winner, int64_t price, int64_t time)
{
    assert_true(at->result.is_sold);
    assert_int_equal(at->result.winner, winner);
    assert_int_equal(at->result.price, price);
    assert_int_equal(at->result.sale_time, time);
    assert_int_equal(at->result.thread[winner].end, BT_THREAD_SOLD);
}

/* ---- whole negotiations ---- */

static void nobody_comes(void **state)
{
    (void)state;
    table at;
    lay(&at);
    play(&at, NULL, 0);
    assert_false(at.result.is_sold);
    assert_int_equal(at.result.n_threads, 0);
    assert_int_equal(at.result.sale_time, at.listing.window);
    clear_table(&at);
}

static void a_buyer_buys_at_the_list_price(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = (bt_buyer_move){.buys_now = true};
    const bt_thread *thread = play_one(&at);
    assert_sold(&at, 0, 10000, 0);
    assert_int_equal(thread->n_turns, 1);
    assert_true(thread->turn[0].concession == 1);
    assert_false(at.result.is_valid);
    assert_false(at.result.has_manual_offer);
    clear_table(&at);
}

/* Concessions are shares of what lies between: from 50 and 100, a fifth is 60 and 90. */
static void concessions_are_shares_of_the_bargaining_zone(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = answer(0.2);
    at.script.buyer[0][3] = offer(0.25);
    at.script.seller[0][4] = answer(0);
    at.script.buyer[0][5] = offer(0.2);
    at.script.seller[0][6] = answer(0.5);
    at.script.buyer[0][7] = offer(1);
    const bt_thread *thread = play_one(&at);
    static const int64_t price[] = {5000, 9000, 6000, 9000, 6600, 7800, 7800};
    static const double concession[] = {0.5, 0.2, 0.25, 0, 0.2, 0.5, 1};
    assert_int_equal(thread->n_turns, BT_FINAL_TURN);
    for (size_t t = 0; t < BT_FINAL_TURN; t++) {
        assert_int_equal(thread->turn[t].price, price[t]);
        assert_true(fabs(thread->turn[t].concession - concession[t]) < 1e-12);
        assert_int_equal(thread->turn[t].time, (int64_t)t * HOUR);
        assert_int_equal(thread->turn[t].delay, t > 0 ? HOUR : 0);
    }
    assert_sold(&at, 0, 7800, 6 * HOUR);
    assert_true(at.result.is_valid);
    clear_table(&at);
}

static void the_last_offer_is_take_it_or_leave_it(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.buyer[0][3] = offer(0.1);
    at.script.buyer[0][5] = offer(0.1);
    at.script.buyer[0][7] = offer(0);
    const bt_thread *thread = play_one(&at); /* the seller rejects three times */
    assert_false(at.result.is_sold);
    assert_int_equal(thread->n_turns, BT_FINAL_TURN);
    assert_int_equal(thread->end, BT_THREAD_WALKED);
    at.script.buyer[0][7] = offer(0.5); /* there is no eighth turn to answer this */
    const int64_t at_once = 0;
    assert_int_equal(try_play(&at, &at_once, 1), BT_BAD_INPUT);
    clear_table(&at);
}

static void a_seller_accepts_what_was_offered(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.77);
    at.script.seller[0][2] = answer(1);
    const bt_thread *thread = play_one(&at);
    assert_sold(&at, 0, 7700, HOUR);
    assert_int_equal(thread->n_turns, 2);
    assert_int_equal(thread->turn[1].price, 7700);
    clear_table(&at);
}

static void a_buyer_accepts_a_counter_offer(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = answer(0.4);
    at.script.buyer[0][3] = offer(1);
    play_one(&at);
    assert_sold(&at, 0, 8000, 2 * HOUR);
    clear_table(&at);
}

/* ---- thresholds ---- */

static void an_offer_at_the_accept_threshold_is_accepted(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.listing.auto_accept = 8000;
    at.script.buyer[0][1] = offer(0.8);
    const bt_thread *thread = play_one(&at);
    assert_sold(&at, 0, 8000, 0);
    assert_true(thread->turn[1].is_automatic);
    assert_int_equal(thread->turn[1].delay, 0);
    assert_false(at.result.is_valid);
    at.script.buyer[0][1] = offer(0.7999);
    play_one(&at);
    assert_true(at.result.has_manual_offer);
    clear_table(&at);
}

static void an_offer_at_the_reject_threshold_is_not_rejected(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.listing.auto_reject = 6000;
    at.script.buyer[0][1] = offer(0.6);
    at.script.seller[0][2] = answer(1);
    play_one(&at);
    assert_sold(&at, 0, 6000, HOUR);
    clear_table(&at);
}

/* The buyer comes back on the same thread, with turn 3. */
static void an_automatic_rejection_is_answered_at_turn_three(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.listing.auto_reject = 6000;
    at.script.buyer[0][1] = offer(0.5);
    at.script.buyer[0][3] = offer(0.5);
    at.script.seller[0][4] = answer(1);
    const bt_thread *thread = play_one(&at);
    assert_int_equal(at.result.n_threads, 1);
    assert_true(thread->turn[1].is_automatic);
    assert_true(thread->turn[1].concession == 0);
    assert_int_equal(thread->turn[1].price, 10000);
    assert_int_equal(thread->turn[1].time, 0);
    assert_sold(&at, 0, 7500, 2 * HOUR);
    clear_table(&at);
}

static void all_three_offers_can_be_rejected_automatically(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.listing.auto_reject = 9900;
    at.script.buyer[0][1] = offer(0.5);
    at.script.buyer[0][3] = offer(0.5);
    at.script.buyer[0][5] = offer(0.5);
    at.script.buyer[0][7] = offer(1);
    play_one(&at);
    assert_sold(&at, 0, 10000, 3 * HOUR);
    assert_false(at.result.is_valid);
    clear_table(&at);
}

static void equal_thresholds_leave_nothing_to_the_seller(void **state)
{
    (void)state;
    for (int cents = 5000; cents < 9000; cents += 7) {
        table at;
        lay(&at);
        at.listing.auto_reject = at.listing.auto_accept = 7000;
        at.script.buyer[0][1] = offer(cents / 1e4);
        at.script.buyer[0][3] = silence();
        play_one(&at);
        assert_int_equal(at.result.is_sold, cents >= 7000);
        assert_false(at.result.has_manual_offer);
        clear_table(&at);
    }
}

static void a_listing_without_thresholds_leaves_all_to_the_seller(void **state)
{
    (void)state;
    table at;
    lay(&at);
    for (int percent = 1; percent < 100; percent++) {
        at.script.buyer[0][1] = offer(percent / 100.0);
        at.script.buyer[0][3] = silence();
        at.script.n_asked = 0;
        play_one(&at);
        assert_int_equal(at.script.n_asked, 1);
    }
    clear_table(&at);
}

static void contradictory_listings_are_refused(void **state)
{
    (void)state;
    static const bt_listing wrong[] = {
        {.list_price = 0, .auto_accept = 0, .window = 1},
        {.list_price = 100, .auto_reject = 90, .auto_accept = 80, .window = 1},
        {.list_price = 100, .auto_accept = 101, .window = 1},
        {.list_price = 100, .auto_reject = 101, .auto_accept = 100, .window = 1},
        {.list_price = 100, .auto_reject = -1, .auto_accept = 100, .window = 1},
        {.list_price = 100, .auto_accept = 100, .window = 0},
    };
    bt_error error;
    for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++)
        assert_int_equal(bt_listing_check(&wrong[k], &error), BT_BAD_INPUT);
    const bt_listing right = {
        .list_price = 100, .auto_reject = 70, .auto_accept = 70, .window = 1};
    assert_int_equal(bt_listing_check(&right, &error), BT_OK);
}

/* ---- prices ---- */

static void an_offer_at_or_above_the_list_price_buys(void **state)
{
    (void)state;
    static const double offers[] = {1, 1.5, 0.99999};
    for (size_t k = 0; k < 3; k++) {
        table at;
        lay(&at);
        at.script.buyer[0][1] = offer(offers[k]);
        const bt_thread *thread = play_one(&at);
        assert_sold(&at, 0, 10000, 0);
        assert_int_equal(thread->n_turns, 1);
        clear_table(&at);
    }
}

static void prices_are_rounded_to_cents(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.listing.list_price = at.listing.auto_accept = 1999;
    at.script.buyer[0][1] = offer(2.0 / 3);
    at.script.seller[0][2] = answer(1.0 / 3);
    at.script.buyer[0][3] = silence();
    const bt_thread *thread = play_one(&at);
    assert_int_equal(thread->turn[0].price, 1333);
    assert_true(thread->turn[0].concession == 1333 / 1999.0);
    assert_int_equal(thread->turn[1].price, 1999 - 222);
    assert_true(thread->turn[1].concession == 222 / 666.0);
    clear_table(&at);
}

/* However small the concession, it is a cent; however large, a cent is left. */
static void counter_offers_lie_a_cent_inside(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = answer(1e-9);
    at.script.buyer[0][3] = offer(1 - 1e-9);
    at.script.buyer[0][5] = silence();
    const bt_thread *thread = play_one(&at);
    assert_int_equal(thread->turn[1].price, 9999);
    assert_int_equal(thread->turn[2].price, 9998);
    assert_false(at.result.is_sold);
    clear_table(&at);
}

static void where_no_cent_lies_between_a_counter_offer_accepts(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.9999);
    at.script.seller[0][2] = answer(0.5);
    play_one(&at);
    assert_sold(&at, 0, 9999, HOUR);
    at.script.seller[0][2] = answer(0);
    at.script.buyer[0][3] = offer(0.5);
    play_one(&at);
    assert_sold(&at, 0, 10000, 2 * HOUR);
    clear_table(&at);
}

static void no_concession_is_a_rejection_or_a_walk(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = answer(0);
    at.script.buyer[0][3] = offer(0);
    const bt_thread *thread = play_one(&at);
    assert_int_equal(thread->n_turns, 3);
    assert_true(thread->turn[1].concession == 0 && !thread->turn[1].is_expired);
    assert_int_equal(thread->turn[1].price, 10000);
    assert_true(thread->turn[2].concession == 0 && !thread->turn[2].is_expired);
    assert_int_equal(thread->turn[2].time, 2 * HOUR);
    assert_int_equal(thread->end, BT_THREAD_WALKED);
    clear_table(&at);
}

static void moves_outside_the_rules_are_refused(void **state)
{
    (void)state;
    static const double wrong[] = {-0.1, 1.1, NAN, INFINITY};
    const int64_t at_once = 0;
    for (size_t k = 0; k < 4; k++) {
        table at;
        lay(&at);
        at.script.buyer[0][1] = offer(0.5);
        at.script.seller[0][2] = answer(wrong[k]);
        assert_int_equal(try_play(&at, &at_once, 1), BT_BAD_INPUT);
        assert_non_null(strstr(at.error.message, "turn 2"));
        at.script.seller[0][2] = answer(0);
        at.script.buyer[0][3] = offer(wrong[k]);
        assert_int_equal(try_play(&at, &at_once, 1), BT_BAD_INPUT);
        assert_non_null(strstr(at.error.message, "turn 3"));
        clear_table(&at);
    }
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0); /* nobody comes only to leave */
    assert_int_equal(try_play(&at, &at_once, 1), BT_BAD_INPUT);
    clear_table(&at);
}

/* ---- the clock ---- */

static void an_offer_expires_after_two_days_and_the_buyer_has_his_turn(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = (bt_response){.expires = true};
    at.script.buyer[0][3] = offer(1);
    const bt_thread *thread = play_one(&at);
    assert_true(thread->turn[1].is_expired);
    assert_int_equal(thread->turn[1].time, TWO_DAYS);
    assert_int_equal(thread->turn[1].delay, TWO_DAYS);
    assert_true(at.result.is_valid);
    assert_sold(&at, 0, 10000, TWO_DAYS + HOUR);
    clear_table(&at);
}

/* A delay of 48 hours or more is silence, too, and nobody is asked. */
static void a_seller_who_never_looks_lets_the_offer_expire(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.delay[2] = TWO_DAYS;
    at.script.buyer[0][3] = silence();
    const bt_thread *thread = play_one(&at);
    assert_int_equal(at.script.n_asked, 0);
    assert_true(thread->turn[1].is_expired);
    assert_true(thread->turn[2].is_expired);
    assert_int_equal(thread->turn[2].time, 2 * TWO_DAYS);
    assert_int_equal(thread->end, BT_THREAD_WALKED);
    clear_table(&at);
}

static void an_expiry_that_falls_on_the_end_is_the_listings(void **state)
{
    (void)state;
    for (int64_t late = -1; late <= 0; late++) {
        table at;
        lay(&at);
        at.script.buyer[0][1] = offer(0.5);
        at.script.delay[2] = TWO_DAYS;
        at.script.buyer[0][3] = silence();
        const int64_t arrival = at.listing.window - TWO_DAYS + late;
        play(&at, &arrival, 1);
        assert_int_equal(at.result.thread[0].n_turns, late < 0 ? 2 : 1);
        assert_int_equal(at.result.is_valid, late < 0);
        assert_int_equal(at.result.thread[0].end, BT_THREAD_EXPIRED);
        clear_table(&at);
    }
}

static void an_answer_due_after_the_end_never_comes(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = answer(1);
    const int64_t arrival = at.listing.window - HOUR; /* the answer falls on the end */
    play(&at, &arrival, 1);
    assert_false(at.result.is_sold);
    assert_int_equal(at.result.thread[0].n_turns, 1);
    assert_true(at.result.has_manual_offer);
    assert_false(at.result.is_valid);
    const int64_t earlier = arrival - 1;
    play(&at, &earlier, 1);
    assert_true(at.result.is_sold);
    clear_table(&at);
}

static void a_prompt_seller_answers_before_the_end(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.seller.type = &prompt_seller;
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = answer(1);
    at.script.delay[2] = TWO_DAYS;
    int64_t arrival = at.listing.window - 100;
    play(&at, &arrival, 1);
    assert_int_equal(at.script.limit[2], 100);
    assert_sold(&at, 0, 5000, at.listing.window - 1);
    arrival = 0; /* and within 48 hours otherwise */
    play(&at, &arrival, 1);
    assert_int_equal(at.script.limit[2], TWO_DAYS);
    assert_sold(&at, 0, 5000, TWO_DAYS - 1);
    arrival = at.listing.window - 1; /* no second is left */
    play(&at, &arrival, 1);
    assert_false(at.result.is_sold);
    clear_table(&at);
}

static void delays_are_at_least_a_second(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.delay[2] = 0;
    at.script.buyer[0][3] = (bt_buyer_move){.concession = 1, .delay = -5};
    const bt_thread *thread = play_one(&at);
    assert_int_equal(thread->turn[1].time, 1);
    assert_int_equal(thread->turn[2].time, 2);
    clear_table(&at);
}

/* ---- several threads ---- */

static void a_sale_ends_the_other_threads(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.buyer[0][3] = offer(1);
    at.script.buyer[1][1] = (bt_buyer_move){.buys_now = true};
    at.script.buyer[2][1] = (bt_buyer_move){.buys_now = true};
    const int64_t arrivals[] = {0, HOUR + 5, HOUR + 6};
    play(&at, arrivals, 3);
    assert_sold(&at, 1, 10000, HOUR + 5);
    assert_int_equal(at.result.n_threads, 2); /* whoever comes later finds nothing */
    assert_int_equal(at.result.thread[0].end, BT_THREAD_CANCELLED);
    assert_int_equal(at.result.thread[0].n_turns, 2);
    clear_table(&at);
}

static void at_one_second_the_lower_thread_moves_first(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.buyer[1][1] = offer(0.6);
    at.script.seller[0][2] = answer(1);
    at.script.seller[1][2] = answer(1);
    const int64_t arrivals[] = {10, 10};
    play(&at, arrivals, 2);
    assert_sold(&at, 0, 5000, 10 + HOUR);
    assert_int_equal(at.result.thread[1].end, BT_THREAD_CANCELLED);
    clear_table(&at);
}

static void at_one_second_moves_come_before_arrivals(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = answer(1);
    at.script.buyer[1][1] = (bt_buyer_move){.buys_now = true};
    const int64_t arrivals[] = {0, HOUR};
    play(&at, arrivals, 2);
    assert_sold(&at, 0, 5000, HOUR);
    assert_int_equal(at.result.n_threads, 1);
    clear_table(&at);
}

/* Even when the seller has come down. */
static void a_buyer_in_a_thread_can_buy_at_the_list_price(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = answer(0.5);
    at.script.buyer[0][3] = (bt_buyer_move){.buys_now = true, .delay = HOUR};
    play_one(&at);
    assert_sold(&at, 0, 10000, 2 * HOUR);
    clear_table(&at);
}

static void sellers_see_other_threads_and_not_their_own(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.script.buyer[0][1] = offer(0.5);
    at.script.seller[0][2] = answer(0.2);
    at.script.buyer[0][3] = offer(0); /* leaves at 2 h */
    at.script.buyer[1][1] = offer(0.6);
    at.script.delay[2] = HOUR;
    at.script.seller[1][2] = answer(0);
    at.script.buyer[1][3] = silence();
    const int64_t early[] = {0,
                             HOUR + 600}; /* the second is answered when the first has left */
    play(&at, early, 2);
    const bt_other_threads *others = &at.script.seen[2].others;
    assert_int_equal(at.script.seen[2].thread, 1);
    assert_int_equal(at.script.seen[2].n_threads, 2);
    assert_int_equal(at.script.seen[2].buyer_history, 7);
    assert_int_equal(others->count, 1);
    assert_int_equal(others->ever.buyer_offers, 1);
    assert_int_equal(others->ever.seller_offers, 1);
    assert_true(others->ever.best_buyer == 0.5);
    assert_true(fabs(others->ever.best_seller - 0.1) < 1e-12);
    assert_int_equal(others->open.buyer_offers, 0);
    assert_int_equal(others->recent.buyer_offers, 1);
    const int64_t late[] = {0, TWO_DAYS};
    play(&at, late, 2);
    assert_int_equal(at.script.seen[2].others.ever.seller_offers, 1);
    assert_int_equal(at.script.seen[2].others.recent.buyer_offers, 0);
    assert_int_equal(at.script.seen[2].others.recent.seller_offers, 0);
    clear_table(&at);
}

static void messages_come_only_with_offers_and_rejections(void **state)
{
    (void)state;
    table at;
    lay(&at);
    at.listing.auto_reject = 2000;
    at.script.buyer[0][1] = (bt_buyer_move){.concession = 0.1, .has_message = true};
    at.script.buyer[0][3] =
        (bt_buyer_move){.concession = 0.5, .delay = HOUR, .has_message = true};
    at.script.seller[0][4] = (bt_response){.concession = 0, .has_message = true};
    at.script.buyer[0][5] =
        (bt_buyer_move){.concession = 0, .delay = HOUR, .has_message = true};
    const bt_thread *thread = play_one(&at);
    static const bool has_message[] = {true, false, true, true, false};
    assert_int_equal(thread->n_turns, 5);
    for (size_t t = 0; t < 5; t++)
        assert_int_equal(thread->turn[t].has_message, has_message[t]);
    at.script.seller[0][4] = (bt_response){.expires = true, .has_message = true};
    play_one(&at);
    assert_false(thread->turn[3].has_message);
    at.script.seller[0][4] = (bt_response){.concession = 1, .has_message = true};
    play_one(&at);
    assert_false(thread->turn[3].has_message);
    clear_table(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_comes),
        cmocka_unit_test(a_buyer_buys_at_the_list_price),
        cmocka_unit_test(concessions_are_shares_of_the_bargaining_zone),
        cmocka_unit_test(the_last_offer_is_take_it_or_leave_it),
        cmocka_unit_test(a_seller_accepts_what_was_offered),
        cmocka_unit_test(a_buyer_accepts_a_counter_offer),
        cmocka_unit_test(an_offer_at_the_accept_threshold_is_accepted),
        cmocka_unit_test(an_offer_at_the_reject_threshold_is_not_rejected),
        cmocka_unit_test(an_automatic_rejection_is_answered_at_turn_three),
        cmocka_unit_test(all_three_offers_can_be_rejected_automatically),
        cmocka_unit_test(equal_thresholds_leave_nothing_to_the_seller),
        cmocka_unit_test(a_listing_without_thresholds_leaves_all_to_the_seller),
        cmocka_unit_test(contradictory_listings_are_refused),
        cmocka_unit_test(an_offer_at_or_above_the_list_price_buys),
        cmocka_unit_test(prices_are_rounded_to_cents),
        cmocka_unit_test(counter_offers_lie_a_cent_inside),
        cmocka_unit_test(where_no_cent_lies_between_a_counter_offer_accepts),
        cmocka_unit_test(no_concession_is_a_rejection_or_a_walk),
        cmocka_unit_test(moves_outside_the_rules_are_refused),
        cmocka_unit_test(an_offer_expires_after_two_days_and_the_buyer_has_his_turn),
        cmocka_unit_test(a_seller_who_never_looks_lets_the_offer_expire),
        cmocka_unit_test(an_expiry_that_falls_on_the_end_is_the_listings),
        cmocka_unit_test(an_answer_due_after_the_end_never_comes),
        cmocka_unit_test(a_prompt_seller_answers_before_the_end),
        cmocka_unit_test(delays_are_at_least_a_second),
        cmocka_unit_test(a_sale_ends_the_other_threads),
        cmocka_unit_test(at_one_second_the_lower_thread_moves_first),
        cmocka_unit_test(at_one_second_moves_come_before_arrivals),
        cmocka_unit_test(a_buyer_in_a_thread_can_buy_at_the_list_price),
        cmocka_unit_test(sellers_see_other_threads_and_not_their_own),
        cmocka_unit_test(messages_come_only_with_offers_and_rejections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
