/*
 * The exponential on blocks of doubles, bit-identical on every instruction set.
 *
 * Written with GCC vector extensions and compiled once per instruction set
 * (baseline SSE2, AVX2, AVX-512; the loader picks), without fused multiply-add,
 * so that all variants give the same bits. Accuracy: below 2 ulp over the whole
 * range; exp(-inf) = 0, overflow to inf, subnormal results, NaN kept. A test checks
 * accuracy, and that the variants agree.
 */
#ifndef BT_SIM_VECTOR_MATH_H
#define BT_SIM_VECTOR_MATH_H

#include <stddef.h>

/* result[i] = exp(x[i]), i < count. In place is allowed; no alignment is needed. */
void bt_exp_block(const double *x, size_t count, double *result);

/* The same function on one number: the same bits as the block form. */
double bt_exp(double x);

/* The instruction set the loader picked: "sse2", "avx2" or "avx512". */
const char *bt_vector_instruction_set(void);

#endif
