/*
 * What happened to a best-offer listing: the one record that everyone shares.
 *
 * A listing is offered at a list price for a window of time. Buyers open threads; in a
 * thread buyer and seller take turns 1, 2, ..., 7, odd ones the buyer's, the seventh the
 * buyer's last word. The mechanism writes this record, `bertrand import best-offer` makes
 * it of real data, the history file stores it, and whoever estimates moments or models of
 * behaviour reads it: simulated and real histories are one kind of thing.
 *
 * Prices are integer cents. Times are integer seconds on one clock (of real data since
 * 2012-06-01 00:00:00). An array of listings is accompanied by one of threads, in the order
 * of their listings and within a listing of their arrivals, and one of turns, in the order
 * of their threads: each listing and each thread knows its first and how many it has.
 */
#ifndef BT_MARKETS_BARGAINING_HISTORY_H
#define BT_MARKETS_BARGAINING_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BT_BARGAINING_TURNS = 7,
    BT_BARGAINING_RESPONSE_SECONDS = 48 * 3600, /* an offer expires after so long */
    BT_BARGAINING_WINDOW_DAYS = 8,
};

/* Which of the four sets of sellers a listing's seller belongs to. */
typedef enum bt_bargaining_partition {
    BT_PARTITION_SIMULATOR,  /* models of behaviour are estimated on these */
    BT_PARTITION_LEARNING,   /* learning sellers are trained on these */
    BT_PARTITION_VALIDATION, /* results are shown for these */
    BT_PARTITION_TEST,       /* kept back */
    BT_PARTITIONS,
} bt_bargaining_partition;

/* What a player did at a turn. An expiration is a rejection that nobody spoke. */
typedef enum bt_bargaining_act {
    BT_ACT_OFFER,  /* a price of one's own: a first offer or a counter-offer */
    BT_ACT_ACCEPT, /* of the price that the other named; of the list price: buy it now */
    BT_ACT_REJECT, /* the seller stays at its price; the buyer walks away */
} bt_bargaining_act;

enum {
    BT_TURN_AUTOMATIC = 1, /* by the listing's thresholds, in the second of the offer */
    BT_TURN_EXPIRED = 2,   /* no answer within 48 hours */
    BT_TURN_MESSAGE = 4,   /* words came with it */
};

typedef struct bt_bargaining_turn {
    int64_t time;   /* when the turn was taken */
    int64_t price;  /* cents: own price after the turn (of a walk: the last offer) */
    uint8_t number; /* 1 .. 7 */
    uint8_t act;    /* bt_bargaining_act */
    uint8_t flags;  /* BT_TURN_... */
    uint8_t padding[5];
} bt_bargaining_turn;

typedef struct bt_bargaining_thread {
    int64_t buyer;         /* who; in simulations the thread's number in its run */
    int64_t buyer_history; /* best-offer threads this buyer had before; -1: unknown */
    uint64_t first_turn;
    uint32_t n_turns; /* at least 1 */
    uint32_t padding;
} bt_bargaining_thread;

typedef struct bt_bargaining_listing {
    int64_t id;
    int64_t seller;
    int64_t list_price;    /* cents */
    int64_t decline_price; /* offers below are rejected at once; 0: none */
    int64_t accept_price;  /* offers from here on are accepted at once; list_price: none */
    int64_t start;         /* seconds */
    int64_t end;           /* end of the window; a turn that would come then never comes */
    double weight;         /* how many listings this one stands for */
    uint64_t first_thread;
    uint32_t n_threads;
    int32_t category;       /* of the top level; 0: unknown */
    int32_t feedback_score; /* of the seller, -1: unknown */
    int32_t condition;      /* as eBay codes it: 1000 new ... 7000 for parts; 0: unknown */
    uint8_t photos;
    uint8_t partition; /* bt_bargaining_partition */
    uint8_t padding[6];
} bt_bargaining_listing;

/* Many listings with all that happened to them. */
typedef struct bt_bargaining_history {
    size_t n_listings, n_threads, n_turns;
    bt_bargaining_listing *listing; /* [n_listings] */
    bt_bargaining_thread *thread;   /* [n_threads] */
    bt_bargaining_turn *turn;       /* [n_turns] */
} bt_bargaining_history;

/* Whose turn it is: turns 1, 3, 5, 7 are the buyer's. */
static inline bool bt_is_buyers_turn(unsigned number)
{
    return number % 2 == 1;
}

/* The share of the bargaining zone that a turn concedes,
 *
 *     con_t = (p_t - p_{t-2}) / (p_{t-1} - p_{t-2}),   p_{-1} = 0, p_0 = list price,
 *
 * in whole per cent, rounded to the nearest; a turn strictly between one's own price and
 * the other's is at least 1 and at most 99, so that 0 is a rejection and 100 an acceptance
 * and nothing else is. Prices in cents; `own` is p_{t-2}, `other` is p_{t-1} and differs. */
int bt_concession_percent(int64_t price, int64_t own, int64_t other);

#endif
