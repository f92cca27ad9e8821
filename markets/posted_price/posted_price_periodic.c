/* The periodic posted-price market: one recurring event, whose phases run in order. */
#include "markets/posted_price/posted_price_market.h"

#include <math.h>
#include <string.h>

#include "markets/posted_price/posted_price_audit.h"

enum { REPRICED = 1, SOLD = 2 }; /* kinds in the fingerprint */

/* ---- clocks ---- */

static bool has_whole_clock(const bt_repricing *repricing)
{
    return repricing->value == floor(repricing->value) && repricing->value >= 1 &&
           repricing->offset == floor(repricing->offset) && repricing->offset >= 0;
}

static bt_status check_clock(const bt_posted_price *market, size_t i, bt_error *error)
{
    const bt_repricing *repricing = &market->seller[i].repricing;
    bool has_clock = market->seller[i].type != NULL && repricing->kind == BT_REPRICE_EVERY;
    if (has_clock && !has_whole_clock(repricing))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": in a market of periods, `reprice: {every: ...}` and "
                       "`reprice_offset` must be whole numbers of periods, not %g and %g",
                       market->model->layout.seller_name[i], repricing->value,
                       repricing->offset);
    return BT_OK;
}

/* The period of a seller's next move, when it has just moved in `period`. */
static void wind_clock(bt_market_seller *seller, double period)
{
    double every = seller->repricing.value, offset = seller->repricing.offset;
    switch (seller->repricing.kind) {
    case BT_REPRICE_EVERY:
        seller->next_due =
            period < offset ? offset : offset + every * (floor((period - offset) / every) + 1);
        break;
    case BT_REPRICE_POISSON:
        do
            seller->clock_time += bt_stream_exponential(&seller->clock) / every;
        while (ceil(seller->clock_time) <= period);
        seller->next_due = ceil(seller->clock_time);
        break;
    case BT_REPRICE_AFTER_SALES:
        seller->next_due = INFINITY;
        break;
    }
    if (seller->type == NULL)
        seller->next_due = INFINITY;
}

static void ring_after_sales(bt_market_seller *seller, double next_period)
{
    if (seller->repricing.kind == BT_REPRICE_AFTER_SALES && seller->type != NULL &&
        bt_units_sold(seller) >= seller->repricing.value)
        seller->next_due = next_period;
}

/* ---- stability ---- */

/* One more period; the count restarts at 1 when some greedy behaviour changed. */
static void count_stability(bt_posted_price *market, bool changed)
{
    market->stable_count = changed ? 1 : market->stable_count + 1;
    if (market->stable_count >= market->stable_periods && market->stable_periods > 0) {
        market->has_converged = true;
        bt_sim_stop(market->sim);
    }
}

/* ---- any period ---- */

static void note_prices(bt_posted_price *market, size_t i)
{
    const bt_market_seller *seller = &market->seller[i];
    for (size_t k = 0; k < seller->n_own; k++) {
        uint64_t bits;
        memcpy(&bits, &seller->own_price[k], sizeof(bits));
        bt_sim_note(market->sim, REPRICED, seller->own_product[k], bits);
    }
}

static void note_sampled_sales(bt_posted_price *market)
{
    for (size_t j = 0; j < market->n_products; j++)
        bt_sim_note(market->sim, SOLD, (uint32_t)j, (uint64_t)market->purchases.sales[j]);
}

/* Who comes is asked for prices at once, whatever its clock; who goes is asked no more. */
static void change_sellers(bt_posted_price *market, double period)
{
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_market_seller *seller = &market->seller[i];
        while (seller->next_change <= period) {
            bt_presence_change(market, i, period);
            seller->next_due = seller->is_present ? period : INFINITY;
        }
    }
}

static void decide_phase(bt_posted_price *market, double period)
{
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_market_seller *seller = &market->seller[i];
        if (!seller->is_present || (market->prices_stand && seller->next_due != period))
            continue;
        bt_ask_seller(market, i, period);
        note_prices(market, i);
        bt_trace_offers(market, i);
        wind_clock(seller, period);
    }
    bt_post_prices(market);
}

static void buy_phase(bt_posted_price *market, uint64_t period)
{
    bt_meet_demand(market, period);
    if (!market->buyers_type->is_exact)
        note_sampled_sales(market);
    bt_trace_sales(market, market->price, market->purchases.sales, market->unit_mass);
    for (size_t i = 0; i < market->n_sellers; i++)
        bt_owe_seller(market, i, 1, 1);
    bt_note_for_record(market, 1, 1);
    bt_audit_note(market, 1);
    bt_remember_prices(market);
}

static bool observe_phase(bt_posted_price *market, double next_period)
{
    bool changed = false;
    for (size_t i = 0; i < market->n_sellers; i++) {
        ring_after_sales(&market->seller[i], next_period);
        if (market->seller[i].next_due == next_period)
            changed |= bt_tell_seller(market, i, next_period);
    }
    return changed;
}

static void run_period(bt_sim *sim, void *subject, uint64_t period)
{
    (void)sim;
    bt_posted_price *market = subject;
    change_sellers(market, (double)period);
    decide_phase(market, (double)period);
    buy_phase(market, period);
    bool changed = observe_phase(market, (double)(period + 1));
    market->periods = period + 1;
    count_stability(market, changed);
}

/* ---- a period of a synchronous game on grids: the hot path ---- */

