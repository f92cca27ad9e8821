#include "experiments/runner/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/runner/wiring.h"

struct bt_run {
    const bt_point *point;
    bt_arena *arena;
    bt_sim *sim;
    bt_sellers sellers;
    bt_bidder *bidders; /* [bidder] */
    void *buyers;
    void *market;
    bt_trace *trace; /* NULL: not asked for */
    double **series; /* [recorded series] -> [record * axis length] */
    uint64_t n_records;
    uint8_t is_finished;
};

/* ---- putting it together ---- */

static bt_status create_buyers(bt_run *run, bt_error *error)
{
    const bt_point *point = run->point;
    bt_buyers_setting setting = {.demand = point->layout->demand,
                                 .key = bt_sim_key(run->sim),
                                 .arena = run->arena,
                                 .n_threads = point->n_threads};
    return point->buyers_type->create(point->experiment->buyers.parameters, &setting,
                                      &run->buyers, error);
}

static bt_status begin_sellers(bt_run *run, bt_error *error)
{
    const bt_point *point = run->point;
    const bt_market_type *market = point->market_type;
    bt_seller_rivals rivals = {.n_actions = point->n_actions,
                               .game =
                                   market->game != NULL ? market->game(point->model) : NULL};
    for (size_t i = 0; i < run->sellers.n_sellers; i++) {
        const bt_seller *seller = &run->sellers.seller[i];
        if (seller->type == NULL || seller->type->begin == NULL)
            continue;
        bt_status status = seller->type->begin(seller->self, &rivals, error);
        if (status != BT_OK)
            return status;
    }
    return BT_OK;
}

static bt_status create_market(bt_run *run, bt_error *error)
{
    const bt_point *point = run->point;
    const bt_experiment *experiment = point->experiment;
    bt_market_setting setting = {
        .model = point->model,
        .sim = run->sim,
        .arena = run->arena,
        .sellers = run->sellers.seller,
        .n_sellers = run->sellers.n_sellers,
        .bidders = run->bidders,
        .n_bidders = point->bidders.count,
        .buyers_type = point->buyers_type,
        .buyers = run->buyers,
        .is_periodic = point->is_periodic,
        .horizon = point->horizon,
        .stable_periods = (double)experiment->horizon.until_stable,
        .record_last = experiment->record.value == 1,
        .trace = run->trace,
    };
    return point->market_type->create(&setting, &run->market, error);
}

/* Records start out as NAN: a run that ends early leaves the rest so. */
static bt_status create_records(bt_run *run, bt_error *error)
{
    const bt_point *point = run->point;
    run->series = BT_ARENA_NEW(run->arena, point->n_series, double *);
    for (size_t s = 0; run->series != NULL && s < point->n_series; s++) {
        bt_axis axis = point->market_type->series[point->series[s]].axis;
        size_t count = point->n_records * bt_point_axis_length(point, axis);
        run->series[s] = BT_ARENA_NEW(run->arena, count, double);
        if (run->series[s] == NULL)
            return bt_fail(error, BT_INTERNAL, "out of memory for %zu records",
                           point->n_records);
        for (size_t k = 0; k < count; k++)
            run->series[s][k] = NAN;
    }
    return run->series != NULL ? BT_OK : bt_fail(error, BT_INTERNAL, "out of memory for a run");
}

