/*
 * How long an experiment will take, from a taste of it.
 */
#ifndef BT_EXPERIMENTS_PILOT_H
#define BT_EXPERIMENTS_PILOT_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/runner/plan.h"
#include "sim/status.h"

typedef struct bt_pilot {
    double seconds_per_run; /* on one thread, mean over the points that were tried; NAN: none
                               could be */
    size_t n_points;        /* tried */
    bool is_bound;          /* some runs may end early: no run takes longer */
} bt_pilot;

/* Time the first replication of the first, the middle and the last point for at most
 * `seconds` each. */
bt_pilot bt_pilot_run(const bt_plan *plan, double seconds);

#endif
