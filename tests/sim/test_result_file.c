/* The result file: what is written is read, what may not be written is refused. With two
 * arguments the program serves the tests of other tools: `write PATH` writes the sample,
 * `read PATH` checks that a file is the sample. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <hdf5.h>

#include "result_sample.h"

/* ---- writing and reading ---- */

static void check_described(const bt_result_reader *reader)
{
    assert_int_equal(bt_result_n_dimensions(reader), SAMPLE_DIMENSIONS);
    for (size_t i = 0; i < SAMPLE_DIMENSIONS; i++) {
        const bt_result_dimension *dimension = bt_result_dimension_at(reader, i);
        assert_string_equal(dimension->name, sample_dimensions[i].name);
        assert_int_equal(dimension->length, sample_dimensions[i].length);
        assert_int_equal(bt_result_length(reader, dimension->name), dimension->length);
        /* the scale of `record` is a variable and has that variable's long name */
        const char *long_name =
            i == RECORD ? sample_variables[TIME].long_name : sample_dimensions[i].long_name;
        assert_string_equal(dimension->long_name, long_name);
    }
    assert_int_equal(bt_result_length(reader, "nowhere"), 0);
    assert_int_equal(bt_result_n_variables(reader), SAMPLE_VARIABLES + 3);
    assert_string_equal(bt_result_variable_at(reader, 0)->name, "record");
    assert_string_equal(bt_result_variable_at(reader, 1)->name, "status");
    for (size_t i = 0; i < SAMPLE_VARIABLES; i++) {
        const bt_result_variable *wanted = &sample_variables[i];
        const bt_result_variable *found = bt_result_find(reader, wanted->name);
        assert_non_null(found);
        assert_string_equal(found->long_name, wanted->long_name);
        assert_string_equal(found->units, wanted->units);
        assert_int_equal(found->type, wanted->type);
        assert_int_equal(found->text_length, wanted->text_length);
        assert_int_equal(found->rank, wanted->rank);
        assert_memory_equal(found->dimension, wanted->dimension,
                            wanted->rank * sizeof *wanted->dimension);
        assert_int_equal(found->per_run, wanted->per_run);
        assert_int_equal(found->is_coordinate, wanted->is_coordinate);
        assert_null(found->constant);
    }
    for (size_t i = 0; i < SAMPLE_ATTRIBUTES; i++)
        assert_string_equal(bt_result_text(reader, sample_attributes[i].name),
                            sample_attributes[i].text);
    assert_null(bt_result_text(reader, "nothing"));
    assert_null(bt_result_find(reader, "nothing"));
}

static void check_constants(bt_result_reader *reader)
{
    bt_error error;
    for (size_t i = 0; i < SAMPLE_VARIABLES; i++) {
        const bt_result_variable *wanted = &sample_variables[i];
        if (wanted->per_run)
            continue;
        const bt_result_variable *found = bt_result_find(reader, wanted->name);
        size_t size = bt_result_elements(reader, found) *
                      (found->type == BT_RESULT_TEXT ? found->text_length : 8);
        unsigned char *data = malloc(size);
        assert_non_null(data);
        assert_ok(bt_result_read(reader, found, data, &error));
        assert_memory_equal(data, wanted->constant, size);
        free(data);
    }
}

static void check_done_run(bt_result_reader *reader, size_t point, size_t replication,
                           const sample_run *wanted)
{
    bt_error error;
    sample_run found;
    void *slice[SAMPLE_VARIABLES] = {[PRICE] = found.price,
                                     [SALES] = found.sales,
                                     [ITERATIONS] = &found.iterations,
                                     [STRATEGY] = found.strategy,
                                     [OUTCOME] = found.outcome};
    memset(&found, 0, sizeof found);
    for (size_t i = 0; i < SAMPLE_VARIABLES; i++) {
        const bt_result_variable *variable = bt_result_find(reader, sample_variables[i].name);
        if (slice[i] != NULL)
            assert_ok(
                bt_result_read_run(reader, variable, point, replication, slice[i], &error));
    }
    assert_memory_equal(&found, wanted, sizeof found);
}

