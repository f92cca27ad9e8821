/* What a shopbot market asks its sellers and what it tells them. */
#include "markets/shopbot/shopbot_run.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_randist.h>

enum { CLOCK_PURPOSE = 2100, SALES_PURPOSE = 2101 };
enum { REPRICED = 1, SOLD = 2 }; /* kinds in the fingerprint */

/* ---- places ---- */

static bt_status check_seller(const bt_shopbot_run *run, const bt_seller *seller, size_t i,
                              bt_error *error)
{
    const uint32_t untold = BT_SEES_OWN_GRADIENT | BT_SEES_SEGMENTS | BT_KNOWS_DEMAND;
    const char *name = run->model->layout.seller_name[i];
    double every = seller->repricing.value, offset = seller->repricing.offset;
    if ((seller->type->feedback & untold) != 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": policy %s asks for a model of demand, gradients or "
                       "segments, which a shopbot market does not have",
                       name, seller->type->described.name);
    if (seller->repricing.kind == BT_REPRICE_AFTER_SALES)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": in a shopbot market sellers reprice at intervals "
                       "(`every`) or at Poisson times, not after sales",
                       name);
    if (!(every > 0))
        return bt_fail(error, BT_BAD_INPUT, "seller \"%s\": `reprice` must be above 0, not %g",
                       name, every);
    if (run->is_periodic && seller->repricing.kind == BT_REPRICE_EVERY &&
        (every != floor(every) || offset != floor(offset)))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": in a market of periods, `reprice: {every: ...}` and "
                       "`reprice_offset` must be whole numbers of periods, not %g and %g",
                       name, every, offset);
    return BT_OK;
}

/* The step of the equilibrium's distribution at a price, rounded up. */
static uint32_t rank_of(const bt_shopbot_run *run, double price)
{
    double rank = bt_shopbot_distribution(&run->model->rules.market, price);
    return (uint32_t)ceil(rank * BT_RANK_BINS);
}

static double earnings_of_all(const bt_shopbot_run *run, double price)
{
    const bt_shopbot_market *market = &run->model->rules.market;
    return run->model->parameters->size * (price - market->cost) *
           bt_shopbot_acceptance(market, price);
}

static bool place_actions(bt_shopbot_run *run, bt_shopbot_seller *place, bt_arena *arena)
{
    const double *chosen = NULL;
    if (place->type->actions != NULL)
        place->n_actions = place->type->actions(place->self, &chosen);
    size_t count = place->n_actions;
    place->action_price = BT_ARENA_NEW(arena, count, double);
    place->action_earnings = BT_ARENA_NEW(arena, count, double);
    place->action_rank = BT_ARENA_NEW(arena, count, uint32_t);
    if (place->action_price == NULL || place->action_earnings == NULL ||
        place->action_rank == NULL)
        return false;
    for (size_t a = 0; a < count; a++) {
        place->action_price[a] = bt_shopbot_round(&run->model->rules, chosen[a]);
        place->action_earnings[a] = earnings_of_all(run, place->action_price[a]);
        place->action_rank[a] = rank_of(run, place->action_price[a]);
    }
    if ((place->type->feedback & BT_SEES_COUNTERFACTUALS) == 0)
        return true;
    place->counterfactual = BT_ARENA_NEW(arena, count, double);
    place->told_counterfactual = BT_ARENA_NEW(arena, count, double);
    return place->counterfactual != NULL && place->told_counterfactual != NULL;
}

/* Strides of the joint action, the last seller fastest; false when some seller is on no
 * grid or an index would not fit. */
static bool lay_strides(bt_shopbot_run *run)
{
    size_t stride = 1;
    for (size_t i = run->n_sellers; i-- > 0;) {
        bt_shopbot_seller *place = &run->seller[i];
        if (place->n_actions == 0 || stride > SIZE_MAX / 2 / place->n_actions)
            return false;
        place->stride = stride;
        stride *= place->n_actions;
    }
    return true;
}

