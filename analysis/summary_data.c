#include "analysis/summary_output.h"

#include <math.h>
#include <string.h>

#include "analysis/csv_writer.h"
#include "analysis/verdict.h"
#include "sim/json.h"

static bool is_nothing(const bt_interval *interval)
{
    return interval->n == 0;
}

/* ---- JSON ---- */

static void json_interval(bt_json *json, const char *key, const bt_interval *interval)
{
    bt_json_begin_flat_object(json, key);
    bt_json_number(json, "mean", interval->mean);
    bt_json_number(json, "ci_low", interval->low);
    bt_json_number(json, "ci_high", interval->high);
    bt_json_integer(json, "n", (int64_t)interval->n);
    bt_json_end(json);
}

static void json_constant(bt_json *json, const char *key, double value, size_t n)
{
    if (!isnan(value))
        json_interval(json, key, &(bt_interval){value, value, value, 0, n});
}

static void json_parameters(bt_json *json, const bt_results *results, size_t point)
{
    bt_json_begin_object(json, "parameters");
    for (size_t i = 0; i < results->n_swept; i++) {
        const bt_swept *swept = &results->swept[i];
        if (swept->words != NULL)
            bt_json_text(json, swept->name, swept->words[point]);
        else
            bt_json_number(json, swept->name, swept->value[point]);
    }
    bt_json_end(json);
}

static void json_statistics(bt_json *json, const bt_statistic_list *list,
                            const bt_interval *interval)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->statistic[i].is_available)
            json_interval(json, list->statistic[i].name, &interval[i]);
}

static void json_products(bt_json *json, const bt_results *results,
                          const bt_point_summary *point)
{
    bt_json_begin_array(json, "products");
    for (size_t i = 0; i < results->n_products; i++) {
        bt_json_begin_object(json, NULL);
        bt_json_text(json, "product", results->product_name[i]);
        if (!is_nothing(&point->price[i]))
            json_interval(json, "price", &point->price[i]);
        json_constant(json, "nash_price", point->nash_price[i], point->n_done);
        json_constant(json, "joint_profit_price", point->joint_profit_price[i], point->n_done);
        json_constant(json, "first_best_price", point->first_best_price[i], point->n_done);
        bt_json_end(json);
    }
    bt_json_end(json);
}

static void json_sellers(bt_json *json, const bt_results *results,
                         const bt_point_summary *point)
{
    bt_json_begin_array(json, "sellers");
    for (size_t i = 0; i < results->n_sellers; i++) {
        bt_json_begin_object(json, NULL);
        bt_json_text(json, "seller", results->seller_name[i]);
        if (!is_nothing(&point->profit[i]))
            json_interval(json, "profit", &point->profit[i]);
        json_constant(json, "nash_profit", point->nash_profit[i], point->n_done);
        json_constant(json, "joint_profit", point->joint_profit[i], point->n_done);
        if (!is_nothing(&point->delta[i]))
            json_interval(json, "delta", &point->delta[i]);
        bt_json_end(json);
    }
    bt_json_end(json);
}

static void json_point(bt_json *json, const bt_summary *summary, const bt_point_summary *point)
{
    char verdict[BT_VERDICT_LENGTH];
    bt_write_verdict(summary, point, verdict, sizeof(verdict));
    bt_json_begin_object(json, NULL);
    bt_json_integer(json, "point", (int64_t)bt_point_number(summary->results, point->point));
    json_parameters(json, summary->results, point->point);
    bt_json_integer(json, "runs_done", (int64_t)point->n_done);
    bt_json_text(json, "verdict", verdict);
    json_statistics(json, &summary->list, point->statistic);
    json_products(json, summary->results, point);
    json_sellers(json, summary->results, point);
    if (point->difference != NULL) {
        bt_json_begin_object(json, "difference");
        json_statistics(json, &summary->list, point->difference);
        bt_json_end(json);
    }
    bt_json_end(json);
}

static void json_runs(bt_json *json, const bt_results *results)
{
    bt_json_begin_flat_object(json, "runs");
    bt_json_integer(json, "done", (int64_t)results->n_done);
    bt_json_integer(json, "failed", (int64_t)results->n_failed);
    bt_json_integer(json, "pending", (int64_t)results->n_pending);
    bt_json_end(json);
}

