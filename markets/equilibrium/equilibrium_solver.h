/*
 * Inside equilibrium: from one start to one solution of the first-order conditions.
 *
 * The zeta map of Morrow and Skerlos (2011), p <- p + R/Lambda, is globally calm and
 * linear; Newton is quadratic near a solution. The solver takes zeta steps until the
 * conditions are moderately small, then Newton steps as long as each brings the residual
 * down (its Jacobian is kept while it serves), and falls back on zeta where one does not.
 * Markets with more than BT_NEWTON_LIMIT prices accelerate the zeta map by Anderson's
 * mixing over a few past steps instead. The stop is on the residual itself.
 */
#ifndef BT_MARKETS_EQUILIBRIUM_SOLVER_H
#define BT_MARKETS_EQUILIBRIUM_SOLVER_H

#include "markets/equilibrium/equilibrium_newton.h"
#include "markets/equilibrium/pricing_game.h"

typedef enum bt_solver_outcome {
    BT_SOLVED,  /* residual at most the tolerance, or as small as rounding allows */
    BT_STALLED, /* max_iterations, or no step helps */
    BT_RISING,  /* prices rise without bound */
    BT_FALLING  /* prices fall to zero (log and Box-Cox prices) */
} bt_solver_outcome;

typedef struct bt_solver {
    bt_pricing_game *game;
    bt_newton newton; /* its factors serve near the last solution, if newton.factored */
    double *best;     /* [product] */
    double *trial;    /* [product] */
    double *history;  /* Anderson: [2 * DEPTH + 4][free] */
    double residual;  /* of the last solution */
    size_t iterations;
} bt_solver;

bt_status bt_solver_create(bt_pricing_game *game, bt_solver *solver, bt_error *error);
void bt_solver_free(bt_solver *solver);

/* Solve from price[product], in place; given prices stay. On return the game is evaluated at
 * the prices returned. */
bt_solver_outcome bt_solver_run(bt_solver *solver, double *price, double tolerance,
                                size_t max_iterations);

#endif
