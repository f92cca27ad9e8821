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

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const greedy_mle_parameters *chosen = given;
    return bt_mnl_learner_create(sizeof(bt_mnl_learner), &chosen->common, "greedy_mle", setting,
                                 true, self, error);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    bt_mnl_learner *learner = self;
    if (bt_mnl_learner_explores(learner, view, own_price))
        return BT_NO_ACTION;
    bt_contextual_value(&learner->offer, view, learner->theta);
    bt_contextual_offer_plan(&learner->offer, view, 0, own_price);
    return BT_NO_ACTION;
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
    .observe = bt_mnl_learner_observe,
    .archive = bt_mnl_learner_archive,
};
