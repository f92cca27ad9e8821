/*
 * How a run ended and how fast it got there: numbers from one series over time.
 *
 * A run that stopped early is NAN from then on; a series' last record is its last number.
 */
#ifndef BT_ANALYSIS_CONVERGENCE_H
#define BT_ANALYSIS_CONVERGENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/steady_state.h"

/* The mean of value [count], `stride` apart, over what is not NAN; NAN when all is. */
double bt_mean_of_numbers(const double *value, size_t count, size_t stride);

/* Number of records up to the last number of series [count], whose elements stand
 * `stride` apart. */
size_t bt_recorded_length(const double *series, size_t count, size_t stride);

/* The final value: the mean over the last `window` (0 < window <= 1) of the recorded
 * length, at least one record. NAN when there is no number. */
double bt_final_mean(const double *series, size_t count, size_t stride, double window);

/* The largest |price / nash_price - 1| over products [count]; NAN when no price or no Nash
 * price is a number. */
double bt_largest_relative_distance(const double *price, const double *nash_price,
                                    size_t count);

/* The first time from which distance [count] stays at or below `epsilon` to the end; NAN
 * when its last value is above. */
double bt_time_to_stay_within(const double *time, const double *distance, size_t count,
                              double epsilon);

/* A power law distance = exp(intercept) * time^slope. */
typedef struct bt_power_law {
    double slope; /* NAN when fewer than three records have positive time and distance */
    double intercept;
    double first_time; /* of the records that were used */
    double last_time;
    size_t n;
} bt_power_law;

/* Least squares of log distance on log time over records with time >= from and positive
 * distance. */
bt_power_law bt_fit_power_law(const double *time, const double *distance, size_t count,
                              double from);

/* Where fits begin by default: the middle of the time axis on a log scale, the square
 * root of (first positive time * last time). */
double bt_fit_start(const double *time, size_t count);

/* A share of `n` independent yes-or-no observations with Wilson's (1927) score interval,
 * which holds its level where Student's fails, near 0 and 1. NAN when n is 0. */
bt_interval bt_share_interval(size_t n_true, size_t n, double level);

/* The quantile at `share` of sorted values [count] (Hyndman and Fan's type 7). */
double bt_quantile_sorted(const double *sorted, size_t count, double share);

/* Sort numbers to the front, NANs to the back; returns how many numbers there are. */
size_t bt_sort_numbers(double *values, size_t count);

#endif
