#include "sim/vector_math.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "sim/vector_exp_inline.h"

/* Beyond these every result is 0 or infinite. */
#define EXP_ALL_ZERO_BELOW (-746.0)
#define EXP_ALL_INFINITE_ABOVE 710.0

enum {
    CHUNK = 64, /* elements of one pass */
    LANES_MAXIMUM = 8
};

#define LANES 2
#define TARGET
#define EXP_CHUNK exp_chunk_baseline
#define EXP_CAREFUL_CHUNK exp_careful_chunk_baseline
#include "sim/exp_kernel.h"

#if BT_HAS_WIDE_VECTORS

#define LANES 4
#define TARGET BT_TARGET_AVX2
#define EXP_CHUNK exp_chunk_avx2
#define EXP_CAREFUL_CHUNK exp_careful_chunk_avx2
#include "sim/exp_kernel.h"

#define LANES 8
#define TARGET BT_TARGET_AVX512
#define EXP_CHUNK exp_chunk_avx512
#define EXP_CAREFUL_CHUNK exp_careful_chunk_avx512
#include "sim/exp_kernel.h"

#endif

typedef void exp_chunk(const double *x, size_t count, double *result);

static exp_chunk *exp_chunk_of(bt_instruction_set set)
{
#if BT_HAS_WIDE_VECTORS
    if (set == BT_AVX512)
        return exp_chunk_avx512;
    if (set == BT_AVX2)
        return exp_chunk_avx2;
#endif
    (void)set;
    return exp_chunk_baseline;
}

void bt_exp_block_on(bt_instruction_set set, const double *x, size_t count, double *result)
{
    exp_chunk *chunk = exp_chunk_of(set);
    size_t whole = count - count % LANES_MAXIMUM;
    for (size_t start = 0; start < whole; start += CHUNK)
        chunk(x + start, whole - start < CHUNK ? whole - start : CHUNK, result + start);
    if (whole < count) {
        double last[LANES_MAXIMUM] = {0};
        memcpy(last, x + whole, (count - whole) * sizeof(*x));
        chunk(last, LANES_MAXIMUM, last);
        memcpy(result + whole, last, (count - whole) * sizeof(*x));
    }
}

void bt_exp_block(const double *x, size_t count, double *result)
{
    bt_exp_block_on(bt_widest_instruction_set(), x, count, result);
}

double bt_exp(double x)
{
    double pair[2] = {x, 0};
    exp_careful_chunk_baseline(pair, 2, pair);
    return pair[0];
}

const char *bt_vector_instruction_set(void)
{
    static const char *const name[BT_INSTRUCTION_SETS] = {"sse2", "avx2", "avx512"};
    return name[bt_widest_instruction_set()];
}

/* Q interpolates (log((1 + s) / (1 - s)) / s - 2) / s^2 as a function of s^2 at the
 * Chebyshev nodes of the s that belong to [sqrt(1/2), sqrt(2)]. */
static const double log_q[] = {0x1.5555555555558p-1, 0x1.99999999952d7p-2, 0x1.2492492df281ap-2,
                               0x1.c71c62e3f11e6p-3, 0x1.7462b51cb66b1p-3, 0x1.39fe51a7c18f9p-3,
                               0x1.2b5900de53b32p-3};
/* ln 2 in two parts; k * LOG_LN2_HIGH is exact. */
#define LOG_LN2_HIGH 0x1.62e42fee00000p-1
#define LOG_LN2_LOW 0x1.a39ef35793c76p-33

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* log(2^k m) for m in [sqrt(1/2), sqrt(2)): with f = m - 1 and s = f / (2 + f),
 * log(m) = f - (f^2 / 2 - s (f^2 / 2 + s^2 Q(s^2))). */
static double log_of_parts(double k, double m)
{
    double f = m - 1;
    double s = f / (2 + f);
    double z = s * s;
    double z2 = z * z;
    double even = log_q[0] + z2 * (log_q[2] + z2 * (log_q[4] + z2 * log_q[6]));
    double odd = log_q[1] + z2 * (log_q[3] + z2 * log_q[5]);
    double half_square = 0.5 * f * f;
    double correction = s * (half_square + z * (even + z * odd)) + k * LOG_LN2_LOW;
    return k * LOG_LN2_HIGH - ((half_square - correction) - f);
}

double bt_log(double x)
{
    if (!(x >= 0x1p-1022 && x < INFINITY)) {
        if (x == 0)
            return -INFINITY;
        if (!(x > 0))
            return NAN;
        if (x == INFINITY)
            return x;
        return bt_log(x * 0x1p54) - 54 * M_LN2;
    }
    /* Add what lifts sqrt(1/2) to the next power of two: then the exponent is k. */
    const uint64_t one = UINT64_C(0x3ff0000000000000);
    const uint64_t root_half = UINT64_C(0x3fe6a09e667f3bcd);
    uint64_t shifted = bits_of(x) + (one - root_half);
    int64_t k = (int64_t)(shifted >> 52) - 1023;
    uint64_t mantissa = (shifted & UINT64_C(0x000fffffffffffff)) + root_half;
    return log_of_parts((double)k, double_of(mantissa));
}
