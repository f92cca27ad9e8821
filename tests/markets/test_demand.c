/* Choice probabilities, shares and their Jacobian. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <string.h>

#include "equilibria_cases.h"
#include "random_demand.h"

enum { LARGEST = 64 };

/* All combinations of model, outside option, sparse rows and price transform. */
enum { N_KINDS = 2 * 2 * 2 * 4 };

static random_demand_kind kind_number(size_t i, double largest_quality)
{
    return (random_demand_kind){.model = i % 2 != 0 ? BT_NESTED_LOGIT : BT_LOGIT,
                                .outside_option = i / 2 % 2 != 0,
                                .sparse = i / 4 % 2 != 0,
                                .transform = (uint8_t)(i / 8),
                                .largest_quality = largest_quality};
}

static gsl_rng *seeded(unsigned long seed)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(random, seed);
    return random;
}

static void shares_of(const bt_demand *demand, const double *price, double *share,
                      double *outside, double *surplus)
{
    bt_demand_work *work = bt_demand_work_create(demand);

    assert_non_null(work);
    bt_demand_shares(demand, price, share, outside, surplus, work);
    bt_demand_work_destroy(work);
}

static void assert_near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.17g is not within %g of %.17g", actual, tolerance, expected);
}

/* Every row's probabilities are in [0, 1] and sum to one; so do the shares. */
static void assert_sums_to_one(const bt_demand *demand, const double *price)
{
    bt_demand_work *work = bt_demand_work_create(demand);
    double probability[LARGEST], share[LARGEST], outside = 0;
    double sum = 0;

    for (size_t type = 0; type < demand->n_types; type++) {
        const size_t length = demand->row_start[type + 1] - demand->row_start[type];

        bt_choice_probabilities(demand, type, price, probability, &outside, work);
        assert_true(outside >= 0);
        sum = outside;
        for (size_t k = 0; k < length; k++) {
            assert_true(probability[k] >= 0);
            sum += probability[k];
        }
        assert_near(sum, 1, 4 * DBL_EPSILON * (double)(length + 1));
    }
    bt_demand_shares(demand, price, share, &outside, NULL, work);
    sum = outside;
    for (size_t product = 0; product < demand->n_products; product++)
        sum += share[product];
    assert_near(sum, 1, 1e-14);
    bt_demand_work_destroy(work);
}

static void test_probabilities_sum_to_one(void **state)
{
    gsl_rng *random = seeded(1);
    const double largest_quality[] = {1, 30, 1e4};
    double price[LARGEST];

    (void)state;
    for (size_t round = 0; round < 3; round++)
        for (size_t kind = 0; kind < N_KINDS; kind++) {
            bt_demand *demand =
                random_demand(kind_number(kind, largest_quality[round]), 13, 9, random);

            random_prices(13, 0.5, 6, random, price); /* some above some budgets */
            assert_sums_to_one(demand, price);
            price[4] = INFINITY;
            price[5] = 0;
            price[6] = 1e300;
            assert_sums_to_one(demand, price);
            for (size_t product = 0; product < 13; product++)
                price[product] = INFINITY;
            assert_sums_to_one(demand, price);
            bt_demand_destroy(demand);
        }
    gsl_rng_free(random);
}

