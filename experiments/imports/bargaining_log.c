#include "experiments/imports/bargaining_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/imports/best_offer_import.h"
#include "markets/bargaining/bargaining_run.h"
#include "markets/bargaining/history_builder.h"
#include "markets/bargaining/history_file.h"
#include "sim/column_reader.h"

enum { ROWS_AT_A_TIME = 65536 };

static const int64_t window = (int64_t)BT_BARGAINING_WINDOW_DAYS * BT_SECONDS_IN_DAY;

/* An event as the log has it. */
typedef struct event_row {
    int64_t point, replication, kind, agent, product;
    double time, price, outcome;
} event_row;

#define COLUMN(member, type_)                                                                  \
    {                                                                                          \
        .name = #member, .type = BT_COLUMN_##type_, .offset = offsetof(event_row, member)      \
    }

static const bt_column columns[] = {
    COLUMN(point, INT64),  COLUMN(replication, INT64), COLUMN(time, DOUBLE),
    COLUMN(kind, INT64),   COLUMN(agent, INT64),       COLUMN(product, INT64),
    COLUMN(price, DOUBLE), COLUMN(outcome, DOUBLE),
};

static const bt_column_table events = {.name = "event",
                                       .columns = columns,
                                       .n_columns = sizeof columns / sizeof columns[0],
                                       .row_size = sizeof(event_row)};

/* The play that is being put together. */
typedef struct importer {
    const char *path;
    bt_history_writer *writer;
    bt_bargaining_log_counts *counts;
    uint64_t seed;
    const char *const *kind;
    int64_t n_kinds;
    bool has_first, is_open, is_taken; /* a play; and it is one that is wanted */
    event_row first;                   /* of the log: point, replication and seller */
    int64_t last_listing;
    bt_listing listing;
    bt_thread thread[BT_MOST_ARRIVALS];
    size_t n_threads;
    double buyer_history;
    bt_error *error;
} importer;

static bool is_kind(const importer *self, const event_row *event, const char *name)
{
    return event->kind >= 0 && event->kind < self->n_kinds &&
           strcmp(self->kind[event->kind], name) == 0;
}

static bt_status refuse(const importer *self, size_t row, const char *what)
{
    return bt_fail(self->error, BT_BAD_INPUT, "%s: event %zu: %s", self->path, row, what);
}

static int64_t cents_of(double price)
{
    return llround(100 * price);
}

/* ---- one play ---- */

static bool is_wanted(const importer *self, const event_row *event)
{
    return event->point == self->first.point && event->replication == self->first.replication &&
           event->agent == self->first.agent && event->product > self->last_listing;
}

static bt_status begin_play(importer *self, const event_row *event, size_t row)
{
    if (self->is_open)
        return refuse(self, row, "a play begins before the one before it has ended");
    if (!(event->price > 0 && event->price < 1e12) || event->product < 0)
        return refuse(self, row, "a listing has no list price");
    if (!self->has_first)
        self->first = *event;
    self->last_listing = self->has_first ? self->last_listing : -1;
    self->has_first = true;
    self->is_open = true;
    self->is_taken = is_wanted(self, event);
    self->n_threads = 0;
    self->listing = (bt_listing){.list_price = cents_of(event->price),
                                 .auto_accept = cents_of(event->price),
                                 .window = window};
    return BT_OK;
}

static bt_status end_play(importer *self, const event_row *event)
{
    bt_history_builder builder = {0};
    bt_bargaining_listing record =
        bt_record_of_listing(&self->listing, (uint64_t)event->product);
    bt_negotiation_result result = {.n_threads = self->n_threads, .thread = self->thread};
    self->is_open = false;
    if (!self->is_taken)
        return BT_OK;
    self->last_listing = event->product;
    record.partition = (uint8_t)bt_best_offer_partition(self->seed, record.seller);
    if (!bt_history_builder_add(&builder, &record, &result))
        return bt_fail(self->error, BT_INTERNAL, "there is no memory for a history");
    bt_bargaining_history *history = &builder.history;
    bt_status status =
        bt_history_check(history->listing, history->thread, history->turn, self->error);
    for (size_t i = 0; i < history->n_threads; i++)
        history->thread[i].buyer += (int64_t)self->counts->threads;
    self->counts->listings++;
    self->counts->threads += history->n_threads;
    self->counts->turns += history->n_turns;
    if (status == BT_OK)
        status = bt_history_writer_append(self->writer, history->listing, history->thread,
                                          history->turn, self->error);
    bt_history_free(history);
    return status;
}

/* What a kind of event is as a turn: its concession and flags. False: it is no turn. */
static bool read_turn(const importer *self, const event_row *event, bt_turn *turn)
{
    static const struct {
        const char *kind;
        double concession; /* 0.5: an offer, whose price tells */
        bool is_automatic, is_expired;
    } kinds[] = {
        {"buy_now", 1, false, false},    {"offer", 0.5, false, false},
        {"accept", 1, false, false},     {"counter", 0.5, false, false},
        {"reject", 0, false, false},     {"expire", 0, false, true},
        {"walk", 0, false, false},       {"leave_silently", 0, false, true},
        {"auto_accept", 1, true, false}, {"auto_reject", 0, true, false},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!is_kind(self, event, kinds[i].kind))
            continue;
        double share = event->time - (double)event->product;
        *turn = (bt_turn){.time = llround(share * (double)window),
                          .price = cents_of(event->price),
                          .concession = kinds[i].concession,
                          .is_automatic = kinds[i].is_automatic,
                          .is_expired = kinds[i].is_expired};
        return true;
    }
    return false;
}

