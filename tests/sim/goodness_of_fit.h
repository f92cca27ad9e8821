/*
 * Goodness of fit, for tests of random draws.
 *
 * Seeds are fixed, so a test that passes once passes always. Its bound still has to be
 * one that a right generator almost never exceeds: ALARM_RATE is that probability for
 * each statistic, over the choice of the seed.
 */
#ifndef BT_TESTS_GOODNESS_OF_FIT_H
#define BT_TESTS_GOODNESS_OF_FIT_H

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#define ALARM_RATE 1e-6

static inline int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The probability under the hypothesis of a Kolmogorov-Smirnov distance at least as
 * large as that of probability[count], the distribution function at each draw. Sorts
 * its argument. Asymptotic series with Stephens' (1970) correction for the size. */
static inline double kolmogorov_smirnov_p_value(double *probability, size_t count)
{
    qsort(probability, count, sizeof(*probability), compare_doubles);
    double n = (double)count;
    double distance = 0;
    for (size_t i = 0; i < count; i++) {
        distance = fmax(distance, probability[i] - (double)i / n);
        distance = fmax(distance, (double)(i + 1) / n - probability[i]);
    }
    double scaled = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * distance;
    if (scaled < 0.3)
        return 1;
    double sum = 0;
    for (int k = 1; k <= 100; k++)
        sum += (k % 2 == 1 ? 2 : -2) * exp(-2.0 * k * k * scaled * scaled);
    return sum;
}

/* Pearson's test that `observed` [cells] comes from a uniform distribution. */
static inline double uniform_cells_p_value(const size_t *observed, size_t cells)
{
    size_t total = 0;
    for (size_t i = 0; i < cells; i++)
        total += observed[i];
    double expected = (double)total / (double)cells;
    double statistic = 0;
    for (size_t i = 0; i < cells; i++) {
        double excess = (double)observed[i] - expected;
        statistic += excess * excess / expected;
    }
    return gsl_cdf_chisq_Q(statistic, (double)(cells - 1));
}

/* Pearson's test that `observed` [cells] has the expectations `expected` [cells], of the
 * same total. Cells that expect fewer than five are taken together. */
static inline double expected_cells_p_value(const size_t *observed, const double *expected,
                                            size_t cells)
{
    double statistic = 0, rare_observed = 0, rare_expected = 0;
    size_t used = 0;
    for (size_t i = 0; i < cells; i++) {
        if (expected[i] < 5) {
            rare_observed += (double)observed[i];
            rare_expected += expected[i];
            continue;
        }
        double excess = (double)observed[i] - expected[i];
        statistic += excess * excess / expected[i];
        used++;
    }
    if (rare_expected >= 5) {
        double excess = rare_observed - rare_expected;
        statistic += excess * excess / rare_expected;
        used++;
    }
    return used < 2 ? 1 : gsl_cdf_chisq_Q(statistic, (double)(used - 1));
}

/* The two-sided probability of a standard normal statistic. */
static inline double normal_p_value(double z)
{
    return 2 * gsl_cdf_ugaussian_Q(fabs(z));
}

#endif