static void check_filled_run(bt_result_reader *reader, size_t point, size_t replication)
{
    bt_error error;
    double price[SAMPLE_RECORDS * SAMPLE_PRODUCTS];
    int64_t sales[SAMPLE_RECORDS * SAMPLE_PRODUCTS];
    char outcome[SAMPLE_TEXT];
    assert_ok(bt_result_read_run(reader, bt_result_find(reader, "price"), point, replication,
                                 price, &error));
    assert_ok(bt_result_read_run(reader, bt_result_find(reader, "sales"), point, replication,
                                 sales, &error));
    assert_ok(bt_result_read_run(reader, bt_result_find(reader, "outcome"), point, replication,
                                 outcome, &error));
    for (size_t i = 0; i < SAMPLE_RECORDS * SAMPLE_PRODUCTS; i++) {
        assert_true(isnan(price[i]));
        assert_int_equal(sales[i], -1);
    }
    assert_string_equal(outcome, "");
}

static void check_runs(bt_result_reader *reader, size_t n_written)
{
    bt_error error;
    int64_t status[SAMPLE_RUNS], fingerprint[SAMPLE_RUNS];
    assert_ok(bt_result_read(reader, bt_result_find(reader, "status"), status, &error));
    assert_ok(
        bt_result_read(reader, bt_result_find(reader, "fingerprint"), fingerprint, &error));
    for (size_t run = 0; run < SAMPLE_RUNS; run++) {
        size_t point = run / SAMPLE_REPLICATIONS, replication = run % SAMPLE_REPLICATIONS;
        bt_run_state wanted = run < n_written ? sample_state(run) : BT_RUN_PENDING;
        assert_int_equal(status[run], wanted);
        assert_int_equal((uint64_t)fingerprint[run],
                         run < n_written ? sample_fingerprint(run) : 0);
        sample_run data;
        sample_fill_run(&data, run);
        if (wanted == BT_RUN_DONE)
            check_done_run(reader, point, replication, &data);
        else
            check_filled_run(reader, point, replication);
    }
}

static void reading_outside_of_the_cube_is_refused(void **state)
{
    (void)state;
    bt_error error;
    bt_result_reader *reader;
    double data[SAMPLE_RECORDS * SAMPLE_PRODUCTS];
    assert_ok(sample_write(in_folder("a.h5"), &error));
    assert_ok(bt_result_open(in_folder("a.h5"), &reader, &error));
    const bt_result_variable *price = bt_result_find(reader, "price");
    const bt_result_variable *constant = bt_result_find(reader, "market_size");
    bt_result_variable copy = *price, other = sample_variables[PRICE];
    assert_int_equal(bt_result_elements(reader, &copy),
                     SAMPLE_RUNS * SAMPLE_RECORDS * SAMPLE_PRODUCTS);
    assert_ok(bt_result_read_run(reader, &copy, 0, 0, data, &error));
    other.name = "offer";
    assert_int_equal(bt_result_elements(reader, &other), 0);
    assert_int_equal(bt_result_read(reader, &other, data, &error), BT_INTERNAL);
    assert_int_equal(bt_result_read_run(reader, &other, 0, 0, data, &error), BT_INTERNAL);
    assert_int_equal(bt_result_read_run(reader, price, 3, 0, data, &error), BT_INTERNAL);
    assert_int_equal(bt_result_read_run(reader, price, 0, 4, data, &error), BT_INTERNAL);
    assert_int_equal(bt_result_read_run(reader, constant, 0, 0, data, &error), BT_INTERNAL);
    bt_result_reader_close(reader);
    bt_result_reader_close(NULL);
}

static void check_file(const char *path, size_t n_written)
{
    bt_error error;
    bt_result_reader *reader;
    assert_ok(bt_result_open(path, &reader, &error));
    check_described(reader);
    check_constants(reader);
    check_runs(reader, n_written);
    bt_result_reader_close(reader);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    bt_error error;
    const char *path = in_folder("a.h5");
    assert_ok(sample_write(path, &error));
    assert_true(exists(path));
    assert_false(exists(in_folder("a.h5.part")));
    assert_false(exists(in_folder("a.h5.part.new")));
    check_file(path, SAMPLE_RUNS);
}

