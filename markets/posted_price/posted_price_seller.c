/* What a posted-price market asks its sellers and what it tells them. */
#include "markets/posted_price/posted_price_market.h"

#include <math.h>
#include <string.h>

/* ---- places ---- */

static size_t n_products_of(const bt_ownership *ownership, size_t seller, bool strategies)
{
    size_t count = 0;
    for (size_t j = 0; j < ownership->n_products; j++)
        count +=
            ownership->seller[j] == seller && (!strategies || isnan(ownership->fixed_price[j]));
    return count;
}

static bool allocate_segments(bt_posted_price *market, bt_market_seller *place, bt_arena *arena)
{
    size_t n_segments = market->model->demand->n_types;
    place->since.segment_sales = BT_ARENA_NEW(arena, n_segments * place->n_own, double);
    place->since.segment_buyers = BT_ARENA_NEW(arena, n_segments, double);
    place->told_segment_sales = BT_ARENA_NEW(arena, n_segments * place->n_own, double);
    place->told_segment_buyers = BT_ARENA_NEW(arena, n_segments, double);
    if (market->purchases.segment_sales == NULL) {
        market->purchases.segment_sales =
            BT_ARENA_NEW(arena, n_segments * market->n_products, double);
        market->purchases.segment_buyers = BT_ARENA_NEW(arena, n_segments, double);
    }
    return place->since.segment_sales != NULL && place->since.segment_buyers != NULL &&
           place->told_segment_sales != NULL && place->told_segment_buyers != NULL &&
           market->purchases.segment_sales != NULL && market->purchases.segment_buyers != NULL;
}

static bool allocate_place(bt_market_seller *place, const bt_ownership *ownership,
                           size_t seller, bt_arena *arena)
{
    place->n_owned = (uint32_t)n_products_of(ownership, seller, false);
    place->n_own = (uint32_t)n_products_of(ownership, seller, true);
    place->owned_product = BT_ARENA_NEW(arena, place->n_owned, uint32_t);
    place->own_product = BT_ARENA_NEW(arena, place->n_own, uint32_t);
    place->own_price = BT_ARENA_NEW(arena, place->n_own, double);
    place->told_sales = BT_ARENA_NEW(arena, place->n_own, double);
    place->since.sales = BT_ARENA_NEW(arena, place->n_owned, double);
    bool is_complete = place->owned_product != NULL && place->own_product != NULL &&
                       place->own_price != NULL && place->told_sales != NULL &&
                       place->since.sales != NULL;
    uint32_t feedback = place->type != NULL ? place->type->feedback : 0;
    if (feedback & BT_SEES_COUNTERFACTUALS) {
        place->since.counterfactual = BT_ARENA_NEW(arena, place->n_actions, double);
        place->told_counterfactual = BT_ARENA_NEW(arena, place->n_actions, double);
        is_complete = is_complete && place->since.counterfactual != NULL &&
                      place->told_counterfactual != NULL;
    }
    if (feedback & BT_SEES_OWN_GRADIENT) {
        place->since.gradient = BT_ARENA_NEW(arena, place->n_own, double);
        place->told_gradient = BT_ARENA_NEW(arena, place->n_own, double);
        is_complete =
            is_complete && place->since.gradient != NULL && place->told_gradient != NULL;
    }
    return is_complete;
}

static void list_products(bt_market_seller *place, const bt_ownership *ownership, size_t seller)
{
    size_t owned = 0, own = 0;
    for (size_t j = 0; j < ownership->n_products; j++) {
        if (ownership->seller[j] != seller)
            continue;
        place->owned_product[owned++] = (uint32_t)j;
        if (isnan(ownership->fixed_price[j]))
            place->own_product[own++] = (uint32_t)j;
    }
}

