/*
 * Statistics of the audit (markets/posted_price/posted_price_audit.h), as the file holds
 * them: outcomes and benchmarks, one number a run. Internal to analysis/statistics.c and
 * analysis/measure.c.
 */
#ifndef BT_ANALYSIS_AUDIT_STATISTICS_H
#define BT_ANALYSIS_AUDIT_STATISTICS_H

#include "analysis/statistics.h"

static inline bool bt_is_audit_statistic(size_t statistic)
{
    return statistic >= BT_STATISTIC_AUDIT_DELTA && statistic <= BT_STATISTIC_COLLUSION;
}

/* What the statistic is made from, as the file has it; variable is NULL where it has not. */
bt_found bt_find_audit_source(const bt_results *results, size_t statistic);

/* The number of one run; NAN: it has none. nash_profit: mean over sellers. value: room for
 * the source's axis. */
bt_status bt_measure_audit(const bt_results *results, size_t statistic, size_t point,
                           size_t replication, double nash_profit, double *room, double *value,
                           bt_error *error);

#endif
