#include "agents/bidders/registry.h"

static const bt_described *const entries[] = {
    &bt_truthful_bidder.described, &bt_fixed_bid_bidder.described, &bt_ucbid_bidder.described,
    &bt_exp_tree_bidder.described, &bt_win_exp_bidder.described,
};

const bt_registry bt_bidder_registry = {
    .kind = "bidder",
    .entries = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
};
