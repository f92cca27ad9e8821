/*
 * OFU-MNL+ with prices: optimism from an online estimate (Lee and Oh 2024). With g the gradient
 * and G(theta) the information of the round's offer, eta = log(K + 1)/2 + 2,
 *
 *     H~ = H + eta G(theta),
 *     theta+ = argmin over |theta| <= S of <g, theta> + |theta - theta_t|^2_{H~} / (2 eta),
 *     H+ = H + G(theta+),
 *
 * and the next offer is the best under the most favourable utilities of the ellipsoid of radius
 * beta in the norm of H, with prices as in agents/sellers/assortment/cap.c. No random offers,
 * no history: O(K d^2 + d^3) a round. The default among contextual learners.
 *
 * Draws: none.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/assortment/contextual_offer.h"
#include "agents/sellers/registry.h"

typedef struct ofu_mnl_plus_parameters {
    double ridge;
    double radius_squared;
    double norm_bound;
} ofu_mnl_plus_parameters;

static const bt_parameter parameters[] = {
    {.name = "ridge",
     .type = BT_REAL,
     .offset = offsetof(ofu_mnl_plus_parameters, ridge),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "lambda: the information at the start"},
    {.name = "radius_squared",
     .type = BT_REAL,
     .offset = offsetof(ofu_mnl_plus_parameters, radius_squared),
     .unit = "1",
     .default_text = "0.1",
     .range = BT_NON_NEGATIVE,
     .meaning = "beta^2: squared radius of the confidence ellipsoid"},
    {.name = "norm_bound",
     .type = BT_REAL,
     .offset = offsetof(ofu_mnl_plus_parameters, norm_bound),
     .unit = "1",
     .default_text = "10",
     .range = BT_POSITIVE,
     .meaning = "tastes are known to lie in a ball of this radius around 0"},
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(ofu_mnl_plus_parameters, parameters);

typedef struct ofu_mnl_plus_seller {
    const ofu_mnl_plus_parameters *parameters;
    bt_contextual_offer offer;
    double rate;         /* eta = log(K + 1)/2 + 2 */
    double *theta;       /* [2 d] */
    double *information; /* [2 d * 2 d] H */
    double *covariance;  /* [2 d * 2 d] H^-1 */
    double *local;       /* [2 d * 2 d] H + eta G(theta); working memory, as what follows */
    double *inverse;     /* [2 d * 2 d] */
    double *gradient;    /* [2 d] */
    double *origin;      /* [2 d] zeros */
    double *work;        /* [6 d] */
} ofu_mnl_plus_seller;

static bool allocate(ofu_mnl_plus_seller *seller, bt_arena *arena)
{
    size_t n = seller->offer.n_features;
    seller->theta = BT_ARENA_NEW(arena, n, double);
    seller->information = BT_ARENA_NEW(arena, n * n, double);
    seller->covariance = BT_ARENA_NEW(arena, n * n, double);
    seller->local = BT_ARENA_NEW(arena, n * n, double);
    seller->inverse = BT_ARENA_NEW(arena, n * n, double);
    seller->gradient = BT_ARENA_NEW(arena, n, double);
    seller->origin = BT_ARENA_NEW(arena, n, double);
    seller->work = BT_ARENA_NEW(arena, 3 * n, double);
    return seller->theta != NULL && seller->information != NULL && seller->covariance != NULL &&
           seller->local != NULL && seller->inverse != NULL && seller->gradient != NULL &&
           seller->origin != NULL && seller->work != NULL;
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    ofu_mnl_plus_seller *seller = BT_ARENA_NEW(setting->arena, 1, ofu_mnl_plus_seller);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->parameters = given;
    bt_status status =
        bt_contextual_offer_create(&seller->offer, "ofu_mnl_plus", setting, error);
    if (status != BT_OK)
        return status;
    if (!allocate(seller, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->rate = log((double)seller->offer.capacity + 1) / 2 + 2;
    bt_mnl_set_identity(seller->offer.n_features, seller->parameters->ridge,
                        seller->information);
    bt_mnl_set_identity(seller->offer.n_features, 1 / seller->parameters->ridge,
                        seller->covariance);
    *self = seller;
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    ofu_mnl_plus_seller *seller = self;
    bt_contextual_value(&seller->offer, view, seller->theta);
    bt_contextual_widen(&seller->offer, view, seller->covariance,
                        seller->parameters->radius_squared);
    bt_contextual_offer_plan(&seller->offer, view, 0, own_price);
    return BT_NO_ACTION;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    ofu_mnl_plus_seller *seller = self;
    bt_contextual_offer *offer = &seller->offer;
    size_t n = offer->n_features;
    double bound = seller->parameters->norm_bound;
    bt_contextual_gradient(offer, seller->theta, bt_contextual_taken(offer, feedback),
                           seller->gradient);
    memcpy(seller->local, seller->information, n * n * sizeof(double));
    bt_contextual_inform(offer, seller->theta, seller->rate, seller->local);
    bt_mnl_invert(n, seller->local, seller->inverse);
    bt_mnl_newton_step(n, seller->rate, seller->inverse, seller->gradient, seller->theta);
    bt_mnl_project(n, seller->local, seller->origin, bound * bound, seller->theta,
                   seller->inverse, seller->work);
    bt_contextual_inform(offer, seller->theta, 1, seller->information);
    bt_mnl_invert(n, seller->information, seller->covariance);
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    ofu_mnl_plus_seller *seller = self;
    size_t n = seller->offer.n_features;
    bt_contextual_offer_archive(&seller->offer, archive);
    bt_archive_field(archive, "theta", seller->theta, n * sizeof(double));
    bt_archive_field(archive, "information", seller->information, n * n * sizeof(double));
    bt_archive_field(archive, "covariance", seller->covariance, n * n * sizeof(double));
}

const bt_seller_type bt_ofu_mnl_plus_seller = {
    .described = {.name = "ofu_mnl_plus",
                  .summary = "Optimistic offers from an estimate that takes one step a round: "
                             "no history, constant "
                             "cost.",
                  .source = "Lee and Oh 2024, OFU-MNL+, with prices",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
