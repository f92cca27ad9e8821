/* Bandit gradient ascent: to Nash, at the expected rates. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/experiment_fixture.h"

#define HEAD "format: 1\nname: test\nseed: 9\n"

/* ---- rates ---- */

enum { N_TIMES = 8, N_RUNS = 40 };
static const size_t records[N_TIMES] = {2, 4, 8, 16, 32, 64, 128, 256};

static void square_distances(const experiment_fixture *fixture, const bt_run *run,
                             double distance[N_TIMES])
{
    double nash = benchmark(fixture, "nash_price")[0];
    for (size_t k = 0; k < N_TIMES; k++) {
        const double *price = recorded(fixture, run, "price", records[k] - 1);
        distance[k] =
            (price[0] - nash) * (price[0] - nash) + (price[1] - nash) * (price[1] - nash);
    }
}

/* The slope of log mean squared distance on log time, over all runs but one. */
static double slope_without(double distance[N_RUNS][N_TIMES], size_t left_out)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0, x[N_TIMES], y[N_TIMES];
    for (size_t k = 0; k < N_TIMES; k++) {
        double sum = 0;
        for (size_t r = 0; r < N_RUNS; r++)
            sum += r == left_out ? 0 : distance[r][k];
        x[k] = log((double)records[k]);
        y[k] = log(sum);
        mean_x += x[k] / N_TIMES;
        mean_y += y[k] / N_TIMES;
    }
    for (size_t k = 0; k < N_TIMES; k++) {
        xx += (x[k] - mean_x) * (x[k] - mean_x);
        xy += (x[k] - mean_x) * (y[k] - mean_y);
    }
    return xy / xx;
}

typedef struct interval {
    double low;
    double high;
} interval;

/* The slope over 40 runs, with a jackknife interval of 99.9% (Student's t, 39 degrees of
 * freedom). */
static interval slope_interval(const char *method)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD CALVANO_MARKET
                    "horizon: {periods: 128000}\n"
                    "sellers: [{name: s1, policy: gradient, low: 1.2, high: 2.2, %s},"
                    "          {name: s2, policy: gradient, low: 1.2, high: 2.2, %s}]\n"
                    "record: {every: 500, series: [price]}\n",
                    method, method);
    double distance[N_RUNS][N_TIMES], slope[N_RUNS], mean = 0, square = 0;
    for (size_t r = 0; r < N_RUNS; r++) {
        bt_run *run = complete_run(&fixture, r);
        square_distances(&fixture, run, distance[r]);
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
    for (size_t r = 0; r < N_RUNS; r++) {
        slope[r] = slope_without(distance, r);
        mean += slope[r] / N_RUNS;
    }
    for (size_t r = 0; r < N_RUNS; r++)
        square += (slope[r] - mean) * (slope[r] - mean);
    double half_width = 3.558 * sqrt(square * (N_RUNS - 1) / N_RUNS);
    return (interval){mean - half_width, mean + half_width};
}

/* Squared distance falls as t^-2/5 or so by one point, as 1/t by two. */
static void distances_fall_at_the_known_rates(void **state)
{
    (void)state;
    interval one =
        slope_interval("method: one_point, baseline: none, step: 0.5, perturbation: 0.5");
    interval two = slope_interval("method: two_point, step: 0.5, perturbation: 0.2");
    if (!(one.low < -0.3 && one.high > -0.55))
        fail_msg("one point: slope in %.3f .. %.3f", one.low, one.high);
    print_message("slopes: %.3f .. %.3f and %.3f .. %.3f\n", one.low, one.high, two.low,
                  two.high);
    if (!(two.low < -0.85 && two.high > -1.1))
        fail_msg("two points: slope in %.3f .. %.3f", two.low, two.high);
}

/* ---- where it ends ---- */

