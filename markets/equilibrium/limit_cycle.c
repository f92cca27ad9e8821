#include "markets/equilibrium/limit_cycle.h"

/* The length of the cycle: the hare runs ahead by growing powers of two until it meets
 * the tortoise that waits. */
static uint64_t cycle_length(bt_state_map *next, const void *context, uint64_t start)
{
    uint64_t tortoise = start, hare = next(context, start);
    uint64_t power = 1, length = 1;
    while (tortoise != hare) {
        if (length == power) {
            tortoise = hare;
            power *= 2;
            length = 0;
        }
        hare = next(context, hare);
        length++;
    }
    return length;
}

uint64_t bt_limit_cycle(bt_state_map *next, const void *context, uint64_t start,
                        uint64_t *first)
{
    uint64_t length = cycle_length(next, context, start);
    uint64_t behind = start, ahead = start;
    for (uint64_t step = 0; step < length; step++)
        ahead = next(context, ahead);
    while (behind != ahead) {
        behind = next(context, behind);
        ahead = next(context, ahead);
    }
    *first = behind;
    return length;
}
