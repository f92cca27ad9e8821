/* The event queue against a sorted reference: order, ties, handles, both of its parts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/event_queue.h"
#include "sim/random.h"

static bt_event_queue *new_queue(void)
{
    bt_event_queue *queue = malloc(sizeof(*queue));
    assert_non_null(queue);
    bt_event_queue_start(queue);
    return queue;
}

static void free_queue(bt_event_queue *queue)
{
    bt_event_queue_free(queue);
    free(queue);
}

static uint64_t push_event(bt_event_queue *queue, const bt_queued_event *event)
{
    return bt_event_queue_push(queue, event->time, event->priority, event->action,
                               event->argument);
}

/* The earliest event, which stays in the queue; false if there is none. */
static bool head_of(bt_event_queue *queue, bt_queued_event *event)
{
    bt_event_key key = bt_event_queue_head(queue);
    if (key == BT_EVENT_NEVER)
        return false;
    const bt_event_slot *slot = bt_event_queue_head_slot(queue);
    *event = (bt_queued_event){.time = bt_event_time_of(key),
                               .argument = slot->argument,
                               .action = bt_event_action_of(slot),
                               .priority = bt_event_priority_of(key)};
    assert_true(event->time == slot->time);
    return true;
}

/* ---------------------------------------------------------------- reference */

/* The same events in a sorted array: slow, and right at sight. */
typedef struct reference_event {
    double time;
    int16_t priority;
    uint64_t sequence;
    uint64_t argument;
    uint64_t handle;
} reference_event;

enum { MOST = 40000 };

typedef struct reference {
    reference_event event[MOST];
    size_t count;
    uint64_t sequence;
} reference;

