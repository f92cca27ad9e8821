/* Resuming: what differs is named, what is damaged is set back, nothing else is lost. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <math.h>

#include "sim/result_layout.h"

#include "result_sample.h"

/* The sample, complete but not published. */
static void leave_part(void)
{
    bt_error error;
    bt_result_writer *writer;
    assert_ok(bt_result_create(in_folder("a.h5"), &sample_schema, false, &writer, &error));
    assert_ok(sample_write_pending(writer, 0, &error));
    bt_result_close(writer);
}

/* Where the data of each stored variable are. */
static bt_result_layout *sample_layout(void)
{
    bt_error error;
    bt_result_layout *layout;
    assert_ok(bt_result_layout_create(&sample_schema, &layout, &error));
    assert_ok(bt_result_layout_build(layout, in_folder("nothing.h5"), &error));
    return layout;
}

static void flip_bit(uint64_t offset, int bit)
{
    unsigned char byte;
    int file = open(in_folder("a.h5.part"), O_RDWR);
    assert_int_equal(pread(file, &byte, 1, (off_t)offset), 1);
    byte = (unsigned char)(byte ^ (1u << bit));
    assert_int_equal(pwrite(file, &byte, 1, (off_t)offset), 1);
    close(file);
}

static void expect_refused(const bt_result_schema *schema, bt_status status,
                           const char *mention)
{
    bt_error error = {BT_OK, ""};
    bt_result_writer *writer;
    bt_status found = bt_result_resume(in_folder("a.h5"), schema, &writer, &error);
    assert_null(writer);
    assert_mentions(error.message, mention);
    assert_mentions(error.message, "a.h5.part");
    assert_int_equal(found, status);
    assert_false(exists(in_folder("a.h5.part.new")));
}

/* ---- nothing wrong ---- */

static void a_complete_part_is_published_as_it_is(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    assert_ok(sample_write(in_folder("b.h5"), &error));
    leave_part();
    assert_ok(bt_result_resume(in_folder("a.h5"), &sample_schema, &writer, &error));
    for (size_t run = 0; run < SAMPLE_RUNS; run++)
        assert_int_equal(
            bt_result_run_state(writer, run / SAMPLE_REPLICATIONS, run % SAMPLE_REPLICATIONS),
            sample_state(run));
    assert_ok(bt_result_publish(writer, &error));
    assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
}

/* ---- another experiment ---- */

static const double other_nash_price[SAMPLE_POINTS][SAMPLE_PRODUCTS] = {
    {1.4, 1.5}, {1.6, 1.7}, {1.8, 2.0}};

#define EXPECT_OTHER(change, mention)                                                          \
    do {                                                                                       \
        schema_copy copy;                                                                      \
        copy_schema(&copy);                                                                    \
        change;                                                                                \
        expect_refused(&copy.schema, BT_BAD_INPUT, mention);                                   \
    } while (0)

static void what_differs_is_named(void **state)
{
    (void)state;
    leave_part();
    EXPECT_OTHER(copy.dimensions[RECORD].length = 4,
                 "dimension \"record\" has length 5, not 4");
    EXPECT_OTHER(copy.dimensions[STATE].name = "memory_state",
                 "dimension 5 is \"state\", not \"memory_state\"");
    EXPECT_OTHER(copy.dimensions[STATE].long_name = "other", "dimension \"state\"");
    EXPECT_OTHER(copy.variables[PRICE].name = "offer", "no variable \"offer\"");
    EXPECT_OTHER(copy.variables[SALES].type = BT_RESULT_DOUBLE,
                 "variable \"sales\" is of type int64, not double");
    EXPECT_OTHER(copy.variables[SALES].rank = 3, "variable \"sales\" has other dimensions");
    EXPECT_OTHER(copy.variables[STRATEGY].dimension[2] = PRODUCT,
                 "variable \"strategy\" has other dimensions");
    EXPECT_OTHER(copy.variables[OUTCOME].text_length = 8,
                 "variable \"outcome\" has other text length");
    EXPECT_OTHER(copy.variables[PRICE].units = "$", "variable \"price\" has other units");
    EXPECT_OTHER(copy.variables[PRICE].long_name = "x",
                 "variable \"price\" has other long name");
    EXPECT_OTHER(copy.schema.n_variables--, "15 variables, not 14");
    EXPECT_OTHER(copy.attributes[SETTINGS].text = "format: 2", "attribute \"settings\"");
    EXPECT_OTHER(copy.attributes[NOTE].name = "remark", "no attribute \"remark\"");
    EXPECT_OTHER(copy.schema.n_attributes--, "5 attributes, not 4");
    EXPECT_OTHER(copy.variables[NASH_PRICE].constant = other_nash_price,
                 "values of \"nash_price\" differ");
}

/* ---- damage ---- */

