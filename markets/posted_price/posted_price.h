/*
 * The posted-price market: sellers post prices, buyers see them and choose.
 *
 * Periodic (a horizon in periods): one recurring event per period, whose phases run in
 * order,
 *
 *     sellers that are due decide  ->  buyers buy  ->  sellers due next observe
 *
 * so that in a synchronous market all decide, buyers buy, all observe. A seller on its
 * own clock (`reprice: {every: k}`, with `reprice_offset`) keeps its prices between its
 * moves and is told its profit per period since its last one.
 *
 * Event-driven (a horizon in time): sellers move at fixed intervals, at Poisson times or
 * after k sales, buyers arrive in between: exact demand as a flow, sampled buyers one by
 * one at Poisson times, drawn in batches while prices stand (sim/engine.h).
 *
 * When all sellers are on finite grids and demand is exact, a period is a row of the grid
 * game (markets/equilibrium/grid_game.h), made once per sweep point: decide, joint action, row,
 * observe. What is recorded is then the histogram of joint actions times the table.
 *
 * Sellers may enter and leave (`sellers: [{name: s3, active: {from: 1000}}]`,
 * posted_price_presence.c). Distance to Nash and profit gain are then measured against the
 * equilibrium and the joint profit of those who stand, weighed by how long they did.
 *
 * Buyers may remember prices (`demand.reference_price`, posted_price_reference.c): in a market
 * of periods, whose game then is not the same every period and is not tabulated. Nash prices
 * are then those of the stationary equilibrium (markets/equilibrium/stationary_equilibrium.h).
 *
 * Definitions, where the field has several:
 *   delta: (mean over sellers of profit - of Nash profit) / (of joint profit - of Nash
 *     profit), with benchmark profits at the reference prices if the file gives them.
 *   distance_to_nash: max over products of |price / nash_price - 1|, at recorded prices.
 *   exploitability: largest unilateral gain of profit at the recorded prices, over the
 *     sellers' mean Nash profit.
 *   consumer_surplus: log-sum level for linear price, else money metric.
 *   efficiency: total surplus over that of the first best, both over the outside option
 *     alone if there is one.
 */
#ifndef BT_MARKETS_POSTED_PRICE_H
#define BT_MARKETS_POSTED_PRICE_H

#include "markets/market.h"

extern const bt_market_type bt_posted_price_market;

#endif
