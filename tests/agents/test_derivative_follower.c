/* The derivative follower: where it goes when profit rises, falls or stays. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/continuous_seller.h"

/* The sign of its next move, told this profit of its last. */
static double next_direction(continuous_seller *seller, double profit)
{
    double before = seller->price[0];
    continuous_observe_profit(seller, profit);
    return continuous_decide(seller) > before ? 1 : -1;
}

static void it_turns_round_when_profit_falls_and_only_then(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(
        &seller, "policy: derivative_follower, high: 3, start: 2, step_low: 0.01", 1, 1);
    assert_near(continuous_decide(&seller), 2, 0);
    double first = next_direction(&seller, 5);
    assert_true(next_direction(&seller, 6) == first);
    assert_true(next_direction(&seller, 7) == first);
    assert_true(next_direction(&seller, 6) == -first);
    assert_true(next_direction(&seller, 6) == -first);
    assert_true(next_direction(&seller, 5) == first);
    assert_true(next_direction(&seller, 4) == -first);
    assert_true(next_direction(&seller, 9) == -first);
    close_continuous_seller(&seller);
}

static void moves_are_uniform_between_their_bounds(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(&seller,
                           "policy: derivative_follower, low: -10000, high: 10000, start: 0,"
                           " step_low: 0.5, step_high: 1.5",
                           1, 2);
    enum { MOVES = 4000 };
    double last = continuous_decide(&seller), sum = 0, square = 0;
    for (size_t t = 0; t < MOVES; t++) {
        continuous_observe_profit(&seller, (double)t);
        double step = fabs(continuous_decide(&seller) - last);
        assert_true(step >= 0.5 && step <= 1.5);
        sum += step;
        square += (step - 1) * (step - 1);
        last = seller.price[0];
    }
    /* five standard errors of a uniform's mean and variance: one in 1.7 million */
    assert_near(sum / MOVES, 1, 5 * sqrt(1.0 / 12 / MOVES));
    assert_near(square / MOVES, 1.0 / 12, 5 * sqrt(1.0 / 180 / MOVES));
    close_continuous_seller(&seller);
}

static void at_a_side_of_the_box_it_turns_round(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(&seller,
                           "policy: derivative_follower, low: 1, high: 1.05, start: 1.02,"
                           " step_low: 0.02",
                           1, 3);
    double lowest = continuous_decide(&seller), highest = lowest;
    for (size_t t = 0; t < 20; t++) {
        continuous_observe_profit(&seller, 1);
        double price = continuous_decide(&seller);
        assert_true(price >= 1 && price <= 1.05);
        lowest = fmin(lowest, price);
        highest = fmax(highest, price);
    }
    assert_near(lowest, 1, 0);
    assert_near(highest, 1.05, 0);
    close_continuous_seller(&seller);
}

/* Profit is the sum of two parabolas with peaks at 1.3 and 2.1. */
static void products_take_turns_and_find_their_own_peaks(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(&seller, "policy: derivative_follower, high: 3, start: 1.7", 2, 4);
    continuous_decide(&seller);
    double last[2] = {seller.price[0], seller.price[1]};
    for (size_t t = 0; t < 400; t++) {
        double a = seller.price[0] - 1.3, b = seller.price[1] - 2.1;
        continuous_observe_profit(&seller, -a * a - b * b);
        continuous_decide(&seller);
        size_t turn = t % 2;
        assert_true(seller.price[turn] != last[turn] && seller.price[!turn] == last[!turn]);
        last[turn] = seller.price[turn];
    }
    assert_near(seller.price[0], 1.3, 0.05);
    assert_near(seller.price[1], 2.1, 0.05);
    close_continuous_seller(&seller);
}

static void steps_in_the_wrong_order_are_refused(void **state)
{
    (void)state;
    experiment_fixture fixture;
    read_experiment(&fixture,
                    "format: 1\nname: test\nseed: 1\n" CALVANO_MARKET "horizon: {periods: 1}\n"
                    "sellers: [{name: s1, policy: derivative_follower, high: 2,"
                    "           step_low: 0.3, step_high: 0.2},"
                    "          {name: s2, policy: fixed, price: 2}]\n");
    bt_error error;
    assert_int_equal(bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "`step_low` must not exceed `step_high`"));
    fixture.point = NULL;
    close_experiment(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_turns_round_when_profit_falls_and_only_then),
        cmocka_unit_test(moves_are_uniform_between_their_bounds),
        cmocka_unit_test(at_a_side_of_the_box_it_turns_round),
        cmocka_unit_test(products_take_turns_and_find_their_own_peaks),
        cmocka_unit_test(steps_in_the_wrong_order_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