static int compare_events(const reference_event *a, const reference_event *b)
{
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (a->priority != b->priority)
        return a->priority < b->priority ? -1 : 1;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static void reference_insert(reference *self, reference_event event)
{
    size_t low = 0;
    size_t high = self->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_events(&self->event[middle], &event) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    assert_true(self->count < MOST);
    memmove(&self->event[low + 1], &self->event[low],
            (self->count - low) * sizeof(self->event[0]));
    self->event[low] = event;
    self->count++;
}

static reference_event reference_remove(reference *self, size_t index)
{
    reference_event event = self->event[index];
    self->count--;
    memmove(&self->event[index], &self->event[index + 1],
            (self->count - index) * sizeof(self->event[0]));
    return event;
}

/* ------------------------------------------------------------- both at once */

typedef struct pair {
    bt_event_queue *queue;
    reference *reference;
    bt_stream stream;
    double now;
    uint64_t arguments;
} pair;

static pair new_pair(uint32_t purpose)
{
    pair both = {.queue = new_queue(),
                 .reference = calloc(1, sizeof(reference)),
                 .stream = bt_stream_open(bt_random_key_of(31, 0, 0), 0, purpose)};
    assert_non_null(both.queue);
    assert_non_null(both.reference);
    return both;
}

static void free_pair(pair *both)
{
    free_queue(both->queue);
    free(both->reference);
}

static void push(pair *both, double time, int16_t priority)
{
    uint64_t argument = both->arguments++;
    bt_queued_event event = {.time = time,
                             .priority = priority,
                             .action = (uint32_t)(argument % 1000),
                             .argument = argument};
    uint64_t handle = push_event(both->queue, &event);
    assert_int_not_equal(handle, 0);
    reference_insert(both->reference, (reference_event){.time = time,
                                                        .priority = priority,
                                                        .sequence = both->reference->sequence++,
                                                        .argument = event.argument,
                                                        .handle = handle});
}

static void expect_event(const reference_event *expected, const bt_queued_event *event)
{
    assert_true(event->time == expected->time);
    assert_int_equal(event->priority, expected->priority);
    assert_int_equal(event->argument, expected->argument);
    assert_int_equal(event->action, expected->argument % 1000);
}

static void pop(pair *both)
{
    bt_queued_event event;
    assert_int_equal(bt_event_queue_count(both->queue), both->reference->count);
    assert_true(head_of(both->queue, &event));
    if (both->reference->count > 1) {
        const reference_event *second = &both->reference->event[1];
        bt_event_key last_at_its_time = bt_event_key_at(UINT64_MAX, second->time);
        assert_true(bt_event_queue_second_key(both->queue) <= last_at_its_time);
    }
    reference_event expected = reference_remove(both->reference, 0);
    expect_event(&expected, &event);
    assert_true(bt_event_queue_find(both->queue, expected.handle, NULL));
    bt_event_queue_pop(both->queue);
    assert_false(bt_event_queue_find(both->queue, expected.handle, NULL));
    assert_false(bt_event_queue_cancel(both->queue, expected.handle, NULL));
    both->now = expected.time;
}

static void pop_if_any(pair *both)
{
    if (both->reference->count > 0)
        pop(both);
}

static void expect_empty(pair *both)
{
    bt_queued_event event;
    assert_int_equal(both->reference->count, 0);
    assert_int_equal(bt_event_queue_count(both->queue), 0);
    assert_false(head_of(both->queue, &event));
}

/* --------------------------------------------------------- random operations */

/* How far from now events are put: each kind stresses another part of the queue. */
typedef enum spread { EXPONENTIAL, TICKS, ONE_TIME, ALL_SCALES, DECREASING } spread;

static double time_after(pair *both, spread kind)
{
    double uniform = bt_stream_uniform(&both->stream);
    switch (kind) {
    case EXPONENTIAL:
        return both->now - log(1 - uniform);
    case TICKS: /* synchronous: most events tie */
        return ceil(both->now) + floor(4 * uniform);
    case ONE_TIME:
        return both->now < 1 ? 1 : both->now;
    case ALL_SCALES: /* from the smallest step of the clock to the far future */
        return both->now + exp(60 * uniform - 40);
    case DECREASING: /* each before the last: the worst case for a frontier */
        return both->now + 1e6 - 0.01 * (double)both->arguments;
    }
    return both->now;
}

static int16_t random_priority(pair *both)
{
    static const int16_t priority[] = {0, 0, 0, 1, -1, 7, INT16_MIN, INT16_MAX};
    return priority[bt_stream_below(&both->stream, 8)];
}

static void cancel_random(pair *both)
{
    if (both->reference->count == 0)
        return;
    size_t index = (size_t)bt_stream_below(&both->stream, both->reference->count);
    reference_event expected = reference_remove(both->reference, index);
    bt_queued_event event;
    assert_true(bt_event_queue_cancel(both->queue, expected.handle, &event));
    expect_event(&expected, &event);
    assert_false(bt_event_queue_cancel(both->queue, expected.handle, NULL));
    assert_false(bt_event_queue_reschedule(both->queue, expected.handle, both->now));
}

static void reschedule_random(pair *both, spread kind)
{
    if (both->reference->count == 0)
        return;
    size_t index = (size_t)bt_stream_below(&both->stream, both->reference->count);
    reference_event moved = reference_remove(both->reference, index);
    moved.time = time_after(both, kind);
    moved.sequence = both->reference->sequence++;
    assert_true(bt_event_queue_reschedule(both->queue, moved.handle, moved.time));
    bt_queued_event event;
    assert_true(bt_event_queue_find(both->queue, moved.handle, &event));
    expect_event(&moved, &event);
    reference_insert(both->reference, moved);
}

static void advance_head(pair *both, spread kind)
{
    bt_queued_event event;
    if (!head_of(both->queue, &event))
        return;
    reference_event moved = reference_remove(both->reference, 0);
    expect_event(&moved, &event);
    both->now = moved.time;
    moved.time = time_after(both, kind);
    bt_event_queue_advance_head(both->queue, moved.time);
    reference_insert(both->reference, moved);
}

static void operate(pair *both, spread kind, size_t operations, size_t level)
{
    for (size_t i = 0; i < operations; i++) {
        uint64_t choice = bt_stream_below(&both->stream, 100);
        bool is_low = both->reference->count < level;
        if (choice < (is_low ? 60u : 30u))
            push(both, time_after(both, kind), random_priority(both));
        else if (choice < 80)
            pop_if_any(both);
        else if (choice < 88)
            cancel_random(both);
        else if (choice < 96)
            reschedule_random(both, kind);
        else
            advance_head(both, kind);
    }
}

static void random_operations_match_a_sorted_reference(void **state)
{
    (void)state;
    for (spread kind = EXPONENTIAL; kind <= DECREASING; kind++)
        for (size_t level = 1; level <= 1000; level *= 10) {
            pair both = new_pair(kind);
            operate(&both, kind, 20000, level);
            while (both.reference->count > 0)
                pop(&both);
            expect_empty(&both);
            free_pair(&both);
        }
}

/* Enough events that most lie in the far buckets. */
static void many_events_match_a_sorted_reference(void **state)
{
    (void)state;
    for (spread kind = EXPONENTIAL; kind <= DECREASING; kind++) {
        pair both = new_pair(100 + kind);
        for (size_t i = 0; i < 16000; i++)
            push(&both, time_after(&both, kind), random_priority(&both));
        operate(&both, kind, 8000, 16000);
        for (size_t i = 0; i < 6000; i++)
            pop(&both);
        operate(&both, ALL_SCALES, 4000, 16000);
        while (both.reference->count > 0)
            pop(&both);
        expect_empty(&both);
        free_pair(&both);
    }
}

/* The case that brings calendar queues down: every event at the same few times. */
static void ties_keep_the_order_of_scheduling(void **state)
{
    (void)state;
    enum { TIED = 30000 };
    bt_event_queue *queue = new_queue();
    for (uint64_t i = 0; i < TIED; i++) {
        bt_queued_event event = {.time = 5, .argument = i};
        assert_int_not_equal(push_event(queue, &event), 0);
    }
    bt_queued_event event;
    for (uint64_t i = 0; i < 2 * TIED; i++) {
        assert_true(head_of(queue, &event));
        assert_int_equal(event.argument, i);
        bt_event_queue_pop(queue);
        if (i < TIED) {
            event.argument = i + TIED;
            event.time = 6;
            assert_int_not_equal(push_event(queue, &event), 0);
        }
    }
    assert_false(head_of(queue, &event));
    free_queue(queue);
}

/* -------------------------------------------------------------------- handles */

static void stale_handles_are_harmless(void **state)
{
    (void)state;
    bt_event_queue *queue = new_queue();
    bt_queued_event event = {.time = 1};
    assert_false(bt_event_queue_cancel(queue, 0, NULL));
    assert_false(bt_event_queue_cancel(queue, 12345, NULL));
    assert_false(bt_event_queue_cancel(queue, UINT64_MAX, NULL));
    enum { ROUNDS = 1000 };
    uint64_t handle[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) { /* the same slot again and again */
        event.time = (double)i;
        handle[i] = push_event(queue, &event);
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(handle[k], handle[i]);
            assert_false(bt_event_queue_find(queue, handle[k], NULL));
            assert_false(bt_event_queue_cancel(queue, handle[k], NULL));
            assert_false(bt_event_queue_reschedule(queue, handle[k], 1e9));
        }
        assert_true(head_of(queue, &event));
        bt_event_queue_pop(queue);
    }
    free_queue(queue);
}

