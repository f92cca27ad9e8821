#include "markets/bargaining/history_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LISTING, THREAD, TURN };

/* ---- the tables ---- */

#define COLUMN(structure, prefix, member, kind, unit, meaning)                                 \
    {                                                                                          \
        .name = #prefix "_" #member, .long_name = meaning, .units = unit,                      \
        .type = BT_COLUMN_##kind, .offset = offsetof(structure, member)                        \
    }
#define FLAGGED(structure, prefix, member, kind, flags, meaning)                               \
    {                                                                                          \
        .name = #prefix "_" #member, .long_name = meaning, .units = "1",                       \
        .type = BT_COLUMN_##kind, .offset = offsetof(structure, member),                       \
        .flag_meanings = flags                                                                 \
    }
#define OF_LISTING(...) COLUMN(bt_bargaining_listing, listing, __VA_ARGS__)
#define OF_THREAD(...) COLUMN(bt_bargaining_thread, thread, __VA_ARGS__)
#define OF_TURN(...) COLUMN(bt_bargaining_turn, turn, __VA_ARGS__)

static const char clock_units[] = "seconds since 2012-06-01 00:00:00";
static const char partitions[] = "simulator learning validation test";

static const bt_column listing_columns[] = {
    OF_LISTING(id, INT64, "1", "number of the listing"),
    OF_LISTING(seller, INT64, "1", "number of the seller"),
    OF_LISTING(list_price, INT64, "cents", "price at which the item can be bought now"),
    OF_LISTING(decline_price, INT64, "cents", "offers below are rejected at once (0: none)"),
    OF_LISTING(accept_price, INT64, "cents",
               "offers from here on are accepted at once (list price: none)"),
    OF_LISTING(start, INT64, clock_units, "begin of the listing"),
    OF_LISTING(end, INT64, clock_units, "end of the window of time that is followed"),
    OF_LISTING(weight, DOUBLE, "1", "how many listings this one stands for"),
    OF_LISTING(first_thread, UINT64, "1", "index of the first thread"),
    OF_LISTING(n_threads, UINT32, "1", "number of threads"),
    OF_LISTING(category, INT32, "1", "category of the top level (0: unknown)"),
    OF_LISTING(feedback_score, INT32, "1", "feedback score of the seller (-1: unknown)"),
    OF_LISTING(condition, INT32, "1", "condition of the item as eBay codes it (0: unknown)"),
    OF_LISTING(photos, UINT8, "1", "number of photos"),
    FLAGGED(bt_bargaining_listing, listing, partition, UINT8, partitions,
            "set of sellers that the seller belongs to"),
};

static const bt_column thread_columns[] = {
    OF_THREAD(buyer, INT64, "1", "number of the buyer"),
    OF_THREAD(buyer_history, INT64, "1", "threads that the buyer had had before (-1: unknown)"),
    OF_THREAD(first_turn, UINT64, "1", "index of the first turn"),
    OF_THREAD(n_turns, UINT32, "1", "number of turns"),
};

