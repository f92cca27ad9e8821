/* What a reported equilibrium says of itself: residual, error bound, certificate, listing. */
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

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))))
        fail_msg("%.17g is not %.17g: off by %.2g", value, expected, fabs(value - expected));
}

/* Two sellers, two segments: (weight, alpha, quality) and the rest. Costs 1. */
static void two_segments(small_market *market, double weight, const double *alpha,
                         const double *quality)
{
    small_market_create(market, BT_LOGIT, 2, 2);
    for (size_t type = 0; type < 2; type++) {
        market->demand->weight[type] = type == 0 ? weight : 1 - weight;
        market->demand->price_sensitivity[type] = alpha[type];
        for (size_t j = 0; j < 2; j++)
            market->demand->considered_quality[2 * type + j] = quality[type];
    }
    market->cost[0] = market->cost[1] = 1;
    small_market_check(market);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(bt_equilibrium_verdict_name(BT_EQUILIBRIUM), "equilibrium");
    assert_string_equal(bt_equilibrium_verdict_name(BT_MULTIPLE_EQUILIBRIA),
                        "multiple_equilibria");
    assert_string_equal(bt_equilibrium_verdict_name(BT_NO_PURE_EQUILIBRIUM_FOUND),
                        "no_pure_equilibrium_found");
    assert_string_equal(bt_equilibrium_verdict_name(BT_NO_FINITE_EQUILIBRIUM),
                        "no_finite_equilibrium");
}

/* Two equilibria in which both price low or both high; lowest total price first. */
static void test_two_symmetric_equilibria(void **state)
{
    const double alpha[2] = {5, 0.4};
    const double quality[2] = {6, 3};
    small_market market;
    bt_equilibrium_result result;

    (void)state;
    two_segments(&market, 0.9, alpha, quality);
    assert_int_equal(
        bt_equilibrium_solve(market.demand, &market.ownership, NULL, &result, NULL), BT_OK);
    assert_int_equal(result.verdict, BT_MULTIPLE_EQUILIBRIA);
    assert_int_equal(result.n_points, 2);
    assert_near(result.point[0].price[0], 1.322050, 1e-6);
    assert_near(result.point[1].price[0], 5.272698, 1e-6);
    for (size_t i = 0; i < 2; i++) {
        assert_near(result.point[i].price[1], result.point[i].price[0], 1e-12);
        assert_true(result.point[i].is_equilibrium);
        assert_true(result.point[i].foc_residual < 1e-13);
    }
    bt_equilibrium_result_free(&result);
    small_market_destroy(&market);
}

/* Equal sellers, unequal prices: one serves the price-sensitive, the other the rest; either
 * may be the one. */
static void test_two_asymmetric_equilibria(void **state)
{
    const double alpha[2] = {5, 0.2};
    const double quality[2] = {9.5, -0.5};
    small_market market;
    bt_equilibrium_result result;

    (void)state;
    two_segments(&market, 0.5, alpha, quality);
    assert_int_equal(
        bt_equilibrium_solve(market.demand, &market.ownership, NULL, &result, NULL), BT_OK);
    assert_int_equal(result.verdict, BT_MULTIPLE_EQUILIBRIA);
    assert_int_equal(result.n_points, 2);
    assert_near(fmin(result.point[0].price[0], result.point[0].price[1]), 1.777383, 1e-6);
    assert_near(fmax(result.point[0].price[0], result.point[0].price[1]), 6.571705, 1e-6);
    assert_near(result.point[0].price[0], result.point[1].price[1], 1e-12);
    assert_near(result.point[0].price[1], result.point[1].price[0], 1e-12);
    bt_equilibrium_result_free(&result);
    small_market_destroy(&market);
}

/* Without the certificate the false point passes, which is why it is the default. */
static void test_certificate_is_what_tells(void **state)
{
    const double alpha[2] = {4, 0.3};
    const double quality[2] = {6, 1.95};
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    small_market market;
    bt_equilibrium_result result;

    (void)state;
    two_segments(&market, 0.6, alpha, quality);
    settings.certify = false;
    assert_int_equal(
        bt_equilibrium_solve(market.demand, &market.ownership, &settings, &result, NULL),
        BT_OK);
    assert_true(result.n_points >= 2);
    assert_true(isnan(result.point[0].exploitability));
    assert_near(result.point[0].price[0], 1.689783, 1e-6);
    bt_equilibrium_result_free(&result);
    assert_int_equal(
        bt_equilibrium_solve(market.demand, &market.ownership, NULL, &result, NULL), BT_OK);
    assert_int_equal(result.n_points, 1);
    assert_near(result.point[0].price[0], 6.099901, 1e-6);
    bt_equilibrium_result_free(&result);
    small_market_destroy(&market);
}

