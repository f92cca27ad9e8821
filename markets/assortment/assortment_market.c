#include "markets/assortment/assortment_market.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "markets/assortment/assortment_run.h"

enum { CHOICE_PURPOSE = 2001 };
enum { OFFERED = 1, SOLD = 2 }; /* kinds in the fingerprint */

/* ---- a buyer comes ---- */

static void show_buyer(bt_assortment_run *run, bt_assortment_seller *seller)
{
    size_t width = 2 * run->model->dimension;
    for (uint32_t k = 0; k < seller->n_own; k++) {
        uint32_t j = seller->own[k];
        seller->quality[k] = run->tastes.quality[j];
        seller->price_coefficient[k] = run->tastes.price_coefficient[j];
        if (width > 0)
            memcpy(seller->context + k * width, run->tastes.context + j * width,
                   width * sizeof(double));
    }
    seller->plan_log_outside = NAN;
}

static void meet_buyer(bt_assortment_run *run)
{
    if (!bt_assortment_next_buyer(&run->tastes) && run->rounds > 0)
        return;
    for (size_t i = 0; i < run->model->n_sellers; i++)
        show_buyer(run, &run->seller[i]);
}

/* ---- offers ---- */

static void find_utilities(bt_assortment_run *run)
{
    for (size_t j = 0; j < run->model->n_items; j++)
        run->utility[j] =
            isfinite(run->price[j])
                ? run->tastes.quality[j] - run->tastes.price_coefficient[j] * run->price[j]
                : -INFINITY;
}

/* log of the weight of nothing and of all offers but a seller's own. */
static double log_rival_weight(const bt_assortment_run *run, size_t i)
{
    double largest = 0, sum = 0;
    for (size_t j = 0; j < run->model->n_items; j++)
        if (run->model->seller[j] != i)
            largest = fmax(largest, run->utility[j]);
    for (size_t j = 0; j < run->model->n_items; j++)
        if (run->model->seller[j] != i)
            sum += exp(run->utility[j] - largest);
    return largest + log(sum + exp(-largest));
}

static void weigh_rivals(bt_assortment_run *run)
{
    bool is_alone = run->model->n_sellers == 1;
    for (size_t i = 0; i < run->model->n_sellers; i++)
        run->rival_weight[i] = is_alone ? 0 : log_rival_weight(run, i);
}

static void ask_seller(bt_assortment_run *run, size_t i)
{
    bt_assortment_seller *seller = &run->seller[i];
    bool knows = (seller->type->feedback & BT_KNOWS_DEMAND) != 0;
    bool sees = (seller->type->feedback & BT_SEES_RIVAL_PRICES) != 0 && run->rounds > 0;
    bt_buyer_view buyer = {.context = seller->context,
                           .quality = knows ? seller->quality : NULL,
                           .price_coefficient = knows ? seller->price_coefficient : NULL,
                           .outside_weight = knows ? exp(run->rival_weight[i]) : NAN};
    bt_seller_view view = {.time = (double)run->rounds,
                           .joint_action = BT_NO_ACTION,
                           .price = sees ? run->price : NULL,
                           .buyer = &buyer};
    seller->type->decide(seller->self, &view, seller->own_price);
}

static bool is_allowed(bt_assortment_run *run, size_t i)
{
    const bt_assortment_seller *seller = &run->seller[i];
    int64_t n_offered = 0;
    for (uint32_t k = 0; k < seller->n_own; k++) {
        double price = seller->own_price[k];
        n_offered += isfinite(price);
        if (isnan(price) || price == -INFINITY)
            snprintf(run->violation, sizeof(run->violation),
                     "seller \"%s\" asked a price of %g for \"%s\" in round %llu",
                     run->model->layout.seller_name[i], price,
                     run->model->layout.product_name[seller->own[k]],
                     (unsigned long long)run->rounds);
    }
    if (n_offered > run->model->parameters->capacity)
        snprintf(run->violation, sizeof(run->violation),
                 "seller \"%s\" offered %lld items in round %llu; at most %lld are allowed "
                 "(its policy must be one for assortments, or `capacity` its number of items)",
                 run->model->layout.seller_name[i], (long long)n_offered,
                 (unsigned long long)run->rounds, (long long)run->model->parameters->capacity);
    return run->violation[0] == '\0';
}

