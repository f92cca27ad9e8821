/* The audit's window: it covers the last share of a run, exactly where the end is known and
 * within an eighth of the run where it is not, and survives being saved at any time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/audit/audit_window.h"

/* Two sums: how many periods, and which (their numbers added up). */
enum { SUMS = 2 };

static void play(bt_audit_window *window, uint64_t from, uint64_t to)
{
    for (uint64_t period = from; period < to; period++) {
        window->current[0] += 1;
        window->current[1] += (double)period;
        bt_audit_window_pass(window, 1);
    }
}

/* Sum of the periods from `from` to before `to`. */
static double sum_of_periods(double from, double to)
{
    return (to * (to - 1) - from * (from - 1)) / 2;
}

static void whole(const bt_audit_window *window, double total[SUMS])
{
    size_t first, end;
    bt_audit_window_blocks(window, &first, &end);
    bt_audit_window_total(window, first, end, total);
}

static void a_known_end_gives_the_share_exactly(void **state)
{
    (void)state;
    static const struct {
        double horizon, share, start;
    } cases[] = {{100000, .5, 50000}, {1000, .1, 900}, {1000, 1, 0},   {7, .5, 3},
                 {1, .5, 0},          {3, .01, 2},     {16, .5, 8},    {1e6, .25, 750000},
                 {33, .9, 3},         {17, .5, 8},     {1001, .3, 700}};
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        bt_arena *arena = bt_arena_create();
        bt_audit_window window;
        assert_true(bt_audit_window_create(&window, arena, SUMS, cases[k].share,
                                           cases[k].horizon, true, true));
        play(&window, 0, (uint64_t)cases[k].horizon);
        double total[SUMS];
        whole(&window, total);
        assert_true(total[0] == cases[k].horizon - cases[k].start);
        assert_true(total[1] == sum_of_periods(cases[k].start, cases[k].horizon));
        bt_arena_destroy(arena);
    }
}

static void blocks_of_a_known_window_are_of_one_length(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_audit_window window;
    assert_true(bt_audit_window_create(&window, arena, SUMS, .5, 1000, true, true));
    play(&window, 0, 1000);
    for (size_t block = 0; block < BT_AUDIT_BLOCKS; block++) {
        double total[SUMS];
        bt_audit_window_total(&window, block, block + 1, total);
        assert_true(fabs(total[0] - 500. / BT_AUDIT_BLOCKS) < 1);
    }
    bt_arena_destroy(arena);
}

static void an_unknown_end_gives_the_share_and_a_little_more(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    for (double share = .1; share <= 1; share += .3) {
        bt_audit_window window;
        assert_true(bt_audit_window_create(&window, arena, SUMS, share, 1e9, true, false));
        uint64_t at = 0;
        for (uint64_t end = 1; end < 300000; end += 1 + end / 3) {
            play(&window, at, end);
            at = end;
            double total[SUMS];
            whole(&window, total);
            double covered = total[0] / (double)end;
            double coarseness = end < 1024 ? 64. / (double)end : .125;
            assert_true(covered >= share - 1e-12 && covered <= fmin(1, share + coarseness));
            /* the last ones, none missing */
            assert_true(total[1] == sum_of_periods((double)end - total[0], (double)end));
        }
    }
    bt_arena_destroy(arena);
}

static void assert_restored_goes_on(bool end_is_known, uint64_t saved_at)
{
    bt_arena *arena = bt_arena_create();
    bt_audit_window straight, saved, restored;
    bt_audit_window *all[] = {&straight, &saved, &restored};
    for (size_t k = 0; k < 3; k++)
        assert_true(bt_audit_window_create(all[k], arena, SUMS, .4, 3000, true, end_is_known));
    play(&straight, 0, 3000);
    play(&saved, 0, saved_at);
    bt_archive *archive = bt_archive_create();
    bt_audit_window_archive(&saved, archive);
    size_t size;
    const void *bytes = bt_archive_bytes(archive, &size);
    bt_archive *reader;
    bt_error error;
    assert_int_equal(bt_archive_open(bytes, size, &reader, &error), BT_OK);
    bt_audit_window_archive(&restored, reader);
    assert_int_equal(bt_archive_status(reader, &error), BT_OK);
    assert_true(bt_archive_at_end(reader));
    bt_archive_destroy(reader);
    bt_archive_destroy(archive);
    play(&restored, saved_at, 3000);
    double expected[SUMS], total[SUMS];
    whole(&straight, expected);
    whole(&restored, total);
    assert_memory_equal(total, expected, sizeof(total));
    bt_arena_destroy(arena);
}

static void a_saved_window_goes_on_as_if_nothing_happened(void **state)
{
    (void)state;
    for (uint64_t saved_at = 0; saved_at <= 3000; saved_at += 250) {
        assert_restored_goes_on(true, saved_at);
        assert_restored_goes_on(false, saved_at + (saved_at == 3000 ? 0 : 7));
    }
}

static void a_state_that_cannot_be_is_refused(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_audit_window window;
    assert_true(bt_audit_window_create(&window, arena, SUMS, .5, 100, true, true));
    uint64_t blocks = BT_AUDIT_BLOCKS;
    uint8_t waits = 0;
    double left = 1, length = 64;
    bt_archive *archive = bt_archive_create(), *reader;
    bt_archive_field(archive, "audit_blocks", &blocks, sizeof(blocks));
    bt_archive_field(archive, "audit_waits", &waits, sizeof(waits));
    bt_archive_field(archive, "audit_left", &left, sizeof(left));
    bt_archive_field(archive, "audit_block_length", &length, sizeof(length));
    size_t size;
    bt_error error;
    const void *bytes = bt_archive_bytes(archive, &size);
    assert_int_equal(bt_archive_open(bytes, size, &reader, &error), BT_OK);
    bt_audit_window_archive(&window, reader);
    assert_int_not_equal(bt_archive_status(reader, &error), BT_OK);
    bt_archive_destroy(reader);
    bt_archive_destroy(archive);
    bt_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_end_gives_the_share_exactly),
        cmocka_unit_test(blocks_of_a_known_window_are_of_one_length),
        cmocka_unit_test(an_unknown_end_gives_the_share_and_a_little_more),
        cmocka_unit_test(a_saved_window_goes_on_as_if_nothing_happened),
        cmocka_unit_test(a_state_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