static void a_growing_file_can_be_read_by_others(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    assert_ok(bt_result_create(in_folder("a.h5"), &sample_schema, false, &writer, &error));
    for (size_t run = 0; run < 6; run++) {
        /* HDF5 with its locks, as h5py and ncdump open it */
        hid_t file = H5Fopen(in_folder("a.h5.part"), H5F_ACC_RDONLY, H5P_DEFAULT);
        assert_true(file >= 0);
        H5Fclose(file);
        check_file(in_folder("a.h5.part"), run);
        assert_ok(sample_write_run(writer, run, &error));
    }
    assert_ok(bt_result_flush(writer, &error));
    bt_result_close(writer);
    assert_true(exists(in_folder("a.h5.part")));
}

static void equal_calls_give_equal_bytes(void **state)
{
    (void)state;
    bt_error error;
    /* memory that is not initialised differs between the two */
    mallopt(M_PERTURB, 0x5a);
    assert_ok(sample_write(in_folder("a.h5"), &error));
    mallopt(M_PERTURB, 0xc3);
    assert_ok(sample_write(in_folder("b.h5"), &error));
    mallopt(M_PERTURB, 0);
    assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
}

static void the_order_of_runs_leaves_no_trace(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    assert_ok(sample_write(in_folder("a.h5"), &error));
    assert_ok(bt_result_create(in_folder("b.h5"), &sample_schema, false, &writer, &error));
    assert_ok(sample_write_run(writer, 9, &error));
    assert_ok(sample_write_run(writer, 9, &error));
    assert_ok(sample_write_pending(writer, 5, &error));
    assert_ok(bt_result_publish(writer, &error));
    assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
}

static void several_threads_may_write(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    int failed = 0;
    assert_ok(sample_write(in_folder("a.h5"), &error));
    assert_ok(bt_result_create(in_folder("b.h5"), &sample_schema, false, &writer, &error));
#pragma omp parallel for num_threads(4) schedule(dynamic) reduction(+ : failed)
    for (size_t run = 0; run < SAMPLE_RUNS; run++) {
        bt_error own;
        failed += sample_write_run(writer, run, &own) != BT_OK;
    }
    assert_int_equal(failed, 0);
    assert_ok(bt_result_publish(writer, &error));
    assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
}

static void a_run_that_fails_after_it_was_done_is_filled(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    bt_result_reader *reader;
    assert_ok(bt_result_create(in_folder("a.h5"), &sample_schema, false, &writer, &error));
    assert_ok(sample_write_run(writer, 5, &error));
    assert_int_equal(bt_result_run_state(writer, 1, 1), BT_RUN_DONE);
    assert_ok(bt_result_write_run(writer, 1, 1, BT_RUN_FAILED, 3, NULL, &error));
    assert_int_equal(bt_result_run_state(writer, 1, 1), BT_RUN_FAILED);
    assert_ok(bt_result_publish(writer, &error));
    assert_ok(bt_result_open(in_folder("a.h5"), &reader, &error));
    check_filled_run(reader, 1, 1);
    bt_result_reader_close(reader);
}

static void runs_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    const void *no_data[SAMPLE_VARIABLES] = {NULL};
    assert_ok(bt_result_create(in_folder("a.h5"), &sample_schema, false, &writer, &error));
    assert_int_equal(
        bt_result_write_run(writer, SAMPLE_POINTS, 0, BT_RUN_FAILED, 0, NULL, &error),
        BT_INTERNAL);
    assert_mentions(error.message, "point 3");
    assert_int_equal(
        bt_result_write_run(writer, 0, SAMPLE_REPLICATIONS, BT_RUN_FAILED, 0, NULL, &error),
        BT_INTERNAL);
    assert_int_equal(bt_result_write_run(writer, 0, 0, BT_RUN_PENDING, 0, NULL, &error),
                     BT_INTERNAL);
    assert_int_equal(bt_result_write_run(writer, 0, 0, BT_RUN_DONE, 0, no_data, &error),
                     BT_INTERNAL);
    assert_int_equal(bt_result_run_state(writer, 0, 0), BT_RUN_PENDING);
    bt_result_close(writer);
    bt_result_close(NULL);
}

