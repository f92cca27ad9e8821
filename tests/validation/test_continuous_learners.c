/*
 * Learners of continuous prices against reference figures, in the duopoly of Calvano et al.
 * (2020) with prices in [1.2, 2.2].
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/validation/rates.h"

#define HEAD "format: 1\nname: reference\nseed: 2026\n" CALVANO_MARKET
#define BOX "low: 1.2, high: 2.2"

/* ---- derivative followers ---- */

/* Profit gains over the second half of 100,000 periods. */
static void sample_derivative_followers(const char *buyers, sample *gains)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "horizon: {periods: 100000}\n"
                         "sellers: [{name: s1, policy: derivative_follower, " BOX "},"
                         "          {name: s2, policy: derivative_follower, " BOX "}]\n"
                         "buyers: {type: %s}\n"
                         "record: {every: 50000, series: [profit_gain]}\n",
                    buyers);
    gains->count = 20;
    for (size_t r = 0; r < gains->count; r++) {
        bt_run *run = complete_run(&fixture, r);
        gains->value[r] = recorded(&fixture, run, "profit_gain", 1)[0];
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
}

/* Exact profits tell it to stay high, with the other; few buyers leave it no trace of that.
 * The reference's .963, .11 and -.08 come of steps between .01 and .02. */
static void b7_derivative_followers(void **state)
{
    (void)state;
    sample exact, hundred, one;
    sample_derivative_followers("expected", &exact);
    sample_derivative_followers("logit, population: 100", &hundred);
    sample_derivative_followers("logit, population: 1", &one);
    assert_true(judge("B7 derivative followers, M=0", 0.93, 1, &exact));
    assert_true(judge("B7 derivative followers, M=1", -INFINITY, 0.1, &one));
    assert_true(judge("B7 derivative followers, M=100 (.11)", 0.05, 0.17, &hundred));
}

/* ---- gradient ascent ---- */

/* lambda of the symmetric duopoly: (q / mu) (1 - rho), rho = (n - 1) q^2 / (1 - q). */
static double slowest_eigenvalue(void)
{
    experiment_fixture fixture;
    open_experiment(&fixture, HEAD "horizon: {periods: 1}\n"
                                   "sellers: [{name: s1, policy: fixed, price: nash},"
                                   "          {name: s2, policy: fixed, price: nash}]\n");
    double q = benchmark(&fixture, "nash_share")[0];
    close_experiment(&fixture);
    return q / 0.25 * (1 - q * q / (1 - q));
}

static void a6_online_gradient_ascent(void **state)
{
    (void)state;
    static rate_sample rates;
    double rate = 2 * slowest_eigenvalue();
    char name[80];
    for (double g = 1; g <= 2; g++) {
        char rule[128];
        snprintf(rule, sizeof(rule), "oga, " BOX ", step: %g, step_exponent: 1", g);
        rate_measure(&rates, rule, "expected", "last", 40960, 3);
        snprintf(name, sizeof(name), "A6 gradient ascent, steps %g/t: slope -%g lambda", g,
                 2 * g);
        assert_true(judge_interval(name, -g * rate - 0.02, -g * rate + 0.02, rates.slope,
                                   rates.slope - rates.half_width,
                                   rates.slope + rates.half_width));
    }
    rate_measure(&rates, "oga, " BOX, "expected", "last", 2048, 3);
    assert_true(judge_exact("A6 gradient ascent, steps .2: squared distance at the end", 0,
                            1e-20, rates.last));
}

/* ---- buyers who remember prices ---- */

/* Final prices of two sellers who climb the logarithm of profit. */
static void sample_remembered(const char *effect, const char *steps, sample *price,
                              double *lowest, double *highest)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    "format: 1\nname: reference\nseed: 2026\nhorizon: {periods: 100000}\n"
                    "market:\n  type: posted_price\n"
                    "  demand: {scale: 0.25, reference_price: {%s}}\n"
                    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
                    "             {name: B, seller: s2, quality: 2, cost: 1}]\n"
                    "sellers: [{name: s1, policy: opga, %s, " BOX
                    "}, {name: s2, policy: opga, %s, " BOX "}]\n"
                    "record: {every: 100000, value: last, series: [price]}\n",
                    effect, steps, steps);
    *lowest = benchmark(&fixture, "lowest_stationary_price")[0];
    *highest = benchmark(&fixture, "nash_price")[0];
    price->count = 10;
    for (size_t r = 0; r < price->count; r++) {
        bt_run *run = complete_run(&fixture, r);
        price->value[r] = recorded(&fixture, run, "price", 0)[0];
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
}

