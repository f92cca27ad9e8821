/*
 * How buyers of a shopbot market divide among sellers' posted prices.
 *
 * A share w_k of the buyers compares k of the S sellers, drawn at random, and takes the
 * cheapest, if it is worth its price. Sellers in order of price, r of them cheaper: a buyer
 * who compares k takes the next one if it and none of the r is among the k, which has
 * probability C(S - 1 - r, k - 1)/C(S, k). Equal prices are ordered at random.
 */
#ifndef BT_MARKETS_SHOPBOT_RULES_H
#define BT_MARKETS_SHOPBOT_RULES_H

#include <stddef.h>

#include "markets/equilibrium/shopbot_equilibrium.h"

typedef struct bt_shopbot_rules {
    bt_shopbot_market market;
    double quantum;                 /* prices are multiples of it; 0: any price */
    const double *cumulative_share; /* [S + 1] of the r cheapest sellers together */
} bt_shopbot_rules;

/* Fill cumulative_share [S + 1] from the market's shares of comparers. */
void bt_shopbot_accumulate_shares(const bt_shopbot_market *market, double *cumulative_share);

/* The nearest price that may be posted. */
double bt_shopbot_round(const bt_shopbot_rules *rules, double price);

/* The probability that the good is worth its price to a buyer. */
double bt_shopbot_acceptance(const bt_shopbot_market *market, double price);

/* What a buyer who sees this cheapest price gains in expectation. */
double bt_shopbot_surplus(const bt_shopbot_market *market, double price);

/* Expected sales per buyer of a seller at own_price while the others charge price [S] (the
 * seller's own entry is not looked at). O(S). */
double bt_shopbot_sales(const bt_shopbot_rules *rules, const double *price, size_t seller,
                        double own_price);

#endif
