/* Who gains how much: closed forms, derivatives, and accounting identities. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <string.h>

#include "../sim/goodness_of_fit.h"
#include "equilibria_cases.h"
#include "markets/demand/choice.h"
#include "markets/demand/welfare.h"
#include "random_demand.h"

enum { PRODUCTS = 6 };

static gsl_rng *seeded(unsigned long seed)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(random, seed);
    return random;
}

static void assert_near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.17g is not within %g of %.17g", actual, tolerance, expected);
}

static void assert_relative(double actual, double expected, double tolerance)
{
    assert_near(actual, expected, tolerance * fabs(expected));
}

static double money_metric(const bt_demand *demand, size_t type, const double *price)
{
    bt_demand_work *work = bt_demand_work_create(demand);
    double surplus = 0;

    assert_int_equal(bt_money_metric_surplus(demand, type, price, &surplus, work, NULL), BT_OK);
    bt_demand_work_destroy(work);
    return surplus;
}

static bt_welfare welfare_at(const bt_demand *demand, const bt_ownership *ownership,
                             const double *price)
{
    bt_demand_work *work = bt_demand_work_create(demand);
    bt_welfare welfare;

    assert_int_equal(bt_welfare_at(demand, ownership, price, &welfare, work, NULL), BT_OK);
    bt_demand_work_destroy(work);
    return welfare;
}

static const uint32_t one_seller[PRODUCTS] = {0};
static const double cost[PRODUCTS] = {0.4, 0.5, 0.6, 0.5, 0.4, 0.7};

static bt_ownership sellers(void)
{
    return (bt_ownership){
        .n_products = PRODUCTS, .n_sellers = 1, .seller = one_seller, .cost = cost};
}

/* For linear price the integral has a closed form: the difference of two log-sums. From
 * choices that are almost never made to those that almost always are. */
