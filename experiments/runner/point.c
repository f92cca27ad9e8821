/* A prepared sweep point: the market's model, and what all its replications share. */
#include "experiments/runner/wiring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

enum { MAX_RECORDS = 100000000 };

/* ---- the experiment's parts ---- */

static bt_status list_agents(bt_point *point, bt_error *error)
{
    point->names = bt_arena_create();
    if (point->names == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for an experiment's sellers");
    const bt_experiment *experiment = point->experiment;
    bt_status status =
        bt_group_entries_create(&experiment->sellers, point->names, &point->entries, error);
    if (status == BT_OK)
        status = bt_bidders_list(point, error);
    return status;
}

static bt_status prepare_market(bt_point *point, bt_error *error)
{
    const bt_experiment *experiment = point->experiment;
    const bt_group_entries *sellers = &point->entries;
    bt_market_model_setting setting = {.parameters = experiment->market.parameters,
                                       .seller_names = sellers->name,
                                       .n_seller_names = sellers->count,
                                       .bidder_names = point->bidders.name,
                                       .bidder_values = point->bidder_value,
                                       .n_bidders = point->bidders.count,
                                       .n_threads = point->n_threads};
    point->market_type = (const bt_market_type *)experiment->market.type;
    bt_status status = point->market_type->prepare(&setting, &point->model, error);
    if (status == BT_OK)
        point->layout = point->market_type->layout(point->model);
    return status;
}

/* The experiment's entry of each of the market's sellers, found by name. */
static bt_status match_sellers(bt_point *point, bt_error *error)
{
    const bt_group_entries *sellers = &point->entries;
    size_t n_sellers = point->layout->n_sellers;
    point->seller = calloc(n_sellers, sizeof(*point->seller));
    point->n_actions = calloc(n_sellers, sizeof(*point->n_actions));
    if (point->seller == NULL || point->n_actions == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for an experiment's sellers");
    for (size_t i = 0; i < n_sellers; i++)
        for (size_t k = 0; k < sellers->count; k++)
            if (strcmp(sellers->name[k], point->layout->seller_name[i]) == 0)
                point->seller[i] = sellers->entry[k];
    return BT_OK;
}

/* ---- records ---- */

static size_t find_series(const bt_market_type *type, const char *name)
{
    for (size_t s = 0; s < type->n_series; s++)
        if (strcmp(type->series[s].name, name) == 0)
            return s;
    return type->n_series;
}

static bt_status choose_series(bt_point *point, bt_error *error)
{
    const bt_market_type *type = point->market_type;
    const bt_text_list *wanted = &point->experiment->record.series;
    point->series = calloc(type->n_series + wanted->count + 1, sizeof(*point->series));
    if (point->series == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for what is recorded");
    for (size_t s = 0; wanted->count == 0 && s < type->n_series; s++)
        if (type->series[s].is_default)
            point->series[point->n_series++] = s;
    for (size_t k = 0; k < wanted->count; k++) {
        size_t s = find_series(type, wanted->value[k]);
        if (s == type->n_series)
            return bt_fail(error, BT_BAD_INPUT,
                           "record.series: a %s market has no series "
                           "\"%s\"",
                           type->described.name, wanted->value[k]);
        point->series[point->n_series++] = s;
    }
    return BT_OK;
}

/* The interval between records; a hundredth of the horizon when none is given. */
static double record_interval(const bt_point *point)
{
    double every = point->experiment->record.every;
    if (every > 0)
        return every;
    return point->is_periodic ? ceil(point->horizon / 100) : point->horizon / 100;
}

static bt_status lay_record_times(bt_point *point, bt_error *error)
{
    double every = record_interval(point);
    double n_records = ceil(point->horizon / every * (1 - 1e-12));
    if (!(n_records <= MAX_RECORDS))
        return bt_fail(error, BT_BAD_INPUT,
                       "record.every: %g makes %g records of a run; at most %d are possible",
                       every, n_records, (int)MAX_RECORDS);
    point->n_records = n_records < 1 ? 1 : (size_t)n_records;
    point->record_time = calloc(point->n_records, sizeof(double));
    if (point->record_time == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for %zu records", point->n_records);
    for (size_t r = 0; r + 1 < point->n_records; r++)
        point->record_time[r] = (double)(r + 1) * every;
    point->record_time[point->n_records - 1] = point->horizon;
    return BT_OK;
}

static bt_status choose_horizon(bt_point *point, bt_error *error)
{
    const bt_horizon_parameters *horizon = &point->experiment->horizon;
    point->is_periodic = horizon->periods > 0;
    point->horizon = point->is_periodic ? (double)horizon->periods : horizon->time;
    if (!(point->horizon > 0) || !isfinite(point->horizon))
        return bt_fail(error, BT_BAD_INPUT,
                       "horizon: give `periods` or a `time` above 0 (with `until_stable` it "
                       "is the latest end)");
    return BT_OK;
}

/* ---- the sellers' actions ---- */

static bt_status collect_actions(bt_point *point, const bt_sellers *sellers, bt_error *error)
{
    size_t n_sellers = sellers->n_sellers;
    const double **price = calloc(n_sellers, sizeof(*price));
    if (price == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the sellers' actions");
    for (size_t i = 0; i < n_sellers; i++) {
        const bt_seller *seller = &sellers->seller[i];
        if (seller->type == NULL)
            point->n_actions[i] = 1;
        else if (seller->type->actions != NULL)
            point->n_actions[i] = seller->type->actions(seller->self, &price[i]);
    }
    bt_action_sets sets = {.n_actions = point->n_actions,
                           .action_price = price,
                           .buyers_are_exact = point->buyers_type->is_exact};
    bt_status status = BT_OK;
    if (point->market_type->set_actions != NULL)
        status = point->market_type->set_actions(point->model, &sets, error);
    free(price);
    return status;
}

/* Action sets are the same for all replications: make the sellers once to see them. */
static bt_status tabulate_game(bt_point *point, bt_error *error)
{
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the sellers of a run");
    bt_sellers sellers = {0};
    bt_random_key key =
        bt_random_key_of((uint64_t)point->experiment->seed, point->point_key, 0);
    bt_status status = bt_sellers_create(point, 0, key, arena, &sellers, error);
    if (status == BT_OK)
        status = collect_actions(point, &sellers, error);
    bt_sellers_destroy(&sellers);
    bt_arena_destroy(arena);
    return status;
}

/* ---- life ---- */

static bt_status fill_point(bt_point *point, bt_error *error)
{
    bt_status status = choose_horizon(point, error);
    if (status == BT_OK)
        status = list_agents(point, error);
    if (status == BT_OK)
        status = prepare_market(point, error);
    if (status == BT_OK)
        status = match_sellers(point, error);
    if (status == BT_OK)
        status = choose_series(point, error);
    if (status == BT_OK)
        status = lay_record_times(point, error);
    if (status == BT_OK)
        status = tabulate_game(point, error);
    return status;
}

/* Threads are the runner's, run by run. OpenBLAS would start its own within each, which is
 * slower at the sizes of a seller's matrices and sums in an order that depends on how many. */
static void keep_matrix_products_in_their_thread(void)
{
    if (openblas_get_num_threads() != 1)
        openblas_set_num_threads(1);
}

bt_status bt_point_prepare(const bt_experiment *experiment, uint64_t point_key, int n_threads,
                           bt_point **result, bt_error *error)
{
    keep_matrix_products_in_their_thread();
    bt_point *point = calloc(1, sizeof(*point));
    if (point == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a sweep point");
    point->experiment = experiment;
    point->point_key = point_key;
    point->n_threads = n_threads;
    point->buyers_type = (const bt_buyers_type *)experiment->buyers.type;
    bt_status status = fill_point(point, error);
    if (status == BT_OK)
        status = bt_point_count_states(point, error);
    if (status != BT_OK) {
        bt_point_release(point);
        return status;
    }
    *result = point;
    return BT_OK;
}

void bt_point_release(bt_point *point)
{
    if (point == NULL)
        return;
    if (point->model != NULL)
        point->market_type->release(point->model);
    bt_arena_destroy(point->names);
    free(point->seller);
    free(point->n_actions);
    free(point->series);
    free(point->record_time);
    free(point);
}

const bt_market_type *bt_point_market_type(const bt_point *point)
{
    return point->market_type;
}

const bt_market_layout *bt_point_layout(const bt_point *point)
{
    return point->layout;
}

size_t bt_point_benchmarks(const bt_point *point, const bt_benchmark **benchmarks)
{
    *benchmarks = NULL;
    return point->market_type->benchmarks != NULL
               ? point->market_type->benchmarks(point->model, benchmarks)
               : 0;
}

size_t bt_point_series(const bt_point *point, const size_t **series)
{
    *series = point->series;
    return point->n_series;
}

size_t bt_point_n_records(const bt_point *point)
{
    return point->n_records;
}

const double *bt_point_record_times(const bt_point *point)
{
    return point->record_time;
}

size_t bt_point_axis_length(const bt_point *point, bt_axis axis)
{
    switch (axis) {
    case BT_AXIS_NONE:
        return 1;
    case BT_AXIS_PRODUCT:
        return point->layout->n_products;
    case BT_AXIS_SELLER:
        return point->layout->n_sellers;
    case BT_AXIS_SEGMENT:
        return point->layout->n_segments;
    case BT_AXIS_BIDDER:
        return point->layout->n_bidders;
    case BT_AXIS_SELLER_STATE:
        return point->layout->n_sellers * point->n_states;
    case BT_AXIS_CYCLE_PRODUCT:
        return 0;
    case BT_AXIS_SELLER_RESPONSE:
        return point->layout->n_sellers * point->n_responses;
    case BT_AXIS_SELLER_COUNT:
    case BT_AXIS_SELLER_WINDOW:
    case BT_AXIS_SELLER_TURN:
    case BT_AXIS_SELLER_HUNDREDTH:
        return point->layout->n_sellers * bt_axis_grid_of(axis)->count;
    }
    return 0;
}
