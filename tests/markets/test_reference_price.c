/* Buyers who remember prices: the stationary equilibrium, what periods sell, and the slopes
 * that sellers are told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "markets/demand/reference_price.h"
#include "markets/equilibrium/stationary_equilibrium.h"
#include "tests/continuous_seller.h"

#define HEAD "format: 1\nname: test\nseed: 4\n"
#define TWO_PRODUCTS                                                                           \
    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"                                 \
    "             {name: B, seller: s2, quality: 2, cost: 1}]\n"
#define THREE_PRODUCTS                                                                         \
    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"                                 \
    "             {name: B, seller: s1, quality: 1.9, cost: 0.8},"                             \
    "             {name: C, seller: s2, quality: 2, cost: 1}]\n"                               \
    "  fees: {per_unit: 0.03, ad_valorem: 0.1}\n"

/* ---- stationary prices ---- */

/* (p - c)(1 - q)(1 + gamma) = mu, both sellers alike, by bisection. */
static double symmetric_price(double gamma)
{
    double low = 1, high = 3;
    for (int k = 0; k < 100; k++) {
        double p = (low + high) / 2, e = exp((2 - p) / 0.25);
        if ((p - 1) * (1 - e / (1 + 2 * e)) * (1 + gamma) < 0.25)
            low = p;
        else
            high = p;
    }
    return low;
}

static void stationary_prices_solve_their_equation(void **state)
{
    (void)state;
    const double gamma[] = {0, 0.3, 2.5};
    for (size_t k = 0; k < 3; k++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD "market:\n  type: posted_price\n"
                             "  demand: {scale: 0.25, reference_price: {sensitivity: %g,"
                             "           loss_aversion: 1.5}}\n" TWO_PRODUCTS
                             "horizon: {periods: 1}\n"
                             "sellers: [{name: s1, policy: fixed, price: 1.5},"
                             "          {name: s2, policy: fixed, price: 1.5}]\n",
                        gamma[k]);
        for (size_t j = 0; j < 2; j++) {
            assert_near(benchmark(&fixture, "nash_price")[j], symmetric_price(gamma[k]), 1e-11);
            assert_near(benchmark(&fixture, "lowest_stationary_price")[j],
                        symmetric_price(1.5 * gamma[k]), 1e-11);
        }
        close_experiment(&fixture);
    }
}

/* A period's profit of seller `seller` of three products: prices p, remembered r. */
static double period_profit(const bt_market_layout *layout, const bt_reference_price *effect,
                            size_t seller, const double *p, const double *r,
                            bt_demand_work *work)
{
    double felt[3], share[3], outside, profit = 0;
    for (size_t j = 0; j < 3; j++)
        felt[j] = p[j] + effect->sensitivity * (p[j] > r[j] ? effect->loss_aversion : 1) *
                             (p[j] - r[j]);
    bt_demand_shares(layout->demand, felt, share, &outside, NULL, work);
    for (size_t j = 0; j < 3; j++)
        if (layout->product_seller[j] == seller)
            profit += share[j] * (0.9 * p[j] - 0.03 - layout->product_cost[j]);
    return profit;
}

static double period_slope(const bt_market_layout *layout, const bt_reference_price *effect,
                           size_t product, const double *price, const double *reference,
                           bt_demand_work *work)
{
    double profit[2], p[3], h = 1e-5;
    for (size_t side = 0; side < 2; side++) {
        memcpy(p, price, sizeof(p));
        p[product] += side == 0 ? -h : h;
        profit[side] =
            period_profit(layout, effect, layout->product_seller[product], p, reference, work);
    }
    return (profit[1] - profit[0]) / (2 * h);
}

