/*
 * The reader meets files that it should not trust: other files, results that were
 * tampered with, results with random bytes. It says what is wrong and never crashes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/types.h>

#include <hdf5.h>

#include "result_sample.h"

/* Open and read all there is. */
static bt_status read_all(const char *path, bt_error *error)
{
    bt_result_reader *reader;
    bt_status status = bt_result_open(path, &reader, error);
    if (status != BT_OK) {
        assert_null(reader);
        return status;
    }
    for (size_t i = 0; i < bt_result_n_variables(reader) && status == BT_OK; i++) {
        const bt_result_variable *variable = bt_result_variable_at(reader, i);
        size_t size = variable->type == BT_RESULT_TEXT ? variable->text_length : 8;
        void *data = calloc(bt_result_elements(reader, variable), size);
        assert_non_null(data);
        status = bt_result_read(reader, variable, data, error);
        if (status == BT_OK && variable->per_run)
            status = bt_result_read_run(reader, variable, SAMPLE_POINTS - 1, 0, data, error);
        free(data);
    }
    bt_result_reader_close(reader);
    return status;
}

static void expect(bt_status wanted, const char *mention)
{
    bt_error error = {BT_OK, ""};
    const char *path = in_folder("a.h5");
    bt_status status = read_all(path, &error);
    assert_mentions(error.message, mention);
    if (wanted != BT_OK)
        assert_mentions(error.message, path);
    assert_int_equal(status, wanted);
}

/* ---- not results ---- */

static void other_files_are_named(void **state)
{
    (void)state;
    expect(BT_NO_INPUT, "No such file");
    assert_int_equal(sample_put_bytes(in_folder("a.h5"), "", 0), 0);
    expect(BT_BAD_INPUT, "cannot be read as an HDF5 file");
    assert_int_equal(sample_put_bytes(in_folder("a.h5"), "point,price\n1,2\n", 16), 0);
    expect(BT_BAD_INPUT, "cannot be read as an HDF5 file");
    unlink(in_folder("a.h5"));
    assert_int_equal(mkfifo(in_folder("a.h5"), 0600), 0);
    expect(BT_BAD_INPUT, "not an ordinary file");
    unlink(in_folder("a.h5"));
    assert_int_equal(mkdir(in_folder("a.h5"), 0700), 0);
    expect(BT_BAD_INPUT, "not an ordinary file");
    rmdir(in_folder("a.h5"));
    H5Fclose(H5Fcreate(in_folder("a.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    expect(BT_BAD_INPUT, "no attribute \"bertrand_result_format\"");
}

static void truncated_results_are_named(void **state)
{
    (void)state;
    bt_error error;
    size_t size = 0;
    assert_ok(sample_write(in_folder("b.h5"), &error));
    unsigned char *bytes = sample_bytes(in_folder("b.h5"), &size);
    for (size_t left = 0; left < size; left += 509) {
        assert_int_equal(sample_put_bytes(in_folder("a.h5"), bytes, left), 0);
        expect(BT_BAD_INPUT, "cannot be read as an HDF5 file");
    }
    free(bytes);
}

/* ---- results that were tampered with ---- */

static hid_t tamper(void)
{
    bt_error error;
    unlink(in_folder("a.h5"));
    assert_ok(sample_write(in_folder("a.h5"), &error));
    return H5Fopen(in_folder("a.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
}

/* A scalar attribute in the place of one that may be there. */
static void put_attribute(hid_t object, const char *name, hid_t type, const void *value)
{
    hid_t scalar = H5Screate(H5S_SCALAR);
    if (H5Aexists(object, name) > 0)
        H5Adelete(object, name);
    hid_t attribute = H5Acreate2(object, name, type, scalar, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, value) >= 0);
    H5Aclose(attribute);
    H5Sclose(scalar);
}

static void put_number(hid_t file, const char *name, const char *attribute, int value)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    put_attribute(dataset, attribute, H5T_NATIVE_INT, &value);
    H5Dclose(dataset);
}

static void put_text(hid_t object, const char *name, const char *text, bool variable)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, variable ? H5T_VARIABLE : strlen(text));
    put_attribute(object, name, type, variable ? (const void *)&text : text);
    H5Tclose(type);
}

