/*
 * A run's state: saved at any moment and restored, it ends alike; its fingerprint tells
 * trajectories apart and nothing else; an abandoned run leaves nothing behind.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine.h"

/*
 * A market of moods: everything that the engine offers, so that nothing of it can be
 * forgotten when its state is saved. Agents wake at times of their own, put off or
 * cancel each other's wakings; ticks change the arrival rates; arrivals are thinned.
 */
enum { AGENTS = 40, WAKE_KIND = 1, TICK_KIND, ARRIVAL_KIND };

typedef struct market {
    bt_sim *sim;
    bt_action_id wake, tick, fast_tick, arrive;
    uint32_t source[3];
    double acceptance;

    bt_stream stream; /* what follows is state */
    bt_event waking[AGENTS];
    bt_event slow, fast;
    uint64_t sum;
} market;

static void note(market *self, uint32_t kind, uint64_t outcome)
{
    self->sum = self->sum * 31 + outcome;
    bt_sim_note(self->sim, kind, (uint32_t)(outcome % AGENTS), self->sum);
}

static void plan_waking(market *self, size_t agent)
{
    double time = bt_sim_now(self->sim) + bt_stream_exponential(&self->stream);
    if (bt_stream_below(&self->stream, 4) == 0)
        time = ceil(time); /* ties */
    int16_t priority = (int16_t)((int)bt_stream_below(&self->stream, 3) - 1);
    self->waking[agent] = bt_sim_schedule(self->sim, time, priority, self->wake, agent, NULL);
    assert_int_not_equal(self->waking[agent], 0);
}

static void wake(bt_sim *sim, void *subject, uint64_t agent)
{
    market *self = subject;
    note(self, WAKE_KIND, agent);
    plan_waking(self, agent % AGENTS); /* an argument is restored unseen by the engine */
    size_t other = (size_t)bt_stream_below(&self->stream, AGENTS);
    switch (bt_stream_below(&self->stream, 6)) {
    case 0:
        if (bt_sim_cancel(sim, self->waking[other]))
            plan_waking(self, other);
        break;
    case 1:
        bt_sim_reschedule(sim, self->waking[other], bt_sim_now(sim) + 3);
        break;
    case 2:
        bt_sim_cancel(sim, self->fast);
        self->fast = bt_sim_recur(sim, bt_sim_now(sim) + 0.05, 0.11, 0, self->fast_tick, NULL);
        break;
    default:
        break;
    }
}

static void tick(bt_sim *sim, void *subject, uint64_t occurrence)
{
    market *self = subject;
    note(self, TICK_KIND, occurrence);
    for (size_t i = 0; i < 3; i++) {
        double rate = (double)bt_stream_below(&self->stream, 4);
        assert_true(bt_sim_set_rate(sim, self->source[i], rate));
    }
}

static void fast_tick(bt_sim *sim, void *subject, uint64_t occurrence)
{
    (void)sim;
    note(subject, TICK_KIND, 1000 + occurrence);
}

static void arrive(bt_sim *sim, void *subject, uint64_t source)
{
    (void)sim;
    note(subject, ARRIVAL_KIND, source);
}

static double accept(double time, const void *data)
{
    const market *self = data;
    return time - floor(time) < 0.3 ? 1 : self->acceptance;
}

/* The set-up that a restored run repeats, before its state is restored. */
static market *new_market(uint64_t seed, uint64_t replication)
{
    market *self = calloc(1, sizeof(*self));
    assert_non_null(self);
    self->sim = bt_sim_create(bt_random_key_of(seed, 0, replication));
    assert_non_null(self->sim);
    self->acceptance = 0.6;
    self->stream = bt_stream_open(bt_sim_key(self->sim), BT_AGENT_SELLER(0), 0);
    self->wake = bt_sim_register(self->sim, wake, self);
    self->tick = bt_sim_register(self->sim, tick, self);
    self->fast_tick = bt_sim_register(self->sim, fast_tick, self);
    self->arrive = bt_sim_register(self->sim, arrive, self);
    for (size_t i = 0; i < 3; i++)
        self->source[i] = bt_sim_add_poisson(self->sim, 1 + (double)i, 0, self->arrive);
    bt_sim_thin(self->sim, self->source[1], accept, self);
    self->slow = bt_sim_recur(self->sim, 0.7, 0.7, -1, self->tick, NULL);
    self->fast = bt_sim_recur(self->sim, 0.1, 0.11, 0, self->fast_tick, NULL);
    for (size_t i = 0; i < AGENTS; i++)
        plan_waking(self, i);
    return self;
}

