/*
 * A commented starter file, written from the tables: what must be said with an example,
 * what may be said as a comment with its default.
 */
#ifndef BT_EXPERIMENTS_STARTER_H
#define BT_EXPERIMENTS_STARTER_H

#include <stdio.h>

typedef struct bt_starter {
    const char *name;
    const char *file;   /* as the comments call it */
    const char *policy; /* of the sellers; registered */
    const char *buyers; /* type of the buyers; registered */
} bt_starter;

void bt_write_starter(const bt_starter *starter, FILE *out);

#endif
