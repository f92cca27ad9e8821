/* Poisson sources: superposed, thinned, changed in rate. */
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "tests/sim/goodness_of_fit.h"
#include "tests/sim/logged_run.h"

static double acceptance_of_half_hour(double time, const void *data)
{
    double level = *(const double *)data;
    return fmod(time, 1) < 0.5 ? level : 0.2 * level;
}

static void superposed_arrivals_are_poisson(void **state)
{
    (void)state;
    static const double rate[] = {1, 0.25, 4, 0, 2.5, 0.125, 1, 1, 3, 0.5, 6};
    enum { SOURCES = 11, ARRIVALS = 100000 };
    bt_sim *sim = new_sim(1);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    double total = 0;
    for (uint32_t i = 0; i < SOURCES; i++) {
        assert_int_equal(bt_sim_add_poisson(sim, rate[i], 0, log), i);
        total += rate[i];
    }
    assert_int_equal(bt_sim_run(sim, INFINITY, ARRIVALS), ARRIVALS);

    static double probability[ARRIVALS];
    double count[SOURCES] = {0};
    for (size_t i = 0; i < ARRIVALS; i++) {
        double gap = events.time[i] - (i == 0 ? 0 : events.time[i - 1]);
        probability[i] = -expm1(-total * gap);
        count[events.argument[i]]++;
    }
    assert_true(kolmogorov_smirnov_p_value(probability, ARRIVALS) > ALARM_RATE);
    double statistic = 0;
    for (size_t i = 0; i < SOURCES; i++) {
        double expected = ARRIVALS * rate[i] / total;
        if (rate[i] > 0)
            statistic += (count[i] - expected) * (count[i] - expected) / expected;
        else
            assert_true(count[i] == 0);
    }
    assert_true(gsl_cdf_chisq_Q(statistic, SOURCES - 2) > ALARM_RATE);

    /* Each source on its own is Poisson, too. */
    double last = 0;
    size_t gaps = 0;
    for (size_t i = 0; i < ARRIVALS; i++)
        if (events.argument[i] == 2) {
            probability[gaps++] = -expm1(-rate[2] * (events.time[i] - last));
            last = events.time[i];
        }
    assert_true(kolmogorov_smirnov_p_value(probability, gaps) > ALARM_RATE);
    bt_sim_destroy(sim);
}

static void many_sources_are_chosen_by_rate(void **state)
{
    (void)state;
    enum { SOURCES = 1000, ARRIVALS = 120000 };
    bt_sim *sim = new_sim(2);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    double total = 0;
    for (uint32_t i = 0; i < SOURCES; i++) {
        bt_sim_add_poisson(sim, 1 + i % 7, 0, log);
        total += 1 + i % 7;
    }
    bt_sim_run(sim, INFINITY, ARRIVALS);
    double count[SOURCES] = {0};
    for (size_t i = 0; i < ARRIVALS; i++)
        count[events.argument[i]]++;
    double statistic = 0;
    for (size_t i = 0; i < SOURCES; i++) {
        double expected = ARRIVALS * (1 + (double)(i % 7)) / total;
        statistic += (count[i] - expected) * (count[i] - expected) / expected;
    }
    assert_true(gsl_cdf_chisq_Q(statistic, SOURCES - 1) > ALARM_RATE);
    assert_true(gsl_cdf_chisq_P(statistic, SOURCES - 1) > ALARM_RATE);
    bt_sim_destroy(sim);
}

/* The integral of the rate between arrivals of a thinned source is exponential. */
static void thinned_arrivals_follow_their_rate(void **state)
{
    (void)state;
    enum { ARRIVALS = 50000 };
    for (uint32_t others = 0; others < 2; others++) {
        bt_sim *sim = new_sim(3);
        bt_action_id log = bt_sim_register(sim, log_event, &events);
        double level = 0.9;
        uint32_t source = bt_sim_add_poisson(sim, 2, 0, log);
        if (others == 1)
            bt_sim_add_poisson(sim, 1, 0, log);
        assert_true(bt_sim_thin(sim, source, acceptance_of_half_hour, &level));
        bt_sim_run(sim, INFINITY, ARRIVALS);
        static double probability[ARRIVALS];
        size_t kept = 0;
        double last = 0;
        for (size_t i = 0; i < ARRIVALS; i++) {
            if (events.argument[i] != source)
                continue;
            double time = events.time[i];
            double phase = fmod(time, 1);
            double per_day = 2 * level * (0.5 + 0.5 * 0.2);
            double today = 2 * level * (fmin(phase, 0.5) + 0.2 * fmax(phase - 0.5, 0));
            double integral = floor(time) * per_day + today;
            probability[kept++] = -expm1(-(integral - last));
            last = integral;
        }
        assert_true(kept > ARRIVALS / 4);
        assert_true(kolmogorov_smirnov_p_value(probability, kept) > ALARM_RATE);
        bt_sim_destroy(sim);
    }
}

