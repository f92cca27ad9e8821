#include "sim/event_queue.h"

#include <stdlib.h>
#include <string.h>

#define NO_SLOT UINT32_MAX
#define NO_TIME UINT64_MAX

enum {
    CAPACITY_LIMIT = 1 << BT_EVENT_NUMBER_BITS,
    FIRST_CAPACITY = 64,
    CACHE_LINE = 64,
    REFILL_TARGET = 512, /* a bucket of at most this size enters the heap as it is */
    REFILL_ENOUGH = 128, /* the heap goes to work with this many */
    NEAR_LIMIT = 4096,   /* the heap gives its later half away beyond this */
    PIVOT_SAMPLES = 63
};

/* --------------------------------------------------------------------- keys */

static uint64_t time_bits(double time)
{
    double positive = time + 0.0; /* -0 becomes 0 */
    uint64_t bits;
    memcpy(&bits, &positive, sizeof(bits));
    return bits;
}

static uint64_t order_of(int16_t priority, uint64_t sequence)
{
    return (uint64_t)(uint16_t)(priority + 32768) << 48 | sequence;
}

static bt_event_key key_of(const bt_event_slot *slot)
{
    return (bt_event_key)time_bits(slot->time) << 64 | slot->order;
}

static uint64_t key_time(bt_event_key key)
{
    return (uint64_t)(key >> 64);
}

static bool is_stale(const bt_event_queue *queue, bt_event_key key, uint32_t slot)
{
    return queue->slot[slot].order != (uint64_t)key;
}

/* ------------------------------------------------------------------- memory */

void bt_event_queue_start(bt_event_queue *queue)
{
    *queue =
        (bt_event_queue){.free_slot = NO_SLOT, .frontier = NO_TIME, .near_limit = NEAR_LIMIT};
}

void bt_event_queue_free(bt_event_queue *queue)
{
    bt_event_heap_free(&queue->near);
    bt_event_buckets_free(&queue->far);
    free(queue->slot);
}

size_t bt_event_queue_count(const bt_event_queue *queue)
{
    return queue->entries - queue->stale;
}

static bool grow_to(bt_event_queue *queue, size_t wanted)
{
    size_t capacity = (wanted + FIRST_CAPACITY - 1) / FIRST_CAPACITY * FIRST_CAPACITY;
    if (capacity >= CAPACITY_LIMIT || !bt_event_heap_reserve(&queue->near, capacity))
        return false;
    if (capacity > NEAR_LIMIT && !bt_event_buckets_reserve(&queue->far, capacity))
        return false;
    /* Aligned, so that no slot straddles two cache lines. */
    bt_event_slot *slot = aligned_alloc(CACHE_LINE, capacity * sizeof(*slot));
    if (slot == NULL)
        return false;
    if (queue->slots > 0)
        memcpy(slot, queue->slot, queue->slots * sizeof(*slot));
    free(queue->slot);
    queue->slot = slot;
    queue->capacity = capacity;
    return true;
}

/* Room for one more entry; a slot that is not free belongs to an entry. */
static bool make_room(bt_event_queue *queue)
{
    if (queue->sequence >= BT_EVENT_SEQUENCE_LIMIT)
        return false;
    return grow_to(queue, queue->capacity == 0 ? FIRST_CAPACITY : 2 * queue->capacity);
}

/* --------------------------------------------------------------- near and far */

/* Put something in place of the popped root, or close the hole. */
static void close_hole(bt_event_queue *queue)
{
    if (!queue->root_is_hole)
        return;
    queue->root_is_hole = false;
    bt_event_heap_remove_root(&queue->near);
}

