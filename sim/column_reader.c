#include "sim/column_reader.h"

#include <stdlib.h>
#include <string.h>

#include "sim/column_types.h"
#include "sim/file_io.h"
#include "sim/hdf5_support.h"

/* Values that are read at once. */
enum { BLOCK = 65536, LARGEST_VALUE = 8 };

typedef struct open_table {
    const bt_column_table *described;
    hid_t *dataset; /* [column] */
    size_t n_rows;
} open_table;

struct bt_column_reader {
    char *path;
    hid_t file;
    size_t n_tables;
    open_table *table;
    unsigned char *block; /* [BLOCK * LARGEST_VALUE] */
};

/* ---- opening ---- */

/* The dataset's length along its one dimension, or -1. */
static hssize_t length_of(hid_t dataset)
{
    hid_t space = H5Dget_space(dataset);
    hssize_t length =
        H5Sget_simple_extent_ndims(space) == 1 ? H5Sget_simple_extent_npoints(space) : -1;
    H5Sclose(space);
    return length;
}

static bool has_type(hid_t dataset, const bt_column *column)
{
    hid_t type = H5Dget_type(dataset);
    bool same = H5Tequal(type, bt_column_stored(column)) > 0;
    H5Tclose(type);
    return same;
}

static bt_status open_column(bt_column_reader *reader, open_table *open, size_t index,
                             bt_error *error)
{
    const bt_column *column = &open->described->columns[index];
    if (H5Lexists(reader->file, column->name, H5P_DEFAULT) <= 0 ||
        (open->dataset[index] = H5Dopen2(reader->file, column->name, H5P_DEFAULT)) < 0)
        return bt_fail(error, BT_BAD_INPUT, "%s: there is no variable \"%s\"", reader->path,
                       column->name);
    hid_t dataset = open->dataset[index];
    hssize_t length = length_of(dataset);
    if (!has_type(dataset, column) || length < 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s: the variable \"%s\" is not of the type and shape that it has in "
                       "files of this program",
                       reader->path, column->name);
    if (index == 0)
        open->n_rows = (size_t)length;
    if (open->n_rows != (size_t)length)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s: \"%s\" has %zd values where \"%s\" has %zu: this file is damaged",
                       reader->path, column->name, (ssize_t)length,
                       open->described->columns[0].name, open->n_rows);
    return BT_OK;
}

static bt_status open_tables(bt_column_reader *reader, bt_error *error)
{
    bt_status status = BT_OK;
    for (size_t t = 0; t < reader->n_tables && status == BT_OK; t++)
        for (size_t i = 0; i < reader->table[t].described->n_columns && status == BT_OK; i++)
            status = open_column(reader, &reader->table[t], i, error);
    return status;
}

static bt_status open_file(bt_column_reader *reader, bt_error *error)
{
    bt_hdf5_calls calls = {false, ""};
    if (!bt_file_exists(reader->path))
        return bt_fail(error, BT_NO_INPUT, "%s: there is no such file", reader->path);
    hid_t access = bt_hdf5_file_access(&calls);
    reader->file = bt_hdf5_check(&calls, H5Fopen(reader->path, H5F_ACC_RDONLY, access));
    H5Pclose(access);
    if (calls.failed)
        return bt_fail(error, BT_BAD_INPUT, "%s cannot be read as HDF5: %s", reader->path,
                       calls.reason);
    return open_tables(reader, error);
}

static bt_column_reader *allocate(const char *path, const bt_column_table *tables,
                                  size_t n_tables)
{
    bt_column_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->file = -1;
    reader->path = strdup(path);
    reader->block = malloc(BLOCK * LARGEST_VALUE);
    reader->table = calloc(n_tables, sizeof *reader->table);
    bool complete = reader->path != NULL && reader->block != NULL && reader->table != NULL;
    for (size_t t = 0; t < n_tables && complete; t++) {
        reader->n_tables++;
        reader->table[t].described = &tables[t];
        reader->table[t].dataset = calloc(tables[t].n_columns, sizeof(hid_t));
        complete = reader->table[t].dataset != NULL;
    }
    if (complete)
        return reader;
    bt_column_reader_close(reader);
    return NULL;
}

bt_status bt_column_reader_open(const char *path, const bt_column_table *tables,
                                size_t n_tables, bt_column_reader **reader, bt_error *error)
{
    *reader = NULL;
    bt_column_reader *made = allocate(path, tables, n_tables);
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to read %s", path);
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    bt_status status = open_file(made, error);
    bt_hdf5_restore(&handler);
    if (status != BT_OK)
        bt_column_reader_close(made);
    else
        *reader = made;
    return status;
}

void bt_column_reader_close(bt_column_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->file >= 0) {
        bt_hdf5_silence_state handler = bt_hdf5_silence();
        H5Fclose(reader->file); /* and all that was opened in it */
        bt_hdf5_restore(&handler);
    }
    for (size_t t = 0; t < reader->n_tables; t++)
        free(reader->table[t].dataset);
    free(reader->table);
    free(reader->block);
    free(reader->path);
    free(reader);
}

size_t bt_column_reader_rows(const bt_column_reader *reader, size_t table)
{
    return reader->table[table].n_rows;
}

/* ---- reading ---- */

static void read_block(bt_column_reader *reader, bt_hdf5_calls *calls, const open_table *open,
                       size_t index, size_t first, size_t count, unsigned char *rows)
{
    const bt_column *column = &open->described->columns[index];
    const hsize_t start = first, length = count;
    size_t size = bt_column_size(column), row_size = open->described->row_size;
    hid_t space = bt_hdf5_check(calls, H5Dget_space(open->dataset[index]));
    bt_hdf5_check(calls,
                  H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &length, NULL));
    hid_t memory = bt_hdf5_check(calls, H5Screate_simple(1, &length, NULL));
    bt_hdf5_check(calls, H5Dread(open->dataset[index], bt_column_native(column), memory, space,
                                 H5P_DEFAULT, reader->block));
    H5Sclose(memory);
    H5Sclose(space);
    for (size_t i = 0; i < count && !calls->failed; i++)
        memcpy(rows + i * row_size + column->offset, reader->block + i * size, size);
}

bt_status bt_column_reader_read(bt_column_reader *reader, size_t table, size_t first,
                                size_t count, void *rows, bt_error *error)
{
    const open_table *open = &reader->table[table];
    size_t row_size = open->described->row_size;
    if (first > open->n_rows || count > open->n_rows - first)
        return bt_fail(error, BT_INTERNAL, "%s: rows %zu to %zu of %zu were asked for",
                       reader->path, first, first + count, open->n_rows);
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    memset(rows, 0, count * row_size);
    for (size_t from = 0; from < count; from += BLOCK) {
        size_t length = count - from < BLOCK ? count - from : BLOCK;
        for (size_t i = 0; i < open->described->n_columns && !calls.failed; i++)
            read_block(reader, &calls, open, i, first + from, length,
                       (unsigned char *)rows + from * row_size);
    }
    bt_hdf5_restore(&handler);
    if (calls.failed)
        return bt_fail(error, BT_IO, "%s cannot be read: %s", reader->path, calls.reason);
    return BT_OK;
}

const char *bt_column_reader_text(bt_column_reader *reader, const char *name, size_t limit,
                                  bt_arena *arena)
{
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    const char *text = bt_hdf5_get_text(reader->file, name, limit, arena);
    bt_hdf5_restore(&handler);
    return text;
}