bt_status bt_shopbot_place_sellers(bt_shopbot_run *run, const bt_market_setting *setting,
                                   bt_error *error)
{
    run->seller = BT_ARENA_NEW(setting->arena, run->n_sellers, bt_shopbot_seller);
    for (size_t i = 0; run->seller != NULL && i < run->n_sellers; i++) {
        bt_shopbot_seller *place = &run->seller[i];
        place->type = setting->sellers[i].type;
        place->self = setting->sellers[i].self;
        place->repricing = setting->sellers[i].repricing;
        place->sees_prices = (place->type->feedback & BT_SEES_RIVAL_PRICES) != 0;
        place->action = BT_NO_ACTION;
        place->clock = bt_stream_open(bt_sim_key(run->sim), BT_AGENT_SELLER(i), CLOCK_PURPOSE);
        bt_status status = check_seller(run, &setting->sellers[i], i, error);
        if (status != BT_OK)
            return status;
        if (!place_actions(run, place, setting->arena))
            return bt_fail(error, BT_INTERNAL, "out of memory for a market's sellers");
    }
    if (run->seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market's sellers");
    run->on_grids = lay_strides(run);
    run->sales_stream = bt_stream_open(bt_sim_key(run->sim), BT_AGENT_MARKET, SALES_PURPOSE);
    return BT_OK;
}

/* ---- asking ---- */

void bt_shopbot_ask(bt_shopbot_run *run, size_t i, double time)
{
    bt_shopbot_seller *place = &run->seller[i];
    bool is_told = place->sees_prices && run->prices_stand;
    bt_seller_view view = {
        .time = time,
        .joint_action = is_told && run->on_grids ? run->joint_action : BT_NO_ACTION,
        .price = is_told ? run->price : NULL,
    };
    place->action = place->type->decide(place->self, &view, &place->own_price);
    uint64_t bits;
    memcpy(&bits, &place->own_price, sizeof(bits));
    bt_sim_note(run->sim, REPRICED, (uint32_t)i, bits);
}

static void expect_sales(bt_shopbot_run *run)
{
    const bt_shopbot_rules *rules = &run->model->rules;
    double size = run->model->parameters->size;
    run->consumer_surplus = 0;
    run->standing_lowest = INFINITY;
    for (size_t i = 0; i < run->n_sellers; i++) {
        double price = run->price[i];
        double acceptance = bt_shopbot_acceptance(&rules->market, price);
        run->standing_lowest = fmin(run->standing_lowest, price);
        double share = bt_shopbot_sales(rules, run->price, i, price);
        run->sales[i] = size * share;
        run->profit[i] = run->sales[i] * (price - rules->market.cost);
        if (acceptance > 0)
            run->consumer_surplus +=
                size * share / acceptance * bt_shopbot_surplus(&rules->market, price);
    }
}

void bt_shopbot_post(bt_shopbot_run *run)
{
    uint64_t joint = 0;
    bool has_changed = !run->prices_stand;
    for (size_t i = 0; i < run->n_sellers; i++) {
        bt_shopbot_seller *place = &run->seller[i];
        bool is_on_grid = place->n_actions > 0;
        double price = is_on_grid ? place->action_price[place->action]
                                  : bt_shopbot_round(&run->model->rules, place->own_price);
        joint += place->action * place->stride;
        if (run->prices_stand && price == run->price[i])
            continue;
        has_changed = true;
        run->price[i] = price;
        place->rank = is_on_grid ? place->action_rank[place->action] : rank_of(run, price);
    }
    run->joint_action = run->on_grids ? joint : BT_NO_ACTION;
    run->prices_stand = true;
    if (has_changed)
        expect_sales(run);
}

/* ---- settling accounts ---- */

/* Sales over an interval in time: those of each seller are a Poisson number of their own. */
static void draw_sales_over_time(bt_shopbot_run *run, gsl_rng *generator, double duration)
{
    for (size_t i = 0; i < run->n_sellers; i++)
        run->drawn[i] = gsl_ran_poisson(generator, run->sales[i] / run->unit_mass * duration);
}

/* Sales of a period: all who come choose a seller or none. */
static void draw_sales_of_period(bt_shopbot_run *run, gsl_rng *generator)
{
    size_t n_sellers = run->n_sellers;
    double size = run->model->parameters->size, rest = 1;
    for (size_t i = 0; i < n_sellers; i++) {
        run->draw_share[i] = run->sales[i] / size;
        rest -= run->draw_share[i];
    }
    run->draw_share[n_sellers] = fmax(rest, 0);
    gsl_ran_multinomial(generator, n_sellers + 1, (unsigned)run->model->parameters->arrivals,
                        run->draw_share, run->draw_count);
    for (size_t i = 0; i < n_sellers; i++)
        run->drawn[i] = run->draw_count[i];
}

/* run->drawn: the mass sold over the last `duration`. */
static void find_sales(bt_shopbot_run *run, double duration)
{
    if (isnan(run->model->parameters->arrivals)) {
        for (size_t i = 0; i < run->n_sellers; i++)
            run->drawn[i] = run->sales[i] * duration;
        return;
    }
    gsl_rng generator = {.type = bt_rng_philox, .state = &run->sales_stream};
    if (run->is_periodic)
        draw_sales_of_period(run, &generator);
    else
        draw_sales_over_time(run, &generator, duration);
    for (size_t i = 0; i < run->n_sellers; i++) {
        bt_sim_note(run->sim, SOLD, (uint32_t)i, (uint64_t)run->drawn[i]);
        run->drawn[i] *= run->unit_mass;
    }
}

/* Add what each action of seller i would have earned against the others' prices. */
static void owe_counterfactuals(const bt_shopbot_run *run, size_t i, double duration)
{
    const bt_shopbot_seller *place = &run->seller[i];
    const double *cumulative = run->model->rules.cumulative_share;
    for (size_t a = 0; a < place->n_actions; a++) {
        size_t cheaper = 0, tied = 0;
        double price = place->action_price[a];
        for (size_t j = 0; j < run->n_sellers; j++) {
            cheaper += j != i && run->price[j] < price;
            tied += j != i && run->price[j] == price;
        }
        double share =
            (cumulative[cheaper + tied + 1] - cumulative[cheaper]) / (double)(tied + 1);
        place->counterfactual[a] += duration * share * place->action_earnings[a];
    }
}

static void note_in_window(bt_shopbot_run *run, double time, double duration)
{
    double inside = fmin(duration, time - run->window_start);
    if (!(inside > 0))
        return;
    bt_shopbot_note_standing(run, &run->window, inside);
    bt_shopbot_note_drawn(run, &run->window, inside / duration);
    for (size_t i = 0; i < run->n_sellers; i++) {
        run->occupancy[i * (BT_RANK_BINS + 1) + run->seller[i].rank] += inside;
        run->lowest_price[i] = fmin(run->lowest_price[i], run->price[i]);
        run->highest_price[i] = fmax(run->highest_price[i], run->price[i]);
    }
}

void bt_shopbot_settle(bt_shopbot_run *run, double time)
{
    double duration = time - run->settled_until;
    if (!(duration > 0))
        return;
    find_sales(run, duration);
    for (size_t i = 0; i < run->n_sellers; i++) {
        run->seller[i].sold += run->drawn[i];
        if (run->seller[i].counterfactual != NULL)
            owe_counterfactuals(run, i, duration);
    }
    note_in_window(run, time, duration);
    double unrecorded = time - run->recorded_until;
    bt_shopbot_catch_up(run);
    bt_shopbot_note_drawn(run, &run->interval, run->record_last ? unrecorded / duration : 1);
    run->settled_until = time;
}

/* ---- telling ---- */

static const double *told_counterfactual(bt_shopbot_seller *place, double duration)
{
    if (place->counterfactual == NULL)
        return NULL;
    for (size_t a = 0; a < place->n_actions; a++)
        place->told_counterfactual[a] = place->counterfactual[a] / duration;
    return place->told_counterfactual;
}

void bt_shopbot_tell(bt_shopbot_run *run, size_t i, double time)
{
    bt_shopbot_seller *place = &run->seller[i];
    double duration = time - place->start;
    double sales = place->sold / duration;
    if (place->type->observe != NULL) {
        bool knows_sales = (place->type->feedback & BT_SEES_OWN_SALES) != 0;
        bt_seller_feedback feedback = {
            .time = time,
            .duration = duration,
            .profit = sales * (run->price[i] - run->model->rules.market.cost),
            .joint_action =
                place->sees_prices && run->on_grids ? run->joint_action : BT_NO_ACTION,
            .price = place->sees_prices ? run->price : NULL,
            .own_sales = knows_sales ? &sales : NULL,
            .n_buyers = knows_sales ? run->model->parameters->size : NAN,
            .counterfactual_profit = told_counterfactual(place, duration),
        };
        place->type->observe(place->self, &feedback);
    }
    place->start = time;
    place->sold = 0;
    if (place->counterfactual != NULL)
        memset(place->counterfactual, 0, place->n_actions * sizeof(double));
}

/* ---- saving ---- */

void bt_shopbot_archive_sellers(bt_shopbot_run *run, bt_archive *archive)
{
    for (size_t i = 0; i < run->n_sellers; i++) {
        bt_shopbot_seller *place = &run->seller[i];
        bt_archive_field(archive, "own_price", &place->own_price, sizeof(double));
        bt_archive_field(archive, "action", &place->action, sizeof(place->action));
        bt_archive_field(archive, "rank", &place->rank, sizeof(place->rank));
        bt_archive_field(archive, "next_due", &place->next_due, sizeof(double));
        bt_archive_field(archive, "clock_time", &place->clock_time, sizeof(double));
        bt_archive_field(archive, "clock", &place->clock, sizeof(place->clock));
        bt_archive_field(archive, "start", &place->start, sizeof(double));
        bt_archive_field(archive, "sold", &place->sold, sizeof(double));
        if (place->counterfactual != NULL)
            bt_archive_field(archive, "counterfactual", place->counterfactual,
                             place->n_actions * sizeof(double));
        if (place->rank > BT_RANK_BINS ||
            (place->n_actions > 0 && run->prices_stand && place->action >= place->n_actions)) {
            place->rank = 0;
            place->action = 0;
            bt_archive_fail(archive, "a seller's standing price is none that it can charge");
        }
        if (place->type->archive != NULL)
            place->type->archive(place->self, archive);
    }
}
