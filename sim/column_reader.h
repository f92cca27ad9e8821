/*
 * Reading the tables of a column file (sim/column_file.h) back into structures.
 *
 * The file is hostile until read: tables and columns are looked up by name, types and
 * lengths are checked, and a sentence names what does not fit.
 */
#ifndef BT_SIM_COLUMN_READER_H
#define BT_SIM_COLUMN_READER_H

#include <stddef.h>

#include "sim/arena.h"
#include "sim/column_file.h"
#include "sim/status.h"

typedef struct bt_column_reader bt_column_reader;

/* Open a file that holds at least these tables, which must outlive the reader. BT_NO_INPUT;
 * BT_BAD_INPUT when it is no HDF5, lacks a table or a column, holds one of another type, or
 * columns of a table differ in length. */
bt_status bt_column_reader_open(const char *path, const bt_column_table *tables,
                                size_t n_tables, bt_column_reader **reader, bt_error *error);

size_t bt_column_reader_rows(const bt_column_reader *reader, size_t table);

/* Read rows [first, first + count) into an array of structures; members that no column
 * names are 0. BT_INTERNAL when there are fewer rows; BT_IO. */
bt_status bt_column_reader_read(bt_column_reader *reader, size_t table, size_t first,
                                size_t count, void *rows, bt_error *error);

/* A global text attribute of at most `limit` bytes, owned by the arena; NULL when there is
 * none. */
const char *bt_column_reader_text(bt_column_reader *reader, const char *name, size_t limit,
                                  bt_arena *arena);

/* NULL is allowed. */
void bt_column_reader_close(bt_column_reader *reader);

#endif
