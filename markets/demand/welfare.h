/*
 * Welfare: who gains how much at given prices.
 *
 * Linear price: expected consumer surplus per buyer of type r is (mu/alpha) log sum
 * exp(u/mu), exact because xi has mean zero (Small and Rosen 1981). Any transform: the
 * money-metric surplus T* = max_j (w_j - p_j)^+, w_j the price at which j is worth no
 * more than the outside option; its mean is the integral over t of 1 - P_0(p + t) (GSL
 * quadrature), which for linear price equals the difference of two log-sums.
 *
 * Total = consumer + producer + platform. First best: prices at cost. Producer surplus
 * is after fees; the platform's revenue stands apart. All in money, times market size.
 */
#ifndef BT_MARKETS_WELFARE_H
#define BT_MARKETS_WELFARE_H

#include "markets/demand/demand.h"
#include "markets/ownership.h"
#include "sim/status.h"

typedef struct bt_welfare {
    double consumer_surplus; /* log-sum level for linear price (has the arbitrary zero of
                                the outside utility; NAN for other transforms) */
    double consumer_surplus_over_outside; /* money metric, against having the outside
                                             option alone; NAN without one */
    double producer_surplus;              /* sum of margins times sales, after fees */
    double producer_surplus_before_fees;
    double platform_revenue;
    double total; /* consumer + producer + platform; with the level where it exists, else
                     with the money metric */
} bt_welfare;

/* Welfare at prices [product] with expected demand. A quadrature per type whose price is
 * not linear, with the threads that `work` may use. */
bt_status bt_welfare_at(const bt_demand *demand, const bt_ownership *ownership,
                        const double *price, bt_welfare *welfare, bt_demand_work *work,
                        bt_error *error);

/* The same where shares [product] and the level per buyer are known already; linear price. */
void bt_welfare_of_linear_level(const bt_demand *demand, const bt_ownership *ownership,
                                const double *price, const double *share, double level,
                                bt_welfare *welfare);

/* Expected money-metric surplus of one type at prices (T* above), by quadrature, to better
 * than 1e-10 relative (markets/demand/money_metric.h). INFINITY where the mean is infinite: log
 * price with alpha <= mu, Box-Cox with lambda < 0. */
bt_status bt_money_metric_surplus(const bt_demand *demand, size_t type, const double *price,
                                  double *surplus, bt_demand_work *work, bt_error *error);

/* The realised surplus of a buyer who chose: its maximum utility in money. In the logit
 * the maximum is independent of which option attains it: mu (log sum exp + Gumbel) with
 * `uniform` in (0, 1), zero-mean. Linear price. Draws consumed: none (one is given). */
double bt_realised_surplus(double scale, double price_sensitivity, double log_sum,
                           double uniform);

/* Efficiency = total over first-best total; deadweight loss = their difference. Both
 * from surplus over the outside option where there is one. */
double bt_efficiency(const bt_welfare *welfare, const bt_welfare *first_best);

#endif
