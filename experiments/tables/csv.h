/*
 * A CSV file with a header: the points of a sweep that were designed elsewhere.
 *
 * The whole table in memory; experiments/tables/csv_reader.h says what is understood.
 */
#ifndef BT_EXPERIMENTS_CSV_H
#define BT_EXPERIMENTS_CSV_H

#include <stddef.h>

#include "sim/status.h"

typedef struct bt_csv {
    size_t n_columns;
    size_t n_rows;       /* without the header */
    const char **header; /* [column] */
    const char **cell;   /* [row * n_columns + column] */
    size_t *line;        /* [row] the line it starts at, from 1 */
    char *storage;       /* what header and cell point into */
} bt_csv;

/* Parse `size` bytes. Errors (BT_BAD_INPUT) begin with "name:line:column: ": a row with
 * more or fewer fields than the header, a header without or with a repeated name, a
 * quotation mark that is not closed or is followed by text, a NUL byte, no rows. Free
 * with bt_csv_destroy. */
bt_status bt_csv_parse(const char *name, const char *bytes, size_t size, bt_csv **csv,
                       bt_error *error);

/* Read and parse a file: also BT_NO_INPUT, BT_IO. */
bt_status bt_csv_read(const char *path, bt_csv **csv, bt_error *error);

void bt_csv_destroy(bt_csv *csv);

#endif
