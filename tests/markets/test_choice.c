/* Sampled choices: the three forms agree, and follow the probabilities. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <string.h>

#include "../sim/goodness_of_fit.h"
#include "markets/demand/choice.h"
#include "random_demand.h"

static const double LARGEST_UNIFORM = 1 - 0x1p-53;

enum { LARGEST = 320, BUYERS = 53 };

static gsl_rng *seeded(unsigned long seed)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(random, seed);
    return random;
}

/* Uniforms with 53 random bits; the first two are the extremes. */
static void random_uniforms(gsl_rng *random, size_t count, double *uniform)
{
    for (size_t i = 0; i < count; i++)
        uniform[i] = ldexp(floor(gsl_rng_uniform(random) * 0x1p32) * 0x1p21 +
                               floor(gsl_rng_uniform(random) * 0x1p21),
                           -53);
    uniform[0] = 0;
    if (count > 1)
        uniform[1] = LARGEST_UNIFORM;
}

/* All types as buyers side by side: what bt_choose_block takes. */
static void utilities_side_by_side(const bt_demand *demand, const double *price,
                                   double *utility, double *outside)
{
    bt_demand_work *work = bt_demand_work_create(demand);
    double row[LARGEST];

    for (size_t type = 0; type < demand->n_types; type++) {
        bt_choice_utilities(demand, type, price, row, &outside[type], work);
        for (size_t product = 0; product < demand->n_products; product++)
            utility[product * demand->n_types + type] = row[product];
    }
    bt_demand_work_destroy(work);
}

static void assert_forms_agree(const bt_demand *demand, const double *price,
                               const double *uniform)
{
    static double utility[LARGEST * BUYERS];
    double outside[BUYERS], log_sum[BUYERS];
    uint32_t choice[BUYERS], common = 0;
    uint64_t sold[LARGEST] = {0};
    bt_demand_work *work = bt_demand_work_create(demand);

    utilities_side_by_side(demand, price, utility, outside);
    bt_choose_block(utility, outside, demand->n_products, BUYERS, uniform, choice, log_sum);
    for (size_t type = 0; type < BUYERS; type++) {
        double probability[LARGEST], outside_probability = 0;
        const double expected = bt_choice_probabilities(demand, type, price, probability,
                                                        &outside_probability, work) /
                                demand->scale[type];

        assert_int_equal(choice[type], bt_choose_one(demand, type, price, uniform[type], work));
        bt_choose_common(demand, type, price, &uniform[type], 1, &common, sold, work);
        assert_int_equal(choice[type], common);
        assert_true(log_sum[type] == expected ||
                    fabs(log_sum[type] - expected) <= 1e-13 * (1 + fabs(expected)));
    }
    bt_demand_work_destroy(work);
}