static void free_market(market *self)
{
    bt_sim_destroy(self->sim);
    free(self);
}

static void archive_market(market *self, bt_archive *archive)
{
    bt_archive_field(archive, "stream", &self->stream, sizeof(self->stream));
    bt_archive_field(archive, "waking", self->waking, sizeof(self->waking));
    bt_archive_field(archive, "slow", &self->slow, sizeof(self->slow));
    bt_archive_field(archive, "fast", &self->fast, sizeof(self->fast));
    bt_archive_field(archive, "sum", &self->sum, sizeof(self->sum));
    bt_sim_archive(self->sim, archive);
}

static bt_archive *save(market *self)
{
    bt_archive *archive = bt_archive_create();
    assert_non_null(archive);
    archive_market(self, archive);
    assert_int_equal(bt_archive_status(archive, NULL), BT_OK);
    return archive;
}

static bt_status restore(market *self, const void *bytes, size_t size, bt_error *error)
{
    bt_archive *archive;
    bt_status status = bt_archive_open(bytes, size, &archive, error);
    if (status != BT_OK)
        return status;
    archive_market(self, archive);
    status = bt_archive_status(archive, error);
    if (status == BT_OK)
        assert_true(bt_archive_at_end(archive));
    bt_archive_destroy(archive);
    return status;
}

static uint64_t fingerprint_at_end(market *self, uint64_t events)
{
    while (bt_sim_events(self->sim) < events)
        bt_sim_run(self->sim, INFINITY, events - bt_sim_events(self->sim));
    return bt_sim_fingerprint(self->sim);
}

/* ----------------------------------------------------------------- restoring */

enum { EVENTS = 4000, MOMENTS = 40 };

static void a_restored_run_ends_in_the_same_fingerprint(void **state)
{
    (void)state;
    market *whole = new_market(61, 0);
    uint64_t expected = fingerprint_at_end(whole, EVENTS);
    bt_archive *whole_end = save(whole);
    size_t whole_size;
    const void *whole_bytes = bt_archive_bytes(whole_end, &whole_size);

    bt_stream moments = bt_stream_open(bt_random_key_of(62, 0, 0), 0, 0);
    for (int i = 0; i < MOMENTS; i++) {
        market *first = new_market(61, 0);
        bt_sim_run(first->sim, INFINITY, 1 + bt_stream_below(&moments, EVENTS - 1));
        bt_archive *saved = save(first);
        size_t size;
        const void *bytes = bt_archive_bytes(saved, &size);
        assert_int_equal(fingerprint_at_end(first, EVENTS), expected); /* saving is no event */
        free_market(first);

        market *second = new_market(61, 0);
        bt_sim_run(second->sim, INFINITY, 1 + (uint64_t)i); /* even one that ran already */
        assert_int_equal(restore(second, bytes, size, NULL), BT_OK);
        assert_int_equal(fingerprint_at_end(second, EVENTS), expected);
        bt_archive *second_end = save(second);
        size_t second_size;
        const void *second_bytes = bt_archive_bytes(second_end, &second_size);
        assert_int_equal(second_size, whole_size);
        assert_memory_equal(second_bytes, whole_bytes, whole_size);
        bt_archive_destroy(second_end);
        bt_archive_destroy(saved);
        free_market(second);
    }
    bt_archive_destroy(whole_end);
    free_market(whole);
}

/* A state saved by an event of the run itself, as a checkpoint is. */
typedef struct checkpoint {
    market *of;
    bt_archive *saved;
    uint64_t at;
} checkpoint;

