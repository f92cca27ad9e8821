#include "markets/registry.h"

#include "markets/assortment/assortment_market.h"
#include "markets/auction/auction_market.h"
#include "markets/bargaining/bargaining_market.h"
#include "markets/posted_price/posted_price.h"
#include "markets/shopbot/shopbot_market.h"

static const bt_described *const entries[] = {
    &bt_posted_price_market.described, &bt_assortment_market.described,
    &bt_bargaining_market.described,   &bt_shopbot_market_type.described,
    &bt_auction_market.described,
};

const bt_registry bt_market_registry = {
    .kind = "market",
    .entries = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
};
