/* The cycle that a deterministic map enters. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "markets/equilibrium/limit_cycle.h"
#include "sim/random.h"

/* A path of `tail` states that leads into a cycle of `length` states. */
typedef struct rho {
    uint64_t tail;
    uint64_t length;
} rho;

static uint64_t along(const void *context, uint64_t state)
{
    const rho *path = context;
    uint64_t end = path->tail + path->length;
    return state + 1 < end ? state + 1 : path->tail;
}

static void tails_and_cycles_of_all_lengths_are_found(void **state)
{
    (void)state;
    for (uint64_t tail = 0; tail < 40; tail++)
        for (uint64_t length = 1; length < 40; length++) {
            rho path = {tail, length};
            uint64_t first;
            assert_int_equal(bt_limit_cycle(along, &path, 0, &first), length);
            assert_int_equal(first, tail);
        }
}

enum { N_STATES = 500 };

static uint64_t looked_up(const void *context, uint64_t state)
{
    const uint64_t *next = context;
    return next[state];
}

/* Slow and sure: walk on until a state comes again. */
static uint64_t length_by_marking(const uint64_t *next, uint64_t start, uint64_t *first)
{
    uint64_t seen_at[N_STATES] = {0}, step = 1, state = start;
    while (seen_at[state] == 0) {
        seen_at[state] = step++;
        state = next[state];
    }
    *first = state;
    return step - seen_at[state];
}

static void random_maps_agree_with_marking(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(1, 0, 0), 0, 0);
    for (int map = 0; map < 200; map++) {
        uint64_t next[N_STATES], first, expected_first;
        for (size_t s = 0; s < N_STATES; s++)
            next[s] = bt_stream_below(&stream, N_STATES);
        uint64_t start = bt_stream_below(&stream, N_STATES);
        uint64_t expected = length_by_marking(next, start, &expected_first);
        assert_int_equal(bt_limit_cycle(looked_up, next, start, &first), expected);
        assert_int_equal(first, expected_first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_and_cycles_of_all_lengths_are_found),
        cmocka_unit_test(random_maps_agree_with_marking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
