/*
 * Who sells what: products, costs, fees and objectives of a market's sellers.
 *
 * Everything that the demand side does not know and every benchmark needs. Plain data
 * of borrowed arrays, read only.
 */
#ifndef BT_MARKETS_OWNERSHIP_H
#define BT_MARKETS_OWNERSHIP_H

#include <stddef.h>
#include <stdint.h>

/* What a seller maximises over the sale of one unit with probability q and margin m
 * (several products: mean and variance of the multinomial profit of one buyer). */
typedef enum bt_objective {
    BT_EXPECTED_PROFIT,
    BT_MEAN_VARIANCE, /* E - gamma Var */
    BT_MEAN2_VARIANCE /* E^2 - lambda Var (Li and Webster 2024) */
} bt_objective;

typedef struct bt_ownership {
    size_t n_products;
    size_t n_sellers;
    const uint32_t *seller;      /* [product] */
    const double *cost;          /* [product] marginal cost */
    const double *fixed_price;   /* [product] NAN: a strategy; else its price is given.
                                    NULL: all are strategies */
    const uint8_t *objective;    /* [seller] bt_objective; NULL: expected profit */
    const double *risk_aversion; /* [seller] gamma or lambda; NULL: none */
    /* Fees to a platform (or taxes): a seller keeps (1 - ad_valorem) p - per_unit of p.
     * Its margin is then (1 - ad_valorem) p - per_unit - c. */
    double fee_per_unit;
    double fee_ad_valorem; /* in [0, 1) */
} bt_ownership;

/* The margin of product j at a price, after fees. */
static inline double bt_margin(const bt_ownership *ownership, size_t product, double price)
{
    return (1 - ownership->fee_ad_valorem) * price - ownership->fee_per_unit -
           ownership->cost[product];
}

#endif
