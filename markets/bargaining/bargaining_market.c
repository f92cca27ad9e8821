#include "markets/bargaining/bargaining_market.h"

#include <math.h>
#include <string.h>

#include "markets/checker.h"
#include "markets/bargaining/bargaining_run.h"

/* ---- the model ---- */

static int64_t seconds_of(double days)
{
    return llround(days * BT_SECONDS_IN_DAY);
}

static bool fill_layout(bt_bargaining_model *model, const bt_market_model_setting *setting)
{
    bt_market_layout *layout = &model->layout;
    const char **name = BT_ARENA_NEW(model->arena, setting->n_seller_names, const char *);
    uint32_t *owner = BT_ARENA_NEW(model->arena, 1, uint32_t);
    double *nothing = BT_ARENA_NEW(model->arena, 1, double);
    if (name == NULL || owner == NULL || nothing == NULL)
        return false;
    for (size_t i = 0; i < setting->n_seller_names; i++) {
        name[i] = bt_arena_copy_text(model->arena, setting->seller_names[i]);
        if (name[i] == NULL)
            return false;
    }
    *layout =
        (bt_market_layout){.n_sellers = setting->n_seller_names,
                           .seller_name = name,
                           .product_seller = owner,
                           .product_cost = nothing,
                           .nash_price = nothing,
                           .joint_profit_price = nothing,
                           .fixed_price = nothing,
                           .benchmark_failure = "a bargaining market has no benchmark prices"};
    return true;
}

static bt_status prepare(const bt_market_model_setting *setting, void **result, bt_error *error)
{
    bt_status status =
        bt_refuse_mistakes(bt_bargaining_check, setting->parameters, setting->seller_names,
                           setting->n_seller_names, error);
    if (status != BT_OK)
        return status;
    bt_arena *arena = bt_arena_create();
    bt_bargaining_model *model =
        arena != NULL ? BT_ARENA_NEW(arena, 1, bt_bargaining_model) : NULL;
    if (model != NULL) {
        model->arena = arena;
        model->parameters = setting->parameters;
        model->window = seconds_of(model->parameters->window);
        model->response_time = seconds_of(model->parameters->response_time);
        model->n_threads = setting->n_threads > 1 ? setting->n_threads : 1;
    }
    if (model == NULL || !fill_layout(model, setting)) {
        bt_arena_destroy(arena);
        return bt_fail(error, BT_INTERNAL, "out of memory for a bargaining market");
    }
    *result = model;
    return BT_OK;
}

static void release(void *self)
{
    bt_bargaining_model *model = self;
    bt_arena_destroy(model->arena);
}

static const bt_market_layout *layout(const void *self)
{
    return &((const bt_bargaining_model *)self)->layout;
}

/* ---- a run ---- */

/* The period that just ended was one listing's. */
static void end_listing(bt_sim *sim, void *subject, uint64_t listing)
{
    bt_bargaining_run *run = subject;
    if (listing >= run->block.first + run->block.count) {
        bt_error error = {.status = BT_OK};
        if (bt_bargaining_play_block(run, listing, &error) != BT_OK) {
            memcpy(run->violation, error.message, sizeof(run->violation));
            bt_sim_stop(sim);
            return;
        }
    }
    bt_bargaining_note_listing(run, listing);
    run->listings = listing + 1;
}

static bt_status check_setting(const bt_market_setting *setting, bt_error *error)
{
    if (!setting->is_periodic || setting->stable_periods > 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "horizon: a bargaining market counts listings; give `periods` alone");
    if (setting->horizon > BT_MOST_LISTINGS)
        return bt_fail(error, BT_BAD_INPUT,
                       "horizon: a run of a bargaining market has at most %d listings; use "
                       "replications for more",
                       (int)BT_MOST_LISTINGS);
    if (setting->buyers_type->bargaining == NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "buyers: those of type %s do not bargain; use human_bargainers",
                       setting->buyers_type->described.name);
    for (size_t i = 0; i < setting->n_sellers; i++)
        if (setting->sellers[i].type == NULL || setting->sellers[i].type->bargaining == NULL)
            return bt_fail(error, BT_BAD_INPUT, "sellers[%zu]: its policy does not bargain", i);
    return BT_OK;
}

