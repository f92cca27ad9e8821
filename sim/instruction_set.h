/*
 * Which vector instructions this machine has.
 *
 * Block functions are compiled once per instruction set and picked here, at the call
 * (two loads and a test): no load-time resolvers, which sanitizers do not survive.
 * All variants of a function give the same bits, so the choice is one of speed only.
 */
#ifndef BT_SIM_INSTRUCTION_SET_H
#define BT_SIM_INSTRUCTION_SET_H

#include <stdbool.h>

typedef enum bt_instruction_set {
    BT_BASELINE, /* what the compiler may assume anyway: SSE2 on x86-64 */
    BT_AVX2,
    BT_AVX512, /* the foundation subset */
    BT_INSTRUCTION_SETS
} bt_instruction_set;

#if defined(__x86_64__)
#define BT_HAS_WIDE_VECTORS 1
#define BT_TARGET_AVX2 __attribute__((target("avx2")))
#define BT_TARGET_AVX512 __attribute__((target("avx512f")))
#else
#define BT_HAS_WIDE_VECTORS 0
#endif

/* Whether this machine and this program have the set. */
static inline bool bt_has_instruction_set(bt_instruction_set set)
{
#if BT_HAS_WIDE_VECTORS
    if (set == BT_AVX512)
        return __builtin_cpu_supports("avx512f");
    if (set == BT_AVX2)
        return __builtin_cpu_supports("avx2");
#endif
    return set == BT_BASELINE;
}

/* The widest set that this machine has. */
static inline bt_instruction_set bt_widest_instruction_set(void)
{
    if (bt_has_instruction_set(BT_AVX512))
        return BT_AVX512;
    return bt_has_instruction_set(BT_AVX2) ? BT_AVX2 : BT_BASELINE;
}

#endif
