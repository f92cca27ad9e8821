/*
 * Marginal costs from prices: those at which observed prices satisfy the first-order
 * conditions of Bertrand-Nash (Nevo 2001; Berry, Levinsohn and Pakes 1995).
 *
 * For each seller's products, (1 - tau) s_j + sum_k m_k ds_k/dp_j = 0 is linear in its margins
 * m, and c_j = (1 - tau) p_j - t - m_j with fees tau and t. Who sets prices together is the
 * ownership given: one seller a product, the firms, or all under one owner give three answers.
 */
#ifndef BT_MARKETS_RECOVERED_COSTS_H
#define BT_MARKETS_RECOVERED_COSTS_H

#include "markets/demand/demand.h"
#include "markets/ownership.h"
#include "sim/status.h"

/* cost[product] for sellers that maximise expected profit at prices [product]; of the
 * ownership the sellers and fees count. BT_BAD_INPUT where a product sells nothing there. */
bt_status bt_recover_costs(const bt_demand *demand, const bt_ownership *ownership,
                           const double *price, double *cost, bt_error *error);

#endif
