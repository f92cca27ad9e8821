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

extern const bt_seller_type bt_fixed_seller;      /* fixed.c */
extern const bt_seller_type bt_q_learning_seller; /* q_learning.c */

/* With continuous prices */
extern const bt_seller_type bt_best_response_seller;        /* best_response.c */
extern const bt_seller_type bt_gradient_seller;             /* gradient.c */
extern const bt_seller_type bt_derivative_follower_seller;  /* derivative_follower.c */
extern const bt_seller_type bt_oga_seller;                  /* oga.c */
extern const bt_seller_type bt_opga_seller;                 /* opga.c */
extern const bt_seller_type bt_ols_pricing_seller;          /* ols_pricing.c */
extern const bt_seller_type bt_logit_mle_pricing_seller;    /* logit_mle_pricing.c */
extern const bt_seller_type bt_explore_then_exploit_seller; /* explore_then_exploit.c */

/* Learners on a price grid (grid_bandit.h) */
extern const bt_seller_type bt_random_seller;             /* random.c */
extern const bt_seller_type bt_epsilon_greedy_seller;     /* epsilon_greedy.c */
extern const bt_seller_type bt_ucb1_seller;               /* ucb1.c */
extern const bt_seller_type bt_ucb_tuned_seller;          /* ucb_tuned.c */
extern const bt_seller_type bt_thompson_gaussian_seller;  /* thompson_gaussian.c */
extern const bt_seller_type bt_thompson_beta_seller;      /* thompson_beta.c */
extern const bt_seller_type bt_exp3_seller;               /* exp3.c */
extern const bt_seller_type bt_exp3_ix_seller;            /* exp3_ix.c */
extern const bt_seller_type bt_exp3_p_seller;             /* exp3_p.c */
extern const bt_seller_type bt_hedge_seller;              /* hedge.c */
extern const bt_seller_type bt_regret_matching_seller;    /* regret_matching.c */
extern const bt_seller_type bt_fictitious_play_seller;    /* fictitious_play.c */
extern const bt_seller_type bt_grid_best_response_seller; /* grid_best_response.c */
extern const bt_seller_type bt_roth_erev_seller;          /* roth_erev.c */
extern const bt_seller_type bt_ucb_pi_seller;             /* ucb_pi.c */
extern const bt_seller_type bt_lin_ucb_seller;            /* lin_ucb.c */
extern const bt_seller_type bt_lin_ts_seller;             /* lin_ts.c */
extern const bt_seller_type bt_mean_variance_ucb_seller;  /* mean_variance_ucb.c */
extern const bt_seller_type bt_cvar_ucb_seller;           /* cvar_ucb.c */
extern const bt_seller_type bt_policy_gradient_seller;    /* policy_gradient.c */
extern const bt_seller_type bt_internal_regret_seller;    /* internal_regret.c */

/* For markets of type shopbot */
extern const bt_seller_type bt_mixed_equilibrium_seller; /* mixed_equilibrium.c */
extern const bt_seller_type bt_myoptimal_seller;         /* myoptimal.c */

/* neural/ */
extern const bt_seller_type bt_deep_q_seller;       /* deep_q.c */
extern const bt_seller_type bt_actor_critic_seller; /* actor_critic.c */

/* For markets of type assortment */
extern const bt_seller_type bt_static_assortment_seller; /* static_assortment.c */
extern const bt_seller_type bt_cap_seller;               /* cap.c */
extern const bt_seller_type bt_greedy_mle_seller;        /* greedy_mle.c */
extern const bt_seller_type bt_ts_mnl_seller;            /* ts_mnl.c */
extern const bt_seller_type bt_dbl_mnl_seller;           /* dbl_mnl.c */
extern const bt_seller_type bt_mnl_ucb_seller;           /* mnl_ucb.c */
extern const bt_seller_type bt_mnl_ts_beta_seller;       /* mnl_ts_beta.c */
extern const bt_seller_type bt_cap_ons_seller;           /* cap_ons.c */
extern const bt_seller_type bt_ofu_mnl_plus_seller;      /* ofu_mnl_plus.c */
extern const bt_seller_type bt_m3p_seller;               /* m3p.c */
extern const bt_seller_type bt_ons_mpp_seller;           /* ons_mpp.c */
extern const bt_seller_type bt_mnl_ts_correlated_seller; /* mnl_ts_correlated.c */

/* ../bargaining/ */
extern const bt_seller_type bt_human_bargainer;        /* human_seller.c */
extern const bt_seller_type bt_fitted_bargainer;       /* fitted/types.c */
extern const bt_seller_type bt_heuristic_bargainer;    /* heuristic_seller.c */
extern const bt_seller_type bt_accept_all_seller;      /* plain_sellers.c */
extern const bt_seller_type bt_reject_all_seller;      /* plain_sellers.c */
extern const bt_seller_type bt_random_bargainer;       /* plain_sellers.c */
extern const bt_seller_type bt_tabular_bargainer;      /* tabular_seller.c */
extern const bt_seller_type bt_actor_critic_bargainer; /* actor_critic_seller.c */

#endif
