/* Equilibria of large markets, on any number of threads, and markets that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/markets/small_markets.h"

static int make_random(void **state)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(random, 5);
    *state = random;
    return 0;
}

static int free_random(void **state)
{
    gsl_rng_free(*state);
    return 0;
}

/* The same bytes for 1, 2 and 4 threads: all numbers of all points. */
static void assert_same_points(const bt_equilibrium_result *a, const bt_equilibrium_result *b)
{
    assert_int_equal(a->verdict, b->verdict);
    assert_int_equal(a->n_points, b->n_points);
    assert_int_equal(a->n_rejected, b->n_rejected);
    assert_string_equal(a->reason, b->reason);
    for (size_t i = 0; i < a->n_points; i++) {
        const bt_price_point *x = &a->point[i];
        const bt_price_point *y = &b->point[i];
        const size_t bytes = (5 * x->n_products + 2 * x->n_sellers) * sizeof(double);

        /* The arrays are one block. */
        assert_memory_equal(x->price, y->price, bytes);
        assert_memory_equal(&x->outside_share, &y->outside_share, sizeof(double));
        assert_memory_equal(&x->welfare, &y->welfare, sizeof x->welfare);
        assert_memory_equal(&x->foc_residual, &y->foc_residual, sizeof(double));
        assert_memory_equal(&x->price_error_bound, &y->price_error_bound, sizeof(double));
        assert_memory_equal(&x->exploitability, &y->exploitability, sizeof(double));
        assert_int_equal(x->iterations, y->iterations);
    }
}

static void assert_threads_agree(const bt_demand *demand, const bt_ownership *ownership,
                                 bool certify)
{
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    bt_equilibrium_result one;
    bt_equilibrium_result more;

    settings.n_starts = 1;
    settings.certify = certify;
    assert_int_equal(bt_equilibrium_solve(demand, ownership, &settings, &one, NULL), BT_OK);
    assert_true(one.n_points > 0);
    for (size_t n_threads = 2; n_threads <= 4; n_threads += 2) {
        settings.n_threads = n_threads;
        assert_int_equal(bt_equilibrium_solve(demand, ownership, &settings, &more, NULL),
                         BT_OK);
        assert_same_points(&one, &more);
        bt_equilibrium_result_free(&more);
    }
    bt_equilibrium_result_free(&one);
}

/* Many rows: sums run over several blocks, certificates over several sellers. */
static void test_threads_same_bytes(void **state)
{
    gsl_rng *random = *state;
    const size_t n_products = 420;
    const size_t n_types = 4000;
    const size_t n_considered = 10;
    uint32_t *seller = calloc(n_products, sizeof *seller);
    double *cost = calloc(n_products, sizeof *cost);
    bt_demand *demand;
    small_market dense;

    assert_int_equal(
        bt_demand_create(BT_LOGIT, n_products, n_types, n_types * n_considered, &demand, NULL),
        BT_OK);
    for (size_t type = 0; type < n_types; type++) {
        const size_t begin = type * n_considered;

        demand->row_start[type + 1] = begin + n_considered;
        demand->price_sensitivity[type] = random_between(random, 1, 3);
        for (size_t k = 0; k < n_considered; k++) {
            demand->considered_product[begin + k] =
                (uint32_t)(k * (n_products / n_considered) +
                           gsl_rng_uniform_int(random, n_products / n_considered));
            demand->considered_quality[begin + k] = random_between(random, 0, 2);
        }
    }
    for (size_t j = 0; j < n_products; j++) {
        seller[j] = (uint32_t)(j % 40);
        cost[j] = random_between(random, 0.5, 1);
    }
    assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
    assert_threads_agree(
        demand,
        &(bt_ownership){
            .n_products = n_products, .n_sellers = 40, .seller = seller, .cost = cost},
        true);
    bt_demand_destroy(demand);
    free(seller);
    free(cost);

    random_mixed(&dense, 20, 5, 1500, random);
    assert_threads_agree(dense.demand, &dense.ownership, false);
    small_market_destroy(&dense);
}