/* Events that are moved or cancelled over and over must not pile up. */
static void forgotten_entries_do_not_pile_up(void **state)
{
    (void)state;
    pair both = new_pair(7);
    for (size_t i = 0; i < 3000; i++)
        push(&both, time_after(&both, EXPONENTIAL), 0);
    for (size_t i = 0; i < 100000; i++) {
        reference_event *event = &both.reference->event[i % both.reference->count];
        assert_true(bt_event_queue_reschedule(both.queue, event->handle, event->time));
        event->sequence = both.reference->sequence++;
    }
    for (size_t i = 0; i < 50000; i++) {
        bt_queued_event event = {.time = 2};
        assert_true(bt_event_queue_cancel(both.queue, push_event(both.queue, &event), NULL));
    }
    while (both.reference->count > 0)
        pop(&both);
    expect_empty(&both);
    free_pair(&both);
}

static void negative_zero_is_zero(void **state)
{
    (void)state;
    pair both = new_pair(8);
    push(&both, 0.0, 0);
    push(&both, -0.0, 0);
    push(&both, 5e-324, 0);
    pop(&both);
    pop(&both);
    pop(&both);
    expect_empty(&both);
    free_pair(&both);
}

/* -------------------------------------------------------------------- archive */

static void restored_queues_go_on_alike(void **state)
{
    (void)state;
    for (size_t level = 10; level <= 10000; level *= 10) {
        pair both = new_pair(9);
        operate(&both, EXPONENTIAL, 4 * level, level);
        bt_archive *saved = bt_archive_create();
        bt_event_queue_archive(both.queue, saved);
        size_t size;
        const void *bytes = bt_archive_bytes(saved, &size);

        bt_event_queue *restored = new_queue();
        bt_queued_event previous = {.time = 99}; /* gives way to what is restored */
        push_event(restored, &previous);
        bt_archive *opened;
        assert_int_equal(bt_archive_open(bytes, size, &opened, NULL), BT_OK);
        bt_event_queue_archive(restored, opened);
        assert_int_equal(bt_archive_status(opened, NULL), BT_OK);

        bt_archive *again = bt_archive_create();
        bt_event_queue_archive(restored, again);
        size_t size_again;
        const void *bytes_again = bt_archive_bytes(again, &size_again);
        assert_int_equal(size_again, size);
        assert_memory_equal(bytes_again, bytes, size);

        free_queue(both.queue);
        both.queue = restored;
        operate(&both, EXPONENTIAL, 4 * level, level);
        while (both.reference->count > 0)
            pop(&both);
        expect_empty(&both);
        bt_archive_destroy(saved);
        bt_archive_destroy(again);
        bt_archive_destroy(opened);
        free_pair(&both);
    }
}

