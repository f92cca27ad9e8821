/*
 * The greedy seller: after a start of random offers, each round the best offer under the
 * maximum likelihood estimate, as if it were the truth. Fresh random contexts explore for it;
 * with fixed ones it never looks at what it once misjudged, and its regret is linear.
 *
 * Draws: those of agents/sellers/assortment/mnl_learner.h.
 */
#include <stddef.h>

#include "agents/sellers/assortment/mnl_learner.h"
#include "agents/sellers/registry.h"

typedef struct greedy_mle_parameters {
    bt_mnl_learner_parameters common;
} greedy_mle_parameters;

static const bt_parameter parameters[] = {
    BT_MNL_START_LINES(greedy_mle_parameters, common),
    BT_MNL_REFIT_LINE(greedy_mle_parameters, common),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(greedy_mle_parameters, parameters);

typedef struct greedy_mle_seller {
    bt_mnl_learner learner;
} greedy_mle_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const greedy_mle_parameters *chosen = given;
    greedy_mle_seller *seller = BT_ARENA_NEW(setting->arena, 1, greedy_mle_seller);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    *self = seller;
    return bt_mnl_learner_create(&seller->learner, &chosen->common, "greedy_mle", setting, true,
                                 error);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    greedy_mle_seller *seller = self;
    bt_mnl_learner *learner = &seller->learner;
    if (bt_mnl_learner_explores(learner, view, own_price))
        return BT_NO_ACTION;
    bt_contextual_value(&learner->offer, view, learner->theta);
    bt_contextual_offer_plan(&learner->offer, view, 0, own_price);
    return BT_NO_ACTION;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    greedy_mle_seller *seller = self;
    bt_mnl_learner_observe(&seller->learner, feedback);
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    greedy_mle_seller *seller = self;
    bt_mnl_learner_archive(&seller->learner, archive);
}

const bt_seller_type bt_greedy_mle_seller = {
    .described =
        {.name = "greedy_mle",
         .summary = "Offers and prices items as if its estimate of tastes were the truth.",
         .source =
             "McFadden 1974 (maximum likelihood); the greedy baseline of contextual assortment",
         .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
