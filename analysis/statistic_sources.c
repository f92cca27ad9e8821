#include "analysis/statistic_sources.h"

#include <string.h>

typedef enum source_kind { SERIES, OUTCOME, BENCHMARK } source_kind;

typedef struct source_row {
    const char *name;
    source_kind kind;
    bt_result_axis axis;
    size_t offset;
    bool is_optional; /* not missed: something else stands in for it */
} source_row;

#define SOURCE(member, name, kind, axis)                                                       \
    {                                                                                          \
        name, kind, axis, offsetof(bt_sources, member), false                                  \
    }
#define OPTIONAL(member, name, kind, axis)                                                     \
    {                                                                                          \
        name, kind, axis, offsetof(bt_sources, member), true                                   \
    }

static const source_row source_table[] = {
    SOURCE(price, "price", SERIES, BT_PER_PRODUCT),
    SOURCE(profit, "profit", SERIES, BT_PER_SELLER),
    OPTIONAL(profit_gain, "profit_gain", SERIES, BT_PER_MARKET),
    SOURCE(distance, "distance_to_nash", SERIES, BT_PER_MARKET),
    SOURCE(exploitability, "exploitability", SERIES, BT_PER_MARKET),
    SOURCE(consumer_surplus, "consumer_surplus", SERIES, BT_PER_MARKET),
    OPTIONAL(producer_surplus, "producer_surplus", SERIES, BT_PER_MARKET),
    OPTIONAL(platform_revenue, "platform_revenue", SERIES, BT_PER_MARKET),
    SOURCE(welfare, "welfare", SERIES, BT_PER_MARKET),
    SOURCE(efficiency, "efficiency", SERIES, BT_PER_MARKET),
    SOURCE(converged, "converged", OUTCOME, BT_PER_MARKET),
    SOURCE(iterations, "iterations", OUTCOME, BT_PER_MARKET),
    OPTIONAL(delta, "delta", OUTCOME, BT_PER_MARKET),
    SOURCE(cycle_length, "cycle_length", OUTCOME, BT_PER_MARKET),
    OPTIONAL(final_price, "final_price", OUTCOME, BT_PER_PRODUCT),
    OPTIONAL(final_profit, "final_profit", OUTCOME, BT_PER_SELLER),
    OPTIONAL(final_consumer_surplus, "final_consumer_surplus", OUTCOME, BT_PER_MARKET),
    OPTIONAL(final_welfare, "final_welfare", OUTCOME, BT_PER_MARKET),
    OPTIONAL(final_distance, "final_distance_to_nash", OUTCOME, BT_PER_MARKET),
    OPTIONAL(final_exploitability, "final_exploitability", OUTCOME, BT_PER_MARKET),
    SOURCE(nash_price, "nash_price", BENCHMARK, BT_PER_PRODUCT),
    SOURCE(joint_profit_price, "joint_profit_price", BENCHMARK, BT_PER_PRODUCT),
    SOURCE(first_best_price, "first_best_price", BENCHMARK, BT_PER_PRODUCT),
    SOURCE(nash_profit, "nash_profit", BENCHMARK, BT_PER_SELLER),
    SOURCE(joint_profit, "joint_profit", BENCHMARK, BT_PER_SELLER),
    SOURCE(nash_consumer_surplus, "nash_consumer_surplus", BENCHMARK, BT_PER_MARKET),
    SOURCE(nash_welfare, "nash_welfare", BENCHMARK, BT_PER_MARKET),
    SOURCE(first_best_welfare, "first_best_welfare", BENCHMARK, BT_PER_MARKET),
};

_Static_assert(sizeof(source_table) / sizeof(source_table[0]) == BT_N_SOURCES,
               "one row for each member of bt_sources");

static bt_found find_source(const bt_results *results, const source_row *row)
{
    bt_found found = row->kind == SERIES    ? bt_find_series(results, row->name)
                     : row->kind == OUTCOME ? bt_find_outcome(results, row->name)
                                            : bt_find_benchmark(results, row->name);
    if (found.axis != row->axis)
        found.variable = NULL;
    return found;
}

bt_sources bt_find_sources(const bt_results *results)
{
    bt_sources all = {0};
    for (size_t i = 0; i < BT_N_SOURCES; i++)
        *(bt_found *)((char *)&all + source_table[i].offset) =
            find_source(results, &source_table[i]);
    return all;
}

bool bt_is_source_series(const char *name)
{
    for (size_t i = 0; i < BT_N_SOURCES; i++)
        if (source_table[i].kind == SERIES && strcmp(source_table[i].name, name) == 0)
            return true;
    return false;
}

size_t bt_missing_sources(const bt_sources *sources, const char **missing)
{
    size_t n_missing = 0;
    for (size_t i = 0; i < BT_N_SOURCES; i++) {
        const bt_found *found =
            (const bt_found *)((const char *)sources + source_table[i].offset);
        if (!bt_has(found) && !source_table[i].is_optional)
            missing[n_missing++] = source_table[i].name;
    }
    return n_missing;
}
