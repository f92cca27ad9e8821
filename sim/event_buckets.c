#include "sim/event_buckets.h"

#include <stdlib.h>
#include <string.h>

static uint64_t key_time(bt_event_key key)
{
    return (uint64_t)(key >> 64);
}

/* The place of the highest digit in which two times differ. */
static unsigned level_of(uint64_t time, uint64_t frontier)
{
    return (63 - (unsigned)__builtin_clzll(time ^ frontier)) / BT_EVENT_DIGIT_BITS;
}

bool bt_event_buckets_reserve(bt_event_buckets *buckets, size_t capacity)
{
    /* Each bucket may have one chunk that is not full, and so may the one in work. */
    size_t chunks = capacity / BT_EVENT_CHUNK + BT_EVENT_BUCKETS + 1;
    if (chunks >= BT_EVENT_NO_CHUNK)
        return false;
    bt_event_chunk *chunk = realloc(buckets->chunk, chunks * sizeof(*chunk));
    if (chunk == NULL)
        return false;
    buckets->chunk = chunk;
    if (buckets->bucket == NULL) {
        buckets->bucket = calloc(BT_EVENT_BUCKETS, sizeof(*buckets->bucket));
        if (buckets->bucket == NULL)
            return false;
        bt_event_buckets_clear(buckets);
    }
    return true;
}

void bt_event_buckets_free(bt_event_buckets *buckets)
{
    free(buckets->bucket);
    free(buckets->chunk);
}

void bt_event_buckets_clear(bt_event_buckets *buckets)
{
    if (buckets->bucket == NULL)
        return;
    for (size_t i = 0; i < BT_EVENT_BUCKETS; i++)
        buckets->bucket[i] = (bt_event_bucket){.count = 0, .chunk = BT_EVENT_NO_CHUNK};
    memset(buckets->nonempty, 0, sizeof(buckets->nonempty));
    buckets->nonempty_levels = 0;
    buckets->chunks = 0;
    buckets->free_chunk = BT_EVENT_NO_CHUNK;
}

static uint32_t take_chunk(bt_event_buckets *buckets)
{
    uint32_t taken = buckets->free_chunk;
    if (taken == BT_EVENT_NO_CHUNK)
        return (uint32_t)buckets->chunks++;
    buckets->free_chunk = buckets->chunk[taken].next;
    return taken;
}

static void release_chunk(bt_event_buckets *buckets, uint32_t chunk)
{
    buckets->chunk[chunk].next = buckets->free_chunk;
    buckets->free_chunk = chunk;
}

/* The first chunk of the bucket, with room for an entry. */
static bt_event_chunk *chunk_with_room(bt_event_buckets *buckets, unsigned level,
                                       unsigned digit)
{
    bt_event_bucket *bucket = &buckets->bucket[level * BT_EVENT_DIGITS + digit];
    uint32_t first = bucket->chunk;
    bucket->count++;
    if (first != BT_EVENT_NO_CHUNK && buckets->chunk[first].count < BT_EVENT_CHUNK)
        return &buckets->chunk[first];

    uint32_t added = take_chunk(buckets);
    buckets->chunk[added].count = 0;
    buckets->chunk[added].next = first;
    bucket->chunk = added;
    buckets->nonempty[level] |= UINT32_C(1) << digit;
    buckets->nonempty_levels |= UINT32_C(1) << level;
    return &buckets->chunk[added];
}

void bt_event_buckets_push(bt_event_buckets *buckets, uint64_t frontier, bt_event_key key,
                           uint32_t slot)
{
    uint64_t time = key_time(key);
    unsigned level = level_of(time, frontier);
    unsigned digit = (unsigned)(time >> (level * BT_EVENT_DIGIT_BITS)) % BT_EVENT_DIGITS;
    bt_event_chunk *chunk = chunk_with_room(buckets, level, digit);
    chunk->key[chunk->count] = key;
    chunk->slot[chunk->count] = slot;
    chunk->count++;
}

unsigned bt_event_buckets_earliest(const bt_event_buckets *buckets)
{
    unsigned level = (unsigned)__builtin_ctz(buckets->nonempty_levels);
    unsigned digit = (unsigned)__builtin_ctz(buckets->nonempty[level]);
    return level * BT_EVENT_DIGITS + digit;
}