static bt_status assemble(bt_run *run, uint64_t replication, bt_error *error)
{
    const bt_point *point = run->point;
    bt_random_key key =
        bt_random_key_of((uint64_t)point->experiment->seed, point->point_key, replication);
    run->arena = bt_arena_create();
    run->sim = bt_sim_create(key);
    if (run->arena == NULL || run->sim == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a run");
    if (point->experiment->trace && (run->trace = bt_trace_create()) == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a trace");
    bt_status status =
        bt_sellers_create(point, replication, key, run->arena, &run->sellers, error);
    if (status == BT_OK)
        status = begin_sellers(run, error);
    if (status == BT_OK)
        status = create_buyers(run, error);
    if (status == BT_OK)
        status = bt_bidders_create(point, key, run->arena, &run->bidders, error);
    if (status == BT_OK)
        status = create_market(run, error);
    return status;
}

static bt_status create_run(const bt_point *point, uint64_t replication, bool records,
                            bt_run **result, bt_error *error)
{
    bt_run *run = calloc(1, sizeof(*run));
    if (run == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a run");
    run->point = point;
    bt_status status = assemble(run, replication, error);
    if (status == BT_OK && records)
        status = create_records(run, error);
    if (status != BT_OK) {
        bt_run_destroy(run);
        return status;
    }
    *result = run;
    return BT_OK;
}

bt_status bt_run_create(const bt_point *point, uint64_t replication, bt_run **run,
                        bt_error *error)
{
    return create_run(point, replication, true, run, error);
}

void bt_run_destroy(bt_run *run)
{
    if (run == NULL)
        return;
    const bt_point *point = run->point;
    if (run->market != NULL && point->market_type->destroy != NULL)
        point->market_type->destroy(run->market);
    if (run->buyers != NULL && point->buyers_type->destroy != NULL)
        point->buyers_type->destroy(run->buyers);
    bt_sellers_destroy(&run->sellers);
    bt_trace_destroy(run->trace);
    bt_sim_destroy(run->sim);
    bt_arena_destroy(run->arena);
    free(run);
}

bt_status bt_point_count_states(bt_point *point, bt_error *error)
{
    bt_run *run;
    bt_status status = create_run(point, 0, false, &run, error);
    if (status != BT_OK)
        return status;
    if (point->market_type->n_states != NULL)
        point->n_states = point->market_type->n_states(run->market);
    if (point->market_type->n_responses != NULL)
        point->n_responses = point->market_type->n_responses(run->market);
    bt_run_destroy(run);
    return BT_OK;
}

/* ---- running ---- */

static bt_status take_record(bt_run *run, bt_error *error)
{
    const bt_point *point = run->point;
    const bt_market_type *type = point->market_type;
    for (size_t s = 0; s < point->n_series; s++) {
        size_t series = point->series[s];
        size_t length = bt_point_axis_length(point, type->series[series].axis);
        double *value = run->series[s] + run->n_records * length;
        bt_status status = type->record(run->market, series, value, error);
        if (status != BT_OK)
            return status;
    }
    type->record_done(run->market);
    run->n_records++;
    return BT_OK;
}

/* Run to the next record, or to `until` if that comes first. */
static bt_status run_to_record(bt_run *run, double until, bt_error *error)
{
    const bt_point *point = run->point;
    double record_time = point->record_time[run->n_records];
    double last_record = run->n_records > 0 ? point->record_time[run->n_records - 1] : 0;
    bt_sim_run(run->sim, fmin(until, record_time), 0);
    const bt_market_type *market = point->market_type;
    bool is_over = market->is_over != NULL && market->is_over(run->market);
    bool is_due = bt_sim_now(run->sim) >= record_time;
    run->is_finished = is_over || bt_sim_now(run->sim) >= point->horizon;
    /* the last interval of a run that ends by itself may be a short one */
    if (is_due || (is_over && bt_sim_now(run->sim) > last_record))
        return take_record(run, error);
    return BT_OK;
}

bt_status bt_run_advance(bt_run *run, double max_time, bool *finished, bt_error *error)
{
    double until = fmin(bt_sim_now(run->sim) + max_time, run->point->horizon);
    bt_status status = BT_OK;
    while (status == BT_OK && !run->is_finished && bt_sim_now(run->sim) < until)
        status = run_to_record(run, until, error);
    *finished = run->is_finished != 0;
    return status;
}

double bt_run_time(const bt_run *run)
{
    return bt_sim_now(run->sim);
}

uint64_t bt_run_fingerprint(const bt_run *run)
{
    return bt_sim_fingerprint(run->sim);
}

bt_trace *bt_run_trace(bt_run *run)
{
    return run->trace;
}

size_t bt_run_n_records(const bt_run *run)
{
    return run->n_records;
}

const double *bt_run_series(const bt_run *run, size_t recorded_series)
{
    return run->series[recorded_series];
}

bt_status bt_run_outcome(bt_run *run, size_t outcome, void *value, bt_error *error)
{
    return run->point->market_type->outcome(run->market, outcome, value, error);
}

/* ---- saving ---- */

static void archive_records(bt_run *run, bt_archive *archive)
{
    const bt_point *point = run->point;
    bt_archive_field(archive, "n_records", &run->n_records, sizeof(run->n_records));
    if (run->n_records > point->n_records) {
        run->n_records = 0;
        bt_archive_fail(archive, "a saved run has more records than its experiment");
    }
    for (size_t s = 0; s < point->n_series; s++) {
        const bt_series *series = &point->market_type->series[point->series[s]];
        size_t length = bt_point_axis_length(point, series->axis);
        bt_archive_field(archive, series->name, run->series[s],
                         run->n_records * length * sizeof(double));
    }
}

void bt_run_archive(bt_run *run, bt_archive *archive)
{
    const bt_point *point = run->point;
    bt_sim_archive(run->sim, archive);
    if (point->buyers_type->archive != NULL)
        point->buyers_type->archive(run->buyers, archive);
    point->market_type->archive(run->market, archive);
    bt_archive_field(archive, "is_finished", &run->is_finished, sizeof(run->is_finished));
    archive_records(run, archive);
}