bt_status bt_write_summary_json(const bt_summary *summary, FILE *stream, bt_error *error)
{
    const bt_results *results = summary->results;
    bt_json json = bt_json_to(stream);
    bt_json_begin_object(&json, NULL);
    bt_json_text(&json, "file", results->path);
    bt_json_text(&json, "experiment", results->experiment);
    bt_json_boolean(&json, "finished", !results->is_part);
    json_runs(&json, results);
    bt_json_number(&json, "confidence", summary->setting.confidence);
    bt_json_number(&json, "window", summary->setting.window);
    bt_json_numbers(&json, "epsilon", summary->setting.epsilon, summary->setting.n_epsilons);
    bt_json_boolean(&json, "common_random_numbers", results->common_random_numbers);
    if (summary->baseline != BT_NO_BASELINE)
        bt_json_integer(&json, "baseline", (int64_t)summary->baseline);
    bt_json_begin_flat_array(&json, "missing");
    for (size_t i = 0; i < summary->list.n_missing; i++)
        bt_json_text(&json, NULL, summary->list.missing[i]);
    bt_json_end(&json);
    bt_json_begin_array(&json, "points");
    for (size_t i = 0; i < summary->n_points; i++)
        json_point(&json, summary, &summary->point[i]);
    bt_json_end(&json);
    bt_json_end(&json);
    return bt_json_finish(&json, error);
}

/* ---- CSV ---- */

/* What one row of the table is about. */
typedef struct row {
    const bt_point_summary *point;
    const char *statistic;
    const char *product; /* "" for the whole market */
    const char *seller;
    const char *units;
    const bt_interval *interval;
    const bt_interval *difference; /* NULL: none */
} row;

static void csv_interval(bt_csv_writer *csv, const bt_interval *interval)
{
    bt_csv_number(csv, interval->mean);
    bt_csv_number(csv, interval->low);
    bt_csv_number(csv, interval->high);
}

static void csv_row(bt_csv_writer *csv, const bt_summary *summary, const row *of)
{
    const bt_results *results = summary->results;
    bt_csv_count(csv, bt_point_number(results, of->point->point));
    for (size_t i = 0; i < results->n_swept; i++) {
        const bt_swept *swept = &results->swept[i];
        if (swept->words != NULL)
            bt_csv_text(csv, swept->words[of->point->point]);
        else
            bt_csv_number(csv, swept->value[of->point->point]);
    }
    bt_csv_text(csv, of->statistic);
    bt_csv_text(csv, of->product);
    bt_csv_text(csv, of->seller);
    bt_csv_text(csv, of->units);
    csv_interval(csv, of->interval);
    bt_csv_number(csv, of->interval->standard_error);
    bt_csv_count(csv, of->interval->n);
    if (of->difference != NULL) {
        csv_interval(csv, of->difference);
        bt_csv_count(csv, of->difference->n);
    } else if (summary->baseline != BT_NO_BASELINE) {
        for (int i = 0; i < 4; i++)
            bt_csv_missing(csv);
    }
    bt_csv_end_row(csv);
}

static void csv_header(bt_csv_writer *csv, const bt_summary *summary)
{
    static const char *const fixed[] = {"statistic", "product",        "seller",
                                        "units",     "mean",           "ci_low",
                                        "ci_high",   "standard_error", "n"};
    static const char *const paired[] = {"difference", "difference_ci_low",
                                         "difference_ci_high", "difference_n"};
    bt_csv_text(csv, "point");
    for (size_t i = 0; i < summary->results->n_swept; i++)
        bt_csv_text(csv, summary->results->swept[i].name);
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        bt_csv_text(csv, fixed[i]);
    for (size_t i = 0; i < 4 && summary->baseline != BT_NO_BASELINE; i++)
        bt_csv_text(csv, paired[i]);
    bt_csv_end_row(csv);
}

static void csv_point(bt_csv_writer *csv, const bt_summary *summary,
                      const bt_point_summary *point)
{
    const bt_statistic_list *list = &summary->list;
    const bt_results *results = summary->results;
    for (size_t i = 0; i < list->n; i++) {
        if (!list->statistic[i].is_available)
            continue;
        csv_row(csv, summary,
                &(row){point, list->statistic[i].name, "", "", list->statistic[i].units,
                       &point->statistic[i],
                       point->difference == NULL ? NULL : &point->difference[i]});
    }
    const char *price_units = list->statistic[BT_STATISTIC_PRICE].units;
    for (size_t i = 0; i < results->n_products; i++)
        if (!is_nothing(&point->price[i]))
            csv_row(csv, summary,
                    &(row){point, "price", results->product_name[i], "", price_units,
                           &point->price[i], NULL});
    const char *profit_units = list->statistic[BT_STATISTIC_PROFIT].units;
    for (size_t i = 0; i < results->n_sellers; i++) {
        const char *seller = results->seller_name[i];
        if (!is_nothing(&point->profit[i]))
            csv_row(csv, summary,
                    &(row){point, "profit", "", seller, profit_units, &point->profit[i], NULL});
        if (!is_nothing(&point->delta[i]))
            csv_row(csv, summary,
                    &(row){point, "delta", "", seller, "1", &point->delta[i], NULL});
    }
}

bt_status bt_write_summary_csv(const bt_summary *summary, FILE *stream, bt_error *error)
{
    bt_csv_writer csv = {.stream = stream};
    csv_header(&csv, summary);
    for (size_t i = 0; i < summary->n_points; i++)
        csv_point(&csv, summary, &summary->point[i]);
    return bt_csv_finish(&csv, "the table", error);
}