static void test_all_forms_choose_the_same(void **state)
{
    const size_t n_products[] = {1, 2, 3, 7, 8, 20, 128, 129, 300};
    gsl_rng *random = seeded(31);
    double price[LARGEST], uniform[BUYERS];

    (void)state;
    for (size_t round = 0; round < 8 * 9; round++) {
        const size_t count = n_products[round % 9];
        const random_demand_kind kind = {.outside_option = round / 9 % 2 != 0,
                                         .transform = (uint8_t)(round / 18),
                                         .largest_quality = 4};
        bt_demand *demand = random_demand(kind, count, BUYERS, random);

        random_prices(count, 0.5, 6, random, price);
        random_uniforms(random, BUYERS, uniform);
        assert_forms_agree(demand, price, uniform);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* Nested and sparse: the common and the one-by-one form. */
static void test_rows_choose_the_same_in_common_and_one_by_one(void **state)
{
    enum { DRAWS = 500 };
    gsl_rng *random = seeded(32);
    double price[24], uniform[DRAWS];
    uint32_t choice[DRAWS];

    (void)state;
    random_uniforms(random, DRAWS, uniform);
    for (size_t round = 0; round < 8; round++) {
        const random_demand_kind kind = {.model = round % 2 ? BT_NESTED_LOGIT : BT_LOGIT,
                                         .outside_option = round / 2 % 2 != 0,
                                         .sparse = round / 4 != 0,
                                         .largest_quality = 2};
        bt_demand *demand = random_demand(kind, 24, 3, random);
        bt_demand_work *work = bt_demand_work_create(demand);
        uint64_t sold[24] = {0}, sold_again[24] = {0}, expected[24] = {0};

        random_prices(24, 0.5, 2, random, price);
        bt_choose_common(demand, 1, price, uniform, DRAWS, choice, sold, work);
        bt_choose_common(demand, 1, price, uniform, DRAWS, NULL, sold_again, work);
        for (size_t i = 0; i < DRAWS; i++) {
            assert_int_equal(choice[i], bt_choose_one(demand, 1, price, uniform[i], work));
            if (choice[i] != BT_CHOSE_OUTSIDE)
                expected[choice[i]]++;
        }
        assert_memory_equal(sold, expected, sizeof sold);
        assert_memory_equal(sold, sold_again, sizeof sold);
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* Choose buyers first .. first + count - 1 of 100 by themselves. */
static void assert_part_agrees(const double *utility, const double *outside,
                               const double *uniform, size_t first, size_t count,
                               const uint32_t *choice, const double *log_sum)
{
    double part[20 * 100], part_log_sum[100];
    uint32_t part_choice[100];

    for (size_t product = 0; product < 20; product++)
        memcpy(part + product * count, utility + product * 100 + first, count * sizeof(double));
    bt_choose_block(part, outside + first, 20, count, uniform + first, part_choice,
                    part_log_sum);
    assert_memory_equal(part_choice, choice + first, count * sizeof(uint32_t));
    assert_memory_equal(part_log_sum, log_sum + first, count * sizeof(double));
}

static void test_choices_do_not_depend_on_the_block(void **state)
{
    gsl_rng *random = seeded(33);
    double utility[20 * 100], outside[100], uniform[100], log_sum[100];
    uint32_t choice[100], without_log_sum[100];

    (void)state;
    for (size_t i = 0; i < 20 * 100; i++)
        utility[i] = random_between(random, -4, 4);
    for (size_t i = 0; i < 100; i++)
        outside[i] = random_between(random, -4, 4);
    random_uniforms(random, 100, uniform);
    bt_choose_block(utility, outside, 20, 100, uniform, choice, log_sum);
    bt_choose_block(utility, outside, 20, 100, uniform, without_log_sum, NULL);
    assert_memory_equal(choice, without_log_sum, sizeof choice);
    for (size_t count = 1; count <= 40; count++)
        for (size_t first = 0; first + count <= 100; first += 7)
            assert_part_agrees(utility, outside, uniform, first, count, choice, log_sum);
    gsl_rng_free(random);
}

/* Pearson's test of inversion against the exact probabilities: ALARM_RATE each. */
static void test_choices_follow_probabilities(void **state)
{
    enum { DRAWS = 200000, PRODUCTS = 20 };
    static double uniform[DRAWS];
    gsl_rng *random = seeded(34);
    double price[PRODUCTS], probability[PRODUCTS + 1], expected[PRODUCTS + 1];

    (void)state;
    for (size_t round = 0; round < 8; round++) {
        const random_demand_kind kind = {.model = round % 2 ? BT_NESTED_LOGIT : BT_LOGIT,
                                         .outside_option = round / 2 % 2 != 0,
                                         .sparse = round / 4 != 0,
                                         .largest_quality = 2};
        bt_demand *demand = random_demand(kind, PRODUCTS, 1, random);
        bt_demand_work *work = bt_demand_work_create(demand);
        const size_t length = demand->row_start[1];
        uint64_t sold[PRODUCTS] = {0};
        size_t observed[PRODUCTS + 1];

        random_prices(PRODUCTS, 0.5, 2, random, price);
        random_uniforms(random, DRAWS, uniform);
        bt_choose_common(demand, 0, price, uniform, DRAWS, NULL, sold, work);
        bt_choice_probabilities(demand, 0, price, probability, &probability[length], work);
        observed[length] = DRAWS;
        for (size_t k = 0; k < length; k++) {
            observed[k] = sold[demand->considered_product[k]];
            observed[length] -= observed[k];
        }
        for (size_t k = 0; k <= length; k++)
            expected[k] = DRAWS * probability[k];
        if (!kind.outside_option)
            assert_int_equal(observed[length], 0);
        assert_true(expected_cells_p_value(observed, expected, length + 1) > ALARM_RATE);
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* The option of largest utility plus Gumbel noise: another way to the same distribution. */
static size_t choose_by_gumbel_maximum(const double *utility, size_t n_options, gsl_rng *random)
{
    double best = -INFINITY;
    size_t chosen = 0;

    for (size_t k = 0; k < n_options; k++) {
        const double value = utility[k] - log(-log(gsl_rng_uniform_pos(random)));

        if (value > best) {
            best = value;
            chosen = k;
        }
    }
    return chosen;
}

/* Two samples of the same size from one distribution: given the sum of a cell's two counts,
 * (a - b)^2 / (a + b) adds up to a chi-square variate. ALARM_RATE. */
static void test_choices_agree_with_gumbel_maxima(void **state)
{
    enum { DRAWS = 160000, PRODUCTS = 7 };
    static double utility[PRODUCTS * DRAWS], outside[DRAWS], uniform[DRAWS];
    static uint32_t choice[DRAWS];
    const double of_option[PRODUCTS + 1] = {0.3, -1, 1.2, 0, -2, 0.7, 0.1, 0.5};
    size_t by_inversion[PRODUCTS + 1] = {0}, by_maximum[PRODUCTS + 1] = {0};
    gsl_rng *random = seeded(35);
    double statistic = 0;

    (void)state;
    for (size_t i = 0; i < DRAWS; i++) {
        for (size_t product = 0; product < PRODUCTS; product++)
            utility[product * DRAWS + i] = of_option[product];
        outside[i] = of_option[PRODUCTS];
        by_maximum[choose_by_gumbel_maximum(of_option, PRODUCTS + 1, random)]++;
    }
    random_uniforms(random, DRAWS, uniform);
    bt_choose_block(utility, outside, PRODUCTS, DRAWS, uniform, choice, NULL);
    for (size_t i = 0; i < DRAWS; i++)
        by_inversion[choice[i] == BT_CHOSE_OUTSIDE ? PRODUCTS : choice[i]]++;
    for (size_t k = 0; k <= PRODUCTS; k++) {
        const double a = (double)by_inversion[k], b = (double)by_maximum[k];

        statistic += (a - b) * (a - b) / (a + b);
    }
    assert_true(gsl_cdf_chisq_Q(statistic, PRODUCTS) > ALARM_RATE);
    gsl_rng_free(random);
}

static void test_options_of_weight_zero_never_win(void **state)
{
    const double weight[4] = {0, 1, 0, 0}, none[2] = {0, 0}, not_a_number[2] = {NAN, 1};

    (void)state;
    assert_int_equal(bt_choose_by_inversion(weight, 4, 0, 0), 1);
    assert_int_equal(bt_choose_by_inversion(weight, 4, 0, LARGEST_UNIFORM), 1);
    assert_int_equal(bt_choose_by_inversion(weight, 4, 1, 0.5), BT_CHOSE_OUTSIDE);
    assert_int_equal(bt_choose_by_inversion(weight, 4, 1, 0.4999), 1);
    assert_int_equal(bt_choose_by_inversion(none, 2, 0, 0.3), BT_CHOSE_OUTSIDE);
    assert_int_equal(bt_choose_by_inversion(none, 0, 1, 0.3), BT_CHOSE_OUTSIDE);
    assert_int_equal(bt_choose_by_inversion(not_a_number, 2, 1, 0.3), BT_CHOSE_OUTSIDE);
}

static void test_block_at_the_extremes(void **state)
{
    /* Buyers: nothing at all; only the second product; not a number; far below the outside
     * option; far above it. */
    double utility[2 * 5] = {-INFINITY, -INFINITY, NAN, -1e6, 1e6,
                             -INFINITY, 3,         NAN, -1e6, 1e6};
    const double outside[5] = {-INFINITY, -INFINITY, 0, 0, 0};
    const double uniform[5] = {0.5, 0, 0.9, 0, LARGEST_UNIFORM};
    double log_sum[5];
    uint32_t choice[5];

    (void)state;
    bt_choose_block(utility, outside, 2, 5, uniform, choice, log_sum);
    assert_int_equal(choice[0], BT_CHOSE_OUTSIDE);
    assert_true(log_sum[0] == -INFINITY);
    assert_int_equal(choice[1], 1);
    assert_true(log_sum[1] == 3);
    assert_int_equal(choice[2], BT_CHOSE_OUTSIDE);
    assert_int_equal(choice[3], BT_CHOSE_OUTSIDE);
    assert_int_equal(choice[4], 1);
    bt_choose_block(utility, outside, 0, 5, uniform, choice, log_sum);
    assert_int_equal(choice[4], BT_CHOSE_OUTSIDE);
    assert_true(log_sum[4] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_forms_choose_the_same),
        cmocka_unit_test(test_rows_choose_the_same_in_common_and_one_by_one),
        cmocka_unit_test(test_choices_do_not_depend_on_the_block),
        cmocka_unit_test(test_choices_follow_probabilities),
        cmocka_unit_test(test_choices_agree_with_gumbel_maxima),
        cmocka_unit_test(test_options_of_weight_zero_never_win),
        cmocka_unit_test(test_block_at_the_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
