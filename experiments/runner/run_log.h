/*
 * The side log, NAME.log.jsonl: what varies from run to run, one JSON object a line.
 *
 * When, where and by how many threads an experiment ran, how long each run took and why it
 * failed: all that must not stand in the result file, so that equal experiments give equal
 * bytes. Runs that succeed are logged one by one up to BT_LOG_MOST_RUNS runs; longer
 * experiments have a line of progress now and then.
 */
#ifndef BT_EXPERIMENTS_RUN_LOG_H
#define BT_EXPERIMENTS_RUN_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/status.h"

enum { BT_LOG_MOST_RUNS = 10000 };

typedef struct bt_run_log bt_run_log;

typedef struct bt_run_log_start {
    const char *experiment; /* its file */
    const char *result;     /* "results.h5": the log is results.log.jsonl */
    bool append;            /* a resumed experiment goes on in its log */
    size_t n_runs;          /* to be done now */
    size_t n_done_before;
    int n_threads;
} bt_run_log_start;

/* What one run took. */
typedef struct bt_run_log_entry {
    size_t point;
    size_t replication;
    double seconds;
    double simulated; /* periods or days */
    int thread;
    const char *failure; /* NULL: done */
} bt_run_log_entry;

/* BT_CANNOT_CREATE when the file cannot be made. One thread at a time. */
bt_status bt_run_log_open(const bt_run_log_start *start, bt_run_log **log, bt_error *error);
void bt_run_log_run(bt_run_log *log, const bt_run_log_entry *entry);
/* Remarks: a checkpoint that was continued, or that could not be. */
void bt_run_log_remark(bt_run_log *log, size_t point, size_t replication, const char *text);

/* Write how it ended and close. BT_IO when any line could not be written. `log` is gone. */
bt_status bt_run_log_close(bt_run_log *log, size_t n_done, size_t n_failed, bt_status ended,
                           bt_error *error);

/* The name of a file that stands beside a result: of results.h5 and ".log.jsonl",
 * results.log.jsonl. To be freed; NULL when memory is out. */
char *bt_name_beside(const char *result, const char *ending);

#endif
