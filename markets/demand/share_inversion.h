/*
 * Mean utilities from market shares (Berry 1994): the one vector that makes a demand's shares
 * at given prices those that were observed. What is unobserved of a product is in it, so
 * nothing of the linear part of demand need be known to price on it.
 *
 * Berry, Levinsohn and Pakes (1995) iterate delta <- delta + mu (log s - log s(delta)), a
 * contraction; here Newton's method on log s(delta) = log s, whose Jacobian is symmetric and
 * positive definite up to the shares, with the contraction where a Newton step does not help.
 */
#ifndef BT_MARKETS_SHARE_INVERSION_H
#define BT_MARKETS_SHARE_INVERSION_H

#include "markets/demand/demand.h"
#include "sim/status.h"

/* Add to the qualities of a checked plain logit with an outside option (one scale for all
 * types) the mean utilities [product] at which its shares at prices [product] are
 * share[product], and write them down. Shares are above 0 and sum to less than 1. They then
 * agree to 1e-12 of each; BT_BAD_INPUT where that is out of reach (a product that no type
 * considers, shares below what numbers resolve), BT_INTERNAL without memory. */
bt_status bt_invert_shares(bt_demand *demand, const double *price, const double *share,
                           double *mean_utility, bt_error *error);

#endif
