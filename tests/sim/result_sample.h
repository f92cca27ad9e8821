/*
 * A small result with everything that a schema can have, for the tests of the result
 * file: runs are filled with values that follow from their position.
 */
#ifndef BT_TESTS_SIM_RESULT_SAMPLE_H
#define BT_TESTS_SIM_RESULT_SAMPLE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/result_file.h"

/* ---- the folder of a test program ---- */

static char sample_folder[] = "/tmp/bertrand_result_XXXXXX";

/* A path in the folder; the text lives until the fourth call from here. */
static inline char *in_folder(const char *name)
{
    static char path[4][128];
    static int next;
    char *result = path[next++ % 4];
    snprintf(result, sizeof path[0], "%s/%s", sample_folder, name);
    return result;
}

static inline bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* A teardown of tests: the files that they may have left. */
static inline int empty_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"a.h5",      "a.h5.part", "a.h5.part.new", "b.h5",
                                        "b.h5.part", "c.h5",      "nothing.h5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in_folder(names[i]));
    return 0;
}

static inline bool make_folder(void)
{
    return mkdtemp(sample_folder) != NULL && chmod(sample_folder, 0755) == 0;
}

#define assert_ok(call) assert_string_equal("", (call) == BT_OK ? "" : error.message)

#define assert_mentions(text, part)                                                            \
    do {                                                                                       \
        if (strstr((text), (part)) == NULL)                                                    \
            fail_msg("\"%s\" does not mention \"%s\"", (text), (part));                        \
    } while (0)

/* ---- tools ---- */

/* SplitMix64 (Steele, Lea, Flood 2014): the same numbers in every test run. */
static inline uint64_t next_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* HDF5 1.10 itself leaks when the checksum of an object header is wrong. Our own
 * allocations do not have it on their stack. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

/* ---- the schema ---- */

enum {
    SAMPLE_POINTS = 3,
    SAMPLE_REPLICATIONS = 4,
    SAMPLE_RUNS = SAMPLE_POINTS * SAMPLE_REPLICATIONS,
    SAMPLE_RECORDS = 5,
    SAMPLE_PRODUCTS = 2,
    SAMPLE_SELLERS = 2,
    SAMPLE_STATES = 4,
    SAMPLE_TEXT = 12
};

enum { POINT, REPLICATION, RECORD, PRODUCT, SELLER, STATE, SAMPLE_DIMENSIONS };

enum {
    TIME,
    LEARNING_RATE,
    MEMORY,
    PRODUCT_NAME,
    SELLER_NAME,
    NASH_PRICE,
    MARKET_SIZE,
    PRICE,
    SALES,
    ITERATIONS,
    STRATEGY,
    OUTCOME,
    SAMPLE_VARIABLES
};

enum { TITLE, SETTINGS, NOTE, SAMPLE_ATTRIBUTES };

static const double sample_time[SAMPLE_RECORDS] = {0, 1000, 2000, 3000, 4000};
static const double sample_learning_rate[SAMPLE_POINTS] = {0.05, 0.1, 0.15};
static const int64_t sample_memory[SAMPLE_POINTS] = {0, 1, 2};
static const char sample_product_name[SAMPLE_PRODUCTS][16] = {"apple", "pear"};
static const char sample_seller_name[SAMPLE_SELLERS][8] = {"M\xc3\xbcller", "Smith"};
static const double sample_nash_price[SAMPLE_POINTS][SAMPLE_PRODUCTS] = {
    {1.4, 1.5}, {1.6, 1.7}, {1.8, 1.9}};
static const double sample_market_size = 100.0;

static const bt_result_dimension sample_dimensions[SAMPLE_DIMENSIONS] = {
    [POINT] = {"point", SAMPLE_POINTS, "point of the sweep"},
    [REPLICATION] = {"replication", SAMPLE_REPLICATIONS, "replication"},
    [RECORD] = {"record", SAMPLE_RECORDS, "record of the series"},
    [PRODUCT] = {"product", SAMPLE_PRODUCTS, "product"},
    [SELLER] = {"seller", SAMPLE_SELLERS, "seller"},
    [STATE] = {"state", SAMPLE_STATES, "state of a learner"},
};

