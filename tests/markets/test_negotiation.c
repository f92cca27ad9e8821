/*
 * The best-offer mechanism move by move: turns, thresholds and prices, with every edge of
 * the rules.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "scripted_negotiation.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
