/*
 * Result files made to measure for the tests of analysis/: the file is described variable
 * by variable, its numbers are filled in by the test, and it is written through the
 * writer's own interface.
 */
#ifndef BT_TESTS_ANALYSIS_FIXTURE_H
#define BT_TESTS_ANALYSIS_FIXTURE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/results.h"
#include "sim/result_file.h"

enum { FIXTURE_MOST = 48, FIXTURE_NAME = 16 };

enum { POINT, REPLICATION, RECORD, PRODUCT, SELLER, FIXTURE_DIMENSIONS };

typedef struct fixture {
    size_t length[FIXTURE_DIMENSIONS];
    bt_result_variable variable[FIXTURE_MOST];
    double *data[FIXTURE_MOST]; /* all elements; integers are converted when written */
    size_t n_variables;
    bt_run_state *state; /* [point * replication] */
    char text[4096];     /* names of products and sellers, words */
    size_t text_used;
    char folder[64];
    char path[128];
    const char *title;
    bool common_random_numbers;
    bool unfinished; /* leave the .part */
} fixture;

static inline fixture *fixture_new(size_t points, size_t replications, size_t records,
                                   size_t products, size_t sellers)
{
    fixture *made = calloc(1, sizeof(*made));
    assert_non_null(made);
    const size_t length[] = {points, replications, records, products, sellers};
    memcpy(made->length, length, sizeof(length));
    made->state = calloc(points * replications, sizeof(*made->state));
    assert_non_null(made->state);
    for (size_t i = 0; i < points * replications; i++)
        made->state[i] = BT_RUN_DONE;
    strcpy(made->folder, "/tmp/bertrand-analysis-XXXXXX");
    assert_non_null(mkdtemp(made->folder));
    snprintf(made->path, sizeof(made->path), "%s/result.h5", made->folder);
    made->title = "fixture";
    return made;
}

static inline size_t fixture_elements(const fixture *in, const bt_result_variable *variable)
{
    size_t count = 1;
    for (size_t i = 0; i < variable->rank; i++)
        count *= in->length[variable->dimension[i]];
    return count;
}

/* Add a variable; its numbers, all zero, are the test's to fill. */
static inline double *fixture_add(fixture *in, bt_result_variable variable)
{
    assert_true(in->n_variables < FIXTURE_MOST);
    double *data = calloc(fixture_elements(in, &variable) + 1, sizeof(double));
    assert_non_null(data);
    in->data[in->n_variables] = data;
    in->variable[in->n_variables++] = variable;
    return data;
}

/* [point][replication][record], then [axis] where `axis` is PRODUCT or SELLER. */
static inline double *fixture_series(fixture *in, const char *name, const char *units,
                                     uint32_t axis)
{
    bool has_axis = axis == PRODUCT || axis == SELLER;
    return fixture_add(in, (bt_result_variable){.name = name,
                                                .long_name = name,
                                                .units = units,
                                                .type = BT_RESULT_DOUBLE,
                                                .rank = has_axis ? 4 : 3,
                                                .dimension = {POINT, REPLICATION, RECORD, axis},
                                                .per_run = true});
}

/* [point][replication], then [axis]. */
static inline double *fixture_outcome(fixture *in, const char *name, bt_result_type type,
                                      uint32_t axis)
{
    bool has_axis = axis == PRODUCT || axis == SELLER;
    return fixture_add(in, (bt_result_variable){.name = name,
                                                .long_name = name,
                                                .units = "1",
                                                .type = type,
                                                .rank = has_axis ? 3 : 2,
                                                .dimension = {POINT, REPLICATION, axis},
                                                .per_run = true});
}

/* [point], then [axis]. */
static inline double *fixture_benchmark(fixture *in, const char *name, uint32_t axis)
{
    bool has_axis = axis == PRODUCT || axis == SELLER;
    return fixture_add(in, (bt_result_variable){.name = name,
                                                .long_name = name,
                                                .units = "price",
                                                .type = BT_RESULT_DOUBLE,
                                                .rank = has_axis ? 2 : 1,
                                                .dimension = {POINT, axis}});
}

/* [point] */
static inline double *fixture_swept(fixture *in, const char *path)
{
    return fixture_add(in, (bt_result_variable){.name = path,
                                                .long_name = "swept parameter",
                                                .units = "1",
                                                .type = BT_RESULT_DOUBLE,
                                                .rank = 1,
                                                .dimension = {POINT},
                                                .is_coordinate = true});
}

/* [record] */
static inline double *fixture_time(fixture *in)
{
    return fixture_add(in, (bt_result_variable){.name = "time",
                                                .long_name = "time",
                                                .units = "period",
                                                .type = BT_RESULT_DOUBLE,
                                                .rank = 1,
                                                .dimension = {RECORD},
                                                .is_coordinate = true});
}

