#include "markets/auction/auction_market.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "markets/auction/auction_run.h"
#include "markets/checker.h"

enum { RIVAL_PURPOSE = 2200, TIE_PURPOSE = 2201, VALUE_PURPOSE = 2202 };
enum { RESERVED = 1, BID = 2, SOLD = 3 }; /* kinds in the fingerprint */

/* ---- parameters ---- */

static const bt_parameter parameters[] = {
    {.name = "payment",
     .type = BT_CHOICE,
     .offset = offsetof(bt_auction_parameters, payment),
     .default_text = "second_price",
     .choices = "second_price|first_price",
     .meaning = "the winner pays the highest other bid or the reserve, or its own bid"},
    {.name = "cost",
     .type = BT_REAL,
     .offset = offsetof(bt_auction_parameters, cost),
     .unit = "price",
     .default_text = "0",
     .range = BT_BETWEEN(0, 1),
     .meaning = "what the seller gives up with an item"},
    {.name = "rivals",
     .type = BT_TABLE,
     .offset = offsetof(bt_auction_parameters, rivals),
     .table = &bt_law_table,
     .meaning = "the highest bid of outsiders, each round; nobody when not given",
     .given_offset = offsetof(bt_auction_parameters, has_rivals)},
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(bt_auction_parameters, parameters);

static size_t check(const void *given, const char *const *seller_names, size_t n_seller_names,
                    bt_complain *complain, void *context)
{
    const bt_auction_parameters *chosen = given;
    bt_checker checker = {.complain = complain, .context = context};
    const char *mistake = chosen->has_rivals ? bt_law_mistake(&chosen->rivals) : NULL;
    if (mistake != NULL)
        bt_checker_complain(&checker, "rivals", "%s", mistake);
    if (seller_names != NULL && n_seller_names != 1)
        bt_checker_complain(&checker, "type",
                            "an auction has one seller, whose price is the reserve; those who "
                            "bid are listed in `bidders`");
    return checker.n_complaints;
}

/* ---- model ---- */

static bool fill_model(bt_auction_model *model, const bt_market_model_setting *setting)
{
    const char **bidder_name = BT_ARENA_NEW(model->arena, model->n_bidders, const char *);
    const char **seller_name = BT_ARENA_NEW(model->arena, 1, const char *);
    model->mean_value = BT_ARENA_NEW(model->arena, model->n_bidders, double);
    if (bidder_name == NULL || seller_name == NULL || model->mean_value == NULL)
        return false;
    seller_name[0] = bt_arena_copy_text(model->arena, setting->seller_names[0]);
    bool is_complete = seller_name[0] != NULL;
    for (size_t i = 0; i < model->n_bidders; i++) {
        bidder_name[i] = bt_arena_copy_text(model->arena, setting->bidder_names[i]);
        model->mean_value[i] = bt_law_mean(setting->bidder_values[i]);
        is_complete = is_complete && bidder_name[i] != NULL;
    }
    model->layout.seller_name = model->layout.product_name = seller_name;
    model->layout.bidder_name = bidder_name;
    return is_complete;
}

static void fill_layout(bt_auction_model *model)
{
    bt_market_layout *layout = &model->layout;
    model->cost = model->parameters->cost;
    model->nowhere = NAN;
    model->ownership = (bt_ownership){
        .n_products = 1, .n_sellers = 1, .seller = &model->seller, .cost = &model->cost};
    model->benchmark = (bt_benchmark){.name = "mean_value",
                                      .long_name = "mean value of the item to the bidder",
                                      .units = "price",
                                      .axis = BT_AXIS_BIDDER,
                                      .value = model->mean_value};
    layout->n_products = 1;
    layout->n_sellers = 1;
    layout->n_segments = 1;
    layout->n_bidders = model->n_bidders;
    layout->payment = (bt_payment)model->parameters->payment;
    layout->product_seller = &model->seller;
    layout->product_cost = &model->cost;
    layout->nash_price = &model->nowhere;
    layout->joint_profit_price = &model->nowhere;
    layout->fixed_price = &model->nowhere;
    layout->benchmark_failure = "an auction has no benchmark prices";
    layout->demand = model->demand;
    layout->ownership = &model->ownership;
}

static void release(void *self)
{
    bt_auction_model *model = self;
    bt_demand_destroy(model->demand);
    bt_arena_destroy(model->arena);
}

static bt_status prepare(const bt_market_model_setting *setting, void **result, bt_error *error)
{
    if (setting->n_seller_names != 1)
        return bt_fail(error, BT_BAD_INPUT, "an auction has one seller, not %zu",
                       setting->n_seller_names);
    bt_arena *arena = bt_arena_create();
    bt_auction_model *model = arena != NULL ? BT_ARENA_NEW(arena, 1, bt_auction_model) : NULL;
    if (model == NULL) {
        bt_arena_destroy(arena);
        return bt_fail(error, BT_INTERNAL, "out of memory for an auction market");
    }
    model->arena = arena;
    model->parameters = setting->parameters;
    model->n_bidders = setting->n_bidders;
    bt_status status = bt_demand_create(BT_LOGIT, 1, 1, 1, &model->demand, error);
    if (status == BT_OK && !fill_model(model, setting))
        status = bt_fail(error, BT_INTERNAL, "out of memory for an auction market");
    fill_layout(model);
    if (status == BT_OK)
        status = bt_demand_check(model->demand, error);
    if (status != BT_OK)
        release(model);
    else
        *result = model;
    return status;
}

static const bt_market_layout *layout_of(const void *self)
{
    const bt_auction_model *model = self;
    return &model->layout;
}

static size_t benchmarks(const void *self, const bt_benchmark **list)
{
    const bt_auction_model *model = self;
    *list = &model->benchmark;
    return model->n_bidders > 0;
}

/* ---- a round: reserve and bids ---- */

static bool is_due(const bt_auction_run *run)
{
    const bt_repricing *clock = &run->seller.repricing;
    double round = (double)run->rounds;
    return run->rounds == 0 ||
           (round >= clock->offset && fmod(round - clock->offset, clock->value) == 0);
}

static void ask_seller(bt_auction_run *run)
{
    bt_seller_view view = {.time = (double)run->rounds, .joint_action = BT_NO_ACTION};
    run->action = run->seller.type->decide(run->seller.self, &view, &run->reserve);
    run->since = (double)run->rounds;
    uint64_t bits;
    memcpy(&bits, &run->reserve, sizeof(bits));
    bt_sim_note(run->sim, RESERVED, 0, bits);
}

static void rank_bid(bt_auction_run *run, double bid)
{
    if (bid > run->highest) {
        run->second = run->highest;
        run->highest = bid;
        run->n_highest = 1;
    } else {
        run->n_highest += bid == run->highest;
        run->second = fmax(run->second, bid);
    }
}

static bool ask_bidders(bt_auction_run *run)
{
    const bt_auction_parameters *chosen = run->model->parameters;
    run->highest = run->second = -1;
    run->n_highest = 0;
    run->outside_bid =
        chosen->has_rivals ? bt_law_draw(&chosen->rivals, run->rounds, &run->rivals) : -1;
    if (chosen->has_rivals)
        rank_bid(run, run->outside_bid);
    for (size_t i = 0; i < run->n_bidders; i++) {
        bt_auction_bidder *bidder = &run->bidder[i];
        bidder->value = bt_law_draw(bidder->law, run->rounds, &bidder->values);
        bool knows = (bidder->type->feedback & BT_BIDDER_KNOWS_VALUE) != 0;
        bt_bidder_view view = {.round = run->rounds, .value = knows ? bidder->value : NAN};
        bidder->bid = bidder->type->bid(bidder->self, &view);
        if (!(bidder->bid >= 0 && bidder->bid <= 1)) {
            snprintf(run->violation, sizeof(run->violation),
                     "bidder \"%s\" bid %g in round %llu; bids are between 0 and 1",
                     run->model->layout.bidder_name[i], bidder->bid,
                     (unsigned long long)run->rounds);
            return false;
        }
        rank_bid(run, bidder->bid);
    }
    return true;
}

/* ---- a round: who wins ---- */

/* The bidder with the `which`-th of the highest bids; n_bidders: the outsiders. */
static size_t nth_highest(const bt_auction_run *run, size_t which)
{
    for (size_t i = 0; i < run->n_bidders; i++)
        if (run->bidder[i].bid == run->highest && which-- == 0)
            return i;
    return run->n_bidders;
}

static size_t choose_winner(bt_auction_run *run)
{
    if (run->n_highest == 0 || run->highest < run->reserve)
        return SIZE_MAX;
    uint64_t which = run->n_highest > 1 ? bt_stream_below(&run->ties, run->n_highest) : 0;
    return nth_highest(run, which);
}

/* What was paid if somebody won. */
static double price_of(const bt_auction_run *run)
{
    if (run->model->parameters->payment == BT_FIRST_PRICE)
        return run->highest;
    return fmax(run->second, run->reserve);
}

/* The highest bid but i's, or the reserve. */
static double to_beat(const bt_auction_run *run, size_t i)
{
    double other =
        run->bidder[i].bid == run->highest && run->n_highest == 1 ? run->second : run->highest;
    return fmax(fmax(other, run->reserve), 0);
}

/* ---- a round: telling ---- */

static void tell_bidder(bt_auction_run *run, size_t i, size_t winner, double price)
{
    bt_auction_bidder *bidder = &run->bidder[i];
    bool won = winner == i;
    if (bidder->type->observe == NULL)
        return;
    bool sees = (bidder->type->feedback & BT_BIDDER_SEES_RIVAL_BID) != 0;
    bt_bidder_feedback feedback = {.round = run->rounds,
                                   .won = won,
                                   .price = won ? price : 0,
                                   .value = won ? bidder->value : NAN,
                                   .rival_bid = sees ? bidder->rival_bid : NAN};
    bidder->type->observe(bidder->self, &feedback);
}

/* What each reserve would have brought against this round's bids. */
static void owe_counterfactuals(bt_auction_run *run)
{
    bool is_first_price = run->model->parameters->payment == BT_FIRST_PRICE;
    for (size_t a = 0; a < run->n_actions; a++) {
        double reserve = run->action_price[a];
        double price = is_first_price ? run->highest : fmax(run->second, reserve);
        if (run->n_highest > 0 && run->highest >= reserve)
            run->counterfactual[a] += price - run->model->cost;
    }
}

static void tell_seller(bt_auction_run *run)
{
    double now = (double)run->rounds, duration = now - run->since;
    double sales = run->sold_since / duration;
    bool knows_sales = (run->seller.type->feedback & BT_SEES_OWN_SALES) != 0;
    for (size_t a = 0; run->counterfactual != NULL && a < run->n_actions; a++) {
        run->told_counterfactual[a] = run->counterfactual[a] / duration;
        run->counterfactual[a] = 0;
    }
    bt_seller_feedback feedback = {.time = now,
                                   .duration = duration,
                                   .profit = run->profit_since / duration,
                                   .joint_action = BT_NO_ACTION,
                                   .own_sales = knows_sales ? &sales : NULL,
                                   .n_buyers = knows_sales ? 1 : NAN,
                                   .counterfactual_profit = run->told_counterfactual};
    if (run->seller.type->observe != NULL)
        run->seller.type->observe(run->seller.self, &feedback);
    run->profit_since = run->sold_since = 0;
}

static void run_round(bt_sim *sim, void *subject, uint64_t round)
{
    (void)round;
    bt_auction_run *run = subject;
    if (is_due(run))
        ask_seller(run);
    if (!ask_bidders(run)) {
        bt_sim_stop(sim);
        return;
    }
    size_t winner = choose_winner(run);
    double price = winner != SIZE_MAX ? price_of(run) : 0;
    bt_sim_note(sim, winner == SIZE_MAX ? BID : SOLD, (uint32_t)winner,
                (uint64_t)(0x1p53 * fmax(run->highest, 0)));
    for (size_t i = 0; i < run->n_bidders; i++)
        run->bidder[i].rival_bid = to_beat(run, i);
    bt_auction_note_round(run, winner, price);
    for (size_t i = 0; i < run->n_bidders; i++)
        tell_bidder(run, i, winner, price);
    if (run->counterfactual != NULL)
        owe_counterfactuals(run);
    if (winner != SIZE_MAX) {
        run->profit_since += price - run->model->cost;
        run->sold_since += 1;
    }
    run->rounds++;
    if (is_due(run))
        tell_seller(run);
}

/* ---- set-up ---- */

static bt_status check_setting(const bt_market_setting *setting, bt_error *error)
{
    const bt_seller *seller = &setting->sellers[0];
    const uint32_t untold = BT_SEES_OWN_GRADIENT | BT_SEES_SEGMENTS | BT_KNOWS_DEMAND;
    if (!setting->is_periodic || setting->stable_periods > 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "horizon: an auction market counts rounds; give `periods` alone");
    if (!setting->buyers_type->is_exact)
        return bt_fail(error, BT_BAD_INPUT,
                       "buyers: those who buy in an auction market are its `bidders`; leave "
                       "`buyers` out");
    if ((seller->type->feedback & untold) != 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": policy %s asks for a model of demand, gradients or "
                       "segments, which an auction market does not have",
                       ((const bt_auction_model *)setting->model)->layout.seller_name[0],
                       seller->type->described.name);
    if (seller->repricing.kind != BT_REPRICE_EVERY || seller->repricing.value < 1 ||
        seller->repricing.value != floor(seller->repricing.value) ||
        seller->repricing.offset != floor(seller->repricing.offset))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": in an auction market the reserve changes every so many "
                       "rounds: `reprice: {every: ...}` and `reprice_offset` are whole numbers",
                       ((const bt_auction_model *)setting->model)->layout.seller_name[0]);
    return BT_OK;
}