static const bt_result_variable sample_variables[SAMPLE_VARIABLES] = {
    [TIME] = {"record",
              "time of the record",
              "period",
              BT_RESULT_DOUBLE,
              0,
              1,
              {RECORD},
              false,
              true,
              sample_time},
    [LEARNING_RATE] = {"sellers[*].learning_rate",
                       "learning rate",
                       "1",
                       BT_RESULT_DOUBLE,
                       0,
                       1,
                       {POINT},
                       false,
                       true,
                       sample_learning_rate},
    [MEMORY] = {"memory",
                "periods that a seller remembers",
                "period",
                BT_RESULT_INT64,
                0,
                1,
                {POINT},
                false,
                true,
                sample_memory},
    [PRODUCT_NAME] = {"product_name",
                      "name of the product",
                      "1",
                      BT_RESULT_TEXT,
                      16,
                      1,
                      {PRODUCT},
                      false,
                      true,
                      sample_product_name},
    [SELLER_NAME] = {"seller_name",
                     "name of the seller",
                     "1",
                     BT_RESULT_TEXT,
                     8,
                     1,
                     {SELLER},
                     false,
                     true,
                     sample_seller_name},
    [NASH_PRICE] = {"nash_price",
                    "Bertrand-Nash price",
                    "\xe2\x82\xac",
                    BT_RESULT_DOUBLE,
                    0,
                    2,
                    {POINT, PRODUCT},
                    false,
                    false,
                    sample_nash_price},
    [MARKET_SIZE] = {"market_size",
                     "buyers",
                     "1",
                     BT_RESULT_DOUBLE,
                     0,
                     0,
                     {0},
                     false,
                     false,
                     &sample_market_size},
    [PRICE] = {"price",
               "posted price",
               "\xe2\x82\xac",
               BT_RESULT_DOUBLE,
               0,
               4,
               {POINT, REPLICATION, RECORD, PRODUCT},
               true,
               false,
               NULL},
    [SALES] = {"sales",
               "units sold",
               "1",
               BT_RESULT_INT64,
               0,
               4,
               {POINT, REPLICATION, RECORD, PRODUCT},
               true,
               false,
               NULL},
    [ITERATIONS] = {"iterations",
                    "periods until the end",
                    "period",
                    BT_RESULT_INT64,
                    0,
                    2,
                    {POINT, REPLICATION},
                    true,
                    false,
                    NULL},
    [STRATEGY] = {"strategy",
                  "limit strategy",
                  "1",
                  BT_RESULT_INT64,
                  0,
                  4,
                  {POINT, REPLICATION, SELLER, STATE},
                  true,
                  false,
                  NULL},
    [OUTCOME] = {"outcome",
                 "how the run ended",
                 "1",
                 BT_RESULT_TEXT,
                 SAMPLE_TEXT,
                 2,
                 {POINT, REPLICATION},
                 true,
                 false,
                 NULL},
};

static const bt_result_attribute sample_attributes[SAMPLE_ATTRIBUTES] = {
    [TITLE] = {"title", "a sample \xe2\x80\x94 of everything"},
    [SETTINGS] = {"settings", "format: 1\nname: sample\n"},
    [NOTE] = {"note", ""},
};

static const bt_result_schema sample_schema = {sample_dimensions, SAMPLE_DIMENSIONS,
                                               sample_variables,  SAMPLE_VARIABLES,
                                               sample_attributes, SAMPLE_ATTRIBUTES};

/* A copy of the schema that a test may change. */
typedef struct schema_copy {
    bt_result_dimension dimensions[SAMPLE_DIMENSIONS];
    bt_result_variable variables[SAMPLE_VARIABLES];
    bt_result_attribute attributes[SAMPLE_ATTRIBUTES];
    bt_result_schema schema;
} schema_copy;

static inline void copy_schema(schema_copy *copy)
{
    memcpy(copy->dimensions, sample_dimensions, sizeof sample_dimensions);
    memcpy(copy->variables, sample_variables, sizeof sample_variables);
    memcpy(copy->attributes, sample_attributes, sizeof sample_attributes);
    copy->schema = (bt_result_schema){copy->dimensions, SAMPLE_DIMENSIONS, copy->variables,
                                      SAMPLE_VARIABLES, copy->attributes,  SAMPLE_ATTRIBUTES};
}