/* A data set of this type, extent and properties in the place of `price`. */
static void replace_price(hid_t file, hid_t type, hid_t space, hid_t properties)
{
    const hsize_t rank = 4;
    const int numbers[] = {POINT, REPLICATION, RECORD, PRODUCT};
    H5Ldelete(file, "price", H5P_DEFAULT);
    hid_t dataset =
        H5Dcreate2(file, "price", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    assert_true(dataset >= 0);
    put_text(dataset, "long_name", "x", false);
    put_text(dataset, "units", "1", false);
    hid_t list = H5Screate_simple(1, &rank, NULL);
    hid_t attribute = H5Acreate2(dataset, "_Netcdf4Coordinates", H5T_STD_I32LE, list,
                                 H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, H5T_NATIVE_INT, numbers) >= 0);
    H5Aclose(attribute);
    H5Sclose(list);
    H5Dclose(dataset);
}

static const hsize_t price_extent[] = {SAMPLE_POINTS, SAMPLE_REPLICATIONS, SAMPLE_RECORDS,
                                       SAMPLE_PRODUCTS};

static void expect_bad_type(hid_t type)
{
    hid_t file = tamper();
    hid_t space = H5Screate_simple(4, price_extent, NULL);
    replace_price(file, type, space, H5P_DEFAULT);
    H5Sclose(space);
    H5Fclose(file);
    expect(BT_BAD_INPUT, "\"price\" is neither of 64-bit numbers nor of single characters");
}

static void wrong_types_are_named(void **state)
{
    (void)state;
    expect_bad_type(H5T_STD_I32LE);
    expect_bad_type(H5T_STD_U64LE);
    expect_bad_type(H5T_STD_I64BE);
    expect_bad_type(H5T_IEEE_F32LE);
    expect_bad_type(H5T_STD_REF_OBJ);
    hid_t longer = H5Tcopy(H5T_C_S1);
    H5Tset_size(longer, 10);
    expect_bad_type(longer);
    H5Tset_size(longer, H5T_VARIABLE);
    expect_bad_type(longer);
    H5Tclose(longer);
    hid_t compound = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(compound, "value", 0, H5T_IEEE_F64LE);
    expect_bad_type(compound);
    H5Tclose(compound);
}

static void expect_bad_shape(int rank, const hsize_t *extent, const char *mention)
{
    hid_t file = tamper();
    hid_t space = rank < 0 ? H5Screate(H5S_NULL) : H5Screate_simple(rank, extent, NULL);
    replace_price(file, H5T_IEEE_F64LE, space, H5P_DEFAULT);
    H5Sclose(space);
    H5Fclose(file);
    expect(BT_BAD_INPUT, mention);
}

static void wrong_shapes_are_named(void **state)
{
    (void)state;
    const hsize_t ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const hsize_t other[] = {SAMPLE_POINTS, SAMPLE_REPLICATIONS, SAMPLE_RECORDS, 3};
    const hsize_t none[] = {SAMPLE_POINTS, SAMPLE_REPLICATIONS, SAMPLE_RECORDS, 0};
    expect_bad_shape(10, ones, "\"price\" has a shape that no result has");
    expect_bad_shape(-1, NULL, "\"price\"");
    expect_bad_shape(3, price_extent, "\"price\" does not fit the dimensions");
    expect_bad_shape(4, other, "\"price\" does not fit the dimensions");
    expect_bad_shape(4, none, "\"price\" does not fit the dimensions");
    expect_bad_shape(4, price_extent, "\"price\" is not stored as results are");
}