static void take_checkpoint(bt_sim *sim, void *subject, uint64_t occurrence)
{
    (void)sim;
    checkpoint *self = subject;
    if (occurrence == self->at)
        self->saved = save(self->of);
}

static void a_run_can_save_itself_from_an_event(void **state)
{
    (void)state;
    uint64_t end[2];
    checkpoint point = {.at = 5};
    for (int i = 0; i < 2; i++) {
        market *self = new_market(63, 0);
        if (i == 0)
            point.of = self;
        else
            point.at = UINT64_MAX;
        bt_action_id take = bt_sim_register(self->sim, take_checkpoint, &point);
        bt_sim_recur(self->sim, 1, 1, INT16_MAX, take, NULL);
        if (i == 1) {
            size_t size;
            const void *bytes = bt_archive_bytes(point.saved, &size);
            assert_int_equal(restore(self, bytes, size, NULL), BT_OK);
            assert_true(bt_sim_now(self->sim) == 6);
        }
        end[i] = fingerprint_at_end(self, EVENTS);
        free_market(self);
    }
    assert_int_equal(end[0], end[1]);
    bt_archive_destroy(point.saved);
}

/* A saved state continued under another setting goes another way. */
static void a_saved_state_can_branch(void **state)
{
    (void)state;
    market *trunk = new_market(64, 0);
    bt_sim_run(trunk->sim, INFINITY, 500);
    bt_archive *saved = save(trunk);
    size_t size;
    const void *bytes = bt_archive_bytes(saved, &size);
    uint64_t end[2];
    for (int i = 0; i < 2; i++) {
        market *branch = new_market(64, 0);
        branch->acceptance = i == 0 ? 0.6 : 0.1;
        assert_int_equal(restore(branch, bytes, size, NULL), BT_OK);
        end[i] = fingerprint_at_end(branch, EVENTS);
        free_market(branch);
    }
    assert_int_equal(end[0], fingerprint_at_end(trunk, EVENTS));
    assert_int_not_equal(end[0], end[1]);
    bt_archive_destroy(saved);
    free_market(trunk);
}

static void a_state_of_another_market_is_refused(void **state)
{
    (void)state;
    market *self = new_market(65, 0);
    bt_archive *saved = save(self);
    size_t size;
    const void *bytes = bt_archive_bytes(saved, &size);
    bt_error error;

    market *other = new_market(65, 0);
    bt_sim_register(other->sim, fast_tick, other);
    assert_int_equal(restore(other, bytes, size, &error), BT_BAD_INPUT);
    assert_string_equal(error.message, "the saved state has 4 actions, this run has 5");
    free_market(other);

    other = new_market(65, 0);
    bt_sim_add_poisson(other->sim, 1, 0, other->arrive);
    assert_int_equal(restore(other, bytes, size, &error), BT_BAD_INPUT);
    assert_string_equal(error.message, "the saved state has 3 Poisson sources, this run has 4");
    free_market(other);
    bt_archive_destroy(saved);
    free_market(self);
}

/* States with changed bytes under a right checksum: refused or run, never a crash. (The
 * address sanitizer sees what a plain run does not.) */
static void hostile_states_do_no_harm(void **state)
{
    (void)state;
    market *self = new_market(66, 0);
    bt_sim_run(self->sim, INFINITY, 1000);
    bt_archive *saved = save(self);
    size_t size;
    const void *bytes = bt_archive_bytes(saved, &size);
    unsigned char *changed = malloc(size);
    assert_non_null(changed);
    bt_stream stream = bt_stream_open(bt_random_key_of(67, 0, 0), 0, 0);
    size_t refused = 0;
    for (int i = 0; i < 3000; i++) {
        memcpy(changed, bytes, size);
        for (int k = 0; k <= i % 3; k++)
            changed[24 + bt_stream_below(&stream, size - 32)] ^=
                (unsigned char)(1 + bt_stream_below(&stream, 255));
        uint64_t checksum = bt_hash_bytes(BT_HASH_START, changed, size - 8);
        memcpy(changed + size - 8, &checksum, sizeof(checksum));
        market *other = new_market(66, 0);
        if (restore(other, changed, size, NULL) == BT_OK)
            bt_sim_run(other->sim, INFINITY, 50);
        else
            refused++;
        free_market(other);
    }
    assert_true(refused > 0);
    free(changed);
    bt_archive_destroy(saved);
    free_market(self);
}

