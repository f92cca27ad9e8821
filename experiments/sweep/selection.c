#include "experiments/sweep/selection.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bt_status refuse(const char *text, bt_error *error)
{
    return bt_fail(error, BT_BAD_USAGE,
                   "--only %s is not understood: write point=17, replication=3, "
                   "point=17,replication=3 or a range as in point=4-8",
                   text);
}

/* A number without sign; false when there is none, or it is beyond all bounds. */
static bool take_number(const char **text, size_t *number)
{
    enum { LONGEST = 15 };
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > LONGEST)
        return false;
    *number = strtoull(*text, NULL, 10);
    *text += digits;
    return true;
}

/* "17" or "4-8" */
static bool take_range(const char **text, size_t *first, size_t *last)
{
    if (!take_number(text, first))
        return false;
    *last = *first;
    if (**text != '-')
        return true;
    (*text)++;
    return take_number(text, last) && *first <= *last;
}

static bool take_word(const char **text, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0)
        return false;
    *text += length;
    return true;
}

bt_status bt_selection_parse(const char *text, size_t n_points, size_t n_replications,
                             bt_selection *selection, bt_error *error)
{
    *selection = (bt_selection){0, n_points - 1, 0, n_replications - 1};
    if (text == NULL || text[0] == '\0')
        return BT_OK;
    const char *next = text;
    bool understood;
    do {
        understood = false;
        if (take_word(&next, "point="))
            understood = take_range(&next, &selection->first_point, &selection->last_point);
        else if (take_word(&next, "replication="))
            understood =
                take_range(&next, &selection->first_replication, &selection->last_replication);
    } while (understood && take_word(&next, ","));
    if (!understood || *next != '\0')
        return refuse(text, error);
    if (selection->last_point >= n_points)
        return bt_fail(error, BT_BAD_USAGE,
                       "--only %s: the experiment has %zu point%s, numbered from 0", text,
                       n_points, n_points == 1 ? "" : "s");
    if (selection->last_replication >= n_replications)
        return bt_fail(error, BT_BAD_USAGE,
                       "--only %s: the experiment has %zu replication%s, numbered from 0", text,
                       n_replications, n_replications == 1 ? "" : "s");
    return BT_OK;
}

bool bt_selection_has(const bt_selection *selection, size_t point, size_t replication)
{
    return point >= selection->first_point && point <= selection->last_point &&
           replication >= selection->first_replication &&
           replication <= selection->last_replication;
}
