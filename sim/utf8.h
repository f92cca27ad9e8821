/*
 * UTF-8 sequences in text that may be anything.
 */
#ifndef BT_SIM_UTF8_H
#define BT_SIM_UTF8_H

#include <stddef.h>

/* Bytes of the well-formed sequence at `text` (terminated by a zero byte), or 0 where
 * there is none (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above
 * U+10FFFF). The terminating zero is a sequence of one byte. */
size_t bt_utf8_length(const char *text);

#endif
