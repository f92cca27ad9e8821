/*
 * Inside equilibrium: the best response in a plain logit with any price transform.
 *
 * One buyer type that considers everything, a seller that maximises expected profit Pi per
 * buyer: at its best prices each of its products solves a problem of its own,
 *     max_p (p - c_j - Pi) exp(u_j(p)):  p_j - c_j = Pi + 1/a_j(p_j),  a = alpha f'(p)/mu,
 * with the same Pi for all (linear: a common markup; log: p = r/(r-1) (c + Pi)). Its profit
 * at these prices is at least Pi, with equality only at the maximum: iterating Pi <- profit
 * (Dinkelbach 1967) rises to the global maximum, quadratically.
 */
#ifndef BT_MARKETS_ADJUSTED_MARKUP_H
#define BT_MARKETS_ADJUSTED_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "markets/equilibrium/pricing_game.h"

/* Plain logit, one type that considers everything, and a seller of expected profit? */
bool bt_adjusted_markup_applies(const bt_demand *demand, const bt_ownership *ownership,
                                size_t seller);

/* The best response of a seller to prices [product], into best[own products with a price to
 * set]; returns its profit per buyer, after fees. The seller is not unlimited. */
double bt_adjusted_markup_best_response(const bt_pricing_game *game, size_t seller,
                                        const double *price, double *best);

/* The price at which a product whose zero-margin price is raised to `cost` sells best: p =
 * cost + 1/a(p). Where no price above the cost sells (a budget), the cost; where none is best
 * (Box-Cox lambda below zero), some price above it. */
double bt_adjusted_price(const bt_demand *demand, size_t type, double cost);

#endif
