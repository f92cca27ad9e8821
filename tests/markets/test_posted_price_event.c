/* The posted-price market of events: arrivals, flows, clocks; and its agreement with the
 * market of periods. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/experiment_fixture.h"
#include "tests/spy_seller.h"

#define HEAD "format: 1\nname: test\nseed: 21\n"

static const bt_seller_type sees_sales =
    SPY_TYPE(BT_SEES_OWN_SALES | BT_SEES_RIVAL_PRICES | BT_SEES_OWN_GRADIENT);

static double weight(double price)
{
    return exp((2 - price) / 0.25);
}

static double share(double own, double rival)
{
    return weight(own) / (weight(own) + weight(rival) + 1);
}

static void assert_close(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-10 * (1 + fabs(expected))))
        fail_msg("%.17g is not %.17g", value, expected);
}

static void run_spies(const char *settings, spy *first, spy *second)
{
    char text[2048];
    experiment_fixture fixture;
    snprintf(text, sizeof(text), HEAD CALVANO_MARKET "%s", settings);
    read_experiment(&fixture, text);
    plant_spy(&fixture.experiment, 0, &sees_sales, first);
    plant_spy(&fixture.experiment, 1, &sees_sales, second);
    prepare_point(&fixture, 1);
    bt_run_destroy(complete_run(&fixture, 0));
    close_experiment(&fixture);
}

/* ---- exact flows ---- */

static void flows_are_told_per_day(void **state)
{
    (void)state;
    spy one = {.price = {1.1, 1.2, 1.3}, .n_prices = 3};
    spy two = {.price = {1.5, 1.6, 1.7}, .n_prices = 3};
    run_spies("horizon: {time: 6}\n"
              "sellers: [{name: s1, policy: fixed, price: 1, reprice: {every: 2}},"
              "          {name: s2, policy: fixed, price: 1, reprice: {every: 2},"
              "           reprice_offset: 0.5}]\n",
              &one, &two);
    assert_int_equal(one.n_observations, 3); /* at 2, 4 and 6 */
    assert_int_equal(two.n_observations, 3); /* at 0.5, 2.5 and 4.5 */
    for (size_t k = 0; k < 3; k++) {
        double own = one.price[k], before = two.price[k], after = two.price[k < 2 ? k + 1 : 2];
        double mean = 0.25 * share(own, before) + 0.75 * share(own, after);
        assert_close(one.feedback[k].duration, 2);
        assert_close(one.told_sales[k][0], mean);
        assert_close(one.feedback[k].profit, (own - 1) * mean);
        assert_close(one.feedback[k].n_buyers, 1);
        double s1 = share(own, before), s2 = share(own, after);
        assert_close(one.told_gradient[k][0],
                     0.25 * (s1 - (own - 1) * s1 * (1 - s1) / 0.25) +
                         0.75 * (s2 - (own - 1) * s2 * (1 - s2) / 0.25));
    }
    assert_close(two.feedback[0].duration, 0.5);
}

static void a_clock_that_counts_sales_strikes_when_the_flow_has_brought_them(void **state)
{
    (void)state;
    spy one = {.price = {1.3, 1.5, 1.8}, .n_prices = 3}, two = {.price = {1.6}, .n_prices = 1};
    run_spies("horizon: {time: 40}\n"
              "sellers: [{name: s1, policy: fixed, price: 1, reprice: {after_sales: 2}},"
              "          {name: s2, policy: fixed, price: 1, reprice: {every: 1.3}}]\n",
              &one, &two);
    assert_true(one.n_observations >= 3);
    for (size_t k = 0; k < 3; k++)
        assert_close(one.feedback[k].duration, 2 / share(one.price[k], 1.6));
}

/* Sellers who all move once a day, in a market that goes by events, live through the days
 * of a market that goes by periods. */
