/*
 * Cost per decision of each assortment seller, market and regret included: a round with a
 * static seller (the market, its clairvoyant and one plan) is the floor. Settings: the
 * MNL-bandit (N = 10, K = 4) and the experiments of Erginbas, Courtade and Ramchandran
 * (2025): 1 (N = K = d = 5) and 2 (N = 100, K = 5, d = 10), 2000 rounds.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiments/document/document.h"
#include "experiments/experiment.h"
#include "experiments/runner/run.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_assortment: %s\n", what);
    exit(1);
}

/* CPU microseconds a round of one run. */
static double time_rounds(const char *text, double rounds)
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
    return elapsed / rounds * 1e6;
}

static void report(const char *setting, const char *policy, const char *market, int rounds)
{
    char text[2048];
    snprintf(text, sizeof(text),
             "format: 1\nname: bench\nseed: 1\nreplications: 1\nhorizon: {periods: %d}\n"
             "market: {type: assortment, %s}\n"
             "sellers: [{name: s1, policy: %s}]\nrecord: {every: %d}\n",
             rounds, market, policy, rounds);
    printf("{\"name\": \"assortment round, %s, %s\", \"value\": %.3f, \"unit\": \"us\"}\n",
           setting, policy, time_rounds(text, rounds));
    fflush(stdout);
}

int main(void)
{
    const char *const bandits[] = {"static_assortment", "mnl_ucb", "mnl_ts_beta",
                                   "mnl_ts_correlated"};
    const char *const contextual[] = {
        "static_assortment", "cap",        "cap, refit: 0", "cap_ons",      "ts_mnl",
        "dbl_mnl",           "greedy_mle", "m3p",           "ofu_mnl_plus", "ons_mpp"};
    for (size_t k = 0; k < sizeof(bandits) / sizeof(bandits[0]); k++)
        report("bandit", bandits[k],
               "capacity: 4, items: [{name: i, seller: s1, count: 10, price: 1, attraction: "
               "[0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.5, 0.5]}]",
               300000);
    for (size_t k = 0; k < sizeof(contextual) / sizeof(contextual[0]); k++)
        report("experiment 1", contextual[k],
               "capacity: 5, contexts: random, dimension: 5, items: [{name: i, seller: s1, "
               "count: 5}]",
               2000);
    for (size_t k = 0; k < sizeof(contextual) / sizeof(contextual[0]); k++)
        report("experiment 2", contextual[k],
               "capacity: 5, contexts: random, dimension: 10, items: [{name: i, seller: s1, "
               "count: 100}]",
               2000);
    return 0;
}
