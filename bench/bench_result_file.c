/*
 * The result file: small runs a second, large runs by volume, and what creating, resuming
 * and reading cost. Files are written to $TMPDIR (or /tmp) and removed; the data stay in
 * the page cache, so that the program is measured and not the disk. A run is one system
 * call a variable and three more; the bars leave 4 us for each.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/result_file.h"

enum { POINT, REPLICATION, RECORD, PRODUCT, DIMENSIONS };
enum { PRICE, PROFIT, SURPLUS, ITERATIONS, CONVERGED, DELTA, VARIABLES };

static const bt_result_variable variables[VARIABLES] = {
    [PRICE] = {"price",
               "price",
               "1",
               BT_RESULT_DOUBLE,
               0,
               4,
               {POINT, REPLICATION, RECORD, PRODUCT},
               true,
               false,
               NULL},
    [PROFIT] = {"profit",
                "profit",
                "1",
                BT_RESULT_DOUBLE,
                0,
                4,
                {POINT, REPLICATION, RECORD, PRODUCT},
                true,
                false,
                NULL},
    [SURPLUS] = {"consumer_surplus",
                 "consumer surplus",
                 "1",
                 BT_RESULT_DOUBLE,
                 0,
                 3,
                 {POINT, REPLICATION, RECORD},
                 true,
                 false,
                 NULL},
    [ITERATIONS] = {"iterations",
                    "iterations",
                    "1",
                    BT_RESULT_INT64,
                    0,
                    2,
                    {POINT, REPLICATION},
                    true,
                    false,
                    NULL},
    [CONVERGED] = {"converged",
                   "converged",
                   "1",
                   BT_RESULT_INT64,
                   0,
                   2,
                   {POINT, REPLICATION},
                   true,
                   false,
                   NULL},
    [DELTA] = {"delta",
               "profit gain",
               "1",
               BT_RESULT_DOUBLE,
               0,
               2,
               {POINT, REPLICATION},
               true,
               false,
               NULL},
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void require(bt_status status, const bt_error *error)
{
    if (status == BT_OK)
        return;
    fprintf(stderr, "%s\n", error->message);
    exit(1);
}

static void print(const char *name, double value, const char *unit, double bar)
{
    printf("{\"name\": \"result file: %s\", \"value\": %.6g, \"unit\": \"%s\", \"bar\": %g, "
           "\"better\": \"higher\"}\n",
           name, value, unit, bar);
}

typedef struct timing {
    double create, write, resume, read;
    size_t runs;
    double megabytes;
} timing;

static double write_runs(bt_result_writer *writer, const bt_result_dimension *dimensions)
{
    bt_error error;
    size_t cells = dimensions[RECORD].length * dimensions[PRODUCT].length;
    double *series = malloc(cells * sizeof *series);
    if (series == NULL)
        exit(1);
    for (size_t i = 0; i < cells; i++)
        series[i] = 1.0 + (double)i / (double)cells;
    const int64_t whole = 7;
    const void *data[VARIABLES] = {series, series, series, &whole, &whole, series};
    double start = seconds();
    for (size_t point = 0; point < dimensions[POINT].length; point++)
        for (size_t replication = 0; replication < dimensions[REPLICATION].length;
             replication++)
            require(bt_result_write_run(writer, point, replication, BT_RUN_DONE, point, data,
                                        &error),
                    &error);
    double elapsed = seconds() - start;
    free(series);
    return elapsed;
}

static double read_variables(const char *path)
{
    bt_error error;
    bt_result_reader *reader;
    double start = seconds();
    require(bt_result_open(path, &reader, &error), &error);
    for (size_t i = 0; i < bt_result_n_variables(reader); i++) {
        const bt_result_variable *variable = bt_result_variable_at(reader, i);
        void *data = malloc(bt_result_elements(reader, variable) * 8);
        if (data == NULL)
            exit(1);
        require(bt_result_read(reader, variable, data, &error), &error);
        free(data);
    }
    bt_result_reader_close(reader);
    return seconds() - start;
}

static timing measure(const char *path, size_t points, size_t replications, size_t records,
                      size_t products)
{
    const bt_result_dimension dimensions[DIMENSIONS] = {{"point", points, "point"},
                                                        {"replication", replications, "run"},
                                                        {"record", records, "record"},
                                                        {"product", products, "product"}};
    const bt_result_schema schema = {dimensions, DIMENSIONS, variables, VARIABLES, NULL, 0};
    bt_error error;
    bt_result_writer *writer;
    timing result = {.runs = points * replications,
                     .megabytes = (double)bt_result_size(&schema) / 1e6};
    double start = seconds();
    require(bt_result_create(path, &schema, true, &writer, &error), &error);
    result.create = seconds() - start;
    result.write = write_runs(writer, dimensions);
    bt_result_close(writer);
    start = seconds();
    require(bt_result_resume(path, &schema, &writer, &error), &error);
    result.resume = seconds() - start;
    require(bt_result_publish(writer, &error), &error);
    result.read = read_variables(path);
    unlink(path);
    return result;
}

int main(void)
{
    const char *folder = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/bertrand_bench_%ld.h5", folder != NULL ? folder : "/tmp",
             (long)getpid());
    timing small = measure(path, 1000, 100, 10, 2);
    print("small runs written", (double)small.runs / small.write, "runs/s", 25000);
    print("small runs checked on resuming", (double)small.runs / small.resume, "runs/s", 25000);
    timing large = measure(path, 10, 4, 20000, 10);
    print("large runs written", large.megabytes / large.write, "MB/s", 500);
    print("large runs checked on resuming", large.megabytes / large.resume, "MB/s", 500);
    print("created and filled", large.megabytes / large.create, "MB/s", 100);
    print("read", large.megabytes / large.read, "MB/s", 150);
    return 0;
}
