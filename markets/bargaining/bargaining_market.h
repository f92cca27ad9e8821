/*
 * Best-offer bargaining as a market: each period one listing is put up, and every seller of the
 * experiment plays it, against the same arrivals and the same draws.
 *
 * Listings do not touch each other, so each is played to its end (negotiation.h) within
 * its period. Those of sellers who do not learn are played in blocks, in parallel; sums are
 * whole numbers or formed in the order of the listings, so nothing depends on threads.
 */
#ifndef BT_MARKETS_BARGAINING_MARKET_H
#define BT_MARKETS_BARGAINING_MARKET_H

#include "markets/market.h"

extern const bt_market_type bt_bargaining_market;

#endif
