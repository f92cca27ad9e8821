/*
 * Exponential and logarithm with the same bits on every instruction set.
 *
 * Written with GCC vector extensions and compiled once per instruction set
 * (baseline SSE2, AVX2, AVX-512; picked at the call), without fused multiply-add, so
 * that all variants give the same bits. Accuracy: below 2 ulp over the whole
 * range; exp(-inf) = 0, overflow to inf, subnormal results, NaN kept. A test checks
 * accuracy, and that the variants agree.
 */
#ifndef BT_SIM_VECTOR_MATH_H
#define BT_SIM_VECTOR_MATH_H

#include <stddef.h>

#include "sim/instruction_set.h"

/* result[i] = exp(x[i]), i < count. In place is allowed; no alignment is needed. */
void bt_exp_block(const double *x, size_t count, double *result);

/* The same function on one number: the same bits as the block form. */
double bt_exp(double x);

/* The natural logarithm of one number, below 1 ulp: the same bits on every machine,
 * which the C library's does not promise. -inf at 0, NAN below. */
double bt_log(double x);

/* result[i] = bt_log(x[i]), i < count, of numbers that are known to be normal and above 0.
 * In place is allowed. */
void bt_log_of_normals(const double *x, size_t count, double *result);

/* The block forms with the code for one instruction set, which the machine must have:
 * for the test that all give the same bits. */
void bt_exp_block_on(bt_instruction_set set, const double *x, size_t count, double *result);
void bt_log_of_normals_on(bt_instruction_set set, const double *x, size_t count,
                          double *result);

/* The instruction set that block functions use here: "sse2", "avx2" or "avx512". */
const char *bt_vector_instruction_set(void);

#endif