/* Queue states that no queue can have written. */
static void contradictory_states_are_refused(void **state)
{
    (void)state;
    struct {
        double time;
        uint64_t order, argument, tag;
    } slot = {.time = 1, .order = UINT64_C(32768) << 48, .argument = 0, .tag = 1 << 26};
    for (int mistake = 0; mistake < 8; mistake++) {
        uint64_t size[2] = {1, 1};
        uint64_t sequence = 1;
        uint32_t free_slot = UINT32_MAX;
        slot.time = 1;
        slot.order = UINT64_C(32768) << 48;
        switch (mistake) {
        case 1:
            size[1] = 2;
            break;
        case 2:
            sequence = 0;
            break;
        case 3:
            free_slot = 0;
            break;
        case 4:
            free_slot = 7;
            break;
        case 5:
            slot.time = -1;
            break;
        case 6:
            slot.time = NAN;
            break;
        case 7:
            slot.order = UINT64_MAX;
            break;
        default:
            break;
        }
        bt_archive *saved = bt_archive_create();
        bt_archive_field(saved, "event_queue.size", size, sizeof(size));
        bt_archive_field(saved, "event_queue.sequence", &sequence, sizeof(sequence));
        bt_archive_field(saved, "event_queue.free_slot", &free_slot, sizeof(free_slot));
        bt_archive_field(saved, "event_queue.slots", &slot, sizeof(slot));
        size_t bytes_size;
        const void *bytes = bt_archive_bytes(saved, &bytes_size);
        bt_archive *opened;
        assert_int_equal(bt_archive_open(bytes, bytes_size, &opened, NULL), BT_OK);
        bt_event_queue *queue = new_queue();
        bt_event_queue_archive(queue, opened);
        bt_error error;
        bt_status expected = mistake == 0 ? BT_OK : BT_BAD_INPUT;
        assert_int_equal(bt_archive_status(opened, &error), expected);
        assert_int_equal(bt_event_queue_count(queue), mistake == 0 ? 1 : 0);
        free_queue(queue);
        bt_archive_destroy(opened);
        bt_archive_destroy(saved);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_match_a_sorted_reference),
        cmocka_unit_test(many_events_match_a_sorted_reference),
        cmocka_unit_test(ties_keep_the_order_of_scheduling),
        cmocka_unit_test(stale_handles_are_harmless),
        cmocka_unit_test(forgotten_entries_do_not_pile_up),
        cmocka_unit_test(negative_zero_is_zero),
        cmocka_unit_test(restored_queues_go_on_alike),
        cmocka_unit_test(contradictory_states_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
