#include "analysis/trajectory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/convergence.h"
#include "sim/steady_state.h"

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "memory ran out while a trajectory was made");
}

/* Bins of records, and what is averaged in them. */
typedef struct bins {
    size_t n;
    size_t *of_record; /* [record] */
    size_t *n_records; /* [bin] */
    double *time;      /* [bin] mean, or geometric mean */
    bool is_log;
} bins;

/* The position of a record on the time axis from 0 to 1, NAN where a log axis has none. */
static double time_share(const double *time, size_t record, size_t first, size_t count,
                         bool is_log)
{
    double low = time[first];
    double high = time[count - 1];
    if (is_log && time[record] <= 0)
        return NAN;
    if (high <= low)
        return 0;
    return is_log ? log(time[record] / low) / log(high / low)
                  : (time[record] - low) / (high - low);
}

static size_t first_shown(const double *time, size_t count, bool is_log)
{
    size_t first = 0;
    while (is_log && first < count && !(time[first] > 0))
        first++;
    return first;
}

/* Bins of equal length with the empty ones left out; records beyond a log axis are in
 * none (their bin is `most`). */
static bool make_bins(const double *time, size_t count, size_t most, bool is_log,
                      bt_arena *arena, bins *made)
{
    *made = (bins){.is_log = is_log};
    made->of_record = BT_ARENA_NEW(arena, count, size_t);
    made->n_records = BT_ARENA_NEW(arena, most, size_t);
    made->time = BT_ARENA_NEW(arena, most, double);
    if (made->of_record == NULL || made->n_records == NULL || made->time == NULL)
        return false;
    size_t first = first_shown(time, count, is_log);
    bool one_each = count - first <= most;
    size_t last_place = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        double share = i < first ? NAN : time_share(time, i, first, count, is_log);
        if (isnan(share)) {
            made->of_record[i] = most;
            continue;
        }
        size_t place =
            one_each ? i : (size_t)fmin(fmax(share, 0) * (double)most, (double)(most - 1));
        if (place != last_place && made->n < most) /* times of a hostile file may jump */
            made->n++;
        last_place = place;
        size_t bin = made->n - 1;
        made->of_record[i] = bin;
        made->n_records[bin]++;
        made->time[bin] += is_log ? log(time[i]) : time[i];
    }
    for (size_t bin = 0; bin < made->n; bin++) {
        double mean = made->time[bin] / (double)made->n_records[bin];
        made->time[bin] = is_log ? exp(mean) : mean;
    }
    return true;
}

/* A run's path: carried on to the end, averaged in bins (of logs on a log axis) into
 * value [bin * stride]. Returns whether it had stopped early. */
static bool bin_path(double *path, size_t count, const bins *in, double *work, double *value,
                     size_t stride)
{
    size_t length = bt_recorded_length(path, count, 1);
    for (size_t i = length; i < count && length > 0; i++)
        path[i] = path[length - 1];
    double *sum = work;
    double *n = work + in->n;
    memset(work, 0, 2 * in->n * sizeof(double));
    for (size_t i = 0; i < count; i++) {
        size_t bin = in->of_record[i];
        double number = in->is_log ? log(path[i]) : path[i];
        if (bin >= in->n || !isfinite(number))
            continue;
        sum[bin] += number;
        n[bin]++;
    }
    for (size_t bin = 0; bin < in->n; bin++)
        value[bin * stride] = n[bin] > 0 ? sum[bin] / n[bin] : NAN;
    return length > 0 && length < count;
}

static void set_band(const bt_trajectory_setting *setting, double *values, size_t count,
                     double *low, double *high)
{
    bt_interval interval = bt_student_interval(values, count, setting->confidence);
    *low = interval.low;
    *high = interval.high;
    if (setting->band == BT_BAND_CONFIDENCE)
        return;
    size_t n = bt_sort_numbers(values, count);
    *low = n < 2 ? NAN : bt_quantile_sorted(values, n, 0.05);
    *high = n < 2 ? NAN : bt_quantile_sorted(values, n, 0.95);
}

/* Mean and band of each bin over the runs: value [bin * run]. */
static void summarize_bins(const bt_trajectory_setting *setting, double *value,
                           bt_trajectory *into)
{
    for (size_t bin = 0; bin < into->n; bin++) {
        double *runs = value + bin * into->n_runs;
        into->mean[bin] = bt_mean_of_numbers(runs, into->n_runs, 1);
        set_band(setting, runs, into->n_runs, &into->low[bin], &into->high[bin]);
        if (!setting->is_log)
            continue;
        into->mean[bin] = exp(into->mean[bin]);
        into->low[bin] = exp(into->low[bin]);
        into->high[bin] = exp(into->high[bin]);
    }
}

/* Up to where any run reaches: the file's count of records, else all of them. */
static bt_status find_end(const bt_results *results, size_t point, size_t *n_records,
                          bt_error *error)
{
    *n_records = bt_record_count(results, point);
    bt_found records = bt_find_outcome(results, "records");
    if (records.variable == NULL || records.axis != BT_PER_MARKET)
        return BT_OK;
    double most = 0;
    for (size_t i = 0; i < results->n_replications; i++) {
        double count = NAN;
        bt_status status = bt_read_outcome(results, &records, point, i, &count, error);
        if (status != BT_OK)
            return status;
        most = fmax(most, count);
    }
    if (most >= 1 && most < (double)*n_records)
        *n_records = (size_t)most;
    return BT_OK;
}

