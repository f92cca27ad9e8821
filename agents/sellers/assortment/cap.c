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
    bt_status status = bt_mnl_learner_create(sizeof(cap_seller), &chosen->common, "cap",
                                             setting, true, self, error);
    if (status != BT_OK)
        return status;
    cap_seller *seller = *self;
    seller->radius_squared = chosen->radius_squared;
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    cap_seller *seller = self;
    bt_mnl_learner_offer_with_optimism(&seller->learner, view, seller->radius_squared,
                                       own_price);
    return BT_NO_ACTION;
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
    .observe = bt_mnl_learner_observe,
    .archive = bt_mnl_learner_archive,
};
