/*
 * What best-offer sellers that learn have in common: how many listings they learn on, and the
 * answers of a play that wait for what the listing brings.
 *
 * Every answer of a play has the same return, undiscounted: the price, or the discounted worth
 * of what was not sold, over the list price (Green and Plunkett 2020). After `training`
 * listings a seller plays what it found best and learns no more; of listings before that it
 * knows how much of the training is over.
 */
#ifndef BT_AGENTS_BARGAINING_TRAINING_H
#define BT_AGENTS_BARGAINING_TRAINING_H

#include "markets/bargaining/bargaining_sides.h"
#include "markets/bargaining/negotiation.h"
#include "sim/parameter.h"

/* Answers of a play at most: three on a thread. */
enum { BT_MOST_ANSWERS = 3 * BT_MOST_ARRIVALS };

/* The row `training` of a rule's parameter table, for an int64_t member of its struct. */
#define BT_TRAINING_PARAMETER(rule, member)                                                    \
    {                                                                                          \
        .name = "training", .type = BT_INTEGER, .offset = offsetof(rule, member),              \
        .unit = "listings", .default_text = "100000", .range = BT_BETWEEN(0, 1 << 28),         \
        .meaning =                                                                             \
            "it learns on the first listings, then plays what it found best; as a rule "       \
            "market.warm_up"                                                                   \
    }

/* The share of the training that is still ahead, 1 at first, 0 when it is over. */
static inline double bt_training_ahead(uint64_t listings, int64_t training)
{
    return listings < (uint64_t)training ? 1 - (double)listings / (double)training : 0;
}

#endif
