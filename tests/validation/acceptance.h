/*
 * Acceptance figures: a result beside its target, with interval and verdict, one line each.
 *
 *     B8 one-point, slope   target [-0.55, -0.3]  result -0.43  interval [-0.47, -0.39]  met
 *
 * The name starts with the figure's (A1, B15, ...), and the test function's with the same
 * in lower case (`b8_slopes_of_gradient_learners`), so that tests/acceptance.py finds it.
 */
#ifndef BT_TESTS_ACCEPTANCE_H
#define BT_TESTS_ACCEPTANCE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <gsl/gsl_statistics_double.h>

enum { ACCEPTANCE_MAX_RUNS = 200 };

typedef struct sample {
    double value[ACCEPTANCE_MAX_RUNS];
    size_t count;
} sample;

static inline double sample_mean(const sample *of)
{
    return gsl_stats_mean(of->value, 1, of->count);
}

static inline double sample_deviation(const sample *of)
{
    return of->count > 1 ? gsl_stats_sd(of->value, 1, of->count) : 0;
}

static inline double sample_standard_error(const sample *of)
{
    return sample_deviation(of) / sqrt((double)of->count);
}

/* Prints the line of a figure with an interval of your own, and says whether it is met. */
static inline bool judge_interval(const char *name, double low, double high, double result,
                                  double interval_low, double interval_high)
{
    bool is_met = result >= low && result <= high;
    printf("%-52s target [%.6g, %.6g]  result %.6g  interval [%.6g, %.6g]  %s\n", name, low,
           high, result, interval_low, interval_high, is_met ? "met" : "NOT MET");
    fflush(stdout);
    return is_met;
}

/* The mean of independent runs, with its 95% interval. */
static inline bool judge(const char *name, double low, double high, const sample *of)
{
    double mean = sample_mean(of), half = 1.96 * sample_standard_error(of);
    return judge_interval(name, low, high, mean, mean - half, mean + half);
}

/* A figure without sampling error. */
static inline bool judge_exact(const char *name, double target, double tolerance, double result)
{
    bool is_met = fabs(result - target) <= tolerance;
    printf("%-52s target %.12g +/- %.3g  result %.12g  %s\n", name, target, tolerance, result,
           is_met ? "met" : "NOT MET");
    fflush(stdout);
    return is_met;
}

/* cmocka_run_group_tests, or only the tests whose name matches the command's argument. */
#define RUN_ACCEPTANCE_TESTS(tests, argc, argv)                                                \
    (cmocka_set_test_filter((argc) > 1 ? (argv)[1] : NULL),                                    \
     cmocka_run_group_tests(tests, NULL, NULL))

#endif
