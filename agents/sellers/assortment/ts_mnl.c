/*
 * TS-MNL with prices: Thompson sampling for contextual assortments (Oh and Iyengar 2019). Each
 * round tastes are drawn,
 *
 *     theta ~ N(theta_MLE, a_t^2 V^-1),  a_t = spread sqrt(d + 4 log(t + 1)),
 *
 * and the best offer under them is made. A drawn price sensitivity may fall below the known
 * least one, even below zero; `clip` raises it (published code does not: prices then run to
 * the highest that is searched, 14/L0 over cost).
 *
 * Draws: those of agents/sellers/assortment/mnl_learner.h; then 2 d normals a round (purpose
 * 2).
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/assortment/mnl_learner.h"
#include "agents/sellers/registry.h"

typedef struct ts_mnl_parameters {
    bt_mnl_learner_parameters common;
    double spread;
    bool clip;
} ts_mnl_parameters;

static const bt_parameter parameters[] = {
    BT_MNL_START_LINES(ts_mnl_parameters, common),
    BT_MNL_REFIT_LINE(ts_mnl_parameters, common),
    {.name = "spread",
     .type = BT_REAL,
     .offset = offsetof(ts_mnl_parameters, spread),
     .unit = "1",
     .default_text = "0.4",
     .range = BT_NON_NEGATIVE,
     .meaning = "a: standard deviations drawn are a sqrt(d + 4 log(t + 1)) of the estimate's"},
    {.name = "clip",
     .type = BT_BOOLEAN,
     .offset = offsetof(ts_mnl_parameters, clip),
     .default_text = "true",
     .meaning = "price sensitivities drawn below the least one are raised to it; without, they "
                "may be negative"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(ts_mnl_parameters, parameters);

typedef struct ts_mnl_seller {
    bt_mnl_learner learner;
    double spread;
    double *drawn; /* [2 d] */
} ts_mnl_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const ts_mnl_parameters *chosen = given;
    bt_status status = bt_mnl_learner_create(sizeof(ts_mnl_seller), &chosen->common, "ts_mnl",
                                             setting, true, self, error);
    if (status != BT_OK)
        return status;
    ts_mnl_seller *seller = *self;
    bt_mnl_learner *learner = &seller->learner;
    seller->spread = chosen->spread;
    if (!chosen->clip)
        learner->offer.plan->least_slope = -INFINITY;
    seller->drawn = BT_ARENA_NEW(setting->arena, learner->offer.n_features, double);
    if (seller->drawn == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    ts_mnl_seller *seller = self;
    bt_mnl_learner *learner = &seller->learner;
    if (bt_mnl_learner_explores(learner, view, own_price))
        return BT_NO_ACTION;
    double d = (double)learner->offer.dimension, t = (double)learner->t;
    bt_mnl_draw(learner->offer.n_features, learner->theta, learner->covariance,
                seller->spread * sqrt(d + 4 * log(t + 1)), &learner->draws, learner->scratch,
                seller->drawn);
    bt_contextual_value(&learner->offer, view, seller->drawn);
    bt_contextual_offer_plan(&learner->offer, view, 0, own_price);
    return BT_NO_ACTION;
}

const bt_seller_type bt_ts_mnl_seller = {
    .described =
        {.name = "ts_mnl",
         .summary =
             "Offers and prices items under tastes drawn from what its data make likely.",
         .source = "Oh and Iyengar 2019, TS-MNL, with prices",
         .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = bt_mnl_learner_observe,
    .archive = bt_mnl_learner_archive,
};
