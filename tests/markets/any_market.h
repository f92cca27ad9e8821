/*
 * What must hold for any market: random ones of every kind (logit and nested, mixed and
 * sparse, four price transforms, several products a seller, given prices, fees, risk
 * aversion, with and without an outside option).
 *
 * No reported equilibrium is broken by any of hundreds of deviations tried here, apart from
 * the solver and from shares alone: common markups, single products, small and large
 * changes. Cycles are made of best responses. Where there is said to be no finite
 * equilibrium, a reason is given.
 *
 * tests/markets/test_any_market.c looks at some, slow_any_market.c at many.
 */
#ifndef BT_TESTS_MARKETS_ANY_MARKET_H
#define BT_TESTS_MARKETS_ANY_MARKET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/markets/small_markets.h"

enum { DEVIATIONS = 400 };

static inline random_demand_kind random_kind(gsl_rng *random)
{
    return (random_demand_kind){
        .model = gsl_rng_uniform(random) < 0.7 ? BT_LOGIT : BT_NESTED_LOGIT,
        .outside_option = gsl_rng_uniform(random) < 0.8,
        .sparse = gsl_rng_uniform(random) < 0.4,
        .transform = (uint8_t)gsl_rng_uniform_int(random, 4),
        .largest_quality = gsl_rng_uniform(random) < 0.8 ? 3 : 30,
    };
}

static inline void random_market(small_market *market, gsl_rng *random)
{
    const size_t n = 1 + gsl_rng_uniform_int(random, 6);
    const size_t n_types =
        gsl_rng_uniform(random) < 0.3 ? 1 : 1 + gsl_rng_uniform_int(random, 20);
    const size_t n_sellers = 1 + gsl_rng_uniform_int(random, n);
    const bool any_given = gsl_rng_uniform(random) < 0.3;
    const bool any_risk_aversion = gsl_rng_uniform(random) < 0.25;

    small_market_create(market, BT_LOGIT, n, 1);
    bt_demand_destroy(market->demand);
    market->demand = random_demand(random_kind(random), n, n_types, random);
    market->ownership.n_sellers = n_sellers;
    for (size_t j = 0; j < n; j++) {
        market->seller[j] =
            j < n_sellers ? (uint32_t)j : (uint32_t)gsl_rng_uniform_int(random, n_sellers);
        market->cost[j] = random_between(random, 0.2, 2);
        if (any_given && gsl_rng_uniform(random) < 0.2)
            market->fixed_price[j] = market->cost[j] * random_between(random, 0.8, 2);
        market->risk_aversion[j] = random_between(random, 0, 2);
        if (any_risk_aversion)
            market->objective[j] = (uint8_t)gsl_rng_uniform_int(random, 3);
    }
    if (gsl_rng_uniform(random) < 0.3) {
        market->ownership.fee_per_unit = 0.1;
        market->ownership.fee_ad_valorem = 0.15;
    }
}

/* Another price for a seller's product: near, or anywhere. */
static inline double another_price(double price, double zero_margin, int draw, double common,
                                   gsl_rng *random)
{
    const double markup = fabs(price - zero_margin) + 1e-9;
    double other = price;

    switch (draw % 4) {
    case 0:
        other = zero_margin + markup * common;
        break;
    case 1:
        other = zero_margin + markup * exp(random_between(random, -3, 3));
        break;
    case 2:
        other = price + markup * random_between(random, -0.05, 0.05);
        break;
    default:
        if (gsl_rng_uniform(random) < 0.5)
            other = zero_margin + markup * exp(random_between(random, -3, 4));
    }
    return other > 0 ? other : 1e-6;
}

static inline void assert_no_deviation(const small_market *market, const double *price,
                                       int number, bt_demand_work *work, gsl_rng *random)
{
    const bt_ownership *ownership = &market->ownership;
    const size_t n = market->demand->n_products;
    double deviation[SMALL_PRODUCTS];

    for (size_t seller = 0; seller < ownership->n_sellers; seller++) {
        const double here =
            objective_from_shares(market->demand, ownership, seller, price, work);

        for (int draw = 0; draw < DEVIATIONS; draw++) {
            const double common = exp(random_between(random, -5, 4));

            memcpy(deviation, price, n * sizeof *price);
            for (size_t j = 0; j < n; j++)
                if (market->seller[j] == seller && isnan(market->fixed_price[j]))
                    deviation[j] = another_price(price[j],
                                                 (market->cost[j] + ownership->fee_per_unit) /
                                                     (1 - ownership->fee_ad_valorem),
                                                 draw, common, random);
            const double there =
                objective_from_shares(market->demand, ownership, seller, deviation, work);
            if (there > here + 1e-8 * fabs(there) + 1e-13)
                fail_msg("market %d: seller %zu has %.12g and could have %.12g", number, seller,
                         here, there);
        }
    }
}

