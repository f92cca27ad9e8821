/*
 * What is wrong with a file: sentences with their place, in the order of the file.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/document.h"
#include "experiments/document/document_tree.h"

enum {
    MOST_DIAGNOSTICS = 100,
    WIDEST_LINE = 96, /* characters of the source that are shown */
    BEFORE_CARET = 60 /* of these, at most so many before the caret */
};

typedef struct diagnostic {
    char *message;
    size_t prefix; /* bytes of the message before its sentence */
    bool has_place;
    bool in_file;
    uint32_t order; /* of the source */
    size_t line;
    size_t column;
} diagnostic;

struct bt_diagnostics {
    size_t count;
    size_t reported;
    bool too_many;
    diagnostic entry[MOST_DIAGNOSTICS + 1];
};

bt_diagnostics *bt_diagnostics_create(void)
{
    return calloc(1, sizeof(bt_diagnostics));
}

void bt_diagnostics_destroy(bt_diagnostics *diagnostics)
{
    if (diagnostics == NULL)
        return;
    for (size_t i = 0; i < diagnostics->count; i++)
        free(diagnostics->entry[i].message);
    free(diagnostics);
}

size_t bt_diagnostics_count(const bt_diagnostics *diagnostics)
{
    return diagnostics->count;
}

size_t bt_diagnostics_reported(const bt_diagnostics *diagnostics)
{
    return diagnostics->reported;
}

void bt_diagnostics_report_silently(bt_diagnostics *diagnostics)
{
    diagnostics->reported++;
}

const char *bt_diagnostics_at(const bt_diagnostics *diagnostics, size_t index)
{
    return diagnostics->entry[index].message;
}

/* ---- the source line and its caret ---- */

/* Length of the line break at `text` as libyaml counts them (LF, CR, CRLF, NEL, LS, PS);
 * 0: there is none. */
static size_t break_length(const char *text, size_t room)
{
    if (room >= 2 && text[0] == '\r' && text[1] == '\n')
        return 2;
    if (text[0] == '\n' || text[0] == '\r')
        return 1;
    if (room >= 2 && memcmp(text, "\xc2\x85", 2) == 0)
        return 2;
    if (room >= 3 &&
        (memcmp(text, "\xe2\x80\xa8", 3) == 0 || memcmp(text, "\xe2\x80\xa9", 3) == 0))
        return 3;
    return 0;
}

/* The bytes of a line without its break. */
static const char *find_line(const bt_source *source, size_t line, size_t *length)
{
    const char *text = source->text;
    const char *end = text + source->size;
    if (source->size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while (line > 0 && text < end) {
        size_t step = break_length(text, (size_t)(end - text));
        if (step > 0)
            line--;
        text += step > 0 ? step : 1;
    }
    const char *last = text;
    while (last < end && break_length(last, (size_t)(end - last)) == 0)
        last++;
    *length = (size_t)(last - text);
    return text;
}

static bool starts_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

/* The byte at which the character with this number starts, or the length. */
static size_t byte_of_character(const char *text, size_t length, size_t character)
{
    size_t byte = 0;
    while (byte < length) {
        if (starts_character(text[byte]) && character-- == 0)
            break;
        byte++;
    }
    return byte;
}

static size_t count_characters(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += starts_character(text[i]);
    return count;
}

/* Length of the valid UTF-8 sequence at `text`; 0: there is none. */
static size_t sequence_length(const unsigned char *text, size_t room)
{
    size_t length = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    if ((text[0] >= 0x80 && text[0] < 0xc2) || text[0] > 0xf4 || length > room)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

/* Tabs are shown as one space, control characters and stray bytes as '?': the caret stands
 * where it should, and a hostile file cannot write to the terminal. */
static void print_visible(FILE *out, const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;
    for (size_t i = 0; i < length;) {
        size_t step = sequence_length(byte + i, length - i);
        bool is_control = byte[i] < 0x20 || byte[i] == 0x7f ||
                          (step == 2 && byte[i] == 0xc2 && byte[i + 1] < 0xa0);
        if (byte[i] == '\t')
            fputc(' ', out);
        else if (step == 0 || is_control)
            fputc('?', out);
        else
            fwrite(text + i, 1, step, out);
        i += step > 0 ? step : 1;
    }
}

static void print_excerpt(FILE *out, const bt_source *source, size_t line, size_t column)
{
    size_t length;
    const char *text = find_line(source, line, &length);
    size_t n_characters = count_characters(text, length);
    if (n_characters == 0)
        return;
    if (column > n_characters)
        column = n_characters;
    size_t first = column > BEFORE_CARET ? column - BEFORE_CARET : 0;
    size_t start = byte_of_character(text, length, first);
    size_t end = byte_of_character(text, length, first + WIDEST_LINE);
    fputs("\n    ", out);
    fputs(first > 0 ? "..." : "", out);
    print_visible(out, text + start, end - start);
    fputs(end < length ? "..." : "", out);
    fprintf(out, "\n    %*s^", (int)(column - first + (first > 0 ? 3 : 0)), "");
}

/* ---- asking ---- */

bool bt_diagnostics_touch(const bt_diagnostics *diagnostics, const bt_node *node)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const diagnostic *entry = &diagnostics->entry[i];
        if (entry->has_place && entry->order == node->source->order &&
            entry->line == node->line && entry->column == node->column)
            return true;
    }
    for (size_t i = 0; i < node->count; i++)
        if ((node->key[i] != NULL && bt_diagnostics_touch(diagnostics, node->key[i])) ||
            bt_diagnostics_touch(diagnostics, node->child[i]))
            return true;
    return false;
}

