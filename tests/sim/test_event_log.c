/* The event log: rows come back as they went in, and only they decide the bytes. With
 * two arguments (write PATH) the program writes the log for the tests of other tools. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <hdf5.h>

#include "sim/event_log.h"

#include "result_sample.h"

enum { EVENTS = 20000, RUNS = 4 }; /* a run is not a multiple of what is written at once */

static const char *const kinds[] = {"offer", "purchase", "leave"};

static bt_logged_event event_at(size_t row)
{
    bool leaves = row % 3 == 2;
    return (bt_logged_event){.time = 0.25 * (double)(row / 2),
                             .kind = (int32_t)(row % 3),
                             .agent = (int32_t)(row % 101),
                             .product = leaves ? -1 : (int32_t)(row % 7),
                             .price = leaves ? NAN : 1.0 + 0.001 * (double)(row % 1000),
                             .outcome = (double)(row % 5)};
}

/* All events, `piece` at a time. */
static bt_status write_log(const char *path, size_t piece, bt_error *error)
{
    bt_event_log *log;
    bt_logged_event *events = calloc(piece, sizeof *events);
    bt_status status = bt_event_log_create(path, false, &log, error);
    if (status == BT_OK)
        status = bt_event_log_name_kinds(log, kinds, 3, error);
    if (status == BT_OK)
        status = bt_event_log_describe(log, "experiment", "name: log\n", error);
    for (size_t row = 0; row < EVENTS && status == BT_OK && events != NULL;) {
        size_t run = row / (EVENTS / RUNS), end = (run + 1) * (EVENTS / RUNS);
        size_t count = piece < end - row ? piece : end - row;
        for (size_t i = 0; i < count; i++)
            events[i] = event_at(row + i);
        status = bt_event_log_append(log, run / 2, run % 2, events, count, error);
        row += count;
    }
    free(events);
    return status == BT_OK ? bt_event_log_close(log, error) : status;
}

static void check_integers(hid_t file, const char *name, int64_t (*wanted)(size_t row))
{
    int64_t *found = malloc(EVENTS * sizeof *found);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    assert_int_equal(H5Sget_simple_extent_npoints(H5Dget_space(dataset)), EVENTS);
    assert_true(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) >= 0);
    for (size_t row = 0; row < EVENTS; row++)
        assert_int_equal(found[row], wanted(row));
    H5Dclose(dataset);
    free(found);
}

static void check_doubles(hid_t file, const char *name, double (*wanted)(size_t row))
{
    double *found = malloc(EVENTS * sizeof *found);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    assert_true(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) >= 0);
    for (size_t row = 0; row < EVENTS; row++) {
        double value = wanted(row);
        assert_true(found[row] == value || (isnan(found[row]) && isnan(value)));
    }
    H5Dclose(dataset);
    free(found);
}

static int64_t point_at(size_t row)
{
    return (int64_t)(row / (EVENTS / 2));
}

static int64_t replication_at(size_t row)
{
    return (int64_t)(row / (EVENTS / RUNS) % 2);
}

static int64_t kind_at(size_t row)
{
    return event_at(row).kind;
}

static int64_t agent_at(size_t row)
{
    return event_at(row).agent;
}

static int64_t product_at(size_t row)
{
    return event_at(row).product;
}

static double time_at(size_t row)
{
    return event_at(row).time;
}

static double price_at(size_t row)
{
    return event_at(row).price;
}

static double outcome_at(size_t row)
{
    return event_at(row).outcome;
}

