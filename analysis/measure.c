#include "analysis/statistics.h"

#include <math.h>
#include <string.h>

#include "analysis/convergence.h"
#include "analysis/statistic_sources.h"

/* Everything that measuring a point's runs needs. */
typedef struct measuring {
    const bt_results *results;
    const bt_statistic_list *list;
    const bt_analysis_setting *setting;
    bt_sources from;
    size_t point;
    size_t replication;
    bt_measured *into;
    double *series;   /* the longest series of a run */
    double *distance; /* [record] */
    double nash_consumer_surplus;
    double nash_welfare;
    double first_best_welfare;
    bt_error *error;
    bt_status status;
} measuring;

static double mean_of(const double *value, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += value[i];
    return count == 0 ? NAN : sum / (double)count;
}

static double *cell(const measuring *at, size_t statistic)
{
    return &at->into->statistic[statistic * at->results->n_replications + at->replication];
}

/* The run's series into at->series; false when it is absent or unreadable. */
static bool load(measuring *at, const bt_found *series)
{
    if (!bt_has(series) || at->status != BT_OK)
        return false;
    at->status =
        bt_read_series(at->results, series, at->point, at->replication, at->series, at->error);
    return at->status == BT_OK;
}

/* Final values along a series' axis: value [axis_length]; their mean. */
static double final_values(const measuring *at, const bt_found *series, double *value,
                           size_t stride)
{
    double sum = 0;
    for (size_t i = 0; i < series->axis_length; i++) {
        double final = bt_final_mean(at->series + i, at->results->n_records,
                                     series->axis_length, at->setting->window);
        if (value != NULL)
            value[i * stride] = final;
        sum += final;
    }
    return sum / (double)series->axis_length;
}

static double final_of(measuring *at, const bt_found *series)
{
    return load(at, series) ? final_values(at, series, NULL, 0) : NAN;
}

static double outcome_of(measuring *at, const bt_found *outcome)
{
    double value = NAN;
    if (bt_has(outcome) && at->status == BT_OK)
        at->status = bt_read_outcome(at->results, outcome, at->point, at->replication, &value,
                                     at->error);
    return value;
}

/* Largest relative distance of any price from its Nash price, record by record. */
static void distance_of_prices(const measuring *at)
{
    size_t n_products = at->from.price.axis_length;
    for (size_t record = 0; record < at->results->n_records; record++)
        at->distance[record] = bt_largest_relative_distance(at->series + record * n_products,
                                                            at->into->nash_price, n_products);
}

static void measure_prices(measuring *at)
{
    size_t n = at->from.price.axis_length;
    size_t replications = at->results->n_replications;
    for (size_t record = 0; record < at->results->n_records; record++)
        at->distance[record] = NAN;
    if (!load(at, &at->from.price))
        return;
    double *price = at->into->price + at->replication;
    *cell(at, BT_STATISTIC_PRICE) = final_values(at, &at->from.price, price, replications);
    double above = 0;
    for (size_t product = 0; product < n; product++)
        above += price[product * replications] / at->into->nash_price[product] - 1;
    *cell(at, BT_STATISTIC_PRICE_ABOVE_NASH) = above / (double)n;
    distance_of_prices(at);
}

static double fit_start(const measuring *at, const double *time)
{
    return isnan(at->setting->fit_from) ? bt_fit_start(time, at->results->n_records)
                                        : at->setting->fit_from;
}

static void measure_distance(measuring *at)
{
    size_t n = at->results->n_records;
    const double *time = bt_record_times(at->results, at->point);
    if (load(at, &at->from.distance))
        memcpy(at->distance, at->series, n * sizeof(double));
    *cell(at, BT_STATISTIC_DISTANCE) = bt_final_mean(at->distance, n, 1, at->setting->window);
    *cell(at, BT_STATISTIC_RATE) =
        bt_fit_power_law(time, at->distance, n, fit_start(at, time)).slope;
    bool has_any = bt_recorded_length(at->distance, n, 1) > 0;
    for (size_t i = 0; i < at->setting->n_epsilons; i++) {
        double reached = bt_time_to_stay_within(time, at->distance, n, at->setting->epsilon[i]);
        *cell(at, at->list->first_epsilon + 2 * i) = reached;
        *cell(at, at->list->first_epsilon + 2 * i + 1) =
            has_any ? (double)!isnan(reached) : NAN;
    }
}

