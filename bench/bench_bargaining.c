/*
 * Human-against-human listing simulations per CPU-second on one core, outcomes counted: all
 * plays of listings by people (a worth's, and those that count), through the whole market.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiments/document/document.h"
#include "experiments/experiment.h"
#include "experiments/runner/run.h"

enum { LISTINGS = 20000 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_bargaining: %s\n", what);
    exit(1);
}

/* CPU seconds of one run. */
static double time_run(const char *text)
{
    bt_error error;
    bt_document *document;
    bt_experiment experiment;
    bt_point *point;
    bt_run *run;
    bool finished;
    bt_arena *arena = bt_arena_create();
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    if (bt_document_parse("bench", text, strlen(text), &document, diagnostics) != BT_OK ||
        bt_experiment_bind(document, &experiment, arena, diagnostics) != BT_OK)
        fail(bt_diagnostics_at(diagnostics, 0));
    if (bt_point_prepare(&experiment, 0, 1, &point, &error) != BT_OK ||
        bt_run_create(point, 0, &run, &error) != BT_OK)
        fail(error.message);
    double start = seconds();
    if (bt_run_advance(run, INFINITY, &finished, &error) != BT_OK)
        fail(error.message);
    double elapsed = seconds() - start;
    bt_run_destroy(run);
    bt_point_release(point);
    bt_arena_destroy(arena);
    bt_diagnostics_destroy(diagnostics);
    bt_document_destroy(document);
    return elapsed;
}

static void report(const char *what, int plays, int worth_plays)
{
    char text[1024];
    snprintf(text, sizeof(text),
             "format: 1\nname: bench\nseed: 1\nhorizon: {periods: %d}\n"
             "market: {type: bargaining, plays: %d, worth_plays: %d}\n"
             "sellers: [{name: human, policy: human_bargainer}]\n"
             "buyers: {type: human_bargainers}\nrecord: {every: %d}\n",
             LISTINGS, plays, worth_plays, LISTINGS);
    double rate = LISTINGS * (double)(plays + worth_plays) / time_run(text);
    printf("{\"name\": \"listing simulations a second, %s\", \"value\": %.4g, "
           "\"unit\": \"1/s\", \"better\": \"higher\", \"bar\": 2e6}\n",
           what, rate);
    fflush(stdout);
}

int main(void)
{
    report("all outcomes counted", 100, 0);
    report("worths alone", 1, 100);
    return 0;
}