static void rows_come_back(void **state)
{
    (void)state;
    bt_error error;
    assert_ok(write_log(in_folder("a.h5"), 100, &error));
    assert_false(exists(in_folder("a.h5.part")));
    hid_t file = H5Fopen(in_folder("a.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    check_integers(file, "point", point_at);
    check_integers(file, "replication", replication_at);
    check_integers(file, "kind", kind_at);
    check_integers(file, "agent", agent_at);
    check_integers(file, "product", product_at);
    check_doubles(file, "time", time_at);
    check_doubles(file, "price", price_at);
    check_doubles(file, "outcome", outcome_at);
    H5Fclose(file);
}

static void only_the_rows_decide_the_bytes(void **state)
{
    (void)state;
    bt_error error;
    assert_ok(write_log(in_folder("a.h5"), 1, &error));
    assert_ok(write_log(in_folder("b.h5"), 4999, &error));
    assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
}

static void an_empty_log_is_a_log(void **state)
{
    (void)state;
    bt_error error;
    bt_event_log *log;
    assert_ok(bt_event_log_create(in_folder("a.h5"), false, &log, &error));
    assert_ok(bt_event_log_append(log, 0, 0, NULL, 0, &error));
    assert_ok(bt_event_log_close(log, &error));
    assert_ok(bt_event_log_close(NULL, &error));
    hid_t file = H5Fopen(in_folder("a.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, "time", H5P_DEFAULT);
    assert_int_equal(H5Sget_simple_extent_npoints(H5Dget_space(dataset)), 0);
    H5Dclose(dataset);
    H5Fclose(file);
}

static void existing_logs_are_kept(void **state)
{
    (void)state;
    bt_error error;
    bt_event_log *log, *second;
    assert_int_equal(sample_put_bytes(in_folder("a.h5"), "old", 3), 0);
    assert_int_equal(bt_event_log_create(in_folder("a.h5"), false, &log, &error),
                     BT_CANNOT_CREATE);
    assert_null(log);
    assert_mentions(error.message, "a.h5 exists already");
    assert_ok(bt_event_log_create(in_folder("a.h5"), true, &log, &error));
    assert_int_equal(bt_event_log_create(in_folder("a.h5"), true, &second, &error),
                     BT_CANNOT_CREATE);
    assert_mentions(error.message, "being written by another process");
    assert_ok(bt_event_log_close(log, &error));

    assert_ok(bt_event_log_create(in_folder("b.h5"), false, &log, &error));
    assert_int_equal(sample_put_bytes(in_folder("b.h5"), "old", 3), 0);
    assert_int_equal(bt_event_log_close(log, &error), BT_CANNOT_CREATE);
    assert_mentions(error.message, "b.h5: File exists");
    assert_int_equal(bt_event_log_create(in_folder("no/a.h5"), false, &log, &error),
                     BT_CANNOT_CREATE);
    assert_mentions(error.message, "No such file or directory");
}

/* A full disk: the first failure is the one that every later call gives. */
static bool failure_sticks(void)
{
    enum { MANY = 100000 };
    struct rlimit limit = {64 * 1024, 64 * 1024};
    bt_error first = {BT_OK, ""}, error;
    bt_event_log *log;
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        bt_event_log_create(in_folder("a.h5"), false, &log, &error) != BT_OK)
        return false;
    uint64_t random = 1;
    for (size_t row = 0; row < MANY && first.status == BT_OK; row++) {
        bt_logged_event event = event_at(row);
        event.price = (double)next_random(&random); /* does not compress */
        bt_event_log_append(log, 0, 0, &event, 1, &first);
    }
    bt_logged_event event = event_at(0);
    bool append_fails = bt_event_log_append(log, 0, 0, &event, 1, &error) == BT_IO &&
                        strcmp(error.message, first.message) == 0;
    bool close_fails =
        bt_event_log_close(log, &error) == BT_IO && strcmp(error.message, first.message) == 0;
    return first.status == BT_IO && strstr(first.message, "a.h5.part") != NULL &&
           append_fails && close_fails && !exists(in_folder("a.h5"));
}

static void the_first_failure_sticks(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(failure_sticks() ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int argc, char **argv)
{
    bt_error error = {BT_OK, ""};
    bt_result_quiet_hdf5();
    if (argc == 3 && strcmp(argv[1], "write") == 0)
        return (int)write_log(argv[2], 1000, &error);
    if (!make_folder())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(rows_come_back, empty_folder),
        cmocka_unit_test_teardown(only_the_rows_decide_the_bytes, empty_folder),
        cmocka_unit_test_teardown(an_empty_log_is_a_log, empty_folder),
        cmocka_unit_test_teardown(existing_logs_are_kept, empty_folder),
        cmocka_unit_test_teardown(the_first_failure_sticks, empty_folder),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(sample_folder);
    return failed;
}