static void no_other_price_of_a_period_earns_more_than_the_stationary_one(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "market:\n  type: posted_price\n"
                         "  demand: {scale: 0.25, reference_price: {sensitivity: 0.6}}\n" //
                    THREE_PRODUCTS "horizon: {periods: 1}\n"
                         "sellers: [{name: s1, policy: fixed, price: nash},"
                         "          {name: s2, policy: fixed, price: nash}]\n"
                         "record: {every: 1, series: [exploitability, distance_to_nash]}\n");
    const bt_market_layout *layout = bt_point_layout(fixture.point);
    const bt_reference_price effect = {0.6, 1, 0};
    const double *nash = benchmark(&fixture, "nash_price");
    bt_demand_work *work = bt_demand_work_create(layout->demand);
    for (size_t j = 0; j < 3; j++)
        assert_near(period_slope(layout, &effect, j, nash, nash, work), 0, 1e-9);
    for (size_t j = 0; j < 3; j++)
        for (double change = -0.3; change <= 0.3; change += 0.05) {
            double p[3];
            size_t seller = layout->product_seller[j];
            memcpy(p, nash, sizeof(p));
            p[j] += change;
            assert_true(period_profit(layout, &effect, seller, p, nash, work) <=
                        period_profit(layout, &effect, seller, nash, nash, work) + 1e-14);
        }
    bt_demand_work_destroy(work);
    assert_near(benchmark(&fixture, "nash_exploitability")[0], 0, 1e-12);
    bt_run *run = complete_run(&fixture, 0);
    assert_near(recorded(&fixture, run, "exploitability", 0)[0], 0, 1e-12);
    assert_near(recorded(&fixture, run, "distance_to_nash", 0)[0], 0, 1e-14);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void the_gain_of_another_price_is_that_of_a_period(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "market:\n  type: posted_price\n"
                         "  demand: {scale: 0.25, reference_price: {sensitivity: 0.6}}\n" //
                    THREE_PRODUCTS "horizon: {periods: 1}\n"
                         "sellers: [{name: s1, policy: fixed, price: 1.9},"
                         "          {name: s2, policy: fixed, price: 1.7}]\n");
    const bt_market_layout *layout = bt_point_layout(fixture.point);
    const bt_reference_price effect = {0.6, 1, 0};
    const double price[] = {1.9, 1.9, 1.7};
    bt_demand_work *work = bt_demand_work_create(layout->demand);
    bt_error error;
    double gain, best = 0, before = period_profit(layout, &effect, 0, price, price, work);
    fail_on(bt_stationary_exploitability(layout->demand, layout->ownership, 0.6, price, &gain,
                                         work, &error),
            &error);
    for (double a = 1.4; a < 1.9; a += 0.002)
        for (double b = 1.2; b < 1.9; b += 0.002) {
            const double p[] = {a, b, 1.7};
            best = fmax(best, period_profit(layout, &effect, 0, p, price, work) - before);
        }
    assert_true(best > 0.01);
    assert_near(gain, best, 1e-5);
    bt_demand_work_destroy(work);
    close_experiment(&fixture);
}

/* ---- periods ---- */

#define REMEMBERING                                                                            \
    "market:\n  type: posted_price\n"                                                          \
    "  demand: {scale: 0.25, reference_price: {sensitivity: 0.6, loss_aversion: 2.5,"          \
    "           memory: 0.8, start: 1.55}}\n" THREE_PRODUCTS

/* Profits follow remembered prices, and these follow prices charged; a learner's next price
 * tells the slope that it was told. */
