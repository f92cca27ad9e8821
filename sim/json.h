/*
 * A streaming JSON writer.
 *
 * Every number that the program prints for other programs goes through here: 17
 * significant digits, so that a double comes back as the same double, and `null` for
 * what JSON cannot say (NAN and infinities). Text is escaped; bytes that are not UTF-8
 * become U+FFFD. Nothing is allocated, and a failed stream is noticed at the end:
 *
 *     bt_json json = bt_json_to(stdout);
 *     bt_json_begin_object(&json, NULL);
 *     bt_json_number(&json, "price", 1.5);
 *     bt_json_end(&json);
 *     return bt_json_finish(&json, error);
 *
 * `key` names a member of the surrounding object; it is NULL for the elements of an
 * array and for the outermost value.
 */
#ifndef BT_SIM_JSON_H
#define BT_SIM_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/status.h"

enum { BT_JSON_MAX_DEPTH = 64 };

/* Plain data; the stream is the caller's. */
typedef struct bt_json {
    FILE *stream;
    size_t depth;
    bool is_array[BT_JSON_MAX_DEPTH];
    bool is_flat[BT_JSON_MAX_DEPTH]; /* written on one line */
    bool has_members[BT_JSON_MAX_DEPTH];
    bool misused; /* nested too deeply, or ended more than was begun */
} bt_json;

bt_json bt_json_to(FILE *stream);

void bt_json_begin_object(bt_json *json, const char *key);
void bt_json_begin_array(bt_json *json, const char *key);
/* The same, with everything inside on one line. */
void bt_json_begin_flat_object(bt_json *json, const char *key);
void bt_json_begin_flat_array(bt_json *json, const char *key);
/* End the innermost object or array. */
void bt_json_end(bt_json *json);

void bt_json_number(bt_json *json, const char *key, double value);
void bt_json_integer(bt_json *json, const char *key, int64_t value);
void bt_json_text(bt_json *json, const char *key, const char *text); /* NULL: null */
void bt_json_boolean(bt_json *json, const char *key, bool value);
void bt_json_null(bt_json *json, const char *key);
/* An array of numbers on one line: values [count]. */
void bt_json_numbers(bt_json *json, const char *key, const double *values, size_t count);

/* The final newline. BT_IO when the stream failed, BT_INTERNAL when begins and ends do
 * not match. */
bt_status bt_json_finish(bt_json *json, bt_error *error);

#endif
