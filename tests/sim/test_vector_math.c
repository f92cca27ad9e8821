/* Exponential and logarithm: accuracy over the whole range, the same bits everywhere. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "sim/hash.h"
#include "sim/random.h"
#include "sim/vector_math.h"

_Static_assert(LDBL_MANT_DIG >= 64, "the reference needs a wider type than double");

/* The distance between two doubles of which `reference` is close to one, in units of
 * the spacing of doubles there (of subnormals, too). */
static double ulps_between(double value, long double reference)
{
    int exponent;
    frexpl(reference, &exponent);
    int spacing = exponent - DBL_MANT_DIG;
    if (spacing < DBL_MIN_EXP - DBL_MANT_DIG)
        spacing = DBL_MIN_EXP - DBL_MANT_DIG;
    return (double)(fabsl((long double)value - reference) / ldexpl(1, spacing));
}

static double worst_exp_error(double from, double to, size_t count)
{
    enum { BLOCK = 4096 };
    static double x[BLOCK];
    static double y[BLOCK];
    bt_stream stream = bt_stream_open(bt_random_key_of(1, 0, 0), 0, 0);
    double worst = 0;
    for (size_t done = 0; done < count; done += BLOCK) {
        for (size_t i = 0; i < BLOCK; i++)
            x[i] = from + (to - from) * bt_stream_uniform(&stream);
        bt_exp_block(x, BLOCK, y);
        for (size_t i = 0; i < BLOCK; i++)
            worst = fmax(worst, ulps_between(y[i], expl((long double)x[i])));
    }
    return worst;
}

static void exp_is_within_2_ulp(void **state)
{
    (void)state;
    const struct {
        double from, to;
    } range[] = {{-745.2, 709.78}, {-1, 1},        {-0.4, 0.4},
                 {-30, 5},         {-745.2, -708}, {-709, -707},
                 {708, 709.78},    {-1e-8, 1e-8},  {-1e-300, 1e-300}};
    for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
        double worst = worst_exp_error(range[i].from, range[i].to, 1 << 18);
        print_message("exp on [%g, %g]: %.3f ulp\n", range[i].from, range[i].to, worst);
        assert_true(worst < 2);
    }
}

