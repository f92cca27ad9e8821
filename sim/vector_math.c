#include "sim/vector_math.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "sim/log_inline.h"
#include "sim/vector_exp_inline.h"

/* Beyond these every result is 0 or infinite. */
#define EXP_ALL_ZERO_BELOW (-746.0)
#define EXP_ALL_INFINITE_ABOVE 710.0

enum {
    CHUNK = 64, /* elements of one pass */
    LANES_MAXIMUM = 8
};

/* 2^52 as bits: an integer below set into its mantissa is a double. */
#define LOG_TWO_52_BITS UINT64_C(0x4330000000000000)

#define LANES 2
#define TARGET
#define EXP_CHUNK exp_chunk_baseline
#define EXP_CAREFUL_CHUNK exp_careful_chunk_baseline
#include "sim/exp_kernel.h"

#define LANES 2
#define TARGET
#define LOG_CHUNK log_chunk_baseline
#include "sim/log_kernel.h"

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

/* A row of the table fills a vector of AVX2: wider ones gain nothing. */
#define LANES 4
#define TARGET BT_TARGET_AVX2
#define LOG_CHUNK log_chunk_avx2
#include "sim/log_kernel.h"

#endif

typedef void block_function(const double *x, size_t count, double *result);

static block_function *exp_chunk_of(bt_instruction_set set)
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
    block_function *chunk = exp_chunk_of(set);
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

static block_function *log_chunk_of(bt_instruction_set set)
{
#if BT_HAS_WIDE_VECTORS
    if (set != BT_BASELINE)
        return log_chunk_avx2;
#endif
    (void)set;
    return log_chunk_baseline;
}

void bt_log_of_normals_on(bt_instruction_set set, const double *x, size_t count, double *result)
{
    size_t whole = count - count % LANES_MAXIMUM;
    log_chunk_of(set)(x, whole, result);
    for (size_t i = whole; i < count; i++)
        result[i] = bt_log_of_normal(x[i], 0);
}

void bt_log_of_normals(const double *x, size_t count, double *result)
{
    bt_log_of_normals_on(bt_widest_instruction_set(), x, count, result);
}

const char *bt_vector_instruction_set(void)
{
    static const char *const name[BT_INSTRUCTION_SETS] = {"sse2", "avx2", "avx512"};
    return name[bt_widest_instruction_set()];
}

double bt_log(double x)
{
    if (x >= 0x1p-1022 && x < INFINITY)
        return bt_log_of_normal(x, 0);
    if (x == 0)
        return -INFINITY;
    if (!(x > 0))
        return NAN;
    return x == INFINITY ? x : bt_log_of_normal(x * 0x1p54, -54);
}
