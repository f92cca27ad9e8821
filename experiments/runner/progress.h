/*
 * How far the runs are, on a stream for people: a bar on a terminal,
 *
 *     [############------------------] 412/1000 runs  8.4/s  1:10 left  1 failed
 *
 * redrawn in place a few times a second; a plain line every 30 s where there is no
 * terminal. Colour unless NO_COLOR is set. The parts of runs in flight count, so that few
 * long runs move the bar too.
 */
#ifndef BT_EXPERIMENTS_PROGRESS_H
#define BT_EXPERIMENTS_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "experiments/runner/runner.h"

/* Plain data; the stream is the caller's. */
typedef struct bt_progress {
    FILE *stream; /* NULL: says nothing */
    bool is_terminal;
    bool has_colour;
    bool is_drawn;     /* a bar stands on the current line */
    double began;      /* seconds */
    double last_shown; /* seconds */
} bt_progress;

/* `now` is a clock in seconds, here and below. */
bt_progress bt_progress_begin(FILE *stream, bool is_terminal, bool has_colour, double now);

/* Show how far it is, if it is time to. */
void bt_progress_show(bt_progress *progress, const bt_run_progress *runs, double now);

/* The same for work of one piece: `label` says what is done now, `fraction` how much of it
 * all (0: not known). */
void bt_progress_show_share(bt_progress *progress, const char *label, double fraction,
                            double now);

/* Show the last state and end its line. */
void bt_progress_end(bt_progress *progress, const bt_run_progress *runs, double now);

/* Take the bar off the line, so that something else can be printed. */
void bt_progress_clear(bt_progress *progress);

#endif
