/*
 * Best-offer histories in a file: the tables `listing`, `thread` and `turn` of
 * sim/column_file.h, whose columns are the members of the record in history.h.
 */
#ifndef BT_MARKETS_BARGAINING_HISTORY_FILE_H
#define BT_MARKETS_BARGAINING_HISTORY_FILE_H

#include "markets/bargaining/history.h"
#include "sim/column_file.h"
#include "sim/column_reader.h"

/* ---- writing ---- */

typedef struct bt_history_writer bt_history_writer;

/* A new file; `more` [n_more] are tables beside those of the history, which stand behind
 * them as tables BT_HISTORY_TABLES + i of bt_history_writer_file. The tables must outlive
 * the writer. Fails as bt_column_file_create does. */
enum { BT_HISTORY_TABLES = 3 };
bt_status bt_history_writer_create(const char *path, bool force, const bt_column_table *more,
                                   size_t n_more, bt_history_writer **writer, bt_error *error);

bt_column_file *bt_history_writer_file(bt_history_writer *writer);

/* Append one listing with its threads [listing->n_threads] and their turns, thread by thread.
 * first_thread and first_turn are set to where they stand in the file. BT_IO. */
bt_status bt_history_writer_append(bt_history_writer *writer, bt_bargaining_listing *listing,
                                   bt_bargaining_thread *thread, const bt_bargaining_turn *turn,
                                   bt_error *error);

/* Give the file its name, or remove what was written. The writer is gone. NULL is allowed. */
bt_status bt_history_writer_close(bt_history_writer *writer, bt_error *error);
void bt_history_writer_abandon(bt_history_writer *writer);

/* ---- reading ---- */

typedef struct bt_history_reader bt_history_reader;

/* Fails as bt_column_reader_open does. */
bt_status bt_history_reader_open(const char *path, bt_history_reader **reader, bt_error *error);

size_t bt_history_reader_listings(const bt_history_reader *reader);

/* The next listings, at most `limit` of them, whole and checked by bt_history_check;
 * `history` is the reader's until the next call, and its first_thread and first_turn count
 * from its own beginning. No listing behind the last. BT_BAD_INPUT names the first listing
 * that cannot have happened. */
bt_status bt_history_reader_next(bt_history_reader *reader, size_t limit,
                                 bt_bargaining_history *history, bt_error *error);

/* NULL is allowed. */
void bt_history_reader_close(bt_history_reader *reader);

/* All of a file. Free with bt_history_free. */
bt_status bt_history_read(const char *path, bt_bargaining_history *history, bt_error *error);
void bt_history_free(bt_bargaining_history *history);

/* Whether a listing's history obeys the rules: numbers of turns rise by one from 1 to at most
 * 7, times do not fall and end before the listing does, prices of offers lie strictly between
 * the player's own and the other's, an acceptance is at the other's price and the listing's
 * last turn, a rejection stays at one's own. BT_BAD_INPUT with a sentence that tells the
 * listing's id, and the thread. `thread` [listing->n_threads] and `turn` begin with those of
 * the listing. */
bt_status bt_history_check(const bt_bargaining_listing *listing,
                           const bt_bargaining_thread *thread, const bt_bargaining_turn *turn,
                           bt_error *error);

#endif
