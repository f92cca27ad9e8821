/*
 * What a negotiation is made of: a listing, the threads of offers on it, the turns of a
 * thread. The same records hold simulated and recorded negotiations.
 *
 * Prices are whole cents, times whole seconds since the listing began. Odd turns are the
 * buyer's, even ones the seller's, the seventh is the buyer's yes or no:
 *
 *     turn        1       2        3       4        5       6        7
 *     who       buyer   seller   buyer   seller   buyer   seller   buyer
 *     moves     offer   accept   accept  accept   accept  accept   accept
 *               or buy  counter  counter counter  counter counter  or walk
 *                       reject   or walk reject   or walk reject
 *
 * A move is a *concession*: the share that it gives up of what lies between the mover's
 * last price and the other's, con_t = (p_t - p_{t-2}) / (p_{t-1} - p_{t-2}) with p_0 the list
 * price and p_{-1} = 0. 1 accepts; 0 rejects (a seller) or walks (a buyer). Over the list
 * price, n = b / L of a buyer and m = 1 - s / L of a seller follow
 *
 *     n_t = (1 - m_{t-1}) c + n_{t-2} (1 - c),   m_t = 1 - c n_{t-1} - (1 - m_{t-2}) (1 - c)
 *
 * (Green and Plunkett 2020; Backus, Blake, Larsen and Tadelis 2020).
 */
#ifndef BT_MARKETS_BARGAINING_THREAD_H
#define BT_MARKETS_BARGAINING_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

enum {
    BT_FINAL_TURN = 7,         /* take it or leave it */
    BT_SECONDS_IN_HOUR = 3600, /* and in a day: */
    BT_SECONDS_IN_DAY = 86400
};

/* What everyone sees of a listing. */
typedef struct bt_listing {
    int64_t list_price;  /* cents, above 0: the item can be bought at it at any time */
    int64_t auto_reject; /* cents: offers below are rejected at once; 0: none are */
    int64_t auto_accept; /* cents: offers at or above are accepted at once; list price: none */
    int64_t window;      /* seconds that it stands */
} bt_listing;

/* BT_BAD_INPUT when thresholds and prices contradict each other: a price that is not
 * positive, auto_reject above auto_accept, a threshold above the list price, no window. */
bt_status bt_listing_check(const bt_listing *listing, bt_error *error);

/* The offers of other threads, at a moment. */
typedef struct bt_offers_elsewhere {
    uint32_t buyer_offers;  /* how many */
    uint32_t seller_offers; /* counter-offers */
    double best_buyer;      /* the highest buyer's offer / list price; 0: none */
    double best_seller;     /* the lowest seller's counter-offer, as 1 - s / list price; 0 */
} bt_offers_elsewhere;

typedef struct bt_other_threads {
    uint32_t count;             /* other threads so far */
    bt_offers_elsewhere ever;   /* offers ever made there */
    bt_offers_elsewhere open;   /* on threads that are still open */
    bt_offers_elsewhere recent; /* made in the last 48 hours */
} bt_other_threads;

/* One move that was made. */
typedef struct bt_turn {
    int64_t time;      /* seconds */
    int64_t delay;     /* seconds since the turn before; 0: the first, an automatic one */
    int64_t price;     /* cents: the mover's price after the move (accepted: the sale's) */
    double concession; /* 0 ... 1 */
    bool is_automatic; /* by a threshold, in the same second */
    bool is_expired;   /* nobody answered for 48 hours: a rejection or a passive walk */
    bool has_message;  /* a text came with it */
    bt_other_threads others; /* at that time */
} bt_turn;

typedef enum bt_thread_end {
    BT_THREAD_OPEN,
    BT_THREAD_SOLD,      /* to this buyer */
    BT_THREAD_WALKED,    /* the buyer left, by word or by silence */
    BT_THREAD_CANCELLED, /* the item was sold to another */
    BT_THREAD_EXPIRED    /* the listing ended */
} bt_thread_end;

typedef struct bt_thread {
    uint32_t number;        /* in the order of arrival */
    uint32_t buyer_history; /* negotiations that the buyer had before */
    bt_thread_end end;
    uint32_t n_turns;     /* moves made */
    int64_t arrival;      /* seconds */
    int64_t buyer_price;  /* cents: the buyer's last offer; 0 before */
    int64_t seller_price; /* cents: the list price or the seller's last counter-offer */
    bt_turn turn[BT_FINAL_TURN];
} bt_thread;

/* Whether the turn is the buyer's. */
static inline bool bt_turn_is_buyers(uint32_t turn)
{
    return turn % 2 == 1;
}

/* A move in (0, 1): a price that is neither accepted nor left as it was. */
static inline bool bt_turn_is_offer(const bt_turn *turn)
{
    return turn->concession > 0 && turn->concession < 1;
}

#endif
