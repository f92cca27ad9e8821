/* Status and error, arena, hash, parameter look-up: what every floor stands on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/arena.h"
#include "sim/hash.h"
#include "sim/parameter.h"
#include "sim/status.h"

static void error_holds_status_and_sentence(void **state)
{
    (void)state;
    bt_error error;
    assert_int_equal(bt_fail(&error, BT_BAD_INPUT, "%s:%d: no", "a.yaml", 3), BT_BAD_INPUT);
    assert_int_equal(error.status, BT_BAD_INPUT);
    assert_string_equal(error.message, "a.yaml:3: no");
    bt_error_prefix(&error, "run %d", 7);
    assert_string_equal(error.message, "run 7: a.yaml:3: no");
    assert_int_equal(bt_fail(NULL, BT_IO, "nobody listens"), BT_IO);
    bt_error_prefix(NULL, "nobody listens");
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    char text[2 * BT_ERROR_LENGTH];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'x', sizeof(text));
        for (size_t i = shift; i + 3 < sizeof(text); i += 3)
            memcpy(text + i, "\xe2\x82\xac", 3); /* the euro sign */
        text[sizeof(text) - 1] = '\0';

        bt_error error;
        bt_fail(&error, BT_BAD_INPUT, "%s", text);
        size_t length = strlen(error.message);
        assert_true(length >= BT_ERROR_LENGTH - 3 && length < BT_ERROR_LENGTH);
        assert_int_equal((length - shift) % 3, 0);
        assert_memory_equal(error.message, text, length);

        bt_error_prefix(&error, "ab");
        length = strlen(error.message);
        assert_int_equal((length - shift - 4) % 3, 0);
        assert_memory_equal(error.message, "ab: ", 4);
    }
}

static void every_status_has_a_meaning(void **state)
{
    (void)state;
    assert_string_equal(bt_status_meaning(BT_OK), "done");
    assert_string_equal(bt_status_meaning(BT_BAD_INPUT), "an input file is wrong");
    assert_string_equal(bt_status_meaning((bt_status)99), "an unknown status");
}

static void arena_memory_is_zeroed_aligned_and_disjoint(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    assert_non_null(arena);
    enum { PIECES = 400 };
    unsigned char *piece[PIECES];
    size_t size[PIECES];
    size_t total = 0;
    for (size_t i = 0; i < PIECES; i++) {
        size[i] = i % 50 == 49 ? 100000 + i : i * 7;
        piece[i] = bt_arena_allocate(arena, size[i], 1);
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t)piece[i] % 64, 0);
        for (size_t k = 0; k < size[i]; k++)
            assert_int_equal(piece[i][k], 0);
        memset(piece[i], (int)(i % 255) + 1, size[i]);
        total += size[i];
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < size[i]; k++)
            assert_int_equal(piece[i][k], i % 255 + 1);
    assert_int_equal(bt_arena_used(arena), total);
    bt_arena_destroy(arena);
    bt_arena_destroy(NULL);
}

static void arena_refuses_what_overflows(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    assert_null(bt_arena_allocate(arena, SIZE_MAX / 2, 3));
    assert_null(bt_arena_allocate(arena, SIZE_MAX, 1));
    assert_null(bt_arena_allocate(arena, SIZE_MAX - 100, 1));
    assert_int_equal(bt_arena_used(arena), 0);
    assert_string_equal(bt_arena_copy_text(arena, "Bertrand"), "Bertrand");
    bt_arena_destroy(arena);
}

/* Test vectors of the FNV page (isthe.com/chongo/tech/comp/fnv, draft-eastlake-fnv). */
static void hash_matches_published_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t hash;
    } vector[] = {
        {"", UINT64_C(0xcbf29ce484222325)},
        {"a", UINT64_C(0xaf63dc4c8601ec8c)},
        {"b", UINT64_C(0xaf63df4c8601f1a5)},
        {"c", UINT64_C(0xaf63de4c8601eff2)},
        {"foo", UINT64_C(0xdcb27518fed9d577)},
        {"foobar", UINT64_C(0x85944171f73967e8)},
        {"chongo was here!\n", UINT64_C(0x46810940eff5f915)},
    };
    for (size_t i = 0; i < sizeof(vector) / sizeof(vector[0]); i++) {
        const char *text = vector[i].text;
        assert_int_equal(bt_hash_bytes(BT_HASH_START, text, strlen(text)), vector[i].hash);
    }
    uint64_t half = bt_hash_bytes(BT_HASH_START, "foo", 3);
    assert_int_equal(bt_hash_bytes(half, "bar", 3), UINT64_C(0x85944171f73967e8));
}

static void hash_of_words_depends_on_each_bit_and_on_order(void **state)
{
    (void)state;
    uint64_t reference = bt_hash_word(bt_hash_word(BT_HASH_START, 5), 9);
    assert_int_not_equal(reference, bt_hash_word(bt_hash_word(BT_HASH_START, 9), 5));
    for (int bit = 0; bit < 64; bit++) {
        uint64_t flipped = bt_hash_word(BT_HASH_START, 5 ^ (UINT64_C(1) << bit));
        assert_int_not_equal(reference, bt_hash_word(flipped, 9));
    }
}

typedef struct sample_parameters {
    double price;
    int64_t count;
} sample_parameters;

static void look_up_by_name(void **state)
{
    (void)state;
    static const bt_parameter parameters[] = {
        {.name = "price", .type = BT_REAL, .offset = offsetof(sample_parameters, price)},
        {.name = "count", .type = BT_INTEGER, .offset = offsetof(sample_parameters, count)},
    };
    static const bt_parameter_table table = BT_TABLE_OF(sample_parameters, parameters);
    assert_ptr_equal(bt_parameter_find(&table, "count"), &parameters[1]);
    assert_null(bt_parameter_find(&table, "coun"));
    assert_null(bt_parameter_find(&table, "counts"));

    static const bt_described fixed = {.name = "fixed", .parameters = &table};
    static const bt_described random = {.name = "random", .parameters = &table};
    static const bt_described *const entries[] = {&fixed, &random};
    static const bt_registry registry = {.kind = "seller", .entries = entries, .count = 2};
    assert_ptr_equal(bt_registry_find(&registry, "random"), &random);
    assert_null(bt_registry_find(&registry, "Random"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_holds_status_and_sentence),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(every_status_has_a_meaning),
        cmocka_unit_test(arena_memory_is_zeroed_aligned_and_disjoint),
        cmocka_unit_test(arena_refuses_what_overflows),
        cmocka_unit_test(hash_matches_published_vectors),
        cmocka_unit_test(hash_of_words_depends_on_each_bit_and_on_order),
        cmocka_unit_test(look_up_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
