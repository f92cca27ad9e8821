#include "agents/sellers/registry.h"

static const bt_described *const entries[] = {
    &bt_fixed_seller.described,
    &bt_best_response_seller.described,
    &bt_q_learning_seller.described,
    &bt_gradient_seller.described,
    &bt_random_seller.described,
    &bt_epsilon_greedy_seller.described,
    &bt_ucb1_seller.described,
    &bt_ucb_tuned_seller.described,
    &bt_thompson_gaussian_seller.described,
    &bt_thompson_beta_seller.described,
    &bt_exp3_seller.described,
    &bt_exp3_ix_seller.described,
    &bt_exp3_p_seller.described,
    &bt_hedge_seller.described,
    &bt_regret_matching_seller.described,
    &bt_fictitious_play_seller.described,
    &bt_roth_erev_seller.described,
    &bt_policy_gradient_seller.described,
    &bt_ucb_pi_seller.described,
    &bt_static_assortment_seller.described,
    &bt_cap_seller.described,
    &bt_greedy_mle_seller.described,
    &bt_ts_mnl_seller.described,
    &bt_dbl_mnl_seller.described,
    &bt_mnl_ucb_seller.described,
    &bt_mnl_ts_beta_seller.described,
    &bt_mnl_ts_correlated_seller.described,
};

const bt_registry bt_seller_registry = {
    .kind = "seller",
    .entries = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
};
