#include "sim/steady_state.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

enum { MSER_BATCH = 5 };

bt_interval bt_student_interval(const double *value, size_t count, double level)
{
    bt_interval interval = {.mean = NAN, .low = NAN, .high = NAN, .standard_error = NAN};
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(value[i])) {
            sum += value[i];
            interval.n++;
        }
    if (interval.n == 0)
        return interval;
    double n = (double)interval.n;
    interval.mean = sum / n;
    if (interval.n < 2)
        return interval;

    double squares = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(value[i]))
            squares += (value[i] - interval.mean) * (value[i] - interval.mean);
    interval.standard_error = sqrt(squares / (n - 1) / n);
    double quantile = gsl_cdf_tdist_Pinv(0.5 + level / 2, n - 1);
    interval.low = interval.mean - quantile * interval.standard_error;
    interval.high = interval.mean + quantile * interval.standard_error;
    return interval;
}

static double mean_of(const double *series, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += series[i];
    return sum / (double)count;
}

/* MSER is the squared standard error of the mean of what is kept, as if the batch means
 * were independent: sum of squares about the mean / (number kept)^2. From the last batch
 * backwards, one more batch is kept at each step (Welford's update). */
size_t bt_warm_up_length(const double *series, size_t count)
{
    size_t batches = count / MSER_BATCH;
    size_t best = 0;
    double least = INFINITY;
    double mean = 0;
    double squares = 0;
    for (size_t kept = 1; kept <= batches; kept++) {
        size_t dropped = batches - kept;
        double value = mean_of(series + dropped * MSER_BATCH, MSER_BATCH);
        double deviation = value - mean;
        mean += deviation / (double)kept;
        squares += deviation * (value - mean);
        double statistic = squares / ((double)kept * (double)kept);
        if (dropped <= batches / 2 && statistic <= least) {
            least = statistic;
            best = dropped;
        }
    }
    return best * MSER_BATCH;
}

bt_status bt_batch_means(const double *series, size_t count, size_t warm_up, size_t batches,
                         double level, bt_interval *interval, bt_error *error)
{
    size_t kept = count > warm_up ? count - warm_up : 0;
    if (batches < 2)
        return bt_fail(error, BT_BAD_INPUT,
                       "batch means need at least 2 batches, but %zu is asked for", batches);
    if (kept / batches < 2)
        return bt_fail(error, BT_BAD_INPUT,
                       "%zu observations without the first %zu are too few for %zu batches of "
                       "at least 2",
                       count, warm_up, batches);

    /* Batches of one size end at the last observation. */
    size_t size = kept / batches;
    const double *first = series + (count - size * batches);
    double sum = 0;
    for (size_t i = 0; i < batches; i++)
        sum += mean_of(first + i * size, size);
    double mean = sum / (double)batches;
    double squares = 0;
    for (size_t i = 0; i < batches; i++) {
        double deviation = mean_of(first + i * size, size) - mean;
        squares += deviation * deviation;
    }
    double n = (double)batches;
    double standard_error = sqrt(squares / (n - 1) / n);
    double quantile = gsl_cdf_tdist_Pinv(0.5 + level / 2, n - 1);
    *interval = (bt_interval){.mean = mean,
                              .low = mean - quantile * standard_error,
                              .high = mean + quantile * standard_error,
                              .standard_error = standard_error,
                              .n = batches};
    return BT_OK;
}