static void post_offer(bt_assortment_run *run, size_t i)
{
    const bt_assortment_seller *seller = &run->seller[i];
    for (uint32_t k = 0; k < seller->n_own; k++) {
        uint32_t j = seller->own[k];
        bool is_offered = isfinite(seller->own_price[k]);
        bool is_given = !isnan(run->model->given_price[j]);
        run->price[j] =
            is_offered && is_given ? run->model->given_price[j] : seller->own_price[k];
        if (is_offered) {
            uint64_t bits;
            memcpy(&bits, &run->price[j], sizeof(bits));
            bt_sim_note(run->sim, OFFERED, j, bits);
        }
    }
}

static bool make_offers(bt_assortment_run *run)
{
    find_utilities(run); /* of the last offers, to this buyer */
    weigh_rivals(run);
    for (size_t i = 0; i < run->model->n_sellers; i++) {
        ask_seller(run, i);
        if (!is_allowed(run, i))
            return false;
    }
    for (size_t i = 0; i < run->model->n_sellers; i++)
        post_offer(run, i);
    find_utilities(run);
    weigh_rivals(run);
    return true;
}

/* ---- the clairvoyant ---- */

static void plan_best_response(bt_assortment_run *run, size_t i)
{
    bt_assortment_seller *seller = &run->seller[i];
    if (seller->plan_log_outside == run->rival_weight[i])
        return;
    seller->plan_log_outside = seller->plan->log_outside_weight = run->rival_weight[i];
    for (uint32_t k = 0; k < seller->n_own; k++) {
        seller->plan->item[k].quality = seller->quality[k];
        seller->plan->item[k].price_coefficient = seller->price_coefficient[k];
    }
    bt_offer_plan_solve(seller->plan);
}

/* ---- the buyer chooses ---- */

static void find_probabilities(bt_assortment_run *run)
{
    double largest = 0, sum = 0;
    for (size_t j = 0; j < run->model->n_items; j++)
        largest = fmax(largest, run->utility[j]);
    for (size_t j = 0; j < run->model->n_items; j++) {
        bool is_offered = run->utility[j] > -INFINITY;
        run->probability[j] = is_offered ? exp(run->utility[j] - largest) : 0;
        sum += run->probability[j];
    }
    double total = sum + exp(-largest);
    for (size_t j = 0; j < run->model->n_items; j++)
        run->probability[j] /= total;
    run->outside_probability = exp(-largest) / total;
}

static uint32_t draw_choice(bt_assortment_run *run)
{
    double rest = bt_stream_uniform(&run->choices);
    for (uint32_t j = 0; j < run->model->n_items; j++) {
        rest -= run->probability[j];
        if (rest < 0)
            return j;
    }
    return BT_NO_PURCHASE;
}

/* ---- telling ---- */

static void tell_seller(bt_assortment_run *run, size_t i, uint32_t taken)
{
    bt_assortment_seller *seller = &run->seller[i];
    if (seller->type->observe == NULL)
        return;
    bool knows_sales = (seller->type->feedback & BT_SEES_OWN_SALES) != 0;
    bool sees = (seller->type->feedback & BT_SEES_RIVAL_PRICES) != 0;
    uint32_t own = BT_NO_PURCHASE;
    for (uint32_t k = 0; taken != BT_NO_PURCHASE && k < seller->n_own; k++)
        if (seller->own[k] == taken)
            own = k;
    bool has_sold = own != BT_NO_PURCHASE;
    if (has_sold)
        seller->told_sales[own] = 1;
    bt_seller_feedback feedback = {
        .time = (double)run->rounds + 1,
        .duration = 1,
        .profit = has_sold ? run->price[taken] - run->model->cost[taken] : 0,
        .joint_action = BT_NO_ACTION,
        .price = sees ? run->price : NULL,
        .own_sales = knows_sales ? seller->told_sales : NULL,
        .n_buyers = knows_sales ? 1 : NAN,
        .purchase = knows_sales ? &own : NULL,
    };
    seller->type->observe(seller->self, &feedback);
    if (has_sold)
        seller->told_sales[own] = 0;
}

static void run_round(bt_sim *sim, void *subject, uint64_t round)
{
    (void)round;
    bt_assortment_run *run = subject;
    meet_buyer(run);
    if (!make_offers(run)) {
        bt_sim_stop(sim);
        return;
    }
    for (size_t i = 0; i < run->model->n_sellers; i++)
        plan_best_response(run, i);
    find_probabilities(run);
    uint32_t taken = draw_choice(run);
    bt_sim_note(sim, SOLD, taken, 1);
    bt_assortment_note_round(run, taken);
    for (size_t i = 0; i < run->model->n_sellers; i++)
        tell_seller(run, i, taken);
    run->rounds++;
}

