/*
 * Least squares of the own sales on the own price: s = a + b p, rivals left out. The line is a
 * wrong model of any market with rivals, and the price that it recommends feeds back into
 * the data: what two such sellers end at depends on where they tried prices first.
 *
 * Means and co-moments are kept one observation at a time (Welford), so that an observation
 * costs the same whatever their number.
 */
#ifndef BT_AGENTS_SELLERS_OWN_PRICE_OLS_H
#define BT_AGENTS_SELLERS_OWN_PRICE_OLS_H

#include "markets/seller.h"

/* The observations of one product: plain data, to be archived as bytes. */
typedef struct bt_own_price_ols {
    double count;
    double mean_price;
    double mean_sales;   /* per buyer */
    double price_square; /* sum of (p - mean)^2 */
    double price_sales;  /* sum of (p - mean)(s - mean) */
} bt_own_price_ols;

void bt_own_price_ols_add(bt_own_price_ols *ols, double price, double sales);

/* The price with the largest (p - cost) (a + b p): (cost - a/b)/2. INFINITY if demand does not
 * fall in the price (b >= 0), NAN while only one price was tried. */
double bt_own_price_ols_best(const bt_own_price_ols *ols, double cost);

/* The cost that a seller of fees bears on each unit of price kept: its margin is a multiple
 * of p less this. */
static inline double bt_cost_with_fees(const bt_seller_setting *setting, uint32_t own)
{
    return (setting->own_cost[own] + setting->fee_per_unit) / (1 - setting->fee_ad_valorem);
}

#endif
