#include "experiments/tables/csv_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

enum { BUFFER = 2 * BT_CSV_LONGEST_ROW, INFLATE_BUFFER = 1 << 17, FEW_FIELDS = 64 };

struct bt_csv_reader {
    char *name;
    gzFile file;                /* NULL: reads memory */
    double file_size;           /* bytes on disk, 0: unknown */
    const unsigned char *bytes; /* what is left of the memory */
    size_t size;
    char *buffer; /* [BUFFER + 1] */
    size_t next;  /* of the buffer, the first byte of the next row */
    size_t end;   /* behind its last byte */
    bool source_ended;
    bool nul_follows; /* behind the buffer's last byte stands a NUL */
    bool started;
    size_t line; /* of `next` */
    size_t capacity;
    char **field;
    size_t *length;
};

/* A row being taken apart. */
typedef struct row_parser {
    bt_csv_reader *reader;
    char *next;
    char *end;
    char *line_start;
    size_t line;
    size_t n_fields;
    bt_error *error;
} row_parser;

static bt_status out_of_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "there is no memory to read a table");
}

/* ---- opening ---- */

static bt_csv_reader *create(const char *name)
{
    bt_csv_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return NULL;
    reader->line = 1;
    reader->capacity = FEW_FIELDS;
    reader->name = strdup(name);
    reader->buffer = malloc(BUFFER + 1);
    reader->field = malloc(FEW_FIELDS * sizeof(*reader->field));
    reader->length = malloc(FEW_FIELDS * sizeof(*reader->length));
    if (reader->name != NULL && reader->buffer != NULL && reader->field != NULL &&
        reader->length != NULL)
        return reader;
    bt_csv_reader_close(reader);
    return NULL;
}

bt_status bt_csv_reader_open(const char *path, bt_csv_reader **reader, bt_error *error)
{
    struct stat file;
    *reader = NULL;
    bt_csv_reader *made = create(path);
    if (made == NULL)
        return out_of_memory(error);
    errno = 0;
    made->file = gzopen(path, "rb");
    if (made->file == NULL) {
        int reason = errno;
        bt_csv_reader_close(made);
        if (reason == 0)
            return out_of_memory(error);
        return bt_fail(error, reason == ENOENT ? BT_NO_INPUT : BT_IO, "%s: %s", path,
                       strerror(reason));
    }
    gzbuffer(made->file, INFLATE_BUFFER);
    if (stat(path, &file) == 0 && S_ISREG(file.st_mode))
        made->file_size = (double)file.st_size;
    *reader = made;
    return BT_OK;
}

bt_status bt_csv_reader_of_bytes(const char *name, const void *bytes, size_t size,
                                 bt_csv_reader **reader, bt_error *error)
{
    *reader = create(name);
    if (*reader == NULL)
        return out_of_memory(error);
    (*reader)->bytes = bytes;
    (*reader)->size = size;
    return BT_OK;
}

void bt_csv_reader_close(bt_csv_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->file != NULL)
        gzclose(reader->file);
    free(reader->name);
    free(reader->buffer);
    free(reader->field);
    free(reader->length);
    free(reader);
}

size_t bt_csv_reader_line(const bt_csv_reader *reader)
{
    return reader->line;
}

double bt_csv_reader_fraction(const bt_csv_reader *reader)
{
    if (reader->file == NULL || !(reader->file_size > 0))
        return 0;
    double fraction = (double)gzoffset(reader->file) / reader->file_size;
    return fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
}

/* ---- the buffer ---- */

static bt_status fail_read(const bt_csv_reader *reader, bt_error *error)
{
    int number;
    const char *reason = gzerror(reader->file, &number);
    if (number == Z_ERRNO)
        return bt_fail(error, BT_IO, "%s cannot be read: %s", reader->name, strerror(errno));
    if (number == Z_BUF_ERROR)
        reason = "they end too early";
    return bt_fail(error, BT_BAD_INPUT, "%s:%zu:1: the compressed data are damaged: %s",
                   reader->name, reader->line, reason);
}

static size_t take_bytes(bt_csv_reader *reader, char *to, size_t room)
{
    size_t count = reader->size < room ? reader->size : room;
    if (count > 0)
        memcpy(to, reader->bytes, count);
    reader->bytes = count > 0 ? reader->bytes + count : reader->bytes;
    reader->size -= count;
    return count;
}

