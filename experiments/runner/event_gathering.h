/*
 * The event log of an experiment, NAME.events.h5: the events of all its finished runs, in
 * the order of the experiment, with the same attributes as the result.
 */
#ifndef BT_EXPERIMENTS_EVENT_GATHERING_H
#define BT_EXPERIMENTS_EVENT_GATHERING_H

#include <stdbool.h>

#include "experiments/runner/plan.h"
#include "sim/result_file.h"
#include "sim/status.h"

/* Before the first run: BT_BAD_INPUT for a market that logs no events, BT_CANNOT_CREATE
 * where there is an event log of this name already, unless `replace`. */
bt_status bt_events_check(const bt_plan *plan, const char *result, bool replace,
                          bt_error *error);

/* Gather the events of the selected runs that `writer` has as done; their own files stay.
 * Replaces an event log. */
bt_status bt_events_gather(const bt_plan *plan, const bt_result_writer *writer,
                           const char *result, bt_error *error);

/* Remove the runs' own files. */
void bt_events_clean_up(const bt_plan *plan, const char *result);

#endif