/* The arguments at which k changes are where r is largest. */
static void exp_is_within_2_ulp_where_the_exponent_changes(void **state)
{
    (void)state;
    double worst = 0;
    for (int k = -1074; k < 1024; k++) {
        double x = (k + 0.5) * 0.69314718055994530942;
        for (int step = -20; step <= 20; step++) {
            double near = x + step * 0x1p-52 * fabs(x);
            if (near < 709.78)
                worst = fmax(worst, ulps_between(bt_exp(near), expl((long double)near)));
        }
    }
    assert_true(worst < 2);
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static void exp_at_its_edges(void **state)
{
    (void)state;
    const double largest_argument = 709.78271289338397; /* the last with a finite result */
    assert_true(bt_exp(0.0) == 1 && bt_exp(-0.0) == 1);
    assert_true(bt_exp(DBL_TRUE_MIN) == 1 && bt_exp(-DBL_MIN) == 1);
    assert_true(isfinite(bt_exp(largest_argument)));
    assert_true(isinf(bt_exp(nextafter(largest_argument, 1000))));
    assert_true(bt_exp(INFINITY) == INFINITY && bt_exp(DBL_MAX) == INFINITY);
    assert_true(bt_exp(709.9) == INFINITY && bt_exp(1e5) == INFINITY);
    assert_int_equal(bits_of(bt_exp(-INFINITY)), 0);
    assert_int_equal(bits_of(bt_exp(-DBL_MAX)), 0);
    assert_int_equal(bits_of(bt_exp(-745.2)), 0);
    assert_true(bt_exp(-745.13) == DBL_TRUE_MIN);
    assert_true(bt_exp(-710) > 0 && bt_exp(-710) < DBL_MIN);
}

static void exp_keeps_a_nan_as_it_is(void **state)
{
    (void)state;
    const uint64_t pattern[] = {UINT64_C(0x7ff8000000000000), UINT64_C(0xfff8000000000123),
                                UINT64_C(0x7fffffffffffffff)};
    for (size_t i = 0; i < sizeof(pattern) / sizeof(pattern[0]); i++) {
        double nan_value;
        memcpy(&nan_value, &pattern[i], sizeof(nan_value));
        assert_int_equal(bits_of(bt_exp(nan_value)), pattern[i]);
        double block[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        block[8] = nan_value;
        bt_exp_block(block, 9, block);
        assert_int_equal(bits_of(block[8]), pattern[i]);
        assert_true(block[1] == bt_exp(1));
    }
}

/* Arguments with every kind of bit pattern, mixed so that chunks with and without
 * extremes occur. */
static void fill_with_all_kinds(double *x, size_t count, bool extremes)
{
    bt_stream stream = bt_stream_open(bt_random_key_of(3, 0, 0), 0, extremes);
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = bt_stream_next(&stream);
        double uniform = bt_stream_uniform(&stream);
        if (extremes && i % 3 == 0)
            memcpy(&x[i], &bits, sizeof(bits));
        else
            x[i] = (extremes ? 1600 : 1400) * (uniform - 0.5);
    }
}

static void expect_same_bits(bt_instruction_set set, bool extremes)
{
    enum { MOST = 20000 };
    static double x[MOST];
    static double y[MOST + 1];
    fill_with_all_kinds(x, MOST, extremes);
    bt_exp_block_on(set, x, MOST, y);
    for (size_t i = 0; i < MOST; i++)
        assert_int_equal(bits_of(y[i]), bits_of(bt_exp(x[i])));

    for (size_t count = 0; count < 300; count++)
        for (size_t shift = 0; shift < 3; shift++) {
            y[count] = -7;
            bt_exp_block_on(set, x + shift, count, y);
            for (size_t i = 0; i < count; i++)
                assert_int_equal(bits_of(y[i]), bits_of(bt_exp(x[shift + i])));
            assert_true(y[count] == -7);
        }

    memcpy(y, x, MOST * sizeof(*x));
    bt_exp_block_on(set, y, MOST, y);
    for (size_t i = 0; i < MOST; i++)
        assert_int_equal(bits_of(y[i]), bits_of(bt_exp(x[i])));
}

static void blocks_have_the_same_bits_on_each_instruction_set(void **state)
{
    (void)state;
    static const char *const name[] = {"SSE2", "AVX2", "AVX-512"};
    for (bt_instruction_set set = BT_BASELINE; set < BT_INSTRUCTION_SETS; set++) {
        if (!bt_has_instruction_set(set)) {
            print_message("NOT RUN: this machine lacks %s\n", name[set]);
            continue;
        }
        expect_same_bits(set, false);
        expect_same_bits(set, true);
    }
    print_message("block functions use %s here\n", bt_vector_instruction_set());
}

/* Fingerprints over many results, as first computed: a machine or a compiler whose
 * bits differ would give other trajectories. */
static void results_have_the_recorded_bits(void **state)
{
    (void)state;
    enum { COUNT = 1 << 16 };
    static double x[COUNT];
    static double y[COUNT];
    bt_random_uniform_block(bt_random_key_of(9, 0, 0), 0, 0, NULL, 0, COUNT, x);
    uint64_t exp_hash = BT_HASH_START;
    uint64_t log_hash = BT_HASH_START;
    for (size_t i = 0; i < COUNT; i++) {
        log_hash = bt_hash_word(log_hash, bits_of(bt_log(x[i])));
        x[i] = 1400 * (x[i] - 0.5);
    }
    bt_exp_block(x, COUNT, y);
    for (size_t i = 0; i < COUNT; i++)
        exp_hash = bt_hash_word(exp_hash, bits_of(y[i]));
    assert_int_equal(exp_hash, UINT64_C(0xfd623469ce415122));
    assert_int_equal(log_hash, UINT64_C(0xc14cb882cadb5304));
}

static void log_is_within_1_ulp(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(2, 0, 0), 0, 0);
    double worst = 0;
    for (int i = 0; i < 1 << 20; i++) {
        uint64_t bits = bt_stream_next(&stream);
        double x;
        if (i % 2 == 0)
            x = ldexp(1 + bt_unit_interval(bits), (int)(bits % 2098) - 1074);
        else
            x = i % 4 == 1 ? bt_unit_interval(bits) : 1 + 0x1p-20 * bt_unit_interval(bits);
        if (x > 0 && isfinite(x))
            worst = fmax(worst, ulps_between(bt_log(x), logl((long double)x)));
    }
    print_message("log: %.3f ulp\n", worst);
    assert_true(worst < 1);
}

