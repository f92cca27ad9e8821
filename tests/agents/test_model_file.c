/* Model files: what is written is read again, and every mistake of a file is one sentence. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/learning/model_file.h"

static char path[] = "/tmp/bertrand-model-XXXXXX";

static int make_path(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

typedef struct network {
    bt_arena *arena;
    bt_weights weights;
} network;

static void open_network(network *of, size_t columns)
{
    of->arena = bt_arena_create();
    assert_true(bt_weights_open(&of->weights, of->arena, 2));
    bt_weights_add(&of->weights, "first layer weight", 3, columns);
    bt_weights_add(&of->weights, "bias", 1, 4);
    assert_true(bt_weights_allocate(&of->weights, false));
}

static bt_model_number numbers[] = {
    {.name = "width", .value = 5, .minimum = 1, .maximum = 100, .is_whole = true},
    {.name = "dropout", .value = 0.5, .minimum = 0, .maximum = 1},
};

/* A file of weights 0, 0.5, 1, ... */
static void write_example(void)
{
    network of;
    bt_error error;
    open_network(&of, 5);
    for (size_t b = 0; b < 2; b++)
        for (size_t k = 0; k < of.weights.block[b].rows * of.weights.block[b].columns; k++)
            bt_weights_value(&of.weights, b)[k] = 0.5F * (float)k;
    if (bt_model_write(path, "example", numbers, 2, &of.weights, true, &error) != BT_OK)
        fail_msg("%s", error.message);
    bt_arena_destroy(of.arena);
}

static bt_status read_example(const char *kind, size_t columns, bt_error *error)
{
    network of;
    open_network(&of, columns);
    bt_status status = bt_model_read_numbers(path, kind, numbers, 2, error);
    if (status == BT_OK)
        status = bt_model_read_weights(path, &of.weights, error);
    if (status == BT_OK)
        for (size_t b = 0; b < 2; b++)
            for (size_t k = 0; k < of.weights.block[b].rows * of.weights.block[b].columns; k++)
                assert_true(bt_weights_value(&of.weights, b)[k] == 0.5F * (float)k);
    bt_arena_destroy(of.arena);
    return status;
}

static void expect(bt_status status, bt_status wanted, const bt_error *error, const char *part)
{
    assert_int_equal(status, wanted);
    if (strstr(error->message, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error->message, part);
}

static void models_are_read_as_written(void **state)
{
    (void)state;
    bt_error error;
    write_example();
    numbers[0].value = numbers[1].value = -1;
    if (read_example("example", 5, &error) != BT_OK)
        fail_msg("%s", error.message);
    assert_true(numbers[0].value == 5 && numbers[1].value == 0.5);
}

static void other_kinds_and_shapes_are_refused(void **state)
{
    (void)state;
    bt_error error;
    write_example();
    expect(read_example("another", 5, &error), BT_BAD_INPUT, &error,
           "is of kind example, not another");
    expect(read_example("example", 6, &error), BT_BAD_INPUT, &error,
           "has no weights \"first layer weight\" of 3 rows and 6 columns");
    numbers[0].maximum = 4;
    expect(read_example("example", 5, &error), BT_BAD_INPUT, &error,
           "says `width` is 5; a whole number from 1 to 4 is wanted");
    numbers[0].maximum = 100;
    bt_model_number absent = {.name = "heads", .minimum = 1, .maximum = 2};
    expect(bt_model_read_numbers(path, "example", &absent, 1, &error), BT_BAD_INPUT, &error,
           "has no number `heads`");
}

static void broken_files_are_refused(void **state)
{
    (void)state;
    bt_error error;
    expect(bt_model_read_numbers("/nowhere/model.h5", "example", numbers, 2, &error),
           BT_NO_INPUT, &error, "there is no model /nowhere/model.h5");
    /* truncated at every length */
    write_example();
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 20);
    size_t length = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    for (size_t kept = 0; kept < length; kept += 97) {
        file = fopen(path, "wb");
        assert_int_equal(fwrite(bytes, 1, kept, file), kept);
        fclose(file);
        expect(read_example("example", 5, &error), BT_BAD_INPUT, &error, path);
    }
    free(bytes);
    hid_t other = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(other);
    expect(read_example("example", 5, &error), BT_BAD_INPUT, &error, "but no model of format");
}

static void numbers_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    network of;
    bt_error error;
    open_network(&of, 5);
    bt_weights_fill(&of.weights, 1, 1.0 / 0.0);
    assert_int_equal(bt_model_write(path, "example", numbers, 2, &of.weights, true, &error),
                     BT_OK);
    expect(bt_model_read_weights(path, &of.weights, &error), BT_BAD_INPUT, &error,
           "\"bias\" of the model");
    bt_arena_destroy(of.arena);
}

static void files_are_not_replaced_unless_asked(void **state)
{
    (void)state;
    network of;
    bt_error error;
    open_network(&of, 5);
    write_example();
    assert_int_equal(bt_model_write(path, "example", numbers, 2, &of.weights, false, &error),
                     BT_CANNOT_CREATE);
    assert_int_equal(read_example("example", 5, &error), BT_OK);
    assert_int_equal(
        bt_model_write("/nowhere/m.h5", "example", numbers, 2, &of.weights, false, &error),
        BT_CANNOT_CREATE);
    bt_arena_destroy(of.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_read_as_written),
        cmocka_unit_test(other_kinds_and_shapes_are_refused),
        cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(numbers_that_are_not_finite_are_refused),
        cmocka_unit_test(files_are_not_replaced_unless_asked),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
