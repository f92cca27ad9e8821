/*
 * Correlated equilibria of a grid game: what learners without regret can end in.
 *
 * Play whose time average has no external regret for any seller is a coarse correlated
 * equilibrium, without swap regret a correlated equilibrium (Hart and Mas-Colell 2000;
 * Foster and Vohra 1997). Both sets are polytopes of distributions x over joint actions,
 *     coarse:      sum_x x (pi_i(k, a_-i) - pi_i(a)) <= 0            for all i, k,
 *     correlated:  sum_{x: a_i = l} x (pi_i(k, a_-i) - pi_i(a)) <= 0 for all i, l, k,
 * so the range of any average outcome over them is two linear programs (GLPK). So is the
 * least regret with which a given average outcome can be reached: the frontier below
 * which no run of any learner can lie.
 */
#ifndef BT_MARKETS_CORRELATED_EQUILIBRIUM_H
#define BT_MARKETS_CORRELATED_EQUILIBRIUM_H

#include "markets/equilibrium/grid_game.h"
#include "sim/status.h"

typedef enum bt_correlation { BT_COARSE_CORRELATED, BT_CORRELATED } bt_correlation;

/* Smallest and largest mean of outcome [joint] over the chosen set of distributions.
 * BT_INTERNAL when the program cannot be solved (says why). */
bt_status bt_correlated_range(const bt_grid_game *game, bt_correlation correlation,
                              const double *outcome, double *low, double *high,
                              bt_error *error);

/* The smallest eps such that some distribution has mean outcome `target` and external
 * regret at most eps for every seller. BT_BAD_INPUT when no distribution has that mean. */
bt_status bt_regret_frontier(const bt_grid_game *game, const double *outcome, double target,
                             double *regret, bt_error *error);

/* Regrets per period of each seller under a distribution over joint actions given by
 * counts [joint] (markets/equilibrium/regret.h): external [seller], swap [seller].
 * O(joint actions that occurred * actions). BT_INTERNAL when memory is out. */
bt_status bt_regrets(const bt_grid_game *game, const double *count, double *external,
                     double *swap, bt_error *error);

#endif
