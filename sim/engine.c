#include "sim/engine.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/event_queue.h"
#include "sim/superposition.h"

/* In the queue, the action of a recurring event; its argument is the number of that event. */
#define RECURRING (UINT32_C(1) << (BT_EVENT_NUMBER_BITS - 1))
#define NO_RECURRING UINT32_MAX

typedef struct registered_action {
    bt_event_action *function;
    void *subject;
} registered_action;

/* Occurrence k is at first + (k - base) * period. */
typedef struct recurring_event {
    double first;
    double period;
    uint64_t base;
    uint64_t next; /* the occurrence to come */
    uint32_t action;
    uint32_t next_free; /* of a free number: the next free one */
} recurring_event;

struct bt_sim {
    double now;
    uint64_t events;
    uint64_t fingerprint;
    bt_random_key key;

    bool must_stop;
    /* While a recurring event runs, the queue's head still has the time of the running
     * occurrence. What looks at the agenda or changes it settles that first, and
     * interrupts the straight run of occurrences. */
    bool is_unsettled;
    bool is_interrupted;
    double unsettled_time; /* of the occurrence to come */

    registered_action *action;
    uint32_t actions;
    uint32_t action_capacity;

    recurring_event *recurring; /* [recurring_events] */
    uint32_t recurring_events;
    uint32_t recurring_capacity;
    uint32_t free_recurring;

    bt_event_queue queue;
    bt_superposition poisson;
};

bt_sim *bt_sim_create(bt_random_key key)
{
    bt_sim *sim = calloc(1, sizeof(*sim));
    if (sim == NULL)
        return NULL;
    sim->key = key;
    sim->fingerprint = BT_HASH_START;
    bt_event_queue_start(&sim->queue);
    sim->free_recurring = NO_RECURRING;
    bt_superposition_start(&sim->poisson, key);
    return sim;
}

void bt_sim_destroy(bt_sim *sim)
{
    if (sim == NULL)
        return;
    bt_superposition_free(&sim->poisson);
    bt_event_queue_free(&sim->queue);
    free(sim->recurring);
    free(sim->action);
    free(sim);
}

double bt_sim_now(const bt_sim *sim)
{
    return sim->now;
}

bt_random_key bt_sim_key(const bt_sim *sim)
{
    return sim->key;
}

uint64_t bt_sim_events(const bt_sim *sim)
{
    return sim->events;
}

bt_action_id bt_sim_register(bt_sim *sim, bt_event_action *action, void *subject)
{
    if (sim->actions == sim->action_capacity) {
        uint32_t capacity = sim->action_capacity == 0 ? 16 : 2 * sim->action_capacity;
        if (capacity > RECURRING)
            return BT_UNREGISTERED;
        registered_action *grown = realloc(sim->action, capacity * sizeof(*grown));
        if (grown == NULL)
            return BT_UNREGISTERED;
        sim->action = grown;
        sim->action_capacity = capacity;
    }
    sim->action[sim->actions] = (registered_action){.function = action, .subject = subject};
    return sim->actions++;
}

/* ------------------------------------------------------------------- agenda */

/* Give the head of the queue, a recurring event that ran, its next time. */
static __attribute__((noinline)) void settle_head(bt_sim *sim)
{
    sim->is_unsettled = false;
    if (sim->unsettled_time < INFINITY)
        bt_event_queue_advance_head(&sim->queue, sim->unsettled_time);
    else
        bt_event_queue_pop(&sim->queue);
}

static inline void settle(bt_sim *sim)
{
    if (sim->is_unsettled)
        settle_head(sim);
}

static void interrupt(bt_sim *sim)
{
    settle(sim);
    sim->is_interrupted = true;
}

static bool is_schedulable(const bt_sim *sim, double time)
{
    return time >= sim->now && time < INFINITY;
}

static bt_status check_event(const bt_sim *sim, double time, bt_action_id action,
                             bt_error *error)
{
    if (!is_schedulable(sim, time))
        return bt_fail(error, BT_INTERNAL,
                       "an event cannot be scheduled at time %g: it must be finite and not "
                       "before the clock, which stands at %g",
                       time, sim->now);
    if (action >= sim->actions)
        return bt_fail(error, BT_INTERNAL,
                       "an event names action %" PRIu32 ", but only %" PRIu32
                       " actions were registered",
                       action, sim->actions);
    return BT_OK;
}

