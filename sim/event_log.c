#include "sim/event_log.h"

#include <stdlib.h>

#include "sim/column_file.h"

/* A row of the file: whole numbers have 64 bits there. */
typedef struct row {
    int64_t point, replication;
    double time;
    int64_t kind, agent, product;
    double price, outcome;
} row;

enum { KIND = 3, BLOCK = 256 };

#define COLUMN(member, kind_of_number, meaning)                                                \
    {                                                                                          \
        .name = #member, .long_name = meaning, .units = "1",                                   \
        .type = BT_COLUMN_##kind_of_number, .offset = offsetof(row, member)                    \
    }

static const bt_column columns[] = {
    COLUMN(point, INT64, "point of the sweep"),
    COLUMN(replication, INT64, "replication"),
    COLUMN(time, DOUBLE, "simulated time of the event"),
    [KIND] = COLUMN(kind, INT64, "kind of the event"),
    COLUMN(agent, INT64, "agent that acted (-1: none)"),
    COLUMN(product, INT64, "product that the event is about (-1: none)"),
    COLUMN(price, DOUBLE, "price of the event (NaN: none)"),
    COLUMN(outcome, DOUBLE, "what came of the event, as its kind says (NaN: nothing)"),
};

static const bt_column_table events_table = {.name = "event",
                                             .long_name = "event",
                                             .columns = columns,
                                             .n_columns = sizeof columns / sizeof columns[0],
                                             .row_size = sizeof(row)};

struct bt_event_log {
    bt_column_file *file;
};

bt_status bt_event_log_create(const char *path, bool force, bt_event_log **log, bt_error *error)
{
    *log = NULL;
    bt_event_log *made = malloc(sizeof *made);
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for the event log %s", path);
    bt_status status = bt_column_file_create(path, force, &events_table, 1, &made->file, error);
    if (status == BT_OK)
        status = bt_column_file_describe(made->file, "bertrand_event_log_format", "1", error);
    if (status != BT_OK) {
        bt_column_file_abandon(made->file);
        free(made);
        return status;
    }
    *log = made;
    return BT_OK;
}

bt_status bt_event_log_name_kinds(bt_event_log *log, const char *const *names, size_t count,
                                  bt_error *error)
{
    return bt_column_file_name_flags(log->file, 0, KIND, names, count, error);
}

bt_status bt_event_log_describe(bt_event_log *log, const char *name, const char *text,
                                bt_error *error)
{
    return bt_column_file_describe(log->file, name, text, error);
}

bt_status bt_event_log_append(bt_event_log *log, size_t point, size_t replication,
                              const bt_logged_event *events, size_t count, bt_error *error)
{
    row rows[BLOCK];
    bt_status status = BT_OK;
    for (size_t first = 0; first < count && status == BT_OK; first += BLOCK) {
        size_t n_rows = count - first < BLOCK ? count - first : BLOCK;
        for (size_t i = 0; i < n_rows; i++) {
            const bt_logged_event *event = &events[first + i];
            rows[i] = (row){.point = (int64_t)point,
                            .replication = (int64_t)replication,
                            .time = event->time,
                            .kind = event->kind,
                            .agent = event->agent,
                            .product = event->product,
                            .price = event->price,
                            .outcome = event->outcome};
        }
        status = bt_column_file_append(log->file, 0, rows, n_rows, error);
    }
    return status;
}

bt_status bt_event_log_close(bt_event_log *log, bt_error *error)
{
    if (log == NULL)
        return BT_OK;
    bt_status status = bt_column_file_close(log->file, error);
    free(log);
    return status;
}
