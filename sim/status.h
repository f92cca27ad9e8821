/*
 * Status codes and the one error type.
 *
 * A function that can fail returns a `bt_status` and, given an error to fill, a
 * sentence that says what was wrong, where, and what would be right. Libraries
 * never print and never exit; only the command prints. The numeric value of a
 * status is the exit status that the command ends with.
 */
#ifndef BT_SIM_STATUS_H
#define BT_SIM_STATUS_H

#include <stdarg.h>
#include <stddef.h>

/* name, exit status, meaning */
#define BT_STATUS_LIST(X)                                                                      \
    X(BT_OK, 0, "done")                                                                        \
    X(BT_SOME_RUNS_FAILED, 1, "some runs failed; the others are kept")                         \
    X(BT_BAD_USAGE, 64, "the command line is not understood")                                  \
    X(BT_BAD_INPUT, 65, "an input file is wrong")                                              \
    X(BT_NO_INPUT, 66, "an input file is missing")                                             \
    X(BT_INTERNAL, 70, "an internal limit or defect was met")                                  \
    X(BT_CANNOT_CREATE, 73, "an output file cannot be created")                                \
    X(BT_IO, 74, "reading or writing failed")                                                  \
    X(BT_INTERRUPTED, 75, "interrupted; the result can be resumed")

typedef enum bt_status {
#define BT_STATUS_ENUM(name, value, meaning) name = value,
    BT_STATUS_LIST(BT_STATUS_ENUM)
#undef BT_STATUS_ENUM
} bt_status;

enum { BT_ERROR_LENGTH = 1024 };

/* One failure. Plain data: copy it, keep it, no clean-up. */
typedef struct bt_error {
    bt_status status;
    char message[BT_ERROR_LENGTH]; /* one sentence, UTF-8, no final newline */
} bt_error;

/* The meaning of a status, from the table above. */
const char *bt_status_meaning(bt_status status);

/* Fill `error` (NULL is allowed) and return `status`, so that a function can end
 * with `return bt_fail(error, BT_BAD_INPUT, "...", ...)`. Long messages are cut
 * at a character boundary. */
bt_status bt_fail(bt_error *error, bt_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bt_status bt_fail_va(bt_error *error, bt_status status, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* Put "context: " before the message that `error` holds already. */
void bt_error_prefix(bt_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
