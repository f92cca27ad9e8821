/*
 * Long tables in a file: HDF5 that is also valid netCDF-4.
 *
 * A file holds one or more tables. A table is an unlimited dimension and a variable along
 * it for each column; its rows are structures in memory, whose members the columns name.
 * Rows are collected and written a chunk at a time, compressed (shuffle, deflate): the same
 * rows in the same order give the same bytes, however they were split into calls.
 *
 * The file is PATH.part until bt_column_file_close gives it its name, so that a file of
 * that name is always complete. It cannot be resumed: what a killed program left is
 * overwritten by the next one. A file belongs to one thread at a time.
 *
 * Read with sim/column_reader.h.
 */
#ifndef BT_SIM_COLUMN_FILE_H
#define BT_SIM_COLUMN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

/* The type of a structure's member, and of its variable in the file. */
typedef enum bt_column_type {
    BT_COLUMN_INT64,
    BT_COLUMN_UINT64,
    BT_COLUMN_INT32,
    BT_COLUMN_UINT32,
    BT_COLUMN_UINT8,
    BT_COLUMN_DOUBLE,
} bt_column_type;

typedef struct bt_column {
    const char *name; /* of the variable, unique in the file */
    const char *long_name;
    const char *units;
    bt_column_type type;
    size_t offset; /* of the member */
    /* CF attributes flag_values 0 .. and flag_meanings, blank between names; NULL: none */
    const char *flag_meanings;
} bt_column;

typedef struct bt_column_table {
    const char *name; /* of the dimension */
    const char *long_name;
    const bt_column *columns;
    size_t n_columns;
    size_t row_size; /* of the structure, bytes */
} bt_column_table;

typedef struct bt_column_file bt_column_file;

/* A new file of these tables, which must outlive it. BT_CANNOT_CREATE when `path` exists,
 * unless `force`, when another process writes it, or when the folder does not let us. */
bt_status bt_column_file_create(const char *path, bool force, const bt_column_table *tables,
                                size_t n_tables, bt_column_file **file, bt_error *error);

/* Add a global attribute. Each name once. */
bt_status bt_column_file_describe(bt_column_file *file, const char *name, const char *text,
                                  bt_error *error);

/* Name the values 0 .. count-1 of a column (flag_values, flag_meanings) where its table
 * does not: names without blanks, at most once. */
bt_status bt_column_file_name_flags(bt_column_file *file, size_t table, size_t column,
                                    const char *const *names, size_t count, bt_error *error);

/* Append `count` rows to a table. After a failure (BT_IO: the disk is full) every further
 * call fails with the same sentence. */
bt_status bt_column_file_append(bt_column_file *file, size_t table, const void *rows,
                                size_t count, bt_error *error);

/* Write what is left, flush to disk, and give the file its name. After a failure the
 * .part stays. `file` is gone whatever the status; NULL is allowed. */
bt_status bt_column_file_close(bt_column_file *file, bt_error *error);

/* Give up: the .part is removed. NULL is allowed. */
void bt_column_file_abandon(bt_column_file *file);

#endif
