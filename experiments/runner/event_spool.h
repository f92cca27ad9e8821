/*
 * Events of runs on their way into the event log (`trace: true`).
 *
 * Runs end in any order and may be continued from a saved state, but the log has them in
 * the order of the experiment. So each run writes its events to a file of its own,
 * RESULT.events/POINT-REPLICATION, raw and in order; a state that is continued cuts the
 * file back to what was there when the state was saved. When all runs are done their
 * files are gathered into NAME.events.h5 and removed. A spool belongs to one thread.
 */
#ifndef BT_EXPERIMENTS_EVENT_SPOOL_H
#define BT_EXPERIMENTS_EVENT_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "sim/event_log.h"
#include "sim/status.h"
#include "sim/trace.h"

typedef struct bt_event_spool bt_event_spool;

/* Make the folder for the events of a result. */
bt_status bt_event_spool_make_folder(const char *result, bt_error *error);

/* Open the file of one run. It keeps what it holds until bt_event_spool_cut. */
bt_status bt_event_spool_open(const char *result, size_t point, size_t replication,
                              bt_event_spool **spool, bt_error *error);
void bt_event_spool_close(bt_event_spool *spool);

/* Keep the first `count` events and go on behind them. BT_IO when there are fewer. */
bt_status bt_event_spool_cut(bt_event_spool *spool, uint64_t count, bt_error *error);

/* Write what a run noted since the last call. BT_IO, BT_INTERNAL. */
bt_status bt_event_spool_take(bt_event_spool *spool, bt_trace *trace, bt_error *error);

/* Wait until the disk has all events so far: `count` of them. BT_IO. */
bt_status bt_event_spool_flush(bt_event_spool *spool, uint64_t *count, bt_error *error);

/* Append a finished run's events to the log. */
bt_status bt_event_spool_gather(const char *result, size_t point, size_t replication,
                                bt_event_log *log, bt_error *error);

/* Remove a run's file, and the folder once it is empty. */
void bt_event_spool_remove(const char *result, size_t point, size_t replication);
void bt_event_spool_remove_folder(const char *result);

#endif
