/*
 * The queue of pending events: exact order, handles that survive anything.
 *
 * An event's key is (time, priority, sequence) in one 128-bit integer. Times are not
 * negative, so their bits order like the times themselves. Since no two events share
 * a sequence number, no order is left to chance.
 *
 * Two parts. The near part is a 4-ary heap, whose four siblings fill one cache line;
 * it holds every event up to a time, the frontier. What is later lies unsorted in far
 * buckets, told apart by the highest digit in which a time differs from the frontier (as
 * in a radix heap: Ahuja, Mehlhorn, Orlin, Tarjan 1990). When the near part is used up,
 * the earliest bucket takes its place, if need be after being divided; when it grows too
 * large, its later half moves out. A few thousand events never leave the heap; a million
 * cost little more each, since the heap stays within the caches and a bucket is read from
 * end to end. Ties need no care: times that are equal stay together, and the heap's order
 * is exact.
 *
 * An event is cancelled by forgetting it: its slot is freed, and the entry left in the
 * queue no longer matches. The queue is rebuilt when such entries are the majority.
 * Popping leaves a hole at the root, which the next push fills without a second pass
 * through the heap: an action that schedules its successor pays once.
 */
#ifndef BT_SIM_EVENT_QUEUE_H
#define BT_SIM_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/archive.h"
#include "sim/event_buckets.h"
#include "sim/event_heap.h"

enum {
    BT_EVENT_NUMBER_BITS = 26, /* of a slot's number in a handle, and of an action */
    BT_EVENT_CACHED = 4096     /* as many slots lie in the caches anyway */
};

#define BT_EVENT_NUMBER_MASK ((UINT64_C(1) << BT_EVENT_NUMBER_BITS) - 1)
#define BT_EVENT_FREE UINT64_MAX
#define BT_EVENT_SEQUENCE_LIMIT ((UINT64_C(1) << 48) - 1)

/* What is kept about an event. */
typedef struct bt_queued_event {
    double time;
    uint64_t argument;
    uint32_t action; /* below 2^BT_EVENT_NUMBER_BITS */
    int16_t priority;
} bt_queued_event;

/* What the handle of an event points to. `order` is the lower half of the event's key:
 * an entry of the queue whose order is not its slot's is stale. */
typedef struct bt_event_slot {
    double time;
    uint64_t order;    /* priority and sequence; BT_EVENT_FREE: the slot holds no event */
    uint64_t argument; /* of a free slot: the next free one */
    uint64_t tag;      /* generation above, action in the lowest BT_EVENT_NUMBER_BITS */
} bt_event_slot;

/* The queue; its members are its own, and open only for the sake of the engine's loop. */
typedef struct bt_event_queue {
    bt_event_heap near;
    bool root_is_hole;    /* near's root was popped and not yet replaced */
    size_t near_limit;    /* how large near may grow before it gives its later half away */
    uint64_t frontier;    /* time bits: near holds what is not later */
    bt_event_buckets far; /* what is later */

    bt_event_slot *slot;
    size_t slots; /* slots ever used */
    uint32_t free_slot;
    uint64_t sequence; /* the next sequence number */
    size_t entries;    /* entries in near and far, stale ones included, no hole */
    size_t stale;      /* of them stale; the others are the pending events */
    size_t capacity;   /* of slots, and of entries in either part */
} bt_event_queue;

/* An empty queue; nothing is allocated before the first event. */
void bt_event_queue_start(bt_event_queue *queue);
void bt_event_queue_free(bt_event_queue *queue);

/* Number of pending events. */
size_t bt_event_queue_count(const bt_event_queue *queue);

/* Whether the next push allocates nothing and cannot fail. */
static inline bool bt_event_queue_has_room(const bt_event_queue *queue)
{
    return queue->entries < queue->capacity && queue->sequence < BT_EVENT_SEQUENCE_LIMIT;
}

