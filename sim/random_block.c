/* The block form of bt_random_at: Philox4x32-10 for many agents at once. */
#include <string.h>

#include "sim/random.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Salmon et al. (2011), table of constants. */
#define PHILOX_MULTIPLIER_0 UINT32_C(0xD2511F53)
#define PHILOX_MULTIPLIER_1 UINT32_C(0xCD9E8D57)
#define PHILOX_KEY_STEP_0 UINT32_C(0x9E3779B9)
#define PHILOX_KEY_STEP_1 UINT32_C(0xBB67AE85)

/* 2^52 and 2^84 as bits of a double. */
#define TWO_52_BITS UINT64_C(0x4330000000000000)
#define TWO_84_BITS UINT64_C(0x4530000000000000)

enum {
    PHILOX_ROUNDS = 10,
    CHAINS = 2, /* vectors abreast */
    PASS = 64,  /* agents of one pass: few enough for the nearest cache */
    FEW = 12    /* agents that are faster one by one than in a pass */
};

#if BT_HAS_WIDE_VECTORS

#define KERNEL pass_baseline
#define TARGET
#define LANES 2
#define MULTIPLY(a, b) ((vector)_mm_mul_epu32((__m128i)(a), (__m128i)(b)))
#include "sim/philox_kernel.h"

#define KERNEL pass_avx2
#define TARGET BT_TARGET_AVX2
#define LANES 4
#define MULTIPLY(a, b) ((vector)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#include "sim/philox_kernel.h"

#define KERNEL pass_avx512
#define TARGET BT_TARGET_AVX512
#define LANES 8
#define MULTIPLY(a, b) ((vector)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#include "sim/philox_kernel.h"

#else

#define KERNEL pass_baseline
#define TARGET
#define LANES 2
#define MULTIPLY(a, b) (((a)&UINT32_MAX) * ((b)&UINT32_MAX))
#include "sim/philox_kernel.h"

#endif

typedef void philox_pass(bt_random_key key, uint32_t first_agent, uint32_t agent_step,
                         uint32_t purpose, const uint64_t index[PASS], double uniform[PASS]);

static philox_pass *pass_of(bt_instruction_set set)
{
#if BT_HAS_WIDE_VECTORS
    if (set == BT_AVX512)
        return pass_avx512;
    if (set == BT_AVX2)
        return pass_avx2;
#endif
    (void)set;
    return pass_baseline;
}

void bt_random_uniform_block_on(bt_instruction_set set, bt_random_key key, uint32_t first_agent,
                                uint32_t purpose, const uint64_t *index, uint64_t index_all,
                                size_t count, double *uniform)
{
    philox_pass *pass = pass_of(set);
    uint64_t number[PASS];
    for (size_t i = 0; i < PASS && i < count; i++)
        number[i] = index_all;

    for (size_t start = 0; start < count; start += PASS) {
        size_t taken = count - start < PASS ? count - start : PASS;
        uint32_t agent = first_agent + (uint32_t)start;
        if (index != NULL)
            memcpy(number, index + start, taken * sizeof(*number));
        if (taken == PASS) {
            pass(key, agent, 1, purpose, number, uniform + start);
        } else if (taken <= FEW) {
            for (size_t i = 0; i < taken; i++)
                uniform[start + i] = bt_unit_interval(
                    bt_random_at(key, agent + (uint32_t)i, purpose, number[i]));
        } else {
            double last[PASS];
            for (size_t i = taken; i < PASS; i++)
                number[i] = 0;
            pass(key, agent, 1, purpose, number, last);
            memcpy(uniform + start, last, taken * sizeof(*last));
        }
    }
}

void bt_random_uniform_block(bt_random_key key, uint32_t first_agent, uint32_t purpose,
                             const uint64_t *index, uint64_t index_all, size_t count,
                             double *uniform)
{
    bt_random_uniform_block_on(bt_widest_instruction_set(), key, first_agent, purpose, index,
                               index_all, count, uniform);
}

/* Put a stream before its draw with this number. */
static void go_to(bt_stream *stream, uint64_t number)
{
    stream->block = number / 2;
    stream->remaining = 0;
    if (number % 2 == 1) {
        bt_stream_refill(stream);
        stream->remaining = 1;
    }
}

void bt_stream_uniform_block(bt_stream *stream, size_t count, double *uniform)
{
    philox_pass *pass = pass_of(bt_widest_instruction_set());
    uint64_t first = 2 * stream->block - stream->remaining;
    for (size_t start = 0; start < count; start += PASS) {
        uint64_t number[PASS];
        double value[PASS];
        size_t taken = count - start < PASS ? count - start : PASS;
        for (size_t i = 0; i < PASS; i++)
            number[i] = first + start + i;
        pass(stream->key, stream->agent, 0, stream->purpose, number, value);
        memcpy(uniform + start, value, taken * sizeof(*value));
    }
    go_to(stream, first + count);
}
