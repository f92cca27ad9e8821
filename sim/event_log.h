/*
 * The event log: every event of the runs that were asked for (`trace:`), one row each.
 *
 * An HDF5 file of its own, also valid netCDF-4: the unlimited dimension `event` and one
 * variable per column: point, replication, time, kind, agent, product, price, outcome.
 * Rows are collected and written a chunk at a time, compressed (shuffle, deflate). The
 * same rows in the same order give the same bytes, however they were split into calls;
 * the order of runs in the log is the order in which they are appended.
 *
 * The file is PATH.part until bt_event_log_close gives it its name, so a file of that
 * name is always complete. A log cannot be resumed: what a killed program left is
 * overwritten by the next one.
 *
 * A log belongs to one thread at a time. Writing a log never changes a trajectory.
 */
#ifndef BT_SIM_EVENT_LOG_H
#define BT_SIM_EVENT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

/* One event. What does not apply is -1 or NAN. */
typedef struct bt_logged_event {
    double time;     /* simulated */
    int32_t kind;    /* a number of the mechanism's; see bt_event_log_name_kinds */
    int32_t agent;   /* who acted */
    int32_t product; /* about which product */
    double price;    /* at which price */
    double outcome;  /* what came of it, as the kind says: units sold, 1 accepted, ... */
} bt_logged_event;

typedef struct bt_event_log bt_event_log;

/* A new log. BT_CANNOT_CREATE when `path` exists, unless `force`, when another process
 * writes it, or when the folder does not let us. */
bt_status bt_event_log_create(const char *path, bool force, bt_event_log **log,
                              bt_error *error);

/* Name the kinds 0 .. count-1 (CF attributes flag_values and flag_meanings of `kind`;
 * names without blanks). At most once. */
bt_status bt_event_log_name_kinds(bt_event_log *log, const char *const *names, size_t count,
                                  bt_error *error);

/* Add a global attribute, such as the experiment's text. Each name once. */
bt_status bt_event_log_describe(bt_event_log *log, const char *name, const char *text,
                                bt_error *error);

/* Append `count` events of one run. After a failure (BT_IO: the disk is full) every
 * further call fails with the same sentence. */
bt_status bt_event_log_append(bt_event_log *log, size_t point, size_t replication,
                              const bt_logged_event *events, size_t count, bt_error *error);

/* Write what is left, flush to disk, and give the file its name. After a failure the
 * .part stays. `log` is gone whatever the status; NULL is allowed. */
bt_status bt_event_log_close(bt_event_log *log, bt_error *error);

#endif
