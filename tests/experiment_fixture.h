/*
 * Experiments as tests write them: YAML text in, a prepared point and its runs out.
 * Every step asserts that it went well.
 */
#ifndef BT_TESTS_EXPERIMENT_FIXTURE_H
#define BT_TESTS_EXPERIMENT_FIXTURE_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/document.h"
#include "experiments/experiment.h"
#include "experiments/runner/run.h"

typedef struct experiment_fixture {
    bt_document *document;
    bt_diagnostics *diagnostics;
    bt_arena *arena;
    bt_experiment experiment;
    bt_point *point;
} experiment_fixture;

static inline void fail_on(bt_status status, const bt_error *error)
{
    if (status != BT_OK)
        fail_msg("%s", error->message);
}

/* Read an experiment; prepare_point before running it. */
static inline void read_experiment(experiment_fixture *fixture, const char *text)
{
    fixture->point = NULL;
    fixture->diagnostics = bt_diagnostics_create();
    fixture->arena = bt_arena_create();
    assert_non_null(fixture->diagnostics);
    assert_non_null(fixture->arena);
    bt_status status =
        bt_document_parse("test", text, strlen(text), &fixture->document, fixture->diagnostics);
    if (status == BT_OK)
        status = bt_experiment_bind(fixture->document, &fixture->experiment, fixture->arena,
                                    fixture->diagnostics);
    if (status != BT_OK)
        fail_msg("%s", bt_diagnostics_at(fixture->diagnostics, 0));
}

static inline void prepare_point(experiment_fixture *fixture, int n_threads)
{
    bt_error error;
    fail_on(bt_point_prepare(&fixture->experiment, 0, n_threads, &fixture->point, &error),
            &error);
}

/* Read and prepare; format arguments go into the text. */
__attribute__((format(printf, 2, 3))) static inline void
open_experiment(experiment_fixture *fixture, const char *format, ...)
{
    char text[8192];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    assert_true(length > 0 && (size_t)length < sizeof(text));
    read_experiment(fixture, text);
    prepare_point(fixture, 1);
}

static inline void close_experiment(experiment_fixture *fixture)
{
    bt_point_release(fixture->point);
    bt_arena_destroy(fixture->arena);
    bt_diagnostics_destroy(fixture->diagnostics);
    bt_document_destroy(fixture->document);
}

static inline bt_run *start_run(const experiment_fixture *fixture, uint64_t replication)
{
    bt_run *run;
    bt_error error;
    fail_on(bt_run_create(fixture->point, replication, &run, &error), &error);
    return run;
}

static inline bool advance_run(bt_run *run, double time)
{
    bool finished;
    bt_error error;
    fail_on(bt_run_advance(run, time, &finished, &error), &error);
    return finished;
}

static inline bt_run *complete_run(const experiment_fixture *fixture, uint64_t replication)
{
    bt_run *run = start_run(fixture, replication);
    assert_true(advance_run(run, INFINITY));
    return run;
}

static inline size_t outcome_index(const experiment_fixture *fixture, const char *name)
{
    const bt_market_type *type = bt_point_market_type(fixture->point);
    for (size_t k = 0; k < type->n_outcomes; k++)
        if (strcmp(type->outcomes[k].name, name) == 0)
            return k;
    fail_msg("no outcome %s", name);
    return 0;
}

static inline void read_outcome(const experiment_fixture *fixture, bt_run *run,
                                const char *name, void *value)
{
    bt_error error;
    fail_on(bt_run_outcome(run, outcome_index(fixture, name), value, &error), &error);
}

static inline double real_outcome(const experiment_fixture *fixture, bt_run *run,
                                  const char *name)
{
    double value;
    read_outcome(fixture, run, name, &value);
    return value;
}

static inline int64_t integer_outcome(const experiment_fixture *fixture, bt_run *run,
                                      const char *name)
{
    int64_t value;
    read_outcome(fixture, run, name, &value);
    return value;
}

/* The recorded values of a series at a record: [length of its axis]. */
static inline const double *recorded(const experiment_fixture *fixture, const bt_run *run,
                                     const char *name, size_t record)
{
    const bt_market_type *type = bt_point_market_type(fixture->point);
    const size_t *series;
    size_t n_series = bt_point_series(fixture->point, &series);
    for (size_t s = 0; s < n_series; s++)
        if (strcmp(type->series[series[s]].name, name) == 0)
            return bt_run_series(run, s) +
                   record * bt_point_axis_length(fixture->point, type->series[series[s]].axis);
    fail_msg("series %s is not recorded", name);
    return NULL;
}

