#include "agents/sellers/registry.h"

static const bt_described *const entries[] = {
    &bt_fixed_seller.described,
    &bt_best_response_seller.described,
    &bt_q_learning_seller.described,
    &bt_gradient_seller.described,
    &bt_static_assortment_seller.described,
};

const bt_registry bt_seller_registry = {
    .kind = "seller",
    .entries = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
};
