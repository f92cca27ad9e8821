/*
 * The rules by which best-offer data are cleaned, and the count of what each one dropped.
 *
 * The rules and their order are those of Green and Plunkett's preparation of the data of
 * Backus, Blake, Larsen and Tadelis; docs/bargaining-data.md explains each. A listing falls by
 * the first rule that it meets, and all its offers with it.
 */
#ifndef BT_EXPERIMENTS_BEST_OFFER_RULES_H
#define BT_EXPERIMENTS_BEST_OFFER_RULES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/status.h"

/* name, meaning: for listings by their own row, listings by their offers, single offers */
/* clang-format off */
#define BT_BEST_OFFER_RULES(X)                                                                 \
    X(incomplete_listing, "a field of the listing without which it cannot be used is blank")   \
    X(title_not_unique, "another listing bears the same title")                                \
    X(list_price_revised, "the list price was changed, or is not what a buyer paid at once")   \
    X(list_price_range, "the list price is below $9.95 or above $1000")                        \
    X(excluded_category, "the category is 316, 6000, 10542 or 172008")                         \
    X(thresholds_revised, "a threshold lies above the list price, or decline above accept")    \
    X(unsold_ended_early, "unsold, and ended within 7 days")                                   \
    X(repeated_listing, "the same listing came before")                                        \
    X(not_sampled, "no offer and no sale, and left out by --keep-idle")                        \
    X(too_many_offers, "the listing has more offers than the program takes")                   \
    X(unknown_code, "an offer's type or status is none of those that are documented")          \
    X(before_the_start, "an offer before the listing began")                                   \
    X(impossible_sequence, "offers do not follow each other as turns do")                      \
    X(too_many_turns, "a thread goes on behind the seventh turn, or counters there")           \
    X(answer_without_time, "an answer has no time, or one before the offer")                   \
    X(price_zero, "an offer of nothing")                                                       \
    X(price_above_list, "an offer above the list price")                                       \
    X(first_offer_at_list, "a first offer at the list price that is no purchase")              \
    X(not_monotone, "an offer outside the prices that stand")                                  \
    X(threshold_not_applied, "an offer beyond a threshold was not answered at once")           \
    X(same_second_reply, "a reply in the second of the offer that no threshold explains")          \
    X(reply_after_48_hours, "more than 48 hours between two turns")                            \
    X(reply_at_48_hours, "an acceptance or counter-offer in the last second of 48 hours")      \
    X(sale_contradicts_offers, "how and at what price it was sold is not what offers tell")    \
    X(incomplete_offer, "a field of the offer without which it cannot be used is blank")       \
    X(offer_of_no_listing, "an offer on a listing that was dropped before or is not there")    \
    X(repeated_offer, "the same offer in every field")                                         \
    X(repeated_thread, "the shorter of two threads of one buyer that share an offer")          \
    X(repeated_within_a_second, "the same offer again within a second")                        \
    X(two_weeks_later, "14 days or more after the thread's last offer")                        \
    X(after_the_walk, "after the buyer walked away")                                           \
    X(after_the_sale, "after the first acceptance, or elsewhere in its second")                \
    X(after_the_window, "after the eight days that are followed")
/* clang-format on */

typedef enum bt_best_offer_rule {
#define BT_RULE_ENUM(name, meaning) BT_RULE_##name,
    BT_BEST_OFFER_RULES(BT_RULE_ENUM)
#undef BT_RULE_ENUM
        BT_RULES
} bt_best_offer_rule;

/* What each rule dropped, and what is left. */
typedef struct bt_best_offer_counts {
    int64_t listings_read, offers_read;
    int64_t listings[BT_RULES];
    int64_t offers[BT_RULES];
    int64_t listings_kept, offers_kept;
    int64_t threads_kept, turns_kept;
    int64_t purchases; /* threads that are a purchase at the list price */
    int64_t runs;      /* sorted runs for which memory did not suffice */
} bt_best_offer_counts;

const char *bt_best_offer_rule_name(bt_best_offer_rule rule);
const char *bt_best_offer_rule_meaning(bt_best_offer_rule rule);

typedef enum bt_table_format { BT_TABLE_TEXT, BT_TABLE_JSON, BT_TABLE_CSV } bt_table_format;

/* Print the table: text shows rules that dropped something; JSON and CSV all. BT_IO. */
bt_status bt_best_offer_counts_print(const bt_best_offer_counts *counts, bt_table_format format,
                                     FILE *stream, bt_error *error);

#endif
