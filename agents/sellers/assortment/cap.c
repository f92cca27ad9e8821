/*
 * CAP: contextual assortment and pricing by optimism (Erginbas, Courtade and Ramchandran
 * 2025). Each round the best offer under the most favourable utilities of a confidence
 * ellipsoid,
 *
 *     h_i(p) = <theta, x_i(p)> + sqrt(radius^2 x_i(p)' V^-1 x_i(p)),
 *
 * straightened where it would be flatter than L0 (markets/assortment/offer_plan.h); theta by
 * maximum likelihood. Differs from the authors' program: the ridge is in the likelihood, where
 * theirs damps the Hessian alone and runs away when an item is never bought; the estimate is
 * refitted on a schedule (agents/sellers/assortment/mnl_learner.h); prices up to 14/L0 are
 * searched by grid and golden section instead of through a polynomial.
 *
 * Draws: those of agents/sellers/assortment/mnl_learner.h.
 */
#include <stddef.h>

#include "agents/sellers/assortment/mnl_learner.h"
#include "agents/sellers/registry.h"

typedef struct cap_parameters {
    bt_mnl_learner_parameters common;
    double radius_squared;
} cap_parameters;

static const bt_parameter parameters[] = {
    BT_MNL_START_LINES(cap_parameters, common),
    BT_MNL_REFIT_LINE(cap_parameters, common),
    {.name = "radius_squared",
     .type = BT_REAL,
     .offset = offsetof(cap_parameters, radius_squared),
     .unit = "1",
     .default_text = "0.1",
     .range = BT_NON_NEGATIVE,
     .meaning = "squared radius of the confidence ellipsoid; 0: no optimism"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(cap_parameters, parameters);

typedef struct cap_seller {
    bt_mnl_learner learner;
    double radius_squared;
} cap_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const cap_parameters *chosen = given;
    cap_seller *seller = BT_ARENA_NEW(setting->arena, 1, cap_seller);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->radius_squared = chosen->radius_squared;
    *self = seller;
    return bt_mnl_learner_create(&seller->learner, &chosen->common, "cap", setting, true,
                                 error);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    cap_seller *seller = self;
    bt_mnl_learner *learner = &seller->learner;
    if (bt_mnl_learner_explores(learner, view, own_price))
        return BT_NO_ACTION;
    bt_contextual_value(&learner->offer, view, learner->theta);
    bt_contextual_widen(&learner->offer, view, learner->covariance, seller->radius_squared);
    bt_contextual_offer_plan(&learner->offer, view, 0, own_price);
    return BT_NO_ACTION;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    cap_seller *seller = self;
    bt_mnl_learner_observe(&seller->learner, feedback);
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    cap_seller *seller = self;
    bt_mnl_learner_archive(&seller->learner, archive);
}

const bt_seller_type bt_cap_seller = {
    .described = {.name = "cap",
                  .summary = "Offers and prices items as the most favourable tastes that its "
                             "data allow would have it.",
                  .source = "Erginbas, Courtade and Ramchandran 2025, CAP",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
