/* Warm-up, batch means and intervals, on series whose mean is known. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "sim/random.h"
#include "sim/steady_state.h"
#include "tests/sim/goodness_of_fit.h"

static bool is_close(double value, double expected, double relative)
{
    return fabs(value - expected) <= relative * fabs(expected);
}

/* Student (1908), the data on the soporific effect of two drugs: the differences of the
 * ten patients. R: t.test(c(1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4)). */
static void interval_of_students_own_data(void **state)
{
    (void)state;
    double difference[] = {1.2, 2.4, NAN, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4};
    bt_interval interval = bt_student_interval(difference, 11, 0.95);
    assert_int_equal(interval.n, 10);
    assert_true(is_close(interval.mean, 1.58, 1e-14));
    assert_true(is_close(interval.standard_error, 0.3889587238883952, 1e-12));
    assert_true(is_close(interval.low, 0.700114236723, 1e-11));
    assert_true(is_close(interval.high, 2.459885763277, 1e-11));
}

static void intervals_of_too_few(void **state)
{
    (void)state;
    double one[] = {3, NAN};
    bt_interval interval = bt_student_interval(one, 2, 0.95);
    assert_int_equal(interval.n, 1);
    assert_true(interval.mean == 3 && isnan(interval.low) && isnan(interval.standard_error));
    interval = bt_student_interval(NULL, 0, 0.95);
    assert_int_equal(interval.n, 0);
    assert_true(isnan(interval.mean));
    double same[] = {2, 2, 2};
    interval = bt_student_interval(same, 3, 0.95);
    assert_true(interval.low == 2 && interval.high == 2 && interval.standard_error == 0);
}

/* A straight transcription of the definition. */
static size_t mser5_by_definition(const double *series, size_t count)
{
    size_t batches = count / 5;
    size_t best = 0;
    double least = INFINITY;
    for (size_t dropped = 0; dropped <= batches / 2 && dropped < batches; dropped++) {
        double mean = 0;
        double squares = 0;
        size_t kept = batches - dropped;
        for (int pass = 0; pass < 2; pass++)
            for (size_t j = dropped; j < batches; j++) {
                double value = 0;
                for (size_t i = 0; i < 5; i++)
                    value += series[5 * j + i] / 5;
                if (pass == 0)
                    mean += value / (double)kept;
                else
                    squares += (value - mean) * (value - mean);
            }
        double statistic = squares / (double)(kept * kept);
        if (statistic < least) {
            least = statistic;
            best = dropped;
        }
    }
    return 5 * best;
}

/* x(t) = 0.8 x(t - 1) + noise around `mean`, from `start`. */
static void autoregressive_series(bt_stream *stream, double mean, double start, double *series,
                                  size_t count)
{
    double deviation = start - mean;
    for (size_t i = 0; i < count; i++) {
        deviation = 0.8 * deviation + bt_stream_normal(stream);
        series[i] = mean + deviation;
    }
}

static void warm_up_is_the_minimum_of_mser5(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(41, 0, 0), 0, 0);
    double series[500];
    for (size_t count = 1; count <= 500; count += 7) {
        autoregressive_series(&stream, 10, 40, series, count);
        size_t dropped = bt_warm_up_length(series, count);
        assert_int_equal(dropped, mser5_by_definition(series, count));
        assert_true(dropped <= count / 2);
    }
    assert_int_equal(bt_warm_up_length(series, 0), 0);
}

/* A transient from far away must go, and hardly anything of a stationary series. */
static void warm_up_finds_a_transient(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(42, 0, 0), 0, 0);
    double series[2000];
    for (int i = 0; i < 20; i++) {
        autoregressive_series(&stream, 10, 1000, series, 2000);
        size_t dropped = bt_warm_up_length(series, 2000);
        /* 990 * 0.8^t is below one standard deviation of the series after 29 steps. */
        assert_true(dropped >= 15 && dropped <= 1000);
        double kept = bt_student_interval(series + dropped, 2000 - dropped, 0.95).mean;
        double all = bt_student_interval(series, 2000, 0.95).mean;
        assert_true(fabs(kept - 10) < fabs(all - 10));
    }
}