/* Every move of a cycle is its seller's best response to what stood. */
static inline void assert_cycle(const small_market *market, const bt_equilibrium_result *result,
                                bt_demand_work *work)
{
    const size_t n = market->demand->n_products;
    double best[SMALL_PRODUCTS];

    for (size_t move = 0; move < result->cycle_length; move++) {
        const size_t before = (move + result->cycle_length - 1) % result->cycle_length;
        const size_t seller = move % market->ownership.n_sellers;
        const double *stood = result->cycle_price + before * n;
        const double *stands = result->cycle_price + move * n;
        double objective;
        bool sets_a_price = false;

        for (size_t j = 0; j < n; j++) {
            sets_a_price |= market->seller[j] == seller && isnan(market->fixed_price[j]);
            if (market->seller[j] != seller)
                assert_true(stands[j] == stood[j] ||
                            fabs(stands[j] - stood[j]) < 1e-6 * fabs(stood[j]));
        }
        if (!sets_a_price)
            continue;
        assert_int_equal(bt_best_response(market->demand, &market->ownership, seller, stood,
                                          best, &objective, work, NULL),
                         BT_OK);
        const double reached =
            objective_from_shares(market->demand, &market->ownership, seller, stands, work);
        assert_true(fabs(objective - reached) <= 1e-6 * fabs(objective) + 1e-12);
    }
}

static inline void check_any_market(int first, int n_markets)
{
    size_t count[4] = {0};

    for (int number = first; number < first + n_markets; number++) {
        gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
        small_market market;
        bt_equilibrium_result result;
        bt_error error;

        gsl_rng_set(random, 3000 + (unsigned long)number);
        random_market(&market, random);
        if (bt_equilibrium_solve(market.demand, &market.ownership, NULL, &result, &error) !=
            BT_OK)
            fail_msg("market %d: %s", number, error.message);
        bt_demand_work *work = bt_demand_work_create(market.demand);
        count[result.verdict]++;
        assert_true(strlen(result.reason) > 20);
        assert_int_equal(result.verdict == BT_EQUILIBRIUM, result.n_points == 1);
        assert_int_equal(result.verdict == BT_MULTIPLE_EQUILIBRIA, result.n_points > 1);
        for (size_t i = 0; i < result.n_points; i++) {
            const bt_price_point *point = &result.point[i];

            assert_true(point->is_equilibrium);
            assert_null(point->deviation.price);
            /* Only a price at the edge of a budget has no first-order condition to meet. */
            if (market.demand->transform[0] != BT_PRICE_BUDGET)
                assert_true(point->foc_residual < 1e-8);
            assert_no_deviation(&market, point->price, number, work, random);
        }
        for (size_t i = 0; i < result.n_rejected; i++) {
            const bt_price_point *point = &result.rejected[i];
            const size_t seller = point->deviation.seller;

            assert_false(point->is_equilibrium);
            /* The difference of a mean and a variance of millions keeps few digits. */
            bool enormous = false;
            for (size_t j = 0; j < market.demand->n_products; j++)
                enormous |= fmax(point->deviation.price[j], point->price[j]) > 1e6;
            if (enormous)
                continue;
            const double gain = objective_from_shares(market.demand, &market.ownership, seller,
                                                      point->deviation.price, work) -
                                objective_from_shares(market.demand, &market.ownership, seller,
                                                      point->price, work);
            if (!(fabs(gain - point->deviation.gain) <=
                  1e-6 * fabs(point->deviation.gain) + 1e-13))
                fail_msg("market %d: a deviation said to gain %.12g gains %.12g", number,
                         point->deviation.gain, gain);
        }
        if (result.verdict == BT_NO_PURE_EQUILIBRIUM_FOUND)
            assert_cycle(&market, &result, work);
        bt_demand_work_destroy(work);
        bt_equilibrium_result_free(&result);
        small_market_destroy(&market);
        gsl_rng_free(random);
    }
    /* The draw holds enough of each kind to mean something. */
    assert_true(count[BT_EQUILIBRIUM] > (size_t)n_markets / 3);
    assert_true(count[BT_NO_FINITE_EQUILIBRIUM] > (size_t)n_markets / 6);
    assert_true(count[BT_NO_PURE_EQUILIBRIUM_FOUND] > 0);
}

#endif
