/*
 * Names in groups of like products or sellers: `{name: s, count: 4}` are s1, s2, s3 and s4.
 *
 * Where a name has a #, the number stands there instead of at the end, and does so in a group
 * of one as well: with `s#` a sweep over counts from 1 keeps its names.
 */
#ifndef BT_MARKETS_GROUP_NAME_H
#define BT_MARKETS_GROUP_NAME_H

#include <stddef.h>

#include "sim/arena.h"

/* The name of member k (from 0) of a group of `count`; `name` itself in a group of one
 * without a #. Owned by `arena`, or `name`; NULL when memory is out. */
const char *bt_group_name(const char *name, size_t count, size_t k, bt_arena *arena);

/* A name that refers to members of another group: with # for the number, else `name`. */
const char *bt_group_reference(const char *name, size_t k, bt_arena *arena);

#endif