static double final_distance(const char *settings, const char *buyers)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD CALVANO_MARKET
                    "horizon: {periods: 100000}\n"
                    "sellers: [{name: s1, policy: gradient, low: 1.2, high: 2.2%s},"
                    "          {name: s2, policy: gradient, low: 1.2, high: 2.2%s}]\n"
                    "buyers: {type: %s}\n"
                    "record: {every: 20000, series: [price]}\n",
                    settings, settings, buyers);
    bt_run *run = complete_run(&fixture, 0);
    double distance = real_outcome(&fixture, run, "final_distance_to_nash");
    bt_run_destroy(run);
    close_experiment(&fixture);
    return distance;
}

static void every_variant_ends_near_nash(void **state)
{
    (void)state;
    assert_true(final_distance("", "expected") < 0.01);
    assert_true(final_distance(", method: residual", "expected") < 0.01);
    assert_true(final_distance(", method: two_point", "expected") < 0.01);
    assert_true(final_distance(", method: two_point, start: 2.2", "expected") < 0.01);
    assert_true(final_distance(", start: nash", "expected") < 0.01);
    assert_true(final_distance(", reprice: {every: 2}", "expected") < 0.02);
    assert_true(final_distance("", "logit, population: 200") < 0.03);
}

static void a_seller_of_several_products_climbs_in_all_of_them(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(
        &fixture,
        HEAD "horizon: {periods: 200000}\n"
             "market:\n"
             "  type: posted_price\n"
             "  demand: {scale: 0.25}\n"
             "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
             "             {name: B, seller: s1, quality: 1.9, cost: 0.8},"
             "             {name: C, seller: s2, quality: 2, cost: 1}]\n"
             "sellers: [{name: s1, policy: gradient, method: two_point, step: 2, high: 2.5},"
             "          {name: s2, policy: gradient, method: two_point, step: 2, high: 2.5}]\n"
             "record: {every: 20000, series: [price]}\n");
    bt_run *run = complete_run(&fixture, 0);
    assert_true(real_outcome(&fixture, run, "final_distance_to_nash") < 0.02);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void prices_stay_in_the_box(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, HEAD CALVANO_MARKET
                    "horizon: {periods: 2000}\n"
                    "sellers: [{name: s1, policy: gradient, low: 1.6, high: 1.8, step: 50,"
                    "           perturbation: 3, baseline: none},"
                    "          {name: s2, policy: gradient, low: 1.6, high: 1.8, step: 50,"
                    "           perturbation: 3, method: two_point}]\n"
                    "record: {every: 1, series: [price]}\n");
    bt_run *run = complete_run(&fixture, 0);
    double lowest = INFINITY, highest = 0;
    for (size_t t = 0; t < 2000; t++)
        for (size_t j = 0; j < 2; j++) {
            lowest = fmin(lowest, recorded(&fixture, run, "price", t)[j]);
            highest = fmax(highest, recorded(&fixture, run, "price", t)[j]);
        }
    assert_true(lowest >= 1.6 - 1e-12 && highest <= 1.8 + 1e-12);
    assert_true(highest - lowest > 0.15);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void check_refusal(const char *settings, const char *words)
{
    experiment_fixture fixture;
    char text[1024];
    snprintf(text, sizeof(text),
             HEAD CALVANO_MARKET "horizon: {periods: 10}\n"
                                 "sellers: [{name: s1, policy: gradient, %s},"
                                 "          {name: s2, policy: fixed, price: 1}]\n",
             settings);
    read_experiment(&fixture, text);
    bt_error error;
    assert_int_equal(bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, words));
    fixture.point = NULL;
    close_experiment(&fixture);
}

static void impossible_boxes_are_refused(void **state)
{
    (void)state;
    check_refusal("low: 2, high: 1.5", "room between `low` and `high`, which are 2 and 1.5");
    check_refusal("low: 1, high: 1.5, start: 1.7", "`start` must lie between");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_fall_at_the_known_rates),
        cmocka_unit_test(every_variant_ends_near_nash),
        cmocka_unit_test(a_seller_of_several_products_climbs_in_all_of_them),
        cmocka_unit_test(prices_stay_in_the_box),
        cmocka_unit_test(impossible_boxes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
