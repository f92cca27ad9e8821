/*
 * Play under the sellers' limit strategies: what they would do for ever with no more
 * experiments and no more learning. A map on finitely many states, where each seller's
 * greedy action is a function of the last joint actions: the cycle that it enters is where
 * a run ended; pushed off the cycle, it shows how rivals respond (posted_price_response.h).
 */
#ifndef BT_MARKETS_POSTED_PRICE_LIMIT_H
#define BT_MARKETS_POSTED_PRICE_LIMIT_H

#include "markets/posted_price/posted_price_market.h"

/* State: the last `digits` joint actions, the newest the most significant, and above them
 * the phase of the clocks. Borrows the market. */
typedef struct bt_limit_play {
    const bt_posted_price *market;
    uint64_t n_joint;
    uint64_t newest;   /* n_joint^(digits - 1) */
    uint64_t n_states; /* n_joint^digits */
    size_t digits;
    uint64_t phases; /* common period of the clocks */
} bt_limit_play;

/* False when play is no map on finitely many states: a seller without a finite strategy,
 * no tabulated game, random clocks, or a memory of moves that clocks make unequal. */
bool bt_limit_play_find(const bt_posted_price *market, bt_limit_play *play);

/* The state in which the last period's decisions were taken; false if the run was too
 * short to have one. */
bool bt_limit_play_last_state(const bt_limit_play *play, uint64_t *state);

/* What is played in a state, and the state after that, or after another joint action. */
uint64_t bt_limit_play_joint(const bt_limit_play *play, uint64_t state);
uint64_t bt_limit_play_next(const void *play, uint64_t state);
uint64_t bt_limit_play_next_after(const bt_limit_play *play, uint64_t state, uint64_t joint);

/* Whether a seller's clock lets it reprice in a state. */
bool bt_limit_play_moves(const bt_limit_play *play, size_t seller, uint64_t state);

/* The last `digits` joint actions before the last period; false if there were fewer. */
bool bt_history_before_last(const bt_posted_price *market, size_t digits, uint64_t n_joint,
                            uint64_t *history);

/* Follow the strategies from the last state into their cycle: the mean over it, and the
 * period after which what is played returns. False when there is no such play. */
bool bt_limit_play_follow(const bt_posted_price *market, bt_market_interval *mean,
                          int64_t *cycle_length);

/* Number of states of a seller's strategy and how many joint actions it remembers; 0: it
 * has no finite strategy. */
size_t bt_strategy_states(const bt_market_seller *seller, size_t *memory);
uint64_t bt_strategy_action(const bt_market_seller *seller, uint64_t state);

#endif
