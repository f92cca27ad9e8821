/*
 * A trace: the events of one run, kept until somebody writes them to a log.
 *
 * Mechanisms note what happens only where a trace was asked for; it never changes the
 * trajectory. The buffer grows, so a trace is emptied between slices of a run.
 */
#ifndef BT_SIM_TRACE_H
#define BT_SIM_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/event_log.h"
#include "sim/status.h"

typedef struct bt_trace bt_trace;

/* A new, empty trace; NULL when memory is out. Free with bt_trace_destroy. */
bt_trace *bt_trace_create(void);
void bt_trace_destroy(bt_trace *trace);

/* Note one event. Running out of memory is remembered, see bt_trace_drain. */
void bt_trace_note(bt_trace *trace, const bt_logged_event *event);

/* Append everything noted since the last call to a log, as events of one run, and forget
 * it. BT_INTERNAL when an event was lost for lack of memory; else the log's status. */
bt_status bt_trace_drain(bt_trace *trace, bt_event_log *log, size_t point, size_t replication,
                         bt_error *error);

/* The events noted since the last drain: [count], owned by the trace. */
const bt_logged_event *bt_trace_events(const bt_trace *trace, size_t *count);

#endif
