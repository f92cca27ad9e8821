/* The shopbot market: who buys from whom, by enumeration; surplus and benchmarks as closed
 * forms say; what sellers are told; drawn sales; clocks, saving, mistakes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "markets/shopbot/shopbot_rules.h"
#include "tests/experiment_fixture.h"
#include "tests/sim/goodness_of_fit.h"
#include "tests/spy_seller.h"

#define HEAD "format: 1\nname: t\nseed: 5\nreplications: 1\n"

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.15g differs from %.15g by more than %g", value, expected, tolerance);
}

static const double *last(const experiment_fixture *fixture, const bt_run *run,
                          const char *series)
{
    return recorded(fixture, run, series, bt_run_n_records(run) - 1);
}

/* ---- who buys from whom ---- */

enum { MOST_SELLERS = 6 };

/* Adds to share [S] what each seller gets of those who compare a set of sellers. */
static void add_set(const double *price, size_t n_sellers, unsigned set, double weight,
                    double *share)
{
    double lowest = INFINITY;
    size_t n_lowest = 0;
    for (size_t i = 0; i < n_sellers; i++)
        if (set >> i & 1)
            lowest = fmin(lowest, price[i]);
    for (size_t i = 0; i < n_sellers; i++)
        n_lowest += (set >> i & 1) && price[i] == lowest;
    for (size_t i = 0; i < n_sellers; i++)
        if ((set >> i & 1) && price[i] == lowest)
            share[i] += weight / (double)n_lowest;
}

static void enumerate_shares(const bt_shopbot_market *market, const double *price,
                             double *share)
{
    double n_sets[MOST_SELLERS + 1] = {0};
    for (unsigned set = 1; set < 1u << market->n_sellers; set++)
        n_sets[__builtin_popcount(set)] += 1;
    for (unsigned set = 1; set < 1u << market->n_sellers; set++) {
        int k = __builtin_popcount(set);
        add_set(price, market->n_sellers, set, market->compares_share[k - 1] / n_sets[k],
                share);
    }
}

static void shares_are_those_of_all_comparisons(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(1, 0, 0), 0, 0);
    for (int trial = 0; trial < 300; trial++) {
        double weight[MOST_SELLERS], cumulative[MOST_SELLERS + 1], price[MOST_SELLERS];
        double sum = 0, expected[MOST_SELLERS] = {0};
        size_t n_sellers = 2 + bt_stream_below(&stream, MOST_SELLERS - 1);
        for (size_t k = 0; k < n_sellers; k++) {
            weight[k] = bt_stream_uniform(&stream);
            sum += weight[k];
            price[k] = 0.25 * (double)bt_stream_below(&stream, 4); /* many ties */
        }
        for (size_t k = 0; k < n_sellers; k++)
            weight[k] /= sum;
        bt_shopbot_rules rules = {
            .market = {.n_sellers = n_sellers, .value = 1, .compares_share = weight},
            .cumulative_share = cumulative};
        bt_shopbot_accumulate_shares(&rules.market, cumulative);
        enumerate_shares(&rules.market, price, expected);
        for (size_t i = 0; i < n_sellers; i++)
            assert_close(bt_shopbot_sales(&rules, price, i, price[i]), expected[i], 1e-14);
    }
}

/* ---- sales, surplus, benchmarks ---- */

#define THREE_FIXED                                                                            \
    "sellers: [{name: s1, policy: fixed, price: 0.6}, {name: s2, policy: fixed, price: 0.9}, " \
    "{name: s3, policy: fixed, price: 0.6}]\n"