static void a_synchronous_market_of_events_is_one_of_periods(void **state)
{
    (void)state;
    double price[2][2], profit[2];
    int64_t strategy[2][450];
    for (int events = 0; events < 2; events++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD CALVANO_MARKET
                        "horizon: {%s}\n"
                        "sellers: [{name: s1, policy: q_learning, exploration_decay: 2e-3},"
                        "          {name: s2, policy: q_learning, exploration_decay: 2e-3}]\n"
                        "record: {every: 50, series: [price, profit]}\n",
                        events ? "time: 5000" : "periods: 5000");
        bt_run *run = complete_run(&fixture, 0);
        memcpy(price[events], recorded(&fixture, run, "price", 3), sizeof(price[events]));
        profit[events] = recorded(&fixture, run, "profit", 60)[0];
        read_outcome(&fixture, run, "strategy", strategy[events]);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
    assert_close(price[1][0], price[0][0]);
    assert_close(price[1][1], price[0][1]);
    assert_close(profit[1], profit[0]);
    assert_memory_equal(strategy[1], strategy[0], sizeof(strategy[0]));
}

static void poisson_moves_come_at_their_rate(void **state)
{
    (void)state;
    spy one = {.price = {1.3}, .n_prices = 1}, two = {.price = {1.6}, .n_prices = 1};
    run_spies("horizon: {time: 10000}\n"
              "sellers: [{name: s1, policy: fixed, price: 1, reprice: {poisson: 3}},"
              "          {name: s2, policy: fixed, price: 1, reprice: {poisson: 0.5}}]\n",
              &one, &two);
    /* 4.5 standard deviations: false alarm below 1e-5 each */
    assert_true(fabs((double)one.n_decisions - 30000) < 4.5 * sqrt(30000));
    assert_true(fabs((double)two.n_decisions - 5000) < 4.5 * sqrt(5000));
}

/* ---- sampled arrivals ---- */

#define FIXED_SELLERS                                                                          \
    "sellers: [{name: s1, policy: fixed, price: 1.3}, {name: s2, policy: fixed, price: "       \
    "1.6}]\n"

/* 200 arrivals a day of mass 1/200 each: daily sales have the exact flow as mean and
 * variance share/200. Bound on the mean of 400 days: 4.5 standard errors. */
static void sampled_sales_agree_with_the_flow(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "market:\n"
                         "  type: posted_price\n"
                         "  arrivals: {poisson: 200}\n"
                         "  demand: {scale: 0.25}\n"
                         "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
                         "             {name: B, seller: s2, quality: 2, cost: 1}]\n"
                         "horizon: {time: 400}\n" FIXED_SELLERS
                         "buyers: {type: logit, population: 37}\n"
                         "record: {every: 1, series: [sales, profit, consumer_surplus]}\n");
    bt_run *run = complete_run(&fixture, 0);
    double mean[2] = {0}, square[2] = {0}, surplus = 0;
    for (size_t day = 0; day < 400; day++) {
        const double *sales = recorded(&fixture, run, "sales", day);
        for (size_t j = 0; j < 2; j++) {
            mean[j] += sales[j] / 400;
            square[j] += sales[j] * sales[j] / 400;
        }
        assert_close(recorded(&fixture, run, "profit", day)[0], 0.3 * sales[0]);
        surplus += recorded(&fixture, run, "consumer_surplus", day)[0] / 400;
    }
    for (size_t j = 0; j < 2; j++) {
        double expected = j == 0 ? share(1.3, 1.6) : share(1.6, 1.3);
        assert_true(fabs(mean[j] - expected) < 4.5 * sqrt(expected / 200 / 400));
        /* the variance of a variance estimate is about 2/n of its square */
        double variance = square[j] - mean[j] * mean[j];
        assert_true(fabs(variance / (expected / 200) - 1) < 4.5 * sqrt(2.0 / 400));
    }
    double per_buyer = 0.25 * log(weight(1.3) + weight(1.6) + 1);
    assert_true(fabs(surplus - per_buyer) < 4.5 * per_buyer * sqrt(1.0 / 200 / 400));
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* A seller that counts its sales moves at the moment of the k-th: it is told exactly k. */
static void a_clock_that_counts_sales_strikes_at_the_sale(void **state)
{
    (void)state;
    spy one = {.price = {1.3, 1.5, 1.8}, .n_prices = 3}, two = {.price = {1.6}, .n_prices = 1};
    run_spies("horizon: {time: 60}\n"
              "sellers: [{name: s1, policy: fixed, price: 1, reprice: {after_sales: 25}},"
              "          {name: s2, policy: fixed, price: 1, reprice: {poisson: 0.4}}]\n"
              "buyers: {type: logit, population: 30}\n",
              &one, &two);
    size_t n = one.n_observations < SPY_MOVES ? one.n_observations : SPY_MOVES;
    assert_true(n > 10);
    for (size_t k = 0; k < n; k++)
        assert_close(one.told_sales[k][0] * one.feedback[k].duration, 25.0 / 30);
}

