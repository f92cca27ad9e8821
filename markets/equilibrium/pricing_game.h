/*
 * Inside equilibrium: a demand and its sellers laid out for fast evaluation.
 *
 * Every solver here turns on a few sums over buyer types at given prices. With w_r the
 * weight of type r, s_rj its choice probability, a_rj = alpha_r f'(p_j)/mu_r, and V_k the
 * value to its seller of one more sale of product k:
 *     s_j      = sum_r w_r s_rj
 *     Lambda_j = sum_r w_r a_rj s_rj
 *     Gamma_jk = sum_r w_r a_rj s_rj s_rk
 *     gradient_j = V'_j s_j - Lambda_j V_j + sum_{k: same seller} Gamma_jk V_k
 * (Morrow and Skerlos 2011). Nested logit has the same form with a_rj/(1-rho) for a_rj and
 * rho s_rk|h [same nest] + (1-rho) s_rk for s_rk. Only sums by seller are ever formed,
 * never the matrix Gamma, so one evaluation costs as much as the shares themselves.
 *
 * A seller that maximises expected profit has V_k = m_k, its margin. With E and Var the
 * mean and variance of the profit from one buyer, the two risk-averse objectives have
 *     E - gamma Var:    V_k = (1 + 2 gamma E) m_k - gamma m_k^2
 *     E^2 - lambda Var: V_k = 2 (1 + lambda) E m_k - lambda m_k^2
 * both of the form (A + B E) m_k + C m_k^2 / 2, and V'_k = dV_k/dp_k at given E. A square
 * forgets that a loss is a loss; where E < 0 it counts as -E^2, so that no seller gains by
 * losing money (and at zero margins, where E = 0, nothing changes).
 *
 * Types are summed in blocks whose bounds depend on the demand alone, and blocks are added
 * in order: the same bits for any number of threads.
 */
#ifndef BT_MARKETS_PRICING_GAME_H
#define BT_MARKETS_PRICING_GAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/demand/demand.h"
#include "markets/ownership.h"
#include "markets/equilibrium/pricing_dense.h"
#include "sim/status.h"

/* One thread's scratch of an evaluation. */
typedef struct bt_pricing_scratch {
    double *utility;      /* [chunk entry] then exp(utility - largest) */
    double *seller_value; /* [seller or pair] sums within a row, zero between rows */
    double *pair_value;   /* [product] the same by nest and seller */
    double *nest_largest; /* [nest] */
    double *nest_sum;     /* [nest] */
} bt_pricing_scratch;

typedef struct bt_pricing_game {
    const bt_demand *demand;
    const bt_ownership *ownership;
    size_t n_products;
    size_t n_sellers;
    size_t longest_row;
    bool all_linear;
    bool one_transform; /* all types share it: f and f' are tabulated by product */

    double *entry_utility;   /* [row entry] quality / mu (nested: also / (1-rho)) */
    double *type_slope;      /* [type] alpha / mu */
    double *outside_utility; /* [type] a_0 / mu, -inf without an outside option */

    bt_dense *dense; /* where every type considers everything; NULL elsewhere */

    double keep;               /* share of a price increase that the seller keeps */
    double *zero_margin_price; /* [product] where the margin after fees is zero */
    size_t n_free;             /* products whose price is a strategy */
    uint32_t *free_product;    /* [n_free] ascending */
    uint8_t *is_free;          /* [product] */
    size_t *seller_start;      /* [seller + 1] */
    uint32_t *seller_product;  /* [product] grouped by seller, ascending within */
    bool any_risk_aversion;
    bool single_product_sellers;
    uint32_t *pair; /* [product] nested: number of its (nest, seller) pair */

    size_t n_blocks;
    size_t *block_start; /* [block + 1] types */
    double *block_sum;   /* [block * (4 product + 1)] */
    size_t n_threads;
    bt_pricing_scratch *scratch; /* [thread] */
    size_t chunk_capacity;

    /* Of the last evaluation. */
    double *disutility;       /* [product] f(p), where one_transform */
    double *disutility_slope; /* [product] f'(p), where one_transform */
    double *margin;           /* [product] after fees */
    double *value;            /* [product] V */
    double *value_slope;      /* [product] V' */
    double *sum;              /* [product][4]: s, Lambda, sum_k Gamma V, Gamma_jj */
    double outside_share;
    double *expected;        /* [seller] E, per buyer */
    double *expected_square; /* [seller] E of the squared profit of a buyer */
    double *gradient;        /* [product] d objective / d price of its seller */
    double *response;        /* [product] for callers */

    /* Kept by row entry (after bt_pricing_game_keep_entries) by evaluations while
     * `recording`. */
    bool entries_kept;
    bool recording;
    double *entry_probability;  /* s_rj */
    double *entry_slope;        /* a_rj (nested: / (1-rho)) */
    double *entry_seller_value; /* sum over the seller's products of s_rk V_k (nested: the
                                   mix of the nest's and the total) */
    size_t *product_start;      /* [product + 1] */
    uint32_t *product_type;     /* [row entry] the types that consider a product, ascending */
    size_t *product_entry;      /* [row entry] and the row entries where they do */
} bt_pricing_game;

enum { BT_SUM_SHARE, BT_SUM_LAMBDA, BT_SUM_GAMMA_VALUE, BT_SUM_OWN_GAMMA, BT_SUMS };

/* Lay out a checked demand; NULL when memory is out. Sellers come with set_ownership,
 * which may be called again and again and does not allocate. */
bt_pricing_game *bt_pricing_game_create(const bt_demand *demand, size_t n_threads);
void bt_pricing_game_destroy(bt_pricing_game *game);
void bt_pricing_game_set_ownership(bt_pricing_game *game, const bt_ownership *ownership);

/* The game that a demand's working memory keeps (made at the first call), with sellers
 * set; NULL when memory is out. */
bt_pricing_game *bt_pricing_game_of(const bt_demand *demand, const bt_ownership *ownership,
                                    bt_demand_work *work);

/* Make room for entry values and the index from products to row entries. */
bt_status bt_pricing_game_keep_entries(bt_pricing_game *game, bt_error *error);

/* Is this an ownership that fits the demand? One clear sentence when not. */
bt_status bt_ownership_check(const bt_demand *demand, const bt_ownership *ownership,
                             bt_error *error);

/* Fill everything "of the last evaluation" at prices [product]. */
void bt_pricing_game_evaluate(bt_pricing_game *game, const double *price);

/* Shares, margins and expected profits only. */
void bt_pricing_game_shares(bt_pricing_game *game, const double *price);

/* After an evaluation: gradient_j relative to the share and to V'_j's constant part, for a
 * product's seller that maximises expected profit | s - Lambda m + sum Gamma m | / s. */
double bt_pricing_game_relative_gradient(const bt_pricing_game *game, size_t product);
/* Its largest absolute value over the products whose price is a strategy. */
double bt_pricing_game_residual(const bt_pricing_game *game);

/* After an evaluation: a seller's objective, per buyer. */
double bt_pricing_game_objective(const bt_pricing_game *game, size_t seller);

/* A, B and C of V_k above for one seller whose expected profit is E. */
typedef struct bt_value_form {
    double constant; /* A */
    double mean;     /* B */
    double square;   /* C */
} bt_value_form;
bt_value_form bt_seller_value_form(const bt_ownership *ownership, size_t seller,
                                   double expected);
double bt_objective_of_moments(const bt_ownership *ownership, size_t seller, double expected,
                               double expected_square);

static inline double bt_game_share(const bt_pricing_game *game, size_t product)
{
    return game->sum[BT_SUMS * product + BT_SUM_SHARE];
}

#endif