/* ---- adding ---- */

static bool stands_before(const diagnostic *a, const diagnostic *b)
{
    if (a->order != b->order)
        return a->order < b->order;
    if (a->line != b->line)
        return a->line < b->line;
    return a->column < b->column;
}

static bool same_sentence(const diagnostic *a, const diagnostic *b)
{
    size_t length = strcspn(a->message + a->prefix, "\n");
    return length == strcspn(b->message + b->prefix, "\n") &&
           strncmp(a->message + a->prefix, b->message + b->prefix, length) == 0;
}

/* The same message again; of overrides, also the same sentence: the points of a sweep share
 * their mistakes. */
static bool is_repetition(const bt_diagnostics *diagnostics, const diagnostic *new)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const diagnostic *old = &diagnostics->entry[i];
        if (strcmp(old->message, new->message) == 0 ||
            (!old->in_file && !new->in_file &&same_sentence(old, new)))
            return true;
    }
    return false;
}

/* Insert behind all that stand before or at the same place; drop a repetition. */
static void insert(bt_diagnostics *diagnostics, diagnostic new)
{
    if (is_repetition(diagnostics, &new)) {
        free(new.message);
        return;
    }
    size_t position = diagnostics->count;
    while (position > 0 && stands_before(&new, &diagnostics->entry[position - 1]))
        position--;
    memmove(&diagnostics->entry[position + 1], &diagnostics->entry[position],
            (diagnostics->count - position) * sizeof(new));
    diagnostics->entry[position] = new;
    diagnostics->count++;
}

static void print_sentence(FILE *out, const char *format, va_list arguments)
{
    bt_error cut;
    bt_fail_va(&cut, BT_BAD_INPUT, format, arguments);
    print_visible(out, cut.message, strlen(cut.message));
}

static void add(bt_diagnostics *diagnostics, const bt_source *source, size_t line,
                size_t column, const char *format, va_list arguments)
{
    diagnostics->reported++;
    if (diagnostics->too_many)
        return;
    diagnostic new = {.line = line, .column = column};
    size_t size;
    FILE *out = open_memstream(&new.message, &size);
    if (out == NULL)
        return;
    if (source != NULL) {
        new.order = source->order;
        print_visible(out, source->name, strlen(source->name));
        new.has_place = true;
        new.in_file = source->is_file;
        if (source->is_file)
            fprintf(out, ":%zu:%zu", line + 1, column + 1);
        fputs(": ", out);
    }
    fflush(out);
    new.prefix = size;
    print_sentence(out, format, arguments);
    if (source != NULL)
        print_excerpt(out, source, line, column);
    if (fclose(out) == 0)
        insert(diagnostics, new);
}

static void say_that_there_are_more(bt_diagnostics *diagnostics)
{
    if (diagnostics->too_many || diagnostics->count < MOST_DIAGNOSTICS)
        return;
    diagnostics->too_many = true;
    char text[64];
    snprintf(text, sizeof(text), "after %d mistakes the others are not shown",
             MOST_DIAGNOSTICS);
    char *message = strdup(text);
    if (message != NULL)
        diagnostics->entry[diagnostics->count++].message = message;
}

void bt_diagnose_at(bt_diagnostics *diagnostics, const bt_source *source, size_t line,
                    size_t column, const char *format, ...)
{
    say_that_there_are_more(diagnostics);
    va_list arguments;
    va_start(arguments, format);
    add(diagnostics, source, line, column, format, arguments);
    va_end(arguments);
}

void bt_diagnose(bt_diagnostics *diagnostics, const bt_node *node, const char *format, ...)
{
    say_that_there_are_more(diagnostics);
    va_list arguments;
    va_start(arguments, format);
    if (node != NULL)
        add(diagnostics, node->source, node->line, node->column, format, arguments);
    else
        add(diagnostics, NULL, 0, 0, format, arguments);
    va_end(arguments);
}
