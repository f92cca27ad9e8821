/*
 * The shopbot settings of Greenwald and Kephart, for acceptance figures.
 *
 * IJCAI99: five sellers, v = 1, c = 0.5, a quarter of the buyers sees one seller, quantum
 * 0.002, a thousand buyers at rate 0.001 and sellers at rate 0.00002 a step, 1e8 steps: in
 * days of 50,000 steps, 50,000 buyers and one move of each seller a day, 2,000 days.
 * EC99: two sellers, values uniform on [0, 1], c = 0.
 */
#ifndef BT_TESTS_SHOPBOTS_H
#define BT_TESTS_SHOPBOTS_H

#include "tests/experiment_fixture.h"
#include "tests/validation/acceptance.h"

#define IJCAI99 "value: 1, cost: 0.5, compares: [0.25], quantum: 0.002"
#define EC99 "values: uniform, compares: [0.25], quantum: 0.002"

enum { MOST_SHOPBOT_SELLERS = 8 };

/* One seller of the first policy, the others of the second. */
static inline void open_shopbots(experiment_fixture *fixture, const char *market,
                                 const char *horizon, size_t n_sellers, const char *first,
                                 const char *others)
{
    open_experiment(
        fixture,
        "format: 1\nname: shopbots\nseed: 1999\nhorizon: %s\n"
        "market: {type: shopbot, %s}\n"
        "sellers: [{name: s1, policy: %s}, {name: other#, count: %zu, policy: %s}]\n"
        "record: {every: 1000, series: [price]}\n",
        horizon, market, first, n_sellers - 1, others);
}

/* An outcome of runs: of the first seller, and the mean of the others. */
static inline void sample_shopbots(const experiment_fixture *fixture, const char *outcome,
                                   size_t runs, sample *first, sample *others)
{
    size_t n_sellers = bt_point_layout(fixture->point)->n_sellers;
    first->count = others->count = runs;
    for (size_t r = 0; r < runs; r++) {
        double value[MOST_SHOPBOT_SELLERS];
        bt_run *run = complete_run(fixture, r);
        read_outcome(fixture, run, outcome, value);
        first->value[r] = value[0];
        others->value[r] = gsl_stats_mean(value + 1, 1, n_sellers - 1);
        bt_run_destroy(run);
    }
}

/* All sellers of one policy, which earn alike: their mean. */
static inline void sample_alike(const char *market, const char *horizon, size_t n_sellers,
                                const char *policy, const char *outcome, size_t runs,
                                sample *mean)
{
    experiment_fixture fixture;
    sample first, others;
    open_shopbots(&fixture, market, horizon, n_sellers, policy, policy);
    sample_shopbots(&fixture, outcome, runs, &first, &others);
    mean->count = runs;
    for (size_t r = 0; r < runs; r++)
        mean->value[r] =
            (first.value[r] + (double)(n_sellers - 1) * others.value[r]) / (double)n_sellers;
    close_experiment(&fixture);
}

#endif