/* ---- set-up ---- */

static bool allocate_seller(bt_assortment_run *run, bt_assortment_seller *seller, size_t i,
                            bt_arena *arena)
{
    for (size_t j = 0; j < run->model->n_items; j++)
        seller->n_own += run->model->seller[j] == i;
    size_t n_own = seller->n_own, width = 2 * run->model->dimension;
    seller->own = BT_ARENA_NEW(arena, n_own, uint32_t);
    seller->own_price = BT_ARENA_NEW(arena, n_own, double);
    seller->quality = BT_ARENA_NEW(arena, n_own, double);
    seller->price_coefficient = BT_ARENA_NEW(arena, n_own, double);
    seller->told_sales = BT_ARENA_NEW(arena, n_own, double);
    seller->plan = bt_offer_plan_create(n_own, (size_t)run->model->parameters->capacity, arena);
    if (width > 0)
        seller->context = BT_ARENA_NEW(arena, n_own * width, double);
    return seller->own != NULL && seller->own_price != NULL && seller->quality != NULL &&
           seller->price_coefficient != NULL && seller->told_sales != NULL &&
           seller->plan != NULL && (width == 0 || seller->context != NULL);
}

static void list_own(bt_assortment_run *run, bt_assortment_seller *seller, size_t i)
{
    uint32_t own = 0;
    for (size_t j = 0; j < run->model->n_items; j++)
        if (run->model->seller[j] == i) {
            seller->plan->item[own].cost = run->model->cost[j];
            seller->plan->item[own].given_price = run->model->given_price[j];
            seller->own[own++] = (uint32_t)j;
        }
}

static bt_status check_seller(const bt_assortment_run *run, const bt_seller *seller, size_t i,
                              bt_error *error)
{
    const uint32_t untold = BT_SEES_COUNTERFACTUALS | BT_SEES_OWN_GRADIENT;
    const char *name = run->model->layout.seller_name[i];
    if ((seller->type->feedback & untold) != 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": policy %s asks for counterfactual profits or gradients, "
                       "which an assortment market does not tell",
                       name, seller->type->described.name);
    if (seller->repricing.kind != BT_REPRICE_EVERY || seller->repricing.value != 1 ||
        seller->repricing.offset != 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": in an assortment market all offer in each round; leave "
                       "out `reprice`",
                       name);
    return BT_OK;
}

static bt_status place_sellers(bt_assortment_run *run, const bt_market_setting *setting,
                               bt_error *error)
{
    run->seller = BT_ARENA_NEW(setting->arena, run->model->n_sellers, bt_assortment_seller);
    for (size_t i = 0; run->seller != NULL && i < run->model->n_sellers; i++) {
        bt_assortment_seller *seller = &run->seller[i];
        seller->type = setting->sellers[i].type;
        seller->self = setting->sellers[i].self;
        seller->plan_log_outside = NAN;
        bt_status status = check_seller(run, &setting->sellers[i], i, error);
        if (status != BT_OK)
            return status;
        if (!allocate_seller(run, seller, i, setting->arena))
            return bt_fail(error, BT_INTERNAL, "out of memory for a market's sellers");
        list_own(run, seller, i);
    }
    return run->seller != NULL
               ? BT_OK
               : bt_fail(error, BT_INTERNAL, "out of memory for a market's sellers");
}

static bool allocate(bt_assortment_run *run, bt_arena *arena)
{
    size_t n_items = run->model->n_items, n_sellers = run->model->n_sellers;
    run->price = BT_ARENA_NEW(arena, n_items, double);
    run->utility = BT_ARENA_NEW(arena, n_items, double);
    run->probability = BT_ARENA_NEW(arena, n_items, double);
    run->rival_weight = BT_ARENA_NEW(arena, n_sellers, double);
    run->cumulative_regret = BT_ARENA_NEW(arena, n_sellers, double);
    run->regret_at_half = BT_ARENA_NEW(arena, n_sellers, double);
    if (run->price == NULL)
        return false;
    for (size_t j = 0; j < n_items; j++)
        run->price[j] = INFINITY;
    return run->utility != NULL && run->probability != NULL && run->rival_weight != NULL &&
           run->cumulative_regret != NULL && run->regret_at_half != NULL &&
           bt_assortment_sums_create(&run->interval, run->model, arena) &&
           bt_assortment_sums_create(&run->whole, run->model, arena) &&
           bt_assortment_tastes_create(&run->tastes, run->model, bt_sim_key(run->sim), arena);
}

