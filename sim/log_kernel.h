/*
 * The logarithm of a block of normal numbers in vectors of LANES doubles, 2 or 4.
 *
 * sim/vector_math.c includes this once per instruction set, with
 *     LANES       doubles in a vector
 *     TARGET      the function's target attribute
 *     LOG_CHUNK   the name of the function
 *
 * Operation by operation the arithmetic of bt_log_of_normal (sim/log_inline.h). A row of
 * the table fills one vector of four, so that a table look-up is a load, and four of them
 * are turned into columns.
 */

/* result[i] = log(x[i]), i < count, a multiple of LANES, for normal x. In place is allowed. */
static TARGET void LOG_CHUNK(const double *x, size_t count, double *result)
{
    typedef double real __attribute__((vector_size(8 * LANES)));
    typedef uint64_t integer __attribute__((vector_size(8 * LANES)));
    const integer zero = {0};

    for (size_t i = 0; i < count; i += LANES) {
        integer bits;
        memcpy(&bits, x + i, sizeof(bits));
        integer shifted = bits - LOG_START_BITS;
        integer within = shifted & LOG_FRACTION_BITS;
        integer exponent = (shifted + (UINT64_C(1024) << 52)) >> 52; /* never negative */
        real k = (real)(exponent | (zero + LOG_TWO_52_BITS)) - (0x1p52 + 1024);
        real z = (real)(within + LOG_START_BITS);
        integer number = within >> (52 - 7);

        real c, inverse, log_high, log_low;
#if LANES == 4
        real row[4];
        memcpy(&row[0], &bt_log_points[number[0]], sizeof(real));
        memcpy(&row[1], &bt_log_points[number[1]], sizeof(real));
        memcpy(&row[2], &bt_log_points[number[2]], sizeof(real));
        memcpy(&row[3], &bt_log_points[number[3]], sizeof(real));
        real even01 = __builtin_shufflevector(row[0], row[1], 0, 4, 2, 6);
        real even23 = __builtin_shufflevector(row[2], row[3], 0, 4, 2, 6);
        real odd01 = __builtin_shufflevector(row[0], row[1], 1, 5, 3, 7);
        real odd23 = __builtin_shufflevector(row[2], row[3], 1, 5, 3, 7);
        c = __builtin_shufflevector(even01, even23, 0, 1, 4, 5);
        log_high = __builtin_shufflevector(even01, even23, 2, 3, 6, 7);
        inverse = __builtin_shufflevector(odd01, odd23, 0, 1, 4, 5);
        log_low = __builtin_shufflevector(odd01, odd23, 2, 3, 6, 7);
#else
        const bt_log_point *first = &bt_log_points[number[0]];
        const bt_log_point *second = &bt_log_points[number[1]];
        c = (real){first->c, second->c};
        inverse = (real){first->inverse, second->inverse};
        log_high = (real){first->log_high, second->log_high};
        log_low = (real){first->log_low, second->log_low};
#endif

        real r = (z - c) * inverse;
        real r2 = r * r;
        real polynomial = LOG_OF_REMAINDER(r, r2);
        real high = k * LOG_LN2_HIGH + log_high;
        real low = k * LOG_LN2_LOW + log_low;
        real sum = high + r;
        low = ((high - sum) + r) + low;
        real value = sum + (low + r2 * polynomial);
        memcpy(result + i, &value, sizeof(value));
    }
}

#undef LANES
#undef TARGET
#undef LOG_CHUNK
