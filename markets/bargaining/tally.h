/*
 * What came of the plays of one seller, counted: all that the published tables and figures of
 * best-offer bargaining are made of, from which outcomes are computed.
 *
 * "Valid" is a play in which the seller made a move that was not automatic (Green and
 * Plunkett); which plays those are depends on the seller. "Manual" is one in which an offer
 * came that no threshold answered: the same for all sellers, up to it nothing depends on them.
 * Comparisons of sellers are best made over manual plays.
 */
#ifndef BT_MARKETS_BARGAINING_TALLY_H
#define BT_MARKETS_BARGAINING_TALLY_H

#include "markets/bargaining/negotiation.h"

enum {
    BT_TALLY_THREADS = 5, /* 0, 1, 2, 3, 4 and more */
    BT_TALLY_TIMES = 32,  /* equal parts of the window */
    BT_TALLY_PRICES =
        101, /* hundredths of the list price, the last one the list price itself */
    BT_TALLY_OFFERS = 101, /* hundredths of the list price, rounded to the nearest */
    BT_TALLY_CONCESSIONS = 101
};

/* How a turn was played. */
typedef enum bt_turn_kind {
    BT_TURN_ACCEPT,  /* turn 1: bought at the list price */
    BT_TURN_COUNTER, /* turn 1: an offer */
    BT_TURN_REJECT,  /* buyers: walked by word */
    BT_TURN_EXPIRE,  /* buyers: walked by silence */
    BT_TURN_AUTOMATIC_ACCEPT,
    BT_TURN_AUTOMATIC_REJECT,
    BT_TURN_KINDS
} bt_turn_kind;

bt_turn_kind bt_turn_kind_of(const bt_turn *turn);

/* Sums are whole numbers, so that they come out the same in any order. */
#define BT_TALLY_SHARE_UNIT 0x1p-32 /* of a list price */
#define BT_TALLY_PRICE_UNIT 0x1p-20 /* of a unit of price */

typedef struct bt_tally_set {
    uint64_t plays;
    uint64_t sold;
    uint64_t sold_at_list;
    uint64_t price_share; /* price / list price of what sold, in BT_TALLY_SHARE_UNIT */
    uint64_t reward;      /* over plays, in BT_TALLY_SHARE_UNIT */
    uint64_t payoff;      /* the same in BT_TALLY_PRICE_UNIT */
    uint64_t threads[BT_TALLY_THREADS];
    uint64_t sold_in[BT_TALLY_TIMES];
    uint64_t sold_for[BT_TALLY_PRICES];
} bt_tally_set;

typedef enum bt_tally_sets {
    BT_ALL_PLAYS,
    BT_VALID_PLAYS,
    BT_MANUAL_PLAYS,
    BT_TALLY_SETS
} bt_tally_sets;

typedef struct bt_tally {
    bt_tally_set set[BT_TALLY_SETS];
    uint64_t turn[BT_FINAL_TURN][BT_TURN_KINDS];
    uint64_t message[BT_FINAL_TURN];
    uint64_t last_turn[BT_FINAL_TURN];
    uint64_t at_list_price_3; /* turn 3 took the list price */
    /* turn 2 by first offer, turn 3 by first offer after an active rejection and after an
     * expired one, and by concession after first offers of about 1/2, 2/3, 3/4, 4/5 */
    uint64_t answer_2[BT_TALLY_OFFERS][BT_TURN_KINDS];
    uint64_t answer_3_rejected[BT_TALLY_OFFERS][BT_TURN_KINDS];
    uint64_t answer_3_expired[BT_TALLY_OFFERS][BT_TURN_KINDS];
    uint64_t answer_3_conceded[4][BT_TALLY_CONCESSIONS][BT_TURN_KINDS];
    uint64_t answer_5_rejected[BT_TALLY_OFFERS]
                              [BT_TURN_KINDS]; /* after rejections at 2 and 4 */
} bt_tally;

/* What a play of a listing paid, in list prices; its worth over the list price is
 * `worth_share`. */
double bt_tally_reward(const bt_listing *listing, const bt_negotiation_result *result,
                       double worth_share, double discount);

/* Count one play and its reward. */
void bt_tally_add(bt_tally *tally, const bt_listing *listing,
                  const bt_negotiation_result *result, double reward);

/* Add one tally to another. */
void bt_tally_merge(bt_tally *tally, const bt_tally *other);

#endif
