/* Ascent along told slopes: single steps worked out by hand, and where prices end. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/continuous_seller.h"

static void observe_slopes(continuous_seller *seller, double profit, const double *slope)
{
    continuous_observe(seller, (bt_seller_feedback){.profit = NAN,
                                                    .n_buyers = NAN,
                                                    .own_gradient = slope,
                                                    .expected_objective = profit});
}

static void steps_are_multiples_of_the_slope(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(&seller,
                           "policy: oga, step: 0.5, step_exponent: 1, low: 1, high: 3,"
                           " start: 2",
                           2, 1);
    continuous_decide(&seller);
    observe_slopes(&seller, 7, (double[]){0.4, -0.2});
    continuous_decide(&seller);
    assert_near(seller.price[0], 2.2, 1e-15);
    assert_near(seller.price[1], 1.9, 1e-15);
    observe_slopes(&seller, 7, (double[]){0.4, -0.2});
    continuous_decide(&seller);
    assert_near(seller.price[0], 2.3, 1e-15);
    assert_near(seller.price[1], 1.85, 1e-15);
    observe_slopes(&seller, 7, (double[]){100, -100});
    continuous_decide(&seller);
    assert_near(seller.price[0], 3, 0);
    assert_near(seller.price[1], 1, 0);
    close_continuous_seller(&seller);
}

static void the_logarithm_divides_by_the_profit(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(&seller, "policy: opga, step: 0.1, high: 3, start: 2", 1, 1);
    continuous_decide(&seller);
    observe_slopes(&seller, 0.25, (double[]){-0.5});
    assert_near(continuous_decide(&seller), 2 - 0.1 * 0.5 / 0.25, 1e-15);
    observe_slopes(&seller, 0, (double[]){0.3});
    assert_near(continuous_decide(&seller), 3, 0);
    observe_slopes(&seller, 0, (double[]){0});
    assert_near(continuous_decide(&seller), 3, 0);
    close_continuous_seller(&seller);
}

#define HEAD "format: 1\nname: test\nseed: 9\n"
#define THREE_PRODUCTS                                                                         \
    "market:\n"                                                                                \
    "  type: posted_price\n"                                                                   \
    "  demand: {scale: 0.25}\n"                                                                \
    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"                                 \
    "             {name: B, seller: s1, quality: 1.9, cost: 0.8},"                             \
    "             {name: C, seller: s2, quality: 2, cost: 1}]\n"

static double final_distance(const char *rule, const char *more)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD THREE_PRODUCTS "%s"
                                        "sellers: [{name: s1, policy: %s, high: 2.5},"
                                        "          {name: s2, policy: %s, high: 2.5,"
                                        "           reprice: {every: 2}}]\n",
                    more, rule, rule);
    bt_run *run = complete_run(&fixture, 0);
    double distance = real_outcome(&fixture, run, "final_distance_to_nash");
    bt_run_destroy(run);
    close_experiment(&fixture);
    return distance;
}

#define PERIODS "horizon: {periods: 3000}\nrecord: {every: 100, series: [price]}\n"
#define DAYS "horizon: {time: 3000 d}\nrecord: {every: 100 d, series: [price]}\n"
#define SAMPLED "buyers: {type: logit, population: 3}\n"

/* Slopes are expected ones, whatever the buyers do. */
static void sellers_of_several_products_come_to_nash_on_any_clock(void **state)
{
    (void)state;
    const char *const rules[] = {"oga", "oga, step: 2, step_exponent: 1", "opga, step: 0.02"};
    for (size_t k = 0; k < 3; k++) {
        double allowed = k == 1 ? 1e-3 : 1e-9;
        assert_near(final_distance(rules[k], PERIODS), 0, allowed);
        assert_near(final_distance(rules[k], PERIODS SAMPLED), 0, allowed);
        assert_near(final_distance(rules[k], DAYS), 0, allowed);
        assert_near(final_distance(rules[k], DAYS SAMPLED), 0, allowed);
    }
}

/* At every period the market's slope is that of its profit, by central differences: the
 * prices charged tell the slope that the seller was told. */
static void the_told_slope_is_the_derivative_of_profit(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, HEAD THREE_PRODUCTS
                    "horizon: {periods: 3}\nrecord: {every: 1, series: [price]}\n"
                    "sellers: [{name: s1, policy: oga, step: 1, high: 2.5, start: 1.6},"
                    "          {name: s2, policy: fixed, price: 1.5}]\n");
    bt_run *run = complete_run(&fixture, 0);
    const bt_market_layout *layout = bt_point_layout(fixture.point);
    bt_demand_work *work = bt_demand_work_create(layout->demand);
    for (size_t t = 0; t < 2; t++)
        for (size_t k = 0; k < 2; k++) {
            double price[3], profit[2], h = 1e-5;
            for (size_t side = 0; side < 2; side++) {
                double share[3], outside;
                memcpy(price, recorded(&fixture, run, "price", t), sizeof(price));
                price[k] += side == 0 ? -h : h;
                bt_demand_shares(layout->demand, price, share, &outside, NULL, work);
                profit[side] = (price[0] - 1) * share[0] + (price[1] - 0.8) * share[1];
            }
            double slope = recorded(&fixture, run, "price", t + 1)[k] -
                           recorded(&fixture, run, "price", t)[k];
            assert_near(slope, (profit[1] - profit[0]) / (2 * h), 1e-8);
        }
    bt_demand_work_destroy(work);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_multiples_of_the_slope),
        cmocka_unit_test(the_logarithm_divides_by_the_profit),
        cmocka_unit_test(sellers_of_several_products_come_to_nash_on_any_clock),
        cmocka_unit_test(the_told_slope_is_the_derivative_of_profit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