static bool can_be_reference(const bt_seller *seller)
{
    const bt_bargaining_seller *type = seller->type->bargaining;
    return type->delay != NULL && type->learn == NULL;
}

static bt_status find_reference(bt_bargaining_run *run, bt_error *error)
{
    const char *wanted = run->model->parameters->reference;
    for (size_t i = 0; i < run->n_sellers; i++) {
        const char *name = run->model->layout.seller_name[i];
        bool is_meant = wanted[0] == '\0' || strcmp(wanted, name) == 0;
        if (!is_meant || (wanted[0] == '\0' && !can_be_reference(&run->sellers[i])))
            continue;
        run->reference = i;
        if (can_be_reference(&run->sellers[i]))
            return BT_OK;
        return bt_fail(
            error, BT_BAD_INPUT,
            "market.reference: seller \"%s\" is no person; a reference has delays of "
            "its own and does not learn, as human_bargainer",
            name);
    }
    return bt_fail(error, BT_BAD_INPUT,
                   "sellers: one must be a person (policy human_bargainer), who says what "
                   "listings are worth and when sellers look at offers");
}

static bool seat_sellers(bt_bargaining_run *run, bt_arena *arena)
{
    run->bargainer = BT_ARENA_NEW(arena, run->n_sellers, bt_bargainer);
    if (run->bargainer == NULL)
        return false;
    const bt_seller *reference = &run->sellers[run->reference];
    for (size_t i = 0; i < run->n_sellers; i++) {
        const bt_seller *seller = &run->sellers[i];
        const bt_seller *clock = seller->type->bargaining->delay != NULL ? seller : reference;
        run->bargainer[i] = (bt_bargainer){.type = seller->type->bargaining,
                                           .self = seller->self,
                                           .name = run->model->layout.seller_name[i],
                                           .delay_type = clock->type->bargaining,
                                           .delay_self = clock->self};
        run->has_learner |= seller->type->bargaining->learn != NULL;
    }
    return true;
}

static bool allocate(bt_bargaining_run *run, bt_arena *arena)
{
    size_t n = run->n_sellers, length = (size_t)bt_bargaining_block_length(run);
    bool is_serial = run->has_learner || run->trace != NULL;
    run->n_workers = is_serial ? 1 : run->model->n_threads;
    run->table = BT_ARENA_NEW(arena, (size_t)run->n_workers, bt_negotiation *);
    run->worker_tally = BT_ARENA_NEW(arena, (size_t)run->n_workers * n, bt_tally);
    run->failure = BT_ARENA_NEW(arena, (size_t)run->n_workers, bt_block_failure);
    run->tally = BT_ARENA_NEW(arena, n, bt_tally);
    run->interval = BT_ARENA_NEW(arena, n, bt_listing_summary);
    run->paired = BT_ARENA_NEW(arena, n, bt_paired_sums);
    run->block.summary = BT_ARENA_NEW(arena, length * n, bt_listing_summary);
    run->block.worth = BT_ARENA_NEW(arena, length, bt_worth);
    run->block.list_price = BT_ARENA_NEW(arena, length, double);
    return run->table != NULL && run->worker_tally != NULL && run->failure != NULL &&
           run->tally != NULL && run->interval != NULL && run->paired != NULL &&
           run->block.summary != NULL && run->block.worth != NULL &&
           run->block.list_price != NULL;
}

static void destroy(void *self)
{
    bt_bargaining_run *run = self;
    for (int worker = 0; run->table != NULL && worker < run->n_workers; worker++)
        bt_negotiation_destroy(run->table[worker]);
}

static bt_status lay_tables(bt_bargaining_run *run, bt_error *error)
{
    bt_negotiation_setting setting = {.key = bt_sim_key(run->sim),
                                      .response_time = run->model->response_time,
                                      .buyers = run->buyers,
                                      .buyers_self = run->buyers_self};
    for (int worker = 0; worker < run->n_workers; worker++) {
        bt_status status = bt_negotiation_create(&setting, &run->table[worker], error);
        if (status != BT_OK)
            return status;
    }
    bt_action_id action = bt_sim_register(run->sim, end_listing, run);
    if (action == BT_UNREGISTERED)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market's events");
    /* the first listing stands over (0, 1]: it is over at time 1 */
    return bt_sim_recur(run->sim, 1, 1, 0, action, error) != 0 ? BT_OK : BT_INTERNAL;
}

