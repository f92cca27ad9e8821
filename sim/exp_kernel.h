/*
 * The exponential of a block in vectors of LANES doubles.
 *
 * sim/vector_math.c includes this once per instruction set, with
 *     LANES               doubles in a vector
 *     TARGET              the functions' target attribute
 *     EXP_CHUNK           the name of the function for one chunk
 *     EXP_CAREFUL_CHUNK   the name of the function for a chunk that holds extremes
 *
 * exp(x) = 2^k exp(r) with k = round(x / ln 2) and r = x - k ln 2. Adding 1.5 * 2^52
 * rounds to an integer and leaves it in the low bits of the sum.
 */

/* result[i] = exp(x[i]), i < count, a multiple of LANES, for any x. 2^k is applied in two
 * factors, so that subnormal results are rounded once and the largest do not overflow on the
 * way. */
static TARGET void EXP_CAREFUL_CHUNK(const double *x, size_t count, double *result)
{
    typedef double real __attribute__((vector_size(8 * LANES)));
    typedef uint64_t integer __attribute__((vector_size(8 * LANES)));
    const real zero = {0};

    for (size_t i = 0; i < count; i += LANES) {
        real given;
        memcpy(&given, x + i, sizeof(given));
        integer low = (integer)(given < EXP_ALL_ZERO_BELOW);
        integer high = (integer)(given > EXP_ALL_INFINITE_ABOVE);
        real within = (real)(((integer)given & ~(low | high)) |
                             ((integer)(zero + EXP_ALL_ZERO_BELOW) & low) |
                             ((integer)(zero + EXP_ALL_INFINITE_ABOVE) & high));

        real k = (within * EXP_LOG2_E + EXP_ROUND) - EXP_ROUND;
        real r = (within - k * EXP_LN2_HIGH) - k * EXP_LN2_LOW;
        real r2 = r * r;
        real value = EXP_OF_REMAINDER(r, r2, (r2 * r2));

        real half = k * 0.5 + EXP_ROUND;
        real rest = (k - (half - EXP_ROUND)) + EXP_ROUND;
        real scale_half = (real)(((integer)half + EXP_BIAS) << 52);
        real scale_rest = (real)(((integer)rest + EXP_BIAS) << 52);
        value = (value * scale_half) * scale_rest;

        integer is_nan =
            (integer)(given != given); /* kept as given: no rule picks among NaNs */
        value = (real)(((integer)value & ~is_nan) | ((integer)given & is_nan));
        memcpy(result + i, &value, sizeof(value));
    }
}

/* The same for count <= CHUNK, faster where every result is a normal number. Two short loops
 * overlap better than one with a long chain of dependent operations. */
static TARGET void EXP_CHUNK(const double *x, size_t count, double *result)
{
    typedef double real __attribute__((vector_size(8 * LANES)));
    typedef uint64_t integer __attribute__((vector_size(8 * LANES)));
    size_t vectors = count / LANES;
    real remainder[CHUNK / LANES];
    real scale[CHUNK / LANES];

    integer extreme = {0};
    for (size_t i = 0; i < vectors; i++) {
        real given;
        memcpy(&given, x + i * LANES, sizeof(given));
        integer normal = (integer)((given > EXP_NORMAL_ABOVE) & (given < EXP_NORMAL_BELOW));
        extreme |= ~normal;
        real shifted = given * EXP_LOG2_E + EXP_ROUND;
        real k = shifted - EXP_ROUND;
        remainder[i] = (given - k * EXP_LN2_HIGH) - k * EXP_LN2_LOW;
        scale[i] = (real)(((integer)shifted + EXP_BIAS) << 52);
    }
    uint64_t any_extreme = 0;
    for (size_t lane = 0; lane < LANES; lane++)
        any_extreme |= extreme[lane];
    if (any_extreme) {
        EXP_CAREFUL_CHUNK(x, count, result);
        return;
    }
    for (size_t i = 0; i < vectors; i++) {
        real r = remainder[i];
        real r2 = r * r;
        real value = EXP_OF_REMAINDER(r, r2, (r2 * r2)) * scale[i];
        memcpy(result + i * LANES, &value, sizeof(value));
    }
}

#undef LANES
#undef TARGET
#undef EXP_CHUNK
#undef EXP_CAREFUL_CHUNK