/* Data elsewhere: another file would be read under the name of a result. */
static void data_in_other_files_are_refused(void **state)
{
    (void)state;
    hid_t space = H5Screate_simple(4, price_extent, NULL);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(properties, "/etc/passwd", 0, H5F_UNLIMITED);
    hid_t file = tamper();
    replace_price(file, H5T_IEEE_F64LE, space, properties);
    H5Fclose(file);
    H5Pclose(properties);
    expect(BT_BAD_INPUT, "\"price\" is not stored as results are");

    properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_virtual(properties, space, "/tmp/other.h5", "price", space);
    file = tamper();
    replace_price(file, H5T_IEEE_F64LE, space, properties);
    H5Fclose(file);
    H5Pclose(properties);
    H5Sclose(space);
    expect(BT_BAD_INPUT, "\"price\" is not stored as results are");
}

#define EXPECT_TAMPERED(change, wanted, mention)                                               \
    do {                                                                                       \
        hid_t file = tamper();                                                                 \
        change;                                                                                \
        H5Fclose(file);                                                                        \
        expect(wanted, mention);                                                               \
    } while (0)

static void remove_attribute(hid_t file, const char *dataset, const char *name)
{
    assert_true(H5Adelete_by_name(file, dataset, name, H5P_DEFAULT) >= 0);
}

static void wrong_attributes_are_named(void **state)
{
    (void)state;
    const char *format = "bertrand_result_format";
    EXPECT_TAMPERED(remove_attribute(file, "price", "units"), BT_BAD_INPUT, "\"price\" has no");
    EXPECT_TAMPERED(remove_attribute(file, "price", "long_name"), BT_BAD_INPUT, "\"price\"");
    EXPECT_TAMPERED(remove_attribute(file, "price", "_Netcdf4Coordinates"), BT_BAD_INPUT,
                    "\"price\" does not fit the dimensions");
    EXPECT_TAMPERED(remove_attribute(file, "state", "_Netcdf4Dimid"), BT_BAD_INPUT, "");
    EXPECT_TAMPERED(put_number(file, "state", "_Netcdf4Dimid", 2), BT_BAD_INPUT,
                    "\"state\" is not a proper dimension");
    EXPECT_TAMPERED(put_number(file, "state", "_Netcdf4Dimid", -1), BT_BAD_INPUT,
                    "\"state\" is not a proper dimension");
    EXPECT_TAMPERED(put_number(file, "state", "_Netcdf4Dimid", 1 << 30), BT_BAD_INPUT,
                    "\"state\" is not a proper dimension");
    EXPECT_TAMPERED(put_number(file, "memory", "_Netcdf4Coordinates", 77), BT_BAD_INPUT,
                    "\"memory\" does not fit");
    EXPECT_TAMPERED(put_number(file, "memory", "_Netcdf4Coordinates", -7), BT_BAD_INPUT,
                    "\"memory\" does not fit");
    EXPECT_TAMPERED(put_number(file, "memory", "_Netcdf4Coordinates", 6), BT_BAD_INPUT,
                    "\"memory\" does not fit");
    EXPECT_TAMPERED(H5Adelete(file, format), BT_BAD_INPUT, "no attribute");
    EXPECT_TAMPERED(put_text(file, format, "2", false), BT_BAD_INPUT, "result format \"2\"");
    EXPECT_TAMPERED(put_text(file, format, "1", true), BT_BAD_INPUT, "no attribute");
}

