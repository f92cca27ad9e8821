#include "sim/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

bt_json bt_json_to(FILE *stream)
{
    return (bt_json){.stream = stream};
}

/* Length of the UTF-8 sequence at `text`, or 0 where there is none (Unicode 15, table
 * 3-7: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t utf8_length(const unsigned char *text)
{
    unsigned char first = text[0];
    if (first < 0x80)
        return 1;
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    if (first == 0xE0)
        low = 0xA0;
    if (first == 0xED)
        high = 0x9F;
    if (first == 0xF0)
        low = 0x90;
    if (first == 0xF4)
        high = 0x8F;
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (text[i] < 0x80 || text[i] > 0xBF)
            return 0;
    return length;
}

static void write_escape(FILE *stream, unsigned char byte)
{
    switch (byte) {
    case '"':
        fputs("\\\"", stream);
        break;
    case '\\':
        fputs("\\\\", stream);
        break;
    case '\n':
        fputs("\\n", stream);
        break;
    case '\t':
        fputs("\\t", stream);
        break;
    case '\r':
        fputs("\\r", stream);
        break;
    default:
        fprintf(stream, "\\u%04x", byte);
    }
}

static void write_text(FILE *stream, const char *text)
{
    const unsigned char *next = (const unsigned char *)text;
    fputc('"', stream);
    while (*next != '\0') {
        size_t length = utf8_length(next);
        if (length == 0) {
            fputs("\xEF\xBF\xBD", stream);
            next++;
        } else if (*next < 0x20 || *next == '"' || *next == '\\' || *next == 0x7F) {
            write_escape(stream, *next++);
        } else {
            fwrite(next, 1, length, stream);
            next += length;
        }
    }
    fputc('"', stream);
}

static void write_number(FILE *stream, double value)
{
    if (isfinite(value))
        fprintf(stream, "%.17g", value);
    else
        fputs("null", stream);
}

static void new_line(const bt_json *json)
{
    fprintf(json->stream, "\n%*s", (int)(2 * json->depth), "");
}

/* What stands before a value: comma, line break, key. */
static void introduce(bt_json *json, const char *key)
{
    if (json->depth > 0) {
        size_t top = json->depth - 1;
        if (json->has_members[top])
            fputc(',', json->stream);
        if (!json->is_flat[top])
            new_line(json);
        else if (json->has_members[top])
            fputc(' ', json->stream);
        json->has_members[top] = true;
        json->misused |= json->is_array[top] != (key == NULL);
    }
    if (key != NULL) {
        write_text(json->stream, key);
        fputs(": ", json->stream);
    }
}

static void begin(bt_json *json, const char *key, bool is_array, bool is_flat)
{
    introduce(json, key);
    if (json->depth == BT_JSON_MAX_DEPTH) {
        json->misused = true;
        return;
    }
    fputc(is_array ? '[' : '{', json->stream);
    json->is_array[json->depth] = is_array;
    json->is_flat[json->depth] = is_flat || (json->depth > 0 && json->is_flat[json->depth - 1]);
    json->has_members[json->depth] = false;
    json->depth++;
}

void bt_json_begin_object(bt_json *json, const char *key)
{
    begin(json, key, false, false);
}

void bt_json_begin_array(bt_json *json, const char *key)
{
    begin(json, key, true, false);
}

void bt_json_begin_flat_object(bt_json *json, const char *key)
{
    begin(json, key, false, true);
}

void bt_json_begin_flat_array(bt_json *json, const char *key)
{
    begin(json, key, true, true);
}

void bt_json_end(bt_json *json)
{
    if (json->depth == 0) {
        json->misused = true;
        return;
    }
    json->depth--;
    if (json->has_members[json->depth] && !json->is_flat[json->depth])
        new_line(json);
    fputc(json->is_array[json->depth] ? ']' : '}', json->stream);
}

void bt_json_number(bt_json *json, const char *key, double value)
{
    introduce(json, key);
    write_number(json->stream, value);
}

void bt_json_integer(bt_json *json, const char *key, int64_t value)
{
    introduce(json, key);
    fprintf(json->stream, "%" PRId64, value);
}

void bt_json_text(bt_json *json, const char *key, const char *text)
{
    introduce(json, key);
    if (text == NULL)
        fputs("null", json->stream);
    else
        write_text(json->stream, text);
}

void bt_json_boolean(bt_json *json, const char *key, bool value)
{
    introduce(json, key);
    fputs(value ? "true" : "false", json->stream);
}

void bt_json_null(bt_json *json, const char *key)
{
    introduce(json, key);
    fputs("null", json->stream);
}

void bt_json_numbers(bt_json *json, const char *key, const double *values, size_t count)
{
    bt_json_begin_flat_array(json, key);
    for (size_t i = 0; i < count; i++)
        bt_json_number(json, NULL, values[i]);
    bt_json_end(json);
}

bt_status bt_json_finish(bt_json *json, bt_error *error)
{
    if (json->misused || json->depth != 0)
        return bt_fail(error, BT_INTERNAL, "a JSON text was written with unmatched parts");
    fputc('\n', json->stream);
    if (fflush(json->stream) != 0 || ferror(json->stream))
        return bt_fail(error, BT_IO, "the JSON text could not be written");
    return BT_OK;
}
