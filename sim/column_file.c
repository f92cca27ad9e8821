#include "sim/column_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/column_types.h"
#include "sim/file_io.h"
#include "sim/hdf5_support.h"

/* Rows that are written at once: a chunk of each column, so that the bytes do not depend
 * on how rows come in. */
enum { CHUNK = 8192, DEFLATE_LEVEL = 1, LARGEST_VALUE = 8 };

/* A table and its rows that are not yet in the file. */
typedef struct open_table {
    const bt_column_table *described;
    hid_t dimension;
    hid_t *dataset; /* [column] */
    size_t written; /* rows in the file */
    size_t buffered;
    unsigned char *buffer; /* [CHUNK] structures */
} open_table;

struct bt_column_file {
    char *path;
    char *part;
    int lock; /* an open file that bears our lock */
    bool replace;
    hid_t file;
    size_t n_tables;
    open_table *table;     /* [table] */
    unsigned char *column; /* [CHUNK * LARGEST_VALUE] one column of a chunk */
    bt_error failure;      /* the first one, which sticks */
};

/* ---- failing ---- */

static bt_status fail_calls(bt_column_file *file, const bt_hdf5_calls *calls, bt_status status,
                            const char *action)
{
    if (calls->failed && file->failure.status == BT_OK)
        bt_fail(&file->failure, status, "cannot %s %s: %s", action, file->part, calls->reason);
    return file->failure.status;
}

/* The status so far, and its sentence. */
static bt_status report(const bt_column_file *file, bt_error *error)
{
    if (file->failure.status != BT_OK && error != NULL)
        *error = file->failure;
    return file->failure.status;
}

/* ---- creating ---- */

static hid_t column_properties(bt_hdf5_calls *calls)
{
    const hsize_t chunk = CHUNK;
    hid_t properties = bt_hdf5_dataset_properties(calls);
    bt_hdf5_check(calls, H5Pset_chunk(properties, 1, &chunk));
    bt_hdf5_check(calls, H5Pset_shuffle(properties));
    bt_hdf5_check(calls, H5Pset_deflate(properties, DEFLATE_LEVEL));
    return properties;
}

/* Without a cache of chunks: each is written when it is full, and a full disk is noticed
 * then and not at the end. */
static hid_t column_access(bt_hdf5_calls *calls)
{
    hid_t access = bt_hdf5_check(calls, H5Pcreate(H5P_DATASET_ACCESS));
    bt_hdf5_check(calls, H5Pset_chunk_cache(access, 0, 0, 0));
    return access;
}

/* CF's names of the values 0 .. count-1. */
static void put_flags(bt_hdf5_calls *calls, hid_t dataset, const char *meanings, size_t count)
{
    int64_t *values = calloc(count, sizeof *values);
    if (values == NULL) {
        calls->failed = true;
        snprintf(calls->reason, sizeof calls->reason, "memory ran out");
        return;
    }
    for (size_t i = 0; i < count; i++)
        values[i] = (int64_t)i;
    bt_hdf5_put_int64(calls, dataset, "flag_values", count, values);
    bt_hdf5_put_text(calls, dataset, "flag_meanings", meanings);
    free(values);
}

static size_t count_words(const char *text)
{
    size_t count = 1;
    for (const char *c = text; *c != '\0'; c++)
        count += *c == ' ';
    return count;
}

static void create_column(bt_column_file *file, bt_hdf5_calls *calls, size_t table,
                          size_t index)
{
    const int dimension = (int)table;
    const hsize_t none = 0, unlimited = H5S_UNLIMITED;
    open_table *open = &file->table[table];
    const bt_column *column = &open->described->columns[index];
    hid_t properties = column_properties(calls);
    hid_t access = column_access(calls);
    hid_t space = bt_hdf5_check(calls, H5Screate_simple(1, &none, &unlimited));
    hid_t dataset =
        bt_hdf5_check(calls, H5Dcreate2(file->file, column->name, bt_column_stored(column),
                                        space, H5P_DEFAULT, properties, access));
    bt_hdf5_attach_dimensions(calls, dataset, 1, &open->dimension, &dimension);
    bt_hdf5_put_text(calls, dataset, "long_name", column->long_name);
    bt_hdf5_put_text(calls, dataset, "units", column->units);
    if (column->flag_meanings != NULL)
        put_flags(calls, dataset, column->flag_meanings, count_words(column->flag_meanings));
    open->dataset[index] = dataset;
    H5Sclose(space);
    H5Pclose(access);
    H5Pclose(properties);
}