/* Normal numbers of every exponent, and the neighbours of where the table changes hands. */
static void normal_numbers(double *x, size_t most)
{
    bt_stream stream = bt_stream_open(bt_random_key_of(3, 0, 0), 0, 0);
    size_t count = 0;
    const double edge[] = {DBL_MIN, DBL_MAX, 1, 0.6875, 1.375};
    for (size_t i = 0; i < sizeof(edge) / sizeof(edge[0]); i++) {
        x[count++] = edge[i];
        x[count++] = nextafter(edge[i], 1);
        x[count++] = edge[i] < DBL_MAX ? nextafter(edge[i], INFINITY) : 2;
    }
    for (int exponent = -1022; count < most; exponent = exponent == 1023 ? -1022 : exponent + 1)
        x[count++] = ldexp(1 + bt_stream_uniform(&stream), exponent);
}

static void logs_in_blocks_have_the_bits_of_single_ones(void **state)
{
    (void)state;
    enum { MOST = 1 << 14 };
    static double x[MOST];
    static double y[MOST + 1];
    normal_numbers(x, MOST);
    for (bt_instruction_set set = BT_BASELINE; set < BT_INSTRUCTION_SETS; set++) {
        if (!bt_has_instruction_set(set))
            continue;
        for (size_t count = 0; count <= MOST; count = count < 40 ? count + 1 : 4 * count + 1) {
            y[count] = -7;
            bt_log_of_normals_on(set, x, count, y);
            for (size_t i = 0; i < count; i++)
                assert_int_equal(bits_of(y[i]), bits_of(bt_log(x[i])));
            assert_true(y[count] == -7);
        }
        memcpy(y, x, MOST * sizeof(*x));
        bt_log_of_normals_on(set, y, MOST, y);
        for (size_t i = 0; i < MOST; i++)
            assert_int_equal(bits_of(y[i]), bits_of(bt_log(x[i])));
    }
}

static void log_at_its_edges(void **state)
{
    (void)state;
    assert_int_equal(bits_of(bt_log(1)), 0);
    assert_true(bt_log(0) == -INFINITY && bt_log(-0.0) == -INFINITY);
    assert_true(bt_log(INFINITY) == INFINITY);
    assert_true(isnan(bt_log(-1)) && isnan(bt_log(NAN)) && isnan(bt_log(-INFINITY)));
    assert_true(fabs(bt_log(DBL_TRUE_MIN) + 744.44007192138122) < 1e-12);
    assert_true(fabs(bt_log(DBL_MAX) - 709.78271289338397) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_within_2_ulp),
        cmocka_unit_test(exp_is_within_2_ulp_where_the_exponent_changes),
        cmocka_unit_test(exp_at_its_edges),
        cmocka_unit_test(exp_keeps_a_nan_as_it_is),
        cmocka_unit_test(blocks_have_the_same_bits_on_each_instruction_set),
        cmocka_unit_test(results_have_the_recorded_bits),
        cmocka_unit_test(log_is_within_1_ulp),
        cmocka_unit_test(logs_in_blocks_have_the_bits_of_single_ones),
        cmocka_unit_test(log_at_its_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
