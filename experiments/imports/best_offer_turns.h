/*
 * From rows of offers to turns: what happened on one listing.
 *
 * A row of the data is an offer and the answer that it got; acceptances, rejections and
 * expirations have no rows of their own. So, buyer by buyer: offers are put in order and
 * cleared of repetitions, given the numbers of their turns, and the turns between and behind
 * them are inferred from the answers; a purchase at the list price, which leaves no row at all,
 * is added; what comes after the first acceptance or the window is removed; silences of
 * 48 hours that fit before the end are added.
 */
#ifndef BT_EXPERIMENTS_BEST_OFFER_TURNS_H
#define BT_EXPERIMENTS_BEST_OFFER_TURNS_H

#include "experiments/imports/best_offer_rows.h"
#include "experiments/imports/best_offer_rules.h"
#include "markets/bargaining/history.h"

enum { BT_MOST_OFFERS_ON_A_LISTING = 10000 };

typedef struct bt_turn_builder bt_turn_builder;

/* A workspace that is used for one listing after the other. `seed` addresses the times of
 * purchases, of which only the date is known. NULL when memory is out. */
bt_turn_builder *bt_turn_builder_create(uint64_t seed);
void bt_turn_builder_destroy(bt_turn_builder *builder);

/* What became of a listing's rows. */
typedef struct bt_built_listing {
    bt_best_offer_rule rule;      /* that the listing falls by; BT_RULES: it is kept */
    bt_bargaining_thread *thread; /* [n_threads] in order of their first turns */
    size_t n_threads;
    bt_bargaining_turn *turn; /* [n_turns], thread by thread */
    size_t n_turns;
    size_t n_purchases;
    int64_t dropped[BT_RULES]; /* offers, by the rules for single offers */
} bt_built_listing;

/* Build a listing that the funnel kept. `offers` [count] are its rows in the order of
 * bt_best_offer_order, at most BT_MOST_OFFERS_ON_A_LISTING. `built` is the builder's until the
 * next call. BT_INTERNAL when memory is out. Draws: one, where the time of a purchase is not
 * known. */
bt_status bt_turn_builder_build(bt_turn_builder *builder, const bt_best_offer_listing *listing,
                                const bt_best_offer_offer *offers, size_t count,
                                bt_built_listing *built, bt_error *error);

/* The listing's thresholds and window as the history keeps them. */
int64_t bt_best_offer_decline_price(const bt_best_offer_listing *listing); /* 0: none */
int64_t bt_best_offer_accept_price(const bt_best_offer_listing *listing); /* list price: none */
int64_t bt_best_offer_start(const bt_best_offer_listing *listing);
int64_t bt_best_offer_end(const bt_best_offer_listing *listing);
bool bt_best_offer_is_sold(const bt_best_offer_listing *listing);

#endif
