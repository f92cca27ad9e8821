#include "markets/shopbot/shopbot_market.h"

#include <math.h>
#include <string.h>

#include "markets/shopbot/shopbot_run.h"

enum { MOVE_PRIORITY, POST_PRIORITY, END_PRIORITY }; /* at equal times */

/* ---- periods: all who are due decide at the same time ---- */

/* The period of a seller's next move, when it has just moved in `period`. */
static void wind_clock(bt_shopbot_seller *seller, double period)
{
    double every = seller->repricing.value, offset = seller->repricing.offset;
    if (seller->repricing.kind == BT_REPRICE_EVERY) {
        seller->next_due =
            period < offset ? offset : offset + every * (floor((period - offset) / every) + 1);
        return;
    }
    do
        seller->clock_time += bt_stream_exponential(&seller->clock) / every;
    while (ceil(seller->clock_time) <= period);
    seller->next_due = ceil(seller->clock_time);
}

static void run_period(bt_sim *sim, void *subject, uint64_t index)
{
    (void)sim;
    bt_shopbot_run *run = subject;
    double period = (double)index, next = (double)(index + 1);
    for (size_t i = 0; i < run->n_sellers; i++) {
        bt_shopbot_seller *seller = &run->seller[i];
        if (run->prices_stand && seller->next_due != period)
            continue;
        bt_shopbot_ask(run, i, period);
        wind_clock(seller, period);
    }
    bt_shopbot_post(run);
    bt_shopbot_settle(run, next);
    for (size_t i = 0; i < run->n_sellers; i++)
        if (run->seller[i].next_due == next)
            bt_shopbot_tell(run, i, next);
    run->changes = index + 1;
}

/* ---- time: each moves on its own ---- */

static double next_move(bt_shopbot_seller *seller, double now)
{
    double every = seller->repricing.value, offset = seller->repricing.offset;
    if (seller->repricing.kind == BT_REPRICE_POISSON)
        return now + bt_stream_exponential(&seller->clock) / every;
    if (now < offset)
        return offset;
    double k = floor((now - offset) / every);
    while (offset + k * every <= now)
        k++;
    return offset + k * every;
}

/* Events of a market are fewer than its sellers: the queue has room for them. */
static void ask_in_time(bt_shopbot_run *run, size_t i)
{
    double now = bt_sim_now(run->sim);
    bt_shopbot_ask(run, i, now);
    bt_sim_schedule(run->sim, next_move(&run->seller[i], now), MOVE_PRIORITY, run->move_action,
                    i, NULL);
    if (!bt_sim_is_pending(run->sim, run->post))
        run->post = bt_sim_schedule(run->sim, now, POST_PRIORITY, run->post_action, 0, NULL);
}

static void open_market(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)sim;
    (void)argument;
    bt_shopbot_run *run = subject;
    for (size_t i = 0; i < run->n_sellers; i++)
        ask_in_time(run, i);
}

static void move(bt_sim *sim, void *subject, uint64_t i)
{
    bt_shopbot_run *run = subject;
    double now = bt_sim_now(sim);
    bt_shopbot_settle(run, now);
    if (now > run->seller[i].start)
        bt_shopbot_tell(run, i, now);
    ask_in_time(run, i);
}

static void post(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)sim;
    (void)argument;
    bt_shopbot_run *run = subject;
    bt_shopbot_post(run);
    run->changes++;
}

static void end(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)argument;
    bt_shopbot_settle(subject, bt_sim_now(sim));
}

/* ---- set-up ---- */

static bool allocate(bt_shopbot_run *run, bt_arena *arena)
{
    size_t n_sellers = run->n_sellers;
    run->price = BT_ARENA_NEW(arena, n_sellers, double);
    run->sales = BT_ARENA_NEW(arena, n_sellers, double);
    run->profit = BT_ARENA_NEW(arena, n_sellers, double);
    run->drawn = BT_ARENA_NEW(arena, n_sellers, double);
    run->draw_share = BT_ARENA_NEW(arena, n_sellers + 1, double);
    run->draw_count = BT_ARENA_NEW(arena, n_sellers + 1, uint32_t);
    run->occupancy = BT_ARENA_NEW(arena, n_sellers * (BT_RANK_BINS + 1), double);
    run->lowest_price = BT_ARENA_NEW(arena, n_sellers, double);
    run->highest_price = BT_ARENA_NEW(arena, n_sellers, double);
    if (run->lowest_price == NULL || run->highest_price == NULL)
        return false;
    for (size_t i = 0; i < n_sellers; i++) {
        run->lowest_price[i] = INFINITY;
        run->highest_price[i] = -INFINITY;
    }
    return run->price != NULL && run->sales != NULL && run->profit != NULL &&
           run->drawn != NULL && run->draw_share != NULL && run->draw_count != NULL &&
           run->occupancy != NULL && bt_shopbot_sums_create(&run->interval, n_sellers, arena) &&
           bt_shopbot_sums_create(&run->window, n_sellers, arena);
}

