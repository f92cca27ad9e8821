/*
 * The shopbot market: sellers of one good post prices, and buyers differ in how many of
 * them they compare (Greenwald and Kephart 1999; Kephart, Hanson and Greenwald 2000).
 *
 *     prices stand  ->  buyers come; each takes the cheapest of the sellers it compares
 *          ^                                             |
 *          +--- sellers reprice, each on its clock  <----+
 *
 * Each seller of the experiment sells the good at the same cost, with no limit. Shares of
 * buyers see 1, 2, ... sellers drawn at random, the rest asks a shopbot, which shows all
 * (markets/shopbot/shopbot_rules.h). No prices are an equilibrium; there is one in mixed
 * strategies, whose distribution, profit and welfare are benchmarks in closed form
 * (markets/equilibrium/shopbot_equilibrium.h), beside the cartel's and those of a price war.
 *
 * A horizon in periods: sellers decide at the same time, every so many periods or at
 * Poisson times rounded up. In time: each moves at its own times, the next price stands at
 * once. Sales are what is expected of the standing prices, or with `arrivals` drawn: between
 * two changes of prices they are independent Poisson numbers (in a period multinomial ones),
 * drawn at the end of that interval, so that a run with millions of buyers costs what its
 * changes of prices cost. What is recorded as price, sales, profit and surplus is always
 * the expectation at the standing prices; series of what was drawn are told apart by name.
 *
 * Draws: one number of sales a seller and interval (agent BT_AGENT_MARKET, purpose 2101),
 * and the sellers' Poisson clocks (agent: the seller, purpose 2100).
 */
#ifndef BT_MARKETS_SHOPBOT_MARKET_H
#define BT_MARKETS_SHOPBOT_MARKET_H

#include "markets/market.h"

extern const bt_market_type bt_shopbot_market_type;

#endif
