/*
 * How fast squared distances to Bertrand-Nash fall: the slope of the logarithm of their mean
 * over runs against that of time, at times of equal ratios, with a jackknife interval.
 */
#ifndef BT_TESTS_RATES_H
#define BT_TESTS_RATES_H

#include <gsl/gsl_fit.h>

#include "tests/experiment_fixture.h"
#include "tests/validation/acceptance.h"

enum { RATE_RECORDS = 2048, RATE_FIRST = 16, RATE_TIMES = 8, RATE_MAX_RUNS = 60 };

/* Prices are recorded RATE_RECORDS times; distances are taken at records 16, 32, ... 2048. */
typedef struct rate_sample {
    size_t n_runs;
    double distance[RATE_MAX_RUNS][RATE_TIMES];
    double slope;
    double half_width; /* 95% */
    double last;       /* mean squared distance at the end */
} rate_sample;

static inline size_t rate_record(size_t k)
{
    return (size_t)RATE_FIRST << k;
}

static inline double rate_without(const rate_sample *rates, size_t left_out)
{
    double x[RATE_TIMES], y[RATE_TIMES], c0, slope, c00, c01, c11, residual;
    for (size_t k = 0; k < RATE_TIMES; k++) {
        double sum = 0;
        for (size_t r = 0; r < rates->n_runs; r++)
            sum += r == left_out ? 0 : rates->distance[r][k];
        x[k] = log((double)rate_record(k));
        y[k] = log(sum);
    }
    gsl_fit_linear(x, 1, y, 1, RATE_TIMES, &c0, &slope, &c00, &c01, &c11, &residual);
    return slope;
}

static inline void rate_fit(rate_sample *rates)
{
    double n = (double)rates->n_runs, mean = 0, square = 0;
    double slope[RATE_MAX_RUNS];
    rates->slope = rate_without(rates, rates->n_runs);
    rates->last = 0;
    for (size_t r = 0; r < rates->n_runs; r++) {
        slope[r] = rate_without(rates, r);
        mean += slope[r] / n;
        rates->last += rates->distance[r][RATE_TIMES - 1] / n;
    }
    for (size_t r = 0; r < rates->n_runs; r++)
        square += (slope[r] - mean) * (slope[r] - mean);
    rates->half_width = n > 1 ? 1.96 * sqrt(square * (n - 1) / n) : 0;
}

/* Both sellers of Calvano's market follow `rule` (a policy and its settings). `value`: "last",
 * or "mean" of the periods between two records, for rules that try prices around the one that
 * they learn. */
static inline void rate_measure(rate_sample *rates, const char *rule, const char *buyers,
                                const char *value, long periods, size_t n_runs)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    "format: 1\nname: rates\nseed: 2026\n" CALVANO_MARKET
                    "horizon: {periods: %ld}\n"
                    "sellers: [{name: s1, policy: %s}, {name: s2, policy: %s}]\n"
                    "buyers: {type: %s}\n"
                    "record: {every: %ld, value: %s, series: [price]}\n",
                    periods, rule, rule, buyers, periods / RATE_RECORDS, value);
    const double *nash = benchmark(&fixture, "nash_price");
    rates->n_runs = n_runs;
    for (size_t r = 0; r < n_runs; r++) {
        bt_run *run = complete_run(&fixture, r);
        for (size_t k = 0; k < RATE_TIMES; k++) {
            const double *price = recorded(&fixture, run, "price", rate_record(k) - 1);
            rates->distance[r][k] = (price[0] - nash[0]) * (price[0] - nash[0]) +
                                    (price[1] - nash[1]) * (price[1] - nash[1]);
        }
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
    rate_fit(rates);
}

#endif
