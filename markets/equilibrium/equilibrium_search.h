/*
 * Inside equilibrium: where to start from, and what best responses lead to.
 *
 * First-order solutions are looked for from: prices at cost; prices as a monopolist facing
 * the outside option alone might set them; the ends of best-response play from both; and
 * mixtures of low and high that differ from seller to seller (a fixed sequence: no random
 * draws). Play is sequential, each seller in turn, with global best responses, so that
 * where a first-order point is false it goes on to the true one, and where there is no
 * pure equilibrium it runs into a cycle.
 */
#ifndef BT_MARKETS_EQUILIBRIUM_SEARCH_H
#define BT_MARKETS_EQUILIBRIUM_SEARCH_H

#include "markets/equilibrium/best_response.h"
#include "markets/equilibrium/pricing_game.h"

/* The start number `start` into price[product]: 0 low, 1 high, from 2 on mixtures. */
void bt_start_prices(const bt_pricing_game *game, size_t start, double *price);

/* Between low and high: where to start when there is one start only. */
void bt_typical_prices(const bt_pricing_game *game, double *price);

typedef enum bt_play_end {
    BT_PLAY_SETTLED, /* a round changed nothing: price is where each responds best */
    BT_PLAY_CYCLED,
    BT_PLAY_ROSE,   /* without bound */
    BT_PLAY_FELL,   /* to zero */
    BT_PLAY_WENT_ON /* max_rounds */
} bt_play_end;

typedef struct bt_play {
    bt_play_end end;
    size_t rounds;
    size_t cycle_length; /* states; a state for each seller's move */
    double *cycle_price; /* [cycle_length * product], owned by the caller; NULL unless a cycle
                            was asked for and found */
} bt_play;

/* Play best responses from price[product], in place. */
bt_status bt_play_best_responses(bt_responder *responder, double *price, size_t max_rounds,
                                 bool want_cycle, bt_play *play, bt_error *error);

#endif
