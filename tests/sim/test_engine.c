/* The engine: order of events, recurring events, the ways a run ends. */
#include <math.h>
#include <string.h>

#include "tests/sim/logged_run.h"

/* --------------------------------------------------------- scheduled events */

static void events_run_by_time_priority_and_sequence(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    schedule(sim, 2, 0, log, 6);
    schedule(sim, 1, 5, log, 4);
    schedule(sim, 1, 0, log, 2);
    schedule(sim, 1, 0, log, 3);
    schedule(sim, 1, -5, log, 1);
    schedule(sim, 1, 5, log, 5);
    schedule(sim, 0, 0, log, 0);
    assert_int_equal(bt_sim_run(sim, INFINITY, 0), 7);
    expect_arguments((uint64_t[]){0, 1, 2, 3, 4, 5, 6}, 7);
    assert_true(bt_sim_now(sim) == 2);
    assert_int_equal(bt_sim_events(sim), 7);
    bt_sim_destroy(sim);
}

static void a_run_ends_at_its_time_count_or_stop(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    for (uint64_t i = 1; i <= 10; i++)
        schedule(sim, (double)i, 0, log, i);
    assert_true(bt_sim_next_time(sim) == 1);
    assert_int_equal(bt_sim_run(sim, 3, 0), 3); /* inclusive */
    assert_true(bt_sim_now(sim) == 3);
    assert_int_equal(bt_sim_run(sim, 3.5, 0), 0);
    assert_true(bt_sim_now(sim) == 3.5);
    assert_int_equal(bt_sim_run(sim, 1, 0), 0); /* time never goes back */
    assert_true(bt_sim_now(sim) == 3.5);
    assert_int_equal(bt_sim_run(sim, NAN, 0), 0);
    assert_int_equal(bt_sim_run(sim, INFINITY, 2), 2);
    assert_true(bt_sim_now(sim) == 5);
    assert_int_equal(bt_sim_run(sim, 100, 0), 5);
    assert_true(bt_sim_now(sim) == 10); /* nothing was left for time to run out on */
    assert_true(bt_sim_next_time(sim) == INFINITY);
    bt_sim_destroy(sim);
}

static void stop_at_three(bt_sim *sim, void *subject, uint64_t argument)
{
    log_event(sim, subject, argument);
    if (argument == 3)
        bt_sim_stop(sim);
}

static void stop_ends_the_run_after_the_event(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_action_id stop = bt_sim_register(sim, stop_at_three, &events);
    for (uint64_t i = 0; i < 6; i++)
        schedule(sim, 1, 0, stop, i);
    assert_int_equal(bt_sim_run(sim, INFINITY, 0), 4);
    assert_int_equal(bt_sim_run(sim, INFINITY, 0), 2);
    recur(sim, 2, 1, 0, stop);
    assert_int_equal(bt_sim_run(sim, INFINITY, 0), 4);
    assert_true(bt_sim_now(sim) == 5);
    assert_int_equal(bt_sim_run(sim, 7, 0), 2);
    bt_sim_destroy(sim);
}

static void wrong_schedules_are_refused(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    bt_event event = schedule(sim, 5, 0, log, 0);
    schedule(sim, 1, 0, log, 0);
    bt_sim_run(sim, 1, 0);
    bt_error error;
    const double wrong[] = {0.5, -1, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(bt_sim_schedule(sim, wrong[i], 0, log, 0, &error), 0);
        assert_int_equal(error.status, BT_INTERNAL);
        assert_int_equal(bt_sim_recur(sim, wrong[i], 1, 0, log, &error), 0);
        assert_false(bt_sim_reschedule(sim, event, wrong[i]));
    }
    assert_non_null(strstr(error.message, "the clock, which stands at 1"));
    const double wrong_period[] = {0, -1, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bt_sim_recur(sim, 2, wrong_period[i], 0, log, &error), 0);
    assert_int_equal(bt_sim_schedule(sim, 2, 0, log + 1, 0, &error), 0);
    assert_non_null(strstr(error.message, "only 1 actions were registered"));
    assert_int_equal(bt_sim_add_poisson(sim, -1, 0, log), BT_NO_SOURCE);
    assert_int_equal(bt_sim_add_poisson(sim, NAN, 0, log), BT_NO_SOURCE);
    assert_int_equal(bt_sim_add_poisson(sim, 1, 0, log + 1), BT_NO_SOURCE);
    assert_false(bt_sim_set_rate(sim, 0, 1));
    uint32_t source = bt_sim_add_poisson(sim, 0, 0, log);
    assert_false(bt_sim_set_rate(sim, source, INFINITY));
    assert_int_equal(bt_sim_run(sim, INFINITY, 0), 1);
    bt_sim_destroy(sim);
}