/* The bound is at least the distance to the solution, at prices near and less near; where
 * it is not given, the distance is not small. */
static void test_error_bound_bounds(void **state)
{
    size_t n_given = 0;

    for (int trial = 0; trial < 60; trial++) {
        small_market market;
        double price[SMALL_PRODUCTS];

        if (trial % 2 == 0)
            random_mixed(&market, 5, 3, 6, *state);
        else
            small_market_random(&market, BT_LOGIT, 5, 3, *state);
        small_market_check(&market);
        bt_price_point solution = small_market_solve(&market);
        assert_true(solution.price_error_bound < 1e-11);
        for (int digit = 1; digit <= 12; digit++) {
            bt_price_point point;
            double distance = 0;

            for (size_t j = 0; j < 5; j++) {
                price[j] = solution.price[j] + pow(10, -digit) * random_between(*state, -1, 1);
                distance = fmax(distance, fabs(price[j] - solution.price[j]));
            }
            assert_int_equal(bt_equilibrium_evaluate(market.demand, &market.ownership, price,
                                                     NULL, &point, NULL),
                             BT_OK);
            if (isnan(point.price_error_bound)) {
                assert_true(digit <= 2);
            } else {
                n_given++;
                assert_true(point.price_error_bound >= distance);
                /* ... and of that order: the inverse's worst case over the actual one. */
                assert_true(point.price_error_bound <= 1000 * distance + 1e-11);
            }
            /* Prices right to 1e-6 pass as an equilibrium, prices off by 0.1 do not. */
            if (digit >= 6)
                assert_true(point.is_equilibrium);
            if (distance > 0.05)
                assert_false(point.is_equilibrium);
            bt_price_point_free(&point);
        }
        bt_price_point_free(&solution);
        small_market_destroy(&market);
    }
    assert_true(n_given > 600);
}

/* The solution at 1e-13 against one from other starts and without Newton's help. */
static void test_bound_of_the_solution_itself(void **state)
{
    for (int trial = 0; trial < 20; trial++) {
        small_market market;
        double price[SMALL_PRODUCTS];
        double next[SMALL_PRODUCTS];
        double objective;

        random_mixed(&market, 6, 6, 5, *state);
        bt_price_point solution = small_market_solve(&market);
        bt_demand_work *work = bt_demand_work_create(market.demand);
        /* Best responses one after the other come to rest by themselves. */
        memcpy(price, solution.price, sizeof(double) * 6);
        for (size_t j = 0; j < 6; j++)
            price[j] += 0.05;
        for (int round = 0; round < 80; round++)
            for (size_t i = 0; i < 6; i++) {
                assert_int_equal(bt_best_response(market.demand, &market.ownership, i, price,
                                                  next, &objective, work, NULL),
                                 BT_OK);
                memcpy(price, next, sizeof(double) * 6);
            }
        for (size_t j = 0; j < 6; j++)
            assert_true(fabs(price[j] - solution.price[j]) <=
                        solution.price_error_bound + 1e-13);
        bt_demand_work_destroy(work);
        bt_price_point_free(&solution);
        small_market_destroy(&market);
    }
}

