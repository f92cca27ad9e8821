/*
 * CAP-ONS: CAP (agents/sellers/assortment/cap.c) with an online Newton step (Erginbas, Courtade
 * and Ramchandran 2025). The maximum likelihood estimate is made once, after the random offers,
 * and kept as the anchor theta_0; then each round, g the gradient of the round's loss,
 *
 *     z = theta - 4 V^-1 g,  theta = the point nearest to z in the norm of V within
 *     |theta - theta_0|^2 <= min(L0 log 2 / (8 log K), 1) / 2,
 *
 * and V grows by the offer's information under the new theta. No history beyond T0 rounds;
 * O(d^3 + K d^2) a round.
 *
 * Draws: those of agents/sellers/assortment/mnl_learner.h.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/assortment/mnl_learner.h"
#include "agents/sellers/registry.h"

typedef struct cap_ons_parameters {
    bt_mnl_learner_parameters common;
    double radius_squared;
} cap_ons_parameters;

static const bt_parameter parameters[] = {
    BT_MNL_START_LINES(cap_ons_parameters, common),
    {.name = "radius_squared",
     .type = BT_REAL,
     .offset = offsetof(cap_ons_parameters, radius_squared),
     .unit = "1",
     .default_text = "0.1",
     .range = BT_NON_NEGATIVE,
     .meaning = "squared radius of the confidence ellipsoid; 0: no optimism"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(cap_ons_parameters, parameters);

typedef struct cap_ons_seller {
    bt_mnl_learner learner;
    double radius_squared;
    double trust_radius_squared; /* of the ball around the first estimate */
    double *anchor;              /* [2 d] the first estimate */
} cap_ons_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const cap_ons_parameters *chosen = given;
    bt_status status = bt_mnl_learner_create(sizeof(cap_ons_seller), &chosen->common, "cap_ons",
                                             setting, false, self, error);
    if (status != BT_OK)
        return status;
    cap_ons_seller *seller = *self;
    bt_mnl_learner *learner = &seller->learner;
    seller->radius_squared = chosen->radius_squared;
    double offer = fmax(2, (double)learner->offer.capacity);
    seller->trust_radius_squared =
        fmin(learner->offer.least_price_sensitivity * log(2) / (8 * log(offer)), 1) / 2;
    seller->anchor = BT_ARENA_NEW(setting->arena, learner->offer.n_features, double);
    if (seller->anchor == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    cap_ons_seller *seller = self;
    bt_mnl_learner_offer_with_optimism(&seller->learner, view, seller->radius_squared,
                                       own_price);
    return BT_NO_ACTION;
}

static void observe_exploration(cap_ons_seller *seller, const bt_seller_feedback *feedback)
{
    bt_mnl_learner *learner = &seller->learner;
    bt_mnl_learner_observe(learner, feedback);
    learner->next_fit = learner->exploration_rounds;
    memcpy(seller->anchor, learner->theta, learner->offer.n_features * sizeof(double));
}

/* theta - 4 V^-1 g, put back into the ball around the first estimate. */
static void step(cap_ons_seller *seller, size_t taken)
{
    bt_mnl_learner *learner = &seller->learner;
    size_t n = learner->offer.n_features;
    bt_contextual_gradient(&learner->offer, learner->theta, taken, learner->gradient);
    bt_mnl_newton_step(n, 4, learner->covariance, learner->gradient, learner->theta);
    bt_mnl_project(n, learner->information, seller->anchor, seller->trust_radius_squared,
                   learner->theta, learner->scratch, learner->work);
    bt_contextual_inform(&learner->offer, learner->theta, 1, learner->information);
    bt_mnl_invert(n, learner->information, learner->covariance);
    learner->t++;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    cap_ons_seller *seller = self;
    bt_mnl_learner *learner = &seller->learner;
    if (learner->t < learner->exploration_rounds)
        observe_exploration(seller, feedback);
    else
        step(seller, bt_contextual_taken(&learner->offer, feedback));
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    cap_ons_seller *seller = self;
    bt_mnl_learner_archive(&seller->learner, archive);
    bt_archive_field(archive, "anchor", seller->anchor,
                     seller->learner.offer.n_features * sizeof(double));
}

const bt_seller_type bt_cap_ons_seller = {
    .described =
        {.name = "cap_ons",
         .summary =
             "CAP with one Newton step a round in place of an estimate from all that was seen.",
         .source = "Erginbas, Courtade and Ramchandran 2025, CAP-ONS",
         .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
