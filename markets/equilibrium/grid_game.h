/*
 * Grid games: the market restricted to a price grid per seller.
 *
 * Learners on a grid are compared with the pure equilibria of the game they play, not
 * only with the continuous one: Calvano's 15-point grid has two, at indices (1,1) and
 * (2,2). A payoff table over all joint actions is also what makes a periodic market of
 * grid learners run at millions of periods per second.
 */
#ifndef BT_MARKETS_GRID_GAME_H
#define BT_MARKETS_GRID_GAME_H

#include <stddef.h>
#include <stdint.h>

#include "markets/demand/demand.h"
#include "markets/ownership.h"
#include "sim/status.h"

/* Each seller i has n_actions[i] actions; action a sets its products' prices. Joint
 * action index = sum_i action_i stride[i], the last seller fastest. */
typedef struct bt_grid_game {
    size_t n_sellers;
    size_t n_products;
    size_t n_joint;
    const size_t *n_actions; /* [seller] */
    size_t *stride;          /* [seller] */
    double *profit;          /* [joint * seller] after fees, times size */
    double *objective;       /* [joint * seller] what sellers maximise, times size; `profit`
                                itself where that is expected profit for all */
    double *share;           /* [joint * product] */
    double *price;           /* [joint * product] */
    double
        *consumer_surplus; /* [joint] times size; level for linear price, else money metric */
} bt_grid_game;

/* Tabulate the game. action_price[i]: [n_actions[i] * own products of i, in product
 * order]. Refuses more than `max_joint` joint actions with BT_INTERNAL. */
bt_status bt_grid_game_create(const bt_demand *demand, const bt_ownership *ownership,
                              const size_t *n_actions, const double *const *action_price,
                              size_t max_joint, bt_grid_game **game, bt_error *error);
void bt_grid_game_destroy(bt_grid_game *game);

/* All pure equilibria: joint indices in ascending order, at most `capacity` stored;
 * returns how many there are. An action is a best response within `tolerance` of the
 * seller's objective. */
size_t bt_grid_game_pure_equilibria(const bt_grid_game *game, double tolerance,
                                    size_t *joint_index, size_t capacity);

#endif
