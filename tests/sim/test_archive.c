/* Saving and restoring state: round trips, and hostile bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/archive.h"

typedef struct learner {
    double value[3];
    uint64_t period;
} learner;

static void archive_learner(learner *self, bt_archive *archive)
{
    bt_archive_field(archive, "value", self->value, sizeof(self->value));
    bt_archive_field(archive, "period", &self->period, sizeof(self->period));
}

static const learner original = {{0.5, -1.25, 3e300}, 77};

/* The saved bytes of `original`; the caller frees. */
static unsigned char *saved_bytes(size_t *size)
{
    bt_archive *archive = bt_archive_create();
    learner copy = original;
    archive_learner(&copy, archive);
    const void *bytes = bt_archive_bytes(archive, size);
    assert_non_null(bytes);
    unsigned char *result = malloc(*size);
    assert_non_null(result);
    memcpy(result, bytes, *size);
    bt_archive_destroy(archive);
    return result;
}

static bt_archive *opened(const unsigned char *bytes, size_t size)
{
    bt_archive *archive;
    assert_int_equal(bt_archive_open(bytes, size, &archive, NULL), BT_OK);
    return archive;
}

static void what_was_saved_is_restored(void **state)
{
    (void)state;
    size_t size;
    unsigned char *bytes = saved_bytes(&size);
    bt_archive *archive = opened(bytes, size);
    assert_true(bt_archive_restores(archive));
    learner restored = {{0}, 0};
    archive_learner(&restored, archive);
    assert_int_equal(bt_archive_status(archive, NULL), BT_OK);
    assert_memory_equal(restored.value, original.value, sizeof(restored.value));
    assert_int_equal(restored.period, original.period);
    assert_true(bt_archive_at_end(archive));
    size_t none;
    assert_null(bt_archive_bytes(archive, &none));
    bt_archive_destroy(archive);
    free(bytes);
}

static void saving_goes_on_after_the_bytes_were_taken(void **state)
{
    (void)state;
    bt_archive *archive = bt_archive_create();
    assert_false(bt_archive_restores(archive));
    size_t count = 5000;
    size_t size = 0;
    const void *bytes = NULL;
    for (size_t i = 0; i < count; i++) {
        bt_archive_field(archive, "i", &i, sizeof(i));
        if (i % 1000 == 999)
            bytes = bt_archive_bytes(archive, &size);
    }
    bt_archive *back = opened(bytes, size);
    for (size_t i = 0; i < count; i++) {
        size_t value = 0;
        bt_archive_field(back, "i", &value, sizeof(value));
        assert_int_equal(value, i);
    }
    assert_int_equal(bt_archive_status(back, NULL), BT_OK);
    bt_archive_destroy(back);
    bt_archive_destroy(archive);
}

static void empty_fields_and_empty_archives_are_fine(void **state)
{
    (void)state;
    bt_archive *archive = bt_archive_create();
    size_t size;
    const void *bytes = bt_archive_bytes(archive, &size);
    bt_archive *back = opened(bytes, size);
    assert_true(bt_archive_at_end(back));
    bt_archive_destroy(back);
    bt_archive_field(archive, "nothing", NULL, 0);
    bytes = bt_archive_bytes(archive, &size);
    back = opened(bytes, size);
    bt_archive_field(back, "nothing", NULL, 0);
    assert_int_equal(bt_archive_status(back, NULL), BT_OK);
    bt_archive_destroy(back);
    bt_archive_destroy(archive);
}

/* Restore one field from `original` and return the sentence of the failure. */
static void expect_failure(const char *label, size_t data_size, const char *part)
{
    size_t size;
    unsigned char *bytes = saved_bytes(&size);
    bt_archive *archive = opened(bytes, size);
    double data[8] = {42};
    bt_archive_field(archive, label, data, data_size);
    bt_error error;
    assert_int_equal(bt_archive_status(archive, &error), BT_BAD_INPUT);
    assert_non_null(strstr(error.message, part));
    assert_true(data[0] == 42);

    uint64_t period = 1; /* the first failure sticks */
    bt_archive_field(archive, "period", &period, sizeof(period));
    assert_int_equal(period, 1);
    bt_error later;
    bt_archive_fail(archive, "something else");
    bt_archive_status(archive, &later);
    assert_string_equal(later.message, error.message);
    bt_archive_destroy(archive);
    free(bytes);
}

