/*
 * ONS-MPP with assortments: dynamic pricing by an online Newton step (Perivier and Goyal 2022).
 * Round t = 1, 2, ... offers the best set under theta, all prices moved by +- shock t^(-1/4), a
 * coin a round, so that prices vary enough to tell sensitivities. Then, V the information and g
 * the gradient of the round's loss,
 *
 *     theta = the point nearest to theta - step V^-1 g in the norm of V within |theta| <= S.
 *
 * Published code never advances t, so its shock stays as it is, and its projection forgets the
 * estimate (it minimises |theta|_V); it ranks items by one price sensitivity for all.
 *
 * Draws: one a round (purpose 0).
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/assortment/contextual_offer.h"
#include "agents/sellers/registry.h"

enum { SHOCK_PURPOSE = 0 };

typedef struct ons_mpp_parameters {
    double ridge;
    double step;
    double shock;
    double norm_bound;
} ons_mpp_parameters;

static const bt_parameter parameters[] = {
    {.name = "ridge",
     .type = BT_REAL,
     .offset = offsetof(ons_mpp_parameters, ridge),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "the information at the start"},
    {.name = "step",
     .type = BT_REAL,
     .offset = offsetof(ons_mpp_parameters, step),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "size of the Newton step"},
    {.name = "shock",
     .type = BT_REAL,
     .offset = offsetof(ons_mpp_parameters, shock),
     .unit = "price",
     .default_text = "1",
     .range = BT_NON_NEGATIVE,
     .meaning = "size of the first price shock; it shrinks as t^(-1/4)"},
    {.name = "norm_bound",
     .type = BT_REAL,
     .offset = offsetof(ons_mpp_parameters, norm_bound),
     .unit = "1",
     .default_text = "10",
     .range = BT_POSITIVE,
     .meaning = "tastes are known to lie in a ball of this radius around 0"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(ons_mpp_parameters, parameters);

typedef struct ons_mpp_seller {
    const ons_mpp_parameters *parameters;
    bt_contextual_offer offer;
    double *theta;       /* [2 d] */
    double *information; /* [2 d * 2 d] H */
    double *covariance;  /* [2 d * 2 d] H^-1 */
    double *scratch;     /* [2 d * 2 d] working memory, as what follows */
    double *gradient;    /* [2 d] */
    double *origin;      /* [2 d] zeros */
    double *work;        /* [6 d] */
    uint64_t t;
    bt_stream shocks;
} ons_mpp_seller;

static bool allocate(ons_mpp_seller *seller, bt_arena *arena)
{
    size_t n = seller->offer.n_features;
    seller->theta = BT_ARENA_NEW(arena, n, double);
    seller->information = BT_ARENA_NEW(arena, n * n, double);
    seller->covariance = BT_ARENA_NEW(arena, n * n, double);
    seller->scratch = BT_ARENA_NEW(arena, n * n, double);
    seller->gradient = BT_ARENA_NEW(arena, n, double);
    seller->origin = BT_ARENA_NEW(arena, n, double);
    seller->work = BT_ARENA_NEW(arena, 3 * n, double);
    return seller->theta != NULL && seller->information != NULL && seller->covariance != NULL &&
           seller->scratch != NULL && seller->gradient != NULL && seller->origin != NULL &&
           seller->work != NULL;
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    ons_mpp_seller *seller = BT_ARENA_NEW(setting->arena, 1, ons_mpp_seller);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->parameters = given;
    bt_status status = bt_contextual_offer_create(&seller->offer, "ons_mpp", setting, error);
    if (status != BT_OK)
        return status;
    if (!allocate(seller, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->shocks =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), SHOCK_PURPOSE);
    bt_mnl_set_identity(seller->offer.n_features, seller->parameters->ridge,
                        seller->information);
    bt_mnl_set_identity(seller->offer.n_features, 1 / seller->parameters->ridge,
                        seller->covariance);
    *self = seller;
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    ons_mpp_seller *seller = self;
    double size = seller->parameters->shock * pow((double)(seller->t + 1), -0.25);
    double shock = bt_stream_next(&seller->shocks) >> 63 ? size : -size;
    bt_contextual_value(&seller->offer, view, seller->theta);
    bt_contextual_offer_plan(&seller->offer, view, shock, own_price);
    return BT_NO_ACTION;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    ons_mpp_seller *seller = self;
    bt_contextual_offer *offer = &seller->offer;
    size_t n = offer->n_features;
    double bound = seller->parameters->norm_bound;
    bt_contextual_gradient(offer, seller->theta, bt_contextual_taken(offer, feedback),
                           seller->gradient);
    bt_contextual_inform(offer, seller->theta, 1, seller->information);
    bt_mnl_invert(n, seller->information, seller->covariance);
    bt_mnl_newton_step(n, seller->parameters->step, seller->covariance, seller->gradient,
                       seller->theta);
    bt_mnl_project(n, seller->information, seller->origin, bound * bound, seller->theta,
                   seller->scratch, seller->work);
    seller->t++;
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    ons_mpp_seller *seller = self;
    size_t n = seller->offer.n_features;
    bt_contextual_offer_archive(&seller->offer, archive);
    bt_archive_field(archive, "theta", seller->theta, n * sizeof(double));
    bt_archive_field(archive, "information", seller->information, n * n * sizeof(double));
    bt_archive_field(archive, "t", &seller->t, sizeof(seller->t));
    bt_archive_field(archive, "shocks", &seller->shocks, sizeof(seller->shocks));
}

const bt_seller_type bt_ons_mpp_seller = {
    .described = {.name = "ons_mpp",
                  .summary = "Best offers under an estimate that takes one Newton step a "
                             "round, at prices shaken by "
                             "a shrinking coin.",
                  .source = "Perivier and Goyal 2022, ONS-MPP, with assortments",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
