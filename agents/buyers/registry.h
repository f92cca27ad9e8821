/*
 * The buyers that an experiment file can name (`buyers: {type: ...}`). A new type is one
 * file here and one line in registry.c.
 */
#ifndef BT_AGENTS_BUYERS_REGISTRY_H
#define BT_AGENTS_BUYERS_REGISTRY_H

#include "markets/buyers.h"
#include "sim/parameter.h"

/* Entries are bt_buyers_type (bt_described comes first in it). */
extern const bt_registry bt_buyers_registry;

extern const bt_buyers_type bt_expected_buyers;   /* expected.c */
extern const bt_buyers_type bt_logit_buyers;      /* logit.c */
extern const bt_buyers_type bt_human_bargainers;  /* ../bargaining/human_buyers.c */
extern const bt_buyers_type bt_fitted_bargainers; /* ../bargaining/fitted/types.c */

#endif