static const bt_column turn_columns[] = {
    OF_TURN(time, INT64, clock_units, "when the turn was taken"),
    OF_TURN(price, INT64, "cents", "own price after the turn"),
    OF_TURN(number, UINT8, "1", "number of the turn, 1 to 7; odd ones are the buyer's"),
    FLAGGED(bt_bargaining_turn, turn, act, UINT8, "offer accept reject", "what was done"),
    OF_TURN(flags, UINT8, "1", "sum of 1: automatic, 2: expired, 4: with a message"),
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const bt_column_table tables[BT_HISTORY_TABLES] = {
    [LISTING] = {"listing", "listing", listing_columns, LENGTH(listing_columns),
                 sizeof(bt_bargaining_listing)},
    [THREAD] = {"thread", "thread of offers between a buyer and the seller", thread_columns,
                LENGTH(thread_columns), sizeof(bt_bargaining_thread)},
    [TURN] = {"turn", "turn of a thread", turn_columns, LENGTH(turn_columns),
              sizeof(bt_bargaining_turn)},
};

/* ---- writing ---- */

struct bt_history_writer {
    bt_column_file *file;
    uint64_t n_threads;
    uint64_t n_turns;
    size_t n_tables;
    bt_column_table table[];
};

bt_status bt_history_writer_create(const char *path, bool force, const bt_column_table *more,
                                   size_t n_more, bt_history_writer **writer, bt_error *error)
{
    *writer = NULL;
    size_t n_tables = BT_HISTORY_TABLES + n_more;
    bt_history_writer *made = calloc(1, sizeof *made + n_tables * sizeof(bt_column_table));
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to write %s", path);
    memcpy(made->table, tables, sizeof tables);
    if (n_more > 0)
        memcpy(made->table + BT_HISTORY_TABLES, more, n_more * sizeof *more);
    made->n_tables = n_tables;
    bt_status status =
        bt_column_file_create(path, force, made->table, n_tables, &made->file, error);
    if (status == BT_OK)
        status = bt_column_file_describe(made->file, "bertrand_bargaining_history_format", "1",
                                         error);
    if (status == BT_OK)
        *writer = made;
    else
        bt_history_writer_abandon(made);
    return status;
}

bt_column_file *bt_history_writer_file(bt_history_writer *writer)
{
    return writer->file;
}

bt_status bt_history_writer_append(bt_history_writer *writer, bt_bargaining_listing *listing,
                                   bt_bargaining_thread *thread, const bt_bargaining_turn *turn,
                                   bt_error *error)
{
    size_t n_turns = 0;
    listing->first_thread = writer->n_threads;
    for (size_t i = 0; i < listing->n_threads; i++) {
        thread[i].first_turn = writer->n_turns + n_turns;
        n_turns += thread[i].n_turns;
    }
    writer->n_threads += listing->n_threads;
    writer->n_turns += n_turns;
    bt_status status = bt_column_file_append(writer->file, LISTING, listing, 1, error);
    if (status == BT_OK)
        status = bt_column_file_append(writer->file, THREAD, thread, listing->n_threads, error);
    return status == BT_OK ? bt_column_file_append(writer->file, TURN, turn, n_turns, error)
                           : status;
}

bt_status bt_history_writer_close(bt_history_writer *writer, bt_error *error)
{
    if (writer == NULL)
        return BT_OK;
    bt_status status = bt_column_file_close(writer->file, error);
    free(writer);
    return status;
}

void bt_history_writer_abandon(bt_history_writer *writer)
{
    if (writer == NULL)
        return;
    bt_column_file_abandon(writer->file);
    free(writer);
}

/* ---- checking ---- */

static bt_status refuse(const bt_bargaining_listing *listing, size_t thread, const char *what,
                        bt_error *error)
{
    return bt_fail(error, BT_BAD_INPUT, "listing %" PRId64 ", thread %zu: %s", listing->id,
                   thread + 1, what);
}

/* NULL, or what is wrong with a turn after which the players' prices are kept in
 * price[0] (the seller's) and price[1] (the buyer's). */
static const char *check_turn(const bt_bargaining_turn *turn, unsigned number, int64_t price[2])
{
    int64_t *own = &price[bt_is_buyers_turn(number)], other = price[number % 2 == 0];
    if (turn->number != number || number > BT_BARGAINING_TURNS)
        return "its turns are not numbered 1, 2, ..., at most 7";
    if (turn->act == BT_ACT_ACCEPT)
        return turn->price == other ? NULL : "an acceptance is not at the other's price";
    if (turn->act == BT_ACT_REJECT && number > 1)
        return turn->price == *own ? NULL : "a rejection changes the price";
    bool between = *own < other ? turn->price > *own && turn->price < other
                                : turn->price < *own && turn->price > other;
    if (turn->act != BT_ACT_OFFER || number == BT_BARGAINING_TURNS || !between)
        return "an offer does not lie between the prices that stand";
    *own = turn->price;
    return NULL;
}

static const char *check_thread(const bt_bargaining_listing *listing,
                                const bt_bargaining_thread *thread,
                                const bt_bargaining_turn *turn)
{
    int64_t price[2] = {listing->list_price, 0}, before = listing->start;
    if (thread->n_turns == 0)
        return "it has no turn";
    for (unsigned i = 0; i < thread->n_turns; i++) {
        const char *mistake = check_turn(&turn[i], i + 1, price);
        if (mistake != NULL)
            return mistake;
        if (turn[i].time < before || turn[i].time >= listing->end)
            return "its times fall or leave the listing's window";
        bool ends = turn[i].act == BT_ACT_ACCEPT ||
                    (turn[i].act == BT_ACT_REJECT && bt_is_buyers_turn(i + 1));
        if (ends && i + 1 < thread->n_turns)
            return "it goes on behind its end";
        before = turn[i].time;
    }
    return NULL;
}

bt_status bt_history_check(const bt_bargaining_listing *listing,
                           const bt_bargaining_thread *thread, const bt_bargaining_turn *turn,
                           bt_error *error)
{
    if (listing->list_price <= 0 || listing->decline_price < 0 ||
        listing->accept_price < listing->decline_price ||
        listing->accept_price > listing->list_price)
        return bt_fail(error, BT_BAD_INPUT, "listing %" PRId64 ": its prices are out of order",
                       listing->id);
    if (listing->partition >= BT_PARTITIONS || !(listing->weight > 0) ||
        listing->end <= listing->start)
        return bt_fail(error, BT_BAD_INPUT,
                       "listing %" PRId64 ": its partition, weight or window is impossible",
                       listing->id);
    for (size_t i = 0; i < listing->n_threads; i++) {
        const char *mistake = check_thread(listing, &thread[i], turn);
        if (mistake != NULL)
            return refuse(listing, i, mistake, error);
        turn += thread[i].n_turns;
    }
    return BT_OK;
}

/* ---- reading ---- */

struct bt_history_reader {
    char *path;
    bt_column_reader *file;
    size_t next[BT_HISTORY_TABLES]; /* rows read */
    void *rows[BT_HISTORY_TABLES];
    size_t capacity[BT_HISTORY_TABLES];
};

bt_status bt_history_reader_open(const char *path, bt_history_reader **reader, bt_error *error)
{
    *reader = NULL;
    bt_history_reader *made = calloc(1, sizeof *made);
    if (made == NULL || (made->path = strdup(path)) == NULL) {
        free(made);
        return bt_fail(error, BT_INTERNAL, "there is no memory to read %s", path);
    }
    bt_status status =
        bt_column_reader_open(path, tables, BT_HISTORY_TABLES, &made->file, error);
    if (status == BT_OK)
        *reader = made;
    else
        bt_history_reader_close(made);
    return status;
}

size_t bt_history_reader_listings(const bt_history_reader *reader)
{
    return bt_column_reader_rows(reader->file, LISTING);
}

void bt_history_reader_close(bt_history_reader *reader)
{
    if (reader == NULL)
        return;
    bt_column_reader_close(reader->file);
    for (size_t t = 0; t < BT_HISTORY_TABLES; t++)
        free(reader->rows[t]);
    free(reader->path);
    free(reader);
}

/* Read the next `count` rows of a table. */
static bt_status read_rows(bt_history_reader *reader, size_t table, size_t count,
                           bt_error *error)
{
    size_t left = bt_column_reader_rows(reader->file, table) - reader->next[table];
    if (count > left)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s: it promises more %ss than it holds: this file is damaged",
                       reader->path, tables[table].name);
    if (count > reader->capacity[table]) {
        void *rows = realloc(reader->rows[table], count * tables[table].row_size);
        if (rows == NULL)
            return bt_fail(error, BT_INTERNAL, "there is no memory to read %s", reader->path);
        reader->rows[table] = rows;
        reader->capacity[table] = count;
    }
    bt_status status = BT_OK;
    if (count > 0)
        status = bt_column_reader_read(reader->file, table, reader->next[table], count,
                                       reader->rows[table], error);
    reader->next[table] += count;
    return status;
}

