/*
 * The order of rows of offers, and those of one buyer that say what another one said.
 */
#ifndef BT_EXPERIMENTS_BEST_OFFER_REPETITIONS_H
#define BT_EXPERIMENTS_BEST_OFFER_REPETITIONS_H

#include "experiments/imports/best_offer_rows.h"
#include "experiments/imports/best_offer_rules.h"

/* Order of the rows, for qsort: by listing, buyer, time, and then by all else that they say;
 * 0: they say the same. */
int bt_best_offer_order(const void *a, const void *b);

/* Mark the repetitions among the offers [first, last) of one buyer, which are in order, and
 * count them: dropped[rule] grows for the rules repeated_offer, repeated_thread,
 * repeated_within_a_second and two_weeks_later. */
void bt_best_offer_drop_repetitions(const bt_best_offer_offer *offers, size_t first,
                                    size_t last, bool *is_dropped, int64_t *dropped);

#endif
