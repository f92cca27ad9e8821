/* A seller that never changes its prices: a benchmark, or a competitive fringe. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/grid/price_grid.h"
#include "agents/sellers/registry.h"

typedef struct fixed_parameters {
    bt_option price;
} fixed_parameters;

static const bt_parameter parameters[] = {
    {.name = "price",
     .type = BT_OPTION,
     .offset = offsetof(fixed_parameters, price),
     .unit = "price",
     .required = true,
     .number_allowed = true,
     .choices = BT_PRICE_CHOICES,
     .meaning = "the price of all its products: a number, or a benchmark of each"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(fixed_parameters, parameters);

typedef struct fixed_seller {
    uint32_t n_own;
    double *price; /* [own] its only action */
} fixed_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const fixed_parameters *chosen = given;
    fixed_seller *seller = BT_ARENA_NEW(setting->arena, 1, fixed_seller);
    if (seller != NULL)
        seller->price = BT_ARENA_NEW(setting->arena, setting->n_own, double);
    if (seller == NULL || seller->price == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->n_own = setting->n_own;
    for (uint32_t k = 0; k < setting->n_own; k++) {
        seller->price[k] = bt_price_of(&chosen->price, setting, k);
        if (isnan(seller->price[k]))
            return bt_fail(error, BT_BAD_INPUT,
                           "seller \"%s\": this market has no such benchmark price; give "
                           "`price` as a number",
                           setting->name);
    }
    *self = seller;
    return BT_OK;
}

static size_t actions(const void *self, const double **action_price)
{
    const fixed_seller *seller = self;
    *action_price = seller->price;
    return 1;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    const fixed_seller *seller = self;
    (void)view;
    memcpy(own_price, seller->price, seller->n_own * sizeof(double));
    return 0;
}

static size_t n_states(const void *self, size_t *memory)
{
    (void)self;
    *memory = 0;
    return 1;
}

static uint64_t greedy_action(const void *self, size_t state)
{
    (void)self;
    (void)state;
    return 0;
}

const bt_seller_type bt_fixed_seller = {
    .described = {.name = "fixed",
                  .summary = "Charges the same price for ever.",
                  .source = "",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = actions,
    .decide = decide,
    .n_states = n_states,
    .greedy_action = greedy_action,
};
