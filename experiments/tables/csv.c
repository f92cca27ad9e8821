#include "experiments/tables/csv.h"

#include <stdlib.h>
#include <string.h>

#include "experiments/tables/csv_reader.h"

enum { LARGEST_TABLE = 256 << 20 };

/* A table that grows with its rows. Texts are offsets until all are there. */
typedef struct builder {
    const char *name;
    bt_csv *csv;
    size_t *offset; /* [n_fields] of the storage */
    size_t n_fields, field_capacity;
    size_t used, storage_capacity;
    size_t line_capacity;
} builder;

/* Make room for `wanted` elements of `size` bytes. */
static bool reserve(void **array, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity)
        return true;
    size_t larger = 2 * wanted + 16;
    void *moved = realloc(*array, larger * size);
    if (moved == NULL)
        return false;
    *array = moved;
    *capacity = larger;
    return true;
}

static bt_status out_of_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "there is no memory for a table");
}

static bt_status keep_row(builder *self, const bt_csv_row *row, bt_error *error)
{
    size_t size = 0;
    for (size_t i = 0; i < row->n_fields; i++)
        size += row->length[i] + 1;
    if (self->used + size > LARGEST_TABLE)
        return bt_fail(error, BT_BAD_INPUT, "%s:%zu:1: a table may have %d bytes", self->name,
                       row->line, LARGEST_TABLE);
    if (!reserve((void **)&self->offset, &self->field_capacity, self->n_fields + row->n_fields,
                 sizeof(*self->offset)) ||
        !reserve((void **)&self->csv->storage, &self->storage_capacity, self->used + size, 1))
        return out_of_memory(error);
    for (size_t i = 0; i < row->n_fields; i++) {
        self->offset[self->n_fields++] = self->used;
        memcpy(self->csv->storage + self->used, row->field[i], row->length[i] + 1);
        self->used += row->length[i] + 1;
    }
    return BT_OK;
}

static bt_status check_header(const char *name, const bt_csv_row *row, bt_error *error)
{
    for (size_t i = 0; i < row->n_fields; i++) {
        if (row->length[i] == 0)
            return bt_fail(error, BT_BAD_INPUT,
                           "%s:%zu:1: column %zu has no name: the header gives a parameter's "
                           "path for each column",
                           name, row->line, i + 1);
        for (size_t k = 0; k < i; k++)
            if (strcmp(row->field[i], row->field[k]) == 0)
                return bt_fail(error, BT_BAD_INPUT,
                               "%s:%zu:1: columns %zu and %zu are both called \"%s\"", name,
                               row->line, k + 1, i + 1, row->field[i]);
    }
    return BT_OK;
}

static bt_status take_row(builder *self, const bt_csv_row *row, bt_error *error)
{
    bt_csv *csv = self->csv;
    if (self->n_fields == 0) {
        csv->n_columns = row->n_fields;
        bt_status status = check_header(self->name, row, error);
        return status == BT_OK ? keep_row(self, row, error) : status;
    }
    if (row->n_fields != csv->n_columns)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s:%zu:1: this row has %zu field%s where the header names %zu",
                       self->name, row->line, row->n_fields, row->n_fields == 1 ? "" : "s",
                       csv->n_columns);
    if (!reserve((void **)&csv->line, &self->line_capacity, csv->n_rows + 1,
                 sizeof(*csv->line)))
        return out_of_memory(error);
    csv->line[csv->n_rows++] = row->line;
    return keep_row(self, row, error);
}

static bt_status take_rows(builder *self, bt_csv_reader *reader, bt_error *error)
{
    bt_status status;
    bt_csv_row row;
    bool got = true;
    do {
        status = bt_csv_reader_next(reader, &row, &got, error);
        if (status == BT_OK && got)
            status = take_row(self, &row, error);
    } while (status == BT_OK && got);
    if (status == BT_OK && self->csv->n_rows == 0)
        return bt_fail(error, BT_BAD_INPUT, "%s:%zu:1: there are no rows below a header",
                       self->name, bt_csv_reader_line(reader));
    return status;
}

static bt_status place_cells(builder *self, bt_error *error)
{
    bt_csv *csv = self->csv;
    csv->header = malloc(self->n_fields * sizeof(*csv->header));
    if (csv->header == NULL)
        return out_of_memory(error);
    for (size_t i = 0; i < self->n_fields; i++)
        csv->header[i] = csv->storage + self->offset[i];
    csv->cell = csv->header + csv->n_columns;
    return BT_OK;
}

static bt_status read_table(const char *name, bt_csv_reader *reader, bt_csv **csv,
                            bt_error *error)
{
    builder self = {.name = name, .csv = calloc(1, sizeof(bt_csv))};
    if (self.csv == NULL)
        return out_of_memory(error);
    bt_status status = take_rows(&self, reader, error);
    if (status == BT_OK)
        status = place_cells(&self, error);
    free(self.offset);
    if (status != BT_OK) {
        bt_csv_destroy(self.csv);
        return status;
    }
    *csv = self.csv;
    return BT_OK;
}

bt_status bt_csv_parse(const char *name, const char *bytes, size_t size, bt_csv **csv,
                       bt_error *error)
{
    bt_csv_reader *reader;
    *csv = NULL;
    bt_status status = bt_csv_reader_of_bytes(name, bytes, size, &reader, error);
    if (status == BT_OK)
        status = read_table(name, reader, csv, error);
    bt_csv_reader_close(reader);
    return status;
}

bt_status bt_csv_read(const char *path, bt_csv **csv, bt_error *error)
{
    bt_csv_reader *reader;
    *csv = NULL;
    bt_status status = bt_csv_reader_open(path, &reader, error);
    if (status == BT_OK)
        status = read_table(path, reader, csv, error);
    bt_csv_reader_close(reader);
    return status;
}

void bt_csv_destroy(bt_csv *csv)
{
    if (csv == NULL)
        return;
    free(csv->header);
    free(csv->line);
    free(csv->storage);
    free(csv);
}
