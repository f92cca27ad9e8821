#include "agents/buyers/registry.h"

static const bt_described *const entries[] = {
    &bt_expected_buyers.described,
    &bt_logit_buyers.described,
    &bt_human_bargainers.described,
    &bt_fitted_bargainers.described,
};

const bt_registry bt_buyers_registry = {
    .kind = "buyers",
    .entries = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
};
