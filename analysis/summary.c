#include "analysis/summary.h"

#include <math.h>

#include "analysis/convergence.h"

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "memory ran out while results were summarized");
}

/* ---- intervals ---- */

static bt_interval share_of(const double *value, size_t count, double level)
{
    size_t n = 0;
    size_t n_true = 0;
    for (size_t i = 0; i < count; i++) {
        n += isnan(value[i]) ? 0 : 1;
        n_true += value[i] == 1 ? 1 : 0;
    }
    return bt_share_interval(n_true, n, level);
}

static bt_interval constant_of(const double *value, size_t count)
{
    bt_interval constant = {NAN, NAN, NAN, NAN, 0};
    for (size_t i = 0; i < count; i++) {
        if (isnan(value[i]))
            continue;
        constant.mean = constant.low = constant.high = value[i];
        constant.standard_error = 0;
        constant.n++;
    }
    return constant;
}

static bt_interval interval_of(bt_statistic_kind kind, const double *value, size_t count,
                               double level)
{
    switch (kind) {
    case BT_SHARE:
        return share_of(value, count, level);
    case BT_CONSTANT:
        return constant_of(value, count);
    case BT_MEAN:
        break;
    }
    return bt_student_interval(value, count, level);
}

/* Interval of value - baseline, replication by replication; `work`: [count]. */
static bt_interval difference_of(const double *value, const double *baseline, size_t count,
                                 double level, double *work)
{
    for (size_t i = 0; i < count; i++)
        work[i] = value[i] - baseline[i];
    return bt_student_interval(work, count, level);
}

/* Intervals of rows of replications: [row]. */
static bt_interval *intervals_of(bt_arena *arena, const double *value, size_t n_rows,
                                 size_t count, double level)
{
    bt_interval *intervals = BT_ARENA_NEW(arena, n_rows, bt_interval);
    for (size_t row = 0; intervals != NULL && row < n_rows; row++)
        intervals[row] = bt_student_interval(value + row * count, count, level);
    return intervals;
}

static const double *kept(bt_arena *arena, const double *value, size_t count)
{
    double *copy = BT_ARENA_NEW(arena, count, double);
    for (size_t i = 0; copy != NULL && i < count; i++)
        copy[i] = value[i];
    return copy;
}

/* ---- points ---- */

static bool summarize_statistics(bt_summary *summary, const bt_measured *measured,
                                 const bt_measured *baseline, double *work,
                                 bt_point_summary *into)
{
    size_t count = summary->results->n_replications;
    double level = summary->setting.confidence;
    size_t n = summary->list.n;
    into->statistic = BT_ARENA_NEW(summary->arena, n, bt_interval);
    into->difference = baseline == NULL ? NULL : BT_ARENA_NEW(summary->arena, n, bt_interval);
    if (into->statistic == NULL || (baseline != NULL && into->difference == NULL))
        return false;
    for (size_t i = 0; i < n; i++) {
        const double *value = measured->statistic + i * count;
        into->statistic[i] = interval_of(summary->list.statistic[i].kind, value, count, level);
        if (baseline != NULL)
            into->difference[i] =
                difference_of(value, baseline->statistic + i * count, count, level, work);
    }
    return true;
}

static bool summarize_members(bt_summary *summary, const bt_measured *measured,
                              bt_point_summary *into)
{
    const bt_results *results = summary->results;
    size_t count = results->n_replications;
    size_t n_products = results->n_products;
    size_t n_sellers = results->n_sellers;
    double level = summary->setting.confidence;
    bt_arena *arena = summary->arena;
    into->price = intervals_of(arena, measured->price, n_products, count, level);
    into->profit = intervals_of(arena, measured->profit, n_sellers, count, level);
    into->delta = intervals_of(arena, measured->delta, n_sellers, count, level);
    into->nash_price = kept(arena, measured->nash_price, n_products);
    into->joint_profit_price = kept(arena, measured->joint_profit_price, n_products);
    into->first_best_price = kept(arena, measured->first_best_price, n_products);
    into->nash_profit = kept(arena, measured->nash_profit, n_sellers);
    into->joint_profit = kept(arena, measured->joint_profit, n_sellers);
    return into->price != NULL && into->profit != NULL && into->delta != NULL &&
           into->nash_price != NULL && into->joint_profit_price != NULL &&
           into->first_best_price != NULL && into->nash_profit != NULL &&
           into->joint_profit != NULL;
}

