/* The auction market: who wins and pays what, ties, reserves, outsiders; surplus, welfare and
 * regret by hand; what seller and bidders are told; saving; mistakes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

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

static void open_auction(experiment_fixture *fixture, const char *market, double reserve,
                         const char *bidders, int rounds)
{
    open_experiment(fixture,
                    HEAD "horizon: {periods: %d}\n"
                         "market: {type: auction%s}\n"
                         "sellers: [{name: house, policy: fixed, price: %g}]\n"
                         "bidders: [%s]\n"
                         "record: {every: %d, series: [price, profit, bid, win_share, "
                         "bidder_surplus, cumulative_regret, sale_share, consumer_surplus, "
                         "welfare, efficiency]}\n",
                    rounds, market, reserve, bidders, rounds);
}

#define THREE_BIDS                                                                             \
    "{name: a, policy: fixed_bid, bid: 0.3, value: {law: constant, mean: 0.9}}, "              \
    "{name: b, policy: fixed_bid, bid: 0.7, value: {law: constant, mean: 0.8}}, "              \
    "{name: c, policy: fixed_bid, bid: 0.5, value: {law: constant, mean: 0.2}}"

typedef struct payment_case {
    const char *market;
    double reserve;
    double sale_share;
    double price; /* paid */
} payment_case;