static void periods_follow_what_is_remembered(void **state)
{
    (void)state;
    enum { PERIODS = 30 };
    experiment_fixture fixture;
    open_experiment(
        &fixture, HEAD REMEMBERING
        "horizon: {periods: 30}\n"
        "sellers: [{name: s1, policy: oga, step: 0.5, low: 0.5, high: 3, start: 1.5},"
        "          {name: s2, policy: derivative_follower, high: 2.5}]\n"
        "record: {every: 1, series: [price, profit, reference_price]}\n");
    bt_run *run = complete_run(&fixture, 0);
    const bt_market_layout *layout = bt_point_layout(fixture.point);
    const bt_reference_price effect = {0.6, 2.5, 0.8};
    bt_demand_work *work = bt_demand_work_create(layout->demand);
    double reference[3] = {1.55, 1.55, 1.55};
    size_t losses = 0, gains = 0;
    for (size_t t = 0; t < PERIODS; t++) {
        const double *price = recorded(&fixture, run, "price", t);
        for (size_t i = 0; i < 2; i++)
            assert_near(recorded(&fixture, run, "profit", t)[i],
                        period_profit(layout, &effect, i, price, reference, work), 1e-14);
        for (size_t j = 0; j < 2 && t + 1 < PERIODS; j++) {
            double move = recorded(&fixture, run, "price", t + 1)[j] - price[j];
            assert_near(move / 0.5, period_slope(layout, &effect, j, price, reference, work),
                        1e-7);
            gains += price[j] < reference[j];
            losses += price[j] > reference[j];
        }
        for (size_t j = 0; j < 3; j++) {
            reference[j] = 0.8 * reference[j] + (1 - 0.8) * price[j];
            assert_near(recorded(&fixture, run, "reference_price", t)[j], reference[j], 1e-14);
        }
    }
    assert_true(losses > 5 && gains > 5);
    bt_demand_work_destroy(work);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* Between the stationary prices of gains and of losses nobody moves; beyond, all come back. */
static void losses_hold_prices_where_they_are(void **state)
{
    (void)state;
    const double start[] = {1.25, 1.30, 1.31, 1.34, 1.37, 1.38, 1.45};
    for (size_t k = 0; k < sizeof(start) / sizeof(start[0]); k++) {
        experiment_fixture fixture;
        open_experiment(
            &fixture,
            HEAD "market:\n  type: posted_price\n"
                 "  demand: {scale: 0.25, reference_price: {sensitivity: 0.3,"
                 "           loss_aversion: 2}}\n" TWO_PRODUCTS "horizon: {periods: 5000}\n"
                 "sellers: [{name: s1, policy: opga, high: 2, start: %g, step: 0.02,"
                 "           step_exponent: 0.5},"
                 "          {name: s2, policy: opga, high: 2, start: %g, step: 0.02,"
                 "           step_exponent: 0.5}]\n"
                 "record: {every: 5000, value: last, series: [price]}\n",
            start[k], start[k]);
        double lowest = benchmark(&fixture, "lowest_stationary_price")[0];
        double highest = benchmark(&fixture, "nash_price")[0];
        bt_run *run = complete_run(&fixture, 0);
        double price = recorded(&fixture, run, "price", 0)[0];
        bool is_stationary = start[k] > lowest && start[k] < highest;
        if (is_stationary)
            assert_near(price, start[k], 0);
        assert_true(price > lowest - 1e-3 && price < highest + 1e-3);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* A learner on a grid is told what each price would have brought at what is remembered. */
static void counterfactuals_are_at_what_is_remembered(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD REMEMBERING "horizon: {periods: 200}\n"
                                     "sellers: [{name: s1, policy: fixed, price: 1.4},"
                                     "          {name: s2, policy: fictitious_play,"
                                     "           grid: {points: 12, low: 1.1, high: 2.2}}]\n"
                                     "record: {every: 1, series: [price]}\n");
    bt_run *run = complete_run(&fixture, 0);
    const bt_market_layout *layout = bt_point_layout(fixture.point);
    const bt_reference_price effect = {0.6, 2.5, 0.8};
    bt_demand_work *work = bt_demand_work_create(layout->demand);
    double score[12] = {0}, reference[3] = {1.55, 1.55, 1.55};
    for (size_t t = 0; t < 200; t++) {
        const double *price = recorded(&fixture, run, "price", t);
        double highest = -INFINITY, charged = -INFINITY;
        for (size_t a = 0; a < 12; a++) {
            double p[3] = {1.4, 1.4, 1.1 + 0.1 * (double)a};
            highest = fmax(highest, score[a]);
            charged = fabs(price[2] - p[2]) < 1e-9 ? score[a] : charged;
            score[a] += period_profit(layout, &effect, 1, p, reference, work);
        }
        assert_near(charged, highest, 1e-12);
        for (size_t j = 0; j < 3; j++)
            reference[j] = 0.8 * reference[j] + 0.2 * price[j];
    }
    bt_demand_work_destroy(work);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void a_saved_run_remembers(void **state)
{
    (void)state;
    const char *const buyers[] = {"expected", "logit, population: 20"};
    for (size_t k = 0; k < 2; k++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD REMEMBERING
                        "horizon: {periods: 200}\nbuyers: {type: %s}\n"
                        "sellers: [{name: s1, policy: opga, step: 0.01, high: 3},"
                        "          {name: s2, policy: epsilon_greedy, reprice: {every: 3},"
                        "           grid: {points: 5, low: 1.2, high: 2}}]\n"
                        "record: {every: 7, series: [price, reference_price]}\n",
                        buyers[k]);
        assert_saved_runs_go_on(&fixture, 0, (double[]){1, 50, 131}, 3);
        close_experiment(&fixture);
    }
}

/* ---- what cannot be ---- */

static void check_refusal(const char *more, const char *words)
{
    experiment_fixture fixture;
    char text[2048];
    bt_error error;
    bt_run *run;
    snprintf(text, sizeof(text), HEAD REMEMBERING "%s", more);
    read_experiment(&fixture, text);
    bt_status status = bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error);
    if (status == BT_OK) {
        status = bt_run_create(fixture.point, 0, &run, &error);
        assert_int_not_equal(status, BT_OK);
    } else {
        fixture.point = NULL;
    }
    assert_int_equal(status, BT_BAD_INPUT);
    if (strstr(error.message, words) == NULL)
        fail_msg("%s", error.message);
    close_experiment(&fixture);
}

static void what_memory_excludes_is_refused(void **state)
{
    (void)state;
    check_refusal("horizon: {time: 3 d}\n"
                  "sellers: [{name: s1, policy: fixed, price: 2},"
                  "          {name: s2, policy: fixed, price: 2}]\n",
                  "give the horizon in `periods`");
    check_refusal("horizon: {periods: 3}\n"
                  "sellers: [{name: s1, policy: best_response},"
                  "          {name: s2, policy: fixed, price: 2}]\n",
                  "policy best_response knows a demand without memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stationary_prices_solve_their_equation),
        cmocka_unit_test(no_other_price_of_a_period_earns_more_than_the_stationary_one),
        cmocka_unit_test(the_gain_of_another_price_is_that_of_a_period),
        cmocka_unit_test(periods_follow_what_is_remembered),
        cmocka_unit_test(losses_hold_prices_where_they_are),
        cmocka_unit_test(counterfactuals_are_at_what_is_remembered),
        cmocka_unit_test(a_saved_run_remembers),
        cmocka_unit_test(what_memory_excludes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
