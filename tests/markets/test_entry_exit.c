/* Sellers who enter and leave: what is on offer, who is asked, what is recorded, and the
 * benchmarks of those who stand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/continuous_seller.h"

#define HEAD "format: 1\nname: test\nseed: 21\n"
#define MARKET(active)                                                                         \
    "market:\n  type: posted_price\n  demand: {scale: 0.25}\n"                                 \
    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"                                 \
    "             {name: B, seller: s2, quality: 2, cost: 1}]\n"                               \
    "  sellers: [{name: s2, active: {" active "}}]\n"
#define FIXED_SELLERS                                                                          \
    "sellers: [{name: s1, policy: fixed, price: 1.5},"                                         \
    "          {name: s2, policy: fixed, price: 1.4}]\n"

/* Share of product 0 or 1 at 1.5 and 1.4. */
static double share(size_t product, bool both)
{
    double a = exp(0.5 / 0.25), b = both ? exp(0.6 / 0.25) : 0;
    return (product == 0 ? a : b) / (1 + a + b);
}

static double surplus(bool both)
{
    return 0.25 * log(1 + exp(0.5 / 0.25) + (both ? exp(0.6 / 0.25) : 0));
}

/* ---- periods ---- */

static void who_is_away_sells_nothing(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD MARKET("from: 2.5, until: 6") "horizon: {periods: 8}\n" FIXED_SELLERS
                                                       "record: {every: 1, series: [price, "
                                                       "sales, profit, consumer_surplus,"
                                                       " welfare]}\n");
    bt_run *run = complete_run(&fixture, 0);
    for (size_t t = 0; t < 8; t++) {
        bool both = t >= 3 && t < 6;
        const double *price = recorded(&fixture, run, "price", t);
        const double *sales = recorded(&fixture, run, "sales", t);
        const double *profit = recorded(&fixture, run, "profit", t);
        assert_near(price[0], 1.5, 0);
        assert_true(both ? price[1] == 1.4 : isnan(price[1]));
        for (size_t j = 0; j < 2; j++) {
            assert_near(sales[j], share(j, both), 1e-14);
            assert_near(profit[j], share(j, both) * (0.5 - 0.1 * (double)j), 1e-14);
        }
        assert_near(recorded(&fixture, run, "consumer_surplus", t)[0], surplus(both), 1e-14);
        assert_near(recorded(&fixture, run, "welfare", t)[0],
                    surplus(both) + profit[0] + profit[1], 1e-14);
    }
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* A price is its mean while it was on offer; what is sold is a mean over all the time. */
static void records_of_several_periods_are_means(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(
        &fixture,
        HEAD MARKET("from: 3") "horizon: {periods: 8}\n" FIXED_SELLERS
                               "record: {every: 4, series: [price, sales, exploitability]}\n");
    bt_run *run = complete_run(&fixture, 0);
    assert_near(recorded(&fixture, run, "price", 0)[1], 1.4, 1e-15);
    assert_near(recorded(&fixture, run, "sales", 0)[1], share(1, true) / 4, 1e-15);
    assert_true(isnan(recorded(&fixture, run, "exploitability", 0)[0]));
    assert_true(recorded(&fixture, run, "exploitability", 1)[0] > 0);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* Random prices are drawn while it is there, and only then. */
static void who_is_away_is_not_asked(void **state)
{
    (void)state;
    const char *const active[] = {"from: 0", "from: 5, until: 1000"};
    double price[2][30];
    for (size_t k = 0; k < 2; k++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD "market:\n  type: posted_price\n  demand: {scale: 0.25}\n"
                             "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
                             "             {name: B, seller: s2, quality: 2, cost: 1}]\n"
                             "  sellers: [{name: s2, active: {%s}}]\n"
                             "horizon: {periods: 30}\n"
                             "sellers: [{name: s1, policy: fixed, price: 1.5},"
                             "          {name: s2, policy: random}]\n"
                             "record: {every: 1, series: [price]}\n",
                        active[k]);
        bt_run *run = complete_run(&fixture, 0);
        for (size_t t = 0; t < 30; t++)
            price[k][t] = recorded(&fixture, run, "price", t)[1];
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
    for (size_t t = 0; t < 25; t++)
        assert_near(price[1][t + 5], price[0][t], 0);
}

/* ---- benchmarks of who stands ---- */

/* Best responders find the equilibrium of two, of three, and of one. */
static void distances_are_to_the_equilibrium_of_those_who_stand(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, HEAD
                    "market:\n  type: posted_price\n  demand: {scale: 0.25}\n"
                    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
                    "             {name: B, seller: s2, quality: 2, cost: 1},"
                    "             {name: C, seller: s3, quality: 1.8, cost: 0.7}]\n"
                    "  sellers: [{name: s2, active: {until: 200}},"
                    "            {name: s3, active: {from: 100, until: 200}}]\n"
                    "horizon: {periods: 300}\n"
                    "sellers: [{name: s1, policy: best_response},"
                    "          {name: s2, policy: best_response},"
                    "          {name: s3, policy: best_response}]\n"
                    "record: {every: 1, series: [price, distance_to_nash, profit_gain]}\n");
    bt_run *run = complete_run(&fixture, 0);
    const size_t settled[] = {99, 199, 299}, changed[] = {0, 100, 200};
    for (size_t k = 0; k < 3; k++) {
        assert_near(recorded(&fixture, run, "distance_to_nash", settled[k])[0], 0, 1e-10);
        double distance = recorded(&fixture, run, "distance_to_nash", changed[k])[0];
        assert_true(k < 2 ? distance > 0.01
                          : distance < 1e-10); /* a monopolist is there at once */
        if (k < 2)
            assert_near(recorded(&fixture, run, "profit_gain", settled[k])[0], 0, 1e-10);
    }
    assert_near(recorded(&fixture, run, "price", 99)[0], 1.4729266600, 1e-9);
    assert_near(recorded(&fixture, run, "price", 199)[2], benchmark(&fixture, "nash_price")[2],
                1e-10);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* ---- time ---- */

static void time_is_weighed_exactly(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(
        &fixture, HEAD MARKET("from: 2.5, until: 4.25") "horizon: {time: 6 d}\n" FIXED_SELLERS
                                                        "record: {every: 1 d, series: [price, "
                                                        "sales, consumer_surplus]}\n");
    bt_run *run = complete_run(&fixture, 0);
    const double present[] = {0, 0, 0.5, 1, 0.25, 0};
    for (size_t t = 0; t < 6; t++) {
        const double *price = recorded(&fixture, run, "price", t);
        assert_true(present[t] > 0 ? fabs(price[1] - 1.4) < 1e-14 : isnan(price[1]));
        for (size_t j = 0; j < 2; j++)
            assert_near(recorded(&fixture, run, "sales", t)[j],
                        present[t] * share(j, true) + (1 - present[t]) * share(j, false),
                        1e-13);
        assert_near(recorded(&fixture, run, "consumer_surplus", t)[0],
                    present[t] * surplus(true) + (1 - present[t]) * surplus(false), 1e-13);
    }
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* There a share entry/(entry + exit) of the time: five standard errors over 2,000 cycles,
 * each of two exponential times. */
static void random_sellers_are_there_as_their_rates_say(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(
        &fixture,
        HEAD MARKET(
            "exit_rate: 0.3, entry_rate: 0.1") "horizon: {time: 26667 d}\n" FIXED_SELLERS
                                               "record: {every: 26667 d, series: [sales, "
                                               "distance_to_nash]}\n");
    bt_run *run = complete_run(&fixture, 0);
    double there = recorded(&fixture, run, "sales", 0)[1] / share(1, true);
    assert_near(there, 0.25, 5 * 0.25 * 0.75 * sqrt(2.0 / 2000));
    assert_true(isfinite(recorded(&fixture, run, "distance_to_nash", 0)[0]));
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* ---- saved runs ---- */

static void check_saved(const char *head, const char *buyers, const char *rule)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD
                    "%smarket:\n  type: posted_price\n  demand: {scale: 0.25}\n"
                    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
                    "             {name: B, seller: s2, quality: 2, cost: 1},"
                    "             {name: C, seller: s2, quality: 2, cost: 1, price: 1.6},"
                    "             {name: D, seller: s3, quality: 2, cost: 1, price: 1.6}]\n"
                    "  sellers: [{name: s1, active: {from: 20.5, exit_rate: 0.02,"
                    "                                entry_rate: 0.05}},"
                    "            {name: s2, active: {exit_rate: 0.02, entry_rate: 0.03}},"
                    "            {name: s3, active: {from: 30, until: 60}}]\n"
                    "buyers: {type: %s}\n"
                    "sellers: [{name: s1, policy: %s},"
                    "          {name: s2, policy: gradient, high: 2.2,"
                    "           reprice: {poisson: 0.4}}]\n",
                    head, buyers, rule);
    bt_run *whole = complete_run(&fixture, 0);
    bt_run *pieces = complete_in_pieces(&fixture, 0, (double[]){10, 35.5, 90}, 3);
    assert_same_state(whole, pieces);
    size_t away = 0, n_records = bt_run_n_records(whole);
    for (size_t t = 0; t < n_records; t++)
        away += isnan(recorded(&fixture, whole, "price", t)[0]) ? 1 : 0;
    assert_true(away > 10 && away < n_records);
    for (size_t t = 0; t < n_records; t++)
        assert_true(isfinite(recorded(&fixture, whole, "profit", t)[0]) &&
                    isfinite(recorded(&fixture, whole, "welfare", t)[0]));
    bt_run_destroy(whole);
    bt_run_destroy(pieces);
    close_experiment(&fixture);
}

#define PERIODS                                                                                \
    "horizon: {periods: 200}\nrecord: {every: 2, series: [price, profit, welfare]}\n"
#define DAYS "horizon: {time: 200 d}\nrecord: {every: 2 d, series: [price, profit, welfare]}\n"

static void a_saved_run_knows_who_is_there(void **state)
{
    (void)state;
    const char *const rules[] = {
        "best_response",
        "oga, high: 2.2",
        "fictitious_play, grid: {points: 5, low: 1.2, high: 2}",
        "ucb1, grid: {points: 5, low: 1.2, high: 2}, reprice: {every: 3}",
        "deep_q, grid: {points: 5, low: 1.2, high: 2}, observes: all",
    };
    for (size_t k = 0; k < sizeof(rules) / sizeof(rules[0]); k++) {
        check_saved(PERIODS, "expected", rules[k]);
        check_saved(PERIODS, "logit, population: 5", rules[k]);
        check_saved(DAYS, "expected", rules[k]);
        check_saved(DAYS, "logit, population: 5", rules[k]);
    }
    check_saved(DAYS, "logit, population: 5",
                "derivative_follower, high: 2.2,"
                " reprice: {after_sales: 3}");
    check_saved(DAYS, "expected", "derivative_follower, high: 2.2, reprice: {after_sales: 3}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_away_sells_nothing),
        cmocka_unit_test(records_of_several_periods_are_means),
        cmocka_unit_test(who_is_away_is_not_asked),
        cmocka_unit_test(distances_are_to_the_equilibrium_of_those_who_stand),
        cmocka_unit_test(time_is_weighed_exactly),
        cmocka_unit_test(random_sellers_are_there_as_their_rates_say),
        cmocka_unit_test(a_saved_run_knows_who_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
