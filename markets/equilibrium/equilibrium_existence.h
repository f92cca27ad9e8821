/*
 * When there is no finite equilibrium, and why.
 *
 * What happens to a seller's profit as its price goes to infinity decides whether it has a
 * best response at all. With r = alpha/mu of a buyer type:
 *   linear price, Box-Cox lambda > 0: demand falls faster than any power of the price; a
 *       best response exists whenever the type has something else to turn to.
 *   log price (lambda = 0): demand falls as price^-r, so profit grows without bound where
 *       r < 1, and towards a limit that no price attains where r = 1; r > 1 is needed.
 *       (Nested: r = alpha/(mu (1-rho)) where rivals share all its nests.)
 *   Box-Cox lambda < 0: utility is bounded below, demand does not vanish, and profit grows
 *       with the price for ever.
 *   budget b: no price above b sells; profit rises up to b, which no price attains, where a
 *       type has nothing else to turn to.
 * A type without an outside option that considers the products of one seller alone, at
 * prices that are all that seller's to set, is captive: none of the transforms limits the
 * price. So a monopoly, or joint profit, without an outside option has no finite price.
 *
 * Even where every best response is finite, together they may rise for ever: with log
 * price and no outside option, costs cease to matter at high prices, where each seller
 * wants the share 1 - 1/r. These must sum to more than one: r > n/(n-1) for n sellers that
 * set prices, whatever their costs, qualities and numbers of products (a given price
 * anywhere is an outside option). Elsewhere the solver watches for best responses that
 * keep rising, and says so.
 */
#ifndef BT_MARKETS_EQUILIBRIUM_EXISTENCE_H
#define BT_MARKETS_EQUILIBRIUM_EXISTENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "markets/demand/demand.h"
#include "markets/ownership.h"

/* Does a seller have no finite best response, whatever the others do? Then `reason`
 * [length] says why. O(row entries). */
bool bt_seller_is_unlimited(const bt_demand *demand, const bt_ownership *ownership,
                            size_t seller, char *reason, size_t length);

/* Is it certain that there is no finite equilibrium? */
bool bt_no_finite_equilibrium(const bt_demand *demand, const bt_ownership *ownership,
                              char *reason, size_t length);

#endif
