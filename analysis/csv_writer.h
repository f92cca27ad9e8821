/*
 * Writing CSV (RFC 4180): fields between commas, quoted where they hold a comma, a
 * quotation mark or a line break, quotation marks doubled; lines end with LF. Numbers
 * have 17 significant digits; a missing number is an empty field, which Stata, R and
 * pandas read as missing.
 */
#ifndef BT_ANALYSIS_CSV_WRITER_H
#define BT_ANALYSIS_CSV_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sim/status.h"

typedef struct bt_csv_writer {
    FILE *stream; /* the caller's */
    bool in_row;
} bt_csv_writer;

void bt_csv_text(bt_csv_writer *csv, const char *text);
void bt_csv_number(bt_csv_writer *csv, double value); /* NAN: missing; -inf and inf as such */
void bt_csv_count(bt_csv_writer *csv, size_t value);
void bt_csv_missing(bt_csv_writer *csv);
void bt_csv_end_row(bt_csv_writer *csv);

/* BT_IO when anything could not be written; `name` is the file's for the message. */
bt_status bt_csv_finish(bt_csv_writer *csv, const char *name, bt_error *error);

#endif
