/* Sorting with a few records of memory against sorting at once; stability; failures. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sim/external_sort.h"
#include "sim/random.h"

typedef struct record {
    uint32_t key;
    uint32_t number; /* when it came */
} record;

static const char *folder(void)
{
    const char *given = getenv("TMPDIR");
    return given != NULL ? given : "/tmp";
}

static int by_key(const void *a, const void *b)
{
    uint32_t first = ((const record *)a)->key, second = ((const record *)b)->key;
    return (first > second) - (first < second);
}

/* Sort `count` records with `n_keys` different keys in room for `capacity` of them: sorted,
 * stable, complete. Returns the number of runs. */
static size_t check(size_t count, uint32_t n_keys, size_t capacity)
{
    bt_external_sort *sort;
    bt_error error;
    size_t memory = capacity * (sizeof(record) + 2 * sizeof(void *));
    bt_stream stream = bt_stream_open(bt_random_key_of(count, n_keys, capacity), 0, 0);
    assert_int_equal(
        bt_external_sort_create(folder(), sizeof(record), by_key, memory, &sort, &error),
        BT_OK);
    assert_true(bt_external_sort_held(sort) <= memory);
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        record added = {(uint32_t)bt_stream_below(&stream, n_keys), (uint32_t)i};
        sum += added.key;
        assert_int_equal(bt_external_sort_add(sort, &added, &error), BT_OK);
    }
    assert_int_equal(bt_external_sort_turn(sort, &error), BT_OK);
    record last = {0, 0};
    for (size_t i = 0; i < count; i++) {
        const void *next;
        assert_int_equal(bt_external_sort_next(sort, &next, &error), BT_OK);
        assert_non_null(next);
        record got = *(const record *)next;
        if (i > 0 && (got.key < last.key || (got.key == last.key && got.number <= last.number)))
            fail_msg("record %zu of %zu stands out of order", i, count);
        last = got;
        sum -= got.key;
    }
    const void *behind;
    assert_int_equal(bt_external_sort_next(sort, &behind, &error), BT_OK);
    assert_null(behind);
    assert_int_equal(sum, 0);
    size_t runs = bt_external_sort_runs(sort);
    bt_external_sort_destroy(sort);
    return runs;
}

static void sorts_in_memory_what_fits(void **state)
{
    (void)state;
    assert_int_equal(check(0, 1, 100), 0);
    assert_int_equal(check(1, 1, 100), 0);
    assert_int_equal(check(100, 10, 100), 0);
}

static void spills_a_run_for_each_memory_full(void **state)
{
    (void)state;
    assert_int_equal(check(101, 10, 100), 2);
    assert_int_equal(check(1000, 5, 100), 10);
    assert_int_equal(check(100000, 1000000, 1000), 100);
}

/* 64 records of memory merge 8 runs at once: 5000 records are 79 runs. */
static void merges_in_rounds(void **state)
{
    (void)state;
    assert_int_equal(check(5000, 7, 64), 79);
    assert_int_equal(check(5000, 1u << 31, 64), 79);
    assert_int_equal(check(64 * 8, 3, 64), 8);
    assert_int_equal(check(64 * 8 + 1, 3, 64), 9);
}

static void names_the_folder_that_cannot_be_written(void **state)
{
    (void)state;
    bt_external_sort *sort;
    bt_error error = {.status = BT_OK};
    assert_int_equal(bt_external_sort_create("/nonexistent/folder", sizeof(record), by_key, 0,
                                             &sort, &error),
                     BT_OK);
    bt_status status = BT_OK;
    record added = {1, 1};
    for (size_t i = 0; i < 100 && status == BT_OK; i++)
        status = bt_external_sort_add(sort, &added, &error);
    assert_int_equal(status, BT_CANNOT_CREATE);
    assert_non_null(strstr(error.message, "/nonexistent/folder"));
    bt_external_sort_destroy(sort);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_in_memory_what_fits),
        cmocka_unit_test(spills_a_run_for_each_memory_full),
        cmocka_unit_test(merges_in_rounds),
        cmocka_unit_test(names_the_folder_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
