/*
 * The monopolist's oracle: which products to offer, and at what prices.
 *
 * One seller faces buyers with utility u_i = a_i - b_i p_i and an outside option of
 * weight w_0, may offer at most K of its products, and maximises
 *     sum_{i in S} (p_i - c_i) e^{u_i} / (w_0 + sum_{i in S} e^{u_i}).
 *
 * Constant adjusted markup: at the optimum p_i - c_i - 1/b_i = B for all i in S and the
 * optimal profit equals B, the root of
 *     B = (1/w_0) max_{|S| <= K} sum_{i in S} v_i(B),  v_i(B) = e^{a_i - b_i (c_i + B) - 1} /
 * b_i, whose right side falls in B (Wang 2012, Operations Research Letters 40; Gallego and Wang
 * 2014, Operations Research 62). The set is not nested by utility.
 *
 * With fixed prices the optimal set of at most K is found by Dinkelbach's method on
 * lambda = max_S sum_S w_i (r_i - lambda) / w_0 (Rusmevichientong, Shen and Shmoys 2010).
 * Without capacity a revenue-ordered prefix is optimal; with capacity it is not.
 */
#ifndef BT_MARKETS_ASSORTMENT_H
#define BT_MARKETS_ASSORTMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/status.h"

/* Choose set and prices. quality a, price_coefficient b > 0, cost c: [product];
 * outside_weight w_0 > 0; capacity K >= 1. Writes offered[product], price[product] (of
 * products outside S: the price they would have at this B) and the optimal profit per
 * buyer. Complexity O(N log N) a step of the root finder. BT_BAD_INPUT names the first
 * number that is out of range; BT_INTERNAL when memory is out. */
bt_status bt_assortment_with_prices(size_t n_products, const double *quality,
                                    const double *price_coefficient, const double *cost,
                                    double outside_weight, size_t capacity, bool *offered,
                                    double *price, double *profit, bt_error *error);

/* Choose a set at given revenues. weight w >= 0 (attraction at the standing price) and
 * revenue r (price minus cost): [product]. Writes offered[product] and the expected revenue
 * per buyer; products of no revenue are not offered. `iterations` (NULL allowed) receives
 * the Dinkelbach steps. */
bt_status bt_assortment_at_prices(size_t n_products, const double *weight,
                                  const double *revenue, double outside_weight, size_t capacity,
                                  bool *offered, double *expected_revenue, size_t *iterations,
                                  bt_error *error);

/* Expected revenue per buyer of a given set. */
double bt_assortment_revenue(size_t n_products, const double *weight, const double *revenue,
                             double outside_weight, const bool *offered);

#endif
