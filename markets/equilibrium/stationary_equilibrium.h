/*
 * Stationary equilibrium of a market whose buyers remember prices
 * (markets/demand/reference_price.h): prices that are Bertrand-Nash in a period whose reference
 * prices are these very prices (Guo, Ying, Lavaei and Shen 2025).
 *
 * Given reference prices r, a period's game in perceived prices p~ = p + gamma (p - r) is a
 * plain one: with fees f and tau the margin (1 - tau) p - f - c is 1/(1 + gamma) of
 * (1 - tau) p~ - f - c', at costs c' = (1 + gamma) c + gamma f - gamma (1 - tau) r. The
 * fixed point p~(r) = r is found by r <- r + (p~(r) - r)/(1 + gamma): costs pass through to
 * prices by at most one to one, so each step leaves less than gamma/(1 + gamma) of the error.
 *
 * In a logit with one product a seller: (p - c)(1 - q)(1 + gamma)/mu = 1. With loss aversion
 * every price between those of gamma (loss aversion) and of gamma is stationary.
 */
#ifndef BT_MARKETS_STATIONARY_EQUILIBRIUM_H
#define BT_MARKETS_STATIONARY_EQUILIBRIUM_H

#include "markets/equilibrium/equilibrium.h"

/* The cost c' of product j in the plain game of perceived prices, at a reference price. */
double bt_perceived_cost(const bt_ownership *ownership, size_t product, double sensitivity,
                         double reference);

/* The stationary equilibrium without loss aversion, evaluated as prices that are charged and
 * remembered. The first-order fields of the point (residual, bound, deviation) are NAN or
 * empty; exploitability is the largest gain of a period's profit from another price. Errors:
 * BT_BAD_INPUT where a period has no equilibrium, or the fixed point is not found. */
bt_status bt_stationary_equilibrium(const bt_demand *demand, const bt_ownership *ownership,
                                    double sensitivity, const bt_equilibrium_settings *settings,
                                    bt_price_point *point, bt_error *error);

/* Largest gain of a period's profit (per buyer) from other prices than these, which are
 * remembered, too. */
bt_status bt_stationary_exploitability(const bt_demand *demand, const bt_ownership *ownership,
                                       double sensitivity, const double *price,
                                       double *exploitability, bt_demand_work *work,
                                       bt_error *error);

#endif
