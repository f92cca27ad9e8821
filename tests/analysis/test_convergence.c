/* How a run ended and how fast: against numbers worked out by hand, exact power laws,
 * published intervals and simulated coverage. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analysis/convergence.h"
#include "tests/analysis/near.h"

static void the_final_value_is_the_mean_of_the_last_records(void **state)
{
    (void)state;
    const double series[] = {9, 9, 9, 9, 9, 9, 9, 1, 2, 4, NAN, NAN};
    assert_int_equal(bt_recorded_length(series, 12, 1), 10);
    assert_near(bt_final_mean(series, 12, 1, 0.3), 7.0 / 3, 1e-15);
    assert_near(bt_final_mean(series, 12, 1, 0.1), 4, 0);
    assert_near(bt_final_mean(series, 12, 1, 0.01), 4, 0);
    assert_near(bt_final_mean(series, 12, 1, 1), 7, 1e-15);
    assert_near(bt_final_mean(series, 12, 1, 0.21), 7.0 / 3, 1e-15); /* 2.1 -> 3 */
}

static void elements_of_an_axis_stand_apart(void **state)
{
    (void)state;
    const double series[] = {1, 10, 2, 20, 3, NAN, NAN, NAN};
    assert_int_equal(bt_recorded_length(series, 4, 2), 3);
    assert_int_equal(bt_recorded_length(series + 1, 4, 2), 2);
    assert_near(bt_final_mean(series, 4, 2, 0.5), 2.5, 0);
    assert_near(bt_final_mean(series + 1, 4, 2, 0.5), 20, 0);
}

static void nothing_recorded_is_no_number(void **state)
{
    (void)state;
    const double series[] = {NAN, NAN};
    assert_int_equal(bt_recorded_length(series, 2, 1), 0);
    assert_true(isnan(bt_final_mean(series, 2, 1, 0.5)));
    assert_true(isnan(bt_final_mean(series, 0, 1, 0.5)));
    assert_true(isnan(bt_mean_of_numbers(series, 2, 1)));
}

static void a_run_stays_within_epsilon_from_its_last_excursion(void **state)
{
    (void)state;
    const double time[] = {10, 20, 30, 40, 50, 60};
    const double distance[] = {0.5, 0.01, 0.2, 0.05, 0.05, NAN};
    assert_near(bt_time_to_stay_within(time, distance, 6, 0.05), 40, 0);
    assert_near(bt_time_to_stay_within(time, distance, 6, 0.2), 20, 0);
    assert_near(bt_time_to_stay_within(time, distance, 6, 1), 10, 0);
    assert_true(isnan(bt_time_to_stay_within(time, distance, 6, 0.04)));
    assert_true(isnan(bt_time_to_stay_within(time, distance + 5, 1, 1)));
}

static void the_largest_relative_distance_counts(void **state)
{
    (void)state;
    const double price[] = {1.1, 1.6, NAN};
    const double nash[] = {1, 2, 3};
    assert_near(bt_largest_relative_distance(price, nash, 3), 0.2, 1e-15);
    assert_true(isnan(bt_largest_relative_distance(price + 2, nash + 2, 1)));
}

enum { RECORDS = 200 };

static void make_power_law(double slope, double *time, double *distance)
{
    for (int i = 0; i < RECORDS; i++) {
        time[i] = 1000.0 * (i + 1);
        distance[i] = 3 * pow(time[i], slope);
    }
}

static void exact_power_laws_are_recovered(void **state)
{
    (void)state;
    const double slopes[] = {-2, -1, -0.5, -0.25, 0, 0.5};
    double time[RECORDS];
    double distance[RECORDS];
    for (size_t i = 0; i < sizeof(slopes) / sizeof(slopes[0]); i++) {
        make_power_law(slopes[i], time, distance);
        double from = bt_fit_start(time, RECORDS);
        assert_near(from, sqrt(1000.0 * 200000.0), 1e-6);
        bt_power_law law = bt_fit_power_law(time, distance, RECORDS, from);
        assert_near(law.slope, slopes[i], 1e-12);
        assert_near(exp(law.intercept), 3, 1e-10);
        assert_near(law.first_time, 15000, 0);
        assert_near(law.last_time, 200000, 0);
        assert_int_equal(law.n, 186);
    }
}

static void a_fit_leaves_out_what_has_no_logarithm(void **state)
{
    (void)state;
    const double time[] = {0, 1, 2, 4, 8, 16};
    const double distance[] = {7, 1, 0, 0.25, NAN, 0.0625};
    bt_power_law law = bt_fit_power_law(time, distance, 6, 0);
    assert_int_equal(law.n, 3);
    assert_near(law.slope, -1, 1e-14);
    assert_true(isnan(bt_fit_power_law(time, distance, 4, 0).slope)); /* two records */
    const double same[] = {5, 5, 5};
    assert_true(isnan(bt_fit_power_law(same, (const double[]){1, 2, 3}, 3, 0).slope));
}