/* More sales than one look ahead covers. */
static void a_clock_that_counts_many_sales_looks_again(void **state)
{
    (void)state;
    spy one = {.price = {1.9}, .n_prices = 1}, two = {.price = {1.3}, .n_prices = 1};
    run_spies("horizon: {time: 300}\n"
              "sellers: [{name: s1, policy: fixed, price: 1, reprice: {after_sales: 2000}},"
              "          {name: s2, policy: fixed, price: 1, reprice: {every: 1000}}]\n"
              "buyers: {type: logit, population: 1000}\n",
              &one, &two);
    assert_true(one.n_observations >= 5);
    for (size_t k = 0; k < 5; k++)
        assert_close(one.told_sales[k][0] * one.feedback[k].duration, 2);
}

/* Gradient sellers end where they end in the market of periods: sampled by 2000 arrivals a
 * day their mean price over the last 500 days is within 0.02 of it. */
static void sampled_events_and_exact_periods_end_at_the_same_prices(void **state)
{
    (void)state;
    double price[2];
    for (int events = 0; events < 2; events++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD CALVANO_MARKET
                        "horizon: {%s}\n"
                        "sellers: [{name: s1, policy: gradient, low: 1.2, high: 2.2},"
                        "          {name: s2, policy: gradient, low: 1.2, high: 2.2}]\n"
                        "buyers: {type: %s}\n"
                        "record: {every: 500, series: [price]}\n",
                        events ? "time: 4000" : "periods: 4000",
                        events ? "logit, population: 2000" : "expected");
        bt_run *run = complete_run(&fixture, 0);
        const double *last = recorded(&fixture, run, "price", 7);
        price[events] = (last[0] + last[1]) / 2;
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
    assert_true(fabs(price[0] - price[1]) < 0.02);
}

static void what_goes_by_periods_is_refused(void **state)
{
    (void)state;
    experiment_fixture fixture;
    read_experiment(&fixture,
                    HEAD CALVANO_MARKET "horizon: {time: 10, until_stable: 5}\n" FIXED_SELLERS);
    bt_error error;
    assert_int_equal(bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "until_stable"));
    fixture.point = NULL;
    close_experiment(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_are_told_per_day),
        cmocka_unit_test(a_clock_that_counts_sales_strikes_when_the_flow_has_brought_them),
        cmocka_unit_test(a_synchronous_market_of_events_is_one_of_periods),
        cmocka_unit_test(poisson_moves_come_at_their_rate),
        cmocka_unit_test(sampled_sales_agree_with_the_flow),
        cmocka_unit_test(a_clock_that_counts_sales_strikes_at_the_sale),
        cmocka_unit_test(a_clock_that_counts_many_sales_looks_again),
        cmocka_unit_test(sampled_events_and_exact_periods_end_at_the_same_prices),
        cmocka_unit_test(what_goes_by_periods_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