/* --------------------------------------------------------------- fingerprint */

static void replications_differ_and_repeat(void **state)
{
    (void)state;
    enum { REPLICATIONS = 30 };
    uint64_t end[REPLICATIONS + 1];
    for (uint64_t i = 0; i <= REPLICATIONS; i++) {
        market *self = new_market(68, i % REPLICATIONS);
        end[i] = fingerprint_at_end(self, 300);
        free_market(self);
    }
    for (size_t i = 0; i < REPLICATIONS; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(end[i], end[k]);
    assert_int_equal(end[REPLICATIONS], end[0]);
}

/* The same on every machine, with every compiler: this is the fingerprint as it was first
 * computed. It changes only when streams or the order of events do. */
static void the_trajectory_is_the_recorded_one(void **state)
{
    (void)state;
    market *self = new_market(72, 0);
    assert_int_equal(fingerprint_at_end(self, EVENTS), UINT64_C(0x86ddf4f0cada924c));
    free_market(self);
}

/* The trajectory does not depend on where objects lie in memory. */
static void the_trajectory_does_not_depend_on_addresses(void **state)
{
    (void)state;
    uint64_t expected = 0;
    void *ballast[8] = {0};
    for (size_t i = 0; i < 8; i++) {
        ballast[i] = malloc(1000 * i * i + 16);
        market *self = new_market(69, 0);
        uint64_t end = fingerprint_at_end(self, 1000);
        if (i == 0)
            expected = end;
        assert_int_equal(end, expected);
        free_market(self);
    }
    for (size_t i = 0; i < 8; i++)
        free(ballast[i]);
}

static void each_part_of_a_note_counts(void **state)
{
    (void)state;
    uint64_t end[5];
    for (int i = 0; i < 5; i++) {
        bt_sim *sim = bt_sim_create(bt_random_key_of(70, 0, 0));
        uint64_t before = bt_sim_fingerprint(sim);
        bt_sim_note(sim, i == 1 ? 2 : 1, i == 2 ? 2 : 1, i == 3 ? 2 : 1);
        if (i == 4)
            bt_sim_note(sim, 1, 1, 1);
        end[i] = bt_sim_fingerprint(sim);
        assert_int_not_equal(end[i], before);
        assert_int_equal(*bt_sim_fingerprint_word(sim), end[i]);
        bt_sim_destroy(sim);
    }
    for (int i = 1; i < 5; i++)
        assert_int_not_equal(end[i], end[0]);
}

static size_t memory_in_use_after_abandoned_runs(void)
{
    for (uint64_t i = 0; i < 200; i++) {
        market *self = new_market(71, i);
        bt_sim_run(self->sim, INFINITY, 1 + 10 * i);
        free_market(self);
    }
    struct mallinfo2 memory = mallinfo2();
    return memory.uordblks + memory.hblkhd;
}

/* The first round fills the allocator's caches, which count as memory in use. */
static void abandoned_runs_leave_nothing_behind(void **state)
{
    (void)state;
    memory_in_use_after_abandoned_runs();
    size_t before = memory_in_use_after_abandoned_runs();
    assert_int_equal(memory_in_use_after_abandoned_runs(), before);
    bt_sim_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restored_run_ends_in_the_same_fingerprint),
        cmocka_unit_test(a_run_can_save_itself_from_an_event),
        cmocka_unit_test(a_saved_state_can_branch),
        cmocka_unit_test(a_state_of_another_market_is_refused),
        cmocka_unit_test(hostile_states_do_no_harm),
        cmocka_unit_test(replications_differ_and_repeat),
        cmocka_unit_test(the_trajectory_is_the_recorded_one),
        cmocka_unit_test(the_trajectory_does_not_depend_on_addresses),
        cmocka_unit_test(each_part_of_a_note_counts),
        cmocka_unit_test(abandoned_runs_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