/* Whether sellers all move every period, told nothing but what the table holds. */
static bool is_synchronous_game(const bt_posted_price *market)
{
    const uint32_t told_by_table = BT_SEES_RIVAL_PRICES | BT_SEES_COUNTERFACTUALS;
    if (market->model->game == NULL || !market->buyers_type->is_exact)
        return false;
    for (size_t i = 0; i < market->n_sellers; i++) {
        const bt_market_seller *seller = &market->seller[i];
        bool is_synchronous = seller->repricing.kind == BT_REPRICE_EVERY &&
                              seller->repricing.value == 1 && seller->repricing.offset == 0;
        if (seller->type == NULL || !is_synchronous || seller->type->observe == NULL ||
            (seller->type->feedback & ~told_by_table) != 0)
            return false;
    }
    return true;
}

static uint64_t decide_joint_action(bt_posted_price *market, uint64_t period)
{
    uint64_t joint = 0;
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_game_player *player = &market->player[i];
        player->view.time = (double)period;
        player->action = player->decide(player->self, &player->view, player->own_price);
        joint += player->action * player->stride;
    }
    return joint;
}

/* What each of player i's actions would have brought against the others'. */
static void tell_counterfactuals(const bt_grid_game *game, size_t i, uint64_t joint,
                                 bt_game_player *player)
{
    size_t step = player->stride * game->n_sellers;
    const double *objective =
        game->objective + (joint - player->action * player->stride) * game->n_sellers + i;
    for (size_t a = 0; a < player->n_actions; a++)
        player->told_counterfactual[a] = objective[a * step];
}

static bool observe_joint_action(bt_posted_price *market, uint64_t period, uint64_t joint)
{
    const bt_grid_game *game = market->model->game;
    const double *profit = game->profit + joint * market->n_sellers;
    const double *objective = game->objective + joint * market->n_sellers;
    const double *price = game->price + joint * market->n_products;
    bool changed = false;
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_game_player *player = &market->player[i];
        player->feedback.time = (double)(period + 1);
        player->feedback.profit = profit[i];
        player->feedback.risk_charge = profit[i] - objective[i];
        if (player->sees_prices) {
            player->feedback.joint_action = player->view.joint_action = joint;
            player->feedback.price = player->view.price = price;
        }
        if (player->told_counterfactual != NULL)
            tell_counterfactuals(game, i, joint, player);
        changed |= player->observe(player->self, &player->feedback);
    }
    return changed;
}

static void trace_game_period(const bt_posted_price *market, uint64_t joint)
{
    const bt_grid_game *game = market->model->game;
    for (size_t i = 0; i < market->n_sellers; i++)
        bt_trace_offers(market, i);
    bt_trace_sales(market, game->price + joint * market->n_products,
                   game->share + joint * market->n_products, market->model->demand->size);
}

static void run_game_period(bt_sim *sim, void *subject, uint64_t period)
{
    (void)sim;
    bt_posted_price *market = subject;
    uint64_t joint = decide_joint_action(market, period);
    for (size_t k = BT_RECENT_JOINT_ACTIONS - 1; k > 0; k--)
        market->recent[k] = market->recent[k - 1];
    market->recent[0] = joint;
    *market->fingerprint = bt_hash_word(*market->fingerprint, joint);
    bt_note_joint_action(market, joint);
    bt_audit_note_joint_action(market, joint);
    if (market->trace != NULL)
        trace_game_period(market, joint);
    bool changed = observe_joint_action(market, period, joint);
    market->periods = period + 1;
    count_stability(market, changed);
}

static bool list_players(bt_posted_price *market, bt_arena *arena)
{
    market->player = BT_ARENA_NEW(arena, market->n_sellers, bt_game_player);
    for (size_t i = 0; market->player != NULL && i < market->n_sellers; i++) {
        const bt_market_seller *seller = &market->seller[i];
        market->player[i] = (bt_game_player){
            .decide = seller->type->decide,
            .observe = seller->type->observe,
            .self = seller->self,
            .stride = seller->stride,
            .own_price = seller->own_price,
            .n_actions = seller->n_actions,
            .told_counterfactual = seller->told_counterfactual,
            .sees_prices = seller->sees_prices,
            .view = {.joint_action = BT_NO_ACTION},
            .feedback = {.duration = 1,
                         .joint_action = BT_NO_ACTION,
                         .n_buyers = NAN,
                         .counterfactual_profit = seller->told_counterfactual},
        };
    }
    return market->player != NULL;
}

/* After a saved run was restored: what players are shown is what stands. */
void bt_posted_price_show_standing(bt_posted_price *market)
{
    uint64_t joint = market->recent[0];
    for (size_t i = 0; market->player != NULL && i < market->n_sellers; i++) {
        bool is_shown = market->player[i].sees_prices && joint != BT_NO_ACTION;
        market->player[i].view.joint_action = is_shown ? joint : BT_NO_ACTION;
        market->player[i].view.price =
            is_shown ? market->model->game->price + joint * market->n_products : NULL;
    }
}

bt_status bt_posted_price_start_periodic(bt_posted_price *market, bt_arena *arena,
                                         bt_error *error)
{
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_status status = check_clock(market, i, error);
        if (status != BT_OK)
            return status;
    }
    bool is_game = is_synchronous_game(market);
    if (is_game && !list_players(market, arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for the sellers of a market");
    bt_event_action *action = is_game ? run_game_period : run_period;
    bt_action_id id = bt_sim_register(market->sim, action, market);
    /* occurrence k is period k; it happens when the period is complete */
    return bt_sim_recur(market->sim, 1, 1, 0, id, error) == 0 ? BT_INTERNAL : BT_OK;
}
