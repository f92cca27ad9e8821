/*
 * The `market:` block of an assortment market as parameter structs.
 *
 * `items` come in groups of like ones: a group of `count` items takes each of its numbers
 * from a list of that length, or one number for all. What buyers want is given item by item
 * (quality and price_sensitivity, or the attraction at a given price), or drawn anew each
 * run (contexts: random or fixed, or a group without quality).
 */
#ifndef BT_MARKETS_ASSORTMENT_PARAMETERS_H
#define BT_MARKETS_ASSORTMENT_PARAMETERS_H

#include "markets/market.h"
#include "sim/parameter.h"

typedef enum bt_context_kind {
    BT_CONTEXT_NONE,
    BT_CONTEXT_ONE_HOT, /* an item's features tell which it is */
    BT_CONTEXT_FIXED,   /* drawn once a run */
    BT_CONTEXT_RANDOM   /* drawn each round */
} bt_context_kind;

typedef struct bt_item_group_parameters {
    const char *name;
    const char *seller;
    int64_t count;
    bt_real_list quality;
    bt_real_list price_sensitivity;
    bt_real_list attraction; /* exp(utility) at the given price */
    bt_real_list cost;
    bt_real_list price; /* given: only the set is the seller's */
} bt_item_group_parameters;

typedef struct bt_assortment_parameters {
    int64_t capacity;
    int32_t contexts; /* bt_context_kind */
    int64_t dimension;
    double least_price_sensitivity;
    bt_table_list items; /* bt_item_group_parameters */
} bt_assortment_parameters;

extern const bt_parameter_table bt_assortment_parameter_table;

/* Every mistake that no table sees; as bt_market_type.check. */
size_t bt_assortment_check(const void *parameters, const char *const *seller_names,
                           size_t n_seller_names, bt_complain *complain, void *context);

/* The k-th number of a group's list, `otherwise` if the list is empty. */
double bt_group_number(const bt_real_list *list, size_t k, double otherwise);

#endif
