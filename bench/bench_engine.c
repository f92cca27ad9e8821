/*
 * The engine: what one event, one draw and one exponential cost, in nanoseconds. Each
 * figure is the median of several repetitions after one that warms up. Bars are those
 * of a quiet machine; peers are measured next to what they are compared with.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <gsl/gsl_rng.h>

#include "sim/engine.h"
#include "sim/random.h"
#include "sim/vector_math.h"

enum { REPETITIONS = 7, TABLE = 1 << 16 };

static double nanoseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* One repetition: do some work and return the number of units done. */
typedef uint64_t work(void *context);

static void measure(const char *name, double bar, work *repeat, void *context)
{
    double cost[REPETITIONS];
    repeat(context);
    for (int i = 0; i < REPETITIONS; i++) {
        double start = nanoseconds();
        uint64_t units = repeat(context);
        cost[i] = (nanoseconds() - start) / (double)units;
    }
    qsort(cost, REPETITIONS, sizeof(*cost), compare_doubles);
    printf("{\"name\": \"%s\", \"value\": %.3g, \"unit\": \"ns\", \"better\": \"lower\"", name,
           cost[REPETITIONS / 2]);
    if (bar > 0)
        printf(", \"bar\": %g", bar);
    printf("}\n");
    fflush(stdout);
}

/* -------------------------------------------------------------------- agenda */

/* Exponential times, drawn beforehand: the queue is measured, not the generator. */
static double increment[TABLE];
static uint64_t taken;

static void fill_increments(void)
{
    bt_stream stream = bt_stream_open(bt_random_key_of(1, 0, 0), BT_AGENT_MARKET, 0);
    for (size_t i = 0; i < TABLE; i++)
        increment[i] = bt_stream_exponential(&stream);
}

static void reschedule_later(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)subject;
    double time = bt_sim_now(sim) + increment[taken++ % TABLE];
    bt_sim_schedule(sim, time, 0, 0, argument, NULL);
}

static void reschedule_at_tick(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)subject;
    double time = bt_sim_now(sim) + 1 + (double)(argument % 4);
    bt_sim_schedule(sim, time, 0, 0, argument, NULL);
}

typedef struct hold_run {
    bt_sim *sim;
    uint64_t events;
} hold_run;

static uint64_t hold(void *context)
{
    hold_run *self = context;
    return bt_sim_run(self->sim, INFINITY, self->events);
}

static void measure_hold(const char *name, uint64_t pending, bt_event_action *action,
                         double bar)
{
    hold_run self = {.sim = bt_sim_create(bt_random_key_of(2, 0, 0)),
                     .events = pending < 500000 ? 500000 : 2 * pending};
    bt_sim_register(self.sim, action, NULL);
    for (uint64_t i = 0; i < pending; i++)
        bt_sim_schedule(self.sim, increment[i % TABLE] * (1 + 1e-7 * (double)i), 0, 0, i, NULL);
    measure(name, bar, hold, &self);
    bt_sim_destroy(self.sim);
}

/* An event that is put off again and again, as a deadline is. */
typedef struct deadline_run {
    bt_sim *sim;
    bt_event deadline[1000];
} deadline_run;

static uint64_t put_deadlines_off(void *context)
{
    deadline_run *self = context;
    enum { TIMES = 300000 };
    for (uint64_t i = 0; i < TIMES; i++)
        bt_sim_reschedule(self->sim, self->deadline[i % 1000], increment[taken++ % TABLE]);
    return TIMES;
}

static void measure_deadlines(void)
{
    deadline_run self = {.sim = bt_sim_create(bt_random_key_of(2, 0, 0))};
    bt_sim_register(self.sim, reschedule_later, NULL);
    for (size_t i = 0; i < 1000; i++)
        self.deadline[i] = bt_sim_schedule(self.sim, increment[i], 0, 0, i, NULL);
    measure("reschedule one of 1e3 pending events", 0, put_deadlines_off, &self);
    bt_sim_destroy(self.sim);
}

static void count_up(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)sim;
    *(uint64_t *)subject += argument;
}

