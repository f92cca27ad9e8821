/*
 * Rates at which bandit gradient rules come to Bertrand-Nash: the duopoly of Calvano et al.
 * (2020), prices in [1.2, 2.2], a million periods. Each line: the slope of the mean squared
 * distance on log-log axes with a jackknife interval, and the distance at the end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/validation/rates.h"

#define RULE "gradient, low: 1.2, high: 2.2, step: 0.5, "
#define EXACT "expected"
#define ONE_BUYER "logit, population: 1"

enum { PERIODS = 1 << 20 };

typedef struct table_row {
    const char *name;
    const char *settings;
    const char *buyers;
    size_t n_runs;
    double low;
    double high;
} table_row;

static bool judge_row(const table_row *row)
{
    static rate_sample rates;
    char rule[256], name[128];
    snprintf(rule, sizeof(rule), RULE "%s", row->settings);
    rate_measure(&rates, rule, row->buyers, "mean", PERIODS, row->n_runs);
    snprintf(name, sizeof(name), "B8 %s, mse %.2g", row->name, rates.last);
    return judge_interval(name, row->low, row->high, rates.slope,
                          rates.slope - rates.half_width, rates.slope + rates.half_width);
}

#define ONE_POINT "method: one_point, baseline: none, perturbation: 0.5"
#define BASELINE "method: one_point, perturbation: 0.5"
#define RESIDUAL "method: residual, perturbation: 0.5"
#define TWO_POINT(trial) "method: two_point, perturbation: " trial

static void b8_slopes_of_gradient_rules(void **state)
{
    (void)state;
    size_t n_missed = 0;
    const table_row binding[] = {
        {"one point, M=0 (-.43)", ONE_POINT, EXACT, 40, -0.55, -0.30},
        {"one point, M=1 (-.36)", ONE_POINT, ONE_BUYER, 30, -0.55, -0.30},
        {"two points, M=0 (-.98)", TWO_POINT("0.1"), EXACT, 30, -1.1, -0.85},
        {"two points, M=1 (-.54)", TWO_POINT("0.2"), ONE_BUYER, 30, -0.7, -0.4},
    };
    const table_row others[] = {
        {"running mean, M=0 (-.70)", BASELINE, EXACT, 40, -0.85, -0.55},
        {"running mean, M=1 (-.45)", BASELINE, ONE_BUYER, 30, -0.6, -0.3},
        {"residual, M=0 (-.49)", RESIDUAL, EXACT, 40, -0.64, -0.34},
        {"residual, M=1 (-.61)", RESIDUAL, ONE_BUYER, 30, -0.76, -0.46},
    };
    for (size_t k = 0; k < sizeof(binding) / sizeof(binding[0]); k++)
        n_missed += !judge_row(&binding[k]);
    for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
        judge_row(&others[k]);
    assert_int_equal(n_missed, 0);
}

/* ---- demand estimated from the own price ---- */

/* Profit gains over the last tenth of 300,000 periods, and the slope of the squared distance:
 * the reference gives means over few seeds of outcomes that depend on the path. Whether the
 * distance rises or falls with one buyer a period is within the noise: printed only. */
static bool judge_dithered(const char *name, const char *rule, const char *buyers, double gain,
                           double slope)
{
    enum { N_RUNS = 12 };
    static rate_sample rates;
    experiment_fixture fixture;
    sample gains = {.count = N_RUNS};
    char line[128];
    open_experiment(&fixture,
                    "format: 1\nname: dither\nseed: 2026\n" CALVANO_MARKET
                    "horizon: {periods: 300000}\n"
                    "sellers: [{name: s1, policy: %s}, {name: s2, policy: %s}]\n"
                    "buyers: {type: %s}\nrecord: {every: 30000, series: [profit_gain]}\n",
                    rule, rule, buyers);
    for (size_t r = 0; r < N_RUNS; r++) {
        bt_run *run = complete_run(&fixture, r);
        gains.value[r] = recorded(&fixture, run, "profit_gain", 9)[0];
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
    snprintf(line, sizeof(line), "B14 %s (%.2f)", name, gain);
    bool is_met = judge(line, gain - 0.2, gain + 0.2, &gains);
    rate_measure(&rates, rule, buyers, "mean", 1 << 18, N_RUNS);
    snprintf(line, sizeof(line), "B14 %s, slope%s", name, slope < 0 ? "" : " (rises)");
    bool is_rate_met = judge_interval(
        line, slope < 0 ? slope - 0.2 : 0, slope < 0 ? slope + 0.2 : 1, rates.slope,
        rates.slope - rates.half_width, rates.slope + rates.half_width);
    return is_met && (is_rate_met || slope > 0);
}

static void b14_dithered_estimates(void **state)
{
    (void)state;
    const char *ols = "ols_pricing, low: 1.2, high: 2.2";
    const char *mle = "logit_mle_pricing, low: 1.2, high: 2.2";
    assert_true(judge_dithered("least squares, M=0", ols, EXACT, .16, -.24));
    assert_true(judge_dithered("least squares, M=1", ols, ONE_BUYER, .24, 1));
    assert_true(judge_dithered("logit likelihood, M=0", mle, EXACT, .09, -.28));
    assert_true(judge_dithered("logit likelihood, M=1", mle, ONE_BUYER, .29, 1));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b8_slopes_of_gradient_rules),
        cmocka_unit_test(b14_dithered_estimates),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