/* A seller that cancels or moves the events of the others while the loop runs. */
typedef struct meddler {
    bt_event victim;
    bt_event moved;
    bt_event self;
} meddler;

static void meddle(bt_sim *sim, void *subject, uint64_t argument)
{
    meddler *self = subject;
    assert_false(bt_sim_is_pending(sim, self->self)); /* what runs is pending no more */
    assert_false(bt_sim_cancel(sim, self->self));
    if (argument == 0) {
        assert_true(bt_sim_cancel(sim, self->victim));
        assert_true(bt_sim_reschedule(sim, self->moved, bt_sim_now(sim)));
    } else { /* stale by now */
        assert_false(bt_sim_cancel(sim, self->victim));
        assert_false(bt_sim_reschedule(sim, self->victim, 50));
        assert_false(bt_sim_is_pending(sim, self->moved));
    }
}

static void no_event_wakes_after_its_cancellation(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    meddler first = {0};
    bt_action_id act = bt_sim_register(sim, meddle, &first);
    first.self = schedule(sim, 1, 0, act, 0);
    first.victim = schedule(sim, 1, 0, log, 100); /* due at the very same time */
    schedule(sim, 1, 0, log, 101);
    first.moved = schedule(sim, 3, 0, log, 102); /* moves behind its new equals */
    schedule(sim, 2, 0, act, 1);
    bt_sim_run(sim, INFINITY, 0);
    expect_arguments((uint64_t[]){101, 102}, 2);
    assert_true(events.time[1] == 1);
    bt_sim_destroy(sim);
}

static void schedule_urgent(bt_sim *sim, void *subject, uint64_t argument)
{
    log_event(sim, subject, argument);
    if (argument < 3)
        schedule(sim, bt_sim_now(sim), -10, 0, argument + 1);
}

/* An event may put a more urgent one before those that wait at the same time. */
static void urgent_events_overtake_at_the_same_time(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_sim_register(sim, schedule_urgent, &events);
    schedule(sim, 1, 0, 0, 0);
    schedule(sim, 1, 0, 0, 10);
    bt_sim_run(sim, INFINITY, 0);
    expect_arguments((uint64_t[]){0, 1, 2, 3, 10}, 5);
    bt_sim_destroy(sim);
}

/* --------------------------------------------------------- recurring events */

static void times_of_recurring_events_do_not_drift(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    recur(sim, 0.3, 0.1, 0, log);
    assert_int_equal(bt_sim_run(sim, INFINITY, 100000), 100000);
    for (size_t k = 0; k < 100000; k++) {
        assert_true(events.time[k] == 0.3 + (double)k * 0.1);
        assert_int_equal(events.argument[k], k);
    }
    bt_sim_destroy(sim);
}

static void log_two(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)argument;
    log_event(sim, subject, 2);
}

static void log_one(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)argument;
    log_event(sim, subject, 1);
}

/* The order among equals does not depend on the periods. */
static void recurring_events_keep_their_place(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_action_id one = bt_sim_register(sim, log_one, &events);
    bt_action_id two = bt_sim_register(sim, log_two, &events);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    recur(sim, 0, 1, 0, one);
    recur(sim, 0, 2, 0, two);
    schedule(sim, 4, 0, log, 40);
    schedule(sim, 4, -1, log, 30);
    bt_sim_run(sim, 5, 0);
    expect_arguments((uint64_t[]){1, 2, 1, 1, 2, 1, 30, 1, 2, 40, 1}, 11);
    assert_true(bt_sim_now(sim) == 5);
    bt_sim_destroy(sim);
}

typedef struct self_ending {
    bt_event event;
    uint64_t last;
    double moved_to;
} self_ending;

static void end_self(bt_sim *sim, void *subject, uint64_t argument)
{
    self_ending *self = subject;
    log_event(sim, &events, argument);
    assert_true(bt_sim_is_pending(sim, self->event));
    if (argument == self->last) {
        assert_true(bt_sim_cancel(sim, self->event));
        assert_false(bt_sim_is_pending(sim, self->event));
        assert_false(bt_sim_cancel(sim, self->event));
    }
}

