#include "analysis/statistics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/audit_statistics.h"
#include "analysis/statistic_sources.h"

const bt_analysis_setting bt_default_analysis = {
    .window = 0.1,
    .use_limit_cycle = true,
    .confidence = 0.95,
    .epsilon = {0.01, 0.05},
    .n_epsilons = 2,
    .fit_from = NAN,
};

static const bt_statistic known_statistics[BT_N_KNOWN_STATISTICS] = {
#define BT_STATISTIC_ROW(index, name_, label_, kind_)                                          \
    [BT_STATISTIC_##index] = {.name = name_, .label = label_, .units = "1", .kind = kind_},
    BT_KNOWN_STATISTICS(BT_STATISTIC_ROW)
#undef BT_STATISTIC_ROW
};

static void set_units(bt_statistic_list *list, bt_known_statistic first,
                      bt_known_statistic last, const bt_found *source)
{
    for (size_t i = first; i <= (size_t)last; i++)
        list->statistic[i].units = source->units;
}

static void set_known_units(bt_statistic_list *list, const bt_sources *from)
{
    set_units(list, BT_STATISTIC_PRICE, BT_STATISTIC_FIRST_BEST_PRICE,
              bt_has(&from->price) ? &from->price : &from->final_price);
    set_units(list, BT_STATISTIC_PROFIT, BT_STATISTIC_JOINT_PROFIT,
              bt_has(&from->profit) ? &from->profit : &from->final_profit);
    set_units(list, BT_STATISTIC_ITERATIONS, BT_STATISTIC_ITERATIONS, &from->iterations);
    set_units(list, BT_STATISTIC_PUNISHMENT, BT_STATISTIC_PUNISHMENT,
              bt_has(&from->price) ? &from->price : &from->final_price);
    set_units(list, BT_STATISTIC_CONSUMER_SURPLUS, BT_STATISTIC_FIRST_BEST_WELFARE,
              bt_has(&from->consumer_surplus) ? &from->consumer_surplus
                                              : &from->final_consumer_surplus);
}

static bool has_price(const bt_sources *from)
{
    return bt_has(&from->price) || bt_has(&from->final_price);
}

static bool has_profit(const bt_sources *from)
{
    return bt_has(&from->profit) || bt_has(&from->final_profit);
}

static bool has_consumer_surplus(const bt_sources *from)
{
    return bt_has(&from->consumer_surplus) || bt_has(&from->final_consumer_surplus);
}

/* Over time. */
static bool has_distances(const bt_sources *from)
{
    return bt_has(&from->distance) || (bt_has(&from->price) && bt_has(&from->nash_price));
}

static bool has_producer_surplus(const bt_sources *from)
{
    return bt_has(&from->producer_surplus) || has_profit(from);
}

static bool has_welfare(const bt_sources *from)
{
    return bt_has(&from->welfare) || bt_has(&from->final_welfare) ||
           (has_consumer_surplus(from) && has_producer_surplus(from));
}

/* Over time. */
static bool has_exploitabilities(const bt_sources *from)
{
    return bt_has(&from->exploitability) &&
           (strcmp(from->exploitability.units, "1") == 0 || bt_has(&from->nash_profit));
}

static bool has_delta(const bt_sources *from)
{
    return bt_has(&from->delta) || bt_has(&from->profit_gain) ||
           (has_profit(from) && bt_has(&from->nash_profit) && bt_has(&from->joint_profit));
}

static bool is_available(bt_known_statistic statistic, const bt_results *results,
                         const bt_sources *from)
{
    if (bt_is_audit_statistic(statistic)) {
        bt_found source = bt_find_audit_source(results, statistic);
        return bt_has(&source);
    }
    switch (statistic) {
    case BT_STATISTIC_PRICE:
        return has_price(from);
    case BT_STATISTIC_NASH_PRICE:
        return bt_has(&from->nash_price);
    case BT_STATISTIC_JOINT_PROFIT_PRICE:
        return bt_has(&from->joint_profit_price);
    case BT_STATISTIC_FIRST_BEST_PRICE:
        return bt_has(&from->first_best_price);
    case BT_STATISTIC_DISTANCE:
        return has_distances(from) || bt_has(&from->final_distance);
    case BT_STATISTIC_RATE:
        return has_distances(from);
    case BT_STATISTIC_PRICE_ABOVE_NASH:
        return has_price(from) && bt_has(&from->nash_price);
    case BT_STATISTIC_PROFIT:
        return has_profit(from);
    case BT_STATISTIC_NASH_PROFIT:
        return bt_has(&from->nash_profit);
    case BT_STATISTIC_JOINT_PROFIT:
        return bt_has(&from->joint_profit);
    case BT_STATISTIC_DELTA:
        return has_delta(from);
    case BT_STATISTIC_EXPLOITABILITY:
        return has_exploitabilities(from) || bt_has(&from->final_exploitability);
    case BT_STATISTIC_EXPLOITABILITY_RATE:
        return has_exploitabilities(from);
    case BT_STATISTIC_CONVERGED:
        return bt_has(&from->converged);
    case BT_STATISTIC_ITERATIONS:
        return bt_has(&from->iterations);
    case BT_STATISTIC_CYCLE_1:
    case BT_STATISTIC_CYCLE_2:
    case BT_STATISTIC_CYCLE_3:
        return bt_has(&from->cycle_length);
    case BT_STATISTIC_CONSUMER_SURPLUS:
        return has_consumer_surplus(from);
    case BT_STATISTIC_PRODUCER_SURPLUS:
        return has_producer_surplus(from);
    case BT_STATISTIC_PLATFORM_REVENUE:
        return bt_has(&from->platform_revenue);
    case BT_STATISTIC_WELFARE:
        return has_welfare(from);
    case BT_STATISTIC_NASH_CONSUMER_SURPLUS:
        return bt_has(&from->nash_consumer_surplus);
    case BT_STATISTIC_NASH_WELFARE:
        return bt_has(&from->nash_welfare);
    case BT_STATISTIC_FIRST_BEST_WELFARE:
        return bt_has(&from->first_best_welfare);
    case BT_STATISTIC_CONSUMER_SHARE:
        return has_consumer_surplus(from) && bt_has(&from->first_best_welfare);
    case BT_STATISTIC_PRODUCER_SHARE:
        return has_producer_surplus(from) && bt_has(&from->first_best_welfare);
    case BT_STATISTIC_WELFARE_SHARE:
        return has_welfare(from) && bt_has(&from->first_best_welfare);
    case BT_STATISTIC_EFFICIENCY:
        return bt_has(&from->efficiency);
    default:
        break;
    }
    return false;
}

static const char *formatted(bt_arena *arena, const char *format, double number)
{
    char text[96];
    snprintf(text, sizeof(text), format, number);
    return bt_arena_copy_text(arena, text);
}

static void list_epsilons(const bt_results *results, const bt_analysis_setting *setting,
                          const bt_sources *from, bt_arena *arena, bt_statistic_list *list)
{
    list->first_epsilon = list->n;
    for (size_t i = 0; i < setting->n_epsilons; i++) {
        double epsilon = setting->epsilon[i];
        list->statistic[list->n++] =
            (bt_statistic){.name = formatted(arena, "time_within_%g", epsilon),
                           .label = formatted(arena, "time to stay within %g", epsilon),
                           .units = results->time_units,
                           .kind = BT_MEAN,
                           .is_available = has_distances(from),
                           .epsilon = i};
        list->statistic[list->n++] =
            (bt_statistic){.name = formatted(arena, "share_within_%g", epsilon),
                           .label = formatted(arena, "share that stays within %g", epsilon),
                           .units = "1",
                           .kind = BT_SHARE,
                           .is_available = has_distances(from),
                           .epsilon = i};
    }
}

static void list_further_series(const bt_results *results, bt_statistic_list *list)
{
    list->first_series = list->n;
    for (size_t i = 0;; i++) {
        bt_found series = bt_series_at(results, i);
        if (!bt_has(&series))
            return;
        if (bt_is_source_series(series.variable->name))
            continue;
        list->statistic[list->n++] = (bt_statistic){.name = series.variable->name,
                                                    .label = series.long_name,
                                                    .units = series.units,
                                                    .kind = BT_MEAN,
                                                    .is_available = true,
                                                    .series = series};
    }
}

bt_status bt_list_statistics(const bt_results *results, const bt_analysis_setting *setting,
                             bt_arena *arena, bt_statistic_list *list, bt_error *error)
{
    *list = (bt_statistic_list){0};
    bt_sources from = bt_find_sources(results);
    const char **missing = BT_ARENA_NEW(arena, BT_N_SOURCES, const char *);
    size_t most =
        BT_N_KNOWN_STATISTICS + 2 * BT_MAX_EPSILONS + bt_result_n_variables(results->reader);
    list->statistic = BT_ARENA_NEW(arena, most, bt_statistic);
    if (list->statistic == NULL || missing == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while statistics were listed");
    list->missing = missing;
    list->n_missing = bt_missing_sources(&from, missing);
    memcpy(list->statistic, known_statistics, sizeof(known_statistics));
    list->n = BT_N_KNOWN_STATISTICS;
    set_known_units(list, &from);
    for (size_t i = 0; i < BT_N_KNOWN_STATISTICS; i++)
        list->statistic[i].is_available = is_available((bt_known_statistic)i, results, &from);
    list_epsilons(results, setting, &from, arena, list);
    list_further_series(results, list);
    for (size_t i = 0; i < list->n; i++)
        if (list->statistic[i].name == NULL || list->statistic[i].label == NULL)
            return bt_fail(error, BT_INTERNAL, "memory ran out while statistics were listed");
    return BT_OK;
}

size_t bt_statistic_find(const bt_statistic_list *list, const char *name)
{
    size_t i = 0;
    while (i < list->n && strcmp(list->statistic[i].name, name) != 0)
        i++;
    return i;
}