static bt_status read_runs(const bt_results *results, size_t point, const bins *in,
                           bt_read_path *read, void *context, double *path, double *work,
                           double *value, size_t n_records, bt_trajectory *into,
                           bt_error *error)
{
    size_t run = 0;
    for (size_t i = 0; i < results->n_replications; i++) {
        if (!bt_run_is_done(results, point, i))
            continue;
        bt_status status = read(context, i, path, error);
        if (status != BT_OK)
            return status;
        into->some_stopped_early |=
            bin_path(path, n_records, in, work, value + run, into->n_runs);
        run++;
    }
    return BT_OK;
}

bt_status bt_make_trajectory(const bt_results *results, size_t point,
                             const bt_trajectory_setting *setting, bt_read_path *read,
                             void *context, bt_arena *arena, bt_trajectory *trajectory,
                             bt_error *error)
{
    *trajectory = (bt_trajectory){.n_runs = bt_runs_done_at(results, point)};
    size_t n_records = 0;
    bt_status status = find_end(results, point, &n_records, error);
    if (status != BT_OK)
        return status;
    if (trajectory->n_runs == 0 || n_records == 0)
        return BT_OK;
    bins in;
    if (!make_bins(bt_record_times(results, point), n_records, setting->most, setting->is_log,
                   arena, &in))
        return no_memory(error);
    trajectory->n = in.n;
    trajectory->is_binned = in.n < n_records;
    trajectory->time = in.time;
    trajectory->mean = BT_ARENA_NEW(arena, in.n, double);
    trajectory->low = BT_ARENA_NEW(arena, in.n, double);
    trajectory->high = BT_ARENA_NEW(arena, in.n, double);
    double *path = BT_ARENA_NEW(arena, results->n_records, double);
    double *work = BT_ARENA_NEW(arena, 2 * in.n, double);
    double *value = BT_ARENA_NEW(arena, in.n * trajectory->n_runs, double);
    if (trajectory->mean == NULL || trajectory->low == NULL || trajectory->high == NULL ||
        path == NULL || work == NULL || value == NULL)
        return no_memory(error);
    status = read_runs(results, point, &in, read, context, path, work, value, n_records,
                       trajectory, error);
    if (status == BT_OK)
        summarize_bins(setting, value, trajectory);
    return status;
}

/* ---- paths ---- */

bool bt_series_path_init(bt_series_path *path, const bt_results *results,
                         const bt_found *series, size_t point, size_t element, bt_arena *arena)
{
    *path = (bt_series_path){.results = results,
                             .series = *series,
                             .point = point,
                             .element = element,
                             .divisor = 1};
    path->work = BT_ARENA_NEW(arena, results->n_records * series->axis_length, double);
    return path->work != NULL;
}

bt_status bt_read_series_path(void *context, size_t replication, double *path, bt_error *error)
{
    bt_series_path *from = context;
    size_t length = from->series.axis_length;
    bt_status status = bt_read_series(from->results, &from->series, from->point, replication,
                                      from->work, error);
    if (status != BT_OK)
        return status;
    for (size_t record = 0; record < from->results->n_records; record++) {
        const double *value = from->work + record * length;
        double chosen = from->element == BT_AXIS_MEAN ? bt_mean_of_numbers(value, length, 1)
                                                      : value[from->element];
        path[record] = chosen / from->divisor;
    }
    return BT_OK;
}

bt_status bt_distance_path_init(bt_distance_path *path, const bt_results *results, size_t point,
                                bt_arena *arena, bool *is_there, bt_error *error)
{
    bt_found series = bt_find_series(results, "distance_to_nash");
    bt_found price = bt_find_series(results, "price");
    bt_found nash_price = bt_find_benchmark(results, "nash_price");
    *path = (bt_distance_path){0};
    path->is_series = series.variable != NULL && series.axis == BT_PER_MARKET;
    bool has_prices = price.variable != NULL && nash_price.variable != NULL &&
                      price.axis_length == nash_price.axis_length;
    *is_there = path->is_series || has_prices;
    if (!*is_there)
        return BT_OK;
    if (!bt_series_path_init(&path->path, results, path->is_series ? &series : &price, point, 0,
                             arena))
        return no_memory(error);
    if (path->is_series)
        return BT_OK;
    path->nash_price = BT_ARENA_NEW(arena, nash_price.axis_length, double);
    if (path->nash_price == NULL)
        return no_memory(error);
    return bt_read_benchmark(results, &nash_price, point, path->nash_price, error);
}

bt_status bt_read_distance_path(void *context, size_t replication, double *path,
                                bt_error *error)
{
    bt_distance_path *from = context;
    if (from->is_series)
        return bt_read_series_path(&from->path, replication, path, error);
    const bt_series_path *price = &from->path;
    bt_status status = bt_read_series(price->results, &price->series, price->point, replication,
                                      price->work, error);
    size_t n_products = price->series.axis_length;
    for (size_t record = 0; record < price->results->n_records && status == BT_OK; record++)
        path[record] = bt_largest_relative_distance(price->work + record * n_products,
                                                    from->nash_price, n_products);
    return status;
}
