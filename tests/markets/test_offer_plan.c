/* Offer plans against the exact oracle, and optimistic ones against a fine search. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "markets/assortment/assortment.h"
#include "markets/assortment/offer_plan.h"
#include "sim/random.h"

enum { ITEMS = 9, CASES = 300 };

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.15g differs from %.15g by more than %g", value, expected, tolerance);
}

static double between(bt_stream *stream, double low, double high)
{
    return low + (high - low) * bt_stream_uniform(stream);
}

static bt_stream stream_of(uint32_t purpose)
{
    return bt_stream_open(bt_random_key_of(71, 0, 0), BT_AGENT_MARKET, purpose);
}

static bt_offer_plan *new_plan(bt_arena *arena, size_t capacity)
{
    bt_offer_plan *plan = bt_offer_plan_create(ITEMS, capacity, arena);
    assert_non_null(plan);
    return plan;
}

static void same_as_the_oracle(void **state)
{
    (void)state;
    bt_stream stream = stream_of(0);
    bt_arena *arena = bt_arena_create();
    for (int c = 0; c < CASES; c++) {
        size_t capacity = 1 + (size_t)bt_stream_below(&stream, ITEMS);
        double quality[ITEMS], coefficient[ITEMS], cost[ITEMS], price[ITEMS], profit;
        double outside = between(&stream, 0.2, 5);
        bool offered[ITEMS];
        bt_offer_plan *plan = new_plan(arena, capacity);
        plan->log_outside_weight = log(outside);
        for (size_t i = 0; i < ITEMS; i++) {
            quality[i] = between(&stream, -2, 4);
            coefficient[i] = between(&stream, 0.3, 2);
            cost[i] = between(&stream, 0, 2);
            plan->item[i] = (bt_offer_item){.cost = cost[i],
                                            .quality = quality[i],
                                            .price_coefficient = coefficient[i],
                                            .given_price = NAN};
        }
        assert_int_equal(bt_assortment_with_prices(ITEMS, quality, coefficient, cost, outside,
                                                   capacity, offered, price, &profit, NULL),
                         BT_OK);
        bt_offer_plan_solve(plan);
        assert_close(plan->profit, profit, 1e-11);
        for (size_t i = 0; i < ITEMS; i++) {
            assert_int_equal(plan->offered[i], offered[i]);
            assert_close(plan->price[i], price[i], 1e-10);
        }
    }
    bt_arena_destroy(arena);
}

static void same_as_the_oracle_at_given_prices(void **state)
{
    (void)state;
    bt_stream stream = stream_of(1);
    bt_arena *arena = bt_arena_create();
    for (int c = 0; c < CASES; c++) {
        size_t capacity = 1 + (size_t)bt_stream_below(&stream, ITEMS);
        double weight[ITEMS], revenue[ITEMS], best;
        bool offered[ITEMS];
        bt_offer_plan *plan = new_plan(arena, capacity);
        for (size_t i = 0; i < ITEMS; i++) {
            weight[i] = between(&stream, 0.01, 2);
            revenue[i] = between(&stream, 0, 1);
            plan->item[i] =
                (bt_offer_item){.quality = log(weight[i]), .given_price = revenue[i]};
        }
        assert_int_equal(bt_assortment_at_prices(ITEMS, weight, revenue, 1, capacity, offered,
                                                 &best, NULL, NULL),
                         BT_OK);
        bt_offer_plan_solve(plan);
        assert_close(plan->profit, best, 1e-12);
        for (size_t i = 0; i < ITEMS; i++)
            assert_int_equal(plan->offered[i], offered[i]);
    }
    bt_arena_destroy(arena);
}

/* A single item with a bonus: B = max_p p e^h / (1 + e^h), by brute force over prices. */
static double best_revenue(const bt_offer_plan *plan)
{
    double best = 0;
    for (int k = 1; k <= 200000; k++) {
        double price = plan->highest_price * k / 200000;
        double weight = exp(bt_offer_utility(plan, &plan->item[0], price));
        best = fmax(best, price * weight / (1 + weight));
    }
    return best;
}

static void optimistic_price_is_the_highest_peak(void **state)
{
    (void)state;
    bt_stream stream = stream_of(2);
    bt_arena *arena = bt_arena_create();
    for (int c = 0; c < 60; c++) {
        bt_offer_plan *plan = bt_offer_plan_create(1, 1, arena);
        assert_non_null(plan);
        plan->least_slope = 0.5;
        plan->highest_price = 28;
        double h2 = between(&stream, 0.01, 2), h4 = between(&stream, 0.001, 0.5);
        plan->item[0] =
            (bt_offer_item){.quality = between(&stream, -1, 2),
                            .price_coefficient = between(&stream, 0.2, 2),
                            .variance = {h2, between(&stream, -0.99, 0.99) * sqrt(h2 * h4), h4},
                            .given_price = NAN};
        bt_offer_plan_solve(plan);
        double best = best_revenue(plan);
        assert_true(fabs(plan->profit - best) < 1e-6 * (1 + best));
    }
    bt_arena_destroy(arena);
}

/* From p_c on utility falls at the least slope, and it is continuous there. */
static void utility_never_flatter_than_least_slope(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_offer_plan *plan = bt_offer_plan_create(1, 1, arena);
    plan->least_slope = 0.5;
    bt_offer_item item = {
        .quality = 1, .price_coefficient = 1, .variance = {0.3, 0.2, 0.6}, .given_price = NAN};
    for (double price = 0.01; price < 20; price += 0.01) {
        double slope = (bt_offer_utility(plan, &item, price) -
                        bt_offer_utility(plan, &item, price - 0.01)) /
                       0.01;
        assert_true(slope <= -0.5 + 1e-9);
        assert_true(slope >= -2);
    }
    bt_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_the_oracle),
        cmocka_unit_test(same_as_the_oracle_at_given_prices),
        cmocka_unit_test(optimistic_price_is_the_highest_peak),
        cmocka_unit_test(utility_never_flatter_than_least_slope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