static void missing_files_are_named(void **state)
{
    (void)state;
    expect_refused(&sample_schema, BT_NO_INPUT, "nothing to resume");
}

static void truncated_files_are_damaged(void **state)
{
    (void)state;
    size_t size = 0;
    leave_part();
    unsigned char *bytes = sample_bytes(in_folder("a.h5.part"), &size);
    for (size_t left = 0; left < size; left += size / 7) {
        assert_int_equal(sample_put_bytes(in_folder("a.h5.part"), bytes, left), 0);
        expect_refused(&sample_schema, BT_IO, "damaged");
    }
    assert_int_equal(sample_put_bytes(in_folder("a.h5.part"), "hello, world", 12), 0);
    expect_refused(&sample_schema, BT_IO, "damaged");
    free(bytes);
}

/* Every single bit of the structure that flips is found. */
static void damaged_structure_is_found(void **state)
{
    (void)state;
    leave_part();
    size_t size = 0;
    unsigned char *bytes = sample_bytes(in_folder("a.h5.part"), &size);
    free(bytes);
    bt_result_layout *layout = sample_layout();
    for (uint64_t offset = 0; offset < size; offset += 97) {
        bool is_run_data = false;
        for (size_t i = 0; i < layout->n_variables; i++) {
            const bt_stored_variable *stored = &layout->variable[i];
            is_run_data |= stored->description->per_run && offset >= stored->offset &&
                           offset < stored->offset + stored->size;
        }
        if (is_run_data)
            continue;
        bt_error error = {BT_OK, ""};
        bt_result_writer *writer;
        flip_bit(offset, (int)(offset % 8));
        bt_status status = bt_result_resume(in_folder("a.h5"), &sample_schema, &writer, &error);
        assert_true(status == BT_IO || status == BT_BAD_INPUT);
        assert_mentions(error.message, "a.h5.part");
        flip_bit(offset, (int)(offset % 8));
    }
    bt_result_layout_destroy(layout);
}

/* One bit of one run's data, status, checksum or fingerprint: this run and no other is
 * pending again, and running it again gives the same file. */
static void damaged_runs_are_pending_again(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    assert_ok(sample_write(in_folder("b.h5"), &error));
    bt_result_layout *layout = sample_layout();
    for (size_t i = 0; i < layout->n_variables; i++) {
        const bt_stored_variable *stored = &layout->variable[i];
        if (!stored->description->per_run)
            continue;
        size_t damaged = (5 * i + 2) % SAMPLE_RUNS;
        empty_folder(NULL);
        assert_ok(sample_write(in_folder("b.h5"), &error));
        leave_part();
        flip_bit(stored->offset + damaged * stored->slice_size + stored->slice_size / 2,
                 (int)(i % 8));
        assert_ok(bt_result_resume(in_folder("a.h5"), &sample_schema, &writer, &error));
        for (size_t run = 0; run < SAMPLE_RUNS; run++)
            assert_int_equal(bt_result_run_state(writer, run / SAMPLE_REPLICATIONS,
                                                 run % SAMPLE_REPLICATIONS),
                             run == damaged ? BT_RUN_PENDING : sample_state(run));
        assert_ok(sample_write_run(writer, damaged, &error));
        assert_ok(bt_result_publish(writer, &error));
        assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
    }
    bt_result_layout_destroy(layout);
}

/* Whatever a run left that was not whole is gone after resuming. */
static void pending_runs_are_fill(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    bt_result_layout *layout = sample_layout();
    assert_ok(bt_result_create(in_folder("b.h5"), &sample_schema, false, &writer, &error));
    assert_ok(bt_result_publish(writer, &error));
    leave_part();
    for (size_t run = 0; run < SAMPLE_RUNS; run++) /* one bit in each fingerprint */
        flip_bit(layout->variable[BT_STORED_FINGERPRINT].offset + 8 * run, 3);
    assert_ok(bt_result_resume(in_folder("a.h5"), &sample_schema, &writer, &error));
    assert_ok(bt_result_publish(writer, &error));
    assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
    bt_result_layout_destroy(layout);
}

int main(void)
{
    bt_result_quiet_hdf5();
    if (!make_folder())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_complete_part_is_published_as_it_is, empty_folder),
        cmocka_unit_test_teardown(what_differs_is_named, empty_folder),
        cmocka_unit_test_teardown(missing_files_are_named, empty_folder),
        cmocka_unit_test_teardown(truncated_files_are_damaged, empty_folder),
        cmocka_unit_test_teardown(damaged_structure_is_found, empty_folder),
        cmocka_unit_test_teardown(damaged_runs_are_pending_again, empty_folder),
        cmocka_unit_test_teardown(pending_runs_are_fill, empty_folder),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(sample_folder);
    return failed;
}