static bt_status read_listings(bt_history_reader *reader, size_t count,
                               bt_bargaining_history *history, bt_error *error)
{
    bt_status status = read_rows(reader, LISTING, count, error);
    history->n_listings = count;
    history->listing = reader->rows[LISTING];
    for (size_t i = 0; i < count && status == BT_OK; i++) {
        history->listing[i].first_thread = history->n_threads;
        history->n_threads += history->listing[i].n_threads;
    }
    if (status == BT_OK)
        status = read_rows(reader, THREAD, history->n_threads, error);
    history->thread = reader->rows[THREAD];
    for (size_t i = 0; i < history->n_threads && status == BT_OK; i++) {
        history->thread[i].first_turn = history->n_turns;
        history->n_turns += history->thread[i].n_turns;
    }
    if (status == BT_OK)
        status = read_rows(reader, TURN, history->n_turns, error);
    history->turn = reader->rows[TURN];
    return status;
}

bt_status bt_history_reader_next(bt_history_reader *reader, size_t limit,
                                 bt_bargaining_history *history, bt_error *error)
{
    size_t left = bt_history_reader_listings(reader) - reader->next[LISTING];
    *history = (bt_bargaining_history){0};
    bt_status status = read_listings(reader, left < limit ? left : limit, history, error);
    for (size_t i = 0; i < history->n_listings && status == BT_OK; i++) {
        const bt_bargaining_listing *listing = &history->listing[i];
        const bt_bargaining_thread *thread =
            listing->n_threads > 0 ? &history->thread[listing->first_thread] : NULL;
        status = bt_history_check(
            listing, thread, thread != NULL ? &history->turn[thread->first_turn] : NULL, error);
        if (status != BT_OK)
            bt_error_prefix(error, "%s", reader->path);
    }
    return status;
}

bt_status bt_history_read(const char *path, bt_bargaining_history *history, bt_error *error)
{
    bt_history_reader *reader;
    *history = (bt_bargaining_history){0};
    bt_status status = bt_history_reader_open(path, &reader, error);
    if (status != BT_OK)
        return status;
    bt_bargaining_history all;
    status = bt_history_reader_next(reader, SIZE_MAX, &all, error);
    if (status == BT_OK) {
        *history = all; /* and the reader's arrays with it */
        memset(reader->rows, 0, sizeof reader->rows);
    }
    bt_history_reader_close(reader);
    return status;
}

void bt_history_free(bt_bargaining_history *history)
{
    free(history->listing);
    free(history->thread);
    free(history->turn);
    *history = (bt_bargaining_history){0};
}
