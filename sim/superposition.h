/*
 * The superposition of Poisson sources: one arrival process instead of many.
 *
 * The next arrival of all sources together comes after an exponential time whose rate
 * is the sum of theirs; it belongs to source i with probability rate_i / sum. Rates
 * stand in a tree of sums whose nodes have eight children, so that a
 * change of rate and a choice of source take O(log n), and sums are always formed in the
 * same order.
 *
 * A candidate arrival is due when the integral of the sum of rates reaches a unit
 * exponential variate, the hazard. When a rate changes, what is left of the hazard is
 * used up at the new speed: exact, and without a draw.
 */
#ifndef BT_SIM_SUPERPOSITION_H
#define BT_SIM_SUPERPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/archive.h"
#include "sim/random.h"

#define BT_NO_SOURCE UINT32_MAX

enum { BT_RATE_LEVELS = 12 }; /* 8^11 sources */

/* The market's streams that superposition draws from. */
enum { BT_POISSON_GAP_PURPOSE = INT32_MAX - 1, BT_POISSON_CHOICE_PURPOSE = INT32_MAX };

enum { BT_HAZARDS = 64 }; /* drawn at once */

/* A source but for its rate. */
typedef struct bt_poisson_source {
    double (*acceptance)(double time, const void *data); /* NULL: not thinned */
    const void *data;
    uint32_t action;
    int16_t priority;
} bt_poisson_source;

typedef struct bt_superposition {
    bt_stream gap_stream;
    bt_stream choice_stream;
    double drawn_hazard[BT_HAZARDS];
    uint32_t drawn_hazards; /* of them not yet used: the last ones */

    bt_poisson_source *source; /* [count] */
    uint32_t count;
    uint32_t capacity;
    bool has_thinned;

    double *value;                /* rates, and the sums of the tree: see superposition.c */
    double *before;               /* beside each value, the sum of its siblings before it */
    size_t level[BT_RATE_LEVELS]; /* where each level starts; level 0 are the rates */
    unsigned levels;              /* above the rates */
    double total;
    double mean_gap; /* 1 / total */

    double since;    /* the time from which `hazard` counts */
    double hazard;   /* what is left of it */
    double next;     /* when the candidate is due; INFINITY while all sources are silent */
    uint32_t chosen; /* the source of a candidate that was resolved and waits */
} bt_superposition;

/* No sources; draws come from the market's streams of this key. */
void bt_superposition_start(bt_superposition *superposition, bt_random_key key);
void bt_superposition_free(bt_superposition *superposition);

/* Add a source of rate 0. Returns its number, or BT_NO_SOURCE when memory is out. */
uint32_t bt_superposition_add(bt_superposition *superposition, bt_poisson_source source);

/* Thin a source: see bt_sim_thin. */
void bt_superposition_thin(bt_superposition *superposition, uint32_t source,
                           double (*acceptance)(double, const void *), const void *data);

/* Change the rate (finite, not negative) of a source from `now` on. Draws: none. */
void bt_superposition_set_rate(bt_superposition *superposition, uint32_t source, double rate,
                               double now);

/* bt_superposition_resolve where there is a choice. */
uint32_t bt_superposition_choose(bt_superposition *superposition);

/* Decide about the candidate that is due: its source, or BT_NO_SOURCE if it is thinned
 * out. It waits until bt_superposition_take. Draws: one from the stream of
 * choices if there are several sources or a thinned one. */
static inline uint32_t bt_superposition_resolve(bt_superposition *superposition)
{
    if (superposition->count == 1 && !superposition->has_thinned)
        return 0;
    return bt_superposition_choose(superposition);
}

/* Draw the next hazards. */
void bt_superposition_refill(bt_superposition *superposition);

/* Be done with the candidate; the next one counts from its time. Draws: one from the
 * stream of gaps (they are drawn some at a time). */
static inline void bt_superposition_take(bt_superposition *superposition)
{
    if (superposition->drawn_hazards == 0)
        bt_superposition_refill(superposition);
    superposition->since = superposition->next;
    superposition->hazard =
        superposition->drawn_hazard[BT_HAZARDS - superposition->drawn_hazards--];
    superposition->next =
        superposition->since + superposition->hazard * superposition->mean_gap;
    superposition->chosen = BT_NO_SOURCE;
}

/* Save or restore rates, candidate and streams. Sources themselves are set up anew. */
void bt_superposition_archive(bt_superposition *superposition, bt_archive *archive);

#endif
