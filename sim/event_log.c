#include "sim/event_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/file_io.h"
#include "sim/hdf5_support.h"

/* Rows that are written at once: a chunk of each column, so that the bytes do not depend
 * on how rows come in. */
enum { CHUNK = 8192, DEFLATE_LEVEL = 1 };

typedef struct column {
    const char *name;
    const char *long_name;
    bool is_double;
} column;

enum { POINT, REPLICATION, TIME, KIND, AGENT, PRODUCT, PRICE, OUTCOME, COLUMNS };

static const column columns[COLUMNS] = {
    [POINT] = {"point", "point of the sweep", false},
    [REPLICATION] = {"replication", "replication", false},
    [TIME] = {"time", "simulated time of the event", true},
    [KIND] = {"kind", "kind of the event", false},
    [AGENT] = {"agent", "agent that acted (-1: none)", false},
    [PRODUCT] = {"product", "product that the event is about (-1: none)", false},
    [PRICE] = {"price", "price of the event (NaN: none)", true},
    [OUTCOME] = {"outcome", "what came of the event, as its kind says (NaN: nothing)", true},
};

typedef union cell {
    double real;
    int64_t whole;
} cell;

struct bt_event_log {
    char *path;
    char *part;
    int lock; /* an open file that bears our lock */
    bool replace;
    hid_t file;
    hid_t dimension;
    hid_t dataset[COLUMNS];
    size_t written;  /* rows in the file */
    size_t buffered; /* rows in the buffer */
    cell buffer[COLUMNS][CHUNK];
    bt_error failure; /* the first one, which sticks */
};

/* ---- failing ---- */

static bt_status fail_calls(bt_event_log *log, const bt_hdf5_calls *calls, bt_status status,
                            const char *action)
{
    if (calls->failed && log->failure.status == BT_OK)
        bt_fail(&log->failure, status, "cannot %s %s: %s", action, log->part, calls->reason);
    return log->failure.status;
}

/* The status of the log so far, and its sentence. */
static bt_status report(const bt_event_log *log, bt_error *error)
{
    if (log->failure.status != BT_OK && error != NULL)
        *error = log->failure;
    return log->failure.status;
}

/* ---- creating ---- */

static hid_t column_properties(bt_hdf5_calls *calls)
{
    const hsize_t chunk = CHUNK;
    hid_t properties = bt_hdf5_dataset_properties(calls);
    bt_hdf5_check(calls, H5Pset_chunk(properties, 1, &chunk));
    bt_hdf5_check(calls, H5Pset_shuffle(properties));
    bt_hdf5_check(calls, H5Pset_deflate(properties, DEFLATE_LEVEL));
    return properties;
}

/* Without a cache of chunks: each is written when it is full, and a full disk is noticed
 * then and not at the end. */
static hid_t column_access(bt_hdf5_calls *calls)
{
    hid_t access = bt_hdf5_check(calls, H5Pcreate(H5P_DATASET_ACCESS));
    bt_hdf5_check(calls, H5Pset_chunk_cache(access, 0, 0, 0));
    return access;
}

static void create_column(bt_event_log *log, bt_hdf5_calls *calls, size_t index)
{
    static const int first = 0;
    const hsize_t none = 0, unlimited = H5S_UNLIMITED;
    const column *described = &columns[index];
    hid_t properties = column_properties(calls);
    hid_t access = column_access(calls);
    hid_t space = bt_hdf5_check(calls, H5Screate_simple(1, &none, &unlimited));
    hid_t type = described->is_double ? H5T_IEEE_F64LE : H5T_STD_I64LE;
    log->dataset[index] =
        bt_hdf5_check(calls, H5Dcreate2(log->file, described->name, type, space, H5P_DEFAULT,
                                        properties, access));
    bt_hdf5_attach_dimensions(calls, log->dataset[index], 1, &log->dimension, &first);
    bt_hdf5_put_text(calls, log->dataset[index], "long_name", described->long_name);
    bt_hdf5_put_text(calls, log->dataset[index], "units", "1");
    H5Sclose(space);
    H5Pclose(access);
    H5Pclose(properties);
}

