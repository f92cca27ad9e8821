/* Weights of options: accuracy, extremes, and the same bits on every instruction set. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <string.h>

#include "markets/demand/row_weights.h"
#include "sim/vector_math.h"

enum { LONGEST = 70, ROOM = LONGEST + BT_ROW_LANES };

static gsl_rng *seeded(unsigned long seed)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(random, seed);
    return random;
}

/* Utilities on +-largest, some of them -inf, then the outside option and the padding. */
static void random_utilities(gsl_rng *random, size_t length, double largest, double *utility)
{
    for (size_t k = 0; k < bt_row_room(length); k++)
        utility[k] = k > length || gsl_rng_uniform(random) < 0.05
                         ? -INFINITY
                         : largest * (2 * gsl_rng_uniform(random) - 1);
}

static void test_weights_are_exponentials(void **state)
{
    const bt_row_kernel *kernel = bt_row_kernel_on(bt_widest_instruction_set());
    const double scale[] = {1e-3, 3, 300};
    gsl_rng *random = seeded(21);
    double utility[ROOM], weight[ROOM];

    (void)state;
    for (size_t length = 0; length <= LONGEST; length++) {
        double expected_largest = -INFINITY, largest = 0, sum = 0;

        random_utilities(random, length, scale[length % 3], utility);
        utility[length] = 0;
        memcpy(weight, utility, sizeof weight);
        const double total = kernel->weights(weight, length, &largest);
        for (size_t k = 0; k <= length; k++)
            expected_largest = fmax(expected_largest, utility[k]);
        assert_true(largest == expected_largest);
        for (size_t k = 0; k <= length; k++) {
            const double expected = exp(utility[k] - largest);

            assert_true(fabs(weight[k] - expected) <= 4 * DBL_EPSILON * expected);
            assert_true(weight[k] == bt_exp(utility[k] - largest)); /* the same arithmetic */
            sum += weight[k];
        }
        assert_true(fabs(total - sum) <= (double)(length + 1) * DBL_EPSILON * sum);
    }
    gsl_rng_free(random);
}

static void test_extremes(void **state)
{
    const bt_row_kernel *kernel = bt_row_kernel_on(bt_widest_instruction_set());
    double utility[BT_ROW_LANES], largest = 0;

    (void)state;
    for (size_t k = 0; k < BT_ROW_LANES; k++)
        utility[k] = -INFINITY;
    assert_true(kernel->weights(utility, 3, &largest) == 1); /* nothing can be had */
    assert_true(largest == -INFINITY && utility[0] == 0 && utility[3] == 1);

    for (size_t k = 0; k < BT_ROW_LANES; k++)
        utility[k] = -INFINITY;
    utility[0] = utility[1] = INFINITY;
    utility[2] = 1e308;
    utility[3] = 0;
    assert_true(kernel->weights(utility, 3, &largest) == 3);
    assert_true(largest == BT_LARGEST_UTILITY && utility[2] == 1 && utility[3] == 0);

    for (size_t k = 0; k < BT_ROW_LANES; k++)
        utility[k] = -INFINITY;
    utility[0] = 0;
    utility[1] = -707.9;
    utility[2] = -708.1;
    utility[3] = NAN;
    kernel->weights(utility, 3, &largest);
    assert_true(fabs(utility[1] / exp(-707.9) - 1) < 1e-15);
    assert_true(utility[2] == 0);
    assert_true(isnan(utility[3]));
}

static void assert_same_row(const bt_row *row, const bt_row_kernel *kernel,
                            const bt_row_kernel *baseline)
{
    double value[ROOM], expected[ROOM], largest = 0, expected_largest = 0;
    const size_t size = bt_row_room(row->length) * sizeof(double);

    kernel->utilities(row, value);
    baseline->utilities(row, expected);
    assert_memory_equal(value, expected, size);
    const double total = kernel->weights(value, row->length, &largest);
    const double expected_total = baseline->weights(expected, row->length, &expected_largest);
    assert_memory_equal(value, expected, size);
    assert_memory_equal(&total, &expected_total, sizeof total);
    assert_memory_equal(&largest, &expected_largest, sizeof largest);
}

static void assert_same_rows(const bt_row_kernel *kernel, const bt_row_kernel *baseline)
{
    gsl_rng *random = seeded(22);
    double quality[LONGEST], table[LONGEST];
    uint32_t product[LONGEST];

    for (size_t length = 0; length <= LONGEST; length++) {
        for (size_t k = 0; k < length; k++) {
            quality[k] = 5 * gsl_rng_uniform(random);
            table[k] = gsl_rng_uniform(random) < 0.1 ? INFINITY : gsl_rng_uniform(random);
            product[k] = (uint32_t)(length - 1 - k);
        }
        bt_row row = {.length = length,
                      .quality = quality,
                      .table = table,
                      .sensitivity = 3 * gsl_rng_uniform(random),
                      .scale = 0.3,
                      .outside_utility = length % 2 ? 0.1 : -INFINITY};
        assert_same_row(&row, kernel, baseline);
        row.product = product;
        assert_same_row(&row, kernel, baseline);
    }
    gsl_rng_free(random);
}

static void assert_same_choices(const bt_row_kernel *kernel, const bt_row_kernel *baseline)
{
    enum { MOST = 2 * BT_CHOICE_PANEL + 3 };
    static double utility[MOST * BT_CHOICE_BLOCK];
    static bt_lanes lanes, expected;
    double uniform[BT_CHOICE_BLOCK], outside[BT_CHOICE_BLOCK];
    gsl_rng *random = seeded(23);

    for (size_t round = 0; round < 60; round++) {
        const size_t n_products = round < 50 ? round : MOST - (round - 50) * 13;
        const size_t n_lanes = 1 + round % BT_CHOICE_BLOCK;

        for (size_t i = 0; i < MOST * BT_CHOICE_BLOCK; i++)
            utility[i] =
                gsl_rng_uniform(random) < 0.1 ? -INFINITY : 20 * gsl_rng_uniform(random);
        for (size_t i = 0; i < BT_CHOICE_BLOCK; i++) {
            uniform[i] = gsl_rng_uniform(random);
            outside[i] = i % 3 == 0 ? -INFINITY : 15;
        }
        lanes.utility = utility;
        lanes.outside_utility = outside;
        lanes.uniform = uniform;
        lanes.stride = n_lanes;
        lanes.n_products = n_products;
        lanes.n_lanes = n_lanes;
        expected = lanes;
        kernel->choose(&lanes);
        baseline->choose(&expected);
        assert_memory_equal(lanes.n_above, expected.n_above, n_lanes * sizeof(uint64_t));
        assert_memory_equal(lanes.total, expected.total, n_lanes * sizeof(double));
        assert_memory_equal(lanes.largest, expected.largest, n_lanes * sizeof(double));
    }
    gsl_rng_free(random);
}

static void test_same_bits_on_every_instruction_set(void **state)
{
    const bt_row_kernel *baseline = bt_row_kernel_on(BT_BASELINE);

    (void)state;
    for (int set = BT_BASELINE + 1; set < BT_INSTRUCTION_SETS; set++) {
        const bt_row_kernel *kernel = bt_row_kernel_on((bt_instruction_set)set);

        if (!bt_has_instruction_set((bt_instruction_set)set)) {
            print_message("instruction set %d is not on this machine\n", set);
            continue;
        }
        assert_same_rows(kernel, baseline);
        assert_same_choices(kernel, baseline);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_are_exponentials),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_same_bits_on_every_instruction_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