/* A source whose rate changes while the time to its next arrival runs. */
typedef struct rate_changer {
    uint32_t source;
} rate_changer;

static double rate_in_period(uint64_t period)
{
    static const double rate[] = {1, 5, 0, 0.5};
    return rate[period % 4];
}

static void change_rate(bt_sim *sim, void *subject, uint64_t occurrence)
{
    const rate_changer *self = subject;
    assert_true(bt_sim_set_rate(sim, self->source, rate_in_period(occurrence)));
}

static void changed_rates_hold_from_the_change_on(void **state)
{
    (void)state;
    enum { ARRIVALS = 50000 };
    const double period = 0.4;
    bt_sim *sim = new_sim(4);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    rate_changer changer = {0};
    bt_action_id change = bt_sim_register(sim, change_rate, &changer);
    changer.source = bt_sim_add_poisson(sim, 0, 0, log);
    recur(sim, 0, period, 0, change);
    while (events.count < ARRIVALS)
        bt_sim_run(sim, INFINITY, 1000);
    static double probability[ARRIVALS];
    double last = 0;
    double per_cycle = (1 + 5 + 0 + 0.5) * period;
    for (size_t i = 0; i < ARRIVALS; i++) {
        double time = events.time[i];
        uint64_t periods = (uint64_t)floor(time / period);
        double integral = floor((double)periods / 4) * per_cycle;
        for (uint64_t k = 0; k < periods % 4; k++)
            integral += rate_in_period(k) * period;
        integral += rate_in_period(periods) * (time - (double)periods * period);
        probability[i] = -expm1(-(integral - last));
        last = integral;
    }
    assert_true(kolmogorov_smirnov_p_value(probability, ARRIVALS) > ALARM_RATE);
    bt_sim_destroy(sim);
}

static void silent_sources_leave_the_agenda_empty(void **state)
{
    (void)state;
    bt_sim *sim = new_sim(5);
    bt_action_id log = bt_sim_register(sim, log_event, &events);
    uint32_t source = bt_sim_add_poisson(sim, 0, 0, log);
    assert_true(bt_sim_next_time(sim) == INFINITY);
    assert_int_equal(bt_sim_run(sim, 10, 0), 0);
    bt_sim_set_rate(sim, source, 3);
    assert_int_equal(bt_sim_run(sim, INFINITY, 5), 5);
    bt_sim_set_rate(sim, source, 0);
    assert_int_equal(bt_sim_run(sim, INFINITY, 5), 0);
    bt_sim_destroy(sim);
}

static void pauses_and_questions_leave_the_trajectory_unchanged(void **state)
{
    (void)state;
    static double time[2000];
    for (int variant = 0; variant < 4; variant++) {
        bt_sim *sim = new_sim(6);
        bt_action_id log = bt_sim_register(sim, log_event, &events);
        double level = 0.7;
        for (int i = 0; i < 3; i++)
            bt_sim_add_poisson(sim, 1 + i, 0, log);
        bt_sim_thin(sim, 1, acceptance_of_half_hour, &level);
        recur(sim, 0.1, 0.37, 0, log);
        for (double until = 1; events.count < 2000; until += 0.71) {
            if (variant == 0)
                bt_sim_run(sim, INFINITY, 2000);
            if (variant == 1)
                bt_sim_run(sim, until, 0);
            if (variant == 2)
                bt_sim_run(sim, INFINITY, 1);
            if (variant == 3) {
                double next = bt_sim_next_time(sim);
                uint64_t ran = bt_sim_run(sim, next, 1);
                assert_true(ran == 0 || bt_sim_now(sim) == next);
            }
        }
        for (size_t i = 0; i < 2000; i++) {
            if (variant == 0)
                time[i] = events.time[i];
            assert_true(events.time[i] == time[i]);
        }
        bt_sim_destroy(sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(superposed_arrivals_are_poisson),
        cmocka_unit_test(many_sources_are_chosen_by_rate),
        cmocka_unit_test(thinned_arrivals_follow_their_rate),
        cmocka_unit_test(changed_rates_hold_from_the_change_on),
        cmocka_unit_test(silent_sources_leave_the_agenda_empty),
        cmocka_unit_test(pauses_and_questions_leave_the_trajectory_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
