/*
 * The seller that knows demand: each round the best offer of at most K items, at the best
 * prices unless they are given (markets/assortment/offer_plan.h). With rivals, the best
 * response to their last offers. Alone it is the clairvoyant and has no regret.
 *
 * Draws: none.
 */
#include <math.h>

#include "agents/sellers/registry.h"
#include "markets/assortment/offer_plan.h"

typedef struct static_assortment_parameters {
    char nothing;
} static_assortment_parameters;

static const bt_parameter_table parameter_table = {
    .parameters = NULL, .count = 0, .struct_size = sizeof(static_assortment_parameters)};

typedef struct static_assortment {
    uint32_t n_own;
    bt_offer_plan *plan;
} static_assortment;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    (void)given;
    const bt_assortment_rules *rules = setting->assortment;
    if (rules == NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": static_assortment needs a market of type assortment",
                       setting->name);
    static_assortment *seller = BT_ARENA_NEW(setting->arena, 1, static_assortment);
    if (seller != NULL)
        seller->plan = bt_offer_plan_create(setting->n_own, rules->capacity, setting->arena);
    if (seller == NULL || seller->plan == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->n_own = setting->n_own;
    for (uint32_t k = 0; k < setting->n_own; k++) {
        seller->plan->item[k].cost = setting->own_cost[k];
        if (rules->own_given_price != NULL)
            seller->plan->item[k].given_price = rules->own_given_price[k];
    }
    *self = seller;
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    static_assortment *seller = self;
    bt_offer_plan *plan = seller->plan;
    plan->log_outside_weight = log(view->buyer->outside_weight);
    for (uint32_t k = 0; k < seller->n_own; k++) {
        plan->item[k].quality = view->buyer->quality[k];
        plan->item[k].price_coefficient = view->buyer->price_coefficient[k];
    }
    bt_offer_plan_solve(plan);
    for (uint32_t k = 0; k < seller->n_own; k++)
        own_price[k] = plan->offered[k] ? plan->price[k] : INFINITY;
    return BT_NO_ACTION;
}

const bt_seller_type bt_static_assortment_seller = {
    .described = {.name = "static_assortment",
                  .summary = "Knows demand and makes the best offer of at most K items.",
                  .source = "Wang 2012; Rusmevichientong, Shen and Shmoys 2010",
                  .parameters = &parameter_table},
    .feedback = BT_KNOWS_DEMAND,
    .create = create,
    .decide = decide,
};
