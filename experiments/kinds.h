/*
 * The kinds of things that an experiment file can name (market, seller, buyers, ...), or a
 * training file: the registries that its table, and the tables of their types, refer to.
 */
#ifndef BT_EXPERIMENTS_KINDS_H
#define BT_EXPERIMENTS_KINDS_H

#include <stddef.h>

#include "sim/parameter.h"

enum { BT_MOST_KINDS = 32 };

typedef struct bt_kind {
    const bt_registry *registry;
    const bt_parameter *parameter; /* where it stands in the file: selector, common table */
} bt_kind;

/* All kinds, each once, in the order of the file; returns how many. */
size_t bt_list_kinds(bt_kind kinds[BT_MOST_KINDS]);

#endif