static bt_status create_structure(bt_event_log *log)
{
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    log->file = bt_hdf5_create_file(&calls, log->part);
    if (!calls.failed) {
        bt_hdf5_put_origin(&calls, log->file);
        bt_hdf5_put_text(&calls, log->file, "Conventions", "CF-1.10");
        bt_hdf5_put_text(&calls, log->file, "bertrand_event_log_format", "1");
        log->dimension = bt_hdf5_create_dimension(&calls, log->file, "event", "event",
                                                  H5S_UNLIMITED, CHUNK, 0);
        for (size_t i = 0; i < COLUMNS && !calls.failed; i++)
            create_column(log, &calls, i);
    }
    bt_hdf5_restore(&handler);
    return fail_calls(log, &calls, BT_CANNOT_CREATE, "create");
}

static void close_file(bt_event_log *log, bt_hdf5_calls *calls)
{
    if (log->file >= 0)
        bt_hdf5_check(calls, H5Fclose(log->file));
    log->file = -1;
}

static void destroy(bt_event_log *log)
{
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    close_file(log, &calls);
    bt_hdf5_restore(&handler);
    if (log->lock >= 0)
        close(log->lock);
    free(log->path);
    free(log->part);
    free(log);
}

static bt_event_log *allocate(const char *path, bool force)
{
    bt_event_log *log = calloc(1, sizeof *log);
    if (log == NULL)
        return NULL;
    size_t size = strlen(path) + sizeof ".part";
    log->file = -1;
    log->lock = -1;
    log->replace = force;
    log->path = strdup(path);
    log->part = malloc(size);
    if (log->path == NULL || log->part == NULL) {
        destroy(log);
        return NULL;
    }
    snprintf(log->part, size, "%s.part", path);
    return log;
}

static bt_status open_part(bt_event_log *log, bt_error *error)
{
    if (!log->replace && bt_file_exists(log->path))
        return bt_fail(error, BT_CANNOT_CREATE,
                       "%s exists already: use --force to replace it, or another name",
                       log->path);
    log->lock = bt_file_open(log->part, true);
    if (log->lock < 0)
        return bt_file_fail(error, BT_CANNOT_CREATE, "create", log->part);
    if (!bt_file_lock(log->lock))
        return bt_fail(error, BT_CANNOT_CREATE, "%s is being written by another process",
                       log->part);
    if (create_structure(log) == BT_OK)
        return BT_OK;
    unlink(log->part);
    return report(log, error);
}

bt_status bt_event_log_create(const char *path, bool force, bt_event_log **log, bt_error *error)
{
    *log = NULL;
    bt_event_log *made = allocate(path, force);
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for the event log %s", path);
    bt_status status = open_part(made, error);
    if (status != BT_OK)
        destroy(made);
    else
        *log = made;
    return status;
}

/* ---- describing ---- */

static void put_kinds(bt_event_log *log, bt_hdf5_calls *calls, size_t count,
                      const int64_t *values, const char *meanings)
{
    bt_hdf5_put_int64(calls, log->dataset[KIND], "flag_values", count, values);
    bt_hdf5_put_text(calls, log->dataset[KIND], "flag_meanings", meanings);
}

/* "name name name"; NULL when memory is out. */
static char *joined(const char *const *names, size_t count)
{
    size_t length = 1;
    for (size_t i = 0; i < count; i++)
        length += strlen(names[i]) + 1;
    char *text = calloc(length, 1);
    char *end = text;
    for (size_t i = 0; i < count && text != NULL; i++)
        end += sprintf(end, "%s%s", i == 0 ? "" : " ", names[i]);
    return text;
}

static int64_t *counted(size_t count)
{
    int64_t *values = calloc(count, sizeof *values);
    for (size_t i = 0; i < count && values != NULL; i++)
        values[i] = (int64_t)i;
    return values;
}

bt_status bt_event_log_name_kinds(bt_event_log *log, const char *const *names, size_t count,
                                  bt_error *error)
{
    if (log->failure.status != BT_OK || count == 0)
        return report(log, error);
    char *meanings = joined(names, count);
    int64_t *values = counted(count);
    if (meanings != NULL && values != NULL) {
        bt_hdf5_calls calls = {false, ""};
        bt_hdf5_silence_state handler = bt_hdf5_silence();
        put_kinds(log, &calls, count, values, meanings);
        bt_hdf5_restore(&handler);
        fail_calls(log, &calls, BT_IO, "name the kinds of");
    } else {
        bt_fail(&log->failure, BT_INTERNAL, "no memory for the event log %s", log->path);
    }
    free(meanings);
    free(values);
    return report(log, error);
}

