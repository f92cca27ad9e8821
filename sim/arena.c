#include "sim/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Blocks double in size, so that the many small arenas of a sweep stay small. */
enum { ALIGNMENT = 64, FIRST_BLOCK_SIZE = 1024, LAST_BLOCK_SIZE = 64 * 1024 };

/* A block is one calloc: fresh pages of a large block stay untouched until used. */
typedef struct arena_block {
    struct arena_block *previous;
    unsigned char *next; /* the next free byte, aligned */
    size_t room;         /* bytes from `next` to the end */
} arena_block;

struct bt_arena {
    arena_block *last;
    size_t used;
    size_t block_size; /* of the next block */
};

bt_arena *bt_arena_create(void)
{
    bt_arena *arena = calloc(1, sizeof(bt_arena));
    if (arena != NULL)
        arena->block_size = FIRST_BLOCK_SIZE;
    return arena;
}

void bt_arena_destroy(bt_arena *arena)
{
    if (arena == NULL)
        return;
    arena_block *block = arena->last;
    while (block != NULL) {
        arena_block *previous = block->previous;
        free(block);
        block = previous;
    }
    free(arena);
}

static unsigned char *align_up(unsigned char *address)
{
    size_t excess = (uintptr_t)address % ALIGNMENT;
    return excess == 0 ? address : address + (ALIGNMENT - excess);
}

/* A block with at least `room` free aligned bytes. */
static arena_block *create_block(size_t room)
{
    size_t overhead = sizeof(arena_block) + ALIGNMENT;
    if (room > SIZE_MAX - overhead)
        return NULL;
    arena_block *block = calloc(1, overhead + room);
    if (block == NULL)
        return NULL;
    block->next = align_up((unsigned char *)(block + 1));
    block->room = room;
    return block;
}

/* Link a new block in: a large one goes behind the last, so that the free bytes of
 * the last stay in use. */
static arena_block *add_block(bt_arena *arena, size_t size)
{
    int large = size > arena->block_size / 4;
    arena_block *block = create_block(large ? size : arena->block_size);
    if (block == NULL)
        return NULL;
    if (arena->block_size < LAST_BLOCK_SIZE)
        arena->block_size *= 2;
    if (large && arena->last != NULL) {
        block->previous = arena->last->previous;
        arena->last->previous = block;
    } else {
        block->previous = arena->last;
        arena->last = block;
    }
    return block;
}

void *bt_arena_allocate(bt_arena *arena, size_t count, size_t size)
{
    size_t wanted;
    if (__builtin_mul_overflow(count, size, &wanted) || wanted > SIZE_MAX - ALIGNMENT)
        return NULL;
    size_t rounded = (wanted + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded == 0)
        rounded = ALIGNMENT;

    arena_block *block = arena->last;
    if (block == NULL || block->room < rounded)
        block = add_block(arena, rounded);
    if (block == NULL)
        return NULL;
    void *memory = block->next;
    block->next += rounded;
    block->room -= rounded;
    arena->used += wanted;
    return memory;
}

char *bt_arena_format_text(bt_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : bt_arena_allocate(arena, (size_t)length + 1, 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

char *bt_arena_copy_text(bt_arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = bt_arena_allocate(arena, size, 1);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

size_t bt_arena_used(const bt_arena *arena)
{
    return arena->used;
}
