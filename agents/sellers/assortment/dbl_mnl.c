/*
 * DBL-MNL with prices: optimism for contextual assortments in episodes that double (Oh and
 * Iyengar 2021). At the start of an episode, which lasts as long as all rounds before it, the
 * estimate is made anew; within it each item's quality gets the bonus alpha |x^psi|_{V^-1}.
 * The bonus bears on quality alone, so prices are not chosen to learn.
 *
 * Draws: those of agents/sellers/assortment/mnl_learner.h.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/assortment/mnl_learner.h"
#include "agents/sellers/registry.h"

enum { NORM, SQUARED_NORM };
enum { ALL_ROUNDS, LAST_EPISODE };

typedef struct dbl_mnl_parameters {
    bt_mnl_learner_parameters common;
    double bonus;
    int32_t norm;
    int32_t data;
} dbl_mnl_parameters;

static const bt_parameter parameters[] = {
    BT_MNL_START_LINES(dbl_mnl_parameters, common),
    {.name = "bonus",
     .type = BT_REAL,
     .offset = offsetof(dbl_mnl_parameters, bonus),
     .unit = "1",
     .default_text = "0.31622776601683794",
     .range = BT_NON_NEGATIVE,
     .meaning = "alpha: weight of the bonus on an item's utility"},
    {.name = "norm",
     .type = BT_CHOICE,
     .offset = offsetof(dbl_mnl_parameters, norm),
     .default_text = "norm",
     .choices = "norm|squared_norm",
     .meaning = "the bonus is alpha |x| in the norm of V^-1 (the paper's), or alpha |x|^2 (a "
                "published program's)"},
    {.name = "data",
     .type = BT_CHOICE,
     .offset = offsetof(dbl_mnl_parameters, data),
     .default_text = "all_rounds",
     .choices = "all_rounds|last_episode",
     .meaning = "what an episode's estimate is made from"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(dbl_mnl_parameters, parameters);

typedef struct dbl_mnl_seller {
    bt_mnl_learner learner;
    const dbl_mnl_parameters *parameters;
} dbl_mnl_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const dbl_mnl_parameters *chosen = given;
    bt_status status = bt_mnl_learner_create(sizeof(dbl_mnl_seller), &chosen->common, "dbl_mnl",
                                             setting, true, self, error);
    if (status != BT_OK)
        return status;
    dbl_mnl_seller *seller = *self;
    seller->parameters = chosen;
    return BT_OK;
}

/* alpha |x^psi|, squared or not, on top of each item's quality. */
static void add_bonus(dbl_mnl_seller *seller, const bt_seller_view *view)
{
    bt_contextual_offer *offer = &seller->learner.offer;
    size_t d = offer->dimension, n = offer->n_features;
    for (uint32_t k = 0; k < offer->n_own; k++) {
        const double *quality = view->buyer->context + k * n;
        double square = bt_mnl_form(d, quality, seller->learner.covariance, n, quality);
        offer->plan->item[k].quality +=
            seller->parameters->bonus *
            (seller->parameters->norm == NORM ? sqrt(square) : square);
    }
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    dbl_mnl_seller *seller = self;
    bt_mnl_learner *learner = &seller->learner;
    if (bt_mnl_learner_explores(learner, view, own_price))
        return BT_NO_ACTION;
    bt_contextual_value(&learner->offer, view, learner->theta);
    add_bonus(seller, view);
    bt_contextual_offer_plan(&learner->offer, view, 0, own_price);
    return BT_NO_ACTION;
}

/* The episode that begins now lasts as long as all before; the learner has just fitted. */
static void begin_episode(dbl_mnl_seller *seller)
{
    bt_mnl_learner *learner = &seller->learner;
    learner->next_fit = 2 * learner->t;
    if (seller->parameters->data == LAST_EPISODE)
        learner->history->first = learner->history->rounds;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    dbl_mnl_seller *seller = self;
    bt_mnl_learner *learner = &seller->learner;
    bool begins = learner->t + 1 >= learner->next_fit;
    bt_mnl_learner_observe(learner, feedback);
    if (begins)
        begin_episode(seller);
    return true;
}

const bt_seller_type bt_dbl_mnl_seller = {
    .described = {.name = "dbl_mnl",
                  .summary = "Adds a bonus for what is little known to its estimate, made anew "
                             "in episodes that "
                             "double.",
                  .source = "Oh and Iyengar 2021, DBL-MNL, with prices",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = bt_mnl_learner_archive,
};
