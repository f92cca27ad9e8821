/* Small markets by hand, for tests of equilibria. */
#ifndef BT_TESTS_MARKETS_SMALL_MARKETS_H
#define BT_TESTS_MARKETS_SMALL_MARKETS_H

#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markets/demand/demand.h"
#include "markets/equilibrium/equilibrium.h"
#include "markets/ownership.h"
#include "tests/markets/random_demand.h"

enum { SMALL_PRODUCTS = 40 };

/* A demand and its sellers, in one place. */
typedef struct small_market {
    bt_demand *demand;
    bt_ownership ownership; /* of the arrays below */
    uint32_t seller[SMALL_PRODUCTS];
    double cost[SMALL_PRODUCTS];
    double fixed_price[SMALL_PRODUCTS];
    uint8_t objective[SMALL_PRODUCTS];
    double risk_aversion[SMALL_PRODUCTS];
} small_market;

/* One type that considers everything; each product a seller of its own; cost and quality 0. */
static inline void small_market_create(small_market *market, bt_demand_model model,
                                       size_t n_products, size_t n_types)
{
    bt_error error;

    *market = (small_market){0};
    if (bt_demand_create(model, n_products, n_types, n_products * n_types, &market->demand,
                         &error) != BT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    for (size_t j = 0; j < n_products; j++) {
        market->seller[j] = (uint32_t)j;
        market->fixed_price[j] = NAN;
    }
    market->ownership = (bt_ownership){.n_products = n_products,
                                       .n_sellers = n_products,
                                       .seller = market->seller,
                                       .cost = market->cost,
                                       .fixed_price = market->fixed_price,
                                       .objective = market->objective,
                                       .risk_aversion = market->risk_aversion};
}

static inline void small_market_check(small_market *market)
{
    bt_error error;

    if (bt_demand_check(market->demand, &error) != BT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
}

static inline void small_market_destroy(small_market *market)
{
    bt_demand_destroy(market->demand);
}

/* Random plain logit: qualities in (-1, 3), costs in (0.2, 2), mu in (0.1, 1), alpha in
 * (0.5, 3). */
static inline void small_market_random(small_market *market, bt_demand_model model,
                                       size_t n_products, size_t n_sellers, gsl_rng *random)
{
    small_market_create(market, model, n_products, 1);
    market->demand->scale[0] = random_between(random, 0.1, 1);
    market->demand->price_sensitivity[0] = random_between(random, 0.5, 3);
    market->demand->outside_utility[0] = random_between(random, -1, 1);
    for (size_t j = 0; j < n_products; j++) {
        market->demand->considered_quality[j] = random_between(random, -1, 3);
        market->cost[j] = random_between(random, 0.2, 2);
        market->seller[j] =
            j < n_sellers ? (uint32_t)j : (uint32_t)gsl_rng_uniform_int(random, n_sellers);
    }
    market->ownership.n_sellers = n_sellers;
}

/* The one equilibrium, or the end of the program. */
static inline bt_price_point small_market_solve(const small_market *market)
{
    bt_equilibrium_result result;
    bt_error error;

    if (bt_equilibrium_solve(market->demand, &market->ownership, NULL, &result, &error) !=
        BT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    if (result.verdict != BT_EQUILIBRIUM) {
        fprintf(stderr, "%s: %s\n", bt_equilibrium_verdict_name(result.verdict), result.reason);
        exit(1);
    }
    bt_price_point point = result.point[0];
    result.n_points = 0;
    free(result.point);
    result.point = NULL;
    bt_equilibrium_result_free(&result);
    return point;
}

/* A seller's objective from shares alone: expected profit, E - gamma Var or E^2 - lambda Var
 * (E |E| for losses). */
static inline double objective_from_shares(const bt_demand *demand,
                                           const bt_ownership *ownership, size_t seller,
                                           const double *price, bt_demand_work *work)
{
    double share[SMALL_PRODUCTS];
    double outside_share;
    double expected = 0;
    double expected_square = 0;

    bt_demand_shares(demand, price, share, &outside_share, NULL, work);
    for (size_t j = 0; j < demand->n_products; j++)
        if (ownership->seller[j] == seller && share[j] > 0) {
            const double margin = (1 - ownership->fee_ad_valorem) * price[j] -
                                  ownership->fee_per_unit - ownership->cost[j];

            expected += margin * share[j];
            expected_square += margin * margin * share[j];
        }
    const double variance = expected_square - expected * expected;
    const double aversion =
        ownership->risk_aversion == NULL ? 0 : ownership->risk_aversion[seller];
    switch (ownership->objective == NULL ? BT_EXPECTED_PROFIT : ownership->objective[seller]) {
    case BT_MEAN_VARIANCE:
        return expected - aversion * variance;
    case BT_MEAN2_VARIANCE:
        return expected * fabs(expected) - aversion * variance;
    default:
        return expected;
    }
}

/* A mixed market with heterogeneous tastes, all linear. */
static inline void random_mixed(small_market *market, size_t n_products, size_t n_sellers,
                                size_t n_types, gsl_rng *random)
{
    small_market_create(market, BT_LOGIT, n_products, n_types);
    for (size_t type = 0; type < n_types; type++) {
        market->demand->price_sensitivity[type] = random_between(random, 1, 3);
        for (size_t j = 0; j < n_products; j++)
            market->demand->considered_quality[type * n_products + j] =
                random_between(random, 0, 3);
    }
    for (size_t j = 0; j < n_products; j++) {
        market->cost[j] = random_between(random, 0.5, 1.5);
        market->seller[j] = (uint32_t)(j % n_sellers);
    }
    market->ownership.n_sellers = n_sellers;
    small_market_check(market);
}

#endif
