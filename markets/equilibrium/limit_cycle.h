/*
 * The cycle that a deterministic map enters: what sellers do for ever once they follow
 * fixed strategies that depend on the last prices only.
 *
 * Brent's algorithm (BIT 20, 1980): no memory but the two states, at most three times
 * tail + cycle steps.
 */
#ifndef BT_MARKETS_LIMIT_CYCLE_H
#define BT_MARKETS_LIMIT_CYCLE_H

#include <stdint.h>

/* The state that follows. */
typedef uint64_t bt_state_map(const void *context, uint64_t state);

/* The cycle that the path from `start` enters: its first state on that path, and its
 * length. The map must have finitely many states. */
uint64_t bt_limit_cycle(bt_state_map *next, const void *context, uint64_t start,
                        uint64_t *first);

#endif
