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
#define TWO_POINT "method: two_point, perturbation: 0.2"

static void b8_slopes_of_gradient_rules(void **state)
{
    (void)state;
    size_t n_missed = 0;
    const table_row binding[] = {
        {"one point, M=0 (-.43)", ONE_POINT, EXACT, 40, -0.55, -0.30},
        {"one point, M=1 (-.36)", ONE_POINT, ONE_BUYER, 30, -0.55, -0.30},
        {"two points, M=0 (-.98)", TWO_POINT, EXACT, 40, -1.1, -0.85},
        {"two points, M=1 (-.54)", TWO_POINT, ONE_BUYER, 30, -0.7, -0.4},
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b8_slopes_of_gradient_rules),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