/* A benchmark's values: [length of its axis]. */
static inline const double *benchmark(const experiment_fixture *fixture, const char *name)
{
    const bt_benchmark *benchmarks;
    size_t count = bt_point_benchmarks(fixture->point, &benchmarks);
    for (size_t k = 0; k < count; k++)
        if (strcmp(benchmarks[k].name, name) == 0)
            return benchmarks[k].value;
    fail_msg("no benchmark %s", name);
    return NULL;
}

/* The run's whole state as bytes; free with free. */
static inline unsigned char *saved_run(bt_run *run, size_t *size)
{
    bt_archive *archive = bt_archive_create();
    assert_non_null(archive);
    bt_run_archive(run, archive);
    bt_error error;
    fail_on(bt_archive_status(archive, &error), &error);
    const void *bytes = bt_archive_bytes(archive, size);
    unsigned char *copy = malloc(*size);
    assert_non_null(copy);
    memcpy(copy, bytes, *size);
    bt_archive_destroy(archive);
    return copy;
}

static inline void restore_run(bt_run *run, const unsigned char *bytes, size_t size)
{
    bt_archive *archive;
    bt_error error;
    fail_on(bt_archive_open(bytes, size, &archive, &error), &error);
    bt_run_archive(run, archive);
    fail_on(bt_archive_status(archive, &error), &error);
    assert_true(bt_archive_at_end(archive));
    bt_archive_destroy(archive);
}

/* A run that is saved at each of the given times, restored into a new run each time, and
 * then completed. */
static inline bt_run *complete_in_pieces(const experiment_fixture *fixture,
                                         uint64_t replication, const double *time, size_t count)
{
    bt_run *run = start_run(fixture, replication);
    for (size_t k = 0; k < count; k++) {
        advance_run(run, time[k] - bt_run_time(run));
        size_t size;
        unsigned char *bytes = saved_run(run, &size);
        bt_run_destroy(run);
        run = start_run(fixture, replication);
        restore_run(run, bytes, size);
        free(bytes);
    }
    assert_true(advance_run(run, INFINITY));
    return run;
}

/* Both runs are in the same state, to the byte. */
static inline void assert_same_state(bt_run *one, bt_run *other)
{
    size_t size, other_size;
    unsigned char *bytes = saved_run(one, &size), *other_bytes = saved_run(other, &other_size);
    assert_int_equal(size, other_size);
    assert_memory_equal(bytes, other_bytes, size);
    free(bytes);
    free(other_bytes);
}

/* The market of Calvano et al. (2020); sellers s1 and s2. */
#define CALVANO_MARKET                                                                         \
    "market:\n"                                                                                \
    "  type: posted_price\n"                                                                   \
    "  demand: {model: logit, scale: 0.25, outside_utility: 0}\n"                              \
    "  products:\n"                                                                            \
    "    - {name: A, seller: s1, quality: 2, cost: 1}\n"                                       \
    "    - {name: B, seller: s2, quality: 2, cost: 1}\n"

/* A run that is saved and continued at these times is the run that never was, to the bit. */
static inline void assert_saved_runs_go_on(const experiment_fixture *fixture,
                                           uint64_t replication, const double *times,
                                           size_t n_times)
{
    bt_run *whole = complete_run(fixture, replication);
    bt_run *pieces = complete_in_pieces(fixture, replication, times, n_times);
    assert_same_state(whole, pieces);
    bt_run_destroy(whole);
    bt_run_destroy(pieces);
}

/* The experiment, or its point, is refused with a message that has `sentence`. */
__attribute__((format(printf, 2, 3))) static inline void assert_refused(const char *sentence,
                                                                        const char *format, ...)
{
    char text[8192];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    assert_true(length > 0 && (size_t)length < sizeof(text));
    experiment_fixture fixture = {.diagnostics = bt_diagnostics_create(),
                                  .arena = bt_arena_create()};
    bt_error error = {.message = ""};
    bt_status status =
        bt_document_parse("test", text, strlen(text), &fixture.document, fixture.diagnostics);
    assert_int_equal(status, BT_OK);
    status = bt_experiment_bind(fixture.document, &fixture.experiment, fixture.arena,
                                fixture.diagnostics);
    const char *message = error.message;
    if (status != BT_OK)
        message = bt_diagnostics_at(fixture.diagnostics, 0);
    else
        status = bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error);
    assert_int_not_equal(status, BT_OK);
    if (strstr(message, sentence) == NULL)
        fail_msg("'%s' does not say '%s'", message, sentence);
    close_experiment(&fixture);
}

#endif