static void size_is_that_of_all_data(void **state)
{
    (void)state;
    struct stat status;
    bt_error error;
    size_t constants = sizeof sample_time + sizeof sample_learning_rate + sizeof sample_memory +
                       sizeof sample_product_name + sizeof sample_seller_name +
                       sizeof sample_nash_price + sizeof sample_market_size;
    size_t run = 3 * 8 + 2 * SAMPLE_RECORDS * SAMPLE_PRODUCTS * 8 + 8 +
                 SAMPLE_SELLERS * SAMPLE_STATES * 8 + SAMPLE_TEXT;
    assert_int_equal(bt_result_size(&sample_schema), constants + SAMPLE_RUNS * run);
    assert_ok(sample_write(in_folder("a.h5"), &error));
    assert_int_equal(stat(in_folder("a.h5"), &status), 0);
    assert_true((size_t)status.st_size > bt_result_size(&sample_schema));
}

static void large_attributes_are_kept(void **state)
{
    (void)state;
    enum { LENGTH = 300000 };
    bt_error error;
    bt_result_writer *writer;
    bt_result_reader *reader;
    char *text = malloc(LENGTH + 1);
    assert_non_null(text);
    for (size_t i = 0; i < LENGTH; i++)
        text[i] = (char)('a' + i % 26);
    text[LENGTH] = '\0';
    bt_result_attribute attributes[20];
    char names[20][8];
    for (size_t i = 0; i < 20; i++) {
        snprintf(names[i], sizeof names[i], "text%zu", i);
        attributes[i] = (bt_result_attribute){names[i], i == 3 ? text : names[i]};
    }
    bt_result_schema schema = sample_schema;
    schema.attributes = attributes;
    schema.n_attributes = 20;
    assert_ok(bt_result_create(in_folder("a.h5"), &schema, false, &writer, &error));
    assert_ok(bt_result_publish(writer, &error));
    assert_ok(bt_result_open(in_folder("a.h5"), &reader, &error));
    for (size_t i = 0; i < 20; i++)
        assert_string_equal(bt_result_text(reader, names[i]), attributes[i].text);
    bt_result_reader_close(reader);
    free(text);
}

