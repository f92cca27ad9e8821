/*
 * What an auction market asks of a bidder. A bidding rule answers by filling one
 * bt_bidder_type in one file of agents/bidders/ and adding one line to that folder's
 * registry.
 *
 * Each round a bidder is asked for a bid, and then told what came of it. It learns the
 * item's value to it only when it wins, unless its type knows values before it bids. What
 * else it is told is part of its type, and it gets no more than it declares.
 */
#ifndef BT_MARKETS_BIDDER_H
#define BT_MARKETS_BIDDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/auction/law.h"
#include "sim/archive.h"
#include "sim/arena.h"
#include "sim/parameter.h"
#include "sim/random.h"
#include "sim/status.h"

typedef enum bt_bidder_feedback_bits {
    BT_BIDDER_SEES_OUTCOME = 0,        /* whether it won, then the price and the value */
    BT_BIDDER_SEES_RIVAL_BID = 1 << 0, /* the highest other bid of each round, lost or won */
    BT_BIDDER_KNOWS_VALUE = 1 << 1     /* the item's value before it bids */
} bt_bidder_feedback_bits;

typedef enum bt_payment { BT_SECOND_PRICE, BT_FIRST_PRICE } bt_payment;

/* What a bidder knows when it is made. Borrowed; lives as long as the run. */
typedef struct bt_bidder_setting {
    const char *name;
    uint32_t bidder; /* its index: its streams are those of BT_AGENT_BUYER(bidder) */
    uint32_t n_bidders;
    bt_payment payment;
    double horizon; /* rounds */
    bt_random_key key;
    bt_arena *arena;
} bt_bidder_setting;

typedef struct bt_bidder_view {
    uint64_t round; /* from 0 */
    double value;   /* of this round; NAN unless BT_BIDDER_KNOWS_VALUE */
} bt_bidder_view;

typedef struct bt_bidder_feedback {
    uint64_t round;
    bool won;
    double price;     /* paid; 0 if lost */
    double value;     /* NAN if lost */
    double rival_bid; /* what it had to beat: the highest other bid, or the reserve; NAN unless
                         BT_BIDDER_SEES_RIVAL_BID */
} bt_bidder_feedback;

typedef struct bt_bidder_type {
    bt_described described;
    uint32_t feedback; /* bt_bidder_feedback_bits */

    /* Make a bidder from its parameter struct. Allocate from the setting's arena only. */
    bt_status (*create)(const void *parameters, const bt_bidder_setting *setting, void **self,
                        bt_error *error);

    /* A bid between 0 and 1. */
    double (*bid)(void *self, const bt_bidder_view *view);

    void (*observe)(void *self, const bt_bidder_feedback *feedback); /* may be NULL */
    void (*archive)(void *self, bt_archive *archive);                /* may be NULL */
} bt_bidder_type;

/* A bidder in a market, and what the item is worth to it each round. */
typedef struct bt_bidder {
    const bt_bidder_type *type;
    void *self;
    const char *name;
    const bt_law *value;
} bt_bidder;

#endif
