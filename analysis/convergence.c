#include "analysis/convergence.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

double bt_mean_of_numbers(const double *value, size_t count, size_t stride)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(value[i * stride]))
            continue;
        sum += value[i * stride];
        n++;
    }
    return n == 0 ? NAN : sum / (double)n;
}

size_t bt_recorded_length(const double *series, size_t count, size_t stride)
{
    while (count > 0 && isnan(series[(count - 1) * stride]))
        count--;
    return count;
}

double bt_final_mean(const double *series, size_t count, size_t stride, double window)
{
    size_t length = bt_recorded_length(series, count, stride);
    if (length == 0)
        return NAN;
    size_t wanted = (size_t)ceil(window * (double)length - 1e-9);
    size_t first = wanted >= length ? 0 : length - (wanted > 0 ? wanted : 1);
    return bt_mean_of_numbers(series + first * stride, length - first, stride);
}

double bt_largest_relative_distance(const double *price, const double *nash_price, size_t count)
{
    double largest = NAN;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(price[i] / nash_price[i] - 1));
    return largest;
}

double bt_time_to_stay_within(const double *time, const double *distance, size_t count,
                              double epsilon)
{
    size_t length = bt_recorded_length(distance, count, 1);
    size_t first = length;
    while (first > 0 && !(distance[first - 1] > epsilon))
        first--;
    return first == length ? NAN : time[first];
}

double bt_fit_start(const double *time, size_t count)
{
    size_t first = 0;
    while (first < count && !(time[first] > 0))
        first++;
    return first == count ? 0 : sqrt(time[first]) * sqrt(time[count - 1]);
}

/* Sums of a regression, taken in the order of the records. */
typedef struct sums {
    size_t n;
    double x;
    double y;
} sums;

static bool is_used(double time, double distance, double from)
{
    return time >= from && time > 0 && isfinite(time) && distance > 0 && isfinite(distance);
}

static double least_squares_slope(const double *time, const double *distance, size_t count,
                                  double from, const sums *mean)
{
    double square = 0;
    double product = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_used(time[i], distance[i], from))
            continue;
        double x = log(time[i]) - mean->x;
        square += x * x;
        product += x * (log(distance[i]) - mean->y);
    }
    return square > 0 ? product / square : NAN;
}

bt_power_law bt_fit_power_law(const double *time, const double *distance, size_t count,
                              double from)
{
    bt_power_law law = {.slope = NAN, .intercept = NAN, .first_time = NAN, .last_time = NAN};
    sums mean = {0};
    for (size_t i = 0; i < count; i++) {
        if (!is_used(time[i], distance[i], from))
            continue;
        if (mean.n++ == 0)
            law.first_time = time[i];
        law.last_time = time[i];
        mean.x += log(time[i]);
        mean.y += log(distance[i]);
    }
    law.n = mean.n;
    if (mean.n < 3)
        return law;
    mean.x /= (double)mean.n;
    mean.y /= (double)mean.n;
    law.slope = least_squares_slope(time, distance, count, from, &mean);
    law.intercept = mean.y - law.slope * mean.x;
    return law;
}

bt_interval bt_share_interval(size_t n_true, size_t n, double level)
{
    if (n == 0)
        return (bt_interval){NAN, NAN, NAN, NAN, 0};
    double size = (double)n;
    double share = (double)n_true / size;
    double z = gsl_cdf_ugaussian_Qinv((1 - level) / 2);
    double shrink = 1 + z * z / size;
    double centre = (share + z * z / (2 * size)) / shrink;
    double half = z / shrink * sqrt(share * (1 - share) / size + z * z / (4 * size * size));
    return (bt_interval){.mean = share,
                         .low = n_true == 0 ? 0 : fmax(0, centre - half),
                         .high = n_true == n ? 1 : fmin(1, centre + half),
                         .standard_error = sqrt(share * (1 - share) / size),
                         .n = n};
}

double bt_quantile_sorted(const double *sorted, size_t count, double share)
{
    return count == 0 ? NAN : gsl_stats_quantile_from_sorted_data(sorted, 1, count, share);
}

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    if (isnan(a) || isnan(b))
        return (int)isnan(a) - (int)isnan(b);
    return (a > b) - (a < b);
}

size_t bt_sort_numbers(double *values, size_t count)
{
    qsort(values, count, sizeof(double), compare_numbers);
    while (count > 0 && isnan(values[count - 1]))
        count--;
    return count;
}
