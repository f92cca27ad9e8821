/*
 * undercutter: prices a step below the cheapest rival, down to a floor, then starts again
 * from the top. The worked example of docs/adding-a-pricebot.md.
 */
#include <math.h>
#include <stddef.h>

#include "markets/seller.h"

typedef struct undercutter_parameters {
    double step;
    double markup_floor;
    double highest_price;
} undercutter_parameters;

static const bt_parameter parameters[] = {
    {.name = "step",
     .type = BT_REAL,
     .offset = offsetof(undercutter_parameters, step),
     .unit = "price",
     .default_text = "0.01",
     .range = BT_POSITIVE,
     .meaning = "how far it goes below the cheapest rival"},
    {.name = "markup_floor",
     .type = BT_REAL,
     .offset = offsetof(undercutter_parameters, markup_floor),
     .unit = "price",
     .default_text = "0.05",
     .range = BT_NON_NEGATIVE,
     .meaning = "the smallest margin over cost that it accepts before it resets"},
    {.name = "highest_price",
     .type = BT_REAL,
     .offset = offsetof(undercutter_parameters, highest_price),
     .unit = "price",
     .required = true,
     .range = BT_POSITIVE,
     .meaning = "the price it starts from and resets to"},
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(undercutter_parameters, parameters);

typedef struct undercutter {
    undercutter_parameters parameters;
    const bt_seller_setting *setting;
} undercutter;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    undercutter *seller = BT_ARENA_NEW(setting->arena, 1, undercutter);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "seller '%s': out of memory", setting->name);
    seller->parameters = *(const undercutter_parameters *)given;
    seller->setting = setting;
    *self = seller;
    return BT_OK;
}

static double cheapest_rival(const bt_seller_setting *setting, const double *price)
{
    double cheapest = INFINITY;
    uint32_t own = 0;
    for (uint32_t product = 0; product < setting->n_products; product++) {
        if (own < setting->n_own && setting->own_product[own] == product)
            own++;
        else
            cheapest = fmin(cheapest, price[product]);
    }
    return cheapest;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    const undercutter *seller = self;
    double target = seller->parameters.highest_price;
    if (view->price != NULL)
        target = fmin(target,
                      cheapest_rival(seller->setting, view->price) - seller->parameters.step);
    for (uint32_t own = 0; own < seller->setting->n_own; own++) {
        double floor = seller->setting->own_cost[own] + seller->parameters.markup_floor;
        own_price[own] = target >= floor ? target : seller->parameters.highest_price;
    }
    return BT_NO_ACTION;
}

const bt_seller_type bt_undercutter = {
    .described = {.name = "undercutter",
                  .summary = "Undercuts the cheapest rival until a floor, then resets.",
                  .source = "",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_RIVAL_PRICES,
    .create = create,
    .decide = decide,
};
