/*
 * Sums in eight lanes, folded in halves: an order that compilers can turn into vectors, and the
 * same for all of them.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_SUMS_H
#define BT_AGENTS_LEARNING_NEURAL_SUMS_H

#include <stddef.h>

#include "agents/learning/neural/real.h"

static inline bt_real bt_fold_lanes(const bt_real *lane)
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* x [count] */
static inline bt_real bt_sum(size_t count, const bt_real *x)
{
    bt_real lane[8] = {0}, rest = 0;
    size_t k = 0;
    for (; k + 8 <= count; k += 8)
        for (size_t l = 0; l < 8; l++)
            lane[l] += x[k + l];
    for (; k < count; k++)
        rest += x[k];
    return bt_fold_lanes(lane) + rest;
}

/* x, y [count]: sum of x y */
static inline bt_real bt_dot(size_t count, const bt_real *x, const bt_real *y)
{
    bt_real lane[8] = {0}, rest = 0;
    size_t k = 0;
    for (; k + 8 <= count; k += 8)
        for (size_t l = 0; l < 8; l++)
            lane[l] += x[k + l] * y[k + l];
    for (; k < count; k++)
        rest += x[k] * y[k];
    return bt_fold_lanes(lane) + rest;
}

#endif
