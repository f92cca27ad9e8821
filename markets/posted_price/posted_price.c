#include "markets/posted_price/posted_price.h"

#include <math.h>
#include <string.h>

#include "markets/posted_price/posted_price_audit.h"

static bool allocate_demand(bt_posted_price *market, bt_arena *arena)
{
    market->price = BT_ARENA_NEW(arena, market->n_products, double);
    market->purchases.sales = BT_ARENA_NEW(arena, market->n_products, double);
    market->profit = BT_ARENA_NEW(arena, market->n_sellers, double);
    market->trial_price = BT_ARENA_NEW(arena, market->n_products, double);
    market->trial_share = BT_ARENA_NEW(arena, market->n_products, double);
    market->work = bt_demand_work_create(market->model->demand);
    return market->price != NULL && market->purchases.sales != NULL && market->profit != NULL &&
           market->trial_price != NULL && market->trial_share != NULL && market->work != NULL;
}

static bool allocate_records(bt_posted_price *market, bt_arena *arena)
{
    bool is_complete = bt_interval_create(&market->interval, market, arena) &&
                       bt_interval_create(&market->summary, market, arena) &&
                       bt_interval_create(&market->last_summary, market, arena) &&
                       bt_interval_create(&market->final, market, arena);
    const bt_grid_game *game = market->model->game;
    if (!is_complete || game == NULL || !market->is_periodic || !market->buyers_type->is_exact)
        return is_complete;
    market->times_played = BT_ARENA_NEW(arena, game->n_joint, uint64_t);
    market->played = BT_ARENA_NEW(arena, game->n_joint, uint64_t);
    return market->times_played != NULL && market->played != NULL;
}

static void set_up_prices(bt_posted_price *market)
{
    for (size_t j = 0; j < market->n_products; j++)
        market->price[j] = market->model->layout.fixed_price[j];
    for (size_t k = 0; k < BT_RECENT_JOINT_ACTIONS; k++)
        market->recent[k] = BT_NO_ACTION;
}

