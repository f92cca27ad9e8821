/* Learners on a price grid, what all share: first trials, ties, the unit of rewards, saved
 * runs, any clock, and what full information tells. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lone_seller.h"

/* ---- order and ties ---- */

static void prices_are_first_tried_in_a_random_order(void **state)
{
    (void)state;
    double first_is_lowest = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        lone_seller lone;
        open_lone_seller(&lone, "policy: ucb1", 4, 100, seed);
        bool tried[4] = {false};
        for (size_t t = 0; t < 4; t++) {
            uint64_t action = lone_decide(&lone);
            first_is_lowest += t == 0 && action == 0;
            assert_false(tried[action]);
            tried[action] = true;
            lone_observe(&lone, 0.5, NULL);
        }
        close_lone_seller(&lone);
    }
    assert_frequency(first_is_lowest, 400, 0.25);
}

static void ties_are_broken_at_random_or_downwards(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: ucb1", 4, 100, 8);
    const double value[] = {1, 2, 2, 2};
    double times[4] = {0};
    for (size_t k = 0; k < 6000; k++)
        times[bt_grid_bandit_largest(lone.bandit, value)]++;
    for (size_t a = 1; a < 4; a++)
        assert_frequency(times[a], 6000, 1.0 / 3);
    close_lone_seller(&lone);
    open_lone_seller(&lone, "policy: ucb1, ties: lowest", 4, 100, 8);
    for (size_t k = 0; k < 100; k++)
        assert_int_equal(bt_grid_bandit_largest(lone.bandit, value), 1);
    close_lone_seller(&lone);
}

/* ---- all of them ---- */

static const char *const rules[] = {
    "random",
    "epsilon_greedy",
    "epsilon_greedy, exploration: decreasing",
    "ucb1",
    "ucb_tuned",
    "thompson_gaussian",
    "thompson_beta",
    "exp3",
    "exp3_ix",
    "exp3_p",
    "hedge",
    "regret_matching",
    "fictitious_play",
    "grid_best_response",
    "roth_erev",
    "policy_gradient",
    "ucb_pi",
    "ucb_pi, index: untuned",
    "lin_ucb",
    "lin_ts",
    "mean_variance_ucb",
    "cvar_ucb",
};
enum { N_RULES = sizeof(rules) / sizeof(rules[0]) };

#define TWO_SELLERS                                                                            \
    "format: 1\nname: test\nseed: 9\n" CALVANO_MARKET "horizon: {periods: 600}\n"              \
    "record: {every: 600, series: [price, profit]}\n"

static void check_saved_runs(const char *format, const char *rule, const double stops[3])
{
    experiment_fixture fixture;
    char text[2048];
    snprintf(text, sizeof(text), format, rule, rule);
    open_experiment(&fixture, "%s", text);
    bt_run *whole = complete_run(&fixture, 0);
    bt_run *pieces = complete_in_pieces(&fixture, 0, stops, 3);
    assert_same_state(whole, pieces);
    assert_true(isfinite(recorded(&fixture, whole, "profit", 0)[0]));
    bt_run_destroy(whole);
    bt_run_destroy(pieces);
    close_experiment(&fixture);
}

/* Two products a seller, sampled arrivals in continuous time, clocks of all kinds. */
#define TIMED_MARKET                                                                           \
    "format: 1\nname: test\nseed: 9\nhorizon: {time: 60 d}\n"                                  \
    "record: {every: 60 d, series: [price, profit]}\n"                                         \
    "market:\n"                                                                                \
    "  type: posted_price\n"                                                                   \
    "  demand: {scale: 0.25}\n"                                                                \
    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"                                 \
    "             {name: B, seller: s1, quality: 1.9, cost: 0.8},"                             \
    "             {name: C, seller: s2, quality: 2, cost: 1}]\n"                               \
    "buyers: {type: logit, population: 500}\n"                                                 \
    "sellers: [{name: s1, policy: %s, grid: {points: 5}, reprice: {poisson: 5}},"              \
    "          {name: s2, policy: %s, reprice: {every: 0.3 d}}]\n"

static void all_rules_price_several_products_on_any_clock(void **state)
{
    (void)state;
    const double stops[] = {1, 17.3, 40};
    for (size_t k = 0; k < N_RULES; k++)
        if (strncmp(rules[k], "ucb_pi", 6) != 0)
            check_saved_runs(TIMED_MARKET, rules[k], stops);
}

