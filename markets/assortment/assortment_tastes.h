/*
 * What the buyers of an assortment market want, and the features by which sellers see it.
 *
 * With features x_j = (x^psi_j, x^phi_j) in R^{2d}: quality <psi, x^psi_j>, price
 * sensitivity <phi, x^phi_j>. A run draws psi, phi ~ N(0, 2/d I); features are N(0, I/d),
 * their signs flipped so that both products are not negative, and L0 phi/|phi|^2 is added to
 * x^phi so that no sensitivity is below L0 (the experiments of Erginbas, Courtade and
 * Ramchandran 2025). One-hot features tell which item it is: tastes are then the items' own.
 *
 * Draws (agent BT_AGENT_MARKET, purpose 2000): once a run psi, then phi, one normal each;
 * then each time features are drawn, item after item, d for quality and d for price
 * sensitivity. Items' own tastes that are not given: quality, then sensitivity, item by item.
 */
#ifndef BT_MARKETS_ASSORTMENT_TASTES_H
#define BT_MARKETS_ASSORTMENT_TASTES_H

#include "markets/assortment/assortment_model.h"
#include "sim/random.h"

typedef struct bt_assortment_tastes {
    const bt_assortment_model *model;
    size_t dimension;
    double *taste;             /* [2 d] psi, phi; NULL unless features are drawn */
    double *context;           /* [item * 2 d]; NULL without features */
    double *quality;           /* [item] */
    double *price_coefficient; /* [item] */
    bt_stream stream;
} bt_assortment_tastes;

/* Draw what is drawn once a run; false when memory is out. */
bool bt_assortment_tastes_create(bt_assortment_tastes *tastes, const bt_assortment_model *model,
                                 bt_random_key key, bt_arena *arena);

/* Draw the next buyer's features, where they are drawn each round; true if so. */
bool bt_assortment_next_buyer(bt_assortment_tastes *tastes);

#endif