static void equal_values(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(
        &fixture,
        HEAD "horizon: {periods: 4}\n"
             "market: {type: shopbot, cost: 0.5, compares: [0.3, 0.2], size: 2}\n" THREE_FIXED
             "record: {every: 4, series: [price, sales, profit, units_sold, "
             "sold_profit, consumer_surplus, producer_surplus, welfare, efficiency, "
             "lowest_posted]}\n");
    bt_run *run = complete_run(&fixture, 0);
    /* s2 sells to those who see it alone; pairs are one in three each */
    double dear = 2 * 0.3 / 3, cheap = (2 - dear) / 2;
    assert_close(last(&fixture, run, "sales")[0], cheap, 1e-14);
    assert_close(last(&fixture, run, "sales")[1], dear, 1e-14);
    assert_close(last(&fixture, run, "sales")[2], cheap, 1e-14);
    assert_close(last(&fixture, run, "units_sold")[2], cheap, 1e-14);
    assert_close(last(&fixture, run, "profit")[1], 0.4 * dear, 1e-14);
    assert_close(last(&fixture, run, "sold_profit")[1], 0.4 * dear, 1e-14);
    assert_close(*last(&fixture, run, "consumer_surplus"), 0.4 * 2 * cheap + 0.1 * dear, 1e-14);
    assert_close(*last(&fixture, run, "welfare"), 2 * 0.5, 1e-14);
    assert_close(*last(&fixture, run, "efficiency"), 1, 1e-14);
    assert_close(*last(&fixture, run, "lowest_posted"), 0.6, 1e-14);
    assert_int_equal(integer_outcome(&fixture, run, "iterations"), 4);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void uniform_values(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(
        &fixture,
        HEAD "horizon: {time: 3 d}\n"
             "market: {type: shopbot, values: uniform, value: 2, compares: [0.3]}\n" THREE_FIXED
             "record: {every: 3, series: [sales, profit, consumer_surplus, welfare]}\n");
    bt_run *run = complete_run(&fixture, 0);
    double dear = 0.1 * 0.55, cheap = 0.45 * 0.7;
    assert_close(last(&fixture, run, "sales")[0], cheap, 1e-14);
    assert_close(last(&fixture, run, "sales")[1], dear, 1e-14);
    /* (v - p)^2 / 2v of all who see p first */
    double surplus = 0.9 * 1.4 * 1.4 / 4 + 0.1 * 1.1 * 1.1 / 4;
    assert_close(*last(&fixture, run, "consumer_surplus"), surplus, 1e-14);
    assert_close(*last(&fixture, run, "welfare"), surplus + 2 * 0.6 * cheap + 0.9 * dear,
                 1e-14);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* With equal values all buy: surplus is what sellers leave of v - c. The mean price is
 * c + w_1 (v - c) int dF/(w_1 + 2 w_2 (1 - F)) for two sellers: a logarithm. */
static void benchmarks_as_computed(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "horizon: {periods: 1}\n"
                         "market: {type: shopbot, cost: 0.5, compares: [0.25]}\n"
                         "sellers: [{name: s#, count: 2, policy: fixed, price: 1}]\n");
    assert_close(*benchmark(&fixture, "mixed_mean_price"), 0.5 + 0.125 / 1.5 * log(1.75 / 0.25),
                 1e-12);
    assert_close(benchmark(&fixture, "nash_profit")[1], 0.0625, 1e-15);
    assert_close(benchmark(&fixture, "joint_profit")[1], 0.25, 1e-15);
    assert_close(*benchmark(&fixture, "nash_consumer_surplus"), 0.5 - 0.125, 1e-12);
    assert_close(*benchmark(&fixture, "nash_welfare"), 0.5, 1e-12);
    assert_close(*benchmark(&fixture, "first_best_welfare"), 0.5, 1e-15);
    assert_close(*benchmark(&fixture, "mixed_lowest_price"), 0.5 + 0.125 / 1.75, 1e-15);
    assert_close(benchmark(&fixture, "joint_profit_price")[0], 1, 0);
    close_experiment(&fixture);
}

/* ---- what sellers are told ---- */

static const bt_seller_type told_spy =
    SPY_TYPE(BT_SEES_OWN_SALES | BT_SEES_RIVAL_PRICES | BT_SEES_COUNTERFACTUALS);

/* A spy on a grid of 0.6, 0.7 and 0.8 beside s2, which charges 0.7. */
static void open_spied(experiment_fixture *fixture, spy *spied, const char *horizon,
                       const char *clock)
{
    char text[1024];
    snprintf(text, sizeof(text),
             HEAD "horizon: %s\n"
                  "market: {type: shopbot, cost: 0.5, compares: [0.4], size: 10}\n"
                  "sellers: [{name: s1, policy: fixed, price: 1, reprice: %s}, {name: s2, "
                  "policy: fixed, price: 0.7}]\n",
             horizon, clock);
    read_experiment(fixture, text);
    *spied = (spy){.price = {0.6, 0.7, 0.8}, .n_prices = 3, .is_on_grid = true};
    plant_spy(&fixture->experiment, 0, &told_spy, spied);
    prepare_point(fixture, 1);
}

static void assert_told(const spy *spied, double duration)
{
    const double sales[] = {8, 5, 2}; /* 0.6 undercuts, 0.7 ties, 0.8 keeps its captives */
    for (size_t k = 0; k < 3; k++) {
        const bt_seller_feedback *feedback = &spied->feedback[k];
        assert_close(feedback->duration, duration, 1e-12);
        assert_close(spied->told_sales[k][0], sales[k], 1e-12);
        assert_close(feedback->profit, sales[k] * (spied->price[k] - 0.5), 1e-12);
        assert_close(feedback->n_buyers, 10, 0);
        assert_close(spied->told_price[k][0], spied->price[k], 0);
        assert_close(spied->told_price[k][1], 0.7, 0);
        assert_int_equal(feedback->joint_action, k);
        for (size_t a = 0; a < 3; a++)
            assert_close(spied->told_counterfactual[k][a], sales[a] * (spied->price[a] - 0.5),
                         1e-12);
    }
}

static void sellers_are_told_what_came_of_it(void **state)
{
    (void)state;
    experiment_fixture fixture;
    spy spied;
    open_spied(&fixture, &spied, "{periods: 9}", "{every: 2}");
    bt_run *run = complete_run(&fixture, 0);
    assert_told(&spied, 2);
    assert_false(spied.saw_prices[0]);
    assert_close(spied.seen_price[1][0], 0.6, 0);
    assert_close(spied.decided_at[2], 4, 0);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void sellers_are_told_over_time(void **state)
{
    (void)state;
    experiment_fixture fixture;
    spy spied;
    open_spied(&fixture, &spied, "{time: 9 d}", "{every: 0.75 d}");
    bt_run *run = complete_run(&fixture, 0);
    assert_told(&spied, 0.75);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* Counterfactuals are integrals over rivals' prices: s2 is at 0.7 and 0.9 in turn. */
static void counterfactuals_follow_rivals(void **state)
{
    (void)state;
    experiment_fixture fixture;
    spy spied = {.price = {0.6, 0.7, 0.8}, .n_prices = 3, .is_on_grid = true};
    spy rival = {.price = {0.7, 0.9, 0.7}, .n_prices = 3, .is_on_grid = true};
    read_experiment(&fixture,
                    HEAD "horizon: {time: 4 d}\n"
                         "market: {type: shopbot, cost: 0.5, compares: [0.4], size: 10}\n"
                         "sellers: [{name: s1, policy: fixed, price: 1, reprice: {every: 2}}, "
                         "{name: s2, policy: fixed, price: 1, reprice: {every: 1.5}}]\n");
    plant_spy(&fixture.experiment, 0, &told_spy, &spied);
    plant_spy(&fixture.experiment, 1, &told_spy, &rival);
    prepare_point(&fixture, 1);
    bt_run *run = complete_run(&fixture, 0);
    const double against_low[] = {8, 5, 2}, against_high[] = {8, 8, 8};
    for (size_t a = 0; a < 3; a++)
        assert_close(spied.told_counterfactual[0][a],
                     (0.75 * against_low[a] + 0.25 * against_high[a]) * (spied.price[a] - 0.5),
                     1e-12);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void prices_are_multiples_of_the_quantum(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "horizon: {periods: 1}\n"
                         "market: {type: shopbot, compares: [0.5], quantum: 0.1}\n"
                         "sellers: [{name: s1, policy: fixed, price: 0.61}, {name: s2, policy: "
                         "fixed, price: 0.58}]\n"
                         "record: {every: 1, series: [price, sales]}\n");
    bt_run *run = complete_run(&fixture, 0);
    assert_close(last(&fixture, run, "price")[0], 0.6, 1e-15);
    assert_close(last(&fixture, run, "sales")[0], 0.5, 1e-15);
    assert_close(last(&fixture, run, "sales")[1], 0.5, 1e-15);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* ---- drawn sales ---- */

/* Totals over the run against their expectation and variance: multinomial in periods, Poisson
 * in time (each a false alarm in a million). */
static void drawn_sales_have_their_distribution(void **state)
{
    (void)state;
    const char *horizon[] = {"{periods: 5000}", "{time: 5000 d}"};
    for (int in_time = 0; in_time < 2; in_time++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD "horizon: %s\n"
                             "market: {type: shopbot, compares: [0.4], arrivals: 7, size: 2, "
                             "values: uniform, window: 1}\n"
                             "sellers: [{name: s1, policy: fixed, price: 0.5}, {name: s2, "
                             "policy: fixed, price: 0.6}]\n"
                             "record: {every: 5000, series: [units_sold, sold_profit]}\n",
                        horizon[in_time]);
        bt_run *run = complete_run(&fixture, 0);
        const double share[] = {0.8 * 0.5, 0.2 * 0.4}, price[] = {0.5, 0.6};
        for (size_t i = 0; i < 2; i++) {
            double buyers = 35000, mean = buyers * share[i];
            double variance = in_time ? mean : mean * (1 - share[i]);
            double units = last(&fixture, run, "units_sold")[i] * 5000 / 2 * 7;
            assert_close(units, round(units), 1e-6);
            assert_true(normal_p_value((units - mean) / sqrt(variance)) > ALARM_RATE);
            assert_close(last(&fixture, run, "sold_profit")[i], price[i] * units * 2 / 7 / 5000,
                         1e-12);
        }
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* ---- clocks, records, saving ---- */

#define MIXED_SELLERS                                                                          \
    "sellers: [{name: s1, policy: myoptimal, reprice: {poisson: 0.7}}, {name: s2, policy: "    \
    "derivative_follower, reprice: {poisson: 0.5}}, {name: s3, policy: internal_regret, "      \
    "grid: {low: 0.1, high: 1}}, {name: s4, policy: mixed_equilibrium, reprice: {every: "      \
    "2}}]\n"

static void open_mixed(experiment_fixture *fixture, const char *horizon, double every)
{
    open_experiment(fixture,
                    HEAD "horizon: %s\n"
                         "market: {type: shopbot, cost: 0.1, compares: [0.2, 0.1], arrivals: "
                         "20, quantum: 0.01}\n" MIXED_SELLERS "record: {every: %g}\n",
                    horizon, every);
}

static void saved_runs_go_on(void **state)
{
    (void)state;
    const char *horizon[] = {"{periods: 300}", "{time: 300 d}"};
    for (size_t k = 0; k < 2; k++) {
        experiment_fixture fixture;
        open_mixed(&fixture, horizon[k], 10);
        const double times[] = {1, 77, 150};
        assert_saved_runs_go_on(&fixture, 0, times, 3);
        close_experiment(&fixture);
    }
}

static void records_do_not_change_what_happens(void **state)
{
    (void)state;
    uint64_t fingerprint[2];
    double distance[2][4], profit[2][4];
    const double every[] = {300, 1};
    for (size_t k = 0; k < 2; k++) {
        experiment_fixture fixture;
        open_mixed(&fixture, "{time: 300 d}", every[k]);
        bt_run *run = complete_run(&fixture, 0);
        fingerprint[k] = bt_run_fingerprint(run);
        read_outcome(&fixture, run, "distance_to_mixed", distance[k]);
        read_outcome(&fixture, run, "final_sold_profit", profit[k]);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
    assert_true(fingerprint[0] == fingerprint[1]);
    assert_memory_equal(distance[0], distance[1], sizeof(distance[0]));
    assert_memory_equal(profit[0], profit[1], sizeof(profit[0]));
}

/* Moves at rate 0.7 over 2,000 days (false alarm: one in a million). */
static void poisson_clocks_keep_their_rate(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, HEAD "horizon: {time: 2000 d}\n"
                                   "market: {type: shopbot, compares: [0.5]}\n"
                                   "sellers: [{name: s1, policy: fixed, price: 1, reprice: "
                                   "{poisson: 0.7}}, {name: s2, policy: fixed, price: 1, "
                                   "reprice: {every: 9999}}]\n");
    bt_run *run = complete_run(&fixture, 0);
    double moves = (double)integer_outcome(&fixture, run, "iterations") - 1;
    assert_true(normal_p_value((moves - 1400) / sqrt(1400)) > ALARM_RATE);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* ---- mistakes ---- */

static void refused(const char *market, const char *rest, const char *sentence)
{
    assert_refused(sentence, HEAD "market: {type: shopbot, %s}\n%s", market, rest);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    const char *two = "horizon: {periods: 9}\n"
                      "sellers: [{name: s#, count: 2, policy: fixed, price: 1}]\n";
    refused("compares: [0.5]", "horizon: {periods: 9}\nsellers: [{name: s, policy: fixed}]\n",
            "at least two sellers");
    refused("compares: [0.5, 0.2, 0.3]", two, "only 2 sellers");
    refused("compares: [0.5, 0.6]", two, "more than 1");
    refused("compares: [0]", two, "between 0 and 1, both excluded");
    refused("compares: [0.5], cost: 2", two, "below the buyers' value");
    refused("compares: [0.5], arrivals: 2.5", two, "whole number of buyers");
    refused("compares: [0.5]",
            "horizon: {periods: 9, until_stable: 3}\n"
            "sellers: [{name: s#, count: 2, policy: fixed, price: 1}]\n",
            "do not settle");
    refused("compares: [0.5]",
            "horizon: {periods: 9}\nbuyers: {type: logit, population: 3}\n"
            "sellers: [{name: s#, count: 2, policy: fixed, price: 1}]\n",
            "leave `buyers` out");
    refused("compares: [0.5]",
            "horizon: {periods: 9}\n"
            "sellers: [{name: s#, count: 2, policy: fixed, price: 1, reprice: {every: 0.5}}]\n",
            "whole numbers of periods");
    refused("compares: [0.5]",
            "horizon: {time: 9}\nsellers: [{name: s#, count: 2, policy: fixed, price: 1, "
            "reprice: {after_sales: 3}}]\n",
            "not after sales");
    refused("compares: [0.5]",
            "horizon: {periods: 9}\nsellers: [{name: s#, count: 2, policy: best_response}]\n",
            "does not have");
    refused("compares: [0.5]",
            "horizon: {periods: 9}\nsellers: [{name: s#, count: 2, policy: ucb1}]\n",
            "only distributions of prices");
    refused("compares: [0.5]",
            "horizon: {periods: 9}\nsellers: [{name: s#, count: 2, policy: myoptimal}]\n",
            "no quantum");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_those_of_all_comparisons),
        cmocka_unit_test(equal_values),
        cmocka_unit_test(uniform_values),
        cmocka_unit_test(benchmarks_as_computed),
        cmocka_unit_test(sellers_are_told_what_came_of_it),
        cmocka_unit_test(sellers_are_told_over_time),
        cmocka_unit_test(counterfactuals_follow_rivals),
        cmocka_unit_test(prices_are_multiples_of_the_quantum),
        cmocka_unit_test(drawn_sales_have_their_distribution),
        cmocka_unit_test(saved_runs_go_on),
        cmocka_unit_test(records_do_not_change_what_happens),
        cmocka_unit_test(poisson_clocks_keep_their_rate),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests_name("markets.test_shopbot_market", tests, NULL, NULL);
}