static void test_money_metric_is_the_log_sum_difference(void **state)
{
    const double largest_quality[] = {1, 30, 1e4};
    gsl_rng *random = seeded(41);
    double price[PRODUCTS], probability[PRODUCTS], outside = 0;

    (void)state;
    for (size_t round = 0; round < 60; round++) {
        const random_demand_kind kind = {.model = round % 2 ? BT_NESTED_LOGIT : BT_LOGIT,
                                         .outside_option = true,
                                         .sparse = round / 2 % 2 != 0,
                                         .largest_quality = largest_quality[round % 3]};
        bt_demand *demand = random_demand(kind, PRODUCTS, 1, random);
        bt_demand_work *work = bt_demand_work_create(demand);

        random_prices(PRODUCTS, 0.5, 20, random, price);
        const double utility =
            bt_choice_probabilities(demand, 0, price, probability, &outside, work);
        double inside = 0; /* log-sum difference = -log P_0, here without cancellation */
        for (size_t k = 0; k < demand->row_start[1]; k++)
            inside += probability[k];
        const double log_sum_difference = inside < 0.5 ? -demand->scale[0] * log1p(-inside)
                                                       : utility - demand->outside_utility[0];
        assert_relative(money_metric(demand, 0, price),
                        log_sum_difference / demand->price_sensitivity[0], 1e-9);
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* One product of log price, attraction A against 1 and exponent r = alpha/mu: the integral
 * of A x^-r / (1 + A x^-r) from p on. From p = 0 it is A^(1/r) (pi/r) / sin(pi/r); what lies
 * below p is left out by quadrature. Exponents near one have a long tail. */
static double below(double x, void *context)
{
    const double *parameter = context;

    return parameter[0] / (pow(x, parameter[1]) + parameter[0]);
}

static void test_money_metric_of_log_price(void **state)
{
    const double exponents[] = {1.02, 1.05, 1.5, 2, 4, 9};
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
    bt_demand *demand = NULL;

    (void)state;
    assert_int_equal(bt_demand_create(BT_LOGIT, 1, 1, 1, &demand, NULL), BT_OK);
    demand->transform[0] = BT_PRICE_LOG;
    for (size_t i = 0; i < 12; i++) {
        const double r = exponents[i / 2], price = i % 2 ? 0.3 : 2;
        double parameter[2] = {exp(1.3), r}, left_out = 0, error = 0;
        const gsl_function function = {below, parameter};

        demand->price_sensitivity[0] = r;
        demand->considered_quality[0] = 1.3;
        gsl_integration_qag(&function, 0, price, 0, 1e-13, 1000, GSL_INTEG_GAUSS61, workspace,
                            &left_out, &error);
        const double whole = pow(parameter[0], 1 / r) * (M_PI / r) / sin(M_PI / r);
        assert_relative(money_metric(demand, 0, &price), whole - left_out, 1e-10);
    }
    gsl_integration_workspace_free(workspace);
    bt_demand_destroy(demand);
}

/* One product, Box-Cox with lambda = 1/2, alone with a very attractive outside option: the
 * integrand is close to A exp(-2 alpha (sqrt(p + t) - 1)), integral closed. */
static void test_money_metric_of_a_stretched_exponential(void **state)
{
    const double price = 1.7, quality = -40, alpha = 0.8;
    bt_demand *demand = NULL;

    (void)state;
    assert_int_equal(bt_demand_create(BT_LOGIT, 1, 1, 1, &demand, NULL), BT_OK);
    demand->transform[0] = BT_PRICE_BOX_COX;
    demand->transform_value[0] = 0.5;
    demand->price_sensitivity[0] = alpha;
    demand->considered_quality[0] = quality;
    const double b = 2 * alpha, root = sqrt(price);
    const double closed = exp(quality + b - b * root) * 2 * (root / b + 1 / (b * b));
    assert_relative(money_metric(demand, 0, &price), closed, 1e-10);
    bt_demand_destroy(demand);
}

/* Budget b, one product with alpha = mu: 1 - P_0 = A (b-p-t) / (1 + A (b-p-t)), so that the
 * integral is (b - p) - log(1 + A (b - p)) / A. Beyond the budget there is nothing. */
static void test_money_metric_of_a_budget(void **state)
{
    const double attraction = exp(0.9);
    double price = 1.25;
    bt_demand *demand = NULL;

    (void)state;
    assert_int_equal(bt_demand_create(BT_LOGIT, 1, 1, 1, &demand, NULL), BT_OK);
    demand->transform[0] = BT_PRICE_BUDGET;
    demand->transform_value[0] = 3;
    demand->considered_quality[0] = 0.9;
    assert_relative(money_metric(demand, 0, &price),
                    1.75 - log1p(1.75 * attraction) / attraction, 1e-10);
    price = 3;
    assert_true(money_metric(demand, 0, &price) == 0);
    bt_demand_destroy(demand);
}

static void test_money_metric_without_bound(void **state)
{
    const double price = 1, infinite = INFINITY;
    bt_demand *demand = NULL;

    (void)state;
    assert_int_equal(bt_demand_create(BT_LOGIT, 1, 1, 1, &demand, NULL), BT_OK);
    demand->transform[0] = BT_PRICE_LOG; /* exponent one: the mean is infinite */
    assert_true(money_metric(demand, 0, &price) == INFINITY);
    demand->transform[0] = BT_PRICE_BOX_COX;
    demand->transform_value[0] = -0.2;
    assert_true(money_metric(demand, 0, &price) == INFINITY);
    assert_true(money_metric(demand, 0, &infinite) == 0);

    bt_demand_work *work = bt_demand_work_create(demand);
    bt_error error;
    double surplus = 0;
    demand->has_outside_option = false;
    assert_int_equal(bt_money_metric_surplus(demand, 0, &price, &surplus, work, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "outside option"));
    assert_true(isnan(surplus));
    bt_demand_work_destroy(work);
    bt_demand_destroy(demand);
}

/* Buyers of T* = max_j (w_j - p_j)^+, simulated: w_j is where j is worth the outside option.
 * The sample mean lies within its sampling error (ALARM_RATE each). */
static void test_money_metric_is_the_mean_willingness(void **state)
{
    enum { DRAWS = 200000 };
    gsl_rng *random = seeded(42);
    double price[PRODUCTS];

    (void)state;
    const random_demand_kind kind = {
        .outside_option = true, .transform = BT_PRICE_LOG, .largest_quality = 1};
    bt_demand *demand = random_demand(kind, PRODUCTS, 1, random);
    demand->price_sensitivity[0] = 5 * demand->scale[0]; /* a tail with a variance */
    random_prices(PRODUCTS, 0.5, 1, random, price);
    double sum = 0, sum_of_squares = 0;
    for (size_t draw = 0; draw < DRAWS; draw++) {
        const double outside = demand->outside_utility[0] -
                               demand->scale[0] * log(-log(gsl_rng_uniform_pos(random)));
        double willing = 0;

        for (size_t k = 0; k < PRODUCTS; k++) {
            const double value = demand->considered_quality[k] -
                                 demand->scale[0] * log(-log(gsl_rng_uniform_pos(random)));
            const double worth = exp((value - outside) / demand->price_sensitivity[0]);

            willing = fmax(willing, worth - price[k]);
        }
        sum += willing;
        sum_of_squares += willing * willing;
    }
    const double mean = sum / DRAWS;
    const double standard_error = sqrt((sum_of_squares / DRAWS - mean * mean) / DRAWS);
    assert_true(normal_p_value((money_metric(demand, 0, price) - mean) / standard_error) >
                ALARM_RATE);
    bt_demand_destroy(demand);
    gsl_rng_free(random);
}

/* d CS / d p_j = -s_j times size, for the level and for the surplus over outside. */
static void test_surplus_falls_by_what_is_bought(void **state)
{
    gsl_rng *random = seeded(43);
    const bt_ownership ownership = sellers();
    double price[PRODUCTS], share[PRODUCTS], outside = 0;

    (void)state;
    for (size_t round = 0; round < 8; round++) {
        const random_demand_kind kind = {.model = round % 2 ? BT_NESTED_LOGIT : BT_LOGIT,
                                         .outside_option = round / 2 % 2 != 0,
                                         .sparse = round / 4 != 0,
                                         .largest_quality = 1};
        bt_demand *demand = random_demand(kind, PRODUCTS, 7, random);
        bt_demand_work *work = bt_demand_work_create(demand);

        demand->size = 250;
        random_prices(PRODUCTS, 0.5, 2, random, price);
        bt_demand_shares(demand, price, share, &outside, NULL, work);
        for (size_t j = 0; j < PRODUCTS; j++) {
            const double kept = price[j], step = 1e-5;

            price[j] = kept + step;
            const bt_welfare above = welfare_at(demand, &ownership, price);
            price[j] = kept - step;
            const bt_welfare under = welfare_at(demand, &ownership, price);
            price[j] = kept;
            assert_near((above.consumer_surplus - under.consumer_surplus) / (2 * step),
                        -250 * share[j], 1e-5);
            if (kind.outside_option)
                assert_near((above.consumer_surplus_over_outside -
                             under.consumer_surplus_over_outside) /
                                (2 * step),
                            -250 * share[j], 1e-5);
            else
                assert_true(isnan(above.consumer_surplus_over_outside));
        }
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* The same for the money metric: a uniform rise of all prices costs what is bought. */
static void test_money_metric_falls_by_what_is_bought(void **state)
{
    gsl_rng *random = seeded(44);
    const bt_ownership ownership = sellers();
    double price[PRODUCTS], shifted[PRODUCTS], share[PRODUCTS], outside = 0;

    (void)state;
    for (uint8_t transform = 0; transform < 4; transform++) {
        const random_demand_kind kind = {
            .outside_option = true, .transform = transform, .largest_quality = 1};
        bt_demand *demand = random_demand(kind, PRODUCTS, 5, random);

        for (size_t type = 0; type < 5; type++) {
            demand->price_sensitivity[type] = 3 * demand->scale[type];
            if (transform == BT_PRICE_BOX_COX)
                demand->transform_value[type] = 0.3 + 0.1 * (double)type;
        }
        bt_demand_work *work = bt_demand_work_create(demand);
        double over_outside[2];
        random_prices(PRODUCTS, 0.4, 0.9, random, price);
        bt_demand_shares(demand, price, share, &outside, NULL, work);
        for (int side = 0; side < 2; side++) {
            for (size_t j = 0; j < PRODUCTS; j++)
                shifted[j] = price[j] + (side ? 1e-5 : -1e-5);
            const bt_welfare welfare = welfare_at(demand, &ownership, shifted);

            over_outside[side] = welfare.consumer_surplus_over_outside;
            assert_true(isnan(welfare.consumer_surplus) == (transform != BT_PRICE_LINEAR));
        }
        assert_near((over_outside[1] - over_outside[0]) / 2e-5, outside - 1, 1e-6);
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

/* Buyers choose and their realised surplus is drawn apart: its mean is the log-sum. The
 * variance of a Gumbel variate is pi^2/6 (ALARM_RATE). */
static void test_realised_surplus_has_the_expected_mean(void **state)
{
    enum { DRAWS = 200000 };
    const double scale = 0.7, sensitivity = 1.9, log_sum = 1.3;
    gsl_rng *random = seeded(45);
    double sum = 0, sum_of_squares = 0;

    (void)state;
    for (size_t draw = 0; draw < DRAWS; draw++) {
        const double surplus =
            bt_realised_surplus(scale, sensitivity, log_sum, gsl_rng_uniform_pos(random));

        sum += surplus;
        sum_of_squares += surplus * surplus;
    }
    const double mean = sum / DRAWS, variance = sum_of_squares / DRAWS - mean * mean;
    const double expected = scale * log_sum / sensitivity;
    const double deviation = M_PI / sqrt(6) * scale / sensitivity;
    assert_true(normal_p_value((mean - expected) / (deviation / sqrt(DRAWS))) > ALARM_RATE);
    /* Fourth moment of a Gumbel: kurtosis 5.4, so the sample variance's relative standard
     * error is sqrt(4.4 / n). */
    assert_true(normal_p_value((variance / (deviation * deviation) - 1) / sqrt(4.4 / DRAWS)) >
                ALARM_RATE);
    gsl_rng_free(random);
}

/* The maximum of utilities with zero-mean Gumbel noise, simulated option by option, has the
 * distribution that bt_realised_surplus draws from (Kolmogorov-Smirnov, ALARM_RATE). */
static void test_realised_surplus_is_the_maximum(void **state)
{
    enum { DRAWS = 20000 };
    static double probability[DRAWS];
    const double utility[4] = {0.5, -0.2, 1, 0};
    gsl_rng *random = seeded(46);
    double total = 0;

    (void)state;
    for (size_t k = 0; k < 4; k++)
        total += exp(utility[k]);
    for (size_t draw = 0; draw < DRAWS; draw++) {
        double largest = -INFINITY;

        for (size_t k = 0; k < 4; k++)
            largest =
                fmax(largest, utility[k] - log(-log(gsl_rng_uniform_pos(random))) - M_EULER);
        /* Invert bt_realised_surplus: the uniform that gives this surplus. */
        probability[draw] = exp(-exp(log(total) - largest - M_EULER));
        assert_relative(1 + bt_realised_surplus(1, 1, log(total), probability[draw]),
                        1 + largest, 1e-9);
    }
    assert_true(kolmogorov_smirnov_p_value(probability, DRAWS) > ALARM_RATE);
    gsl_rng_free(random);
}

static void test_fees_move_money_only(void **state)
{
    gsl_rng *random = seeded(47);
    bt_ownership ownership = sellers();
    double price[PRODUCTS], share[PRODUCTS], outside = 0;
    bt_demand *demand =
        random_demand((random_demand_kind){.outside_option = true, .largest_quality = 1},
                      PRODUCTS, 3, random);
    bt_demand_work *work = bt_demand_work_create(demand);

    (void)state;
    demand->size = 40;
    random_prices(PRODUCTS, 0.8, 2, random, price);
    const bt_welfare without = welfare_at(demand, &ownership, price);
    ownership.fee_per_unit = 0.07;
    ownership.fee_ad_valorem = 0.12;
    const bt_welfare with = welfare_at(demand, &ownership, price);
    assert_true(without.platform_revenue == 0);
    assert_relative(with.total, without.total, 1e-14);
    assert_relative(with.producer_surplus_before_fees, without.producer_surplus, 1e-14);
    assert_relative(with.producer_surplus + with.platform_revenue, without.producer_surplus,
                    1e-14);
    double revenue = 0, sales = 0;
    bt_demand_shares(demand, price, share, &outside, NULL, work);
    for (size_t j = 0; j < PRODUCTS; j++) {
        revenue += 40 * share[j] * price[j];
        sales += 40 * share[j];
    }
    assert_relative(with.platform_revenue, 0.12 * revenue + 0.07 * sales, 1e-14);
    bt_demand_work_destroy(work);
    bt_demand_destroy(demand);
    gsl_rng_free(random);
}

static void test_cost_is_first_best(void **state)
{
    gsl_rng *random = seeded(48);
    const bt_ownership ownership = sellers();
    double price[PRODUCTS];

    (void)state;
    for (size_t round = 0; round < 12; round++) {
        const random_demand_kind kind = {.model = round % 2 ? BT_NESTED_LOGIT : BT_LOGIT,
                                         .outside_option = true,
                                         .sparse = round / 2 % 2 != 0,
                                         .largest_quality = 1};
        bt_demand *demand = random_demand(kind, PRODUCTS, 4, random);
        const bt_welfare best = welfare_at(demand, &ownership, cost);

        assert_true(bt_efficiency(&best, &best) == 1);
        assert_true(best.producer_surplus == 0);
        for (size_t other = 0; other < 20; other++) {
            random_prices(PRODUCTS, 0, 2, random, price);
            const bt_welfare welfare = welfare_at(demand, &ownership, price);
            const double efficiency = bt_efficiency(&welfare, &best);

            assert_true(efficiency < 1 && efficiency > 0);
        }
        for (size_t j = 0; j < PRODUCTS; j++)
            price[j] = INFINITY;
        const bt_welfare nothing = welfare_at(demand, &ownership, price);
        assert_near(bt_efficiency(&nothing, &best), 0, 1e-14);
        bt_demand_destroy(demand);
    }
    gsl_rng_free(random);
}

static void assert_stored_welfare(const equilibria_case *one, const equilibria_point *point)
{
    if (!point->present || isnan(point->welfare))
        return;
    const bt_welfare welfare = welfare_at(one->demand, &one->ownership, point->price);

    assert_relative(welfare.consumer_surplus, point->consumer_surplus, 4e-15);
    assert_relative(welfare.total, point->welfare, 4e-15);
    assert_near(welfare.producer_surplus, point->total_profit, 4e-15);
}

static void test_stored_welfare(void **state)
{
    equilibria_file *file = equilibria_load();
    size_t n_checked = 0;

    (void)state;
    for (size_t i = 0; i < file->n_cases; i++) {
        assert_stored_welfare(&file->cases[i], &file->cases[i].nash);
        assert_stored_welfare(&file->cases[i], &file->cases[i].joint_profit);
        assert_stored_welfare(&file->cases[i], &file->cases[i].marginal_cost);
        n_checked += isnan(file->cases[i].nash.welfare) ? 0 : 1;
    }
    assert_int_equal(n_checked, 27);
    equilibria_unload(file);
}

static void test_same_bits_for_any_number_of_threads(void **state)
{
    enum { TYPES = 6000 };
    gsl_rng *random = seeded(49);
    const random_demand_kind kind = {.outside_option = true, .largest_quality = 1};
    bt_demand *demand = random_demand(kind, PRODUCTS, TYPES, random);
    for (size_t type = 0; type < TYPES; type += 50) { /* the others have closed forms */
        demand->transform[type] = BT_PRICE_BUDGET;
        demand->transform_value[type] = 2.5;
    }
    bt_demand_work *work = bt_demand_work_create(demand);
    const bt_ownership ownership = sellers();
    bt_welfare one, many;
    double price[PRODUCTS];

    (void)state;
    random_prices(PRODUCTS, 0.5, 2, random, price);
    assert_int_equal(bt_welfare_at(demand, &ownership, price, &one, work, NULL), BT_OK);
    assert_int_equal(bt_demand_work_use_threads(work, 2, NULL), BT_OK);
    assert_int_equal(bt_welfare_at(demand, &ownership, price, &many, work, NULL), BT_OK);
    assert_memory_equal(&one.total, &many.total, sizeof one.total);
    assert_true(one.consumer_surplus_over_outside > 0);
    bt_demand_work_destroy(work);
    bt_demand_destroy(demand);
    gsl_rng_free(random);
}

static void test_sellers_of_other_products_are_refused(void **state)
{
    bt_ownership ownership = sellers();
    bt_demand *demand = NULL;
    bt_welfare welfare;
    bt_error error;

    (void)state;
    assert_int_equal(bt_demand_create(BT_LOGIT, 2, 1, 2, &demand, NULL), BT_OK);
    bt_demand_work *work = bt_demand_work_create(demand);
    assert_int_equal(bt_welfare_at(demand, &ownership, cost, &welfare, work, &error),
                     BT_INTERNAL);
    bt_demand_work_destroy(work);
    bt_demand_destroy(demand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money_metric_is_the_log_sum_difference),
        cmocka_unit_test(test_money_metric_of_log_price),
        cmocka_unit_test(test_money_metric_of_a_stretched_exponential),
        cmocka_unit_test(test_money_metric_of_a_budget),
        cmocka_unit_test(test_money_metric_without_bound),
        cmocka_unit_test(test_money_metric_is_the_mean_willingness),
        cmocka_unit_test(test_surplus_falls_by_what_is_bought),
        cmocka_unit_test(test_money_metric_falls_by_what_is_bought),
        cmocka_unit_test(test_realised_surplus_has_the_expected_mean),
        cmocka_unit_test(test_realised_surplus_is_the_maximum),
        cmocka_unit_test(test_fees_move_money_only),
        cmocka_unit_test(test_cost_is_first_best),
        cmocka_unit_test(test_stored_welfare),
        cmocka_unit_test(test_same_bits_for_any_number_of_threads),
        cmocka_unit_test(test_sellers_of_other_products_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
