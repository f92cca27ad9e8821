/*
 * The regret frontier of a grid game, for every mean outcome at once: the least external
 * regret that some seller must have where play's mean outcome (its profit gain, say) is t,
 *
 *     f(t) = min over distributions x on joint actions with mean outcome t
 *            of max_{i,k} sum_x x (pi_i(k, a_-i) - pi_i(a)).
 *
 * pi_i being what seller i maximises, expected profit unless it declares another objective.
 * f is convex and piecewise linear, and f(t) <= 0 on the range of the coarse correlated
 * equilibria. Learners' runs are held against it: no run of any learner lies below. So it
 * is kept as straight lines from the dual programs. Each of them bounds f from below
 * everywhere, whatever the simplex method left undone, so a run that lies below a line
 * would be a mistake of the program, not of rounding.
 *
 * The programs have a row per deviation and a column per joint action, too many to write
 * down: columns are brought in while they pay (Gilmore and Gomory 1961). What a column
 * would pay is sum_i (sum_k y_ik pi_i(k, a_-i) - Y_i pi_i(a)), whose first part belongs to
 * the rivals' actions alone, so all n_joint columns are priced in n_joint * n_sellers
 * steps. Lines are laid where two neighbours cross until none would rise by more than the
 * tolerance (Eisner and Severance 1976).
 */
#ifndef BT_MARKETS_FRONTIER_H
#define BT_MARKETS_FRONTIER_H

#include "markets/equilibrium/grid_game.h"
#include "sim/status.h"

enum { BT_FRONTIER_LINES = 256 };

/* Plain data. */
typedef struct bt_frontier {
    double lowest; /* the outcome's smallest and largest value over joint actions */
    double highest;
    double coarse_low; /* means of coarse correlated equilibria */
    double coarse_high;
    size_t n_lines;
    double intercept[BT_FRONTIER_LINES]; /* f(t) >= intercept + slope t */
    double slope[BT_FRONTIER_LINES];
} bt_frontier;

/* The frontier of outcome [joint], within `tolerance` (in profit) while there are lines.
 * BT_INTERNAL when a program cannot be solved (says why), or memory is out. */
bt_status bt_frontier_find(const bt_grid_game *game, const double *outcome, double tolerance,
                           bt_frontier *frontier, bt_error *error);

/* A regret in profit that f(t) does not lie below; NAN for a mean that no play has. */
double bt_frontier_at(const bt_frontier *frontier, double t);

#endif
