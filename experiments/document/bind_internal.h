/*
 * Inside binding: where in the file a value stands, and how one value is read.
 *
 * bind.c walks tables, bind_value.c reads the values that hold no further table, and
 * expectation.c says in words what a parameter wants.
 */
#ifndef BT_EXPERIMENTS_BIND_INTERNAL_H
#define BT_EXPERIMENTS_BIND_INTERNAL_H

#include <stdio.h>

#include "experiments/document/document.h"

/* A place in the file, as a chain from the root that lives on the stack: rendered only
 * when there is something to say of it. */
typedef struct bt_place {
    const struct bt_place *parent; /* NULL: the root */
    const char *key;               /* NULL: an element */
    size_t index;
    const char *type; /* the registered type that was named here, or NULL */
} bt_place;

enum { BT_PLACE_LENGTH = 160 };

/* "market.products[0].cost"; "the file" for the root. */
void bt_place_text(const bt_place *place, char text[BT_PLACE_LENGTH]);

typedef struct bt_binder {
    bt_arena *arena;
    bt_diagnostics *diagnostics;
    bool out_of_memory;
    bool met_mistaken; /* a value whose mistake was reported when it was parsed */
} bt_binder;

/* Report at a node that the value at a place is not what the parameter wants. */
void bt_refuse_value(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                     const bt_node *node);

/* Memory of the binder's arena; on shortage NULL, and the binder remembers. */
void *bt_bind_allocate(bt_binder *binder, size_t count, size_t size);

/* Read one value that holds no table into `member`. */
void bt_bind_value(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                   const bt_node *node, void *member);

/* What a parameter wants: "a number above 0", "one of linear, log, {box_cox: NUMBER}". */
void bt_print_expectation(FILE *out, const bt_parameter *parameter);

/* " from 0 to 1", " above 0", ""; and whether a number lies within. */
void bt_print_range(FILE *out, const bt_range *range);
bool bt_within(const bt_range *range, double value);

#endif
