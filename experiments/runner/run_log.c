#include "experiments/runner/run_log.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "experiments/runner/wall_clock.h"
#include "sim/file_io.h"
#include "sim/json.h"
#include "sim/version.h"

enum { SECONDS_BETWEEN_PROGRESS = 30 };

struct bt_run_log {
    FILE *file;
    char *path;
    bool has_failed;
    bool logs_each_run;
    double started;
    double last_progress;
    size_t n_logged;
};

/* Lines are written whole. */
static bt_json begin_line(bt_run_log *log, const char *event)
{
    bt_json json = bt_json_to(log->file);
    bt_json_begin_flat_object(&json, NULL);
    bt_json_text(&json, "event", event);
    return json;
}

static void end_line(bt_run_log *log, bt_json *json)
{
    bt_json_end(json);
    if (bt_json_finish(json, NULL) != BT_OK || fflush(log->file) != 0)
        log->has_failed = true;
}

static void write_time(bt_json *json)
{
    char text[32] = "";
    time_t now = time(NULL);
    struct tm parts;
    if (gmtime_r(&now, &parts) != NULL)
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
    bt_json_text(json, "time", text);
}

static void write_start(bt_run_log *log, const bt_run_log_start *start)
{
    struct utsname host;
    bool has_host = uname(&host) == 0;
    bt_json json = begin_line(log, "start");
    write_time(&json);
    bt_json_text(&json, "experiment", start->experiment);
    bt_json_text(&json, "result", start->result);
    bt_json_text(&json, "version", BT_VERSION);
    bt_json_text(&json, "commit", BT_COMMIT);
    bt_json_text(&json, "host", has_host ? host.nodename : NULL);
    bt_json_text(&json, "machine", has_host ? host.machine : NULL);
    bt_json_integer(&json, "process", (int64_t)getpid());
    bt_json_integer(&json, "threads", start->n_threads);
    bt_json_integer(&json, "runs", (int64_t)start->n_runs);
    bt_json_integer(&json, "done_before", (int64_t)start->n_done_before);
    end_line(log, &json);
}

char *bt_name_beside(const char *result, const char *ending)
{
    size_t length = strlen(result);
    if (length > 3 && strcmp(result + length - 3, ".h5") == 0)
        length -= 3;
    size_t size = length + strlen(ending) + 1;
    char *path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%.*s%s", (int)length, result, ending);
    return path;
}

bt_status bt_run_log_open(const bt_run_log_start *start, bt_run_log **log, bt_error *error)
{
    *log = NULL;
    bt_run_log *made = calloc(1, sizeof(*made));
    char *path = bt_name_beside(start->result, ".log.jsonl");
    if (made == NULL || path == NULL) {
        free(made);
        free(path);
        return bt_fail(error, BT_INTERNAL, "there is no memory for the log");
    }
    made->path = path;
    made->file = fopen(path, start->append ? "a" : "w");
    if (made->file == NULL) {
        bt_status status = bt_file_fail(error, BT_CANNOT_CREATE, "create", path);
        free(path);
        free(made);
        return status;
    }
    made->logs_each_run = start->n_runs <= BT_LOG_MOST_RUNS;
    made->started = made->last_progress = bt_wall_clock();
    write_start(made, start);
    *log = made;
    return BT_OK;
}

static void write_progress(bt_run_log *log)
{
    double now = bt_wall_clock();
    if (now - log->last_progress < SECONDS_BETWEEN_PROGRESS)
        return;
    log->last_progress = now;
    bt_json json = begin_line(log, "progress");
    bt_json_integer(&json, "runs", (int64_t)log->n_logged);
    bt_json_number(&json, "seconds", now - log->started);
    end_line(log, &json);
}

void bt_run_log_run(bt_run_log *log, const bt_run_log_entry *entry)
{
    log->n_logged++;
    if (entry->failure == NULL && !log->logs_each_run) {
        write_progress(log);
        return;
    }
    bt_json json = begin_line(log, entry->failure == NULL ? "done" : "failed");
    bt_json_integer(&json, "point", (int64_t)entry->point);
    bt_json_integer(&json, "replication", (int64_t)entry->replication);
    bt_json_number(&json, "seconds", entry->seconds);
    bt_json_number(&json, "simulated", entry->simulated);
    bt_json_integer(&json, "thread", entry->thread);
    if (entry->failure != NULL)
        bt_json_text(&json, "message", entry->failure);
    end_line(log, &json);
}

void bt_run_log_remark(bt_run_log *log, size_t point, size_t replication, const char *text)
{
    bt_json json = begin_line(log, "remark");
    bt_json_integer(&json, "point", (int64_t)point);
    bt_json_integer(&json, "replication", (int64_t)replication);
    bt_json_text(&json, "message", text);
    end_line(log, &json);
}

bt_status bt_run_log_close(bt_run_log *log, size_t n_done, size_t n_failed, bt_status ended,
                           bt_error *error)
{
    bt_json json = begin_line(log, "end");
    write_time(&json);
    bt_json_integer(&json, "done", (int64_t)n_done);
    bt_json_integer(&json, "failed", (int64_t)n_failed);
    bt_json_integer(&json, "exit_status", (int64_t)ended);
    bt_json_number(&json, "seconds", bt_wall_clock() - log->started);
    end_line(log, &json);
    bool failed = fclose(log->file) != 0 || log->has_failed;
    bt_status status = BT_OK;
    if (failed)
        status = bt_fail(error, BT_IO, "%s could not be written whole", log->path);
    free(log->path);
    free(log);
    return status;
}