static void a_saved_run_goes_on_as_if_nothing_had_happened(void **state)
{
    (void)state;
    const double stops[] = {1, 40, 333};
    for (size_t k = 0; k < N_RULES; k++) {
        check_saved_runs(TWO_SELLERS "sellers: [{name: s1, policy: %s},"
                                     "          {name: s2, policy: %s}]\n",
                         rules[k], stops);
        check_saved_runs(TWO_SELLERS "buyers: {type: logit, population: 3}\n"
                                     "sellers: [{name: s1, policy: %s, reprice: {every: 3}},"
                                     "          {name: s2, policy: %s}]\n",
                         rules[k], stops);
    }
}

/* A clock that starts at 1 rings when one that starts at 0 does, but the market then does
 * not take the short cut of synchronous games. */
static void check_both_ways(const char *rule)
{
    experiment_fixture fixture[2];
    bt_run *run[2];
    for (int k = 0; k < 2; k++) {
        open_experiment(&fixture[k],
                        "format: 1\nname: test\nseed: 9\n" CALVANO_MARKET
                        "horizon: {periods: 300}\n"
                        "sellers: [{name: s1, policy: %s, reprice_offset: %d},"
                        "          {name: s2, policy: %s, grid: {points: 7}}]\n"
                        "record: {every: 1, series: [price]}\n",
                        rule, k, rule);
        run[k] = complete_run(&fixture[k], 0);
    }
    for (size_t t = 0; t < 300; t++)
        for (size_t j = 0; j < 2; j++)
            assert_close(recorded(&fixture[0], run[0], "price", t)[j],
                         recorded(&fixture[1], run[1], "price", t)[j]);
    for (int k = 0; k < 2; k++) {
        bt_run_destroy(run[k]);
        close_experiment(&fixture[k]);
    }
}

static void counterfactuals_are_the_same_on_the_short_cut(void **state)
{
    (void)state;
    check_both_ways("hedge");
    check_both_ways("regret_matching");
    check_both_ways("fictitious_play");
    check_both_ways("grid_best_response");
}

/* The most that a grid up to 2 earns, of two products with costs .5 and 1, each of 10
 * buyers, after fees of 10% and .05. */
static void rewards_are_in_units_of_the_largest_margin(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: ucb1", 3, 1, 1);
    assert_close(lone.bandit->reward_unit, 1);
    const uint32_t own_product[] = {0, 1};
    const double own_cost[] = {1, 0.5};
    lone.setting.n_own = 2;
    lone.setting.own_product = own_product;
    lone.setting.own_cost = own_cost;
    lone.setting.market_size = 10;
    lone.setting.fee_ad_valorem = 0.1;
    lone.setting.fee_per_unit = 0.05;
    const bt_option low = {.chosen = -1, .value = 0.1}, high = {.chosen = -1, .value = 2};
    bt_grid_bandit_parameters chosen = {.grid = {3, 0, low, high}};
    void *self;
    assert_int_equal(
        bt_grid_bandit_create(sizeof(bt_grid_bandit), &chosen, &lone.setting, &self, NULL),
        BT_OK);
    assert_close(((bt_grid_bandit *)self)->reward_unit, 10 * (2 * 0.9 - 0.05 - 0.5));
    chosen.reward_unit = (bt_option){.chosen = -1, .value = 0.25};
    assert_int_equal(
        bt_grid_bandit_create(sizeof(bt_grid_bandit), &chosen, &lone.setting, &self, NULL),
        BT_OK);
    assert_close(((bt_grid_bandit *)self)->reward_unit, 0.25);
    close_lone_seller(&lone);
}

static void a_grid_without_profit_is_refused(void **state)
{
    (void)state;
    experiment_fixture fixture;
    read_experiment(&fixture,
                    TWO_SELLERS "sellers: [{name: s1, policy: exp3, grid: {low: 0, high: 1}},"
                                "          {name: s2, policy: fixed, price: 1}]\n");
    bt_error error;
    bt_status status = bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error);
    assert_int_equal(status, BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "no price of its grid is above cost"));
    fixture.point = NULL;
    close_experiment(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties_are_broken_at_random_or_downwards),
        cmocka_unit_test(prices_are_first_tried_in_a_random_order),
        cmocka_unit_test(a_saved_run_goes_on_as_if_nothing_had_happened),
        cmocka_unit_test(all_rules_price_several_products_on_any_clock),
        cmocka_unit_test(counterfactuals_are_the_same_on_the_short_cut),
        cmocka_unit_test(rewards_are_in_units_of_the_largest_margin),
        cmocka_unit_test(a_grid_without_profit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
