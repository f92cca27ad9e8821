/* Markets without a finite equilibrium are named, with the reason that applies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/markets/small_markets.h"

/* Symmetric plain logit: n products at cost 1, alpha, mu = 1. */
static void symmetric(small_market *market, size_t n, uint8_t transform, double value,
                      double alpha, bool outside)
{
    small_market_create(market, BT_LOGIT, n, 1);
    market->demand->transform[0] = transform;
    market->demand->transform_value[0] = value;
    market->demand->price_sensitivity[0] = alpha;
    market->demand->has_outside_option = outside;
    for (size_t j = 0; j < n; j++)
        market->cost[j] = 1;
    small_market_check(market);
}

static void assert_none(small_market *market, const char *reason)
{
    bt_equilibrium_result result;

    assert_int_equal(
        bt_equilibrium_solve(market->demand, &market->ownership, NULL, &result, NULL), BT_OK);
    assert_string_equal(bt_equilibrium_verdict_name(result.verdict), "no_finite_equilibrium");
    if (strstr(result.reason, reason) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", result.reason, reason);
    assert_int_equal(result.n_points, 0);
    bt_equilibrium_result_free(&result);
    small_market_destroy(market);
}

static void assert_one(small_market *market, double price)
{
    bt_price_point point = small_market_solve(market);

    if (!isnan(price) && !(fabs(point.price[0] / price - 1) < 1e-10))
        fail_msg("the price is %.17g, not %.17g", point.price[0], price);
    assert_true(point.is_equilibrium);
    bt_price_point_free(&point);
    small_market_destroy(market);
}

static void test_log_price(void **state)
{
    small_market market;

    (void)state;
    symmetric(&market, 3, BT_PRICE_LOG, 0, 1.001, true);
    assert_one(&market, NAN);
    symmetric(&market, 3, BT_PRICE_LOG, 0, 1, true);
    assert_none(&market, "tends to a limit that no price attains");
    symmetric(&market, 3, BT_PRICE_LOG, 0, 0.7, true);
    assert_none(&market, "grows without bound");
    symmetric(&market, 2, BT_PRICE_BOX_COX, 0, 0.7, true);
    assert_none(&market, "grows without bound");
    /* mu counts: r = alpha/mu. */
    symmetric(&market, 2, BT_PRICE_LOG, 0, 1.2, true);
    market.demand->scale[0] = 1.5;
    assert_none(&market, "r = alpha/mu = 0.8");
}

/* r > n/(n-1), the price then c r (n-1)/(r (n-1) - n). */
static void test_log_price_without_outside_option(void **state)
{
    (void)state;
    for (size_t n = 2; n <= 6; n++) {
        const double limit = (double)n / (double)(n - 1);
        small_market market;

        symmetric(&market, n, BT_PRICE_LOG, 0, limit, false);
        assert_none(&market, "rise without bound");
        symmetric(&market, n, BT_PRICE_LOG, 0, 0.99 * limit, false);
        assert_none(&market, "n/(n-1)");
        for (double r = 1.01 * limit; r < 5; r *= 1.5) {
            const double k = r * (double)(n - 1);

            symmetric(&market, n, BT_PRICE_LOG, 0, r, false);
            assert_one(&market, k / (k - (double)n));
        }
    }
}

/* Costs, qualities and numbers of products do not matter to the rule, sellers do. */
static void test_log_price_asymmetric(void **state)
{
    static const double ratio[] = {1.3, 1.4, 1.5, 1.6, 1.7, 2.4};
    small_market market;

    (void)state;
    for (size_t i = 0; i < sizeof ratio / sizeof *ratio; i++) {
        const double r = ratio[i];

        symmetric(&market, 5, BT_PRICE_LOG, 0, r, false);
        for (size_t j = 0; j < 5; j++) {
            market.demand->considered_quality[j] = 0.4 * (double)j;
            market.cost[j] = 1 + 0.3 * (double)(j % 3);
            market.seller[j] = j < 3 ? 0 : (uint32_t)(j - 2);
        }
        market.ownership.n_sellers = 3; /* limit 1.5 */
        if (r <= 1.5)
            assert_none(&market, "3 sellers need r");
        else
            assert_one(&market, NAN);
    }
    /* A given price anywhere is an outside option. */
    symmetric(&market, 3, BT_PRICE_LOG, 0, 1.2, false);
    assert_none(&market, "n/(n-1) = 1.5");
    symmetric(&market, 3, BT_PRICE_LOG, 0, 1.2, false);
    market.fixed_price[2] = 3;
    assert_one(&market, NAN);
}

/* No closed rule: buyers who see some of the sellers. What best responses do is said. */
static void test_rising_best_responses_are_noticed(void **state)
{
    (void)state;
    for (double r = 1.2; r < 3; r += 0.6) {
        small_market market;
        bt_equilibrium_result result;

        small_market_create(&market, BT_LOGIT, 3, 3);
        /* Three types, each seeing two of the three sellers: n = 2 for all, limit 2. */
        for (size_t type = 0; type < 3; type++) {
            market.demand->row_start[type + 1] = 2 * (type + 1);
            market.demand->considered_product[2 * type] = type == 2 ? 1 : 0;
            market.demand->considered_product[2 * type + 1] = type == 0 ? 1 : 2;
            market.demand->transform[type] = BT_PRICE_LOG;
            market.demand->price_sensitivity[type] = r;
            market.cost[type] = 1;
        }
        market.demand->has_outside_option = false;
        small_market_check(&market);
        assert_int_equal(
            bt_equilibrium_solve(market.demand, &market.ownership, NULL, &result, NULL), BT_OK);
        if (r < 2) {
            assert_string_equal(bt_equilibrium_verdict_name(result.verdict),
                                "no_finite_equilibrium");
            assert_non_null(strstr(result.reason, "rise without bound"));
        } else {
            assert_int_equal(result.verdict, BT_EQUILIBRIUM);
            /* The symmetric price of two sellers. */
            assert_true(fabs(result.point[0].price[0] / (r / (r - 2)) - 1) < 1e-10);
        }
        bt_equilibrium_result_free(&result);
        small_market_destroy(&market);
    }
}

static void test_box_cox(void **state)
{
    small_market market;

    (void)state;
    symmetric(&market, 2, BT_PRICE_BOX_COX, -0.2, 5, true);
    assert_none(&market, "Box-Cox lambda = -0.2 below zero");
    /* 0 < lambda <= 1: always one, however small alpha. */
    for (double lambda = 0.2; lambda <= 1; lambda += 0.2)
        for (double alpha = 0.3; alpha < 4; alpha *= 2) {
            symmetric(&market, 2, BT_PRICE_BOX_COX, lambda, alpha, true);
            assert_one(&market, NAN);
            symmetric(&market, 3, BT_PRICE_BOX_COX, lambda, alpha, false);
            assert_one(&market, NAN);
        }
}

static void test_captive_buyers(void **state)
{
    small_market market;

    (void)state;
    symmetric(&market, 1, BT_PRICE_LINEAR, 0, 1, false);
    assert_none(&market, "its profit rises with its price for ever");
    symmetric(&market, 2, BT_PRICE_LINEAR, 0, 1, false);
    market.seller[1] = 0;
    market.ownership.n_sellers = 1;
    assert_none(&market, "nothing but the products of seller 0");
    symmetric(&market, 1, BT_PRICE_BUDGET, 3, 1, false);
    assert_none(&market, "up to their budget");
    /* A given price frees them, even one of the seller's own. */
    symmetric(&market, 2, BT_PRICE_LINEAR, 0, 1, false);
    market.seller[1] = 0;
    market.ownership.n_sellers = 1;
    market.fixed_price[1] = 2;
    assert_one(&market, NAN);
    /* One captive type among many is enough. */
    small_market_create(&market, BT_LOGIT, 2, 2);
    market.demand->row_start[1] = 2;
    market.demand->row_start[2] = 3;
    market.demand->considered_product[0] = 0;
    market.demand->considered_product[1] = 1;
    market.demand->considered_product[2] = 1;
    market.demand->has_outside_option = false;
    small_market_check(&market);
    assert_none(&market, "some buyers have nothing but the products of seller 1");
}

/* Joint profit without an outside option: NAN throughout, and no failure. */
static void test_joint_profit_without_limit(void **state)
{
    small_market market;
    bt_price_point joint;

    (void)state;
    symmetric(&market, 3, BT_PRICE_LINEAR, 0, 1, false);
    assert_int_equal(
        bt_joint_profit_solve(market.demand, &market.ownership, NULL, &joint, NULL), BT_OK);
    assert_false(joint.is_equilibrium);
    assert_true(isnan(joint.price[0]) && isnan(joint.profit[2]) && isnan(joint.hhi));
    bt_price_point_free(&joint);
    small_market_destroy(&market);
}

/* No best response, no number: the error says why; exploitability is infinite. */
static void test_no_best_response(void **state)
{
    small_market market;
    const double price[2] = {2, 3};
    double best[2];
    double objective;
    double exploitability;
    bt_price_point point;
    bt_error error;

    (void)state;
    symmetric(&market, 2, BT_PRICE_LOG, 0, 0.5, true);
    bt_demand_work *work = bt_demand_work_create(market.demand);
    assert_int_equal(bt_best_response(market.demand, &market.ownership, 0, price, best,
                                      &objective, work, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "there is no best response: with log price"));
    assert_int_equal(bt_exploitability(market.demand, &market.ownership, price, &exploitability,
                                       work, &error),
                     BT_OK);
    assert_true(exploitability == INFINITY);
    assert_int_equal(
        bt_equilibrium_evaluate(market.demand, &market.ownership, price, NULL, &point, &error),
        BT_OK);
    assert_false(point.is_equilibrium);
    assert_true(point.deviation.gain == INFINITY);
    assert_true(point.deviation.price[point.deviation.seller] == INFINITY);
    bt_price_point_free(&point);
    bt_demand_work_destroy(work);
    small_market_destroy(&market);
}

/* Risk aversion limits prices that expected profit does not. */
static void test_risk_aversion_limits(void **state)
{
    small_market market;

    (void)state;
    symmetric(&market, 2, BT_PRICE_LOG, 0, 0.8, true);
    market.objective[0] = market.objective[1] = BT_MEAN_VARIANCE;
    market.risk_aversion[0] = market.risk_aversion[1] = 0.5;
    assert_one(&market, NAN);
    symmetric(&market, 2, BT_PRICE_LOG, 0, 0.8, true);
    market.objective[0] = BT_MEAN_VARIANCE;
    assert_none(&market, "grows without bound");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_price),
        cmocka_unit_test(test_log_price_without_outside_option),
        cmocka_unit_test(test_log_price_asymmetric),
        cmocka_unit_test(test_rising_best_responses_are_noticed),
        cmocka_unit_test(test_box_cox),
        cmocka_unit_test(test_captive_buyers),
        cmocka_unit_test(test_joint_profit_without_limit),
        cmocka_unit_test(test_no_best_response),
        cmocka_unit_test(test_risk_aversion_limits),
    };

    return cmocka_run_group_tests_name("markets.equilibrium_existence", tests, NULL, NULL);
}
