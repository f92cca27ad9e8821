/*
 * A price that a model recommends, and a dither around it that falls but slowly, so that the
 * model goes on learning: what the rules share that estimate their own demand.
 *
 *     charge the projection on the box of p + d t^-e z,    z = 1 or -1 by chance, t = 1, 2, ...
 *
 * Draws: the box's, and one a product at each move.
 */
#ifndef BT_AGENTS_SELLERS_DITHERED_PRICE_H
#define BT_AGENTS_SELLERS_DITHERED_PRICE_H

#include "agents/sellers/continuous/price_box.h"
#include "sim/random.h"

typedef struct bt_dither_parameters {
    double size;
    double exponent;
} bt_dither_parameters;

/* Rows of a rule's parameter table, for the member `dither` of its parameter struct. */
#define BT_DITHER_PARAMETERS(rule)                                                             \
    {.name = "dither",                                                                         \
     .type = BT_REAL,                                                                          \
     .offset = offsetof(rule, dither.size),                                                    \
     .unit = "price",                                                                          \
     .default_text = "0.3",                                                                    \
     .range = BT_NON_NEGATIVE,                                                                 \
     .meaning = "d: how far the first price is off the one that it thinks best"},              \
    {                                                                                          \
        .name = "dither_exponent", .type = BT_REAL, .offset = offsetof(rule, dither.exponent), \
        .unit = "1", .default_text = "0.25", .range = BT_BETWEEN(0, 2),                        \
        .meaning = "e: the dither falls as t^-e"                                               \
    }

typedef struct bt_dithered_price {
    const bt_dither_parameters *parameters;
    uint32_t n_own;
    bt_price_box box;
    double *best;    /* [own] recommended; the rule's to set, at first the start */
    double *charged; /* [own] last */
    uint64_t t;      /* moves so far */
    bt_stream dithers;
} bt_dithered_price;

bt_status bt_dithered_price_create(const bt_dither_parameters *parameters,
                                   const bt_price_box_parameters *box,
                                   const bt_seller_setting *setting, bt_dithered_price *price,
                                   bt_error *error);

/* Move: writes own_price and price->charged. */
void bt_dithered_price_charge(bt_dithered_price *price, double *own_price);

/* Recommend for own product `own`: put into the box; NAN leaves what was recommended. */
void bt_dithered_price_recommend(bt_dithered_price *price, uint32_t own, double best);

void bt_dithered_price_archive(bt_dithered_price *price, bt_archive *archive);

#endif