static void measure_exploitability(measuring *at)
{
    size_t n = at->results->n_records;
    const double *time = bt_record_times(at->results, at->point);
    if (!load(at, &at->from.exploitability))
        return;
    bool is_share = strcmp(at->from.exploitability.units, "1") == 0;
    double unit =
        is_share ? 1 : mean_of(at->into->nash_profit, at->from.nash_profit.axis_length);
    *cell(at, BT_STATISTIC_EXPLOITABILITY) =
        bt_final_mean(at->series, n, 1, at->setting->window) / unit;
    *cell(at, BT_STATISTIC_EXPLOITABILITY_RATE) =
        bt_fit_power_law(time, at->series, n, fit_start(at, time)).slope;
}

static double gain(double profit, double nash, double joint)
{
    return (profit - nash) / (joint - nash);
}

/* Profits, and Delta: the file's own (of the limit cycle) or that of final profits. */
static void measure_profits(measuring *at)
{
    size_t replications = at->results->n_replications;
    if (load(at, &at->from.profit)) {
        double *profit = at->into->profit + at->replication;
        double mean = final_values(at, &at->from.profit, profit, replications);
        size_t n = at->from.profit.axis_length;
        *cell(at, BT_STATISTIC_PROFIT) = mean;
        *cell(at, BT_STATISTIC_DELTA) =
            gain(mean, mean_of(at->into->nash_profit, n), mean_of(at->into->joint_profit, n));
        for (size_t seller = 0; seller < n; seller++)
            at->into->delta[seller * replications + at->replication] =
                gain(profit[seller * replications], at->into->nash_profit[seller],
                     at->into->joint_profit[seller]);
    }
    double recorded = outcome_of(at, &at->from.delta);
    if (!isnan(recorded))
        *cell(at, BT_STATISTIC_DELTA) = recorded;
}

static void measure_end(measuring *at)
{
    *cell(at, BT_STATISTIC_CONVERGED) = outcome_of(at, &at->from.converged);
    *cell(at, BT_STATISTIC_ITERATIONS) = outcome_of(at, &at->from.iterations);
    double length = outcome_of(at, &at->from.cycle_length);
    bool has_cycle = length > 0;
    *cell(at, BT_STATISTIC_CYCLE_1) = has_cycle ? length == 1 : NAN;
    *cell(at, BT_STATISTIC_CYCLE_2) = has_cycle ? length == 2 : NAN;
    *cell(at, BT_STATISTIC_CYCLE_3) = has_cycle ? length >= 3 : NAN;
}

static void measure_surplus(measuring *at)
{
    double consumers = final_of(at, &at->from.consumer_surplus);
    double producers =
        bt_has(&at->from.producer_surplus)
            ? final_of(at, &at->from.producer_surplus)
            : *cell(at, BT_STATISTIC_PROFIT) * (double)at->from.profit.axis_length;
    double platform = final_of(at, &at->from.platform_revenue);
    double total = bt_has(&at->from.welfare)
                       ? final_of(at, &at->from.welfare)
                       : consumers + producers + (isnan(platform) ? 0 : platform);
    double best = at->first_best_welfare > 0 ? at->first_best_welfare : NAN;
    *cell(at, BT_STATISTIC_CONSUMER_SURPLUS) = consumers;
    *cell(at, BT_STATISTIC_PRODUCER_SURPLUS) = producers;
    *cell(at, BT_STATISTIC_PLATFORM_REVENUE) = platform;
    *cell(at, BT_STATISTIC_WELFARE) = total;
    *cell(at, BT_STATISTIC_CONSUMER_SHARE) = consumers / best;
    *cell(at, BT_STATISTIC_PRODUCER_SHARE) = producers / best;
    *cell(at, BT_STATISTIC_WELFARE_SHARE) = total / best;
    *cell(at, BT_STATISTIC_EFFICIENCY) = final_of(at, &at->from.efficiency);
}

static void set_constants(const measuring *at)
{
    const bt_measured *into = at->into;
    const bt_sources *from = &at->from;
    *cell(at, BT_STATISTIC_NASH_PRICE) =
        mean_of(into->nash_price, from->nash_price.axis_length);
    *cell(at, BT_STATISTIC_JOINT_PROFIT_PRICE) =
        mean_of(into->joint_profit_price, from->joint_profit_price.axis_length);
    *cell(at, BT_STATISTIC_FIRST_BEST_PRICE) =
        mean_of(into->first_best_price, from->first_best_price.axis_length);
    *cell(at, BT_STATISTIC_NASH_PROFIT) =
        mean_of(into->nash_profit, from->nash_profit.axis_length);
    *cell(at, BT_STATISTIC_JOINT_PROFIT) =
        mean_of(into->joint_profit, from->joint_profit.axis_length);
    *cell(at, BT_STATISTIC_NASH_CONSUMER_SURPLUS) = at->nash_consumer_surplus;
    *cell(at, BT_STATISTIC_NASH_WELFARE) = at->nash_welfare;
    *cell(at, BT_STATISTIC_FIRST_BEST_WELFARE) = at->first_best_welfare;
}