static void the_file_is_as_it_promises(void **state)
{
    (void)state;
    bt_error error;
    H5O_info_t object;
    unsigned flags = 0;
    size_t size = 0;
    assert_ok(sample_write(in_folder("a.h5"), &error));
    unsigned char *bytes = sample_bytes(in_folder("a.h5"), &size);
    assert_non_null(bytes);
    assert_int_equal(bytes[8], 2); /* superblock of library bound V18 */
    free(bytes);
    hid_t file = H5Fopen(in_folder("a.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, "price", H5P_DEFAULT);
    hid_t properties = H5Dget_create_plist(dataset);
    assert_true(H5Pget_attr_creation_order(properties, &flags) >= 0);
    assert_int_equal(flags, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    assert_true(H5Oget_info2(dataset, &object, H5O_INFO_TIME) >= 0);
    assert_int_equal(object.mtime, 0);
    assert_int_equal(H5Pget_layout(properties), H5D_CONTIGUOUS);
    H5Pclose(properties);
    H5Dclose(dataset);
    H5Fclose(file);
}

/* ---- refusing ---- */

static void existing_results_are_kept(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    assert_ok(sample_write(in_folder("a.h5"), &error));
    assert_ok(sample_write(in_folder("b.h5"), &error));
    assert_int_equal(
        bt_result_create(in_folder("a.h5"), &sample_schema, false, &writer, &error),
        BT_CANNOT_CREATE);
    assert_null(writer);
    assert_mentions(error.message, "a.h5 exists already");

    assert_ok(bt_result_create(in_folder("a.h5"), &sample_schema, true, &writer, &error));
    assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
    bt_result_close(writer);
    assert_int_equal(unlink(in_folder("a.h5")), 0);

    assert_int_equal(
        bt_result_create(in_folder("a.h5"), &sample_schema, false, &writer, &error),
        BT_CANNOT_CREATE);
    assert_mentions(error.message, "a.h5.part holds an unfinished result");
    assert_ok(bt_result_create(in_folder("a.h5"), &sample_schema, true, &writer, &error));
    assert_ok(sample_write_pending(writer, 0, &error));
    assert_ok(bt_result_publish(writer, &error));
    assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
}

static void forced_results_replace_when_complete(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    assert_ok(sample_write(in_folder("b.h5"), &error));
    assert_int_equal(sample_put_bytes(in_folder("a.h5"), "old", 3), 0);
    assert_ok(bt_result_create(in_folder("a.h5"), &sample_schema, true, &writer, &error));
    assert_ok(sample_write_pending(writer, 0, &error));
    bt_result_close(writer);
    assert_ok(bt_result_resume(in_folder("a.h5"), &sample_schema, &writer, &error));
    assert_ok(bt_result_publish(writer, &error));
    assert_true(sample_same_files(in_folder("a.h5"), in_folder("b.h5")));
}

static void a_result_that_appears_meanwhile_is_kept(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer;
    assert_ok(bt_result_create(in_folder("a.h5"), &sample_schema, false, &writer, &error));
    assert_int_equal(sample_put_bytes(in_folder("a.h5"), "other", 5), 0);
    assert_int_equal(bt_result_publish(writer, &error), BT_CANNOT_CREATE);
    assert_mentions(error.message, "a.h5: File exists");
    assert_true(exists(in_folder("a.h5.part")));
}

static void two_writers_of_one_file_are_refused(void **state)
{
    (void)state;
    bt_error error;
    bt_result_writer *writer, *second;
    assert_ok(bt_result_create(in_folder("a.h5"), &sample_schema, false, &writer, &error));
    assert_int_equal(bt_result_create(in_folder("a.h5"), &sample_schema, true, &second, &error),
                     BT_CANNOT_CREATE);
    assert_mentions(error.message, "being written by another process");
    assert_int_equal(bt_result_resume(in_folder("a.h5"), &sample_schema, &second, &error),
                     BT_CANNOT_CREATE);
    assert_mentions(error.message, "being written by another process");
    assert_ok(sample_write_pending(writer, 0, &error));
    assert_ok(bt_result_publish(writer, &error));
    check_file(in_folder("a.h5"), SAMPLE_RUNS);
}

/* Run `body` in a child that may be limited or stripped of rights; true when it says so. */
static bool in_child(bool (*body)(void))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(body() ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool create_fails(const char *path, const char *mention)
{
    bt_error error = {BT_OK, ""};
    bt_result_writer *writer;
    bt_status status = bt_result_create(path, &sample_schema, false, &writer, &error);
    bool as_expected = status == BT_CANNOT_CREATE && writer == NULL &&
                       strstr(error.message, path) != NULL &&
                       strstr(error.message, mention) != NULL;
    if (!as_expected)
        fprintf(stderr, "status %d, message: %s\n", (int)status, error.message);
    return as_expected;
}

static bool cannot_write_to_closed_folder(void)
{
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return false;
    return create_fails(in_folder("a.h5"), "Permission denied");
}

static void closed_folders_are_named(void **state)
{
    (void)state;
    assert_int_equal(chmod(sample_folder, 0555), 0);
    bool fine = in_child(cannot_write_to_closed_folder);
    assert_int_equal(chmod(sample_folder, 0755), 0);
    assert_true(fine);
    assert_true(create_fails(in_folder("no/such/folder.h5"), "No such file or directory"));
    assert_true(create_fails("/dev/null/a.h5", "Not a directory"));
}

static bool cannot_write_past_the_limit(void)
{
    struct rlimit limit = {16 * 1024, 16 * 1024};
    signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           create_fails(in_folder("a.h5"), "File too large") &&
           !exists(in_folder("a.h5.part.new"));
}

static void full_disks_are_named(void **state)
{
    (void)state;
    assert_true(in_child(cannot_write_past_the_limit));
    bt_error error;
    bt_result_writer *writer;
    bt_result_dimension dimensions[SAMPLE_DIMENSIONS];
    bt_result_schema schema = sample_schema;
    memcpy(dimensions, sample_dimensions, sizeof dimensions);
    dimensions[STATE].length = (size_t)1 << 45;
    schema.dimensions = dimensions;
    assert_int_equal(bt_result_create(in_folder("a.h5"), &schema, false, &writer, &error),
                     BT_CANNOT_CREATE);
    assert_mentions(error.message, "GB are free on its disk");
    assert_false(exists(in_folder("a.h5.part.new")));
}

static void expect_bad_schema(const schema_copy *copy, const char *mention)
{
    bt_error error;
    bt_result_writer *writer;
    assert_int_equal(bt_result_create(in_folder("a.h5"), &copy->schema, false, &writer, &error),
                     BT_BAD_INPUT);
    assert_null(writer);
    assert_mentions(error.message, mention);
    assert_false(exists(in_folder("a.h5.part.new")));
    assert_int_equal(bt_result_size(&copy->schema), SIZE_MAX);
}

#define EXPECT_BAD_SCHEMA(change, mention)                                                     \
    do {                                                                                       \
        schema_copy copy;                                                                      \
        copy_schema(&copy);                                                                    \
        change;                                                                                \
        expect_bad_schema(&copy, mention);                                                     \
    } while (0)

static void schemas_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    EXPECT_BAD_SCHEMA(copy.dimensions[RECORD].length = 0, "\"record\" has length 0");
    EXPECT_BAD_SCHEMA(copy.dimensions[POINT].name = "cell", "must be \"point\"");
    EXPECT_BAD_SCHEMA(copy.dimensions[STATE].name = "seller", "two dimensions");
    EXPECT_BAD_SCHEMA(copy.dimensions[STATE].name = "text_3", "\"text_3\"");
    EXPECT_BAD_SCHEMA(copy.dimensions[STATE].name = "a/b", "\"a/b\"");
    EXPECT_BAD_SCHEMA(copy.dimensions[STATE].name = "", "\"\"");
    EXPECT_BAD_SCHEMA(copy.dimensions[STATE].long_name = NULL, "no long name");
    EXPECT_BAD_SCHEMA(copy.schema.n_dimensions = 1, "\"replication\"");
    EXPECT_BAD_SCHEMA(copy.dimensions[REPLICATION].length = SIZE_MAX / 4, "larger than");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].name = "a price", "\"a price\"");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].name = NULL, "variable \"\"");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].name = "status", "the file itself uses");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].name = "sales", "two variables");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].name = "seller", "name of a dimension");
    EXPECT_BAD_SCHEMA(copy.variables[PRODUCT_NAME].name = "product", "texts need another name");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].units = NULL, "no units");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].long_name = NULL, "no long name");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].rank = 6, "6 dimensions");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].dimension[3] = 9, "uses dimension 9");
    EXPECT_BAD_SCHEMA(copy.variables[PRICE].per_run = false, "run by run");
    EXPECT_BAD_SCHEMA(copy.variables[NASH_PRICE].per_run = true, "run by run");
    EXPECT_BAD_SCHEMA(copy.variables[NASH_PRICE].constant = NULL, "no data");
    EXPECT_BAD_SCHEMA(copy.variables[OUTCOME].text_length = 0, "0 bytes");
    EXPECT_BAD_SCHEMA(copy.attributes[TITLE].name = "Conventions", "there already");
    EXPECT_BAD_SCHEMA(copy.attributes[TITLE].name = "note", "there already");
    EXPECT_BAD_SCHEMA(copy.attributes[TITLE].text = NULL, "no text");
}

