/*
 * Sums over the last share of a run, whose end may not be known in advance.
 *
 * Time is cut into at most BT_AUDIT_BLOCKS blocks, each with its own vector of sums. Where
 * the end is known, the blocks divide the window from its start to the end of the run.
 * Where it is not (a run that stops when behaviour is stable), blocks begin with the run;
 * when all are full they are merged in pairs and their length doubles, so that between
 * half and all of them always divide the time so far: the window is then the trailing
 * blocks that first make up its share, which is too much by an eighth of the run at most.
 *
 * Memory is bounded, what is kept depends on time alone, and the parts of the window can
 * be compared with each other.
 */
#ifndef BT_MARKETS_AUDIT_WINDOW_H
#define BT_MARKETS_AUDIT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/archive.h"
#include "sim/arena.h"

enum { BT_AUDIT_BLOCKS = 16 };

typedef struct bt_audit_window {
    double *current; /* [length] the block being filled: add what happens here */
    double left;     /* time until it is full */

    /* set up */
    size_t length;
    double share;
    bool end_is_known;
    bool counts_periods; /* boundaries are whole */
    double start;        /* of the window, where the end is known */
    double end;

    double block_length; /* where it is not */
    uint64_t n_full;     /* blocks that are full */
    uint8_t is_waiting;  /* for the window to begin */
    double *sum;         /* [block * length] */
} bt_audit_window;

/* A window of the last `share` of a run of `horizon` periods or days, or of a run that may
 * end before. False when memory is out. */
bool bt_audit_window_create(bt_audit_window *window, bt_arena *arena, size_t length,
                            double share, double horizon, bool counts_periods,
                            bool end_is_known);

/* The block being filled is full. */
void bt_audit_window_turn(bt_audit_window *window);

/* `time` (at most `left`) has passed; what happened in it was added before. */
static inline void bt_audit_window_pass(bt_audit_window *window, double time)
{
    window->left -= time;
    if (window->left <= 0)
        bt_audit_window_turn(window);
}

/* The blocks of the window: from *first to *end, in which something may have happened. */
void bt_audit_window_blocks(const bt_audit_window *window, size_t *first, size_t *end);

/* Sums of the blocks from `first` to `end`: total [length]. */
void bt_audit_window_total(const bt_audit_window *window, size_t first, size_t end,
                           double *total);

/* Fails the archive where a restored state makes no sense. */
void bt_audit_window_archive(bt_audit_window *window, bt_archive *archive);

#endif
