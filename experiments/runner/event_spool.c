#include "experiments/runner/event_spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/file_io.h"

enum { EVENTS_AT_A_TIME = 4096, LONGEST_PATH = 4096 };

struct bt_event_spool {
    int file;
    uint64_t count; /* events in the file */
    char path[LONGEST_PATH];
};

static bt_status name_file(const char *result, size_t point, size_t replication, char *path,
                           bt_error *error)
{
    int length = snprintf(path, LONGEST_PATH, "%s.events/%zu-%zu", result, point, replication);
    if (length < 0 || length >= LONGEST_PATH)
        return bt_fail(error, BT_CANNOT_CREATE, "the name of %.60s... is too long", result);
    return BT_OK;
}

bt_status bt_event_spool_make_folder(const char *result, bt_error *error)
{
    char path[LONGEST_PATH];
    snprintf(path, sizeof(path), "%s.events", result);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return bt_file_fail(error, BT_CANNOT_CREATE, "create", path);
    return BT_OK;
}

/* ---- writing ---- */

bt_status bt_event_spool_open(const char *result, size_t point, size_t replication,
                              bt_event_spool **spool, bt_error *error)
{
    *spool = NULL;
    bt_event_spool *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to log events");
    bt_status status = name_file(result, point, replication, made->path, error);
    made->file = status == BT_OK ? bt_file_open(made->path, true) : -1;
    if (status == BT_OK && made->file < 0)
        status = bt_file_fail(error, BT_CANNOT_CREATE, "create", made->path);
    if (status != BT_OK) {
        free(made);
        return status;
    }
    *spool = made;
    return BT_OK;
}

void bt_event_spool_close(bt_event_spool *spool)
{
    if (spool == NULL)
        return;
    close(spool->file);
    free(spool);
}

bt_status bt_event_spool_cut(bt_event_spool *spool, uint64_t count, bt_error *error)
{
    uint64_t size = count * sizeof(bt_logged_event);
    if (bt_file_length(spool->file) < size)
        return bt_fail(error, BT_IO, "%s has lost events that a saved state counts on",
                       spool->path);
    if (ftruncate(spool->file, (off_t)size) != 0)
        return bt_file_fail(error, BT_IO, "write", spool->path);
    spool->count = count;
    return BT_OK;
}

bt_status bt_event_spool_take(bt_event_spool *spool, bt_trace *trace, bt_error *error)
{
    const bt_logged_event *events;
    size_t count;
    bt_status status = bt_trace_take(trace, &events, &count, error);
    if (status != BT_OK || count == 0)
        return status;
    if (!bt_file_write(spool->file, spool->count * sizeof(*events), events,
                       count * sizeof(*events)))
        return bt_file_fail(error, BT_IO, "write", spool->path);
    spool->count += count;
    return BT_OK;
}

bt_status bt_event_spool_flush(bt_event_spool *spool, uint64_t *count, bt_error *error)
{
    *count = spool->count;
    return fsync(spool->file) == 0 ? BT_OK : bt_file_fail(error, BT_IO, "write", spool->path);
}

/* ---- gathering ---- */

static bt_status gather(int file, const char *path, size_t point, size_t replication,
                        bt_event_log *log, bt_error *error)
{
    static const size_t size = sizeof(bt_logged_event);
    bt_logged_event *events = malloc(EVENTS_AT_A_TIME * size);
    if (events == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to gather events");
    uint64_t total = bt_file_length(file) / size;
    bt_status status = BT_OK;
    for (uint64_t done = 0; done < total && status == BT_OK; done += EVENTS_AT_A_TIME) {
        size_t count =
            total - done < EVENTS_AT_A_TIME ? (size_t)(total - done) : EVENTS_AT_A_TIME;
        if (!bt_file_read(file, done * size, events, count * size))
            status = bt_file_fail(error, BT_IO, "read", path);
        else
            status = bt_event_log_append(log, point, replication, events, count, error);
    }
    free(events);
    return status;
}

bt_status bt_event_spool_gather(const char *result, size_t point, size_t replication,
                                bt_event_log *log, bt_error *error)
{
    char path[LONGEST_PATH];
    bt_status status = name_file(result, point, replication, path, error);
    if (status != BT_OK)
        return status;
    int file = bt_file_open(path, false);
    if (file < 0)
        return bt_file_fail(error, BT_IO, "read", path);
    status = gather(file, path, point, replication, log, error);
    close(file);
    return status;
}

void bt_event_spool_remove(const char *result, size_t point, size_t replication)
{
    char path[LONGEST_PATH];
    if (name_file(result, point, replication, path, NULL) == BT_OK)
        unlink(path);
}

void bt_event_spool_remove_folder(const char *result)
{
    char path[LONGEST_PATH];
    int length = snprintf(path, sizeof(path), "%s.events", result);
    if (length > 0 && length < LONGEST_PATH)
        rmdir(path);
}
