/*
 * Pricing by least squares: each product's sales per buyer are regressed on its own price
 * alone, and the price that the line thinks best is charged with a falling dither (Keskin and
 * Zeevi 2014, iterated least squares with t^-1/4 perturbations, here among rivals of whom
 * the regression knows nothing).
 *
 * A seller of several products regresses each on its own price.
 *
 * Draws: those of the dither.
 */
#include <stddef.h>

#include "agents/sellers/continuous/dithered_price.h"
#include "agents/sellers/continuous/own_price_ols.h"
#include "agents/sellers/registry.h"

typedef struct ols_pricing_parameters {
    bt_dither_parameters dither;
    bt_price_box_parameters box;
} ols_pricing_parameters;

static const bt_parameter parameters[] = {
    BT_DITHER_PARAMETERS(ols_pricing_parameters),
    BT_PRICE_BOX_PARAMETERS(ols_pricing_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(ols_pricing_parameters, parameters);

typedef struct ols_pricer {
    const bt_seller_setting *setting;
    bt_dithered_price price;
    bt_own_price_ols *ols; /* [own] */
} ols_pricer;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const ols_pricing_parameters *chosen = given;
    ols_pricer *seller = BT_ARENA_NEW(setting->arena, 1, ols_pricer);
    if (seller != NULL)
        seller->ols = BT_ARENA_NEW(setting->arena, setting->n_own, bt_own_price_ols);
    if (seller == NULL || seller->ols == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->setting = setting;
    *self = seller;
    return bt_dithered_price_create(&chosen->dither, &chosen->box, setting, &seller->price,
                                    error);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    ols_pricer *seller = self;
    (void)view;
    bt_dithered_price_charge(&seller->price, own_price);
    return BT_NO_ACTION;
}

/* It never stops moving: its behaviour counts as changed after every move. */
static bool observe(void *self, const bt_seller_feedback *feedback)
{
    ols_pricer *seller = self;
    for (uint32_t k = 0; k < seller->price.n_own && feedback->n_buyers > 0; k++) {
        bt_own_price_ols_add(&seller->ols[k], seller->price.charged[k],
                             feedback->own_sales[k] / feedback->n_buyers);
        bt_dithered_price_recommend(
            &seller->price, k,
            bt_own_price_ols_best(&seller->ols[k], bt_cost_with_fees(seller->setting, k)));
    }
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    ols_pricer *seller = self;
    bt_dithered_price_archive(&seller->price, archive);
    bt_archive_field(archive, "ols", seller->ols,
                     seller->price.n_own * sizeof(bt_own_price_ols));
}

const bt_seller_type bt_ols_pricing_seller = {
    .described = {.name = "ols_pricing",
                  .summary = "Regresses its sales on its own price and charges what the line "
                             "thinks best, with a falling dither.",
                  .source = "Keskin and Zeevi 2014",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
