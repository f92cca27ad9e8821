/*
 * The variables of a result file that statistics are made from. Internal to
 * analysis/statistics*.c and analysis/measure.c.
 */
#ifndef BT_ANALYSIS_STATISTIC_SOURCES_H
#define BT_ANALYSIS_STATISTIC_SOURCES_H

#include "analysis/results.h"

/* Series and benchmarks that known statistics are made from. */
typedef struct bt_sources {
    bt_found price;
    bt_found profit;
    bt_found profit_gain;
    bt_found distance;
    bt_found exploitability;
    bt_found consumer_surplus;
    bt_found producer_surplus;
    bt_found platform_revenue;
    bt_found welfare;
    bt_found efficiency;
    bt_found converged;
    bt_found iterations;
    bt_found delta;
    bt_found cycle_length;
    bt_found final_price;
    bt_found final_profit;
    bt_found final_consumer_surplus;
    bt_found final_welfare;
    bt_found final_distance;
    bt_found final_exploitability;
    bt_found nash_price;
    bt_found joint_profit_price;
    bt_found first_best_price;
    bt_found nash_profit;
    bt_found joint_profit;
    bt_found nash_consumer_surplus;
    bt_found nash_welfare;
    bt_found first_best_welfare;
} bt_sources;

/* Each as the file has it; variable is NULL where it is absent or of another shape. */
bt_sources bt_find_sources(const bt_results *results);

/* Is this one of the series above? */
bool bt_is_source_series(const char *name);

/* The names of those that are absent and missed: missing [BT_N_SOURCES]; returns how
 * many. */
enum { BT_N_SOURCES = 28 };
size_t bt_missing_sources(const bt_sources *sources, const char **missing);

static inline bool bt_has(const bt_found *found)
{
    return found->variable != NULL;
}

#endif
