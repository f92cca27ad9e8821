#include "sim/status.h"

#include <stdio.h>
#include <string.h>

const char *bt_status_meaning(bt_status status)
{
    switch (status) {
#define BT_STATUS_CASE(name, value, meaning)                                                   \
    case name:                                                                                 \
        return meaning;
        BT_STATUS_LIST(BT_STATUS_CASE)
#undef BT_STATUS_CASE
    }
    return "an unknown status";
}

static int is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The number of bytes of a UTF-8 character that starts with `lead`. */
static size_t character_length(char lead)
{
    unsigned char byte = (unsigned char)lead;
    if (byte < 0xc0)
        return 1;
    if (byte < 0xe0)
        return 2;
    return byte < 0xf0 ? 3 : 4;
}

/* Drop the last character of a text that was cut if the cut went through it. */
static void drop_partial_character(char *text)
{
    size_t length = strlen(text);
    size_t start = length;
    while (start > 0 && is_continuation(text[start - 1]))
        start--;
    if (start > 0 && length - (start - 1) < character_length(text[start - 1]))
        text[start - 1] = '\0';
}

static void print_cut(char *message, const char *format, va_list arguments)
{
    int length = vsnprintf(message, BT_ERROR_LENGTH, format, arguments);
    if (length < 0)
        message[0] = '\0';
    else if (length >= BT_ERROR_LENGTH)
        drop_partial_character(message);
}

bt_status bt_fail_va(bt_error *error, bt_status status, const char *format, va_list arguments)
{
    if (error != NULL) {
        error->status = status;
        print_cut(error->message, format, arguments);
    }
    return status;
}

bt_status bt_fail(bt_error *error, bt_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bt_fail_va(error, status, format, arguments);
    va_end(arguments);
    return status;
}

void bt_error_prefix(bt_error *error, const char *format, ...)
{
    if (error == NULL)
        return;
    bt_error old = *error;
    va_list arguments;
    va_start(arguments, format);
    print_cut(error->message, format, arguments);
    va_end(arguments);

    size_t used = strlen(error->message);
    size_t room = sizeof(error->message) - used;
    int wanted = snprintf(error->message + used, room, ": %s", old.message);
    if (wanted < 0 || (size_t)wanted >= room)
        drop_partial_character(error->message);
}