static void add_foreign_things(hid_t file)
{
    H5Gclose(H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Lcreate_soft("/nowhere", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("/etc/passwd", "/", file, "external", H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = H5Tcopy(H5T_NATIVE_INT);
    H5Tcommit2(file, "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Tclose(type);
}

static void things_that_are_missing_or_foreign(void **state)
{
    (void)state;
    EXPECT_TAMPERED(H5Ldelete(file, "status", H5P_DEFAULT), BT_BAD_INPUT, "no status of runs");
    EXPECT_TAMPERED(H5Ldelete(file, "checksum", H5P_DEFAULT), BT_BAD_INPUT, "no checksum");
    EXPECT_TAMPERED(H5Ldelete(file, "point", H5P_DEFAULT), BT_BAD_INPUT, "");
    EXPECT_TAMPERED(H5Lmove(file, "point", file, "cell", H5P_DEFAULT, H5P_DEFAULT),
                    BT_BAD_INPUT, "point and replication");
    EXPECT_TAMPERED(H5Ldelete(file, "sales", H5P_DEFAULT), BT_OK, "");
    EXPECT_TAMPERED(add_foreign_things(file), BT_OK, "");
}

/* Chunked, compressed data, as nccopy -d and h5repack leave them. */
static void compressed_results_are_read(void **state)
{
    (void)state;
    hid_t space = H5Screate_simple(4, price_extent, NULL);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 4, price_extent);
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, 4);
    EXPECT_TAMPERED(replace_price(file, H5T_IEEE_F64LE, space, properties), BT_OK, "");
    H5Pset_nbit(properties);
    EXPECT_TAMPERED(replace_price(file, H5T_IEEE_F64LE, space, properties), BT_BAD_INPUT,
                    "\"price\" is not stored as results are");
    H5Pclose(properties);
    H5Sclose(space);
}

/* A dimension and a data set of 2^50 elements in a file of some kilobytes. */
static void absurd_lengths_are_refused(void **state)
{
    (void)state;
    const hsize_t length = (hsize_t)1 << 50;
    const hsize_t chunk = 1024;
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 1, &chunk);
    hid_t space = H5Screate_simple(1, &length, NULL);
    hid_t file = tamper();
    hid_t dataset =
        H5Dcreate2(file, "huge", H5T_IEEE_F64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    put_text(dataset, "units", "1", false);
    put_text(dataset, "long_name", "x", false);
    H5Dclose(dataset);
    put_number(file, "huge", "_Netcdf4Dimid", 9);
    H5Fclose(file);
    H5Sclose(space);
    H5Pclose(properties);
    expect(BT_BAD_INPUT, "\"huge\" is not stored as results are");
}

/* ---- random bytes ---- */

static void random_bytes_do_no_harm(void **state)
{
    (void)state;
    enum { VARIANTS = 600 };
    bt_error error;
    size_t size = 0;
    int refused = 0;
    uint64_t seed = 20240117;
    assert_ok(sample_write(in_folder("b.h5"), &error));
    unsigned char *bytes = sample_bytes(in_folder("b.h5"), &size);
    unsigned char *damaged = malloc(size);
    assert_non_null(damaged);
    for (int variant = 0; variant < VARIANTS; variant++) {
        memcpy(damaged, bytes, size);
        int flips = 1 + variant % 8;
        for (int i = 0; i < flips; i++)
            damaged[next_random(&seed) % size] = (unsigned char)next_random(&seed);
        assert_int_equal(sample_put_bytes(in_folder("a.h5"), damaged, size), 0);
        refused += read_all(in_folder("a.h5"), &error) != BT_OK;
    }
    /* metadata are more than half of the sample, and all of them have checksums */
    assert_in_range(refused, VARIANTS / 2, VARIANTS - 1);
    free(damaged);
    free(bytes);
}

int main(void)
{
    bt_result_quiet_hdf5();
    if (!make_folder())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(other_files_are_named, empty_folder),
        cmocka_unit_test_teardown(truncated_results_are_named, empty_folder),
        cmocka_unit_test_teardown(wrong_types_are_named, empty_folder),
        cmocka_unit_test_teardown(wrong_shapes_are_named, empty_folder),
        cmocka_unit_test_teardown(data_in_other_files_are_refused, empty_folder),
        cmocka_unit_test_teardown(wrong_attributes_are_named, empty_folder),
        cmocka_unit_test_teardown(things_that_are_missing_or_foreign, empty_folder),
        cmocka_unit_test_teardown(compressed_results_are_read, empty_folder),
        cmocka_unit_test_teardown(absurd_lengths_are_refused, empty_folder),
        cmocka_unit_test_teardown(random_bytes_do_no_harm, empty_folder),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(sample_folder);
    return failed;
}
