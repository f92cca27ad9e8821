/*
 * Published profit gains of Q-learners (Calvano, Calzolari, Denicolo and Pastorello,
 * American Economic Review 110(10), 2020): more sellers, unequal costs, finer grids. With
 * our own streams, so that means agree within sampling error: three standard errors of the
 * sessions run here and the thousand published (false alarm 0.3% each, seeds are fixed).
 *
 * With unequal costs the published figure is the ratio of means, (mean profit - mean Nash
 * profit) / (mean joint profit - mean Nash profit), which is the outcome `delta`. It
 * cannot be the mean of the firms' own gains: the costlier firm earns less under joint
 * profit than under Nash from a cost difference of about 0.5 on, and that mean is then
 * far outside [0, 1] (printed beside).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/experiment_fixture.h"

enum { PUBLISHED_SESSIONS = 1000, MOST_SELLERS = 4 };

typedef struct published {
    int n_sellers;
    double second_cost;
    int points;
    double delta;
    int n_sessions;
} published;

static const published table[] = {
    {2, 1, 15, 0.849, 200},     {2, 0.875, 15, 0.841, 200}, {2, 0.75, 15, 0.812, 200},
    {2, 0.625, 15, 0.781, 200}, {2, 0.5, 15, 0.759, 200},   {2, 0.25, 15, 0.713, 200},
    {3, 1, 15, 0.64, 60},       {4, 1, 15, 0.56, 12},       {2, 1, 50, 0.709, 24},
    {2, 1, 100, 0.704, 12},
};
enum { N_CASES = sizeof(table) / sizeof(table[0]) };

static void open_case(experiment_fixture *fixture, const published *one)
{
    char products[512] = "", sellers[512] = "";
    for (int i = 0; i < one->n_sellers; i++) {
        sprintf(products + strlen(products),
                "    - {name: P%d, seller: s%d, quality: 2, cost: %g}\n", i, i,
                i == 1 ? one->second_cost : 1);
        sprintf(sellers + strlen(sellers),
                "  - {name: s%d, policy: q_learning, grid: {points: %d}}\n", i, one->points);
    }
    open_experiment(fixture,
                    "format: 1\nname: test\nseed: 2020\n"
                    "horizon: {periods: 100000000, until_stable: 100000}\n"
                    "market:\n"
                    "  type: posted_price\n"
                    "  demand: {scale: 0.25}\n"
                    "  products:\n%ssellers:\n%s"
                    "record: {every: 100000000, series: [price]}\n",
                    products, sellers);
}

static double mean_of_own_gains(const experiment_fixture *fixture, bt_run *run, int n_sellers)
{
    const double *nash = benchmark(fixture, "nash_profit");
    const double *joint = benchmark(fixture, "joint_profit");
    double profit[MOST_SELLERS], gain = 0;
    read_outcome(fixture, run, "final_profit", profit);
    for (int i = 0; i < n_sellers; i++)
        gain += (profit[i] - nash[i]) / (joint[i] - nash[i]) / n_sellers;
    return gain;
}

static void check_case(const published *one)
{
    experiment_fixture fixture;
    open_case(&fixture, one);
    double delta[256], own[256], mean = 0, mean_own = 0, square = 0;
    int n_converged = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : n_converged)
    for (int r = 0; r < one->n_sessions; r++) {
        bt_run *run = complete_run(&fixture, (uint64_t)r);
        delta[r] = real_outcome(&fixture, run, "delta");
        own[r] = mean_of_own_gains(&fixture, run, one->n_sellers);
        n_converged += (int)integer_outcome(&fixture, run, "converged");
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
    double n = one->n_sessions;
    for (int r = 0; r < one->n_sessions; r++) {
        mean += delta[r] / n;
        mean_own += own[r] / n;
    }
    for (int r = 0; r < one->n_sessions; r++)
        square += (delta[r] - mean) * (delta[r] - mean);
    double variance = square / (n - 1);
    double error = sqrt(variance / n + variance / PUBLISHED_SESSIONS);
    print_message("%d sellers, cost %g, %d prices: %.4f (standard error %.4f, %d sessions), "
                  "published %.3f; mean of own gains %.3f\n",
                  one->n_sellers, one->second_cost, one->points, mean, sqrt(variance / n),
                  one->n_sessions, one->delta, mean_own);
    assert_int_equal(n_converged, one->n_sessions);
    assert_true(fabs(mean - one->delta) <= 3 * error + 0.0005); /* three printed digits */
}

static void published_gains_are_met(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_CASES; k++)
        check_case(&table[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(published_gains_are_met)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