static bt_status create(const bt_market_setting *setting, void **self, bt_error *error)
{
    bt_status status = check_setting(setting, error);
    if (status != BT_OK)
        return status;
    bt_bargaining_run *run = BT_ARENA_NEW(setting->arena, 1, bt_bargaining_run);
    if (run == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market");
    run->model = setting->model;
    run->sim = setting->sim;
    run->trace = setting->trace;
    run->horizon = (uint64_t)setting->horizon;
    run->record_last = setting->record_last;
    run->n_sellers = setting->n_sellers;
    run->sellers = setting->sellers;
    run->buyers = setting->buyers_type->bargaining;
    run->buyers_self = setting->buyers;
    status = find_reference(run, error);
    if (status != BT_OK)
        return status;
    if (!seat_sellers(run, setting->arena) || !allocate(run, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for a market");
    *self = run; /* from here on destroy cleans up */
    return lay_tables(run, error);
}

static bool is_over(const void *self)
{
    return ((const bt_bargaining_run *)self)->violation[0] != '\0';
}

static void archive_block(bt_bargaining_run *run, bt_archive *archive)
{
    bt_bargaining_block *block = &run->block;
    bt_archive_field(archive, "block_first", &block->first, sizeof(block->first));
    bt_archive_field(archive, "block_count", &block->count, sizeof(block->count));
    size_t count = (size_t)block->count;
    if (block->count > bt_bargaining_block_length(run)) {
        bt_archive_fail(archive, "a saved block of %llu listings is too long",
                        (unsigned long long)block->count);
        block->count = 0;
        return;
    }
    bt_archive_field(archive, "block_summary", block->summary,
                     count * run->n_sellers * sizeof(*block->summary));
    bt_archive_field(archive, "block_worth", block->worth, count * sizeof(*block->worth));
    bt_archive_field(archive, "block_list_price", block->list_price,
                     count * sizeof(*block->list_price));
}

static void archive(void *self, bt_archive *archive)
{
    bt_bargaining_run *run = self;
    size_t n = run->n_sellers;
    bt_archive_field(archive, "listings", &run->listings, sizeof(run->listings));
    archive_block(run, archive);
    bt_archive_field(archive, "tally", run->tally, n * sizeof(*run->tally));
    bt_archive_field(archive, "interval", run->interval, n * sizeof(*run->interval));
    bt_archive_field(archive, "paired", run->paired, n * sizeof(*run->paired));
    bt_archive_field(archive, "worth", &run->worth, sizeof(run->worth));
    for (size_t i = 0; i < n; i++)
        if (run->sellers[i].type->archive != NULL)
            run->sellers[i].type->archive(run->sellers[i].self, archive);
}

const bt_market_type bt_bargaining_market = {
    .described = {.name = "bargaining",
                  .summary = "Best-offer listings: buyers make offers, sellers answer, up to "
                             "three times each; all sellers play the same listings.",
                  .source = "Green and Plunkett 2020; Backus, Blake, Larsen and Tadelis 2020",
                  .parameters = &bt_bargaining_parameter_table},
    .asks = BT_ASKS_BARGAINING,
    .check = bt_bargaining_check,
    .series = bt_bargaining_series,
    .n_series = BT_N_BARGAINING_SERIES,
    .outcomes = bt_bargaining_outcomes,
    .n_outcomes = BT_N_BARGAINING_OUTCOMES,
    .prepare = prepare,
    .release = release,
    .layout = layout,
    .create = create,
    .is_over = is_over,
    .record = bt_bargaining_record,
    .record_done = bt_bargaining_record_done,
    .outcome = bt_bargaining_outcome,
    .archive = archive,
    .destroy = destroy,
    .event_kinds = bt_bargaining_event_kinds,
};