static bt_status set_up(bt_posted_price *market, const bt_market_setting *setting,
                        bt_error *error)
{
    bt_status status = bt_place_sellers(market, setting, error);
    if (status != BT_OK)
        return status;
    if (!allocate_demand(market, setting->arena) || !allocate_records(market, setting->arena) ||
        !bt_audit_create(market, setting->horizon, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for a market of %zu products",
                       market->n_products);
    set_up_prices(market);
    status = bt_reference_create(market, setting->arena, error);
    if (status != BT_OK)
        return status;
    bt_presence_start(market);
    market->unit_mass = market->buyers_type->unit_mass(market->buyers);
    if (!market->is_periodic && market->stable_periods > 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "`horizon: {until_stable: ...}` counts periods; it needs a horizon in "
                       "periods, not in time");
    return market->is_periodic
               ? bt_posted_price_start_periodic(market, setting->arena, error)
               : bt_posted_price_start_event_driven(market, setting->arena, error);
}

static void destroy(void *self)
{
    bt_posted_price *market = self;
    bt_demand_work_destroy(market->work);
    market->work = NULL;
}

static bt_status create(const bt_market_setting *setting, void **self, bt_error *error)
{
    bt_posted_price *market = BT_ARENA_NEW(setting->arena, 1, bt_posted_price);
    if (market == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market");
    market->model = setting->model;
    market->sim = setting->sim;
    market->n_products = market->model->layout.n_products;
    market->n_sellers = market->model->layout.n_sellers;
    market->buyers_type = setting->buyers_type;
    market->buyers = setting->buyers;
    market->is_periodic = setting->is_periodic;
    market->horizon = setting->horizon;
    market->stable_periods = (uint64_t)setting->stable_periods;
    market->fingerprint = bt_sim_fingerprint_word(setting->sim);
    market->record_last = setting->record_last;
    market->trace = setting->trace;
    bt_status status = set_up(market, setting, error);
    if (status != BT_OK)
        destroy(market);
    else
        *self = market;
    return status;
}

static bool played_what_exists(const bt_posted_price *market, uint64_t n_joint)
{
    if (market->n_played > n_joint)
        return false;
    for (uint64_t k = 0; k < market->n_played; k++)
        if (market->played[k] >= n_joint)
            return false;
    for (size_t k = 0; k < BT_RECENT_JOINT_ACTIONS; k++)
        if (market->recent[k] != BT_NO_ACTION && market->recent[k] >= n_joint)
            return false;
    return true;
}

static void archive_records(bt_posted_price *market, bt_archive *archive)
{
    bt_interval_archive(&market->interval, market, archive);
    bt_interval_archive(&market->last_summary, market, archive);
    if (market->times_played == NULL)
        return;
    size_t n_joint = market->model->game->n_joint;
    bt_archive_field(archive, "times_played", market->times_played,
                     n_joint * sizeof(*market->times_played));
    bt_archive_field(archive, "played", market->played, n_joint * sizeof(*market->played));
    bt_archive_field(archive, "n_played", &market->n_played, sizeof(market->n_played));
    if (bt_archive_restores(archive) && !played_what_exists(market, n_joint)) {
        market->n_played = 0;
        bt_archive_fail(archive, "joint actions were played that the game does not have");
    }
}

static void archive(void *self, bt_archive *archive)
{
    bt_posted_price *market = self;
    bt_archive_field(archive, "standing_price", market->price,
                     market->n_products * sizeof(double));
    bt_archive_field(archive, "prices_stand", &market->prices_stand, sizeof(bool));
    bt_archive_field(archive, "recent", market->recent, sizeof(market->recent));
    bt_archive_field(archive, "periods", &market->periods, sizeof(market->periods));
    bt_archive_field(archive, "stable_count", &market->stable_count,
                     sizeof(market->stable_count));
    bt_archive_field(archive, "has_converged", &market->has_converged, sizeof(bool));
    bt_archive_field(archive, "demand_stands", &market->demand_stands, sizeof(bool));
    bt_archive_field(archive, "sales", market->purchases.sales,
                     market->n_products * sizeof(double));
    bt_archive_field(archive, "surplus", &market->purchases.consumer_surplus, sizeof(double));
    bt_archive_field(archive, "n_buyers", &market->purchases.n_buyers, sizeof(double));
    bt_archive_field(archive, "profit", market->profit, market->n_sellers * sizeof(double));
    bt_reference_archive(market, archive);
    bt_presence_archive(market, archive);
    bt_archive_sellers(market, archive);
    if (!market->is_periodic)
        bt_posted_price_archive_events(market, archive);
    archive_records(market, archive);
    bt_audit_archive(market, archive);
    if (bt_archive_restores(archive))
        bt_posted_price_show_standing(market);
}

static bt_status record(void *self, size_t series, double *value, bt_error *error)
{
    bt_posted_price *market = self;
    if (!market->is_periodic)
        bt_posted_price_catch_up(market);
    return bt_posted_price_record(market, series, value, error);
}

static void record_done(void *self)
{
    bt_posted_price *market = self;
    if (!market->is_periodic)
        bt_posted_price_catch_up(market);
    bt_posted_price_record_done(market);
}

static bool is_over(const void *self)
{
    const bt_posted_price *market = self;
    return market->has_converged;
}

const bt_market_type bt_posted_price_market = {
    .described = {.name = "posted_price",
                  .summary = "Sellers post prices; buyers see them and choose by random "
                             "utility.",
                  .source = "McFadden 1974; Calvano, Calzolari, Denicolo and Pastorello 2020",
                  .parameters = &bt_posted_price_parameter_table},
    .check = bt_posted_price_check,
    .series = bt_posted_price_series,
    .n_series = BT_N_SERIES,
    .outcomes = bt_posted_price_outcomes,
    .n_outcomes = BT_N_OUTCOMES,
    .prepare = bt_posted_price_prepare,
    .set_actions = bt_posted_price_set_actions,
    .game = bt_posted_price_game,
    .release = bt_posted_price_release,
    .layout = bt_posted_price_layout,
    .benchmarks = bt_posted_price_benchmarks,
    .create = create,
    .is_over = is_over,
    .n_states = bt_posted_price_n_states,
    .n_responses = bt_audit_n_responses,
    .record = record,
    .record_done = record_done,
    .outcome = bt_posted_price_outcome,
    .archive = archive,
    .destroy = destroy,
    .event_kinds = bt_posted_price_event_kinds,
};