static bt_status take_file(bt_csv_reader *reader, char *to, size_t room, size_t *count,
                           bt_error *error)
{
    int got = gzread(reader->file, to, (unsigned)room), number;
    if (got < 0)
        return fail_read(reader, error);
    *count = (size_t)got;
    if (*count < room) {
        gzerror(reader->file, &number);
        if (number != Z_OK && number != Z_STREAM_END)
            return fail_read(reader, error);
    }
    return BT_OK;
}

static bool skip_byte_order_mark(bt_csv_reader *reader)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (reader->end < 3 || memcmp(reader->buffer, mark, 3) != 0)
        return false;
    reader->next = 3;
    return true;
}

/* Move what is left to the front and fill the rest of the buffer. */
static bt_status fill(bt_csv_reader *reader, bt_error *error)
{
    size_t left = reader->end - reader->next, room, count = 0;
    memmove(reader->buffer, reader->buffer + reader->next, left);
    reader->next = 0;
    reader->end = left;
    room = BUFFER - left;
    if (reader->file == NULL) {
        count = take_bytes(reader, reader->buffer + left, room);
    } else {
        bt_status status = take_file(reader, reader->buffer + left, room, &count, error);
        if (status != BT_OK)
            return status;
    }
    reader->source_ended = count < room;
    const char *nul = memchr(reader->buffer + left, '\0', count);
    if (nul != NULL) {
        count = (size_t)(nul - (reader->buffer + left));
        reader->nul_follows = true;
        reader->source_ended = true;
    }
    reader->end += count;
    if (!reader->started)
        skip_byte_order_mark(reader);
    reader->started = true;
    return BT_OK;
}

/* ---- rows ---- */

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

/* The line feed that ends the row at `next`; the end of what is buffered if there is
 * none, which *found tells. */
static char *row_end(const bt_csv_reader *reader, bool *found)
{
    char *start = reader->buffer + reader->next, *end = reader->buffer + reader->end;
    char *feed = memchr(start, '\n', (size_t)(end - start));
    char *stop = feed != NULL ? feed : end;
    if (memchr(start, '"', (size_t)(stop - start)) == NULL) {
        *found = feed != NULL;
        return stop;
    }
    bool quoted = false;
    for (stop = start; stop < end && (quoted || *stop != '\n'); stop++)
        quoted ^= *stop == '"';
    *found = stop < end;
    return stop;
}

static bt_status fail_at(const row_parser *self, size_t line, size_t column,
                         const char *message)
{
    return bt_fail(self->error, BT_BAD_INPUT, "%s:%zu:%zu: %s", self->reader->name, line,
                   column, message);
}

static size_t column_of(const row_parser *self, const char *place)
{
    return (size_t)(place - self->line_start) + 1;
}

static void skip_blanks(row_parser *self)
{
    while (self->next < self->end && is_blank(*self->next))
        self->next++;
}

static bool at_field_end(const row_parser *self)
{
    return self->next == self->end || *self->next == ',';
}

/* The rest of a quoted field, moved together; `next` stands behind the opening mark. */
static bt_status take_quoted(row_parser *self, char **field, size_t *length)
{
    size_t line = self->line, column = column_of(self, self->next - 1);
    char *to = self->next;
    bool closed = false;
    *field = to;
    while (!closed && self->next < self->end) {
        char character = *self->next++;
        bool doubled = character == '"' && self->next < self->end && *self->next == '"';
        closed = character == '"' && !doubled;
        if (doubled)
            self->next++;
        if (character == '\n') {
            self->line++;
            self->line_start = self->next;
        }
        if (!closed)
            *to++ = character;
    }
    if (!closed)
        return fail_at(self, line, column, "this quotation mark is never closed");
    *length = (size_t)(to - *field);
    skip_blanks(self);
    if (!at_field_end(self))
        return fail_at(self, self->line, column_of(self, self->next),
                       "a comma or the end of the line must follow a quoted field");
    return BT_OK;
}

static bt_status take_plain(row_parser *self, char **field, size_t *length)
{
    char *start = self->next, *last;
    while (self->next < self->end && *self->next != ',') {
        if (*self->next == '"')
            return fail_at(self, self->line, column_of(self, self->next),
                           "a quotation mark stands inside a field that does not begin with "
                           "one");
        self->next++;
    }
    for (last = self->next; last > start && is_blank(last[-1]); last--)
        ;
    *field = start;
    *length = (size_t)(last - start);
    return BT_OK;
}