static bt_status check_setting(const bt_market_setting *setting, bt_error *error)
{
    const bt_shopbot_model *model = setting->model;
    double arrivals = model->parameters->arrivals;
    if (setting->stable_periods > 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "horizon: prices in a shopbot market do not settle; leave out "
                       "`until_stable`");
    if (!setting->buyers_type->is_exact)
        return bt_fail(
            error, BT_BAD_INPUT,
            "buyers: a shopbot market draws its buyers by itself; leave `buyers` out "
            "and give the market `arrivals`");
    if (setting->is_periodic && !isnan(arrivals) &&
        (arrivals != floor(arrivals) || arrivals > UINT32_MAX))
        return bt_fail(error, BT_BAD_INPUT,
                       "market.arrivals: in a market of periods a whole number of buyers comes "
                       "in each, not %g",
                       arrivals);
    return BT_OK;
}

static bool start_periods(bt_shopbot_run *run, bt_error *error)
{
    bt_action_id action = bt_sim_register(run->sim, run_period, run);
    /* occurrence k is period k; it happens when the period is complete */
    return bt_sim_recur(run->sim, 1, 1, 0, action, error) != 0;
}

static bool start_time(bt_shopbot_run *run, bt_error *error)
{
    run->move_action = bt_sim_register(run->sim, move, run);
    run->post_action = bt_sim_register(run->sim, post, run);
    bt_action_id open_action = bt_sim_register(run->sim, open_market, run);
    bt_action_id end_action = bt_sim_register(run->sim, end, run);
    return bt_sim_schedule(run->sim, 0, MOVE_PRIORITY, open_action, 0, error) != 0 &&
           bt_sim_schedule(run->sim, run->horizon, END_PRIORITY, end_action, 0, error) != 0;
}

static bt_status create(const bt_market_setting *setting, void **self, bt_error *error)
{
    bt_status status = check_setting(setting, error);
    if (status != BT_OK)
        return status;
    bt_shopbot_run *run = BT_ARENA_NEW(setting->arena, 1, bt_shopbot_run);
    if (run == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market");
    run->model = setting->model;
    run->sim = setting->sim;
    run->n_sellers = setting->n_sellers;
    run->is_periodic = setting->is_periodic;
    run->horizon = setting->horizon;
    run->record_last = setting->record_last;
    run->window_start = setting->horizon * (1 - run->model->parameters->window);
    run->unit_mass = isnan(run->model->parameters->arrivals)
                         ? 1
                         : run->model->parameters->size / run->model->parameters->arrivals;
    run->joint_action = BT_NO_ACTION;
    if (!allocate(run, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for a market of %zu sellers",
                       run->n_sellers);
    status = bt_shopbot_place_sellers(run, setting, error);
    if (status != BT_OK)
        return status;
    *self = run;
    bool has_started = run->is_periodic ? start_periods(run, error) : start_time(run, error);
    return has_started ? BT_OK : BT_INTERNAL;
}

/* ---- the rest of the type ---- */

static void archive(void *self, bt_archive *archive)
{
    bt_shopbot_run *run = self;
    size_t n_sellers = run->n_sellers, bytes = n_sellers * sizeof(double);
    bt_archive_field(archive, "prices_stand", &run->prices_stand, sizeof(run->prices_stand));
    bt_archive_field(archive, "price", run->price, bytes);
    bt_archive_field(archive, "sales", run->sales, bytes);
    bt_archive_field(archive, "profit", run->profit, bytes);
    bt_archive_field(archive, "lowest", &run->standing_lowest, sizeof(double));
    bt_archive_field(archive, "surplus", &run->consumer_surplus, sizeof(double));
    bt_archive_field(archive, "joint_action", &run->joint_action, sizeof(run->joint_action));
    bt_archive_field(archive, "changes", &run->changes, sizeof(run->changes));
    bt_archive_field(archive, "drawn", run->drawn, bytes);
    bt_archive_field(archive, "sales_stream", &run->sales_stream, sizeof(run->sales_stream));
    bt_archive_field(archive, "settled_until", &run->settled_until, sizeof(double));
    bt_archive_field(archive, "recorded_until", &run->recorded_until, sizeof(double));
    bt_archive_field(archive, "occupancy", run->occupancy, bytes * (BT_RANK_BINS + 1));
    bt_archive_field(archive, "lowest_price", run->lowest_price, bytes);
    bt_archive_field(archive, "highest_price", run->highest_price, bytes);
    bt_archive_field(archive, "post", &run->post, sizeof(run->post));
    bt_shopbot_sums_archive(&run->interval, n_sellers, archive);
    bt_shopbot_sums_archive(&run->window, n_sellers, archive);
    bt_shopbot_archive_sellers(run, archive);
}

const bt_market_type bt_shopbot_market_type = {
    .described = {.name = "shopbot",
                  .summary = "Sellers of one good post prices; buyers differ in how many of "
                             "them they compare.",
                  .source = "Greenwald and Kephart 1999; Kephart, Hanson and Greenwald 2000",
                  .parameters = &bt_shopbot_parameter_table},
    .check = bt_shopbot_check,
    .series = bt_shopbot_series,
    .n_series = BT_N_SHOPBOT_SERIES,
    .outcomes = bt_shopbot_outcomes,
    .n_outcomes = BT_N_SHOPBOT_OUTCOMES,
    .prepare = bt_shopbot_prepare,
    .release = bt_shopbot_release,
    .layout = bt_shopbot_layout,
    .benchmarks = bt_shopbot_benchmarks,
    .create = create,
    .record = bt_shopbot_record,
    .record_done = bt_shopbot_record_done,
    .outcome = bt_shopbot_outcome,
    .archive = archive,
};
