#include "analysis/statistics.h"

#include <math.h>
#include <string.h>

#include "analysis/audit_statistics.h"
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
    double *outcome;  /* [product or seller] */
    bool in_cycle;    /* the run ended in a limit cycle, which counts as final */
    double nash_consumer_surplus;
    double nash_welfare;
    double first_best_welfare;
    bt_error *error;
    bt_status status;
} measuring;

static double mean_of(const double *value, size_t count)
{
    return bt_mean_of_numbers(value, count, 1);
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

/* The run's outcome into at->outcome; false when it is absent or unreadable. */
static bool load_outcome(measuring *at, const bt_found *outcome)
{
    if (!bt_has(outcome) || at->status != BT_OK)
        return false;
    at->status = bt_read_outcome(at->results, outcome, at->point, at->replication, at->outcome,
                                 at->error);
    return at->status == BT_OK;
}

static double outcome_of(measuring *at, const bt_found *outcome)
{
    return load_outcome(at, outcome) ? at->outcome[0] : NAN;
}

static double mean_over_window(const measuring *at, const bt_found *series, size_t element)
{
    return bt_final_mean(at->series + element, at->results->n_records, series->axis_length,
                         at->setting->window);
}

/* Final values along an axis: value [count], `stride` apart. */
static void final_values(measuring *at, const bt_found *series, const bt_found *outcome,
                         double *value, size_t stride)
{
    bool has_outcome = load_outcome(at, outcome);
    bool has_series = load(at, series);
    size_t count = has_series ? series->axis_length : has_outcome ? outcome->axis_length : 0;
    for (size_t i = 0; i < count; i++) {
        double final = has_outcome ? at->outcome[i] : NAN;
        if (has_series && !(at->in_cycle && !isnan(final))) {
            double window = mean_over_window(at, series, i);
            final = isnan(window) ? final : window;
        }
        value[i * stride] = final;
    }
}

static double final_value(measuring *at, const bt_found *series, const bt_found *outcome)
{
    double value = NAN;
    final_values(at, series, outcome, &value, 1);
    return value;
}

/* The final mean over the elements of a further series. */
static double final_of_series(measuring *at, const bt_found *series)
{
    double sum = 0;
    size_t n = 0;
    if (!load(at, series))
        return NAN;
    for (size_t i = 0; i < series->axis_length; i++) {
        double value = mean_over_window(at, series, i);
        if (isnan(value))
            continue;
        sum += value;
        n++;
    }
    return n == 0 ? NAN : sum / (double)n;
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
    size_t n = at->results->n_products;
    size_t replications = at->results->n_replications;
    double *price = at->into->price + at->replication;
    final_values(at, &at->from.price, &at->from.final_price, price, replications);
    *cell(at, BT_STATISTIC_PRICE) = bt_mean_of_numbers(price, n, replications);
    double above = 0;
    size_t n_compared = 0;
    for (size_t product = 0; product < n; product++) {
        double relative = price[product * replications] / at->into->nash_price[product] - 1;
        if (isnan(relative))
            continue;
        above += relative;
        n_compared++;
    }
    *cell(at, BT_STATISTIC_PRICE_ABOVE_NASH) =
        n_compared == 0 ? NAN : above / (double)n_compared;
}

static double rate_of(const measuring *at, const double *distance)
{
    size_t n = bt_record_count(at->results, at->point);
    const double *time = bt_record_times(at->results, at->point);
    double from = isnan(at->setting->fit_from) ? bt_fit_start(time, n) : at->setting->fit_from;
    return bt_fit_power_law(time, distance, n, from).slope;
}

/* The distance record by record: as recorded, or of the recorded prices. */
static void load_distance(measuring *at)
{
    size_t n = at->results->n_records;
    for (size_t record = 0; record < n; record++)
        at->distance[record] = NAN;
    if (load(at, &at->from.distance))
        memcpy(at->distance, at->series, n * sizeof(double));
    else if (bt_has(&at->from.nash_price) && load(at, &at->from.price))
        distance_of_prices(at);
}

static void measure_distance(measuring *at)
{
    size_t n = at->results->n_records;
    const double *time = bt_record_times(at->results, at->point);
    load_distance(at);
    double last = outcome_of(at, &at->from.final_distance);
    double window = bt_final_mean(at->distance, n, 1, at->setting->window);
    bool exact = (at->in_cycle || isnan(window)) && !isnan(last);
    *cell(at, BT_STATISTIC_DISTANCE) = exact ? last : window;
    *cell(at, BT_STATISTIC_RATE) = rate_of(at, at->distance);
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
    double last = outcome_of(at, &at->from.final_exploitability);
    double window = NAN;
    if (load(at, &at->from.exploitability)) {
        bool is_share = strcmp(at->from.exploitability.units, "1") == 0;
        double unit =
            is_share ? 1 : mean_of(at->into->nash_profit, at->from.nash_profit.axis_length);
        window = mean_over_window(at, &at->from.exploitability, 0) / unit;
        *cell(at, BT_STATISTIC_EXPLOITABILITY_RATE) = rate_of(at, at->series);
    }
    bool exact = (at->in_cycle || isnan(window)) && !isnan(last);
    *cell(at, BT_STATISTIC_EXPLOITABILITY) = exact ? last : window;
}

static double gain(double profit, double nash, double joint)
{
    return (profit - nash) / (joint - nash);
}

static void measure_profits(measuring *at)
{
    size_t replications = at->results->n_replications;
    size_t n = at->results->n_sellers;
    double *profit = at->into->profit + at->replication;
    final_values(at, &at->from.profit, &at->from.final_profit, profit, replications);
    double mean = bt_mean_of_numbers(profit, n, replications);
    *cell(at, BT_STATISTIC_PROFIT) = mean;
    for (size_t seller = 0; seller < n; seller++)
        at->into->delta[seller * replications + at->replication] =
            gain(profit[seller * replications], at->into->nash_profit[seller],
                 at->into->joint_profit[seller]);
    double delta =
        gain(mean, mean_of(at->into->nash_profit, n), mean_of(at->into->joint_profit, n));
    if (isnan(delta))
        delta = final_of_series(at, &at->from.profit_gain);
    double last = outcome_of(at, &at->from.delta);
    bool exact = (at->in_cycle || isnan(delta)) && !isnan(last);
    *cell(at, BT_STATISTIC_DELTA) = exact ? last : delta;
}

/* How the run ended, and whether its limit cycle counts as final. */
static void measure_end(measuring *at)
{
    double converged = outcome_of(at, &at->from.converged);
    double length = outcome_of(at, &at->from.cycle_length);
    bool has_cycle = length > 0;
    at->in_cycle = at->setting->use_limit_cycle && has_cycle && converged == 1;
    *cell(at, BT_STATISTIC_CONVERGED) = converged;
    *cell(at, BT_STATISTIC_ITERATIONS) = outcome_of(at, &at->from.iterations);
    *cell(at, BT_STATISTIC_CYCLE_1) = has_cycle ? (double)(length == 1) : NAN;
    *cell(at, BT_STATISTIC_CYCLE_2) = has_cycle ? (double)(length == 2) : NAN;
    *cell(at, BT_STATISTIC_CYCLE_3) = has_cycle ? (double)(length >= 3) : NAN;
}

/* All sellers' profits, as final as they are. */
static double total_profit(const measuring *at)
{
    double total = NAN;
    for (size_t seller = 0; seller < at->results->n_sellers; seller++) {
        double profit =
            at->into->profit[seller * at->results->n_replications + at->replication];
        if (!isnan(profit))
            total = isnan(total) ? profit : total + profit;
    }
    return total;
}

static void measure_surplus(measuring *at)
{
    static const bt_found none = {.variable = NULL};
    double consumers =
        final_value(at, &at->from.consumer_surplus, &at->from.final_consumer_surplus);
    double producers = total_profit(at);
    if (isnan(producers))
        producers = final_value(at, &at->from.producer_surplus, &none);
    double platform = final_value(at, &at->from.platform_revenue, &none);
    double total = final_value(at, &at->from.welfare, &at->from.final_welfare);
    if (isnan(total))
        total = consumers + producers + (isnan(platform) ? 0 : platform);
    double best = at->first_best_welfare > 0 ? at->first_best_welfare : NAN;
    *cell(at, BT_STATISTIC_CONSUMER_SURPLUS) = consumers;
    *cell(at, BT_STATISTIC_PRODUCER_SURPLUS) = producers;
    *cell(at, BT_STATISTIC_PLATFORM_REVENUE) = platform;
    *cell(at, BT_STATISTIC_WELFARE) = total;
    *cell(at, BT_STATISTIC_CONSUMER_SHARE) = consumers / best;
    *cell(at, BT_STATISTIC_PRODUCER_SHARE) = producers / best;
    *cell(at, BT_STATISTIC_WELFARE_SHARE) = total / best;
    *cell(at, BT_STATISTIC_EFFICIENCY) = final_value(at, &at->from.efficiency, &none);
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

static void measure_audit(measuring *at)
{
    double nash_profit = mean_of(at->into->nash_profit, at->from.nash_profit.axis_length);
    for (size_t i = BT_STATISTIC_AUDIT_DELTA; bt_is_audit_statistic(i); i++)
        if (at->status == BT_OK && at->list->statistic[i].is_available)
            at->status = bt_measure_audit(at->results, i, at->point, at->replication,
                                          nash_profit, at->outcome, cell(at, i), at->error);
}

static void measure_run(measuring *at)
{
    measure_end(at);
    measure_prices(at);
    measure_distance(at);
    measure_exploitability(at);
    measure_profits(at);
    measure_surplus(at);
    set_constants(at);
    measure_audit(at);
    for (size_t i = at->list->first_series; i < at->list->n; i++)
        *cell(at, i) = final_of_series(at, &at->list->statistic[i].series);
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
    at->outcome = missing_numbers(arena, 1 + results->n_products + results->n_sellers);
    return into->statistic != NULL && into->price != NULL && into->profit != NULL &&
           into->delta != NULL && into->nash_price != NULL &&
           into->joint_profit_price != NULL && into->first_best_price != NULL &&
           into->nash_profit != NULL && into->joint_profit != NULL && at->series != NULL &&
           at->distance != NULL && at->outcome != NULL;
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