/* Elasticities and gradients against differences of shares and objectives. */
static void test_elasticities_and_gradient(void **state)
{
    for (int trial = 0; trial < 40; trial++) {
        const random_demand_kind kind = {
            .model = trial % 2 == 0 ? BT_LOGIT : BT_NESTED_LOGIT,
            .outside_option = trial % 3 != 0,
            .sparse = trial % 5 == 0,
            .transform = (uint8_t)(trial / 2 % 4),
            .largest_quality = 2,
        };
        const size_t n = 5;
        small_market market;
        double price[SMALL_PRODUCTS];
        double gradient[SMALL_PRODUCTS];

        small_market_create(&market, BT_LOGIT, n, 1);
        bt_demand_destroy(market.demand);
        market.demand = random_demand(kind, n, 4, *state);
        market.ownership.n_sellers = 3;
        market.ownership.fee_per_unit = 0.05;
        market.ownership.fee_ad_valorem = 0.1;
        for (size_t j = 0; j < n; j++) {
            market.seller[j] = (uint32_t)(j % 3);
            market.cost[j] = 0.3;
            price[j] = random_between(*state, 0.5, 0.95); /* within all budgets */
            market.objective[j] = (uint8_t)(trial % 3);
            market.risk_aversion[j] = 0.7;
        }
        bt_demand_work *work = bt_demand_work_create(market.demand);
        bt_price_point point;
        assert_int_equal(bt_equilibrium_evaluate(market.demand, &market.ownership, price,
                                                 &(bt_equilibrium_settings){.n_threads = 1},
                                                 &point, NULL),
                         BT_OK);
        bt_objective_gradient(market.demand, &market.ownership, price, gradient, work);
        for (size_t j = 0; j < n; j++) {
            const double h = 1e-6;
            const double at = price[j];
            double up[SMALL_PRODUCTS];
            double down[SMALL_PRODUCTS];
            double outside;

            price[j] = at + h;
            bt_demand_shares(market.demand, price, up, &outside, NULL, work);
            const double above = objective_from_shares(market.demand, &market.ownership,
                                                       market.seller[j], price, work);
            price[j] = at - h;
            bt_demand_shares(market.demand, price, down, &outside, NULL, work);
            const double below = objective_from_shares(market.demand, &market.ownership,
                                                       market.seller[j], price, work);
            price[j] = at;
            if (point.share[j] > 1e-6)
                assert_near(point.elasticity[j],
                            (up[j] - down[j]) / (2 * h) * at / point.share[j], 1e-5);
            assert_near(gradient[j], (above - below) / (2 * h), 1e-8);
        }
        for (size_t i = 0; i < 3; i++)
            assert_near(point.objective[i],
                        objective_from_shares(market.demand, &market.ownership, i, price, work),
                        1e-13);
        bt_demand_work_destroy(work);
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* Products that nobody would buy at any price do not stop the rest. */
static void test_product_out_of_the_market(void **state)
{
    for (size_t n_types = 1; n_types <= 4; n_types += 3) {
        small_market with;
        small_market without;

        random_mixed(&with, 4, 4, n_types, *state);
        small_market_create(&without, BT_LOGIT, 3, n_types);
        for (size_t type = 0; type < n_types; type++) {
            with.demand->considered_quality[4 * type + 3] = -1e5;
            without.demand->price_sensitivity[type] = with.demand->price_sensitivity[type];
            for (size_t j = 0; j < 3; j++)
                without.demand->considered_quality[3 * type + j] =
                    with.demand->considered_quality[4 * type + j];
        }
        memcpy(without.cost, with.cost, 3 * sizeof(double));
        small_market_check(&without);
        bt_price_point point = small_market_solve(&with);
        bt_price_point other = small_market_solve(&without);
        for (size_t j = 0; j < 3; j++)
            assert_near(point.price[j], other.price[j], 1e-13);
        assert_true(isfinite(point.price[3]));
        assert_true(point.share[3] == 0);
        assert_true(point.is_equilibrium);
        assert_true(point.foc_residual < 1e-12);

        /* A rival at an infinite price, evaluated: the rest stands as without it. */
        bt_price_point evaluated;
        double price[4] = {point.price[0], point.price[1], point.price[2], INFINITY};
        assert_int_equal(bt_equilibrium_evaluate(with.demand, &with.ownership, price, NULL,
                                                 &evaluated, NULL),
                         BT_OK);
        assert_true(evaluated.is_equilibrium);
        assert_near(evaluated.profit[0], other.profit[0], 1e-13);
        bt_price_point_free(&evaluated);
        bt_price_point_free(&point);
        bt_price_point_free(&other);
        small_market_destroy(&with);
        small_market_destroy(&without);
    }
}

/* HHI of inside shares by seller, markups, size. */
static void test_what_a_point_says(void **state)
{
    small_market market;
    double inside = 0;
    double hhi = 0;

    random_mixed(&market, 6, 3, 4, *state);
    market.demand->size = 250;
    bt_price_point point = small_market_solve(&market);
    for (size_t j = 0; j < 6; j++)
        inside += point.share[j];
    assert_near(inside + point.outside_share, 1, 1e-14);
    for (size_t i = 0; i < 3; i++) {
        double share = 0;
        double profit = 0;

        for (size_t j = 0; j < 6; j++)
            if (market.seller[j] == i) {
                share += point.share[j];
                profit += 250 * point.share[j] * (point.price[j] - market.cost[j]);
            }
        hhi += 1e4 * share * share / (inside * inside);
        assert_near(point.profit[i], profit, 1e-13);
        assert_near(point.objective[i], profit / 250, 1e-13);
    }
    assert_near(point.hhi, hhi, 1e-13);
    for (size_t j = 0; j < 6; j++)
        assert_near(point.markup[j], (point.price[j] - market.cost[j]) / point.price[j], 1e-14);
    bt_price_point_free(&point);
    small_market_destroy(&market);
}

/* A merger raises the prices of who merge, rivals follow, and buyers lose. */
static void test_mergers(void **state)
{
    for (int trial = 0; trial < 20; trial++) {
        small_market market;

        random_mixed(&market, 5, 5, trial % 2 == 0 ? 1 : 4, *state);
        bt_price_point before = small_market_solve(&market);
        market.seller[1] = 0;
        for (size_t j = 2; j < 5; j++)
            market.seller[j] = (uint32_t)(j - 1);
        market.ownership.n_sellers = 4;
        bt_price_point after = small_market_solve(&market);
        assert_true(after.price[0] > before.price[0]);
        assert_true(after.price[1] > before.price[1]);
        assert_true(after.welfare.consumer_surplus < before.welfare.consumer_surplus);
        assert_true(after.profit[0] > before.profit[0] + before.profit[1]);
        if (trial % 2 == 0)
            for (size_t j = 2; j < 5; j++)
                assert_true(after.price[j] > before.price[j]);
        bt_price_point_free(&before);
        bt_price_point_free(&after);
        small_market_destroy(&market);
    }
}

/* Joint profit beats the equilibrium and any random prices; profits are by seller. */
static void test_joint_profit(void **state)
{
    for (int trial = 0; trial < 20; trial++) {
        small_market market;
        bt_price_point joint;
        double best = 0;

        random_mixed(&market, 4, 3, trial % 2 == 0 ? 1 : 5, *state);
        bt_price_point nash = small_market_solve(&market);
        assert_int_equal(
            bt_joint_profit_solve(market.demand, &market.ownership, NULL, &joint, NULL), BT_OK);
        assert_int_equal(joint.n_sellers, 3);
        for (size_t i = 0; i < 3; i++)
            best += joint.profit[i];
        assert_true(best >= nash.profit[0] + nash.profit[1] + nash.profit[2]);
        assert_true(joint.is_equilibrium);
        assert_true(joint.foc_residual < 1e-12);
        bt_demand_work *work = bt_demand_work_create(market.demand);
        for (int draw = 0; draw < 300; draw++) {
            double price[SMALL_PRODUCTS];
            double sum = 0;

            for (size_t j = 0; j < 4; j++)
                price[j] = draw % 2 == 0 ? market.cost[j] + 3 * gsl_rng_uniform(*state)
                                         : joint.price[j] + random_between(*state, -0.1, 0.1);
            for (size_t i = 0; i < 3; i++)
                sum += bt_seller_objective(market.demand, &market.ownership, i, price, work);
            assert_true(sum <= best + 1e-13);
        }
        bt_demand_work_destroy(work);
        bt_price_point_free(&nash);
        bt_price_point_free(&joint);
        small_market_destroy(&market);
    }
}

/* Sellers whose prices are all given stay out of the cartel. */
static void test_joint_profit_leaves_given_prices_out(void **state)
{
    small_market market;
    small_market merged;
    bt_price_point joint;

    small_market_random(&market, BT_LOGIT, 3, 3, *state);
    market.fixed_price[2] = market.cost[2] + 0.2;
    small_market_check(&market);
    assert_int_equal(
        bt_joint_profit_solve(market.demand, &market.ownership, NULL, &joint, NULL), BT_OK);
    merged = market;
    merged.ownership.seller = merged.seller;
    merged.ownership.cost = merged.cost;
    merged.ownership.fixed_price = merged.fixed_price;
    merged.ownership.objective = NULL;
    merged.ownership.n_sellers = 2;
    merged.seller[0] = merged.seller[1] = 0;
    merged.seller[2] = 1;
    bt_price_point cartel = small_market_solve(&merged);
    for (size_t j = 0; j < 3; j++)
        assert_near(joint.price[j], cartel.price[j], 1e-14);
    bt_price_point_free(&joint);
    bt_price_point_free(&cartel);
    small_market_destroy(&market);
}

static void test_first_best(void **state)
{
    small_market market;
    bt_price_point best;

    random_mixed(&market, 5, 3, 4, *state);
    market.ownership.fee_per_unit = 0.1; /* a transfer: prices are at cost all the same */
    bt_price_point nash = small_market_solve(&market);
    assert_int_equal(bt_first_best(market.demand, &market.ownership, &best, NULL), BT_OK);
    for (size_t j = 0; j < 5; j++)
        assert_true(best.price[j] == market.cost[j]);
    assert_true(best.welfare.total > nash.welfare.total);
    assert_true(bt_efficiency(&nash.welfare, &best.welfare) < 1);
    bt_price_point_free(&nash);
    bt_price_point_free(&best);
    small_market_destroy(&market);
}

/* Everything given: nothing to solve, and nothing to gain. */
static void test_all_prices_given(void **state)
{
    for (size_t n_types = 1; n_types <= 3; n_types += 2) {
        small_market market;

        random_mixed(&market, 3, 3, n_types, *state);
        for (size_t j = 0; j < 3; j++)
            market.fixed_price[j] = 2;
        bt_price_point point = small_market_solve(&market);
        for (size_t j = 0; j < 3; j++)
            assert_true(point.price[j] == 2);
        assert_true(point.exploitability == 0);
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

static void test_exploitability(void **state)
{
    for (int trial = 0; trial < 30; trial++) {
        small_market market;
        double price[SMALL_PRODUCTS];
        double exploitability;
        double gain = 0;

        random_mixed(&market, 3, 3, trial % 2 == 0 ? 1 : 4, *state);
        bt_demand_work *work = bt_demand_work_create(market.demand);
        for (size_t j = 0; j < 3; j++)
            price[j] = market.cost[j] + 2 * gsl_rng_uniform(*state);
        assert_int_equal(bt_exploitability(market.demand, &market.ownership, price,
                                           &exploitability, work, NULL),
                         BT_OK);
        /* By a fine grid over each seller's price. */
        for (size_t i = 0; i < 3; i++) {
            const double at = price[i];
            const double here =
                objective_from_shares(market.demand, &market.ownership, i, price, work);

            for (int k = 0; k <= 4000; k++) {
                price[i] = market.cost[i] + 1e-3 * k;
                gain = fmax(gain, objective_from_shares(market.demand, &market.ownership, i,
                                                        price, work) -
                                      here);
            }
            price[i] = at;
        }
        assert_true(exploitability >= gain - 1e-15);
        assert_near(exploitability, gain, 1e-6);
        bt_demand_work_destroy(work);
        small_market_destroy(&market);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_two_symmetric_equilibria),
        cmocka_unit_test(test_two_asymmetric_equilibria),
        cmocka_unit_test(test_certificate_is_what_tells),
        cmocka_unit_test(test_error_bound_bounds),
        cmocka_unit_test(test_bound_of_the_solution_itself),
        cmocka_unit_test(test_elasticities_and_gradient),
        cmocka_unit_test(test_product_out_of_the_market),
        cmocka_unit_test(test_what_a_point_says),
        cmocka_unit_test(test_mergers),
        cmocka_unit_test(test_joint_profit),
        cmocka_unit_test(test_joint_profit_leaves_given_prices_out),
        cmocka_unit_test(test_first_best),
        cmocka_unit_test(test_all_prices_given),
        cmocka_unit_test(test_exploitability),
    };

    return cmocka_run_group_tests_name("markets.equilibrium", tests, make_random, free_random);
}
