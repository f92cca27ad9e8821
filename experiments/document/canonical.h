/*
 * How numbers and texts are written where they must read back as what they were.
 */
#ifndef BT_EXPERIMENTS_CANONICAL_H
#define BT_EXPERIMENTS_CANONICAL_H

#include <stdio.h>

enum { BT_NUMBER_TEXT = 32 }; /* bytes that hold any number's text */

/* The shortest of 15, 16 or 17 significant digits that gives the same double; NAN: null. */
void bt_number_text(double value, char text[BT_NUMBER_TEXT]);
void bt_write_number(FILE *out, double value);

/* A text as YAML: bare where it is a plain word, else in double quotes. */
void bt_write_text(FILE *out, const char *text);

#endif
