/*
 * Steady-state estimates from one autocorrelated series.
 *
 * Warm-up removal by MSER-5 (White 1997; Spratt 1998), batch means, and Student-t
 * intervals (Law, Simulation Modeling and Analysis, chapter 9).
 */
#ifndef BT_SIM_STEADY_STATE_H
#define BT_SIM_STEADY_STATE_H

#include <stddef.h>

#include "sim/status.h"

/* An estimate with its interval. n is the number of independent observations. */
typedef struct bt_interval {
    double mean;
    double low;
    double high;
    double standard_error;
    size_t n;
} bt_interval;

/* Mean and Student-t interval of n independent observations at `level` (0.95). With
 * fewer than two, the bounds and the standard error are NAN. NAN values are skipped. */
bt_interval bt_student_interval(const double *value, size_t count, double level);

/* Number of leading observations of series [count] to drop, by MSER-5 over the first
 * half; a multiple of 5. */
size_t bt_warm_up_length(const double *series, size_t count);

/* Interval for the steady-state mean by `batches` >= 2 batch means after dropping
 * `warm_up` observations. BT_BAD_INPUT when fewer than two observations a batch remain. */
bt_status bt_batch_means(const double *series, size_t count, size_t warm_up, size_t batches,
                         double level, bt_interval *interval, bt_error *error);

#endif
