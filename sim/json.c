#include "sim/json.h"

#include <inttypes.h>
#include <math.h>

#include "sim/utf8.h"

bt_json bt_json_to(FILE *stream)
{
    return (bt_json){.stream = stream};
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
    fputc('"', stream);
    while (*text != '\0') {
        size_t length = bt_utf8_length(text);
        unsigned char first = (unsigned char)*text;
        if (length == 0)
            fputs("\xEF\xBF\xBD", stream);
        else if (first < 0x20 || first == '"' || first == '\\' || first == 0x7F)
            write_escape(stream, first);
        else
            fwrite(text, 1, length, stream);
        text += length == 0 ? 1 : length;
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