static bool place_seller(bt_auction_run *run, const bt_market_setting *setting)
{
    run->seller = setting->sellers[0];
    const bt_seller_type *type = run->seller.type;
    if (type->actions != NULL)
        run->n_actions = type->actions(run->seller.self, &run->action_price);
    if ((type->feedback & BT_SEES_COUNTERFACTUALS) == 0)
        return true;
    run->counterfactual = BT_ARENA_NEW(setting->arena, run->n_actions, double);
    run->told_counterfactual = BT_ARENA_NEW(setting->arena, run->n_actions, double);
    return run->counterfactual != NULL && run->told_counterfactual != NULL;
}

static bool place_bidders(bt_auction_run *run, const bt_market_setting *setting)
{
    bt_random_key key = bt_sim_key(run->sim);
    run->bidder = BT_ARENA_NEW(setting->arena, run->n_bidders, bt_auction_bidder);
    for (size_t i = 0; run->bidder != NULL && i < run->n_bidders; i++) {
        bt_auction_bidder *bidder = &run->bidder[i];
        bidder->type = setting->bidders[i].type;
        bidder->self = setting->bidders[i].self;
        bidder->law = setting->bidders[i].value;
        bidder->mean_value = run->model->mean_value[i];
        bidder->values = bt_stream_open(key, BT_AGENT_BUYER(i), VALUE_PURPOSE);
        bidder->gain_above = BT_ARENA_NEW(setting->arena, BT_HINDSIGHT_BIDS + 1, double);
        bidder->won_from = BT_ARENA_NEW(setting->arena, BT_HINDSIGHT_BIDS + 1, double);
        if (bidder->gain_above == NULL || bidder->won_from == NULL)
            return false;
    }
    run->rivals = bt_stream_open(key, BT_AGENT_MARKET, RIVAL_PURPOSE);
    run->ties = bt_stream_open(key, BT_AGENT_MARKET, TIE_PURPOSE);
    return run->bidder != NULL;
}