/* Take a bucket's chunks out; the bucket is empty then. */
static uint32_t detach(bt_event_buckets *buckets, unsigned number)
{
    unsigned level = number / BT_EVENT_DIGITS;
    uint32_t chunk = buckets->bucket[number].chunk;
    buckets->bucket[number] = (bt_event_bucket){.count = 0, .chunk = BT_EVENT_NO_CHUNK};
    buckets->nonempty[level] &= ~(UINT32_C(1) << number % BT_EVENT_DIGITS);
    if (buckets->nonempty[level] == 0)
        buckets->nonempty_levels &= ~(UINT32_C(1) << level);
    return chunk;
}

static void prefetch_chunk(const bt_event_chunk *chunk)
{
    const char *start = (const char *)chunk;
    for (size_t offset = 0; offset < sizeof(*chunk); offset += 64)
        __builtin_prefetch(start + offset);
}

/* Put every entry of a list of chunks where it belongs: what is not later than the
 * frontier into the heap's arrays. */
static void distribute(bt_event_buckets *buckets, uint32_t list, uint64_t frontier,
                       bt_event_heap *heap)
{
    while (list != BT_EVENT_NO_CHUNK) {
        const bt_event_chunk *chunk = &buckets->chunk[list];
        if (chunk->next != BT_EVENT_NO_CHUNK)
            prefetch_chunk(&buckets->chunk[chunk->next]);
        for (uint32_t i = 0; i < chunk->count; i++) {
            if (key_time(chunk->key[i]) > frontier) {
                bt_event_buckets_push(buckets, frontier, chunk->key[i], chunk->slot[i]);
            } else {
                heap->key[heap->count] = chunk->key[i];
                heap->slot[heap->count] = chunk->slot[i];
                heap->count++;
            }
        }
        uint32_t next = chunk->next;
        release_chunk(buckets, list);
        list = next;
    }
}

/* The times of a bucket: the frontier's digits above its level, its own digit there, and
 * below that all digits between zeros (the start) and ones (the end). */
static uint64_t start_of(unsigned number, uint64_t frontier)
{
    unsigned shift = number / BT_EVENT_DIGITS * BT_EVENT_DIGIT_BITS;
    uint64_t digits = ((uint64_t)BT_EVENT_DIGITS << shift) - 1; /* at and below the level */
    return (frontier & ~digits) | (uint64_t)(number % BT_EVENT_DIGITS) << shift;
}

static uint64_t end_of(unsigned number, uint64_t frontier)
{
    unsigned shift = number / BT_EVENT_DIGITS * BT_EVENT_DIGIT_BITS;
    return start_of(number, frontier) | ((UINT64_C(1) << shift) - 1);
}

void bt_event_buckets_absorb(bt_event_buckets *buckets, uint64_t *frontier, bt_event_heap *heap)
{
    unsigned number = bt_event_buckets_earliest(buckets);
    *frontier = end_of(number, *frontier);
    distribute(buckets, detach(buckets, number), *frontier, heap);
}

void bt_event_buckets_divide(bt_event_buckets *buckets, uint64_t *frontier, bt_event_heap *heap)
{
    unsigned number = bt_event_buckets_earliest(buckets);
    *frontier = start_of(number, *frontier);
    distribute(buckets, detach(buckets, number), *frontier, heap);
}

void bt_event_buckets_move_back(bt_event_buckets *buckets, uint64_t *frontier, uint64_t earlier)
{
    uint64_t before = *frontier;
    *frontier = earlier;
    if (before == earlier || buckets->nonempty_levels == 0)
        return;
    /* At and above the highest digit in which the frontiers differ, buckets stay what
     * they were; what lies below it now differs from the new frontier in that digit. */
    unsigned level = level_of(before, earlier);
    uint32_t affected = buckets->nonempty_levels & ((UINT32_C(1) << level) - 1);
    while (affected != 0) {
        unsigned number = bt_event_buckets_earliest(buckets);
        distribute(buckets, detach(buckets, number), earlier, NULL);
        affected = buckets->nonempty_levels & ((UINT32_C(1) << level) - 1);
    }
}