static void test_infinite_prices_take_products_out(void **state)
{
    gsl_rng *random = seeded(2);
    double price[LARGEST], share[LARGEST], outside = 0;

    (void)state;
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        bt_demand *demand = random_demand(kind_number(kind, 1), 6, 5, random);

        random_prices(6, 0.5, 0.9, random, price);
        price[3] = INFINITY;
        shares_of(demand, price, share, &outside, NULL);
        assert_true(share[3] == 0);
        for (size_t product = 0; product < 6; product++)
            price[product] = INFINITY;
        shares_of(demand, price, share, &outside, NULL);
        assert_near(outside, 1, 1e-15);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

static void test_budget_binds(void **state)
{
    bt_demand *demand = NULL;
    double price[2] = {1, 2}, share[2], outside = 0;

    (void)state;
    assert_int_equal(bt_demand_create(BT_LOGIT, 2, 1, 2, &demand, NULL), BT_OK);
    demand->transform[0] = BT_PRICE_BUDGET;
    demand->transform_value[0] = 2;
    demand->price_sensitivity[0] = 3;
    assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
    shares_of(demand, price, share, &outside, NULL);
    assert_near(share[0], 0.5, 1e-15); /* u = 3 log(2 - 1) = 0, as outside */
    assert_true(share[1] == 0);
    assert_true(bt_price_disutility(demand, 0, 2) == INFINITY);
    assert_true(bt_price_disutility_slope(demand, 0, 2) == 0);
    demand->has_outside_option = false;
    price[0] = 3;
    shares_of(demand, price, share, &outside, NULL);
    assert_true(share[0] == 0 && share[1] == 0 && outside == 1);
    bt_demand_destroy(demand);
}

/* Only differences of utilities matter. */
static void test_a_common_constant_changes_nothing(void **state)
{
    gsl_rng *random = seeded(3);
    double price[LARGEST], before[LARGEST], after[LARGEST];
    double outside_before = 0, outside_after = 0;

    (void)state;
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        bt_demand *demand = random_demand(kind_number(kind, 1), 7, 4, random);

        random_prices(7, 0.5, 2, random, price);
        shares_of(demand, price, before, &outside_before, NULL);
        for (size_t entry = 0; entry < demand->row_start[4]; entry++)
            demand->considered_quality[entry] += 64;
        for (size_t type = 0; type < 4; type++)
            demand->outside_utility[type] += 64;
        shares_of(demand, price, after, &outside_after, NULL);
        assert_near(outside_after, outside_before, 1e-12);
        for (size_t product = 0; product < 7; product++)
            assert_near(after[product], before[product], 1e-12);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* The formula written down as it stands, without any care for overflow. */
static void test_logit_formula(void **state)
{
    gsl_rng *random = seeded(4);
    double price[5], share[5], outside = 0, surplus = 0;

    (void)state;
    bt_demand *demand = random_demand(
        (random_demand_kind){.model = BT_LOGIT, .outside_option = true, .largest_quality = 2},
        5, 1, random);
    random_prices(5, 0.5, 2, random, price);
    shares_of(demand, price, share, &outside, &surplus);
    const double scale = demand->scale[0], sensitivity = demand->price_sensitivity[0];
    double total = exp(demand->outside_utility[0] / scale);
    for (size_t j = 0; j < 5; j++)
        total += exp((demand->considered_quality[j] - sensitivity * price[j]) / scale);
    for (size_t j = 0; j < 5; j++)
        assert_near(share[j],
                    exp((demand->considered_quality[j] - sensitivity * price[j]) / scale) /
                        total,
                    1e-14);
    assert_near(outside, exp(demand->outside_utility[0] / scale) / total, 1e-14);
    assert_near(surplus, scale / sensitivity * log(total), 1e-13);
    bt_demand_destroy(demand);
    gsl_rng_free(random);
}

static void test_nested_without_correlation_is_logit(void **state)
{
    gsl_rng *random = seeded(5);
    double price[LARGEST], plain[LARGEST], nested[LARGEST];
    double outside_plain = 0, outside_nested = 0, surplus_plain = 0, surplus_nested = 0;

    (void)state;
    for (size_t kind = 1; kind < N_KINDS; kind += 2) {
        bt_demand *demand = random_demand(kind_number(kind, 3), 11, 6, random);

        demand->nest_correlation = 0;
        random_prices(11, 0.5, 4, random, price);
        shares_of(demand, price, nested, &outside_nested, &surplus_nested);
        demand->model = BT_LOGIT;
        shares_of(demand, price, plain, &outside_plain, &surplus_plain);
        assert_near(outside_nested, outside_plain, 1e-14);
        for (size_t product = 0; product < 11; product++)
            assert_near(nested[product], plain[product], 1e-14);
        if (demand->transform[0] == BT_PRICE_LINEAR)
            assert_near(surplus_nested, surplus_plain, 1e-12);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* As rho goes to one, a nest of equal products is worth one of them. */
static void test_nested_with_full_correlation_is_one_product(void **state)
{
    bt_demand *demand = NULL;
    double price[3] = {1, 1, 1}, share[3], outside = 0;

    (void)state;
    assert_int_equal(bt_demand_create(BT_NESTED_LOGIT, 3, 1, 3, &demand, NULL), BT_OK);
    demand->n_nests = 2;
    demand->nest[2] = 1;
    demand->nest_correlation = 1 - 1e-12;
    for (size_t j = 0; j < 3; j++)
        demand->considered_quality[j] = 1;
    assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
    shares_of(demand, price, share, &outside, NULL);
    assert_near(share[0], 1.0 / 6, 1e-11);
    assert_near(share[1], 1.0 / 6, 1e-11);
    assert_near(share[2], 1.0 / 3, 1e-11);
    assert_near(outside, 1.0 / 3, 1e-11);
    bt_demand_destroy(demand);
}

static void test_mixture_is_the_weighted_sum(void **state)
{
    gsl_rng *random = seeded(6);
    double price[LARGEST], share[LARGEST], probability[LARGEST], outside = 0, surplus = 0;

    (void)state;
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        bt_demand *demand = random_demand(kind_number(kind, 2), 10, 40, random);
        bt_demand_work *work = bt_demand_work_create(demand);
        double expected[LARGEST] = {0}, expected_outside = 0, expected_surplus = 0;

        random_prices(10, 0.5, 3, random, price);
        for (size_t type = 0; type < 40; type++) {
            const double weight = demand->weight[type];
            const size_t begin = demand->row_start[type];
            const double utility =
                bt_choice_probabilities(demand, type, price, probability, &outside, work);

            for (size_t k = begin; k < demand->row_start[type + 1]; k++)
                expected[demand->considered_product[k]] += weight * probability[k - begin];
            expected_outside += weight * outside;
            expected_surplus += weight * utility / demand->price_sensitivity[type];
        }
        bt_demand_shares(demand, price, share, &outside, &surplus, work);
        for (size_t product = 0; product < 10; product++)
            assert_near(share[product], expected[product], 1e-14);
        assert_near(outside, expected_outside, 1e-14);
        if (demand->transform[0] == BT_PRICE_LINEAR)
            assert_near(surplus, expected_surplus, 1e-12);
        else
            assert_true(isnan(surplus));
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* Types that share a transform take it from a table, others evaluate it per entry: both
 * must be the same number. */
static void test_tables_of_transforms_agree_with_single_rows(void **state)
{
    gsl_rng *random = seeded(7);
    double price[4], share[4], probability[4], outside = 0;

    (void)state;
    for (uint8_t transform = 0; transform < 4; transform++) {
        const random_demand_kind kind = {
            .outside_option = true, .transform = transform, .largest_quality = 1};
        bt_demand *demand = random_demand(kind, 4, 50, random);

        for (size_t type = 0; type < 50; type++)
            demand->transform_value[type] = transform == BT_PRICE_BUDGET ? 3 : 0.3;
        demand->weight[0] = 1;
        for (size_t type = 1; type < 50; type++)
            demand->weight[type] = 0;
        bt_demand_work *work = bt_demand_work_create(demand);
        random_prices(4, 0.5, 2, random, price);
        bt_demand_shares(demand, price, share, &outside, NULL, work);
        bt_choice_probabilities(demand, 0, price, probability, &outside, work);
        for (size_t product = 0; product < 4; product++)
            assert_near(share[product], probability[product], 2 * DBL_EPSILON);
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

static void test_box_cox_limits(void **state)
{
    gsl_rng *random = seeded(8);
    double price[4], box_cox[4], other[4], outside_box_cox = 0, outside_other = 0;

    (void)state;
    const random_demand_kind kind = {
        .outside_option = true, .transform = BT_PRICE_BOX_COX, .largest_quality = 1};
    bt_demand *demand = random_demand(kind, 4, 1, random);
    random_prices(4, 0.2, 5, random, price);
    demand->transform_value[0] = 1e-13;
    shares_of(demand, price, box_cox, &outside_box_cox, NULL);
    demand->transform[0] = BT_PRICE_LOG;
    shares_of(demand, price, other, &outside_other, NULL);
    for (size_t j = 0; j < 4; j++)
        assert_near(box_cox[j], other[j], 1e-12);
    demand->transform[0] = BT_PRICE_BOX_COX;
    demand->transform_value[0] = 0;
    shares_of(demand, price, box_cox, &outside_box_cox, NULL);
    for (size_t j = 0; j < 4; j++)
        assert_true(box_cox[j] == other[j]);

    demand->transform_value[0] = 1; /* f = p - 1: the outside option moves by alpha */
    shares_of(demand, price, box_cox, &outside_box_cox, NULL);
    demand->transform[0] = BT_PRICE_LINEAR;
    demand->outside_utility[0] -= demand->price_sensitivity[0];
    shares_of(demand, price, other, &outside_other, NULL);
    for (size_t j = 0; j < 4; j++)
        assert_near(box_cox[j], other[j], 1e-14);
    assert_near(outside_box_cox, outside_other, 1e-14);
    bt_demand_destroy(demand);
    gsl_rng_free(random);
}

static void test_price_slopes(void **state)
{
    gsl_rng *random = seeded(9);

    (void)state;
    for (uint8_t transform = 0; transform < 4; transform++) {
        const random_demand_kind kind = {
            .outside_option = true, .transform = transform, .largest_quality = 1};
        bt_demand *demand = random_demand(kind, 2, 20, random);

        for (size_t type = 0; type < 20; type++) {
            const double price = random_between(random, 0.3, 0.9), step = 1e-6;
            const double difference = (bt_price_disutility(demand, type, price + step) -
                                       bt_price_disutility(demand, type, price - step)) /
                                      (2 * step);

            assert_near(bt_price_disutility_slope(demand, type, price) / difference, 1, 1e-8);
        }
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* Column k of the Jacobian by central differences. */
static void assert_jacobian_column(const bt_demand *demand, double *price, size_t k,
                                   const double *jacobian)
{
    const size_t n = demand->n_products;
    const double kept = price[k], step = 1e-6;
    double above[LARGEST], below[LARGEST], outside_above = 0, outside_below = 0;
    double column = 0;

    price[k] = kept + step;
    shares_of(demand, price, above, &outside_above, NULL);
    price[k] = kept - step;
    shares_of(demand, price, below, &outside_below, NULL);
    price[k] = kept;
    for (size_t j = 0; j < n; j++) {
        assert_near(jacobian[j * n + k], (above[j] - below[j]) / (2 * step), 2e-8);
        column += jacobian[j * n + k];
    }
    /* What the products lose, the outside option gains. */
    assert_near(-column, (outside_above - outside_below) / (2 * step), 2e-8);
    if (!demand->has_outside_option)
        assert_near(column, 0, 1e-13);
}

static void test_jacobian(void **state)
{
    gsl_rng *random = seeded(10);
    double price[6], jacobian[36];

    (void)state;
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        bt_demand *demand = random_demand(kind_number(kind, 1), 6, 5, random);
        bt_demand_work *work = bt_demand_work_create(demand);

        random_prices(6, 0.4, 0.9, random, price);
        bt_demand_jacobian(demand, price, jacobian, work);
        for (size_t k = 0; k < 6; k++)
            assert_jacobian_column(demand, price, k, jacobian);
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* A rise of all prices by the same amount, without outside option and with linear price,
 * changes nothing: rows sum to zero. With one type, cross effects are symmetric. */
static void test_jacobian_identities(void **state)
{
    gsl_rng *random = seeded(11);
    double price[6], jacobian[36];

    (void)state;
    for (int nested = 0; nested < 2; nested++) {
        const random_demand_kind kind = {.model = nested ? BT_NESTED_LOGIT : BT_LOGIT,
                                         .largest_quality = 1};
        bt_demand *demand = random_demand(kind, 6, 1, random);
        bt_demand_work *work = bt_demand_work_create(demand);

        random_prices(6, 0.4, 2, random, price);
        bt_demand_jacobian(demand, price, jacobian, work);
        for (size_t j = 0; j < 6; j++) {
            double row = 0;

            for (size_t k = 0; k < 6; k++) {
                row += jacobian[j * 6 + k];
                assert_near(jacobian[j * 6 + k], jacobian[k * 6 + j], 1e-14);
            }
            assert_near(row, 0, 1e-13);
        }
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

static void test_jacobian_of_a_product_out_of_the_market(void **state)
{
    gsl_rng *random = seeded(12);
    double price[4], jacobian[16];

    (void)state;
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        bt_demand *demand = random_demand(kind_number(kind, 1), 4, 3, random);
        bt_demand_work *work = bt_demand_work_create(demand);

        random_prices(4, 0.4, 0.9, random, price);
        price[2] = INFINITY;
        bt_demand_jacobian(demand, price, jacobian, work);
        for (size_t j = 0; j < 4; j++) {
            assert_true(jacobian[j * 4 + 2] == 0 && jacobian[2 * 4 + j] == 0);
            assert_true(isfinite(jacobian[j * 4 + j]));
        }
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* Many sparse rows: the blocks of the sum do not depend on the threads that run them. */
static void test_same_bits_for_any_number_of_threads(void **state)
{
    enum { PRODUCTS = 60, TYPES = 4000 };
    gsl_rng *random = seeded(13);
    double price[PRODUCTS], one[PRODUCTS], many[PRODUCTS];
    double outside_one = 0, outside_many = 0, surplus_one = 0, surplus_many = 0;

    (void)state;
    for (size_t kind = 4; kind < 8; kind++) {
        bt_demand *demand = random_demand(kind_number(kind, 2), PRODUCTS, TYPES, random);
        bt_demand_work *work = bt_demand_work_create(demand);

        random_prices(PRODUCTS, 0.5, 3, random, price);
        bt_demand_shares(demand, price, one, &outside_one, &surplus_one, work);
        for (size_t threads = 2; threads <= 4; threads += 2) {
            assert_int_equal(bt_demand_work_use_threads(work, threads, NULL), BT_OK);
            bt_demand_shares(demand, price, many, &outside_many, &surplus_many, work);
            assert_memory_equal(one, many, sizeof one);
            assert_memory_equal(&outside_one, &outside_many, sizeof outside_one);
            assert_memory_equal(&surplus_one, &surplus_many, sizeof surplus_one);
        }
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

static void assert_stored_point(const equilibria_case *one, const equilibria_point *point)
{
    double share[EQUILIBRIA_PRODUCTS], outside = 0, surplus = 0;

    if (!point->present)
        return;
    shares_of(one->demand, point->price, share, &outside, &surplus);
    for (size_t j = 0; j < one->n_products; j++)
        assert_near(share[j] / point->share[j], 1, 4e-15);
    if (!isnan(point->outside_share))
        assert_near(outside, point->outside_share, 1e-15);
    if (!isnan(point->consumer_surplus))
        assert_near(surplus / point->consumer_surplus, 1, 4e-15);
}

/* Shares and surplus at the stored prices, computed with 100 digits. */
static void test_stored_equilibria(void **state)
{
    equilibria_file *file = *state;

    assert_int_equal(file->n_cases, 33);
    for (size_t i = 0; i < file->n_cases; i++) {
        assert_stored_point(&file->cases[i], &file->cases[i].nash);
        assert_stored_point(&file->cases[i], &file->cases[i].joint_profit);
        assert_stored_point(&file->cases[i], &file->cases[i].marginal_cost);
    }
}

static void test_weights_are_normalised_once(void **state)
{
    bt_demand *demand = NULL;

    (void)state;
    assert_int_equal(bt_demand_create(BT_LOGIT, 1, 3, 3, &demand, NULL), BT_OK);
    demand->weight[0] = 3;
    demand->weight[1] = 1;
    demand->weight[2] = 0;
    assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
    assert_true(demand->weight[0] == 0.75 && demand->weight[1] == 0.25);
    assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
    assert_true(demand->weight[0] == 0.75 && demand->weight[1] == 0.25);
    bt_demand_destroy(demand);
}

static void assert_refused(bt_demand *demand, const char *part_of_message)
{
    bt_error error = {0};

    assert_int_equal(bt_demand_check(demand, &error), BT_BAD_INPUT);
    if (strstr(error.message, part_of_message) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.message, part_of_message);
    bt_demand_destroy(demand);
}

static bt_demand *pair_of_types(void)
{
    bt_demand *demand = NULL;

    assert_int_equal(bt_demand_create(BT_NESTED_LOGIT, 2, 2, 4, &demand, NULL), BT_OK);
    return demand;
}

static void test_wrong_demands_are_refused(void **state)
{
    bt_demand *demand = pair_of_types();

    (void)state;
    demand->size = 0;
    assert_refused(demand, "market size must be positive");
    (demand = pair_of_types())->weight[1] = -1;
    assert_refused(demand, "weight of buyer type 1");
    (demand = pair_of_types())->weight[1] = NAN;
    assert_refused(demand, "weight of buyer type 1");
    demand = pair_of_types();
    demand->weight[0] = demand->weight[1] = 0;
    assert_refused(demand, "positive, finite sum");
    (demand = pair_of_types())->scale[0] = 0;
    assert_refused(demand, "scale mu of buyer type 0");
    (demand = pair_of_types())->price_sensitivity[0] = -2;
    assert_refused(demand, "price sensitivity alpha of buyer type 0");
    (demand = pair_of_types())->outside_utility[1] = INFINITY;
    assert_refused(demand, "outside utility of buyer type 1");
    (demand = pair_of_types())->transform[1] = 9;
    assert_refused(demand, "unknown price transform 9");
    demand = pair_of_types();
    demand->transform[1] = BT_PRICE_BUDGET;
    assert_refused(demand, "budget of buyer type 1");
    demand = pair_of_types();
    demand->transform[1] = BT_PRICE_BOX_COX;
    demand->transform_value[1] = NAN;
    assert_refused(demand, "Box-Cox lambda of buyer type 1");
    (demand = pair_of_types())->considered_quality[3] = NAN;
    assert_refused(demand, "quality of product 1 to buyer type 1");
    (demand = pair_of_types())->considered_product[2] = 1;
    assert_refused(demand, "must ascend");
    (demand = pair_of_types())->considered_product[3] = 2;
    assert_refused(demand, "considers product 2");
    (demand = pair_of_types())->row_start[2] = 5;
    assert_refused(demand, "within 4 entries");
    (demand = pair_of_types())->row_start[0] = 1;
    assert_refused(demand, "start at entry 0");
    (demand = pair_of_types())->nest_correlation = 1;
    assert_refused(demand, "nest correlation rho");
    (demand = pair_of_types())->nest[1] = 1;
    assert_refused(demand, "product 1 is in nest 1");
    assert_int_equal(bt_demand_create(BT_LOGIT, 0, 1, 0, &demand, NULL), BT_BAD_INPUT);
    assert_int_equal(bt_demand_create(BT_LOGIT, 2, 1, 3, &demand, NULL), BT_BAD_INPUT);
    assert_null(demand);
}

static int load(void **state)
{
    *state = equilibria_load();
    return 0;
}

static int unload(void **state)
{
    equilibria_unload(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probabilities_sum_to_one),
        cmocka_unit_test(test_infinite_prices_take_products_out),
        cmocka_unit_test(test_budget_binds),
        cmocka_unit_test(test_a_common_constant_changes_nothing),
        cmocka_unit_test(test_logit_formula),
        cmocka_unit_test(test_nested_without_correlation_is_logit),
        cmocka_unit_test(test_nested_with_full_correlation_is_one_product),
        cmocka_unit_test(test_mixture_is_the_weighted_sum),
        cmocka_unit_test(test_tables_of_transforms_agree_with_single_rows),
        cmocka_unit_test(test_box_cox_limits),
        cmocka_unit_test(test_price_slopes),
        cmocka_unit_test(test_jacobian),
        cmocka_unit_test(test_jacobian_identities),
        cmocka_unit_test(test_jacobian_of_a_product_out_of_the_market),
        cmocka_unit_test(test_same_bits_for_any_number_of_threads),
        cmocka_unit_test(test_stored_equilibria),
        cmocka_unit_test(test_weights_are_normalised_once),
        cmocka_unit_test(test_wrong_demands_are_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