static int compare_words(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* About the middle of the times in the heap. */
static uint64_t pivot_time(const bt_event_heap *near)
{
    uint64_t sample[PIVOT_SAMPLES];
    size_t stride = near->count / PIVOT_SAMPLES;
    for (size_t i = 0; i < PIVOT_SAMPLES; i++)
        sample[i] = key_time(near->key[i * stride]);
    qsort(sample, PIVOT_SAMPLES, sizeof(*sample), compare_words);
    return sample[PIVOT_SAMPLES / 2];
}

/* Move what is later than the middle of the heap to the far buckets. */
static void give_later_half_away(bt_event_queue *queue)
{
    bt_event_heap *near = &queue->near;
    uint64_t pivot = pivot_time(near);
    bt_event_buckets_move_back(&queue->far, &queue->frontier, pivot);
    size_t kept = 0;
    for (size_t i = 0; i < near->count; i++) {
        if (key_time(near->key[i]) > pivot) {
            bt_event_buckets_push(&queue->far, pivot, near->key[i], near->slot[i]);
        } else {
            near->key[kept] = near->key[i];
            near->slot[kept] = near->slot[i];
            kept++;
        }
    }
    bt_event_heap_order(near, kept);
    /* Equal times cannot be divided: try again only when there are many more. */
    queue->near_limit = 2 * kept > NEAR_LIMIT ? 2 * kept : NEAR_LIMIT;
}

/* Add an entry that does not simply take the place of the popped root. It returns the
 * handle that it is given, so that a push ends with this call and has nothing to keep. */
static __attribute__((noinline)) uint64_t place_entry(bt_event_queue *queue, bt_event_key key,
                                                      uint32_t slot, uint64_t handle)
{
    if (key_time(key) <= queue->frontier && queue->near.count >= queue->near_limit)
        give_later_half_away(queue);
    if (key_time(key) > queue->frontier)
        bt_event_buckets_push(&queue->far, queue->frontier, key, slot);
    else
        bt_event_heap_push(&queue->near, key, slot);
    return handle;
}

static __attribute__((noinline)) uint64_t replace_root(bt_event_queue *queue, bt_event_key key,
                                                       uint32_t slot, uint64_t handle)
{
    bt_event_heap_replace_root(&queue->near, key, slot);
    return handle;
}

static inline uint64_t push_entry(bt_event_queue *queue, bt_event_key key, uint32_t slot,
                                  uint64_t handle)
{
    queue->entries++;
    if (!queue->root_is_hole || key_time(key) > queue->frontier)
        return place_entry(queue, key, slot, handle);
    queue->root_is_hole = false;
    return replace_root(queue, key, slot, handle);
}

/* The heap is empty: fill it from the earliest buckets. */
static void refill(bt_event_queue *queue)
{
    bt_event_buckets *far = &queue->far;
    bt_event_heap *near = &queue->near;
    queue->near_limit = NEAR_LIMIT;
    while (!bt_event_buckets_are_empty(far) && near->count < REFILL_ENOUGH) {
        unsigned earliest = bt_event_buckets_earliest(far);
        if (bt_event_buckets_count(far, earliest) <= REFILL_TARGET)
            bt_event_buckets_absorb(far, &queue->frontier, near);
        else if (near->count == 0)
            bt_event_buckets_divide(far, &queue->frontier, near);
        else
            break;
    }
    if (bt_event_buckets_are_empty(far))
        queue->frontier = NO_TIME;
    for (size_t i = 0; i < near->count; i++)
        __builtin_prefetch(&queue->slot[near->slot[i]], 1);
    bt_event_heap_order(near, near->count);
}

/* Arrange all pending events anew: after a restore, or to be rid of stale entries. */
static void rebuild(bt_event_queue *queue)
{
    queue->root_is_hole = false;
    queue->near_limit = NEAR_LIMIT;
    queue->frontier = NO_TIME;
    queue->entries = 0;
    queue->stale = 0;
    bt_event_heap_order(&queue->near, 0);
    bt_event_buckets_clear(&queue->far);
    for (size_t i = 0; i < queue->slots; i++)
        if (queue->slot[i].order != BT_EVENT_FREE)
            push_entry(queue, key_of(&queue->slot[i]), (uint32_t)i, 0);
}

static void note_stale_entry(bt_event_queue *queue)
{
    queue->stale++;
    if (queue->entries > 2 * bt_event_queue_count(queue) + FIRST_CAPACITY)
        rebuild(queue);
}

/* -------------------------------------------------------------------- slots */

static uint32_t take_slot(bt_event_queue *queue)
{
    uint32_t slot = queue->free_slot;
    if (slot != NO_SLOT) {
        queue->free_slot = (uint32_t)queue->slot[slot].argument;
        return slot;
    }
    slot = (uint32_t)queue->slots++;
    queue->slot[slot].tag = 0;
    return slot;
}

static void free_slot(bt_event_queue *queue, uint32_t slot)
{
    queue->slot[slot].order = BT_EVENT_FREE;
    queue->slot[slot].argument = queue->free_slot;
    queue->free_slot = slot;
}

/* The slot of a pending event, or NO_SLOT. A handle is generation and slot + 1. */
static uint32_t slot_of(const bt_event_queue *queue, uint64_t handle)
{
    uint64_t number = (handle & BT_EVENT_NUMBER_MASK) - 1;
    if (number >= queue->slots)
        return NO_SLOT;
    const bt_event_slot *slot = &queue->slot[number];
    bool is_same = slot->tag >> BT_EVENT_NUMBER_BITS == handle >> BT_EVENT_NUMBER_BITS;
    return slot->order != BT_EVENT_FREE && is_same ? (uint32_t)number : NO_SLOT;
}

static bt_queued_event event_of(const bt_event_slot *slot)
{
    return (bt_queued_event){.time = slot->time,
                             .argument = slot->argument,
                             .action = (uint32_t)(slot->tag & BT_EVENT_NUMBER_MASK),
                             .priority = bt_event_priority_of(slot->order)};
}

/* ------------------------------------------------------------------- public */

static __attribute__((noinline)) uint64_t push_into_more_room(bt_event_queue *queue,
                                                              double time, int16_t priority,
                                                              uint32_t action,
                                                              uint64_t argument)
{
    if (!make_room(queue))
        return 0;
    return bt_event_queue_push(queue, time, priority, action, argument);
}

uint64_t bt_event_queue_push(bt_event_queue *queue, double time, int16_t priority,
                             uint32_t action, uint64_t argument)
{
    if (!bt_event_queue_has_room(queue))
        return push_into_more_room(queue, time, priority, action, argument);
    uint32_t number = take_slot(queue);
    bt_event_slot *slot = &queue->slot[number];
    uint64_t order = order_of(priority, queue->sequence++);
    uint64_t generation = (slot->tag | BT_EVENT_NUMBER_MASK) + 1;
    slot->time = time + 0.0; /* -0 becomes 0 */
    slot->order = order;
    slot->argument = argument;
    slot->tag = generation | action;
    return push_entry(queue, bt_event_key_at(order, time + 0.0), number,
                      generation | (number + 1));
}

bool bt_event_queue_cancel(bt_event_queue *queue, uint64_t handle, bt_queued_event *event)
{
    uint32_t number = slot_of(queue, handle);
    if (number == NO_SLOT)
        return false;
    if (event != NULL)
        *event = event_of(&queue->slot[number]);
    free_slot(queue, number);
    note_stale_entry(queue);
    return true;
}

bool bt_event_queue_reschedule(bt_event_queue *queue, uint64_t handle, double time)
{
    uint32_t number = slot_of(queue, handle);
    if (number == NO_SLOT || !(bt_event_queue_has_room(queue) || make_room(queue)))
        return false;
    bt_event_slot *slot = &queue->slot[number];
    slot->time = time + 0.0;
    slot->order = order_of(bt_event_priority_of(slot->order), queue->sequence++);
    push_entry(queue, key_of(slot), number, handle);
    note_stale_entry(queue);
    return true;
}

bool bt_event_queue_find(const bt_event_queue *queue, uint64_t handle, bt_queued_event *event)
{
    uint32_t number = slot_of(queue, handle);
    if (number == NO_SLOT)
        return false;
    if (event != NULL)
        *event = event_of(&queue->slot[number]);
    return true;
}

bt_event_key bt_event_queue_find_head(bt_event_queue *queue)
{
    bt_event_heap *near = &queue->near;
    close_hole(queue);
    for (;;) {
        if (near->count == 0) {
            if (bt_event_buckets_are_empty(&queue->far))
                return BT_EVENT_NEVER;
            refill(queue);
        }
        if (!is_stale(queue, near->key[0], near->slot[0]))
            return near->key[0];
        queue->entries--;
        queue->stale--;
        bt_event_heap_remove_root(near);
    }
}

bool bt_event_queue_all(const bt_event_queue *queue, bt_event_predicate *holds,
                        const void *data)
{
    for (size_t i = 0; i < queue->slots; i++) {
        const bt_event_slot *slot = &queue->slot[i];
        if (slot->order == BT_EVENT_FREE)
            continue;
        bt_queued_event event = event_of(slot);
        if (!holds(&event, data))
            return false;
    }
    return true;
}

void bt_event_queue_advance_head(bt_event_queue *queue, double time)
{
    uint32_t number = queue->near.slot[0];
    queue->slot[number].time = time;
    queue->entries--;
    queue->root_is_hole = true;
    push_entry(queue, key_of(&queue->slot[number]), number, 0);
}

bt_event_key bt_event_queue_second_key(const bt_event_queue *queue)
{
    if (queue->near.count > 1)
        return bt_event_heap_second_key(&queue->near);
    if (bt_event_buckets_are_empty(&queue->far))
        return ~(bt_event_key)0;
    return (bt_event_key)queue->frontier << 64;
}

/* ------------------------------------------------------------------ archive */

/* Whether what was read can have been written: every reference points somewhere. */
static bool slots_make_sense(const bt_event_queue *queue, uint64_t expected_pending)
{
    size_t pending = 0;
    for (size_t i = 0; i < queue->slots; i++) {
        const bt_event_slot *slot = &queue->slot[i];
        if (slot->order == BT_EVENT_FREE)
            continue;
        pending++;
        bool is_time = slot->time >= 0 && time_bits(slot->time) < time_bits(__builtin_inf());
        if (!is_time || (slot->order & BT_EVENT_SEQUENCE_LIMIT) >= queue->sequence)
            return false;
    }
    size_t free_slots = 0;
    uint32_t slot = queue->free_slot;
    while (slot != NO_SLOT) {
        if (slot >= queue->slots || queue->slot[slot].order != BT_EVENT_FREE)
            return false;
        if (++free_slots > queue->slots)
            return false;
        slot = (uint32_t)queue->slot[slot].argument;
    }
    return pending == expected_pending && pending + free_slots == queue->slots &&
           queue->sequence <= BT_EVENT_SEQUENCE_LIMIT;
}

static void forget_all(bt_event_queue *queue)
{
    queue->slots = 0;
    queue->free_slot = NO_SLOT;
    rebuild(queue);
}

void bt_event_queue_archive(bt_event_queue *queue, bt_archive *archive)
{
    uint64_t size[2] = {queue->slots, bt_event_queue_count(queue)};
    bt_archive_field(archive, "event_queue.size", size, sizeof(size));
    bt_archive_field(archive, "event_queue.sequence", &queue->sequence, sizeof(uint64_t));
    bt_archive_field(archive, "event_queue.free_slot", &queue->free_slot, sizeof(uint32_t));
    if (!bt_archive_restores(archive)) {
        bt_archive_field(archive, "event_queue.slots", queue->slot,
                         queue->slots * sizeof(*queue->slot));
        return;
    }

    if (!bt_archive_can_hold(archive, size[0], sizeof(*queue->slot)))
        bt_archive_fail(archive, "the saved state ends before its events");
    if (bt_archive_status(archive, NULL) == BT_OK && size[0] > queue->capacity &&
        !grow_to(queue, (size_t)size[0]))
        bt_archive_fail(archive, "there is no memory for the events of the saved state");
    if (bt_archive_status(archive, NULL) != BT_OK) {
        forget_all(queue);
        return;
    }
    queue->slots = (size_t)size[0];
    bt_archive_field(archive, "event_queue.slots", queue->slot,
                     queue->slots * sizeof(*queue->slot));
    bool was_read = bt_archive_status(archive, NULL) == BT_OK;
    if (was_read && !slots_make_sense(queue, size[1])) {
        bt_archive_fail(archive, "the events of the saved state contradict each other");
        was_read = false;
    }
    if (was_read)
        rebuild(queue);
    else
        forget_all(queue);
}