static void create_tables(bt_column_file *file, bt_hdf5_calls *calls)
{
    for (size_t t = 0; t < file->n_tables && !calls->failed; t++) {
        open_table *open = &file->table[t];
        const bt_column_table *described = open->described;
        open->dimension =
            bt_hdf5_create_dimension(calls, file->file, described->name, described->long_name,
                                     H5S_UNLIMITED, CHUNK, (int)t);
        for (size_t i = 0; i < described->n_columns && !calls->failed; i++)
            create_column(file, calls, t, i);
    }
}

static bt_status create_structure(bt_column_file *file)
{
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    file->file = bt_hdf5_create_file(&calls, file->part);
    if (!calls.failed) {
        bt_hdf5_put_origin(&calls, file->file);
        bt_hdf5_put_text(&calls, file->file, "Conventions", "CF-1.10");
        create_tables(file, &calls);
    }
    bt_hdf5_restore(&handler);
    return fail_calls(file, &calls, BT_CANNOT_CREATE, "create");
}

static void close_file(bt_column_file *file, bt_hdf5_calls *calls)
{
    if (file->file >= 0)
        bt_hdf5_check(calls, H5Fclose(file->file));
    file->file = -1;
}

static void destroy(bt_column_file *file)
{
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    close_file(file, &calls);
    bt_hdf5_restore(&handler);
    if (file->lock >= 0)
        close(file->lock);
    for (size_t t = 0; t < file->n_tables && file->table != NULL; t++) {
        free(file->table[t].dataset);
        free(file->table[t].buffer);
    }
    free(file->table);
    free(file->column);
    free(file->path);
    free(file->part);
    free(file);
}

static bool allocate_tables(bt_column_file *file, const bt_column_table *tables)
{
    file->table = calloc(file->n_tables, sizeof *file->table);
    file->column = malloc(CHUNK * LARGEST_VALUE);
    for (size_t t = 0; t < file->n_tables && file->table != NULL; t++) {
        open_table *open = &file->table[t];
        open->described = &tables[t];
        open->dataset = calloc(tables[t].n_columns, sizeof *open->dataset);
        open->buffer = malloc(CHUNK * tables[t].row_size);
        if (open->dataset == NULL || open->buffer == NULL)
            return false;
    }
    return file->table != NULL && file->column != NULL;
}

static bt_column_file *allocate(const char *path, bool force, const bt_column_table *tables,
                                size_t n_tables)
{
    bt_column_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return NULL;
    size_t size = strlen(path) + sizeof ".part";
    file->file = -1;
    file->lock = -1;
    file->replace = force;
    file->n_tables = n_tables;
    file->path = strdup(path);
    file->part = malloc(size);
    if (file->path == NULL || file->part == NULL || !allocate_tables(file, tables)) {
        destroy(file);
        return NULL;
    }
    snprintf(file->part, size, "%s.part", path);
    return file;
}

static bt_status open_part(bt_column_file *file, bt_error *error)
{
    if (!file->replace && bt_file_exists(file->path))
        return bt_fail(error, BT_CANNOT_CREATE,
                       "%s exists already: use --force to replace it, or another name",
                       file->path);
    file->lock = bt_file_open(file->part, true);
    if (file->lock < 0)
        return bt_file_fail(error, BT_CANNOT_CREATE, "create", file->part);
    if (!bt_file_lock(file->lock))
        return bt_fail(error, BT_CANNOT_CREATE, "%s is being written by another process",
                       file->part);
    if (create_structure(file) == BT_OK)
        return BT_OK;
    unlink(file->part);
    return report(file, error);
}

bt_status bt_column_file_create(const char *path, bool force, const bt_column_table *tables,
                                size_t n_tables, bt_column_file **file, bt_error *error)
{
    *file = NULL;
    bt_column_file *made = allocate(path, force, tables, n_tables);
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to write %s", path);
    bt_status status = open_part(made, error);
    if (status != BT_OK)
        destroy(made);
    else
        *file = made;
    return status;
}

/* ---- describing ---- */

bt_status bt_column_file_describe(bt_column_file *file, const char *name, const char *text,
                                  bt_error *error)
{
    if (file->failure.status != BT_OK)
        return report(file, error);
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    bt_hdf5_put_text(&calls, file->file, name, text);
    bt_hdf5_restore(&handler);
    fail_calls(file, &calls, BT_IO, "describe");
    return report(file, error);
}

/* "name name name"; NULL when memory is out. */
static char *joined(const char *const *names, size_t count)
{
    size_t length = 1;
    for (size_t i = 0; i < count; i++)
        length += strlen(names[i]) + 1;
    char *text = calloc(length, 1);
    char *end = text;
    for (size_t i = 0; i < count && text != NULL; i++)
        end += sprintf(end, "%s%s", i == 0 ? "" : " ", names[i]);
    return text;
}