/* Add an event; its time is finite and not negative. Returns its handle, 0 when memory,
 * slots (some 33 million) or sequence numbers (2^48) are out. Amortised O(log n); allocates
 * only beyond the largest number of events that were ever pending. */
uint64_t bt_event_queue_push(bt_event_queue *queue, double time, int16_t priority,
                             uint32_t action, uint64_t argument);

/* True if the event was pending; `event` (NULL is allowed) says what it was. */
bool bt_event_queue_cancel(bt_event_queue *queue, uint64_t handle, bt_queued_event *event);

/* Move a pending event behind its equals at another time. False if it is not pending,
 * or for the reasons for which a push fails. The handle stays valid. */
bool bt_event_queue_reschedule(bt_event_queue *queue, uint64_t handle, double time);

/* What a pending event is; false if it is not pending. */
bool bt_event_queue_find(const bt_event_queue *queue, uint64_t handle, bt_queued_event *event);

/* Whether a predicate holds for every pending event. */
typedef bool bt_event_predicate(const bt_queued_event *event, const void *data);
bool bt_event_queue_all(const bt_event_queue *queue, bt_event_predicate *holds,
                        const void *data);

/* The key at which nothing is due: time is infinite. */
#define BT_EVENT_NEVER ((bt_event_key)UINT64_C(0x7ff0000000000000) << 64 | UINT64_MAX)

/* bt_event_queue_head when the heap's root is not simply the earliest event. */
bt_event_key bt_event_queue_find_head(bt_event_queue *queue);

/* The key of the earliest event, BT_EVENT_NEVER if there is none. It stays in the queue. */
static inline bt_event_key bt_event_queue_head(bt_event_queue *queue)
{
    const bt_event_heap *near = &queue->near;
    if (queue->root_is_hole || near->count == 0 ||
        queue->slot[near->slot[0]].order != (uint64_t)near->key[0])
        return bt_event_queue_find_head(queue);
    return near->key[0];
}

/* The slot of the event whose key bt_event_queue_head gave last. */
static inline bt_event_slot *bt_event_queue_head_slot(const bt_event_queue *queue)
{
    return &queue->slot[queue->near.slot[0]];
}

/* Remove the event whose key bt_event_queue_head gave last. */
static inline void bt_event_queue_pop(bt_event_queue *queue)
{
    if (queue->capacity > BT_EVENT_CACHED && queue->near.count > 4)
        for (size_t i = 1; i <= 4; i++) /* one of them is next, or one that is pushed yet */
            __builtin_prefetch(&queue->slot[queue->near.slot[i]], 1);
    uint32_t number = queue->near.slot[0];
    queue->slot[number].order = BT_EVENT_FREE;
    queue->slot[number].argument = queue->free_slot;
    queue->free_slot = number;
    queue->entries--;
    queue->root_is_hole = true;
}

static inline uint32_t bt_event_action_of(const bt_event_slot *slot)
{
    return (uint32_t)(slot->tag & BT_EVENT_NUMBER_MASK);
}

static inline int16_t bt_event_priority_of(bt_event_key key)
{
    return (int16_t)((int)((uint64_t)key >> 48) - 32768);
}

static inline double bt_event_time_of(bt_event_key key)
{
    uint64_t bits = (uint64_t)(key >> 64);
    double time;
    __builtin_memcpy(&time, &bits, sizeof(time));
    return time;
}

/* Move that event to a time not before its own, in its old place among equals. */
void bt_event_queue_advance_head(bt_event_queue *queue, double time);

/* A key that no event but the head precedes (all ones: there is no other event). */
bt_event_key bt_event_queue_second_key(const bt_event_queue *queue);

/* The key of an event that has `key` now but for its time. */
static inline bt_event_key bt_event_key_at(bt_event_key key, double time)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &time, sizeof(bits));
    return (bt_event_key)bits << 64 | (uint64_t)key;
}

/* Save or restore every pending event with its handle. What is saved depends on the
 * events alone, not on how they are arranged. */
void bt_event_queue_archive(bt_event_queue *queue, bt_archive *archive);

#endif
