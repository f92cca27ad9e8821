/*
 * Whether an experiment can begin: what only its parts together can tell.
 */
#ifndef BT_EXPERIMENTS_FIRST_RUN_H
#define BT_EXPERIMENTS_FIRST_RUN_H

#include "experiments/sweep/sweep.h"
#include "sim/status.h"

/* Make the first point's first run, up to time 0: market, sellers and buyers then say
 * whether they fit together. BT_BAD_INPUT with the reason where they do not. */
bt_status bt_first_run_check(const bt_sweep *sweep, bt_diagnostics *diagnostics,
                             bt_error *error);

#endif