static void a_recurring_event_can_cancel_itself(void **state)
{
    (void)state;
    for (int company = 0; company < 2; company++) {
        bt_sim *sim = new_sim(0);
        self_ending ending = {.last = 4};
        bt_action_id end = bt_sim_register(sim, end_self, &ending);
        ending.event = recur(sim, 1, 1, 0, end);
        self_ending other = {.last = 2};
        bt_action_id end_other = bt_sim_register(sim, end_self, &other);
        if (company == 1)
            other.event = recur(sim, 1.5, 1, 0, end_other);
        assert_int_equal(bt_sim_run(sim, 100, 0), company == 1 ? 8 : 5);
        assert_false(bt_sim_is_pending(sim, ending.event));
        /* The number of an ended one is used again. */
        bt_event next = recur(sim, 200, 1, 0, bt_sim_register(sim, log_event, &events));
        assert_false(bt_sim_cancel(sim, ending.event));
        assert_true(bt_sim_is_pending(sim, next));
        assert_int_equal(bt_sim_run(sim, 202, 0), 3);
        bt_sim_destroy(sim);
    }
}

static void move_self(bt_sim *sim, void *subject, uint64_t argument)
{
    self_ending *self = subject;
    log_event(sim, &events, argument);
    if (argument == self->last)
        assert_true(bt_sim_reschedule(sim, self->event, self->moved_to));
}

static void a_moved_recurring_event_keeps_its_period_and_count(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    self_ending moving = {.last = 2, .moved_to = 10};
    bt_action_id move = bt_sim_register(sim, move_self, &moving);
    moving.event = recur(sim, 0, 1, 0, move);
    bt_sim_run(sim, 12, 0);
    expect_arguments((uint64_t[]){0, 1, 2, 3, 4, 5}, 6);
    const double time[] = {0, 1, 2, 10, 11, 12};
    for (size_t i = 0; i < 6; i++)
        assert_true(events.time[i] == time[i]);
    bt_sim_destroy(sim);
}

/* What a recurring event schedules while it runs comes in between. */
static void schedule_between(bt_sim *sim, void *subject, uint64_t argument)
{
    log_event(sim, subject, argument);
    if (argument % 3 == 1) {
        assert_true(bt_sim_next_time(sim) == bt_sim_now(sim) + 1);
        schedule(sim, bt_sim_now(sim) + 0.5, 0, 1, 1000 + argument);
        assert_true(bt_sim_next_time(sim) == bt_sim_now(sim) + 0.5);
    }
}

static void a_recurring_event_can_schedule_others(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_sim_register(sim, schedule_between, &events);
    bt_sim_register(sim, log_event, &events);
    recur(sim, 0, 1, 0, 0);
    bt_sim_run(sim, 5, 0);
    expect_arguments((uint64_t[]){0, 1, 1001, 2, 3, 4, 1004, 5}, 8);
    bt_sim_destroy(sim);
}

static void add_many(bt_sim *sim, void *subject, uint64_t argument)
{
    log_event(sim, subject, argument);
    if (argument == 3)
        for (int i = 0; i < 100; i++)
            recur(sim, bt_sim_now(sim) + 0.25, 1, 0, 1);
}

static void recurring_events_can_be_added_while_one_runs(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_sim_register(sim, add_many, &events);
    bt_sim_register(sim, log_one, &events);
    recur(sim, 0, 1, 0, 0);
    bt_sim_run(sim, 5, 0);
    assert_int_equal(events.count, 6 + 2 * 100);
    bt_sim_destroy(sim);
}

/* An event too late for the number range of time ends, without a loop. */
static void a_recurring_event_ends_where_time_does(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(0);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    bt_event event = recur(sim, 0, 1e308, 0, log);
    assert_int_equal(bt_sim_run(sim, INFINITY, 0), 2);
    assert_false(bt_sim_is_pending(sim, event));
    bt_sim_destroy(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_run_by_time_priority_and_sequence),
        cmocka_unit_test(a_run_ends_at_its_time_count_or_stop),
        cmocka_unit_test(stop_ends_the_run_after_the_event),
        cmocka_unit_test(wrong_schedules_are_refused),
        cmocka_unit_test(no_event_wakes_after_its_cancellation),
        cmocka_unit_test(urgent_events_overtake_at_the_same_time),
        cmocka_unit_test(times_of_recurring_events_do_not_drift),
        cmocka_unit_test(recurring_events_keep_their_place),
        cmocka_unit_test(a_recurring_event_can_cancel_itself),
        cmocka_unit_test(a_moved_recurring_event_keeps_its_period_and_count),
        cmocka_unit_test(a_recurring_event_can_schedule_others),
        cmocka_unit_test(recurring_events_can_be_added_while_one_runs),
        cmocka_unit_test(a_recurring_event_ends_where_time_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
