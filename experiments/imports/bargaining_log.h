/*
 * Simulated negotiations from the event log of a run (`trace: true`) into a history file.
 *
 * Of each listing one play is taken: the first of the first replication of the first point in
 * the log, of the first seller in it. So a history of one seller comes from an experiment
 * that has that seller alone.
 */
#ifndef BT_EXPERIMENTS_BARGAINING_LOG_H
#define BT_EXPERIMENTS_BARGAINING_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

typedef struct bt_bargaining_log_counts {
    size_t listings, threads, turns;
} bt_bargaining_log_counts;

/* Write the history that an event log tells, its listings (each of a seller of its own)
 * assigned to partitions with a seed. BT_BAD_INPUT where the log is not of a bargaining market
 * or its events do not follow each other as those of plays; BT_CANNOT_CREATE, BT_IO. After a
 * failure nothing is left behind. */
bt_status bt_bargaining_log_import(const char *log, const char *output, bool force,
                                   uint64_t seed, bt_bargaining_log_counts *counts,
                                   bt_error *error);

#endif
