/*
 * What a bargaining market asks of its two sides: the tables that a seller type
 * (bt_seller_type.bargaining) and a buyers type (bt_buyers_type.bargaining) fill in.
 *
 * A seller sees what a seller on such a site sees: the listing, the clock, the thread's
 * offers, the other threads' offers, how experienced the buyer is. It never sees what the item
 * is worth, how many buyers will come, or what they are like. Buyers see their own thread
 * alone.
 *
 * Streams are addressed by (listing, thread, turn), not by what was drawn before: two sellers
 * that face the same listing meet the same arrivals, and the same draws decide the same turns.
 */
#ifndef BT_MARKETS_BARGAINING_SIDES_H
#define BT_MARKETS_BARGAINING_SIDES_H

#include "markets/bargaining/thread.h"
#include "sim/random.h"

/* ---- sellers ---- */

/* All that a seller's policy may use. tests/markets/test_bargaining_leakage.c holds its layout:
 * a member more is a decision about what sellers know. */
typedef struct bt_bargaining_observation {
    bt_listing listing;
    int64_t time;           /* seconds since the listing began */
    uint32_t turn;          /* to be played: 2, 4 or 6 */
    uint32_t thread;        /* its number */
    uint32_t n_threads;     /* so far, this one included */
    uint32_t buyer_history; /* negotiations that the buyer had before */
    int64_t buyer_price;    /* cents: the offer to be answered */
    int64_t seller_price;   /* cents: what the seller asked last */
    bt_other_threads others;
    const bt_turn *turns; /* [turn - 1] the thread's moves so far */
} bt_bargaining_observation;

typedef struct bt_response {
    bool expires;      /* leave it until it expires; else */
    double concession; /* 0 rejects, 1 accepts, between them a counter-offer */
    bool has_message;  /* counts with a rejection or a counter-offer */
} bt_response;

/* What a listing brought its seller. */
typedef struct bt_bargaining_payoff {
    uint64_t listing;
    bool is_sold;
    double price;  /* if sold, in units of price */
    double reward; /* (the price, or the discounted worth of an unsold item) / list price */
} bt_bargaining_payoff;

typedef struct bt_bargaining_seller {
    /* Answers before the listing ends (a program); else an answer can come too late. */
    bool is_prompt;

    /* Seconds after an offer until the seller looks at it, in [1, limit]; limit itself: it
     * does not, within the limit. NULL: as the market's reference seller. */
    int64_t (*delay)(const void *self, uint32_t turn, int64_t limit, bt_stream *stream);

    /* The answer to the offer that is seen, at the second at which it is looked at. All chance
     * comes from the stream, of which as much may be drawn as is needed. A seller without
     * `learn` changes nothing of itself here: many threads ask it at once. */
    bt_response (*respond)(void *self, const bt_bargaining_observation *seen,
                           bt_stream *stream);

    /* After each play of a listing, when all answers to it were asked for. NULL: the seller's
     * behaviour never changes. */
    void (*learn)(void *self, const bt_bargaining_payoff *payoff);
} bt_bargaining_seller;

/* ---- buyers ---- */

/* What a buyer knows. */
typedef struct bt_bargaining_buyer_view {
    const bt_listing *listing;
    double demand; /* how attractive the item is to buyers: standard normal over listings */
    uint32_t turn; /* to be played: 1, 3, 5 or 7 */
    int64_t time;  /* seconds: of the arrival, or of the seller's last move */
    const bt_thread *thread;
} bt_bargaining_buyer_view;

typedef struct bt_buyer_move {
    bool buys_now;     /* at the list price; else */
    double concession; /* turn 1: offer / list price, above 0; later 0 walks, 1 accepts */
    int64_t delay;     /* seconds from the seller's move on; at the response time or more the
                          buyer has walked without a word; unused at turn 1 */
    bool has_message;  /* counts with an offer */
} bt_buyer_move;

typedef struct bt_bargaining_buyers {
    /* When buyers come: times [most] in seconds, ascending, in [0, window); returns how many
     * (at most `most`). */
    size_t (*arrive)(const void *self, const bt_listing *listing, double demand, size_t most,
                     bt_stream *stream, int64_t *times);
    /* How many negotiations a buyer had before. */
    uint32_t (*history)(const void *self, bt_stream *stream); /* before its first move */
    bt_buyer_move (*move)(const void *self, const bt_bargaining_buyer_view *view,
                          bt_stream *stream);
} bt_bargaining_buyers;

#endif