/* The share of 95 % intervals that cover the mean of an autocorrelated series. With
 * batches of 500, more than a hundred times the correlation time, the error of the
 * method is far below the sampling error. False alarms: 1e-6. */
static void batch_means_cover_as_often_as_they_say(void **state)
{
    (void)state;
    enum { SERIES = 2000, BATCHES = 10, LENGTH = 5000 };
    static double series[LENGTH];
    int covered = 0;
    for (uint64_t replication = 0; replication < SERIES; replication++) {
        bt_stream stream = bt_stream_open(bt_random_key_of(43, 0, replication), 0, 0);
        autoregressive_series(&stream, 10, 10, series, LENGTH);
        bt_interval interval;
        assert_int_equal(bt_batch_means(series, LENGTH, 0, BATCHES, 0.95, &interval, NULL),
                         BT_OK);
        assert_int_equal(interval.n, BATCHES);
        covered += interval.low <= 10 && 10 <= interval.high;
    }
    double z = (covered - 0.95 * SERIES) / sqrt(0.95 * 0.05 * SERIES);
    print_message("covered: %d of %d\n", covered, SERIES);
    assert_true(normal_p_value(z) > ALARM_RATE);
}

/* The intervals that ignore the correlation would not pass the test above. */
static void intervals_without_batches_cover_too_seldom(void **state)
{
    (void)state;
    enum { SERIES = 200, LENGTH = 5000 };
    static double series[LENGTH];
    int covered = 0;
    for (uint64_t replication = 0; replication < SERIES; replication++) {
        bt_stream stream = bt_stream_open(bt_random_key_of(43, 0, replication), 0, 0);
        autoregressive_series(&stream, 10, 10, series, LENGTH);
        bt_interval interval = bt_student_interval(series, LENGTH, 0.95);
        covered += interval.low <= 10 && 10 <= interval.high;
    }
    double z = (covered - 0.95 * SERIES) / sqrt(0.95 * 0.05 * SERIES);
    assert_true(normal_p_value(z) < ALARM_RATE);
}

static void batches_end_at_the_last_observation(void **state)
{
    (void)state;
    double series[] = {1000, 1000, 1000, 1, 3, 5, 7};
    bt_interval interval;
    assert_int_equal(bt_batch_means(series, 7, 2, 2, 0.9, &interval, NULL), BT_OK);
    assert_true(interval.mean == 4 && interval.standard_error == 2);
    assert_true(is_close(interval.high, 4 + 2 * 6.3137515146750, 1e-12));
}

static void too_few_observations_are_refused(void **state)
{
    (void)state;
    double series[10] = {0};
    bt_interval interval;
    bt_error error;
    assert_int_equal(bt_batch_means(series, 10, 0, 1, 0.95, &interval, &error), BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "at least 2 batches"));
    assert_int_equal(bt_batch_means(series, 10, 5, 3, 0.95, &interval, &error), BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "too few"));
    assert_int_equal(bt_batch_means(series, 10, 99, 2, 0.95, &interval, &error), BT_BAD_INPUT);
    assert_int_equal(bt_batch_means(series, 10, 0, 5, 0.95, &interval, &error), BT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_of_students_own_data),
        cmocka_unit_test(intervals_of_too_few),
        cmocka_unit_test(warm_up_is_the_minimum_of_mser5),
        cmocka_unit_test(warm_up_finds_a_transient),
        cmocka_unit_test(batch_means_cover_as_often_as_they_say),
        cmocka_unit_test(intervals_without_batches_cover_too_seldom),
        cmocka_unit_test(batches_end_at_the_last_observation),
        cmocka_unit_test(too_few_observations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
