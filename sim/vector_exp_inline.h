/*
 * The arithmetic of the exponential, for kernels that need it in the middle of a loop.
 *
 * exp(x) = 2^k exp(r) with k = round(x / ln 2) and r = x - k ln 2, in vectors of any width:
 *     shifted = x * EXP_LOG2_E + EXP_ROUND      k in the low bits
 *     k       = shifted - EXP_ROUND
 *     r       = (x - k * EXP_LN2_HIGH) - k * EXP_LN2_LOW
 *     scale   = (shifted's bits + EXP_BIAS) << 52
 *     exp(x)  = EXP_OF_REMAINDER(r, r * r, (r * r) * (r * r)) * scale
 * where the result is a normal number. All who write it so, without fused multiply-add, get
 * the bits of bt_exp_block.
 */
#ifndef BT_SIM_VECTOR_EXP_INLINE_H
#define BT_SIM_VECTOR_EXP_INLINE_H

/* P interpolates (exp(r) - 1 - r) / r^2 at the Chebyshev nodes of |r| <= ln 2 / 2:
 * exp(r) to 0.15 ulp before rounding. */
#define EXP_P0 0x1.0000000000001p-1
#define EXP_P1 0x1.5555555555556p-3
#define EXP_P2 0x1.5555555553d63p-5
#define EXP_P3 0x1.11111111109b3p-7
#define EXP_P4 0x1.6c16c1788bd90p-10
#define EXP_P5 0x1.a01a01a7c41d5p-13
#define EXP_P6 0x1.a019b90d2ae7ap-16
#define EXP_P7 0x1.71de0dae63bb3p-19
#define EXP_P8 0x1.289185613a3d6p-22
#define EXP_P9 0x1.af38a9b0ec855p-26

/* exp(r) = 1 + (r + r^2 P(r)), given r, r^2 and r^4: one expression for vectors of
 * every width, so that all round alike. */
#define EXP_OF_REMAINDER(r, r2, r4)                                                            \
    (1 + ((r) + (r2) * (((EXP_P0 + (r)*EXP_P1) + (r2) * (EXP_P2 + (r)*EXP_P3)) +               \
                        (r4) * (((EXP_P4 + (r)*EXP_P5) + (r2) * (EXP_P6 + (r)*EXP_P7)) +       \
                                (r4) * (EXP_P8 + (r)*EXP_P9)))))

#define EXP_LOG2_E 0x1.71547652b82fep+0
/* ln 2 in two parts; k * EXP_LN2_HIGH is exact. */
#define EXP_LN2_HIGH 0x1.62e42fefa3800p-1
#define EXP_LN2_LOW 0x1.ef35793c76730p-45
/* 1.5 * 2^52 rounds what it is added to. */
#define EXP_ROUND 0x1.8p52
#define EXP_BIAS 1023

/* Between these every result is a normal number. */
#define EXP_NORMAL_ABOVE (-708.0)
#define EXP_NORMAL_BELOW 709.0

#endif
