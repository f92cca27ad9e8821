/*
 * Inside equilibrium: price vectors with all that is said of them.
 */
#ifndef BT_MARKETS_PRICE_POINT_H
#define BT_MARKETS_PRICE_POINT_H

#include "markets/equilibrium/equilibrium.h"
#include "markets/equilibrium/equilibrium_newton.h"
#include "markets/equilibrium/pricing_game.h"

/* Room for a point, everything zero. */
bt_status bt_price_point_allocate(size_t n_products, size_t n_sellers, bt_price_point *point,
                                  bt_error *error);

/* Describe prices that the point already holds and at which the game has been evaluated; not
 * the certificate. `near`: factors of the Jacobian near there for the error bound, or NULL. */
bt_status bt_price_point_describe(bt_pricing_game *game, bt_newton *near, bt_price_point *point,
                                  bt_demand_work *work, bt_error *error);

/* The same for plain logit with linear price, given exact margins and shares in the point
 * (markets/equilibrium/common_markup.h); log_sum: log sum exp(u/mu). memory: [seller]. */
void bt_price_point_describe_plain(const bt_demand *demand, const bt_ownership *ownership,
                                   double log_sum, bt_price_point *point, double *memory);

/* Certify a described point: exploitability, is_equilibrium, deviation. */
bt_status bt_price_point_certify(bt_pricing_game *game, size_t n_threads, bt_price_point *point,
                                 bt_error *error);

#endif