bt_status bt_column_file_name_flags(bt_column_file *file, size_t table, size_t column,
                                    const char *const *names, size_t count, bt_error *error)
{
    if (file->failure.status != BT_OK || count == 0)
        return report(file, error);
    char *meanings = joined(names, count);
    if (meanings != NULL) {
        bt_hdf5_calls calls = {false, ""};
        bt_hdf5_silence_state handler = bt_hdf5_silence();
        put_flags(&calls, file->table[table].dataset[column], meanings, count);
        bt_hdf5_restore(&handler);
        fail_calls(file, &calls, BT_IO, "name the kinds of");
    } else {
        bt_fail(&file->failure, BT_INTERNAL, "there is no memory to write %s", file->path);
    }
    free(meanings);
    return report(file, error);
}

/* ---- appending ---- */

static void gather_column(bt_column_file *file, const open_table *open, const bt_column *column)
{
    size_t size = bt_column_size(column), row_size = open->described->row_size;
    const unsigned char *from = open->buffer + column->offset;
    for (size_t i = 0; i < open->buffered; i++)
        memcpy(file->column + i * size, from + i * row_size, size);
}

static void write_column(bt_column_file *file, bt_hdf5_calls *calls, const open_table *open,
                         size_t index)
{
    const bt_column *column = &open->described->columns[index];
    const hsize_t start = open->written, count = open->buffered, length = start + count;
    hid_t dataset = open->dataset[index];
    gather_column(file, open, column);
    bt_hdf5_check(calls, H5Dset_extent(dataset, &length));
    hid_t rows = bt_hdf5_check(calls, H5Dget_space(dataset));
    bt_hdf5_check(calls, H5Sselect_hyperslab(rows, H5S_SELECT_SET, &start, NULL, &count, NULL));
    hid_t memory = bt_hdf5_check(calls, H5Screate_simple(1, &count, NULL));
    bt_hdf5_check(calls, H5Dwrite(dataset, bt_column_native(column), memory, rows, H5P_DEFAULT,
                                  file->column));
    H5Sclose(memory);
    H5Sclose(rows);
}

static bt_status write_buffer(bt_column_file *file, open_table *open)
{
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    for (size_t i = 0; i < open->described->n_columns && !calls.failed; i++)
        write_column(file, &calls, open, i);
    open->written += open->buffered;
    open->buffered = 0;
    bt_hdf5_restore(&handler);
    return fail_calls(file, &calls, BT_IO, "write");
}

bt_status bt_column_file_append(bt_column_file *file, size_t table, const void *rows,
                                size_t count, bt_error *error)
{
    open_table *open = &file->table[table];
    size_t row_size = open->described->row_size;
    const unsigned char *next = rows;
    while (count > 0 && file->failure.status == BT_OK) {
        size_t room = CHUNK - open->buffered, taken = count < room ? count : room;
        memcpy(open->buffer + open->buffered * row_size, next, taken * row_size);
        open->buffered += taken;
        next += taken * row_size;
        count -= taken;
        if (open->buffered == CHUNK)
            write_buffer(file, open);
    }
    return report(file, error);
}

/* ---- closing ---- */

static void write_rest(bt_column_file *file)
{
    for (size_t t = 0; t < file->n_tables && file->failure.status == BT_OK; t++)
        if (file->table[t].buffered > 0)
            write_buffer(file, &file->table[t]);
}

static bt_status finish_file(bt_column_file *file)
{
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    for (size_t t = 0; t < file->n_tables; t++) {
        const hsize_t length = file->table[t].written;
        bt_hdf5_check(&calls, H5Dset_extent(file->table[t].dimension, &length));
    }
    close_file(file, &calls);
    bt_hdf5_restore(&handler);
    return fail_calls(file, &calls, BT_IO, "finish");
}

static bt_status publish(bt_column_file *file)
{
    if (fsync(file->lock) != 0)
        return bt_file_fail(&file->failure, BT_IO, "flush", file->part);
    if (!bt_file_rename(file->part, file->path, file->replace))
        return bt_file_fail(&file->failure, BT_CANNOT_CREATE, "create", file->path);
    return BT_OK;
}

bt_status bt_column_file_close(bt_column_file *file, bt_error *error)
{
    if (file == NULL)
        return BT_OK;
    write_rest(file);
    bt_status status = file->failure.status;
    if (status == BT_OK)
        status = finish_file(file);
    if (status == BT_OK)
        status = publish(file);
    status = report(file, error);
    destroy(file);
    return status;
}

void bt_column_file_abandon(bt_column_file *file)
{
    if (file == NULL)
        return;
    unlink(file->part);
    destroy(file);
}