bt_status bt_event_log_describe(bt_event_log *log, const char *name, const char *text,
                                bt_error *error)
{
    if (log->failure.status != BT_OK)
        return report(log, error);
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    bt_hdf5_put_text(&calls, log->file, name, text);
    bt_hdf5_restore(&handler);
    fail_calls(log, &calls, BT_IO, "describe");
    return report(log, error);
}

/* ---- appending ---- */

static void write_column(bt_event_log *log, bt_hdf5_calls *calls, size_t index)
{
    const hsize_t start = log->written, count = log->buffered, length = start + count;
    hid_t dataset = log->dataset[index];
    bt_hdf5_check(calls, H5Dset_extent(dataset, &length));
    hid_t rows = bt_hdf5_check(calls, H5Dget_space(dataset));
    bt_hdf5_check(calls, H5Sselect_hyperslab(rows, H5S_SELECT_SET, &start, NULL, &count, NULL));
    hid_t memory = bt_hdf5_check(calls, H5Screate_simple(1, &count, NULL));
    hid_t type = columns[index].is_double ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
    bt_hdf5_check(calls,
                  H5Dwrite(dataset, type, memory, rows, H5P_DEFAULT, log->buffer[index]));
    H5Sclose(memory);
    H5Sclose(rows);
}

static bt_status write_buffer(bt_event_log *log)
{
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    for (size_t i = 0; i < COLUMNS && !calls.failed; i++)
        write_column(log, &calls, i);
    log->written += log->buffered;
    log->buffered = 0;
    bt_hdf5_restore(&handler);
    return fail_calls(log, &calls, BT_IO, "write");
}

static void buffer_event(bt_event_log *log, size_t point, size_t replication,
                         const bt_logged_event *event)
{
    size_t row = log->buffered++;
    log->buffer[POINT][row].whole = (int64_t)point;
    log->buffer[REPLICATION][row].whole = (int64_t)replication;
    log->buffer[TIME][row].real = event->time;
    log->buffer[KIND][row].whole = event->kind;
    log->buffer[AGENT][row].whole = event->agent;
    log->buffer[PRODUCT][row].whole = event->product;
    log->buffer[PRICE][row].real = event->price;
    log->buffer[OUTCOME][row].real = event->outcome;
}

bt_status bt_event_log_append(bt_event_log *log, size_t point, size_t replication,
                              const bt_logged_event *events, size_t count, bt_error *error)
{
    bt_status status = log->failure.status;
    for (size_t i = 0; i < count && status == BT_OK; i++) {
        buffer_event(log, point, replication, &events[i]);
        if (log->buffered == CHUNK)
            status = write_buffer(log);
    }
    return report(log, error);
}

/* ---- closing ---- */

static bt_status finish_file(bt_event_log *log)
{
    bt_hdf5_calls calls = {false, ""};
    const hsize_t length = log->written;
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    bt_hdf5_check(&calls, H5Dset_extent(log->dimension, &length));
    close_file(log, &calls);
    bt_hdf5_restore(&handler);
    return fail_calls(log, &calls, BT_IO, "finish");
}

static bt_status publish(bt_event_log *log)
{
    if (fsync(log->lock) != 0)
        return bt_file_fail(&log->failure, BT_IO, "flush", log->part);
    if (!bt_file_rename(log->part, log->path, log->replace))
        return bt_file_fail(&log->failure, BT_CANNOT_CREATE, "create", log->path);
    return BT_OK;
}

bt_status bt_event_log_close(bt_event_log *log, bt_error *error)
{
    if (log == NULL)
        return BT_OK;
    bt_status status = log->failure.status;
    if (status == BT_OK && log->buffered > 0)
        status = write_buffer(log);
    if (status == BT_OK)
        status = finish_file(log);
    if (status == BT_OK)
        status = publish(log);
    status = report(log, error);
    destroy(log);
    return status;
}