static void measure_recurring(void)
{
    uint64_t sum = 0;
    hold_run self = {.sim = bt_sim_create(bt_random_key_of(3, 0, 0)), .events = 5000000};
    bt_sim_register(self.sim, count_up, &sum);
    bt_sim_recur(self.sim, 0, 1, 0, 0, NULL);
    measure("recurring event alone, an occurrence", 5, hold, &self);
    self.events = 1000000;
    bt_sim_recur(self.sim, bt_sim_now(self.sim), 1, 1, 0, NULL);
    measure("two recurring events in turn, an occurrence", 0, hold, &self);
    bt_sim_destroy(self.sim);
}

static void measure_superposition(const char *name, uint32_t sources)
{
    uint64_t sum = 0;
    hold_run self = {.sim = bt_sim_create(bt_random_key_of(4, 0, 0)), .events = 500000};
    bt_sim_register(self.sim, count_up, &sum);
    for (uint32_t i = 0; i < sources; i++)
        bt_sim_add_poisson(self.sim, 1 + i % 3, 0, 0);
    measure(name, 0, hold, &self);
    bt_sim_destroy(self.sim);
}

/* --------------------------------------------------------------------- M/M/1 */

/* Arrivals at rate 0.75, service at rate 1; bench/peers/mm1_simpy.py is its twin. Service
 * times are drawn some at a time, or one by one. */
enum { DRAWN = 64, CUSTOMERS = 500000 };

typedef struct station {
    bool one_by_one;
    bt_stream service;
    double drawn[DRAWN];
    size_t left; /* of the drawn */
    bt_action_id depart;
    double arrived[4096]; /* of those who are here, a ring */
    uint64_t first, last, wanted;
    double time_in_system;
} station;

static double service_time(station *self)
{
    if (self->one_by_one)
        return bt_stream_exponential(&self->service);
    if (self->left == 0) {
        bt_stream_exponential_block(&self->service, DRAWN, self->drawn);
        self->left = DRAWN;
    }
    return self->drawn[DRAWN - self->left--];
}

static void start_service(bt_sim *sim, station *self)
{
    bt_sim_schedule(sim, bt_sim_now(sim) + service_time(self), 0, self->depart, 0, NULL);
}

static void arrive(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)argument;
    station *self = subject;
    self->arrived[self->last++ % 4096] = bt_sim_now(sim);
    if (self->last - self->first == 1)
        start_service(sim, self);
}

static void depart(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)argument;
    station *self = subject;
    self->time_in_system += bt_sim_now(sim) - self->arrived[self->first++ % 4096];
    if (self->last > self->first)
        start_service(sim, self);
    if (self->first == self->wanted)
        bt_sim_stop(sim);
}

static uint64_t serve_customers(void *context)
{
    const bool *one_by_one = context;
    static station self;
    bt_sim *sim = bt_sim_create(bt_random_key_of(6, 0, 0));
    self = (station){.service = bt_stream_open(bt_sim_key(sim), BT_AGENT_SELLER(0), 1),
                     .one_by_one = *one_by_one,
                     .wanted = CUSTOMERS};
    bt_action_id come = bt_sim_register(sim, arrive, &self);
    self.depart = bt_sim_register(sim, depart, &self);
    bt_sim_add_poisson(sim, 0.75, 0, come);
    bt_sim_run(sim, INFINITY, 0);
    bt_sim_destroy(sim);
    if (!(self.time_in_system > 0 && self.first == CUSTOMERS))
        exit(1);
    return CUSTOMERS;
}

/* -------------------------------------------------------------- draws and exp */

enum { BLOCK = 4096, BLOCKS = 200 };
static double block[BLOCK];
static double result[BLOCK];
static volatile double sink;

static uint64_t draw_from_stream(void *context)
{
    bt_stream *stream = context;
    double sum = 0;
    for (int i = 0; i < BLOCK * BLOCKS; i++)
        sum += bt_stream_uniform(stream);
    sink = sum;
    return BLOCK * BLOCKS;
}

