/*
 * A commented starter file, written from the tables: what must be said with an example,
 * what may be said as a comment with its default.
 */
#ifndef BT_EXPERIMENTS_STARTER_H
#define BT_EXPERIMENTS_STARTER_H

#include <stdio.h>

/* Some sellers need more of a market than it must say: given prices, contexts of items. */
enum { BT_STARTER_VARIANTS = 3 };

typedef struct bt_starter {
    const char *name;
    const char *file;         /* as the comments call it */
    const char *market;       /* type; registered, as the following */
    const char *policy;       /* of the sellers; NULL in `new`: not asked for */
    const char *first_policy; /* of the first seller, if another; NULL */
    const char *buyers;       /* type of the buyers; NULL in `new`: not asked for */
    int variant;              /* below BT_STARTER_VARIANTS */
} bt_starter;

void bt_write_starter(const bt_starter *starter, FILE *out);

#endif