static void winners_pay_what_they_must(void **state)
{
    (void)state;
    static const payment_case cases[] = {
        {"", 0, 1, 0.5},
        {"", 0.4, 1, 0.5},
        {"", 0.6, 1, 0.6},
        {"", 0.7, 1, 0.7},
        {"", 0.71, 0, 0},
        {", payment: first_price", 0, 1, 0.7},
        {", payment: first_price", 0.6, 1, 0.7},
        {", payment: first_price", 0.8, 0, 0},
    };
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        experiment_fixture fixture;
        open_auction(&fixture, cases[k].market, cases[k].reserve, THREE_BIDS, 8);
        bt_run *run = complete_run(&fixture, 0);
        double sold = cases[k].sale_share;
        assert_close(*last(&fixture, run, "sale_share"), sold, 0);
        assert_close(*last(&fixture, run, "profit"), cases[k].price, 1e-15);
        assert_close(last(&fixture, run, "win_share")[1], sold, 0);
        assert_close(last(&fixture, run, "win_share")[0], 0, 0);
        assert_close(last(&fixture, run, "bidder_surplus")[1], sold * (0.8 - cases[k].price),
                     1e-15);
        assert_close(*last(&fixture, run, "welfare"), sold * 0.8, 1e-15);
        assert_close(*last(&fixture, run, "efficiency"), sold * 0.8 / 0.9, 1e-15);
        assert_close(last(&fixture, run, "bid")[2], 0.5, 1e-15);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* Three equal bids win a third each, and nothing is left of them (false alarm: one in a
 * million a bidder). */
static void ties_are_broken_at_random(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_auction(&fixture, ", rivals: {law: constant, mean: 0.4}", 0,
                 "{name: b#, count: 2, policy: fixed_bid, bid: 0.4}", 30000);
    bt_run *run = complete_run(&fixture, 0);
    for (size_t i = 0; i < 2; i++) {
        double wins = 30000 * last(&fixture, run, "win_share")[i];
        assert_true(normal_p_value((wins - 10000) / sqrt(30000 * 2.0 / 9)) > ALARM_RATE);
    }
    assert_close(*last(&fixture, run, "profit"), 0.4, 1e-12);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* Values 0.8, 0.1 and rivals 0.5, 0.2, 0.9 in turn, and a bid of 0.6: six rounds by hand. */
static void regret_by_hand(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_auction(&fixture, ", cost: 0.1, rivals: {law: sequence, points: [0.5, 0.2, 0.9]}", 0,
                 "{name: b, policy: fixed_bid, bid: 0.6, value: {law: sequence, points: [0.8, "
                 "0.1]}}",
                 6);
    bt_run *run = complete_run(&fixture, 0);
    /* value: .8 .1 .8 .1 .8 .1; rival: .5 .2 .9 .5 .2 .9; it wins rounds 0, 1, 3, 4 */
    double gained = 0.3 - 0.1 - 0.4 + 0.6;
    /* against 0.45, the mean: 0.25 in rounds 1 and 4 are its due, it loses .05 in 0 and 3 */
    assert_close(*last(&fixture, run, "cumulative_regret"), 2 * 0.05, 1e-12);
    assert_close(real_outcome(&fixture, run, "total_regret"), 0.1, 1e-12);
    /* the best bid in hindsight lies between 0.2 and 0.5: it wins rounds 1 and 4 */
    assert_close(real_outcome(&fixture, run, "hindsight_regret"), 0.5 - gained, 1e-12);
    assert_close(real_outcome(&fixture, run, "mean_bidder_surplus"), gained / 6, 1e-12);
    /* paid .5 .2 .6 .5 .2 .6, less cost */
    assert_close(*last(&fixture, run, "profit"), (2.6 - 0.6) / 6, 1e-12);
    /* welfare: .8 .1 .9 .1 .8 .9; best: .8 .2 .9 .5 .8 .9; less cost */
    assert_close(*last(&fixture, run, "welfare"), (3.6 - 0.6) / 6, 1e-12);
    assert_close(*last(&fixture, run, "efficiency"), (3.6 - 0.6) / (4.1 - 0.6), 1e-12);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* Paying its bid of 0.6, the best in hindsight is just above 0.2 (205/1024). */
static void regret_by_hand_at_first_price(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_auction(
        &fixture, ", payment: first_price, rivals: {law: sequence, points: [0.5, 0.2, 0.9]}", 0,
        "{name: b, policy: fixed_bid, bid: 0.6, value: {law: constant, mean: 0.8}}", 6);
    bt_run *run = complete_run(&fixture, 0);
    double best = 2 * (0.8 - 205.0 / 1024), above = 4 * (0.8 - 513.0 / 1024);
    assert_close(real_outcome(&fixture, run, "hindsight_regret"),
                 fmax(best, above) - 4 * (0.8 - 0.6), 1e-12);
    assert_true(isnan(real_outcome(&fixture, run, "total_regret")));
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* Uniform values, two truthful bidders: revenue is 1/3 + r^2 - 4 r^3/3 at a reserve of r
 * (its variance is below 1/12; false alarm one in a million a case). */
static void truthful_revenue_as_computed(void **state)
{
    (void)state;
    const double reserve[] = {0, 0.25, 0.5, 0.75};
    for (size_t k = 0; k < 4; k++) {
        double r = reserve[k];
        experiment_fixture fixture;
        open_auction(&fixture, "", r,
                     "{name: b#, count: 2, policy: truthful, value: {law: uniform}}", 20000);
        bt_run *run = complete_run(&fixture, 0);
        double expected = 1.0 / 3 + r * r - 4 * r * r * r / 3;
        double error = sqrt(1.0 / 12 / 20000);
        assert_true(normal_p_value((*last(&fixture, run, "profit") - expected) / error) >
                    ALARM_RATE);
        if (r == 0)
            assert_close(*last(&fixture, run, "efficiency"), 1, 1e-12);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* ---- laws ---- */

static void laws_have_their_means(void **state)
{
    (void)state;
    double points[] = {0.1, 0.4, 0.7, 0.75};
    const bt_law laws[] = {
        {.kind = BT_LAW_BERNOULLI, .mean = 0.3},
        {.kind = BT_LAW_CONSTANT, .mean = 0.3},
        {.kind = BT_LAW_UNIFORM, .low = 0.45, .high = 0.55},
        {.kind = BT_LAW_BETA, .a = 2, .b = 5},
        {.kind = BT_LAW_POINTS, .points = {.count = 4, .value = points}},
        {.kind = BT_LAW_SEQUENCE, .points = {.count = 4, .value = points}},
    };
    enum { DRAWS = 40000 };
    for (size_t k = 0; k < sizeof(laws) / sizeof(laws[0]); k++) {
        bt_stream stream = bt_stream_open(bt_random_key_of(1, 0, 0), 0, (uint32_t)k);
        double sum = 0, squares = 0;
        for (uint64_t t = 0; t < DRAWS; t++) {
            double draw = bt_law_draw(&laws[k], t, &stream);
            assert_true(draw >= 0 && draw <= 1);
            sum += draw;
            squares += draw * draw;
        }
        double mean = sum / DRAWS;
        double error = sqrt((squares / DRAWS - mean * mean) / DRAWS) + 1e-12;
        assert_true(normal_p_value((mean - bt_law_mean(&laws[k])) / error) > ALARM_RATE);
    }
}

/* ---- the seller ---- */

static const bt_seller_type told_spy = SPY_TYPE(BT_SEES_OWN_SALES | BT_SEES_COUNTERFACTUALS);

static void the_seller_is_told_what_reserves_bring(void **state)
{
    (void)state;
    for (int first_price = 0; first_price < 2; first_price++) {
        char text[1024];
        snprintf(text, sizeof(text),
                 HEAD "horizon: {periods: 9}\n"
                      "market: {type: auction, cost: 0.1, payment: %s}\n"
                      "sellers: [{name: house, policy: fixed, price: 0, reprice: {every: 2}}]\n"
                      "bidders: [" THREE_BIDS "]\n",
                 first_price ? "first_price" : "second_price");
        experiment_fixture fixture;
        read_experiment(&fixture, text);
        spy spied = {.price = {0.2, 0.6, 0.9}, .n_prices = 3, .is_on_grid = true};
        plant_spy(&fixture.experiment, 0, &told_spy, &spied);
        prepare_point(&fixture, 1);
        bt_run *run = complete_run(&fixture, 0);
        const double second_profit[] = {0.4, 0.5, 0}, first_profit[] = {0.6, 0.6, 0};
        const double *profit = first_price ? first_profit : second_profit;
        for (size_t k = 0; k < 3; k++) {
            assert_close(spied.feedback[k].duration, 2, 0);
            assert_close(spied.feedback[k].profit, profit[k], 1e-15);
            assert_close(spied.told_sales[k][0], k < 2, 0);
            for (size_t a = 0; a < 3; a++)
                assert_close(spied.told_counterfactual[k][a], profit[a], 1e-15);
        }
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* ---- saving ---- */

static void saved_runs_go_on(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(
        &fixture,
        HEAD "horizon: {periods: 300}\n"
             "market: {type: auction, rivals: {law: beta, a: 1, b: 6}}\n"
             "sellers: [{name: house, policy: hedge, grid: {low: 0, high: 0.6}, reprice: "
             "{every: 7}}]\n"
             "bidders: [{name: a, policy: ucbid, value: {law: beta, a: 2, b: 2}}, {name: b, "
             "policy: exp_tree}, {name: c, policy: win_exp, value: {law: uniform}}, {name: d, "
             "policy: truthful}]\n"
             "record: {every: 10}\n");
    const double times[] = {1, 77, 150};
    assert_saved_runs_go_on(&fixture, 0, times, 3);
    close_experiment(&fixture);
}

/* ---- mistakes ---- */

static void refused(const char *market, const char *rest, const char *sentence)
{
    assert_refused(sentence, HEAD "market: {type: %s}\n%s", market, rest);
}

#define HOUSE "horizon: {periods: 9}\nsellers: [{name: house, policy: fixed, price: 0}]\n"

static void mistakes_are_named(void **state)
{
    (void)state;
    refused("auction", HOUSE, "somebody must bid");
    refused("auction", HOUSE "bidders: [{name: b, policy: ucbid, value: {law: points}}]\n",
            "needs a list of `points`");
    refused("auction",
            HOUSE "bidders: [{name: b, policy: ucbid, value: {law: uniform, low: 0.7, high: "
                  "0.2}}]\n",
            "must not be above");
    refused("auction, rivals: {law: sequence}", HOUSE "bidders: [{name: b, policy: ucbid}]\n",
            "needs a list of `points`");
    refused("auction",
            HOUSE "bidders: [{name: b, policy: ucbid}, {name: b, policy: truthful}]\n",
            "names must differ");
    refused("auction, payment: first_price", HOUSE "bidders: [{name: b, policy: exp_tree}]\n",
            "second-price");
    refused("auction",
            "horizon: {time: 9 d}\nsellers: [{name: house, policy: fixed, price: 0}]\n"
            "bidders: [{name: b, policy: ucbid}]\n",
            "counts rounds");
    refused("auction",
            "horizon: {periods: 9}\nsellers: [{name: h#, count: 2, policy: fixed, price: 0}]\n"
            "bidders: [{name: b, policy: ucbid}]\n",
            "one seller");
    refused("auction",
            "horizon: {periods: 9}\nsellers: [{name: h, policy: best_response}]\n"
            "bidders: [{name: b, policy: ucbid}]\n",
            "does not have");
    refused("auction",
            "horizon: {periods: 9}\nsellers: [{name: h, policy: fixed, price: 0, reprice: "
            "{poisson: 1}}]\n"
            "bidders: [{name: b, policy: ucbid}]\n",
            "whole numbers");
    refused("shopbot, compares: [0.5]",
            "horizon: {periods: 9}\nsellers: [{name: s#, count: 2, policy: fixed, price: 1}]\n"
            "bidders: [{name: b, policy: ucbid}]\n",
            "has no bidders");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(winners_pay_what_they_must),
        cmocka_unit_test(ties_are_broken_at_random),
        cmocka_unit_test(regret_by_hand),
        cmocka_unit_test(regret_by_hand_at_first_price),
        cmocka_unit_test(truthful_revenue_as_computed),
        cmocka_unit_test(laws_have_their_means),
        cmocka_unit_test(the_seller_is_told_what_reserves_bring),
        cmocka_unit_test(saved_runs_go_on),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests_name("markets.test_auction_market", tests, NULL, NULL);
}
