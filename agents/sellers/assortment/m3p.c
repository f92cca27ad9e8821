/*
 * M3P with assortments (Javanmard, Nazerzadeh and Shao 2020): episode k = 1, 2, ... has d
 * rounds of random offers, each price one of two by a fair coin, and k rounds of the best offer
 * under the estimate from random offers alone. Published code ranks items by one price
 * sensitivity for all of them; here each has its own, from its context.
 *
 * Draws: those of a random offer (purpose 0).
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/assortment/contextual_offer.h"
#include "agents/sellers/registry.h"

typedef struct m3p_parameters {
    double price_low;
    double price_high;
    double ridge;
} m3p_parameters;

static const bt_parameter parameters[] = {
    {.name = "price_low",
     .type = BT_REAL,
     .offset = offsetof(m3p_parameters, price_low),
     .unit = "price",
     .default_text = "0",
     .range = BT_NON_NEGATIVE,
     .meaning = "the lower price of a random offer"},
    {.name = "price_high",
     .type = BT_REAL,
     .offset = offsetof(m3p_parameters, price_high),
     .unit = "price",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "the higher one"},
    {.name = "ridge",
     .type = BT_REAL,
     .offset = offsetof(m3p_parameters, ridge),
     .unit = "1",
     .default_text = "0.5",
     .range = BT_POSITIVE,
     .meaning = "weight of |theta|^2/2 in the estimate"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(m3p_parameters, parameters);

typedef struct m3p_seller {
    const m3p_parameters *parameters;
    bt_contextual_offer offer;
    bt_mnl_history *history; /* of random offers */
    double *theta;           /* [2 d] */
    bt_stream exploration;
    uint64_t episode;  /* k, from 1 */
    uint64_t position; /* rounds of it that are over */
} m3p_seller;

/* Random rounds of a run of T rounds: d an episode of d + k, over all its episodes. */
static double random_rounds(double horizon, double d)
{
    double episodes = ceil(sqrt(d * d + 2 * horizon) - d) + 2;
    return fmin(horizon, d * episodes);
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    m3p_seller *seller = BT_ARENA_NEW(setting->arena, 1, m3p_seller);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->parameters = given;
    seller->episode = 1;
    bt_status status = bt_contextual_offer_create(&seller->offer, "m3p", setting, error);
    if (status != BT_OK)
        return status;
    if (!(seller->parameters->price_low < seller->parameters->price_high))
        return bt_fail(error, BT_BAD_INPUT, "seller \"%s\": price_low must be below price_high",
                       setting->name);
    size_t n = seller->offer.n_features, capacity = seller->offer.capacity;
    double rounds = random_rounds(setting->horizon, (double)seller->offer.dimension);
    seller->history = bt_mnl_history_create(n, capacity, (size_t)rounds, setting->arena);
    seller->theta = BT_ARENA_NEW(setting->arena, n, double);
    if (seller->history == NULL || seller->theta == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->exploration = bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), 0);
    *self = seller;
    return BT_OK;
}

static bool is_random_round(const m3p_seller *seller)
{
    return seller->position < seller->offer.dimension;
}

/* Each price is one of the two, by a fair coin. */
static void offer_at_random(m3p_seller *seller, const bt_seller_view *view, double *own_price)
{
    double low = seller->parameters->price_low, high = seller->parameters->price_high;
    bt_contextual_explore(&seller->offer, view, low, high, &seller->exploration, own_price);
    for (size_t slot = 0; slot < seller->offer.n_offered; slot++) {
        uint32_t item = seller->offer.item[slot];
        if (isnan(seller->offer.plan->item[item].given_price))
            bt_contextual_reprice(&seller->offer, view, slot,
                                  own_price[item] < (low + high) / 2 ? low : high, own_price);
    }
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    m3p_seller *seller = self;
    if (is_random_round(seller)) {
        offer_at_random(seller, view, own_price);
        return BT_NO_ACTION;
    }
    bt_contextual_value(&seller->offer, view, seller->theta);
    bt_contextual_offer_plan(&seller->offer, view, 0, own_price);
    return BT_NO_ACTION;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    m3p_seller *seller = self;
    const bt_contextual_offer *offer = &seller->offer;
    if (is_random_round(seller)) {
        bt_mnl_history_add(seller->history, offer->n_offered, offer->feature,
                           bt_contextual_taken(offer, feedback));
        if (seller->position + 1 == offer->dimension)
            bt_mnl_fit(seller->history, seller->parameters->ridge, seller->theta);
    }
    if (++seller->position == offer->dimension + seller->episode) {
        seller->position = 0;
        seller->episode++;
    }
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    m3p_seller *seller = self;
    bt_contextual_offer_archive(&seller->offer, archive);
    bt_mnl_history_archive(seller->history, archive);
    bt_archive_field(archive, "theta", seller->theta,
                     seller->offer.n_features * sizeof(double));
    bt_archive_field(archive, "exploration", &seller->exploration, sizeof(seller->exploration));
    bt_archive_field(archive, "episode", &seller->episode, sizeof(seller->episode));
    bt_archive_field(archive, "position", &seller->position, sizeof(seller->position));
}

const bt_seller_type bt_m3p_seller = {
    .described = {.name = "m3p",
                  .summary = "Episodes of random offers, then longer and longer ones of the "
                             "best offer under the estimate from these.",
                  .source = "Javanmard, Nazerzadeh and Shao 2020, M3P, with assortments",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
