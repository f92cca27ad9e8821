/*
 * Learning to bid in repeated second-price auctions: regret against bidding the mean value
 * (0.5, Bernoulli) of Weed, Perchet and Rigollet's (2016) rules, beside figures of a
 * throw-away program over 60 runs each. Lines of those figures are met within three
 * standard errors, ours and theirs together (theirs taken to be as large as ours): a false
 * alarm in one line of 370.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_sort.h>

#include "tests/experiment_fixture.h"
#include "tests/validation/acceptance.h"

enum { RUNS = 60 };

#define GAP "{law: points, points: [0.2, 0.9]}"
#define ANYWHERE "{law: uniform}"
#define NEARBY "{law: uniform, low: 0.45, high: 0.55}"

static void sample_regret(const char *policy, const char *value, const char *rivals, int rounds,
                          const char *outcome, size_t runs, sample *regret)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    "format: 1\nname: auctions\nseed: 2016\nhorizon: {periods: %d}\n"
                    "market: {type: auction, rivals: %s}\n"
                    "sellers: [{name: house, policy: fixed, price: 0}]\n"
                    "bidders: [{name: b, policy: %s, value: %s}]\n"
                    "record: {every: %d, series: [profit]}\n",
                    rounds, rivals, policy, value, rounds);
    regret->count = runs;
    for (size_t r = 0; r < runs; r++) {
        bt_run *run = complete_run(&fixture, r);
        regret->value[r] = real_outcome(&fixture, run, outcome);
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
}

static void sample_ucbid(const char *rivals, int rounds, sample *regret)
{
    sample_regret("ucbid", "{mean: 0.5}", rivals, rounds, "total_regret", RUNS, regret);
}

/* No rival bid lies between 0.2 and 0.9: regret stops growing. */
static void b12_ucbid_with_a_gap(void **state)
{
    (void)state;
    bool met = true;
    sample regret;
    sample_ucbid(GAP, 1024, &regret);
    met &= judge("B12 UCBid, m in {.2, .9}, T = 1,024", 6.5, 8.5, &regret);
    sample_ucbid(GAP, 65536, &regret);
    met &= judge("B12 UCBid, m in {.2, .9}, T = 65,536", 6.5, 8.5, &regret);
    assert_true(met);
}

/* How regret grows: the slope of its logarithm, with its 95% interval. */
static bool judge_exponent(const char *name, double low, double high, const sample *few,
                           const sample *many, double growth)
{
    double slope = log(sample_mean(many) / sample_mean(few)) / log(growth);
    double error = hypot(sample_standard_error(few) / sample_mean(few),
                         sample_standard_error(many) / sample_mean(many)) /
                   log(growth);
    return judge_interval(name, low, high, slope, slope - 1.96 * error, slope + 1.96 * error);
}

typedef struct growth {
    const char *rivals;
    const char *name;
    double regret[4]; /* at T = 1,024, 4,096, 16,384, 65,536 */
    double exponent;
} growth;

static void b12_ucbid_growth(void **state)
{
    (void)state;
    static const growth rows[] = {
        {ANYWHERE, "m ~ U[0, 1]", {20.4, 32.6, 48.4, 67.3}, 0.29},
        {NEARBY, "m ~ U[.45, .55]", {12.9, 50.9, 148, 276}, 0.74},
    };
    bool met = true;
    for (size_t k = 0; k < 2; k++) {
        sample regret[4];
        for (size_t i = 0; i < 4; i++) {
            char name[64];
            int rounds = 1024 << (2 * i);
            sample_ucbid(rows[k].rivals, rounds, &regret[i]);
            double allowed = 3 * sqrt(2) * sample_standard_error(&regret[i]) + 0.05;
            snprintf(name, sizeof(name), "B12 UCBid, %s, T = %d", rows[k].name, rounds);
            met &= judge(name, rows[k].regret[i] - allowed, rows[k].regret[i] + allowed,
                         &regret[i]);
        }
        char name[64];
        snprintf(name, sizeof(name), "B12 UCBid, %s, exponent", rows[k].name);
        met &= judge_exponent(name, rows[k].exponent - 0.05, rows[k].exponent + 0.05,
                              &regret[0], &regret[3], 64);
        double bound = 2 * sqrt(6 * 65536 * log(65536));
        snprintf(name, sizeof(name), "B12 UCBid, %s, bound 2 sqrt(6 T ln T)", rows[k].name);
        met &= judge(name, 0, bound, &regret[3]);
    }
    assert_true(met);
}

/* ---- adversarial rules: bounds ---- */

/* Width of the narrowest interval of best bids against values and rivals in turn. */
static double best_width(const double *value, size_t n_values, const double *rival,
                         size_t n_rivals)
{
    double edge[64], best = -INFINITY, width = 1;
    size_t n_edges = n_rivals;
    memcpy(edge, rival, n_rivals * sizeof(double));
    edge[n_edges++] = 0;
    edge[n_edges++] = 1;
    gsl_sort(edge, 1, n_edges);
    for (size_t k = 0; k + 1 < n_edges; k++) {
        double gain = 0;
        for (size_t t = 0; t < n_values * n_rivals; t++)
            if (rival[t % n_rivals] <= edge[k])
                gain += value[t % n_values] - rival[t % n_rivals];
        if (edge[k + 1] == edge[k] || gain < best - 1e-9)
            continue;
        width = gain > best + 1e-9 ? edge[k + 1] - edge[k] : fmin(width, edge[k + 1] - edge[k]);
        best = fmax(best, gain);
    }
    return width;
}

static void b12_exp_tree_bound(void **state)
{
    (void)state;
    bool met = true;
    sample regret;
    for (int rounds = 4096; rounds <= 65536; rounds *= 16) {
        char name[80];
        snprintf(name, sizeof(name), "B12 ExpTree, m in {.2, .9}, T = %d, under its bound",
                 rounds);
        sample_regret("exp_tree, width: 0.7", "{mean: 0.5}", GAP, rounds, "hindsight_regret",
                      20, &regret);
        met &= judge(name, -INFINITY, 4 * sqrt(rounds * -log(0.7)), &regret);
    }
    const double value[] = {0.9, 0.1, 0.6}, rival[] = {0.7, 0.2, 0.45, 0.5, 0.35};
    double width = best_width(value, 3, rival, 5);
    char policy[64];
    snprintf(policy, sizeof(policy), "exp_tree, width: %.17g", width);
    sample_regret(policy, "{law: sequence, points: [0.9, 0.1, 0.6]}",
                  "{law: sequence, points: [0.7, 0.2, 0.45, 0.5, 0.35]}", 16384,
                  "hindsight_regret", 20, &regret);
    met &= judge("B12 ExpTree, numbers in turn, under its bound", -INFINITY,
                 4 * sqrt(16384 * -log(width)), &regret);
    sample_regret("win_exp", "{law: sequence, points: [0.9, 0.1, 0.6]}",
                  "{law: sequence, points: [0.7, 0.2, 0.45, 0.5, 0.35]}", 16384,
                  "hindsight_regret", 20, &regret);
    met &= judge("B12 WIN-EXP, numbers in turn, under its bound", -INFINITY,
                 4 * sqrt(16384 * log(101)), &regret);
    assert_true(met);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b12_ucbid_with_a_gap),
        cmocka_unit_test(b12_ucbid_growth),
        cmocka_unit_test(b12_exp_tree_bound),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
