/*
 * "Did you mean ...": the known word that is closest to a mistyped one.
 */
#ifndef BT_EXPERIMENTS_SUGGESTION_H
#define BT_EXPERIMENTS_SUGGESTION_H

#include <stddef.h>

/* A search for the closest word, fed one candidate at a time. */
typedef struct bt_suggestion {
    const char *word; /* as it was typed */
    const char *best; /* the closest candidate so far; NULL: none is close */
    size_t distance;
} bt_suggestion;

/* Candidates further away than a third of the word's length (at least one edit, at
 * most three) are not suggested. Distance: optimal string alignment, that is insertions,
 * deletions, substitutions and swaps of neighbours, letters compared without case. */
bt_suggestion bt_suggestion_begin(const char *word);

/* Offer a candidate; the first of equally close ones stays. Candidates are borrowed. */
void bt_suggestion_offer(bt_suggestion *suggestion, const char *candidate);

#endif