static bt_event push(bt_sim *sim, double time, int16_t priority, uint32_t action,
                     uint64_t argument, bt_error *error)
{
    bt_event handle = bt_event_queue_push(&sim->queue, time, priority, action, argument);
    if (handle == 0)
        bt_fail(error, BT_INTERNAL,
                "the agenda is full: %zu events are pending and %" PRIu64 " ran",
                bt_event_queue_count(&sim->queue), sim->events);
    return handle;
}

/* bt_sim_schedule where something stands in the way. Apart from it, so that the usual case
 * saves no registers for calls that it does not make. */
static __attribute__((noinline)) bt_event schedule_with_care(bt_sim *sim, double time,
                                                             int16_t priority,
                                                             bt_action_id action,
                                                             uint64_t argument, bt_error *error)
{
    if (check_event(sim, time, action, error) != BT_OK)
        return 0;
    interrupt(sim);
    return push(sim, time, priority, action, argument, error);
}

bt_event bt_sim_schedule(bt_sim *sim, double time, int16_t priority, bt_action_id action,
                         uint64_t argument, bt_error *error)
{
    if (!is_schedulable(sim, time) || action >= sim->actions || sim->is_unsettled ||
        !bt_event_queue_has_room(&sim->queue))
        return schedule_with_care(sim, time, priority, action, argument, error);
    sim->is_interrupted = true;
    return bt_event_queue_push(&sim->queue, time, priority, action, argument);
}

bool bt_sim_is_pending(const bt_sim *sim, bt_event event)
{
    return bt_event_queue_find(&sim->queue, event, NULL);
}

static void free_recurring(bt_sim *sim, uint64_t number)
{
    sim->recurring[number].next_free = sim->free_recurring;
    sim->free_recurring = (uint32_t)number;
}

bool bt_sim_cancel(bt_sim *sim, bt_event event)
{
    interrupt(sim);
    bt_queued_event cancelled;
    if (!bt_event_queue_cancel(&sim->queue, event, &cancelled))
        return false;
    if (cancelled.action == RECURRING)
        free_recurring(sim, cancelled.argument);
    return true;
}

bool bt_sim_reschedule(bt_sim *sim, bt_event event, double time)
{
    if (!is_schedulable(sim, time))
        return false;
    interrupt(sim);
    bt_queued_event moved;
    if (!bt_event_queue_find(&sim->queue, event, &moved) ||
        !bt_event_queue_reschedule(&sim->queue, event, time))
        return false;
    if (moved.action == RECURRING) {
        recurring_event *recurring = &sim->recurring[moved.argument];
        recurring->first = time;
        recurring->base = recurring->next;
    }
    return true;
}

/* --------------------------------------------------------- recurring events */

static bool reserve_recurring(bt_sim *sim)
{
    if (sim->free_recurring != NO_RECURRING || sim->recurring_events < sim->recurring_capacity)
        return true;
    uint32_t capacity = sim->recurring_capacity == 0 ? 8 : 2 * sim->recurring_capacity;
    if (capacity < sim->recurring_capacity)
        return false;
    recurring_event *grown = realloc(sim->recurring, capacity * sizeof(*grown));
    if (grown == NULL)
        return false;
    sim->recurring = grown;
    sim->recurring_capacity = capacity;
    return true;
}

static uint32_t take_recurring(bt_sim *sim)
{
    uint32_t number = sim->free_recurring;
    if (number == NO_RECURRING)
        return sim->recurring_events++;
    sim->free_recurring = sim->recurring[number].next_free;
    return number;
}

bt_event bt_sim_recur(bt_sim *sim, double first_time, double period, int16_t priority,
                      bt_action_id action, bt_error *error)
{
    if (check_event(sim, first_time, action, error) != BT_OK)
        return 0;
    if (!(period > 0 && period < INFINITY)) {
        bt_fail(error, BT_INTERNAL, "the period of an event must be above 0, but it is %g",
                period);
        return 0;
    }
    interrupt(sim);
    if (!reserve_recurring(sim)) {
        bt_fail(error, BT_INTERNAL, "there is no memory for another recurring event");
        return 0;
    }
    uint32_t number = take_recurring(sim);
    sim->recurring[number] =
        (recurring_event){.first = first_time, .period = period, .action = action};
    bt_event handle = push(sim, first_time, priority, RECURRING, number, error);
    if (handle == 0)
        free_recurring(sim, number);
    return handle;
}

static inline double next_time_of(const recurring_event *recurring)
{
    int64_t periods = (int64_t)(recurring->next - recurring->base);
    return recurring->first + (double)periods * recurring->period;
}

/* ---------------------------------------------------------- Poisson sources */

