/*
 * Reading CSV row by row, from files of any size, compressed by gzip or not.
 *
 * RFC 4180 with what spreadsheets add: fields between commas, quoted with "" for a
 * quotation mark inside, lines ended by LF or CRLF, a byte order mark, blank lines
 * (skipped), blanks around unquoted fields (dropped). A row may have any number of
 * fields; what the header means is for the caller to say. Memory does not grow with the
 * file: a row may be BT_CSV_LONGEST_ROW bytes long.
 */
#ifndef BT_EXPERIMENTS_CSV_READER_H
#define BT_EXPERIMENTS_CSV_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/status.h"

enum { BT_CSV_LONGEST_ROW = 1 << 20 };

typedef struct bt_csv_reader bt_csv_reader;

/* One row. What it points to is the reader's and lasts until the next row is read. */
typedef struct bt_csv_row {
    size_t line; /* where it begins, from 1 */
    size_t n_fields;
    char *const *field;   /* [n_fields], each ended by 0 */
    const size_t *length; /* [n_fields] */
} bt_csv_row;

/* Open a file, plain or gzip. BT_NO_INPUT, BT_IO, BT_INTERNAL. */
bt_status bt_csv_reader_open(const char *path, bt_csv_reader **reader, bt_error *error);

/* Read `size` bytes of memory, which must outlive the reader; `name` is for messages. */
bt_status bt_csv_reader_of_bytes(const char *name, const void *bytes, size_t size,
                                 bt_csv_reader **reader, bt_error *error);

/* The next row that is not blank; *got is false behind the last one. BT_BAD_INPUT, with
 * "name:line:column: ", for a quotation mark that is not closed, is followed by text or
 * stands inside a field, a NUL byte, a row too long; BT_BAD_INPUT also where the
 * compressed data are damaged; BT_IO. */
bt_status bt_csv_reader_next(bt_csv_reader *reader, bt_csv_row *row, bool *got,
                             bt_error *error);

/* The line behind the last row read, for messages about the end of the file. */
size_t bt_csv_reader_line(const bt_csv_reader *reader);

/* How much of the file was read, from 0 to 1 (of its compressed bytes where it is
 * compressed); 0 where that cannot be told. */
double bt_csv_reader_fraction(const bt_csv_reader *reader);

/* NULL is allowed. */
void bt_csv_reader_close(bt_csv_reader *reader);

#endif