/* Large sparse markets take another way to the solution (Anderson's mixing): it is one. */
static void test_many_products(void **state)
{
    gsl_rng *random = *state;
    const size_t n_products = 600;
    const size_t n_types = 900;
    uint32_t *seller = calloc(n_products, sizeof *seller);
    double *cost = calloc(n_products, sizeof *cost);
    double *gradient = calloc(n_products, sizeof *gradient);
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    bt_equilibrium_result result;
    bt_demand *demand;

    assert_int_equal(
        bt_demand_create(BT_LOGIT, n_products, n_types, n_types * 8, &demand, NULL), BT_OK);
    for (size_t type = 0; type < n_types; type++) {
        demand->row_start[type + 1] = 8 * (type + 1);
        demand->price_sensitivity[type] = random_between(random, 1, 2);
        for (size_t k = 0; k < 8; k++) {
            /* Every product is considered by someone. */
            demand->considered_product[8 * type + k] = (uint32_t)(75 * k + type % 75);
            demand->considered_quality[8 * type + k] = random_between(random, 0, 2);
        }
    }
    for (size_t j = 0; j < n_products; j++) {
        seller[j] = (uint32_t)(j % 60);
        cost[j] = random_between(random, 0.5, 1);
    }
    assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
    const bt_ownership ownership = {
        .n_products = n_products, .n_sellers = 60, .seller = seller, .cost = cost};
    settings.n_starts = 1;
    assert_int_equal(bt_equilibrium_solve(demand, &ownership, &settings, &result, NULL), BT_OK);
    assert_int_equal(result.verdict, BT_EQUILIBRIUM);
    assert_true(result.point[0].foc_residual < 1e-12);
    assert_true(result.point[0].price_error_bound < 1e-9);
    bt_demand_work *work = bt_demand_work_create(demand);
    bt_objective_gradient(demand, &ownership, result.point[0].price, gradient, work);
    for (size_t j = 0; j < n_products; j++)
        assert_true(fabs(gradient[j]) < 1e-12 * result.point[0].share[j] + 1e-17);
    bt_demand_work_destroy(work);
    bt_equilibrium_result_free(&result);
    bt_demand_destroy(demand);
    free(gradient);
    free(seller);
    free(cost);
}

static void assert_refused(const small_market *market, const char *says)
{
    bt_equilibrium_result result;
    bt_error error;

    assert_int_equal(
        bt_equilibrium_solve(market->demand, &market->ownership, NULL, &result, &error),
        BT_BAD_INPUT);
    if (strstr(error.message, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.message, says);
}

static void test_wrong_sellers_are_refused(void **state)
{
    small_market market;
    double price[3] = {1, NAN, 1};
    bt_price_point point;
    bt_error error;

    small_market_random(&market, BT_LOGIT, 3, 3, *state);
    small_market_check(&market);
    market.seller[1] = 3;
    assert_refused(&market, "product 1 belongs to seller 3, but sellers run from 0 to 2");
    market.seller[1] = 1;
    market.cost[2] = INFINITY;
    assert_refused(&market, "the cost of product 2 must be a finite number");
    market.cost[2] = 1;
    market.fixed_price[0] = INFINITY;
    assert_refused(&market, "the fixed price of product 0 must be finite");
    market.fixed_price[0] = NAN;
    market.ownership.fee_ad_valorem = 1;
    assert_refused(&market, "the ad valorem fee must be at least 0 and below 1");
    market.ownership.fee_ad_valorem = 0;
    market.objective[1] = BT_MEAN_VARIANCE;
    market.risk_aversion[1] = -1;
    assert_refused(&market, "the risk aversion of seller 1 must be zero or positive");
    market.objective[1] = 9;
    assert_refused(&market, "seller 1 has the unknown objective 9");
    market.objective[1] = 0;
    market.ownership.n_sellers = 4;
    assert_refused(&market, "3 products need between one and 3 sellers, not 4");
    market.ownership.n_sellers = 3;
    market.ownership.n_products = 2;
    assert_refused(&market, "sellers own 2 products, but buyers consider 3");
    market.ownership.n_products = 3;
    assert_int_equal(
        bt_equilibrium_evaluate(market.demand, &market.ownership, price, NULL, &point, &error),
        BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "the price of product 1 is not a number"));
    small_market_destroy(&market);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_same_bytes),
        cmocka_unit_test(test_many_products),
        cmocka_unit_test(test_wrong_sellers_are_refused),
    };

    return cmocka_run_group_tests_name("markets.equilibrium", tests, make_random, free_random);
}
