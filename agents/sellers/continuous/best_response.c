/*
 * Myopic best response: knows the demand, sees the rivals' standing prices and charges
 * what maximises its objective against them (markets/equilibrium/equilibrium.h; for one product
 * of a logit with linear price p = c + mu (1 + W(exp((q - c)/mu - 1) / A)), A the attraction of
 * all others). Cournot's (1838) adjustment; in the logit a contraction to Bertrand-Nash.
 *
 * Opens with its `start` prices. Where no best response can be computed its prices stand.
 * Draws: none.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/grid/price_grid.h"
#include "agents/sellers/registry.h"
#include "markets/equilibrium/equilibrium.h"

typedef struct best_response_parameters {
    bt_option start;
} best_response_parameters;

static const bt_parameter parameters[] = {
    {.name = "start",
     .type = BT_OPTION,
     .offset = offsetof(best_response_parameters, start),
     .unit = "price",
     .default_text = "cost",
     .number_allowed = true,
     .choices = BT_PRICE_CHOICES,
     .meaning = "the first price of all its products: a number, or a benchmark of each"},
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(best_response_parameters, parameters);

typedef struct best_responder {
    const bt_seller_setting *setting;
    bt_demand_work *work;
    double *price;     /* [own] what it charges */
    double *answer;    /* [product] */
    uint8_t has_moved; /* the last decision changed a price */
} best_responder;

static bt_status open_with(best_responder *seller, const bt_option *start, bt_error *error)
{
    for (uint32_t k = 0; k < seller->setting->n_own; k++) {
        seller->price[k] = bt_price_of(start, seller->setting, k);
        if (isnan(seller->price[k]))
            return bt_fail(error, BT_BAD_INPUT,
                           "seller \"%s\": this market has no such benchmark price; give "
                           "`start` as a number",
                           seller->setting->name);
    }
    return BT_OK;
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const best_response_parameters *chosen = given;
    best_responder *seller = BT_ARENA_NEW(setting->arena, 1, best_responder);
    if (seller != NULL) {
        seller->setting = setting;
        seller->price = BT_ARENA_NEW(setting->arena, setting->n_own, double);
        seller->answer = BT_ARENA_NEW(setting->arena, setting->n_products, double);
    }
    if (seller == NULL || seller->price == NULL || seller->answer == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    bt_status status = open_with(seller, &chosen->start, error);
    if (status != BT_OK)
        return status;
    seller->work = bt_demand_work_create(setting->demand);
    if (seller->work == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    *self = seller;
    return BT_OK;
}

static void destroy(void *self)
{
    best_responder *seller = self;
    bt_demand_work_destroy(seller->work);
}

static void respond(best_responder *seller, const double *price)
{
    const bt_seller_setting *setting = seller->setting;
    double objective;
    seller->has_moved = 0;
    if (bt_best_response(setting->demand, setting->ownership, setting->seller, price,
                         seller->answer, &objective, seller->work, NULL) != BT_OK)
        return;
    for (uint32_t k = 0; k < setting->n_own; k++) {
        double answer = seller->answer[setting->own_product[k]];
        double change = fabs(answer - seller->price[k]);
        seller->has_moved |= change > 1e-12 * fabs(answer);
        seller->price[k] = answer;
    }
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    best_responder *seller = self;
    if (view->price != NULL)
        respond(seller, view->price);
    memcpy(own_price, seller->price, seller->setting->n_own * sizeof(double));
    return BT_NO_ACTION;
}

/* Its behaviour is stable when it no longer moves. */
static bool observe(void *self, const bt_seller_feedback *feedback)
{
    const best_responder *seller = self;
    (void)feedback;
    return seller->has_moved != 0;
}

static void archive(void *self, bt_archive *archive)
{
    best_responder *seller = self;
    bt_archive_field(archive, "price", seller->price, seller->setting->n_own * sizeof(double));
    bt_archive_field(archive, "has_moved", &seller->has_moved, sizeof(seller->has_moved));
}

const bt_seller_type bt_best_response_seller = {
    .described = {.name = "best_response",
                  .summary = "Knows demand and answers the rivals' standing prices with the "
                             "most profitable ones.",
                  .source = "Cournot 1838; Morrow and Skerlos 2011",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_RIVAL_PRICES | BT_KNOWS_DEMAND,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
    .destroy = destroy,
};