/* ---- HDF5's own messages ---- */

static int messages;

static herr_t count_message(hid_t stack, void *data)
{
    (void)stack;
    (void)data;
    messages++;
    return 0;
}

static void the_handler_of_hdf5_errors_is_left_alone(void **state)
{
    (void)state;
    bt_error error;
    bt_result_reader *reader;
    bt_result_writer *writer;
    H5E_auto2_t handler;
    void *data;
    messages = 0;
    H5Eset_auto2(H5E_DEFAULT, count_message, &messages);
    assert_int_equal(sample_put_bytes(in_folder("nothing.h5"), "not HDF5", 8), 0);
    assert_int_equal(bt_result_open(in_folder("nothing.h5"), &reader, &error), BT_BAD_INPUT);
    assert_int_equal(
        bt_result_create(in_folder("no/folder.h5"), &sample_schema, false, &writer, &error),
        BT_CANNOT_CREATE);
    assert_ok(sample_write(in_folder("a.h5"), &error));
    check_file(in_folder("a.h5"), SAMPLE_RUNS);
    H5Eget_auto2(H5E_DEFAULT, &handler, &data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    assert_int_equal(messages, 0);
    assert_ptr_equal(handler, count_message);
    assert_ptr_equal(data, &messages);
}

static int write_sample(const char *path)
{
    bt_error error;
    if (sample_write(path, &error) == BT_OK)
        return 0;
    fprintf(stderr, "%s\n", error.message);
    return 1;
}

static const char *path_to_read;

/* A tool that copies a file may drop the long names of dimensions. */
static void the_given_file_is_the_sample(void **state)
{
    (void)state;
    bt_error error;
    bt_result_reader *reader;
    assert_ok(bt_result_open(path_to_read, &reader, &error));
    check_constants(reader);
    check_runs(reader, SAMPLE_RUNS);
    bt_result_reader_close(reader);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "write") == 0)
        return write_sample(argv[2]);
    path_to_read = argc == 3 && strcmp(argv[1], "read") == 0 ? argv[2] : NULL;
    const struct CMUnitTest reading[] = {cmocka_unit_test(the_given_file_is_the_sample)};
    if (path_to_read != NULL)
        return cmocka_run_group_tests(reading, NULL, NULL);
    if (!make_folder())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_written_is_read, empty_folder),
        cmocka_unit_test_teardown(a_growing_file_can_be_read_by_others, empty_folder),
        cmocka_unit_test_teardown(reading_outside_of_the_cube_is_refused, empty_folder),
        cmocka_unit_test_teardown(equal_calls_give_equal_bytes, empty_folder),
        cmocka_unit_test_teardown(the_order_of_runs_leaves_no_trace, empty_folder),
        cmocka_unit_test_teardown(several_threads_may_write, empty_folder),
        cmocka_unit_test_teardown(a_run_that_fails_after_it_was_done_is_filled, empty_folder),
        cmocka_unit_test_teardown(runs_that_do_not_fit_are_refused, empty_folder),
        cmocka_unit_test_teardown(size_is_that_of_all_data, empty_folder),
        cmocka_unit_test_teardown(large_attributes_are_kept, empty_folder),
        cmocka_unit_test_teardown(the_file_is_as_it_promises, empty_folder),
        cmocka_unit_test_teardown(existing_results_are_kept, empty_folder),
        cmocka_unit_test_teardown(forced_results_replace_when_complete, empty_folder),
        cmocka_unit_test_teardown(a_result_that_appears_meanwhile_is_kept, empty_folder),
        cmocka_unit_test_teardown(two_writers_of_one_file_are_refused, empty_folder),
        cmocka_unit_test_teardown(closed_folders_are_named, empty_folder),
        cmocka_unit_test_teardown(full_disks_are_named, empty_folder),
        cmocka_unit_test_teardown(schemas_that_make_no_sense_are_refused, empty_folder),
        cmocka_unit_test_teardown(the_handler_of_hdf5_errors_is_left_alone, empty_folder),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(sample_folder);
    return failed;
}
