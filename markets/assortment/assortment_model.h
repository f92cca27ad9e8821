/*
 * An assortment market's model: its items, sellers and what is given of buyers' tastes.
 * Made once per sweep point, then read only. Internal to the files assortment_*.c.
 */
#ifndef BT_MARKETS_ASSORTMENT_MODEL_H
#define BT_MARKETS_ASSORTMENT_MODEL_H

#include "markets/assortment/assortment_parameters.h"
#include "markets/market.h"

typedef struct bt_assortment_model {
    const bt_assortment_parameters *parameters;
    bt_arena *arena;
    bt_market_layout layout;
    bt_ownership ownership;
    bt_demand *demand; /* a logit over the items, for what only counts them */
    size_t n_items;
    size_t n_sellers;
    size_t dimension;           /* of the contexts; 0: none */
    uint32_t *seller;           /* [item] */
    double *cost;               /* [item] */
    double *given_price;        /* [item] NAN: the seller's to choose */
    double *quality;            /* [item] NAN: drawn */
    double *price_coefficient;  /* [item] NAN: drawn */
    double *nowhere;            /* [item] NAN: there are no benchmark prices */
    bt_assortment_rules *rules; /* [seller] */
} bt_assortment_model;

bt_status bt_assortment_prepare(const bt_market_model_setting *setting, void **model,
                                bt_error *error);
void bt_assortment_release(void *model);
const bt_market_layout *bt_assortment_layout(const void *model);

#endif