static bt_status place_seller(bt_posted_price *market, const bt_market_setting *setting,
                              size_t i, bt_error *error)
{
    const bt_ownership *ownership = market->model->layout.ownership;
    bt_market_seller *place = &market->seller[i];
    place->type = setting->sellers[i].type;
    place->self = setting->sellers[i].self;
    place->repricing = setting->sellers[i].repricing;
    place->action = BT_NO_ACTION;
    place->next_due = INFINITY;
    place->clock =
        bt_stream_open(bt_sim_key(market->sim), BT_AGENT_SELLER(i), BT_CLOCK_PURPOSE);
    if (place->type == NULL)
        place->n_actions = 1;
    else if (place->type->actions != NULL)
        place->n_actions = place->type->actions(place->self, &place->action_price);
    place->sees_prices =
        place->type != NULL && (place->type->feedback & BT_SEES_RIVAL_PRICES) != 0;
    if (!allocate_place(place, ownership, i, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for the sellers of a market");
    list_products(place, ownership, i);
    if (place->type != NULL && (place->type->feedback & BT_KNOWS_DEMAND) != 0 &&
        market->model->reference != NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": policy %s knows a demand without memory; it cannot sell "
                       "to buyers with a reference_price",
                       market->model->layout.seller_name[i], place->type->described.name);
    if (place->type == NULL || (place->type->feedback & BT_SEES_SEGMENTS) == 0)
        return BT_OK;
    if (!market->is_periodic)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": policy %s asks which segments of buyers bought, which a "
                       "market of periods tells; give the horizon in `periods`",
                       market->model->layout.seller_name[i], place->type->described.name);
    if (!allocate_segments(market, place, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for the sellers of a market");
    return BT_OK;
}

/* Strides of the joint action, the last seller fastest; false when some seller is on no
 * grid or an index would not fit. */
static bool lay_strides(bt_posted_price *market)
{
    size_t stride = 1;
    for (size_t i = market->n_sellers; i-- > 0;) {
        bt_market_seller *place = &market->seller[i];
        if (place->n_actions == 0 || stride > SIZE_MAX / 2 / place->n_actions)
            return false;
        place->stride = stride;
        stride *= place->n_actions;
    }
    return true;
}

bt_status bt_place_sellers(bt_posted_price *market, const bt_market_setting *setting,
                           bt_error *error)
{
    market->seller = BT_ARENA_NEW(setting->arena, market->n_sellers, bt_market_seller);
    if (market->seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the sellers of a market");
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_status status = place_seller(market, setting, i, error);
        if (status != BT_OK)
            return status;
    }
    market->on_grids = lay_strides(market) && market->model->n_visitors == 0;
    return BT_OK;
}

/* ---- asking ---- */

void bt_ask_seller(bt_posted_price *market, size_t i, double time)
{
    bt_market_seller *place = &market->seller[i];
    if (place->type == NULL) {
        place->action = 0;
        return;
    }
    bool is_told = place->sees_prices && market->prices_stand;
    bt_seller_view view = {
        .time = time,
        .joint_action = is_told && market->on_grids ? market->recent[0] : BT_NO_ACTION,
        .price = is_told ? market->price : NULL,
    };
    place->action = place->type->decide(place->self, &view, place->own_price);
}

void bt_post_prices(bt_posted_price *market)
{
    uint64_t joint = 0;
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_market_seller *place = &market->seller[i];
        if (!place->is_present)
            continue;
        joint += place->action * place->stride;
        for (size_t k = 0; k < place->n_own; k++) {
            double *posted = &market->price[place->own_product[k]];
            market->demand_stands = market->demand_stands && *posted == place->own_price[k];
            *posted = place->own_price[k];
        }
    }
    for (size_t k = BT_RECENT_JOINT_ACTIONS - 1; k > 0; k--)
        market->recent[k] = market->recent[k - 1];
    market->recent[0] = market->on_grids ? joint : BT_NO_ACTION;
    market->prices_stand = true;
    bt_feel_prices(market);
}

/* ---- demand ---- */

static bool demand_is_tabulated(const bt_posted_price *market)
{
    return market->model->game != NULL && market->buyers_type->is_exact &&
           market->purchases.segment_sales == NULL;
}

static void read_demand_from_table(bt_posted_price *market)
{
    const bt_grid_game *game = market->model->game;
    const double *share = game->share + market->recent[0] * market->n_products;
    for (size_t j = 0; j < market->n_products; j++)
        market->purchases.sales[j] = share[j] * market->model->demand->size;
    market->purchases.consumer_surplus = game->consumer_surplus[market->recent[0]];
    market->purchases.n_buyers = market->model->demand->size;
}

static void clear_segments(bt_posted_price *market)
{
    size_t n_segments = market->model->demand->n_types;
    if (market->purchases.segment_sales == NULL)
        return;
    memset(market->purchases.segment_sales, 0,
           n_segments * market->n_products * sizeof(double));
    memset(market->purchases.segment_buyers, 0, n_segments * sizeof(double));
}

static void serve_period(bt_posted_price *market, uint64_t period)
{
    bt_arrivals everyone = {
        .price = market->offer, .duration = 1, .first = period, .whole_population = true};
    memset(market->purchases.sales, 0, market->n_products * sizeof(double));
    market->purchases.consumer_surplus = 0;
    market->purchases.n_buyers = 0;
    clear_segments(market);
    market->buyers_type->serve(market->buyers, &everyone, &market->purchases);
}

void bt_book_profits(bt_posted_price *market)
{
    const bt_ownership *ownership = market->model->layout.ownership;
    memset(market->profit, 0, market->n_sellers * sizeof(double));
    for (size_t j = 0; j < market->n_products; j++)
        if (market->price[j] < INFINITY)
            market->profit[ownership->seller[j]] += bt_margin(ownership, j, market->price[j]) *
                                                    market->purchases.sales[j] *
                                                    market->unit_mass;
}

void bt_meet_demand(bt_posted_price *market, uint64_t period)
{
    if (market->demand_stands)
        return;
    if (demand_is_tabulated(market))
        read_demand_from_table(market);
    else
        serve_period(market, period);
    bt_book_profits(market);
    market->demand_stands = market->buyers_type->is_exact;
}

/* ---- telling ---- */

static bool seeks_profit(const bt_posted_price *market, size_t i)
{
    const bt_ownership *ownership = market->model->layout.ownership;
    return ownership->objective == NULL || ownership->objective[i] == BT_EXPECTED_PROFIT;
}

/* What seller i maximises, expected at market->trial_price. */
static double trial_objective(bt_posted_price *market, size_t i)
{
    const bt_market_seller *place = &market->seller[i];
    const bt_ownership *ownership = market->model->layout.ownership;
    double outside_share, profit = 0;
    bt_demand_shares(market->model->demand, bt_felt_trial(market), market->trial_share,
                     &outside_share, NULL, market->work);
    if (!seeks_profit(market, i))
        return market->model->demand->size *
               bt_objective_of_sales(ownership, i, market->trial_price, market->trial_share,
                                     INFINITY);
    for (size_t k = 0; k < place->n_owned; k++) {
        size_t j = place->owned_product[k];
        profit += bt_margin(ownership, j, market->trial_price[j]) * market->trial_share[j];
    }
    return profit * market->model->demand->size;
}

double bt_counterfactual_objective(bt_posted_price *market, size_t i, uint64_t action)
{
    const bt_market_seller *place = &market->seller[i];
    if (market->model->game != NULL) {
        uint64_t standing = market->recent[0] / place->stride % place->n_actions;
        uint64_t joint = market->recent[0] + (action - standing) * place->stride;
        return market->model->game->objective[joint * market->n_sellers + i];
    }
    memcpy(market->trial_price, market->price, market->n_products * sizeof(double));
    for (size_t k = 0; k < place->n_own; k++)
        market->trial_price[place->own_product[k]] =
            place->action_price[action * place->n_own + k];
    return trial_objective(market, i);
}

static void owe_counterfactuals(bt_posted_price *market, size_t i, double exposure)
{
    bt_market_seller *place = &market->seller[i];
    for (size_t a = 0; a < place->n_actions; a++)
        place->since.counterfactual[a] += exposure * bt_counterfactual_objective(market, i, a);
}

static double expected_objective(bt_posted_price *market, size_t i)
{
    if (market->buyers_type->is_exact && seeks_profit(market, i))
        return market->profit[i];
    memcpy(market->trial_price, market->price, market->n_products * sizeof(double));
    return trial_objective(market, i);
}

static void owe_gradient(bt_posted_price *market, size_t i, double exposure)
{
    bt_market_seller *place = &market->seller[i];
    place->since.expected_objective += exposure * expected_objective(market, i);
    bt_felt_gradient(market, market->trial_price);
    for (size_t k = 0; k < place->n_own; k++)
        place->since.gradient[k] +=
            exposure * market->model->demand->size * market->trial_price[place->own_product[k]];
}

static void owe_segments(bt_posted_price *market, bt_market_seller *place, double flow)
{
    for (size_t r = 0; r < market->model->demand->n_types; r++) {
        const double *sales = market->purchases.segment_sales + r * market->n_products;
        for (size_t k = 0; k < place->n_own; k++)
            place->since.segment_sales[r * place->n_own + k] +=
                flow * sales[place->own_product[k]];
        place->since.segment_buyers[r] += flow * market->purchases.segment_buyers[r];
    }
}

void bt_owe_seller(bt_posted_price *market, size_t i, double flow, double exposure)
{
    bt_market_seller *place = &market->seller[i];
    if (!place->is_present)
        return;
    for (size_t k = 0; k < place->n_owned; k++)
        place->since.sales[k] += flow * market->purchases.sales[place->owned_product[k]];
    place->since.n_buyers += flow * market->purchases.n_buyers;
    if (place->since.segment_sales != NULL)
        owe_segments(market, place, flow);
    if (place->since.counterfactual != NULL)
        owe_counterfactuals(market, i, exposure);
    if (place->since.gradient != NULL)
        owe_gradient(market, i, exposure);
}

double bt_units_sold(const bt_market_seller *seller)
{
    double units = 0;
    for (size_t k = 0; k < seller->n_owned; k++)
        units += seller->since.sales[k];
    return units;
}

static double profit_since(const bt_posted_price *market, const bt_market_seller *place)
{
    const bt_ownership *ownership = market->model->layout.ownership;
    double profit = 0;
    for (size_t k = 0; k < place->n_owned; k++) {
        size_t j = place->owned_product[k];
        profit += bt_margin(ownership, j, market->price[j]) * place->since.sales[k] *
                  market->unit_mass;
    }
    return profit;
}

/* A profit less what seller i maximises, as its sales tell. */
static double risk_charge_since(bt_posted_price *market, size_t i, double profit)
{
    const bt_market_seller *place = &market->seller[i];
    double n_buyers = place->since.n_buyers;
    if (seeks_profit(market, i) || !(n_buyers > 0))
        return 0;
    for (size_t k = 0; k < place->n_owned; k++)
        market->trial_share[place->owned_product[k]] = place->since.sales[k] / n_buyers;
    return profit -
           market->unit_mass * n_buyers *
               bt_objective_of_sales(market->model->layout.ownership, i, market->price,
                                     market->trial_share,
                                     market->buyers_type->is_exact ? INFINITY : n_buyers);
}

static const double *per_time(const double *total, size_t count, double duration, double *told)
{
    if (total == NULL)
        return NULL;
    for (size_t k = 0; k < count; k++)
        told[k] = total[k] / duration;
    return told;
}

static const double *told_own_sales(const bt_posted_price *market, bt_market_seller *place,
                                    double duration)
{
    size_t own = 0;
    for (size_t k = 0; k < place->n_owned && own < place->n_own; k++)
        if (place->owned_product[k] == place->own_product[own])
            place->told_sales[own++] = place->since.sales[k] * market->unit_mass / duration;
    return place->told_sales;
}

static void start_interval(bt_market_seller *place, size_t n_segments, double time)
{
    place->since.start = time;
    place->since.n_buyers = 0;
    memset(place->since.sales, 0, place->n_owned * sizeof(double));
    if (place->since.segment_sales != NULL) {
        memset(place->since.segment_sales, 0, n_segments * place->n_own * sizeof(double));
        memset(place->since.segment_buyers, 0, n_segments * sizeof(double));
    }
    if (place->since.counterfactual != NULL)
        memset(place->since.counterfactual, 0, place->n_actions * sizeof(double));
    place->since.expected_objective = 0;
    if (place->since.gradient != NULL)
        memset(place->since.gradient, 0, place->n_own * sizeof(double));
}

void bt_start_interval(bt_posted_price *market, size_t i, double time)
{
    start_interval(&market->seller[i], market->model->demand->n_types, time);
}

bool bt_tell_seller(bt_posted_price *market, size_t i, double time)
{
    bt_market_seller *place = &market->seller[i];
    double duration = time - place->since.start, units = duration / market->unit_mass;
    size_t n_segments = market->model->demand->n_types;
    bool changed = false;
    if (place->type != NULL && place->type->observe != NULL) {
        bool knows_sales = (place->type->feedback & BT_SEES_OWN_SALES) != 0;
        double profit = profit_since(market, place);
        bt_seller_feedback feedback = {
            .time = time,
            .duration = duration,
            .profit = profit / duration,
            .risk_charge = risk_charge_since(market, i, profit) / duration,
            .joint_action =
                place->sees_prices && market->on_grids ? market->recent[0] : BT_NO_ACTION,
            .price = place->sees_prices ? market->price : NULL,
            .own_sales = knows_sales ? told_own_sales(market, place, duration) : NULL,
            .n_buyers =
                knows_sales ? place->since.n_buyers * market->unit_mass / duration : NAN,
            .segment_sales = per_time(place->since.segment_sales, n_segments * place->n_own,
                                      units, place->told_segment_sales),
            .segment_buyers = per_time(place->since.segment_buyers, n_segments, units,
                                       place->told_segment_buyers),
            .counterfactual_profit = per_time(place->since.counterfactual, place->n_actions,
                                              duration, place->told_counterfactual),
            .own_gradient =
                per_time(place->since.gradient, place->n_own, duration, place->told_gradient),
            .expected_objective = place->since.gradient != NULL
                                      ? place->since.expected_objective / duration
                                      : NAN,
        };
        changed = place->type->observe(place->self, &feedback);
    }
    start_interval(place, n_segments, time);
    return changed;
}

/* ---- saving ---- */

/* What stands of exact demand is kept until prices change. */
static void archive_segments(bt_posted_price *market, bt_archive *archive)
{
    size_t n_segments = market->model->demand->n_types;
    if (market->purchases.segment_sales == NULL)
        return;
    bt_archive_field(archive, "segment_sales", market->purchases.segment_sales,
                     n_segments * market->n_products * sizeof(double));
    bt_archive_field(archive, "segment_buyers", market->purchases.segment_buyers,
                     n_segments * sizeof(double));
}

void bt_archive_sellers(bt_posted_price *market, bt_archive *archive)
{
    archive_segments(market, archive);
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_market_seller *place = &market->seller[i];
        bt_archive_field(archive, "own_price", place->own_price, place->n_own * sizeof(double));
        bt_archive_field(archive, "action", &place->action, sizeof(place->action));
        bt_archive_field(archive, "next_due", &place->next_due, sizeof(place->next_due));
        bt_archive_field(archive, "clock_time", &place->clock_time, sizeof(place->clock_time));
        bt_archive_field(archive, "clock", &place->clock, sizeof(place->clock));
        bt_archive_field(archive, "event", &place->event, sizeof(place->event));
        bt_archive_field(archive, "interval_start", &place->since.start,
                         sizeof(place->since.start));
        bt_archive_field(archive, "interval_buyers", &place->since.n_buyers,
                         sizeof(place->since.n_buyers));
        bt_archive_field(archive, "interval_sales", place->since.sales,
                         place->n_owned * sizeof(double));
        if (place->since.segment_sales != NULL) {
            size_t n_segments = market->model->demand->n_types;
            bt_archive_field(archive, "interval_segment_sales", place->since.segment_sales,
                             n_segments * place->n_own * sizeof(double));
            bt_archive_field(archive, "interval_segment_buyers", place->since.segment_buyers,
                             n_segments * sizeof(double));
        }
        if (place->since.counterfactual != NULL)
            bt_archive_field(archive, "interval_counterfactual", place->since.counterfactual,
                             place->n_actions * sizeof(double));
        if (place->since.gradient != NULL) {
            bt_archive_field(archive, "interval_gradient", place->since.gradient,
                             place->n_own * sizeof(double));
            bt_archive_field(archive, "interval_expected_objective",
                             &place->since.expected_objective, sizeof(double));
        }
        if (place->type != NULL && place->type->archive != NULL)
            place->type->archive(place->self, archive);
    }
}
