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

/* Note one event. Running out of memory is remembered, see bt_trace_take. */
void bt_trace_note(bt_trace *trace, const bt_logged_event *event);

/* Take the events noted since the last call: [count], owned by the trace and valid until
 * the next is noted. BT_INTERNAL when one was lost for lack of memory. */
bt_status bt_trace_take(bt_trace *trace, const bt_logged_event **events, size_t *count,
                        bt_error *error);

#endif
