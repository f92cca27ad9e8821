/*
 * The best-offer mechanism: one listing, from its first second to its sale or its end.
 *
 *     ARRIVAL --> buyer's turn 1 --offer b--> b >= accept threshold: sale at b, at once
 *                    |                        b <  reject threshold: rejected, at once
 *                    | buys now: sale at L    else: the seller answers after a delay
 *                                                     accepts: sale at b
 *        buyer answers after a delay  <--- rejects, counters, or lets it expire
 *            accepts: sale at s
 *            counters: offer, as above (turns 3 and 5)
 *            walks, or says nothing for the response time
 *        after the seller's third answer the buyer's turn 7: sale at s, or nothing
 *
 * Threads run side by side. The first sale ends them all; so does the end of the listing.
 * What is due at one second is done in the order: end of the listing, moves by thread
 * number, arrivals by number; the agenda is the engine's event queue.
 *
 * Prices are rounded to cents; a counter-offer lies at least a cent inside the two standing
 * prices, and where no cent lies between them it accepts. An offer at or above the list
 * price buys at the list price. A counter-offer at the mover's own standing price rejects
 * (walks). An answer that would come at or after the end of the listing never comes.
 *
 * Arrivals are drawn in advance by bt_negotiation_open and can be played any number of times
 * against different sellers.
 */
#ifndef BT_MARKETS_BARGAINING_NEGOTIATION_H
#define BT_MARKETS_BARGAINING_NEGOTIATION_H

#include "markets/bargaining/bargaining_sides.h"

enum { BT_MOST_ARRIVALS = 256 }; /* on one listing; more are turned away */

/* Streams of a listing: a role beside those of random.h. */
#define BT_AGENT_LISTING(index) (UINT32_C(0x30000000) | (uint32_t)(index))
enum { BT_MOST_LISTINGS = 1 << 28, BT_MOST_PLAYS = 1 << 24 };

typedef struct bt_negotiation_setting {
    bt_random_key key;
    int64_t response_time; /* seconds after which silence is an answer: 48 h */
    const bt_bargaining_buyers *buyers;
    const void *buyers_self;
} bt_negotiation_setting;

/* Which random draws decide: `play` 0 is the one that counts, further ones are for
 * estimates of what a listing is worth. */
typedef struct bt_listing_address {
    uint64_t listing; /* below BT_MOST_LISTINGS */
    uint64_t play;    /* below BT_MOST_PLAYS */
} bt_listing_address;

/* A seller at the table. */
typedef struct bt_bargainer {
    const bt_bargaining_seller *type;
    void *self;
    const char *name;                       /* for messages */
    const bt_bargaining_seller *delay_type; /* whose delay it has; `type` where that has one */
    const void *delay_self;
} bt_bargainer;

typedef struct bt_negotiation_result {
    bool is_sold;
    bool is_valid;         /* the seller made a move that was not automatic (silence counts) */
    bool has_manual_offer; /* an offer came that no threshold answered: whether it does is
                              the same for every seller */
    uint32_t winner;       /* thread that bought; 0 if none */
    int64_t price;         /* cents; 0 if unsold */
    int64_t sale_time;     /* seconds; window if unsold */
    size_t n_threads;
    const bt_thread *thread; /* [n_threads], valid until the next play */
} bt_negotiation_result;

/* A table at which listings are played one after the other; for one thread at a time. */
typedef struct bt_negotiation bt_negotiation;

/* BT_INTERNAL when memory is out. The setting is copied, what it points to borrowed. */
bt_status bt_negotiation_create(const bt_negotiation_setting *setting,
                                bt_negotiation **negotiation, bt_error *error);
void bt_negotiation_destroy(bt_negotiation *negotiation);

/* Take a listing and draw its arrivals. `demand` is for the buyers' eyes only. Draws: the
 * buyers' arrivals, from the listing's own stream. */
void bt_negotiation_open(bt_negotiation *negotiation, const bt_listing *listing, double demand,
                         bt_listing_address address);

/* The arrivals that were drawn: times [count] in seconds. */
size_t bt_negotiation_arrivals(const bt_negotiation *negotiation, const int64_t **times);

/* Take a listing with given arrivals (ascending, in [0, window), at most
 * BT_MOST_ARRIVALS). */
void bt_negotiation_open_with(bt_negotiation *negotiation, const bt_listing *listing,
                              double demand, bt_listing_address address, const int64_t *times,
                              size_t count);

/* Play the open listing against a seller. BT_BAD_INPUT when a side makes a move that the
 * rules do not have (a concession outside 0 ... 1, a counter-offer at turn 7), BT_INTERNAL when
 * memory is out. */
bt_status bt_negotiation_play(bt_negotiation *negotiation, const bt_bargainer *seller,
                              bt_negotiation_result *result, bt_error *error);

#endif
