/*
 * The mixed equilibrium of a shopbot market, in closed form.
 *
 * S equal sellers of one good at cost c post prices. A share w_k of the buyers compares k of
 * them, drawn at random, and buys from the cheapest if it is worth that to them (w_1 buys
 * from a random seller, w_S asks a shopbot that shows all; Greenwald and Kephart 1999). With
 * some of each there is no pure equilibrium; in the symmetric mixed one a seller's price is
 * random with distribution F, and all prices in its support earn the same:
 *     (p - c) sum_k w_k k/S (1 - F(p))^(k-1) = w_1 (v - c)/S,
 * so that the price at rank F is p(F) = c + w_1 (v - c)/sum_k k w_k (1 - F)^(k-1), from
 * p(0) = c + w_1 (v - c)/sum_k k w_k up to p(1) = v, the buyers' value. Where values are
 * uniform on [0, v] instead, (p - c)(1 - p/v) takes the place of p - c, and the monopoly
 * price (c + v)/2 that of v.
 */
#ifndef BT_MARKETS_SHOPBOT_EQUILIBRIUM_H
#define BT_MARKETS_SHOPBOT_EQUILIBRIUM_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/status.h"

typedef struct bt_shopbot_market {
    size_t n_sellers;
    double cost;
    double value;                 /* of the good to every buyer, or the largest value */
    bool uniform_values;          /* on [0, value] */
    const double *compares_share; /* [n_sellers] w_k at k - 1; they sum to one */
} bt_shopbot_market;

/* At least two sellers, cost below value, shares that sum to one, and 0 < w_1 < 1: with
 * w_1 = 0 price is cost, with w_1 = 1 the monopoly price. */
bt_status bt_shopbot_market_check(const bt_shopbot_market *market, bt_error *error);

/* What a price earns from a buyer who sees no other: its margin, times the chance that the
 * good is worth it. */
double bt_shopbot_earnings(const bt_shopbot_market *market, double price);

/* The price that earns most of them. */
double bt_shopbot_monopoly_price(const bt_shopbot_market *market);

/* S times the number of buyers that a price at rank F serves: sum_k k w_k (1 - F)^(k-1). */
double bt_shopbot_reach(const bt_shopbot_market *market, double rank);

/* The price at rank F in [0, 1] of the equilibrium distribution: with F uniform, a draw. */
double bt_shopbot_price(const bt_shopbot_market *market, double rank);

/* The distribution itself: F(p), 0 below and 1 above the support. */
double bt_shopbot_distribution(const bt_shopbot_market *market, double price);

/* A seller's expected profit per buyer in the market. */
double bt_shopbot_profit(const bt_shopbot_market *market);

#endif