/* Words along a dimension: names of products and sellers, swept words. */
static inline void fixture_words(fixture *in, const char *name, uint32_t dimension,
                                 const char *const *words)
{
    char *padded = in->text + in->text_used;
    size_t count = in->length[dimension];
    assert_true(in->text_used + count * FIXTURE_NAME <= sizeof(in->text));
    for (size_t i = 0; i < count; i++)
        memcpy(padded + i * FIXTURE_NAME, words[i], strlen(words[i]));
    in->text_used += count * FIXTURE_NAME;
    fixture_add(in, (bt_result_variable){.name = name,
                                         .long_name = name,
                                         .units = "1",
                                         .type = BT_RESULT_TEXT,
                                         .text_length = FIXTURE_NAME,
                                         .rank = 1,
                                         .dimension = {dimension},
                                         .is_coordinate = true,
                                         .constant = padded});
}

static inline size_t fixture_run_elements(const fixture *in, const bt_result_variable *variable)
{
    return fixture_elements(in, variable) / (in->length[POINT] * in->length[REPLICATION]);
}

/* int64 elements in the place of doubles; NAN becomes -1. */
static inline void fixture_to_integers(double *data, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t integer = isnan(data[i]) ? -1 : (int64_t)data[i];
        memcpy(&data[i], &integer, sizeof(integer));
    }
}

static inline void fixture_write_runs(fixture *in, bt_result_writer *writer)
{
    bt_error error;
    for (size_t point = 0; point < in->length[POINT]; point++)
        for (size_t i = 0; i < in->length[REPLICATION]; i++) {
            size_t run = point * in->length[REPLICATION] + i;
            const void *slice[FIXTURE_MOST] = {NULL};
            for (size_t v = 0; v < in->n_variables; v++)
                if (in->variable[v].per_run)
                    slice[v] = in->data[v] + run * fixture_run_elements(in, &in->variable[v]);
            if (in->state[run] != BT_RUN_PENDING)
                assert_int_equal(
                    bt_result_write_run(writer, point, i, in->state[run], 1, slice, &error),
                    BT_OK);
        }
}

/* Write the file; numbers may not be changed afterwards. Dimensions that no variable has
 * are left out. */
static inline void fixture_write(fixture *in)
{
    static const char *const name[] = {"point", "replication", "record", "product", "seller"};
    bt_result_dimension dimension[FIXTURE_DIMENSIONS];
    uint32_t number[FIXTURE_DIMENSIONS] = {0};
    size_t n_dimensions = 0;
    for (uint32_t i = 0; i < FIXTURE_DIMENSIONS; i++) {
        bool used = i <= REPLICATION;
        for (size_t v = 0; v < in->n_variables; v++)
            for (size_t k = 0; k < in->variable[v].rank; k++)
                used |= in->variable[v].dimension[k] == i;
        number[i] = (uint32_t)n_dimensions;
        if (used)
            dimension[n_dimensions++] = (bt_result_dimension){name[i], in->length[i], name[i]};
    }
    bt_result_variable variable[FIXTURE_MOST];
    for (size_t v = 0; v < in->n_variables; v++) {
        variable[v] = in->variable[v];
        if (variable[v].type == BT_RESULT_INT64)
            fixture_to_integers(in->data[v], fixture_elements(in, &in->variable[v]));
        if (!variable[v].per_run && variable[v].constant == NULL)
            variable[v].constant = in->data[v];
        for (size_t k = 0; k < variable[v].rank; k++)
            variable[v].dimension[k] = number[in->variable[v].dimension[k]];
    }
    const bt_result_attribute attribute[] = {
        {"title", in->title},
        {"common_random_numbers", in->common_random_numbers ? "true" : "false"}};
    const bt_result_schema schema = {.dimensions = dimension,
                                     .n_dimensions = n_dimensions,
                                     .variables = variable,
                                     .n_variables = in->n_variables,
                                     .attributes = attribute,
                                     .n_attributes = 2};
    bt_result_writer *writer = NULL;
    bt_error error = {.message = ""};
    if (bt_result_create(in->path, &schema, true, &writer, &error) != BT_OK)
        fail_msg("%s", error.message);
    fixture_write_runs(in, writer);
    if (in->unfinished)
        bt_result_close(writer);
    else
        assert_int_equal(bt_result_publish(writer, &error), BT_OK);
}

/* Write and open. */
static inline bt_results *fixture_open(fixture *in)
{
    fixture_write(in);
    bt_results *results = NULL;
    bt_error error = {.message = ""};
    if (bt_results_open(in->path, &results, &error) != BT_OK)
        fail_msg("%s", error.message);
    return results;
}

static inline void fixture_destroy(fixture *in)
{
    char part[256];
    snprintf(part, sizeof(part), "%s.part", in->path);
    unlink(part);
    unlink(in->path);
    rmdir(in->folder);
    for (size_t v = 0; v < in->n_variables; v++)
        free(in->data[v]);
    free(in->state);
    free(in);
}

#endif