static bt_status make_room(bt_csv_reader *reader, bt_error *error)
{
    size_t capacity = 2 * reader->capacity;
    char **field = realloc(reader->field, capacity * sizeof(*field));
    if (field != NULL)
        reader->field = field;
    size_t *length = realloc(reader->length, capacity * sizeof(*length));
    if (length != NULL)
        reader->length = length;
    if (field == NULL || length == NULL)
        return out_of_memory(error);
    reader->capacity = capacity;
    return BT_OK;
}

static bt_status take_field(row_parser *self)
{
    bt_csv_reader *reader = self->reader;
    if (self->n_fields == reader->capacity) {
        bt_status status = make_room(reader, self->error);
        if (status != BT_OK)
            return status;
    }
    skip_blanks(self);
    char **field = &reader->field[self->n_fields];
    size_t *length = &reader->length[self->n_fields];
    self->n_fields++;
    if (self->next == self->end || *self->next != '"')
        return take_plain(self, field, length);
    self->next++;
    return take_quoted(self, field, length);
}

/* Separators become ends of text only when the whole row is known to be well formed. */
static bt_status take_fields(row_parser *self)
{
    for (;;) {
        bt_status status = take_field(self);
        if (status != BT_OK)
            return status;
        if (self->next == self->end)
            break;
        self->next++; /* the comma */
    }
    bt_csv_reader *reader = self->reader;
    for (size_t i = 0; i < self->n_fields; i++)
        reader->field[i][reader->length[i]] = '\0';
    return BT_OK;
}

static bool is_blank_row(const char *start, const char *end)
{
    while (start < end && is_blank(*start))
        start++;
    return start == end;
}

/* The row from `next` to `end`, which is a line feed or the end of all. */
static bt_status take_row(bt_csv_reader *reader, char *end, bt_csv_row *row, bt_error *error)
{
    char *start = reader->buffer + reader->next;
    row_parser parser = {.reader = reader,
                         .next = start,
                         .end = end,
                         .line_start = start,
                         .line = reader->line,
                         .error = error};
    bt_status status = take_fields(&parser);
    *row = (bt_csv_row){.line = reader->line,
                        .n_fields = parser.n_fields,
                        .field = reader->field,
                        .length = reader->length};
    reader->line = parser.line;
    return status;
}

/* A row that the buffer does not hold whole: a mistake in what it holds is told first. */
static bt_status fail_unended(bt_csv_reader *reader, char *end, bt_error *error)
{
    bt_csv_row row;
    size_t line = reader->line;
    bool has_nul = reader->nul_follows;
    bt_status status = has_nul ? BT_OK : take_row(reader, end, &row, error);
    if (status != BT_OK)
        return status;
    if (has_nul)
        return bt_fail(error, BT_BAD_INPUT, "%s:%zu:1: this is no text: it holds a NUL byte",
                       reader->name, line);
    return bt_fail(error, BT_BAD_INPUT, "%s:%zu:1: this row is longer than %d bytes",
                   reader->name, line, BT_CSV_LONGEST_ROW);
}

/* Where the next row ends, after as much reading as that takes. */
static bt_status find_row(bt_csv_reader *reader, char **end, bool *ended, bt_error *error)
{
    *end = row_end(reader, ended);
    if (*ended || reader->source_ended)
        return BT_OK;
    bt_status status = fill(reader, error);
    if (status == BT_OK)
        *end = row_end(reader, ended);
    return status;
}

bt_status bt_csv_reader_next(bt_csv_reader *reader, bt_csv_row *row, bool *got, bt_error *error)
{
    *got = false;
    for (;;) {
        char *end;
        bool ended;
        bt_status status = find_row(reader, &end, &ended, error);
        if (status != BT_OK)
            return status;
        char *start = reader->buffer + reader->next;
        if (end - start > BT_CSV_LONGEST_ROW || (!ended && reader->nul_follows))
            return fail_unended(reader, end, error);
        if (!is_blank_row(start, end)) {
            status = take_row(reader, end, row, error);
            *got = status == BT_OK;
        }
        reader->next = (size_t)(end - reader->buffer) + ended;
        reader->line += ended;
        if (status != BT_OK || *got || !ended)
            return status;
    }
}
