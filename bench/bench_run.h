/*
 * Timing runs of an experiment given as text: what the benchmarks of agents and markets share.
 * Whatever goes wrong ends the program with its message.
 */
#ifndef BT_BENCH_RUN_H
#define BT_BENCH_RUN_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiments/document/document.h"
#include "experiments/experiment.h"
#include "experiments/runner/run.h"

/* An experiment prepared to be run. */
typedef struct bench_experiment {
    bt_document *document;
    bt_diagnostics *diagnostics;
    bt_arena *arena;
    bt_experiment experiment;
    bt_point *point;
} bench_experiment;

static inline double bench_cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline void bench_require(bt_status status, const char *message)
{
    if (status == BT_OK)
        return;
    fprintf(stderr, "%s\n", message);
    exit(1);
}

static inline bench_experiment bench_open(const char *text)
{
    bench_experiment opened = {.diagnostics = bt_diagnostics_create(),
                               .arena = bt_arena_create()};
    bt_error error;
    bt_status status =
        bt_document_parse("bench", text, strlen(text), &opened.document, opened.diagnostics);
    if (status == BT_OK)
        status = bt_experiment_bind(opened.document, &opened.experiment, opened.arena,
                                    opened.diagnostics);
    if (status != BT_OK)
        bench_require(status, bt_diagnostics_at(opened.diagnostics, 0));
    bench_require(bt_point_prepare(&opened.experiment, 0, 1, &opened.point, &error),
                  error.message);
    return opened;
}

static inline void bench_close(bench_experiment *opened)
{
    bt_point_release(opened->point);
    bt_arena_destroy(opened->arena);
    bt_diagnostics_destroy(opened->diagnostics);
    bt_document_destroy(opened->document);
}

/* The least processor time of the experiment's first `n_runs` replications, in seconds. */
static inline double bench_best_time(const char *text, size_t n_runs)
{
    bench_experiment opened = bench_open(text);
    double best = INFINITY;
    for (uint64_t r = 0; r < n_runs; r++) {
        bt_run *run;
        bt_error error;
        bool finished;
        bench_require(bt_run_create(opened.point, r, &run, &error), error.message);
        double start = bench_cpu_seconds();
        bench_require(bt_run_advance(run, INFINITY, &finished, &error), error.message);
        best = fmin(best, bench_cpu_seconds() - start);
        bt_run_destroy(run);
    }
    bench_close(&opened);
    return best;
}

#endif
