/* The M/M/1 queue on the engine, against its closed form and Little's law. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "sim/engine.h"
#include "sim/steady_state.h"
#include "tests/sim/goodness_of_fit.h"

/* Customers arrive at rate `arrival_rate`, are served one at a time at rate 1. */
typedef struct station {
    bt_stream service;
    bt_action_id depart;
    double arrived[1024]; /* of those who are here, a ring */
    uint64_t first, last;
    double *time_in_system;
    size_t served, wanted;
    double since, area; /* the integral of the number in the system */
} station;

static void count_area(station *self, double now)
{
    self->area += (double)(self->last - self->first) * (now - self->since);
    self->since = now;
}

static void start_service(bt_sim *sim, station *self)
{
    double end = bt_sim_now(sim) + bt_stream_exponential(&self->service);
    bt_error error;
    assert_int_not_equal(bt_sim_schedule(sim, end, 0, self->depart, 0, &error), 0);
}

static void arrive(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)argument;
    station *self = subject;
    count_area(self, bt_sim_now(sim));
    assert_true(self->last - self->first < 1024);
    self->arrived[self->last++ % 1024] = bt_sim_now(sim);
    if (self->last - self->first == 1)
        start_service(sim, self);
}

static void depart(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)argument;
    station *self = subject;
    double now = bt_sim_now(sim);
    count_area(self, now);
    self->time_in_system[self->served++] = now - self->arrived[self->first++ % 1024];
    if (self->last > self->first)
        start_service(sim, self);
    if (self->served == self->wanted)
        bt_sim_stop(sim);
}

/* W = 1 / (1 - rho) and L = rho / (1 - rho): the 99.9999 % interval of the batch means
 * must cover W, and Little's law must hold on the path itself. */
static void single_server_queue_matches_the_closed_form(void **state)
{
    (void)state;
    enum { CUSTOMERS = 400000, BATCHES = 20 };
    static double time_in_system[CUSTOMERS];
    static station mm1;
    const double rho[] = {0.3, 0.7};
    for (size_t i = 0; i < 2; i++) {
        bt_sim *sim = bt_sim_create(bt_random_key_of(51, 0, 7 + i));
        mm1 = (station){.service = bt_stream_open(bt_sim_key(sim), BT_AGENT_SELLER(0), 1),
                        .time_in_system = time_in_system,
                        .wanted = CUSTOMERS};
        bt_action_id come = bt_sim_register(sim, arrive, &mm1);
        mm1.depart = bt_sim_register(sim, depart, &mm1);
        bt_sim_add_poisson(sim, rho[i], 0, come);
        bt_sim_run(sim, INFINITY, 0);
        assert_int_equal(mm1.served, CUSTOMERS);

        bt_interval interval;
        size_t warm_up = bt_warm_up_length(time_in_system, CUSTOMERS);
        assert_int_equal(bt_batch_means(time_in_system, CUSTOMERS, warm_up, BATCHES,
                                        1 - ALARM_RATE, &interval, NULL),
                         BT_OK);
        double expected = 1 / (1 - rho[i]);
        print_message("M/M/1, rho = %g: W = %.4f in [%.4f, %.4f], exact %.4f\n", rho[i],
                      interval.mean, interval.low, interval.high, expected);
        assert_true(interval.low <= expected && expected <= interval.high);

        double end = bt_sim_now(sim);
        double in_system = 0;
        for (size_t k = 0; k < CUSTOMERS; k++)
            in_system += time_in_system[k];
        for (uint64_t k = mm1.first; k < mm1.last; k++)
            in_system += end - mm1.arrived[k % 1024];
        assert_true(fabs(in_system / mm1.area - 1) < 1e-9);
        double number = mm1.area / end;
        double half_width = (interval.high - interval.low) / 2 * rho[i];
        /* The interval of L is that of rho W, widened for the chance in the number of
         * arrivals (its standard deviation is sqrt(n), five of them are 1e-6). */
        double width = half_width + rho[i] * expected * 5 / sqrt(CUSTOMERS);
        assert_true(fabs(number - rho[i] * expected) < width);
        bt_sim_destroy(sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_server_queue_matches_the_closed_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