uint32_t bt_sim_add_poisson(bt_sim *sim, double rate, int16_t priority, bt_action_id action)
{
    if (action >= sim->actions || !(rate >= 0 && rate < INFINITY))
        return BT_NO_SOURCE;
    interrupt(sim);
    uint32_t source = bt_superposition_add(
        &sim->poisson, (bt_poisson_source){.action = action, .priority = priority});
    if (source != BT_NO_SOURCE)
        bt_superposition_set_rate(&sim->poisson, source, rate, sim->now);
    return source;
}

bool bt_sim_set_rate(bt_sim *sim, uint32_t source, double rate)
{
    if (source >= sim->poisson.count || !(rate >= 0 && rate < INFINITY))
        return false;
    interrupt(sim);
    bt_superposition_set_rate(&sim->poisson, source, rate, sim->now);
    return true;
}

bool bt_sim_thin(bt_sim *sim, uint32_t source, bt_acceptance *acceptance, const void *data)
{
    if (source >= sim->poisson.count)
        return false;
    interrupt(sim);
    bt_superposition_thin(&sim->poisson, source, acceptance, data);
    return true;
}

/* ----------------------------------------------------------------- the loop */

static void run_scheduled(bt_sim *sim, double time)
{
    const bt_event_slot *slot = bt_event_queue_head_slot(&sim->queue);
    registered_action action = sim->action[bt_event_action_of(slot)];
    uint64_t argument = slot->argument;
    bt_event_queue_pop(&sim->queue);
    sim->now = time;
    sim->events++;
    action.function(sim, action.subject, argument);
}

/* Run occurrences of the head while nothing else is due before the next one. */
static void run_recurring(bt_sim *sim, bt_event_key head, double until, uint64_t limit)
{
    bt_event_key second = bt_event_queue_second_key(&sim->queue);
    double arrival = sim->poisson.next;
    uint64_t number = bt_event_queue_head_slot(&sim->queue)->argument;
    recurring_event *recurring = &sim->recurring[number];
    registered_action action = sim->action[recurring->action];
    double time = bt_event_time_of(head);
    do {
        sim->now = time;
        sim->events++;
        uint64_t occurrence = recurring->next++;
        time = next_time_of(recurring);
        sim->unsettled_time = time;
        sim->is_unsettled = true;
        sim->is_interrupted = false;
        action.function(sim, action.subject, occurrence);
        if (sim->is_interrupted)
            return;
    } while (time <= until && time < arrival && sim->events < limit &&
             bt_event_key_at(head, time) < second);
    settle(sim);
}

static void run_head(bt_sim *sim, bt_event_key head, double until, uint64_t limit)
{
    if (bt_event_action_of(bt_event_queue_head_slot(&sim->queue)) == RECURRING)
        run_recurring(sim, head, until, limit);
    else
        run_scheduled(sim, bt_event_time_of(head));
}

/* Run the candidate arrival unless it is thinned out. False if it is kept, but has to
 * wait for the head of the queue, which is due at the same time. */
static bool run_arrival(bt_sim *sim, bt_event_key head)
{
    bt_superposition *poisson = &sim->poisson;
    double time = poisson->next;
    uint32_t number = bt_superposition_resolve(poisson);
    if (number == BT_NO_SOURCE) {
        bt_superposition_take(poisson);
        return true;
    }
    const bt_poisson_source *source = &poisson->source[number];
    if (time == bt_event_time_of(head) && bt_event_priority_of(head) <= source->priority)
        return false;
    registered_action action = sim->action[source->action];
    bt_superposition_take(poisson);
    sim->now = time;
    sim->events++;
    action.function(sim, action.subject, number);
    return true;
}

/* Nothing is due until `until`: the clock goes there if anything is due at all. */
static void let_time_run_out(bt_sim *sim, double earliest, double until)
{
    if (earliest < INFINITY && until > sim->now)
        sim->now = until;
}

uint64_t bt_sim_run(bt_sim *sim, double until, uint64_t max_events)
{
    uint64_t before = sim->events;
    uint64_t limit = max_events == 0 ? UINT64_MAX : before + max_events;
    double last = until > DBL_MAX ? DBL_MAX : until; /* nothing is due at infinity */
    sim->must_stop = false;
    while (!sim->must_stop && sim->events < limit) {
        bt_event_key head = bt_event_queue_head(&sim->queue);
        double scheduled = bt_event_time_of(head);
        double arrival = sim->poisson.next;
        double earliest = arrival < scheduled ? arrival : scheduled;
        if (!(earliest <= last)) {
            let_time_run_out(sim, earliest, until);
            break;
        }
        if (arrival <= scheduled && run_arrival(sim, head))
            continue;
        run_head(sim, head, until, limit);
    }
    return sim->events - before;
}