/* ---- runs ---- */

/* One run's data. */
typedef struct sample_run {
    double price[SAMPLE_RECORDS][SAMPLE_PRODUCTS];
    int64_t sales[SAMPLE_RECORDS][SAMPLE_PRODUCTS];
    int64_t iterations;
    int64_t strategy[SAMPLE_SELLERS][SAMPLE_STATES];
    char outcome[SAMPLE_TEXT];
} sample_run;

static inline uint64_t sample_fingerprint(size_t run)
{
    return UINT64_C(0x9e3779b97f4a7c15) * (run + 1);
}

static inline void sample_fill_run(sample_run *data, size_t run)
{
    memset(data, 0, sizeof *data);
    for (size_t i = 0; i < SAMPLE_RECORDS; i++)
        for (size_t j = 0; j < SAMPLE_PRODUCTS; j++) {
            data->price[i][j] = 1.0 + 0.01 * (double)(100 * run + 10 * i + j);
            data->sales[i][j] = (int64_t)(1000 * run + 10 * i + j);
        }
    data->iterations = (int64_t)(500 + run);
    for (size_t i = 0; i < SAMPLE_SELLERS; i++)
        for (size_t j = 0; j < SAMPLE_STATES; j++)
            data->strategy[i][j] = (int64_t)((run + i + j) % 15);
    snprintf(data->outcome, sizeof data->outcome, "run %zu", run);
}

/* A fixed run fails, so that fill values are part of every sample. */
static inline bt_run_state sample_state(size_t run)
{
    return run == 7 ? BT_RUN_FAILED : BT_RUN_DONE;
}

static inline bt_status sample_write_run(bt_result_writer *writer, size_t run, bt_error *error)
{
    sample_run data;
    sample_fill_run(&data, run);
    const void *slices[SAMPLE_VARIABLES] = {[PRICE] = data.price,
                                            [SALES] = data.sales,
                                            [ITERATIONS] = &data.iterations,
                                            [STRATEGY] = data.strategy,
                                            [OUTCOME] = data.outcome};
    return bt_result_write_run(writer, run / SAMPLE_REPLICATIONS, run % SAMPLE_REPLICATIONS,
                               sample_state(run), sample_fingerprint(run), slices, error);
}

/* Write the runs that are pending, beginning at `first` and going round. */
static inline bt_status sample_write_pending(bt_result_writer *writer, size_t first,
                                             bt_error *error)
{
    for (size_t i = 0; i < SAMPLE_RUNS; i++) {
        size_t run = (first + i) % SAMPLE_RUNS;
        if (bt_result_run_state(writer, run / SAMPLE_REPLICATIONS, run % SAMPLE_REPLICATIONS) !=
            BT_RUN_PENDING)
            continue;
        bt_status status = sample_write_run(writer, run, error);
        if (status != BT_OK)
            return status;
    }
    return BT_OK;
}

/* The whole sample at `path`, in one go. */
static inline bt_status sample_write(const char *path, bt_error *error)
{
    bt_result_writer *writer;
    bt_status status = bt_result_create(path, &sample_schema, false, &writer, error);
    if (status != BT_OK)
        return status;
    status = sample_write_pending(writer, 0, error);
    if (status != BT_OK) {
        bt_result_close(writer);
        return status;
    }
    return bt_result_publish(writer, error);
}

/* ---- bytes ---- */

/* All bytes of a file, to be freed; NULL when it cannot be read. */
static inline unsigned char *sample_bytes(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size + 1);
    if (bytes != NULL && fread(bytes, 1, *size, file) != *size) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

static inline int sample_put_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return -1;
    size_t written = fwrite(bytes, 1, size, file);
    return fclose(file) == 0 && written == size ? 0 : -1;
}

/* Whether two files have the same bytes. */
static inline int sample_same_files(const char *a, const char *b)
{
    size_t size_a = 0, size_b = 0;
    unsigned char *bytes_a = sample_bytes(a, &size_a);
    unsigned char *bytes_b = sample_bytes(b, &size_b);
    int same = bytes_a != NULL && bytes_b != NULL && size_a == size_b &&
               memcmp(bytes_a, bytes_b, size_a) == 0;
    free(bytes_a);
    free(bytes_b);
    return same;
}

#endif
