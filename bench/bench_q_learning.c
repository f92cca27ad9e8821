/*
 * Periods of posted-price duopolies per second, one core, from the catalogue's experiment
 * files through the ordinary engine: Calvano's with own streams and with the published
 * random numbers, and beside them a plain C loop of the published experiment, written for
 * nothing else; then sellers on their own clocks, continuous prices, and a population of
 * five hundred buyers. Each figure is the best of several sessions.
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gsl/gsl_rng.h>

#include "experiments/experiment.h"
#include "experiments/runner/run.h"

enum { SESSIONS = 7, MOST_PERIODS = 3000000 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void print_rate(const char *name, double rate, double bar)
{
    printf("{\"name\": \"%s\", \"value\": %.4g, \"unit\": \"periods/s\", ", name, rate);
    if (bar > 0)
        printf("\"bar\": %g, ", bar);
    printf("\"better\": \"higher\"}\n");
}

static void require(bt_status status, const char *message)
{
    if (status == BT_OK)
        return;
    fprintf(stderr, "%s\n", message);
    exit(1);
}

/* ---- from the experiment file ---- */

static double best_rate(const bt_point *point, double n_periods)
{
    double best = 0;
    for (uint64_t r = 0; r < SESSIONS; r++) {
        bt_run *run;
        bt_error error;
        bool finished;
        require(bt_run_create(point, r, &run, &error), error.message);
        double start = seconds();
        require(bt_run_advance(run, n_periods, &finished, &error), error.message);
        best = fmax(best, bt_run_time(run) / (seconds() - start));
        bt_run_destroy(run);
    }
    return best;
}

static void measure_file(const char *name, const char *file, double n_periods, double bar)
{
    const char *source = getenv("BERTRAND_SOURCE");
    char path[4096];
    snprintf(path, sizeof(path), "%s/experiments/catalogue/%s", source != NULL ? source : ".",
             file);
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    bt_arena *arena = bt_arena_create();
    bt_document *document;
    bt_experiment experiment;
    bt_point *point;
    bt_error error;
    require(bt_document_read(path, &document, diagnostics, &error), error.message);
    bt_document_remove(document, "sweep");
    require(bt_experiment_bind(document, &experiment, arena, diagnostics), path);
    require(bt_point_prepare(&experiment, 0, 1, &point, &error), error.message);
    print_rate(name, best_rate(point, n_periods), bar);
    bt_point_release(point);
    bt_arena_destroy(arena);
    bt_diagnostics_destroy(diagnostics);
    bt_document_destroy(document);
}

/* ---- the plain loop ---- */

enum { M = 15, STATES = M * M, STABLE = 100000 };

typedef struct session {
    double profit[STATES][2];
    double q[2][STATES][M];
    double max[2][STATES];
    int greedy[2][STATES];
    gsl_rng *exploration;
    gsl_rng *ties;
} session;

static double uniform(gsl_rng *stream)
{
    double value = (double)gsl_rng_get(stream) * (1.0 / 2147483563);
    return value < 1 - 1.2e-7 ? value : 1 - 1.2e-7;
}

static void search(session *s, int i, int state)
{
    const double *q = s->q[i][state];
    int tied[M], n_tied = 0;
    double max = q[0];
    for (int a = 1; a < M; a++)
        max = q[a] > max ? q[a] : max;
    for (int a = 0; a < M; a++)
        if (max - q[a] <= DBL_EPSILON)
            tied[n_tied++] = a;
    s->max[i][state] = max;
    s->greedy[i][state] = tied[n_tied > 1 ? (int)(n_tied * uniform(s->ties)) : 0];
}

static void fill(session *s)
{
    const double nash = 1.47293, joint = 1.92498, low = nash - 0.1 * (joint - nash);
    const double step = (joint + 0.1 * (joint - nash) - low) / (M - 1);
    double price[M];
    for (int a = 0; a < M; a++)
        price[a] = a == 0 ? low : price[a - 1] + step;
    for (int state = 0; state < STATES; state++) {
        double p0 = price[state / M], p1 = price[state % M];
        double w0 = exp((2 - p0) / 0.25), w1 = exp((2 - p1) / 0.25);
        s->profit[state][0] = (p0 - 1) * w0 / (w0 + w1 + 1);
        s->profit[state][1] = (p1 - 1) * w1 / (w0 + w1 + 1);
    }
    for (int i = 0; i < 2; i++)
        for (int state = 0; state < STATES; state++) {
            for (int a = 0; a < M; a++) {
                double sum = 0;
                for (int b = 0; b < M; b++)
                    sum += s->profit[i == 0 ? a * M + b : b * M + a][i];
                s->q[i][state][a] = sum / M / (1 - 0.95);
            }
            search(s, i, state);
        }
}

static long play(session *s, int state)
{
    const double decay = exp(-4e-6);
    double exploration = 1;
    long period = 0, stable = 0;
    while (stable < STABLE) {
        double u[4];
        int action[2];
        for (int k = 0; k < 4; k++)
            u[k] = uniform(s->exploration);
        for (int i = 0; i < 2; i++)
            action[i] = u[i] <= exploration ? (int)(M * u[2 + i]) : s->greedy[i][state];
        exploration *= decay;
        int next = M * action[0] + action[1], changed = 0;
        for (int i = 0; i < 2; i++) {
            double *q = &s->q[i][state][action[i]];
            int before = s->greedy[i][state];
            double value = *q + 0.15 * (s->profit[next][i] + 0.95 * s->max[i][next] - *q);
            *q = value;
            if (value > s->max[i][state]) {
                s->max[i][state] = value;
                s->greedy[i][state] = action[i];
            } else if (value < s->max[i][state] && before == action[i]) {
                search(s, i, state);
            }
            changed |= s->greedy[i][state] != before;
        }
        stable = changed ? 1 : stable + 1;
        state = next;
        period++;
    }
    return period;
}

static void measure_plain_loop(void)
{
    session *s = calloc(1, sizeof(*s));
    if (s == NULL)
        exit(1);
    s->exploration = gsl_rng_alloc(gsl_rng_ran2);
    s->ties = gsl_rng_alloc(gsl_rng_ran2);
    double best = 0;
    for (unsigned long r = 1; r <= SESSIONS; r++) {
        gsl_rng_set(s->exploration, r);
        gsl_rng_set(s->ties, r);
        fill(s);
        double start = seconds();
        double periods = (double)play(s, (int)r);
        best = fmax(best, periods / (seconds() - start));
    }
    print_rate("a plain C loop of the published experiment", best, 0);
    gsl_rng_free(s->exploration);
    gsl_rng_free(s->ties);
    free(s);
}

int main(void)
{
    measure_file("calvano-baseline, own streams", "calvano-baseline.yaml", MOST_PERIODS, 10e6);
    measure_file("aer2020-replication", "aer2020-replication.yaml", MOST_PERIODS, 0);
    measure_plain_loop();
    measure_file("asynchronous-pricing", "asynchronous-pricing.yaml", MOST_PERIODS / 3, 0);
    measure_file("gradient-to-nash", "gradient-to-nash.yaml", MOST_PERIODS / 10, 0);
    measure_file("finite-buyers, 500 buyers", "finite-buyers.yaml", MOST_PERIODS / 100, 0);
    return 0;
}