static bt_status create(const bt_market_setting *setting, void **self, bt_error *error)
{
    bt_status status = check_setting(setting, error);
    if (status != BT_OK)
        return status;
    bt_auction_run *run = BT_ARENA_NEW(setting->arena, 1, bt_auction_run);
    if (run == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market");
    run->model = setting->model;
    run->sim = setting->sim;
    run->n_bidders = setting->n_bidders;
    run->horizon = setting->horizon;
    run->record_last = setting->record_last;
    if (!place_seller(run, setting) || !place_bidders(run, setting) ||
        !bt_auction_sums_create(&run->interval, run->n_bidders, setting->arena) ||
        !bt_auction_sums_create(&run->whole, run->n_bidders, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for an auction of %zu bidders",
                       run->n_bidders);
    bt_action_id action = bt_sim_register(run->sim, run_round, run);
    if (action == BT_UNREGISTERED)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market's events");
    *self = run;
    /* the first round takes (0, 1]: it is over at time 1 */
    return bt_sim_recur(run->sim, 1, 1, 0, action, error) != 0 ? BT_OK : BT_INTERNAL;
}

/* ---- the rest of the type ---- */

/* A bid that is none ends the run; the next record tells of it. */
static bool is_over(const void *self)
{
    const bt_auction_run *run = self;
    return run->violation[0] != '\0';
}

static void archive_bidders(bt_auction_run *run, bt_archive *archive)
{
    const size_t bytes = (BT_HINDSIGHT_BIDS + 1) * sizeof(double);
    for (size_t i = 0; i < run->n_bidders; i++) {
        bt_auction_bidder *bidder = &run->bidder[i];
        bt_archive_field(archive, "values", &bidder->values, sizeof(bidder->values));
        bt_archive_field(archive, "regret", &bidder->cumulative_regret, sizeof(double));
        bt_archive_field(archive, "regret_at_half", &bidder->regret_at_half, sizeof(double));
        bt_archive_field(archive, "gained", &bidder->gained, sizeof(double));
        bt_archive_field(archive, "gain_above", bidder->gain_above, bytes);
        bt_archive_field(archive, "won_from", bidder->won_from, bytes);
        if (bidder->type->archive != NULL)
            bidder->type->archive(bidder->self, archive);
    }
}

static void archive(void *self, bt_archive *archive)
{
    bt_auction_run *run = self;
    bt_archive_field(archive, "rounds", &run->rounds, sizeof(run->rounds));
    bt_archive_field(archive, "rivals", &run->rivals, sizeof(run->rivals));
    bt_archive_field(archive, "ties", &run->ties, sizeof(run->ties));
    bt_archive_field(archive, "reserve", &run->reserve, sizeof(double));
    bt_archive_field(archive, "action", &run->action, sizeof(run->action));
    bt_archive_field(archive, "since", &run->since, sizeof(double));
    bt_archive_field(archive, "profit_since", &run->profit_since, sizeof(double));
    bt_archive_field(archive, "sold_since", &run->sold_since, sizeof(double));
    if (run->counterfactual != NULL)
        bt_archive_field(archive, "counterfactual", run->counterfactual,
                         run->n_actions * sizeof(double));
    bt_auction_sums_archive(&run->interval, run->n_bidders, archive);
    bt_auction_sums_archive(&run->whole, run->n_bidders, archive);
    archive_bidders(run, archive);
    if (run->seller.type->archive != NULL)
        run->seller.type->archive(run->seller.self, archive);
}

const bt_market_type bt_auction_market = {
    .described = {.name = "auction",
                  .summary = "One item a round goes to the highest of the bidders, who learn "
                             "what it is worth by winning; the seller's price is the reserve.",
                  .source = "Vickrey 1961; Weed, Perchet and Rigollet 2016",
                  .parameters = &parameter_table},
    .takes_bidders = true,
    .check = check,
    .series = bt_auction_series,
    .n_series = BT_N_AUCTION_SERIES,
    .outcomes = bt_auction_outcomes,
    .n_outcomes = BT_N_AUCTION_OUTCOMES,
    .prepare = prepare,
    .release = release,
    .layout = layout_of,
    .benchmarks = benchmarks,
    .create = create,
    .is_over = is_over,
    .record = bt_auction_record,
    .record_done = bt_auction_record_done,
    .outcome = bt_auction_outcome,
    .archive = archive,
};