static void renamed_and_resized_fields_are_named(void **state)
{
    (void)state;
    expect_failure("values", 24, "has \"value\" where \"values\" is expected");
    expect_failure("value", 16, "\"value\" has 24 bytes in the saved state, not 16");
}

static void missing_and_unread_fields_are_noticed(void **state)
{
    (void)state;
    size_t size;
    unsigned char *bytes = saved_bytes(&size);
    bt_archive *archive = opened(bytes, size);
    learner restored;
    bt_archive_field(archive, "value", restored.value, sizeof(restored.value));
    assert_false(bt_archive_at_end(archive));
    assert_true(bt_archive_can_hold(archive, 1, sizeof(restored.period)));
    assert_true(bt_archive_can_hold(archive, UINT64_MAX, 0));
    assert_false(bt_archive_can_hold(archive, 1000, sizeof(restored.period)));
    assert_false(bt_archive_can_hold(archive, UINT64_MAX, SIZE_MAX));
    bt_archive_field(archive, "period", &restored.period, sizeof(restored.period));
    bt_archive_field(archive, "epsilon", restored.value, 8);
    bt_error error;
    assert_int_equal(bt_archive_status(archive, &error), BT_BAD_INPUT);
    assert_string_equal(error.message, "the saved state ends before \"epsilon\"");
    bt_archive_destroy(archive);
    free(bytes);
}

static void no_changed_byte_and_no_cut_goes_unnoticed(void **state)
{
    (void)state;
    size_t size;
    unsigned char *bytes = saved_bytes(&size);
    bt_archive *archive;
    bt_error error;
    for (size_t i = 0; i < size; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (unsigned char)(1 << bit);
            error.message[0] = '\0';
            assert_int_equal(bt_archive_open(bytes, size, &archive, &error), BT_BAD_INPUT);
            assert_null(archive);
            assert_true(strlen(error.message) > 0);
            bytes[i] ^= (unsigned char)(1 << bit);
        }
    for (size_t cut = 0; cut < size; cut++) {
        unsigned char *shorter = malloc(cut == 0 ? 1 : cut); /* so that ASan sees overreads */
        assert_non_null(shorter);
        memcpy(shorter, bytes, cut);
        assert_int_equal(bt_archive_open(shorter, cut, &archive, &error), BT_BAD_INPUT);
        free(shorter);
    }
    free(bytes);
}

/* A field header that lies, under a checksum that is right. */
static void lengths_past_the_end_are_refused(void **state)
{
    (void)state;
    size_t size;
    for (int lie = 0; lie < 2; lie++) {
        unsigned char *bytes = saved_bytes(&size);
        uint64_t huge = UINT64_MAX - 3;
        memcpy(bytes + 24 + 8 * lie, &huge, sizeof(huge));
        uint64_t hash = UINT64_C(0xcbf29ce484222325);
        for (size_t i = 0; i < size - 8; i++)
            hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
        memcpy(bytes + size - 8, &hash, sizeof(hash));
        bt_archive *archive = opened(bytes, size);
        learner restored;
        archive_learner(&restored, archive);
        bt_error error;
        assert_int_equal(bt_archive_status(archive, &error), BT_BAD_INPUT);
        assert_non_null(strstr(error.message, "reaches past the end"));
        bt_archive_destroy(archive);
        free(bytes);
    }
}

static void an_owner_can_reject_what_it_read(void **state)
{
    (void)state;
    size_t size;
    unsigned char *bytes = saved_bytes(&size);
    bt_archive *archive = opened(bytes, size);
    bt_archive_fail(archive, "period %d is past the end", 77);
    bt_error error;
    assert_int_equal(bt_archive_status(archive, &error), BT_BAD_INPUT);
    assert_string_equal(error.message, "period 77 is past the end");
    bt_archive_destroy(archive);
    bt_archive_destroy(NULL);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_is_restored),
        cmocka_unit_test(saving_goes_on_after_the_bytes_were_taken),
        cmocka_unit_test(empty_fields_and_empty_archives_are_fine),
        cmocka_unit_test(renamed_and_resized_fields_are_named),
        cmocka_unit_test(missing_and_unread_fields_are_noticed),
        cmocka_unit_test(no_changed_byte_and_no_cut_goes_unnoticed),
        cmocka_unit_test(lengths_past_the_end_are_refused),
        cmocka_unit_test(an_owner_can_reject_what_it_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
