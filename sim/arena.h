/*
 * An arena: memory owned by one run and freed as a whole.
 *
 * A run allocates at set-up and never in the event loop. Everything that lives
 * as long as the run comes from its arena, so that a run that fails half-way
 * leaves nothing behind.
 */
#ifndef BT_SIM_ARENA_H
#define BT_SIM_ARENA_H

#include <stddef.h>

typedef struct bt_arena bt_arena;

/* A new, empty arena; NULL when memory is out. Free with bt_arena_destroy. */
bt_arena *bt_arena_create(void);
void bt_arena_destroy(bt_arena *arena);

/* `count` zeroed elements of `size` bytes, aligned to 64 bytes, owned by the
 * arena; NULL when memory is out or count * size overflows. */
void *bt_arena_allocate(bt_arena *arena, size_t count, size_t size);

/* A copy of a string, owned by the arena; NULL when memory is out. */
char *bt_arena_copy_text(bt_arena *arena, const char *text);

/* Text as printf would write it, owned by the arena; NULL when memory is out. */
__attribute__((format(printf, 2, 3))) char *bt_arena_format_text(bt_arena *arena,
                                                                 const char *format, ...);

/* Bytes handed out so far. */
size_t bt_arena_used(const bt_arena *arena);

/* Typed shorthand: double *price = BT_ARENA_NEW(arena, n, double); */
#define BT_ARENA_NEW(arena, count, type)                                                       \
    ((type *)bt_arena_allocate((arena), (count), sizeof(type)))

#endif
