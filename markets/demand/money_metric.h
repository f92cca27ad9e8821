/*
 * The money metric: what having the market at hand is worth to a buyer.
 *
 * T* = max_j (w_j - p_j)^+ is the largest uniform price increase that a buyer would bear
 * before leaving (markets/demand/welfare.h). T* > t exactly when some product is still chosen
 * at prices p + t, so that E T* = integral over t >= 0 of 1 - P_0(p + t), for any transform and
 * any nests. The integrand falls from at most one to zero: at an exponential rate for linear
 * price, as the power -alpha/mu for log price (the mean is infinite from alpha <= mu on), not
 * at all for Box-Cox with lambda < 0, and to exactly zero at the budget. It is integrated over
 * log(1 + t/unit), interval after interval, by 21-point Kronrod rules that halve intervals
 * where they must, and a power-law tail is added in closed form once it is one.
 */
#ifndef BT_MARKETS_MONEY_METRIC_H
#define BT_MARKETS_MONEY_METRIC_H

#include "markets/demand/demand_work.h"

/* E T* of one type, to better than 1e-10 relative; INFINITY where the mean is infinite, 0 where
 * nothing can be had. The demand has an outside option. */
double bt_money_metric_of_type(const bt_demand *demand, size_t type, const double *price,
                               bt_demand_scratch *scratch);

/* The mean over types: the difference of log-sums where price is linear, the above for
 * other types. The same bits for any number of threads. */
double bt_money_metric_mean(const bt_demand *demand, const double *price, bt_demand_work *work);

#endif