static bt_status summarize_point(bt_summary *summary, size_t point, const bt_measured *baseline,
                                 bt_point_summary *into, bt_error *error)
{
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return no_memory(error);
    double *work = BT_ARENA_NEW(arena, summary->results->n_replications, double);
    bt_measured measured;
    bt_status status =
        work == NULL ? no_memory(error)
                     : bt_measure_point(summary->results, &summary->list, &summary->setting,
                                        point, arena, &measured, error);
    into->point = point;
    into->n_done = bt_runs_done_at(summary->results, point);
    if (status == BT_OK && (!summarize_statistics(summary, &measured, baseline, work, into) ||
                            !summarize_members(summary, &measured, into)))
        status = no_memory(error);
    bt_arena_destroy(arena);
    return status;
}

static bt_status summarize_points(bt_summary *summary, size_t first, bt_error *error)
{
    bt_measured measured;
    const bt_measured *baseline = NULL;
    bt_status status = BT_OK;
    if (summary->baseline != BT_NO_BASELINE) {
        status = bt_measure_point(summary->results, &summary->list, &summary->setting,
                                  summary->baseline, summary->arena, &measured, error);
        baseline = &measured;
    }
    for (size_t i = 0; i < summary->n_points && status == BT_OK; i++)
        status = summarize_point(summary, first + i, baseline, &summary->point[i], error);
    return status;
}

static bt_status check_point(const bt_results *results, size_t point, bt_error *error)
{
    if (point == SIZE_MAX || point < results->n_points)
        return BT_OK;
    return bt_fail(error, BT_BAD_USAGE, "%s has no point %zu: its points are 0 to %zu",
                   results->path, point, results->n_points - 1);
}

bt_status bt_summarize(const bt_results *results, const bt_analysis_setting *setting,
                       size_t point, size_t baseline, bt_summary **summary, bt_error *error)
{
    *summary = NULL;
    if (check_point(results, point, error) != BT_OK ||
        check_point(results, baseline, error) != BT_OK)
        return BT_BAD_USAGE;
    bt_arena *arena = bt_arena_create();
    bt_summary *made = arena == NULL ? NULL : BT_ARENA_NEW(arena, 1, bt_summary);
    if (made == NULL) {
        bt_arena_destroy(arena);
        return no_memory(error);
    }
    bool all = point == BT_ALL_POINTS;
    *made = (bt_summary){.arena = arena,
                         .results = results,
                         .setting = *setting,
                         .baseline = baseline,
                         .n_points = all ? results->n_points : 1};
    made->point = BT_ARENA_NEW(arena, made->n_points, bt_point_summary);
    bt_status status = made->point == NULL ? no_memory(error) : BT_OK;
    if (status == BT_OK)
        status = bt_list_statistics(results, setting, arena, &made->list, error);
    if (status == BT_OK)
        status = summarize_points(made, all ? 0 : point, error);
    if (status != BT_OK) {
        bt_summary_destroy(made);
        return status;
    }
    *summary = made;
    return BT_OK;
}

void bt_summary_destroy(bt_summary *summary)
{
    if (summary != NULL)
        bt_arena_destroy(summary->arena);
}

bool bt_summary_shows(const bt_summary *summary, size_t statistic)
{
    for (size_t i = 0; i < summary->n_points; i++)
        if (!isnan(summary->point[i].statistic[statistic].mean))
            return true;
    return false;
}