static uint64_t draw_at_addresses(void *context)
{
    const bt_random_key *key = context;
    double sum = 0;
    for (uint32_t i = 0; i < BLOCK * BLOCKS; i++)
        sum += bt_unit_interval(bt_random_at(*key, i, 1, 5));
    sink = sum;
    return BLOCK * BLOCKS;
}

static uint64_t draw_in_blocks(void *context)
{
    const bt_random_key *key = context;
    for (uint64_t i = 0; i < BLOCKS; i++) {
        bt_random_uniform_block(*key, 0, 1, NULL, i, BLOCK, block);
        sink = block[i];
    }
    return BLOCK * BLOCKS;
}

static uint64_t draw_exponentials(void *context)
{
    bt_stream *stream = context;
    double sum = 0;
    for (int i = 0; i < BLOCK * BLOCKS; i++)
        sum += bt_stream_exponential(stream);
    sink = sum;
    return BLOCK * BLOCKS;
}

static uint64_t draw_from_gsl(void *context)
{
    gsl_rng *generator = context;
    double sum = 0;
    for (int i = 0; i < BLOCK * BLOCKS; i++)
        sum += gsl_rng_uniform(generator);
    sink = sum;
    return BLOCK * BLOCKS;
}

static uint64_t exponentiate(void *context)
{
    const double *x = context;
    for (int i = 0; i < BLOCKS; i++) {
        bt_exp_block(x, BLOCK, result);
        sink = result[i];
    }
    return BLOCK * BLOCKS;
}

static uint64_t exponentiate_by_libm(void *context)
{
    const double *x = context;
    for (int i = 0; i < BLOCKS; i++) {
        for (int k = 0; k < BLOCK; k++)
            result[k] = exp(x[k]);
        sink = result[i];
    }
    return BLOCK * BLOCKS;
}

static void measure_draws(void)
{
    bt_random_key key = bt_random_key_of(5, 0, 0);
    bt_stream stream = bt_stream_open(key, BT_AGENT_BUYER(0), 0);
    gsl_rng *mersenne = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng *philox = gsl_rng_alloc(bt_rng_philox);
    measure("Philox, uniform from a stream", 0, draw_from_stream, &stream);
    measure("Philox, uniform at an address", 0, draw_at_addresses, &key);
    measure("Philox, uniforms in blocks of addresses", 5, draw_in_blocks, &key);
    measure("Philox, uniform through GSL", 0, draw_from_gsl, philox);
    measure("peer: GSL mt19937, uniform", 0, draw_from_gsl, mersenne);
    measure("Philox, exponential variate", 0, draw_exponentials, &stream);
    gsl_rng_free(mersenne);
    gsl_rng_free(philox);
}

static void measure_exp(void)
{
    static double x[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        x[i] = -10 + 20.0 * i / BLOCK;
    char name[64];
    snprintf(name, sizeof(name), "exp in blocks (%s), an element", bt_vector_instruction_set());
    measure(name, 0, exponentiate, x);
    measure("peer: exp of libm, an element", 0, exponentiate_by_libm, x);
    for (int i = 0; i < BLOCK; i += 20)
        x[i] = -INFINITY;
    measure("exp in blocks with 5 % -inf, an element", 0, exponentiate, x);
}

int main(void)
{
    fill_increments();
    measure_hold("hold, 1e3 pending", 1000, reschedule_later, 60);
    measure_hold("hold, 1e4 pending", 10000, reschedule_later, 100);
    measure_hold("hold, 1e5 pending", 100000, reschedule_later, 0);
    measure_hold("hold, 1e6 pending", 1000000, reschedule_later, 150);
    measure_hold("hold, 1e5 pending at four times", 100000, reschedule_at_tick, 0);
    measure_deadlines();
    measure_recurring();
    measure_superposition("superposed Poisson arrival, 1 source", 1);
    measure_superposition("superposed Poisson arrival, 1e3 sources", 1000);
    measure_superposition("superposed Poisson arrival, 1e6 sources", 1000000);

    measure("M/M/1, a customer", 60, serve_customers, &(bool){false});
    measure("M/M/1, a customer, service drawn one by one", 60, serve_customers, &(bool){true});

    measure_draws();
    measure_exp();
    return 0;
}
