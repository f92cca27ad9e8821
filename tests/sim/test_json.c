/* The JSON writer: exact text, escapes, hostile bytes, misuse. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/json.h"

typedef void writing(bt_json *json);

/* What `write` writes; the caller frees. */
static char *written(writing *write, bt_status expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    bt_json json = bt_json_to(stream);
    write(&json);
    bt_error error;
    assert_int_equal(bt_json_finish(&json, &error), expected);
    fclose(stream);
    return text;
}

static void assert_written(writing *write, const char *expected)
{
    char *text = written(write, BT_OK);
    assert_string_equal(text, expected);
    free(text);
}

static void write_nested(bt_json *json)
{
    bt_json_begin_object(json, NULL);
    bt_json_number(json, "price", 1.5);
    bt_json_numbers(json, "profits", (const double[]){1, NAN, -INFINITY}, 3);
    bt_json_begin_array(json, "points");
    bt_json_begin_flat_object(json, NULL);
    bt_json_integer(json, "n", -3);
    bt_json_boolean(json, "done", true);
    bt_json_end(json);
    bt_json_null(json, NULL);
    bt_json_end(json);
    bt_json_begin_object(json, "empty");
    bt_json_end(json);
    bt_json_end(json);
}

static void nested_values_are_laid_out(void **state)
{
    (void)state;
    assert_written(write_nested, "{\n"
                                 "  \"price\": 1.5,\n"
                                 "  \"profits\": [1, null, null],\n"
                                 "  \"points\": [\n"
                                 "    {\"n\": -3, \"done\": true},\n"
                                 "    null\n"
                                 "  ],\n"
                                 "  \"empty\": {}\n"
                                 "}\n");
}

static void write_numbers(bt_json *json)
{
    bt_json_numbers(json, NULL, (const double[]){0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308},
                    4);
}

static void numbers_come_back_exactly(void **state)
{
    (void)state;
    char *text = written(write_numbers, BT_OK);
    const double expected[] = {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308};
    char *next = text + 1;
    for (size_t i = 0; i < 4; i++) {
        double value = strtod(next, &next);
        assert_memory_equal(&value, &expected[i], sizeof(value));
        next++;
    }
    free(text);
}

static void write_escaped(bt_json *json)
{
    bt_json_begin_flat_array(json, NULL);
    bt_json_text(json, NULL, "a \"quoted\" \\ line\n\ttab\x01\x7F");
    bt_json_text(json, NULL, "caf\xC3\xA9 \xF0\x9F\x93\x88");
    bt_json_text(json, NULL, "\xFF|\xC0\xAF|\xED\xA0\x80|\xF4\x90\x80\x80|\xE2\x82");
    bt_json_text(json, NULL, NULL);
    bt_json_end(json);
}

static void text_is_escaped_and_hostile_bytes_are_replaced(void **state)
{
    (void)state;
#define BAD "\xEF\xBF\xBD"
    assert_written(write_escaped, "[\"a \\\"quoted\\\" \\\\ line\\n\\ttab\\u0001\\u007f\", "
                                  "\"caf\xC3\xA9 \xF0\x9F\x93\x88\", "
                                  "\"" BAD "|" BAD BAD "|" BAD BAD BAD "|" BAD BAD BAD BAD
                                  "|" BAD BAD "\", null]\n");
#undef BAD
}

static void write_unmatched(bt_json *json)
{
    bt_json_begin_object(json, NULL);
}

static void write_keyless_member(bt_json *json)
{
    bt_json_begin_object(json, NULL);
    bt_json_number(json, NULL, 1);
    bt_json_end(json);
}

static void write_too_deep(bt_json *json)
{
    for (int i = 0; i < BT_JSON_MAX_DEPTH + 1; i++)
        bt_json_begin_array(json, NULL);
    for (int i = 0; i < BT_JSON_MAX_DEPTH; i++)
        bt_json_end(json);
}

static void misuse_is_reported(void **state)
{
    (void)state;
    free(written(write_unmatched, BT_INTERNAL));
    free(written(write_keyless_member, BT_INTERNAL));
    free(written(write_too_deep, BT_INTERNAL));
}

static void a_full_disk_is_reported(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    bt_json json = bt_json_to(full);
    write_nested(&json);
    bt_error error;
    assert_int_equal(bt_json_finish(&json, &error), BT_IO);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nested_values_are_laid_out),
        cmocka_unit_test(numbers_come_back_exactly),
        cmocka_unit_test(text_is_escaped_and_hostile_bytes_are_replaced),
        cmocka_unit_test(misuse_is_reported),
        cmocka_unit_test(a_full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