static bt_status check_setting(const bt_market_setting *setting, bt_error *error)
{
    if (!setting->is_periodic || setting->stable_periods > 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "horizon: an assortment market counts rounds; give `periods` alone");
    if (!setting->buyers_type->is_exact)
        return bt_fail(error, BT_BAD_INPUT,
                       "buyers: an assortment market draws one buyer a round by itself; leave "
                       "`buyers` out");
    return BT_OK;
}

static bt_status create(const bt_market_setting *setting, void **self, bt_error *error)
{
    bt_status status = check_setting(setting, error);
    if (status != BT_OK)
        return status;
    bt_assortment_run *run = BT_ARENA_NEW(setting->arena, 1, bt_assortment_run);
    if (run == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market");
    run->model = setting->model;
    run->sim = setting->sim;
    run->horizon = setting->horizon;
    run->record_last = setting->record_last;
    run->choices = bt_stream_open(bt_sim_key(run->sim), BT_AGENT_MARKET, CHOICE_PURPOSE);
    if (!allocate(run, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for a market of %zu items",
                       run->model->n_items);
    status = place_sellers(run, setting, error);
    if (status != BT_OK)
        return status;
    bt_action_id action = bt_sim_register(run->sim, run_round, run);
    if (action == BT_UNREGISTERED)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market's events");
    *self = run;
    /* the first round stands over (0, 1]: it is over at time 1 */
    return bt_sim_recur(run->sim, 1, 1, 0, action, error) != 0 ? BT_OK : BT_INTERNAL;
}

/* ---- the rest of the type ---- */

/* A seller that broke the rules ends the run; what it did is told by the next record. */
static bool is_over(const void *self)
{
    const bt_assortment_run *run = self;
    return run->violation[0] != '\0';
}

static void archive(void *self, bt_archive *archive)
{
    bt_assortment_run *run = self;
    size_t n_sellers = run->model->n_sellers, n_items = run->model->n_items;
    bt_archive_field(archive, "rounds", &run->rounds, sizeof(run->rounds));
    bt_archive_field(archive, "tastes", &run->tastes.stream, sizeof(run->tastes.stream));
    bt_archive_field(archive, "choices", &run->choices, sizeof(run->choices));
    bt_archive_field(archive, "offer", run->price, n_items * sizeof(double));
    bt_archive_field(archive, "cumulative_regret", run->cumulative_regret,
                     n_sellers * sizeof(double));
    bt_archive_field(archive, "regret_at_half", run->regret_at_half,
                     n_sellers * sizeof(double));
    bt_assortment_sums_archive(&run->interval, run->model, archive);
    bt_assortment_sums_archive(&run->whole, run->model, archive);
    for (size_t i = 0; i < n_sellers; i++) {
        bt_assortment_seller *seller = &run->seller[i];
        if (bt_archive_restores(archive))
            show_buyer(run, seller);
        if (seller->type->archive != NULL)
            seller->type->archive(seller->self, archive);
    }
}

const bt_market_type bt_assortment_market = {
    .described = {.name = "assortment",
                  .summary = "Each round sellers offer one buyer at most K items each, at "
                             "prices they choose or at given ones.",
                  .source = "Agrawal, Avadhanula, Goyal and Zeevi 2019; Erginbas, Courtade and "
                            "Ramchandran 2025",
                  .parameters = &bt_assortment_parameter_table},
    .check = bt_assortment_check,
    .series = bt_assortment_series,
    .n_series = BT_N_OFFER_SERIES,
    .outcomes = bt_assortment_outcomes,
    .n_outcomes = BT_N_OFFER_OUTCOMES,
    .prepare = bt_assortment_prepare,
    .release = bt_assortment_release,
    .layout = bt_assortment_layout,
    .create = create,
    .is_over = is_over,
    .record = bt_assortment_record,
    .record_done = bt_assortment_record_done,
    .outcome = bt_assortment_outcome,
    .archive = archive,
};
