/*
 * The best-offer mechanism: what happens when, and threads side by side.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "scripted_negotiation.h"

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
