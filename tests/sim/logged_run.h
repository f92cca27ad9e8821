/*
 * Runs that log what happens, for tests of the engine. One log a program: events that are
 * handled by log_event with it as subject.
 */
#ifndef BT_TESTS_LOGGED_RUN_H
#define BT_TESTS_LOGGED_RUN_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/engine.h"

/* A log of what ran. */
enum { LOG_LENGTH = 1 << 17 };

typedef struct event_log {
    size_t count;
    double time[LOG_LENGTH];
    uint64_t argument[LOG_LENGTH];
} event_log;

static event_log events;

static inline void log_event(bt_sim *sim, void *subject, uint64_t argument)
{
    event_log *self = subject;
    assert_true(self->count < LOG_LENGTH);
    self->time[self->count] = bt_sim_now(sim);
    self->argument[self->count] = argument;
    self->count++;
}

static inline bt_sim *new_sim(uint64_t replication)
{
    events.count = 0;
    bt_sim *sim = bt_sim_create(bt_random_key_of(51, 0, replication));
    assert_non_null(sim);
    return sim;
}

static inline bt_event schedule(bt_sim *sim, double time, int16_t priority, bt_action_id action,
                                uint64_t argument)
{
    bt_error error;
    bt_event event = bt_sim_schedule(sim, time, priority, action, argument, &error);
    assert_int_not_equal(event, 0);
    return event;
}

static inline bt_event recur(bt_sim *sim, double first, double period, int16_t priority,
                             bt_action_id action)
{
    bt_error error;
    bt_event event = bt_sim_recur(sim, first, period, priority, action, &error);
    assert_int_not_equal(event, 0);
    return event;
}

static inline void expect_arguments(const uint64_t *expected, size_t count)
{
    assert_int_equal(events.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(events.argument[i], expected[i]);
}

#endif