/* "thread + turn / 10" */
static bool read_place(double outcome, size_t *thread, uint32_t *number)
{
    if (!(outcome >= 0 && outcome < BT_MOST_ARRIVALS))
        return false;
    *thread = (size_t)(outcome + 0.05);
    *number = (uint32_t)lround(10 * (outcome - (double)*thread));
    return *number >= 1 && *number <= BT_BARGAINING_TURNS && *thread < BT_MOST_ARRIVALS;
}

static bt_status take_turn(importer *self, const event_row *event, const bt_turn *turn,
                           size_t row)
{
    size_t place;
    uint32_t number;
    if (!read_place(event->outcome, &place, &number))
        return refuse(self, row, "a move is of no thread");
    bt_thread *thread = &self->thread[place];
    if (number == 1 && place >= self->n_threads) {
        for (size_t i = self->n_threads; i <= place; i++)
            self->thread[i] = (bt_thread){.number = (uint32_t)i};
        self->n_threads = place + 1;
        double history = self->buyer_history;
        thread->buyer_history = history > 0 && history < 1e9 ? (uint32_t)history : 0;
    }
    if (place >= self->n_threads || thread->n_turns + 1 != number)
        return refuse(self, row, "a thread's moves are not numbered 1, 2, ...");
    thread->turn[thread->n_turns++] = *turn;
    return BT_OK;
}

static bt_status take_message(importer *self, const event_row *event, size_t row)
{
    size_t place;
    uint32_t number;
    if (!read_place(event->outcome, &place, &number) || place >= self->n_threads ||
        self->thread[place].n_turns != number)
        return refuse(self, row, "a message comes with no move");
    self->thread[place].turn[number - 1].has_message = true;
    return BT_OK;
}

static bt_status take_event(importer *self, const event_row *event, size_t row)
{
    bt_turn turn;
    if (is_kind(self, event, "listed"))
        return begin_play(self, event, row);
    if (!self->is_open)
        return refuse(self, row, "it belongs to no play");
    if (is_kind(self, event, "reject_below"))
        self->listing.auto_reject = cents_of(event->price);
    else if (is_kind(self, event, "accept_from"))
        self->listing.auto_accept = cents_of(event->price);
    else if (is_kind(self, event, "arrival"))
        self->buyer_history = event->outcome;
    else if (is_kind(self, event, "message"))
        return take_message(self, event, row);
    else if (is_kind(self, event, "sold") || is_kind(self, event, "unsold"))
        return end_play(self, event);
    else if (read_turn(self, event, &turn))
        return take_turn(self, event, &turn, row);
    return BT_OK;
}

/* ---- the log ---- */

static bt_status take_events(importer *self, bt_column_reader *reader, event_row *rows)
{
    size_t n_rows = bt_column_reader_rows(reader, 0);
    bt_status status = BT_OK;
    for (size_t first = 0; first < n_rows && status == BT_OK; first += ROWS_AT_A_TIME) {
        size_t left = n_rows - first, count = left < ROWS_AT_A_TIME ? left : ROWS_AT_A_TIME;
        status = bt_column_reader_read(reader, 0, first, count, rows, self->error);
        for (size_t i = 0; i < count && status == BT_OK; i++)
            status = take_event(self, &rows[i], first + i);
    }
    if (status == BT_OK && self->counts->listings == 0)
        return bt_fail(self->error, BT_BAD_INPUT,
                       "%s holds no play of a bargaining market: was it run with trace: true?",
                       self->path);
    return status;
}

static bt_status read_log(importer *self, bt_column_reader *reader)
{
    event_row *rows = malloc(ROWS_AT_A_TIME * sizeof *rows);
    if (rows == NULL)
        return bt_fail(self->error, BT_INTERNAL, "there is no memory to read %s", self->path);
    bt_status status = take_events(self, reader, rows);
    free(rows);
    return status;
}

static bt_status import_log(importer *self, bt_column_reader *reader, const char *output,
                            bool force)
{
    bt_status status =
        bt_history_writer_create(output, force, NULL, 0, &self->writer, self->error);
    if (status != BT_OK)
        return status;
    status = read_log(self, reader);
    if (status == BT_OK)
        return bt_history_writer_close(self->writer, self->error);
    bt_history_writer_abandon(self->writer);
    return status;
}

bt_status bt_bargaining_log_import(const char *log, const char *output, bool force,
                                   uint64_t seed, bt_bargaining_log_counts *counts,
                                   bt_error *error)
{
    bt_column_reader *reader;
    *counts = (bt_bargaining_log_counts){0};
    bt_status status = bt_column_reader_open(log, &events, 1, &reader, error);
    if (status != BT_OK)
        return status;
    importer *self = calloc(1, sizeof *self);
    if (self != NULL) {
        *self = (importer){.path = log, .counts = counts, .seed = seed, .error = error};
        self->n_kinds = (int64_t)bt_bargaining_event_kinds(&self->kind);
        status = import_log(self, reader, output, force);
    } else {
        status = bt_fail(error, BT_INTERNAL, "there is no memory to read %s", log);
    }
    free(self);
    bt_column_reader_close(reader);
    return status;
}