static void shares_have_wilsons_interval(void **state)
{
    (void)state;
    /* Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81/263, 15/148, 0/20,
     * 1/29; printed to four digits. */
    const struct {
        size_t n_true, n;
        double low, high;
    } published[] = {{81, 263, 0.2553, 0.3662},
                     {15, 148, 0.0624, 0.1605},
                     {0, 20, 0, 0.1611},
                     {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
        bt_interval share = bt_share_interval(published[i].n_true, published[i].n, 0.95);
        assert_near(share.low, published[i].low, 6e-5);
        assert_near(share.high, published[i].high, 6e-5);
        assert_int_equal(share.n, published[i].n);
    }
    assert_near(bt_share_interval(20, 20, 0.95).high, 1, 0);
    assert_true(isnan(bt_share_interval(0, 0, 0.95).mean));
}

static void quantiles_interpolate(void **state)
{
    (void)state;
    double values[] = {NAN, 4, 1, 3, NAN, 2, 5};
    assert_int_equal(bt_sort_numbers(values, 7), 5);
    assert_near(bt_quantile_sorted(values, 5, 0.5), 3, 0);
    assert_near(bt_quantile_sorted(values, 5, 0.05), 1.2, 1e-15);
    assert_near(bt_quantile_sorted(values, 5, 1), 5, 0);
    assert_true(isnan(bt_quantile_sorted(values, 0, 0.5)));
}

/* One noisy run's fitted slope: distance = time^-0.25 with log-normal noise. */
static double noisy_slope(gsl_rng *random)
{
    double time[RECORDS];
    double distance[RECORDS];
    make_power_law(-0.25, time, distance);
    for (int i = 0; i < RECORDS; i++)
        distance[i] *= exp(gsl_ran_gaussian(random, 0.5));
    return bt_fit_power_law(time, distance, RECORDS, bt_fit_start(time, RECORDS)).slope;
}

/* 400 experiments of 8 runs: the number of 95 % intervals that hold the truth is binomial
 * with mean 380 and sd 4.36; within 5 sd, false alarm below 1e-6. */
static void intervals_of_slopes_hold_their_level(void **state)
{
    (void)state;
    enum { EXPERIMENTS = 400, RUNS = 8 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 20240117);
    int n_held = 0;
    for (int i = 0; i < EXPERIMENTS; i++) {
        double slope[RUNS];
        for (int run = 0; run < RUNS; run++)
            slope[run] = noisy_slope(random);
        bt_interval interval = bt_student_interval(slope, RUNS, 0.95);
        n_held += interval.low <= -0.25 && -0.25 <= interval.high;
    }
    gsl_rng_free(random);
    assert_in_range(n_held, 380 - 22, 380 + 20);
}

/* 2000 samples of 30 with p = 0.9: Wilson's coverage there is 0.974 (summed from the
 * binomial distribution), sd 0.0036; Wald's would be 0.809. */
static void intervals_of_shares_hold_their_level(void **state)
{
    (void)state;
    enum { SAMPLES = 2000, RUNS = 30 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 7);
    int n_held = 0;
    double exact = 0;
    for (unsigned k = 0; k <= RUNS; k++) {
        bt_interval interval = bt_share_interval(k, RUNS, 0.95);
        if (interval.low <= 0.9 && 0.9 <= interval.high)
            exact += gsl_ran_binomial_pdf(k, 0.9, RUNS);
    }
    for (int i = 0; i < SAMPLES; i++) {
        bt_interval interval =
            bt_share_interval(gsl_ran_binomial(random, 0.9, RUNS), RUNS, 0.95);
        n_held += interval.low <= 0.9 && 0.9 <= interval.high;
    }
    gsl_rng_free(random);
    assert_true(exact > 0.95);
    assert_near((double)n_held / SAMPLES, exact, 5 * 0.0036);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_final_value_is_the_mean_of_the_last_records),
        cmocka_unit_test(elements_of_an_axis_stand_apart),
        cmocka_unit_test(nothing_recorded_is_no_number),
        cmocka_unit_test(a_run_stays_within_epsilon_from_its_last_excursion),
        cmocka_unit_test(the_largest_relative_distance_counts),
        cmocka_unit_test(exact_power_laws_are_recovered),
        cmocka_unit_test(a_fit_leaves_out_what_has_no_logarithm),
        cmocka_unit_test(shares_have_wilsons_interval),
        cmocka_unit_test(quantiles_interpolate),
        cmocka_unit_test(intervals_of_slopes_hold_their_level),
        cmocka_unit_test(intervals_of_shares_hold_their_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
