/*
 * The far part of the event queue: buckets of unsorted entries.
 *
 * Times are read as numbers of 13 digits of 5 bits. An entry's bucket is given by its
 * highest digit that differs from the frontier's: that digit's place (the level) and
 * its value. Every entry is later than the frontier, so an entry of a lower level, or
 * of the same level with a lower digit, is earlier. A bucket is a list of chunks that
 * are read from end to end; only its first chunk may be partly filled, which bounds
 * the number of chunks by the number of entries.
 */
#ifndef BT_SIM_EVENT_BUCKETS_H
#define BT_SIM_EVENT_BUCKETS_H

#include "sim/event_heap.h"

enum {
    BT_EVENT_DIGIT_BITS = 5,
    BT_EVENT_DIGITS = 1 << BT_EVENT_DIGIT_BITS,
    BT_EVENT_LEVELS = (64 + BT_EVENT_DIGIT_BITS - 1) / BT_EVENT_DIGIT_BITS,
    BT_EVENT_BUCKETS = BT_EVENT_LEVELS * BT_EVENT_DIGITS,
    BT_EVENT_CHUNK = 30 /* entries: ten cache lines with the rest */
};

#define BT_EVENT_NO_CHUNK UINT32_MAX

typedef struct bt_event_chunk {
    bt_event_key key[BT_EVENT_CHUNK];
    uint32_t slot[BT_EVENT_CHUNK];
    uint32_t count;
    uint32_t next;
} bt_event_chunk;

typedef struct bt_event_bucket {
    size_t count;
    uint32_t chunk; /* the first */
} bt_event_bucket;

typedef struct bt_event_buckets {
    bt_event_bucket *bucket;            /* [level][digit] */
    uint32_t nonempty[BT_EVENT_LEVELS]; /* bit d: bucket [level][d] holds entries */
    uint32_t nonempty_levels;           /* bit l: nonempty[l] is not 0 */
    bt_event_chunk *chunk;
    size_t chunks; /* chunks ever used */
    uint32_t free_chunk;
} bt_event_buckets;

/* Make room for `capacity` entries, however they fall into buckets. False when memory
 * is out; nothing is lost. */
bool bt_event_buckets_reserve(bt_event_buckets *buckets, size_t capacity);
void bt_event_buckets_free(bt_event_buckets *buckets);

/* Forget all entries. */
void bt_event_buckets_clear(bt_event_buckets *buckets);

static inline bool bt_event_buckets_are_empty(const bt_event_buckets *buckets)
{
    return buckets->nonempty_levels == 0;
}

/* Add an entry that is later than the frontier. */
void bt_event_buckets_push(bt_event_buckets *buckets, uint64_t frontier, bt_event_key key,
                           uint32_t slot);

/* The number of the earliest bucket that is not empty; there is one. */
unsigned bt_event_buckets_earliest(const bt_event_buckets *buckets);

static inline size_t bt_event_buckets_count(const bt_event_buckets *buckets, unsigned number)
{
    return buckets->bucket[number].count;
}

/* Append the entries of the earliest bucket to the heap's arrays, unordered, and move
 * the frontier to the end of the times that belong to that bucket. */
void bt_event_buckets_absorb(bt_event_buckets *buckets, uint64_t *frontier,
                             bt_event_heap *heap);

/* Move the frontier to the start of those times, and the entries of that bucket to
 * lower levels; those at the frontier itself to the heap's arrays. */
void bt_event_buckets_divide(bt_event_buckets *buckets, uint64_t *frontier,
                             bt_event_heap *heap);

/* Rearrange the entries for a frontier that moves back to `earlier`. */
void bt_event_buckets_move_back(bt_event_buckets *buckets, uint64_t *frontier,
                                uint64_t earlier);

#endif
