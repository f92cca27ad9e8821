/*
 * The game-theoretic pricebot (GT) of Greenwald and Kephart (1999): at each move a price
 * drawn from the mixed equilibrium of a shopbot market, p(F) with F uniform
 * (markets/equilibrium/shopbot_equilibrium.h). It knows the market, and looks at nobody.
 *
 * Draws: one a move.
 */
#include <stddef.h>

#include "agents/sellers/registry.h"
#include "markets/shopbot/shopbot_rules.h"

enum { PRICE_PURPOSE = 0 };

typedef struct mixed_equilibrium_parameters {
    char nothing;
} mixed_equilibrium_parameters;

static const bt_parameter_table parameter_table = {
    .parameters = NULL, .count = 0, .struct_size = sizeof(mixed_equilibrium_parameters)};

typedef struct mixed_equilibrium {
    const bt_shopbot_rules *rules;
    bt_stream prices;
} mixed_equilibrium;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    (void)given;
    if (setting->shopbot == NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": mixed_equilibrium needs a market of type shopbot",
                       setting->name);
    mixed_equilibrium *seller = BT_ARENA_NEW(setting->arena, 1, mixed_equilibrium);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->rules = setting->shopbot;
    seller->prices =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), PRICE_PURPOSE);
    *self = seller;
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    mixed_equilibrium *seller = self;
    *own_price = bt_shopbot_price(&seller->rules->market, bt_stream_uniform(&seller->prices));
    return BT_NO_ACTION;
}

static void archive(void *self, bt_archive *archive)
{
    mixed_equilibrium *seller = self;
    bt_archive_field(archive, "prices", &seller->prices, sizeof(seller->prices));
}

const bt_seller_type bt_mixed_equilibrium_seller = {
    .described = {.name = "mixed_equilibrium",
                  .summary = "Draws each price from the mixed equilibrium of a shopbot market "
                             "(the game-theoretic pricebot, GT).",
                  .source = "Greenwald and Kephart 1999; Varian 1980",
                  .parameters = &parameter_table},
    .feedback = BT_KNOWS_SHOPBOT,
    .create = create,
    .decide = decide,
    .archive = archive,
};