static void measure_run(measuring *at)
{
    measure_prices(at);
    measure_distance(at);
    measure_exploitability(at);
    measure_profits(at);
    measure_end(at);
    measure_surplus(at);
    set_constants(at);
    for (size_t i = at->list->first_series; i < at->list->n; i++)
        *cell(at, i) = final_of(at, &at->list->statistic[i].series);
}

static double *missing_numbers(bt_arena *arena, size_t count)
{
    double *number = BT_ARENA_NEW(arena, count, double);
    for (size_t i = 0; number != NULL && i < count; i++)
        number[i] = NAN;
    return number;
}

/* A benchmark into value, which is NAN where the file has none. */
static void read_benchmark(measuring *at, const bt_found *benchmark, double *value)
{
    if (bt_has(benchmark) && at->status == BT_OK)
        at->status = bt_read_benchmark(at->results, benchmark, at->point, value, at->error);
}

static bool make_room(const bt_results *results, const bt_statistic_list *list, bt_arena *arena,
                      measuring *at)
{
    size_t replications = results->n_replications;
    size_t longest = 1;
    for (size_t i = 0;; i++) {
        bt_found series = bt_series_at(results, i);
        if (!bt_has(&series))
            break;
        longest = series.axis_length > longest ? series.axis_length : longest;
    }
    bt_measured *into = at->into;
    *into = (bt_measured){
        .statistic = missing_numbers(arena, list->n * replications),
        .price = missing_numbers(arena, results->n_products * replications),
        .profit = missing_numbers(arena, results->n_sellers * replications),
        .delta = missing_numbers(arena, results->n_sellers * replications),
        .nash_price = missing_numbers(arena, results->n_products),
        .joint_profit_price = missing_numbers(arena, results->n_products),
        .first_best_price = missing_numbers(arena, results->n_products),
        .nash_profit = missing_numbers(arena, results->n_sellers),
        .joint_profit = missing_numbers(arena, results->n_sellers),
    };
    at->series = missing_numbers(arena, results->n_records * longest);
    at->distance = missing_numbers(arena, results->n_records);
    return into->statistic != NULL && into->price != NULL && into->profit != NULL &&
           into->delta != NULL && into->nash_price != NULL &&
           into->joint_profit_price != NULL && into->first_best_price != NULL &&
           into->nash_profit != NULL && into->joint_profit != NULL && at->series != NULL &&
           at->distance != NULL;
}

bt_status bt_measure_point(const bt_results *results, const bt_statistic_list *list,
                           const bt_analysis_setting *setting, size_t point, bt_arena *arena,
                           bt_measured *measured, bt_error *error)
{
    measuring at = {.results = results,
                    .list = list,
                    .setting = setting,
                    .from = bt_find_sources(results),
                    .point = point,
                    .into = measured,
                    .nash_consumer_surplus = NAN,
                    .nash_welfare = NAN,
                    .first_best_welfare = NAN,
                    .error = error};
    if (!make_room(results, list, arena, &at))
        return bt_fail(error, BT_INTERNAL, "memory ran out while runs were measured");
    read_benchmark(&at, &at.from.nash_price, measured->nash_price);
    read_benchmark(&at, &at.from.joint_profit_price, measured->joint_profit_price);
    read_benchmark(&at, &at.from.first_best_price, measured->first_best_price);
    read_benchmark(&at, &at.from.nash_profit, measured->nash_profit);
    read_benchmark(&at, &at.from.joint_profit, measured->joint_profit);
    read_benchmark(&at, &at.from.nash_consumer_surplus, &at.nash_consumer_surplus);
    read_benchmark(&at, &at.from.nash_welfare, &at.nash_welfare);
    read_benchmark(&at, &at.from.first_best_welfare, &at.first_best_welfare);
    for (size_t i = 0; i < results->n_replications && at.status == BT_OK; i++) {
        at.replication = i;
        if (bt_run_is_done(results, point, i))
            measure_run(&at);
    }
    return at.status;
}
