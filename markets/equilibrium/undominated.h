/*
 * What survives iterated elimination of strictly dominated actions (Bernheim 1984; Pearce
 * 1984; by pure actions). No correlated equilibrium gives weight to anything else, so
 * programs over correlated equilibria need only the game that is left; in pricing games,
 * whose best responses rise with rivals' prices, that is little more than the prices
 * between the lowest and the highest equilibrium (Milgrom and Roberts 1990).
 *
 * A coarse correlated equilibrium may play dominated actions: those need the whole game.
 */
#ifndef BT_MARKETS_UNDOMINATED_H
#define BT_MARKETS_UNDOMINATED_H

#include "markets/equilibrium/grid_game.h"
#include "sim/status.h"

/* The game of the surviving actions, in their order, with profits and objectives only (no
 * shares, prices or surplus), and outcome [joint] restricted to it. Free the game with
 * bt_grid_game_destroy, the outcome with free. BT_INTERNAL when memory is out. */
bt_status bt_undominated_game(const bt_grid_game *game, const double *outcome,
                              bt_grid_game **reduced, double **reduced_outcome,
                              bt_error *error);

#endif
