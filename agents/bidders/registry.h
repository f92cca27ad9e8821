/*
 * The bidding rules that an experiment file can name (`bidders: [{policy: ...}]`). A new one
 * is one file here and one line in registry.c.
 */
#ifndef BT_AGENTS_BIDDERS_REGISTRY_H
#define BT_AGENTS_BIDDERS_REGISTRY_H

#include "markets/bidder.h"
#include "sim/parameter.h"

/* Entries are bt_bidder_type (bt_described comes first in it). */
extern const bt_registry bt_bidder_registry;

extern const bt_bidder_type bt_truthful_bidder;  /* truthful.c */
extern const bt_bidder_type bt_fixed_bid_bidder; /* fixed_bid.c */
extern const bt_bidder_type bt_ucbid_bidder;     /* ucbid.c */
extern const bt_bidder_type bt_exp_tree_bidder;  /* exp_tree.c */
extern const bt_bidder_type bt_win_exp_bidder;   /* win_exp.c */

#endif
