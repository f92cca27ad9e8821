/* The `market:` block of a shopbot market as a parameter struct. */
#ifndef BT_MARKETS_SHOPBOT_PARAMETERS_H
#define BT_MARKETS_SHOPBOT_PARAMETERS_H

#include "markets/market.h"
#include "sim/parameter.h"

typedef enum bt_shopbot_values { BT_VALUES_EQUAL, BT_VALUES_UNIFORM } bt_shopbot_values;

typedef struct bt_shopbot_parameters {
    double cost;
    double value;
    int32_t values;        /* bt_shopbot_values */
    bt_real_list compares; /* w_1, w_2, ...: the rest compares all sellers */
    double quantum;
    double size;
    double arrivals; /* NAN: expected sales */
    double window;
} bt_shopbot_parameters;

extern const bt_parameter_table bt_shopbot_parameter_table;

/* As bt_market_type.check. */
size_t bt_shopbot_check(const void *parameters, const char *const *seller_names,
                        size_t n_seller_names, bt_complain *complain, void *context);

/* compares_share [n_sellers] of the equilibrium from the list and its rest. */
void bt_shopbot_spread_shares(const bt_shopbot_parameters *parameters, size_t n_sellers,
                              double *compares_share);

#endif
