/*
 * The `market:` block of a bargaining market as parameter structs.
 */
#ifndef BT_MARKETS_BARGAINING_PARAMETERS_H
#define BT_MARKETS_BARGAINING_PARAMETERS_H

#include "markets/bargaining/listing_population.h"
#include "markets/market.h"

typedef struct bt_bargaining_parameters {
    bt_listing_population listings;
    double window;        /* days */
    double response_time; /* days */
    double discount;
    int64_t plays;
    int64_t worth_plays;
    int64_t warm_up;       /* listings */
    const char *reference; /* a seller's name; "": the first that has a delay of its own */
} bt_bargaining_parameters;

extern const bt_parameter_table bt_bargaining_parameter_table;

/* Every mistake that no table sees; as bt_market_type.check. */
size_t bt_bargaining_check(const void *parameters, const char *const *seller_names,
                           size_t n_seller_names, bt_complain *complain, void *context);

#endif
