#include "experiments/document/suggestion.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LONGEST_WORD = 63 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
    if (a == '-')
        a = '_';
    if (b == '-')
        b = '_';
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment with three rows: the last, the one before it, the new one. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows = strlen(a);
    size_t columns = strlen(b);
    if (rows > LONGEST_WORD || columns > LONGEST_WORD)
        return SIZE_MAX;
    size_t older[LONGEST_WORD + 1] = {0};
    size_t old[LONGEST_WORD + 1];
    size_t new[LONGEST_WORD + 1];
    for (size_t j = 0; j <= columns; j++)
        old[j] = j;
    for (size_t i = 1; i <= rows; i++) {
        new[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t substituted = old[j - 1] + !same_letter(a[i - 1], b[j - 1]);
            new[j] = smaller(substituted, 1 + smaller(old[j], new[j - 1]));
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                same_letter(a[i - 2], b[j - 1]))
                new[j] = smaller(new[j], older[j - 2] + 1);
        }
        memcpy(older, old, sizeof(old));
        memcpy(old, new, sizeof(new[0]) * (columns + 1));
    }
    return old[columns];
}

static size_t tolerated_distance(const char *word)
{
    size_t third = strlen(word) / 3;
    if (third < 1)
        return 1;
    return smaller(third, 3);
}

bt_suggestion bt_suggestion_begin(const char *word)
{
    return (bt_suggestion){
        .word = word, .best = NULL, .distance = tolerated_distance(word) + 1};
}

void bt_suggestion_offer(bt_suggestion *suggestion, const char *candidate)
{
    size_t distance = edit_distance(suggestion->word, candidate);
    /* A word that shares no letter with the typed one is no suggestion. */
    if (distance < suggestion->distance && distance < strlen(candidate)) {
        suggestion->best = candidate;
        suggestion->distance = distance;
    }
}
