/*
 * The pricebots that an experiment file can name (`sellers: [{policy: ...}]`). A new one
 * is one file here and one line in registry.c.
 */
#ifndef BT_AGENTS_SELLERS_REGISTRY_H
#define BT_AGENTS_SELLERS_REGISTRY_H

#include "markets/seller.h"
#include "sim/parameter.h"

/* Entries are bt_seller_type (bt_described comes first in it). */
extern const bt_registry bt_seller_registry;

extern const bt_seller_type bt_fixed_seller;         /* fixed.c */
extern const bt_seller_type bt_best_response_seller; /* best_response.c */
extern const bt_seller_type bt_q_learning_seller;    /* q_learning.c */
extern const bt_seller_type bt_gradient_seller;      /* gradient.c */

/* For markets of type assortment */
extern const bt_seller_type bt_static_assortment_seller; /* static_assortment.c */

#endif
