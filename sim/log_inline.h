/*
 * The arithmetic of bt_log, for those who call it in a loop on numbers that are known to
 * be normal (as 1 - u is for a uniform u).
 */
#ifndef BT_SIM_LOG_INLINE_H
#define BT_SIM_LOG_INLINE_H

#include <stdint.h>

#include "sim/log_table.h"

/* The polynomial interpolates (log(1 + r) - r) / r^2 at the Chebyshev nodes of
 * [-1/256, 1/128]: log(1 + r) to 0.02 ulp before rounding. */
#define LOG_P0 -0x1.fffffffffffffp-2
#define LOG_P1 0x1.5555555554a9bp-2
#define LOG_P2 -0x1.00000000a1dd5p-2
#define LOG_P3 0x1.99999dd2b9ff6p-3
#define LOG_P4 -0x1.5554f9e33d308p-3
#define LOG_P5 0x1.219922cfdff00p-3

#define LOG_OF_REMAINDER(r, r2)                                                                \
    ((LOG_P0 + (r)*LOG_P1) + (r2) * ((LOG_P2 + (r)*LOG_P3) + (r2) * (LOG_P4 + (r)*LOG_P5)))

/* A number's bits less these: its exponent counted from 0.6875, then its place within. */
#define LOG_START_BITS UINT64_C(0x3fe6000000000000) /* 0.6875 */
#define LOG_FRACTION_BITS UINT64_C(0x000fffffffffffff)

/* ln 2 in two parts, the first a multiple of 2^-42. */
#define LOG_LN2_HIGH 0x1.62e42fefa3800p-1
#define LOG_LN2_LOW 0x1.ef35793c76730p-45

static inline uint64_t bt_log_bits_of(double x)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline double bt_log_double_of(uint64_t bits)
{
    double x;
    __builtin_memcpy(&x, &bits, sizeof(x));
    return x;
}

/* log(2^exponent x) of a normal x: x = 2^k z with z in [0.6875, 1.375), c near z from
 * the table, r = z / c - 1; then k ln 2 + log c + log(1 + r), where the first two are
 * exact in their high parts and larger than r, or 0. */
static inline double bt_log_of_normal(double x, int64_t exponent)
{
    uint64_t shifted = bt_log_bits_of(x) - LOG_START_BITS;
    uint64_t within = shifted & LOG_FRACTION_BITS;
    double k = (double)(((int64_t)shifted >> 52) + exponent);
    double z = bt_log_double_of(within + LOG_START_BITS);
    const bt_log_point *point = &bt_log_points[within >> (52 - 7)];

    double r = (z - point->c) * point->inverse;
    double r2 = r * r;
    double polynomial = LOG_OF_REMAINDER(r, r2);
    double high = k * LOG_LN2_HIGH + point->log_high;
    double low = k * LOG_LN2_LOW + point->log_low;
    double sum = high + r;
    low = ((high - sum) + r) + low;
    return sum + (low + r2 * polynomial);
}

#endif
