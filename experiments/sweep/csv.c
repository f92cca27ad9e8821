#include "experiments/sweep/csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 256 << 20 };

typedef struct reader {
    const char *name;
    const char *next;
    const char *end;
    size_t line;
    const char *line_start;
    bt_csv *csv;
    size_t n_fields; /* of all rows, header first */
    char *storage;   /* the next free byte of csv->storage */
    bt_error *error;
} reader;

static bt_status fail_at(const reader *self, size_t line, size_t column, const char *message)
{
    return bt_fail(self->error, BT_BAD_INPUT, "%s:%zu:%zu: %s", self->name, line, column,
                   message);
}

static size_t column_of(const reader *self, const char *place)
{
    return (size_t)(place - self->line_start) + 1;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

static bool at_field_end(const reader *self)
{
    return self->next == self->end || *self->next == ',' || *self->next == '\n';
}

static void start_line(reader *self)
{
    self->line++;
    self->line_start = self->next;
}

static void skip_blanks(reader *self)
{
    while (self->next < self->end && is_blank(*self->next))
        self->next++;
}

/* The rest of a quoted field; `next` stands behind the opening mark. */
static bt_status take_quoted(reader *self)
{
    size_t line = self->line, column = column_of(self, self->next - 1);
    bool closed = false;
    while (!closed && self->next < self->end) {
        char character = *self->next++;
        bool doubled = character == '"' && self->next < self->end && *self->next == '"';
        closed = character == '"' && !doubled;
        if (doubled)
            self->next++;
        if (character == '\n')
            start_line(self);
        if (!closed)
            *self->storage++ = character;
    }
    if (!closed)
        return fail_at(self, line, column, "this quotation mark is never closed");
    skip_blanks(self);
    if (!at_field_end(self))
        return fail_at(self, self->line, column_of(self, self->next),
                       "a comma or the end of the line must follow a quoted field");
    return BT_OK;
}

static bt_status take_plain(reader *self)
{
    const char *start = self->next;
    while (!at_field_end(self)) {
        if (*self->next == '"')
            return fail_at(self, self->line, column_of(self, self->next),
                           "a quotation mark stands inside a field that does not begin with "
                           "one");
        self->next++;
    }
    const char *last = self->next;
    while (last > start && is_blank(last[-1]))
        last--;
    memcpy(self->storage, start, (size_t)(last - start));
    self->storage += last - start;
    return BT_OK;
}

/* One field: its text, ended by 0, is appended to the storage. */
static bt_status take_field(reader *self)
{
    self->csv->cell[self->n_fields++] = self->storage;
    skip_blanks(self);
    bt_status status;
    if (self->next < self->end && *self->next == '"') {
        self->next++;
        status = take_quoted(self);
    } else {
        status = take_plain(self);
    }
    *self->storage++ = '\0';
    return status;
}

/* One line's fields; n_fields counts them. */
static bt_status take_row(reader *self, size_t *count)
{
    size_t before = self->n_fields;
    for (;;) {
        bt_status status = take_field(self);
        if (status != BT_OK)
            return status;
        if (self->next == self->end || *self->next == '\n')
            break;
        self->next++; /* the comma */
    }
    *count = self->n_fields - before;
    return BT_OK;
}

static bool skip_blank_lines(reader *self)
{
    for (;;) {
        skip_blanks(self);
        if (self->next == self->end)
            return false;
        if (*self->next != '\n') {
            self->next = self->line_start;
            return true;
        }
        self->next++;
        start_line(self);
    }
}

static bt_status check_header(const reader *self, size_t line)
{
    const char **header = self->csv->cell;
    for (size_t i = 0; i < self->csv->n_columns; i++) {
        if (header[i][0] == '\0')
            return bt_fail(self->error, BT_BAD_INPUT,
                           "%s:%zu:1: column %zu has no name: the header gives a parameter's "
                           "path for each column",
                           self->name, line, i + 1);
        for (size_t k = 0; k < i; k++)
            if (strcmp(header[i], header[k]) == 0)
                return bt_fail(self->error, BT_BAD_INPUT,
                               "%s:%zu:1: columns %zu and %zu are both called \"%s\"",
                               self->name, line, k + 1, i + 1, header[i]);
    }
    return BT_OK;
}

static bt_status take_rows(reader *self)
{
    bt_csv *csv = self->csv;
    bool is_header = true;
    while (skip_blank_lines(self)) {
        size_t line = self->line, count;
        bt_status status = take_row(self, &count);
        if (status == BT_OK && is_header) {
            csv->n_columns = count;
            status = check_header(self, line);
        } else if (status == BT_OK && count != csv->n_columns) {
            return bt_fail(self->error, BT_BAD_INPUT,
                           "%s:%zu:1: this row has %zu field%s where the header names %zu",
                           self->name, line, count, count == 1 ? "" : "s", csv->n_columns);
        } else if (status == BT_OK) {
            csv->line[csv->n_rows++] = line;
        }
        if (status != BT_OK)
            return status;
        is_header = false;
        if (self->next < self->end) {
            self->next++;
            start_line(self);
        }
    }
    if (csv->n_rows == 0)
        return fail_at(self, self->line, 1, "there are no rows below a header");
    return BT_OK;
}

static bt_status allocate(bt_csv *csv, const char *bytes, size_t size, bt_error *error)
{
    size_t n_fields = 1, n_lines = 1;
    for (size_t i = 0; i < size; i++) {
        n_fields += bytes[i] == ',' || bytes[i] == '\n';
        n_lines += bytes[i] == '\n';
    }
    csv->header = csv->cell = malloc(n_fields * sizeof(*csv->cell));
    csv->line = malloc(n_lines * sizeof(*csv->line));
    csv->storage = malloc(size + n_fields);
    if (csv->cell == NULL || csv->line == NULL || csv->storage == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for a table of %zu bytes", size);
    return BT_OK;
}

bt_status bt_csv_parse(const char *name, const char *bytes, size_t size, bt_csv **csv,
                       bt_error *error)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    *csv = NULL;
    if (size > LARGEST_FILE)
        return bt_fail(error, BT_BAD_INPUT, "%s:1:1: a table may have %d bytes, not %zu", name,
                       LARGEST_FILE, size);
    if (size > 0 && memchr(bytes, '\0', size) != NULL)
        return bt_fail(error, BT_BAD_INPUT, "%s:1:1: this is no text: it holds a NUL byte",
                       name);
    if (size >= 3 && memcmp(bytes, byte_order_mark, 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    bt_csv *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for a table");
    bt_status status = allocate(made, bytes, size, error);
    if (status == BT_OK) {
        reader self = {.name = name,
                       .next = bytes,
                       .end = bytes + size,
                       .line = 1,
                       .line_start = bytes,
                       .csv = made,
                       .storage = made->storage,
                       .error = error};
        status = take_rows(&self);
    }
    if (status != BT_OK) {
        bt_csv_destroy(made);
        return status;
    }
    made->cell += made->n_columns;
    *csv = made;
    return BT_OK;
}

/* All bytes of a stream; NULL when memory is out or it cannot be read. */
static char *read_all(FILE *stream, size_t *size)
{
    size_t capacity = 1 << 16;
    char *bytes = malloc(capacity);
    *size = 0;
    while (bytes != NULL) {
        *size += fread(bytes + *size, 1, capacity - *size, stream);
        if (*size < capacity || capacity > LARGEST_FILE)
            break;
        capacity *= 2;
        char *larger = realloc(bytes, capacity);
        if (larger == NULL)
            free(bytes);
        bytes = larger;
    }
    if (bytes != NULL && ferror(stream)) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

bt_status bt_csv_read(const char *path, bt_csv **csv, bt_error *error)
{
    *csv = NULL;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return bt_fail(error, errno == ENOENT ? BT_NO_INPUT : BT_IO, "%s: %s", path,
                       strerror(errno));
    size_t size;
    char *bytes = read_all(stream, &size);
    fclose(stream);
    if (bytes == NULL)
        return bt_fail(error, BT_IO, "%s cannot be read", path);
    bt_status status = bt_csv_parse(path, bytes, size, csv, error);
    free(bytes);
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
