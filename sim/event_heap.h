/*
 * The near part of the event queue: a 4-ary heap of keys with their slots.
 *
 * Element 0 is the root; the children of i are 4i + 1 ... 4i + 4. Keys are 16 bytes and
 * placed so that four siblings share a cache line. Behind the last key stand sentinels
 * that are larger than any key, so that siblings are always compared in fours.
 */
#ifndef BT_SIM_EVENT_HEAP_H
#define BT_SIM_EVENT_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 bt_event_key;

#define BT_EVENT_KEY_MAXIMUM (~(bt_event_key)0)

typedef struct bt_event_heap {
    bt_event_key *key; /* [count], then four sentinels */
    uint32_t *slot;    /* [count] */
    size_t count;
    void *key_memory;
} bt_event_heap;

/* Make room for `capacity` elements. False when memory is out; nothing is lost. */
bool bt_event_heap_reserve(bt_event_heap *heap, size_t capacity);
void bt_event_heap_free(bt_event_heap *heap);

/* Make a heap of the first `count` elements, which stand in any order. */
void bt_event_heap_order(bt_event_heap *heap, size_t count);

static inline void bt_event_heap_place_sentinels(bt_event_heap *heap)
{
    for (size_t i = 0; i < 4; i++)
        heap->key[heap->count + i] = BT_EVENT_KEY_MAXIMUM;
}

/* Which of the four siblings from `first` on is the smallest. Branches on keys could not
 * be predicted, so there are none: two conditional moves, then a choice by mask. */
static inline size_t bt_event_heap_least_sibling(const bt_event_key *key, size_t first)
{
    bool is_one = key[first + 1] < key[first];
    bool is_three = key[first + 3] < key[first + 2];
    bt_event_key left_key = is_one ? key[first + 1] : key[first];
    bt_event_key right_key = is_three ? key[first + 3] : key[first + 2];
    size_t left = first + is_one;
    size_t right = first + 2 + is_three;
    size_t if_right = 0 - (size_t)(right_key < left_key);
    __asm__("" : "+r"(if_right)); /* GCC would turn what follows into a branch */
    return left ^ ((left ^ right) & if_right);
}

/* Put an element at `hole`, whose own element is void, or above. */
static inline void bt_event_heap_sift_up(bt_event_heap *heap, size_t top, size_t hole,
                                         bt_event_key key, uint32_t slot)
{
    while (hole > top) {
        size_t parent = (hole - 1) / 4;
        if (heap->key[parent] <= key)
            break;
        heap->key[hole] = heap->key[parent];
        heap->slot[hole] = heap->slot[parent];
        hole = parent;
    }
    heap->key[hole] = key;
    heap->slot[hole] = slot;
}

/* Put an element at `top`, whose own element is void, or below. The hole goes down to a
 * leaf first, since that is where most elements end. */
static inline void bt_event_heap_sift_down(bt_event_heap *heap, size_t top, bt_event_key key,
                                           uint32_t slot)
{
    size_t hole = top;
    for (size_t first = 4 * hole + 1; first < heap->count; first = 4 * hole + 1) {
        size_t child = bt_event_heap_least_sibling(heap->key, first);
        heap->key[hole] = heap->key[child];
        heap->slot[hole] = heap->slot[child];
        hole = child;
    }
    bt_event_heap_sift_up(heap, top, hole, key, slot);
}

/* Add an element; there is room. */
static inline void bt_event_heap_push(bt_event_heap *heap, bt_event_key key, uint32_t slot)
{
    size_t hole = heap->count++;
    heap->key[heap->count + 3] = BT_EVENT_KEY_MAXIMUM;
    bt_event_heap_sift_up(heap, 0, hole, key, slot);
}

static inline void bt_event_heap_replace_root(bt_event_heap *heap, bt_event_key key,
                                              uint32_t slot)
{
    bt_event_heap_sift_down(heap, 0, key, slot);
}

static inline void bt_event_heap_remove_root(bt_event_heap *heap)
{
    size_t last = --heap->count;
    bt_event_key key = heap->key[last];
    uint32_t slot = heap->slot[last];
    heap->key[last] = BT_EVENT_KEY_MAXIMUM;
    if (last > 0)
        bt_event_heap_sift_down(heap, 0, key, slot);
}

/* The smallest key but the root's; the heap holds at least two. */
static inline bt_event_key bt_event_heap_second_key(const bt_event_heap *heap)
{
    return heap->key[bt_event_heap_least_sibling(heap->key, 1)];
}

#endif