void bt_sim_stop(bt_sim *sim)
{
    interrupt(sim);
    sim->must_stop = true;
}

double bt_sim_next_time(bt_sim *sim)
{
    interrupt(sim);
    double scheduled = bt_event_time_of(bt_event_queue_head(&sim->queue));
    return fmin(sim->poisson.next, scheduled);
}

/* -------------------------------------------------------------- fingerprint */

void bt_sim_note(bt_sim *sim, uint32_t kind, uint32_t agent, uint64_t outcome)
{
    uint64_t time;
    memcpy(&time, &sim->now, sizeof(time));
    uint64_t hash = bt_hash_word(sim->fingerprint, time);
    hash = bt_hash_word(hash, (uint64_t)kind << 32 | agent);
    sim->fingerprint = bt_hash_word(hash, outcome);
}

uint64_t bt_sim_fingerprint(const bt_sim *sim)
{
    return sim->fingerprint;
}

uint64_t *bt_sim_fingerprint_word(bt_sim *sim)
{
    return &sim->fingerprint;
}

/* ------------------------------------------------------------------ archive */

static bool is_known_event(const bt_queued_event *event, const void *data)
{
    const bt_sim *sim = data;
    if (event->time < sim->now)
        return false;
    if (event->action != RECURRING)
        return event->action < sim->actions;
    if (event->argument >= sim->recurring_events)
        return false;
    const recurring_event *recurring = &sim->recurring[event->argument];
    return recurring->action < sim->actions && recurring->period > 0 &&
           recurring->next >= recurring->base && next_time_of(recurring) == event->time;
}

/* Whether the free numbers form a list within the table. */
static bool free_numbers_make_sense(const bt_sim *sim)
{
    uint32_t length = 0;
    for (uint32_t i = sim->free_recurring; i != NO_RECURRING; i = sim->recurring[i].next_free)
        if (i >= sim->recurring_events || ++length > sim->recurring_events)
            return false;
    return true;
}

static bool makes_sense(const bt_sim *sim)
{
    return sim->now >= 0 && sim->now < INFINITY && sim->poisson.next >= sim->now &&
           free_numbers_make_sense(sim) && bt_event_queue_all(&sim->queue, is_known_event, sim);
}

static void archive_recurring(bt_sim *sim, bt_archive *archive)
{
    uint32_t count = sim->recurring_events;
    bt_archive_field(archive, "recurring.count", &count, sizeof(count));
    if (bt_archive_restores(archive) &&
        !bt_archive_can_hold(archive, count, sizeof(*sim->recurring)))
        bt_archive_fail(archive, "the saved state ends before its recurring events");
    if (bt_archive_status(archive, NULL) != BT_OK)
        return;
    if (count > sim->recurring_capacity) {
        recurring_event *grown = realloc(sim->recurring, count * sizeof(*grown));
        if (grown == NULL) {
            bt_archive_fail(archive, "there is no memory for %" PRIu32 " recurring events",
                            count);
            return;
        }
        sim->recurring = grown;
        sim->recurring_capacity = count;
    }
    sim->recurring_events = count;
    bt_archive_field(archive, "recurring.table", sim->recurring,
                     count * sizeof(*sim->recurring));
    bt_archive_field(archive, "recurring.free", &sim->free_recurring, sizeof(uint32_t));
}

void bt_sim_archive(bt_sim *sim, bt_archive *archive)
{
    interrupt(sim);
    uint32_t actions = sim->actions;
    bt_archive_field(archive, "sim.actions", &actions, sizeof(actions));
    if (bt_archive_status(archive, NULL) == BT_OK && actions != sim->actions)
        bt_archive_fail(archive,
                        "the saved state has %" PRIu32 " actions, this run has %" PRIu32,
                        actions, sim->actions);
    bt_archive_field(archive, "sim.now", &sim->now, sizeof(sim->now));
    bt_archive_field(archive, "sim.events", &sim->events, sizeof(sim->events));
    bt_archive_field(archive, "sim.fingerprint", &sim->fingerprint, sizeof(uint64_t));
    archive_recurring(sim, archive);
    bt_event_queue_archive(&sim->queue, archive);
    bt_superposition_archive(&sim->poisson, archive);
    if (bt_archive_restores(archive) && bt_archive_status(archive, NULL) == BT_OK &&
        !makes_sense(sim))
        bt_archive_fail(archive, "the agenda of the saved state contradicts itself");
}
