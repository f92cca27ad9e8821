/*
 * Inside equilibrium: the Jacobian of the first-order conditions, Newton's step, and how
 * far the solution can be.
 *
 * With x_rj = a_rj s_rj, m_j = p_j - (zero-margin price), M_rj the sum of m_k s_rk over the
 * products of j's seller, and the conditions R_j = s_j - Lambda_j m_j + sum_k Gamma_jk m_k,
 *   dR_j/dp_l = sum_r w_r x_rl [s_rj + x_rj (2 M_rj - m_j)]
 *             + [same seller] sum_r w_r x_rj [s_rl - x_rl m_l]
 *             + [j = l] { -2 Lambda_j + sum_r w_r (a'_rj - a_rj^2) s_rj (M_rj - m_j) },
 * formed row by row through the index from products to the types that consider them; nested
 * logit and risk-averse sellers take differences instead.
 */
#ifndef BT_MARKETS_EQUILIBRIUM_NEWTON_H
#define BT_MARKETS_EQUILIBRIUM_NEWTON_H

#include "markets/equilibrium/pricing_game.h"

enum { BT_NEWTON_LIMIT = 400 }; /* free prices for which the Jacobian is factored */

typedef struct bt_newton {
    bt_pricing_game *game;
    size_t n;           /* free prices */
    size_t capacity;    /* n_products */
    double *jacobian;   /* [n * n] of R_j / Lambda_j; factored in place */
    double *full;       /* [product * product] of a dense game */
    size_t *pivot;      /* [n] */
    double *row;        /* [product] */
    double *conditions; /* [n] */
    double *step;       /* [n] */
    double *trial;      /* [product] */
    double *columns;    /* [n * BT_SUBSTITUTED] of the inverse */
    bool factored;      /* at prices close by */
    bool singular;
} bt_newton;

/* For the game's present sellers; keeps its entries. */
bt_status bt_newton_create(bt_pricing_game *game, bt_newton *newton, bt_error *error);
void bt_newton_free(bt_newton *newton);

/* Factor the Jacobian at prices at which the game has been evaluated. */
void bt_newton_factor(bt_newton *newton, const double *price);

/* newton->step = -J^{-1} conditions, from the game's evaluation and the last factors. */
void bt_newton_step(bt_newton *newton);

/* A bound on max |p - p*| at prices at which the game has been evaluated, and is afterwards:
 * twice |J^{-1}| times the conditions and their rounding. NAN where J is singular, where a
 * second step shows that the first-order picture does not hold, and for more prices than
 * can be handled. `near`: factors from prices close by that serve, or NULL. */
double bt_price_error_bound(bt_pricing_game *game, const double *price, bt_newton *near);

#endif