static void a7_ascent_of_log_profit_with_reference_prices(void **state)
{
    (void)state;
    sample price;
    double lowest, highest;
    sample_remembered("sensitivity: 0.3", "step: 0.02", &price, &lowest, &highest);
    assert_true(judge_exact("A7 stationary price, gamma=.3", 1.37028, 5e-6, highest));
    assert_true(judge("A7 log-profit ascent, gamma=.3", 1.370275, 1.370285, &price));
    sample_remembered("sensitivity: 0.3", "step: 0.5, step_exponent: 1", &price, &lowest,
                      &highest);
    assert_true(judge("A7 the same, steps .5/t", 1.370275, 1.370285, &price));
    sample_remembered("sensitivity: 0.3, loss_aversion: 2", "step: 0.5, step_exponent: 1",
                      &price, &lowest, &highest);
    assert_true(judge("A7 the same, losses twice as strong (set of prices)", lowest - 1e-4,
                      highest + 1e-4, &price));
}

/* ---- misspecified demand ---- */

/* Profit gains 20,000 periods after explorations of 2,000. */
static void sample_explorers(const char *first, const char *second, const char *buyers,
                             sample *gains)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD
                    "horizon: {periods: 20000}\n"
                    "sellers: [{name: s1, policy: explore_then_exploit, low: 1, high: 3, %s},"
                    "          {name: s2, policy: explore_then_exploit, low: 1, high: 3, %s}]\n"
                    "buyers: {type: %s}\n"
                    "record: {every: 1000, series: [profit_gain]}\n",
                    first, second, buyers);
    gains->count = 20;
    for (size_t r = 0; r < gains->count; r++) {
        bt_run *run = complete_run(&fixture, r);
        gains->value[r] = recorded(&fixture, run, "profit_gain", 19)[0];
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
}

#define HIGH "explore_low: 1.55, explore_high: 1.95"
#define LOW "explore_low: 1.15, explore_high: 1.40"
#define STRADDLING "explore_low: 1.25, explore_high: 1.70"
#define WIDE "explore_low: 1, explore_high: 2.5"
#define IDENTICAL ", draws: identical"

static void b14_misspecified_explorers(void **state)
{
    (void)state;
    sample gains;
    sample_explorers(HIGH IDENTICAL, HIGH IDENTICAL, "expected", &gains);
    assert_true(judge("B14 identical draws (.96)", 0.9, 1, &gains));
    sample_explorers(LOW, HIGH, "expected", &gains);
    assert_true(judge("B14 opposite sides of Nash (-.24)", -1, 0, &gains));
    sample_explorers(HIGH, HIGH, "expected", &gains);
    assert_true(judge("B14 both above (.62)", 0.6, 0.65, &gains));
    sample_explorers(HIGH, HIGH, "logit, population: 10", &gains);
    assert_true(judge("B14 both above, M=10 (similar)", 0.5, 0.75, &gains));
    sample_explorers(LOW, LOW, "expected", &gains);
    assert_true(judge("B14 both below (.79)", 0.77, 0.81, &gains));
    sample_explorers(WIDE, WIDE, "expected", &gains);
    assert_true(judge("B14 wide range (.72)", 0.68, 0.76, &gains));
    sample_explorers(STRADDLING, STRADDLING, "expected", &gains);
    assert_true(judge("B14 straddling, two outcomes (.56)", 0.3, 0.9, &gains));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a6_online_gradient_ascent),
        cmocka_unit_test(a7_ascent_of_log_profit_with_reference_prices),
        cmocka_unit_test(b7_derivative_followers),
        cmocka_unit_test(b14_misspecified_explorers),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
