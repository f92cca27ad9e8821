/* Which of four: each clause of the rule, one at a time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "markets/audit/audit_verdict.h"

static const bt_audit_parameters usual = {.window = .5,
                                          .regret_tolerance = .05,
                                          .delta_tolerance = .05,
                                          .trend_tolerance = .05,
                                          .punishment_tolerance = .1};

/* A run at `delta` with `regret`, at rest, on the grid of 15 prices; no limit play. */
static bt_audit_evidence at_rest(double delta, double regret)
{
    return (bt_audit_evidence){.delta = delta,
                               .delta_first_half = delta,
                               .delta_second_half = delta,
                               .regret = regret,
                               .regret_first_half = regret,
                               .regret_second_half = regret,
                               .band_low = -.024,
                               .band_high = .117,
                               .punishment = NAN,
                               .gain = NAN};
}

static void assert_verdict(bt_audit_evidence evidence, bt_audit_verdict expected)
{
    assert_int_equal(bt_audit_judge(&evidence, &usual), expected);
}

static void equilibrium_takes_both_gain_and_regret(void **state)
{
    (void)state;
    assert_verdict(at_rest(.1, .01), BT_AUDIT_EQUILIBRIUM);
    assert_verdict(at_rest(.16, .05), BT_AUDIT_EQUILIBRIUM);
    assert_verdict(at_rest(-.07, .01), BT_AUDIT_EQUILIBRIUM);
    assert_verdict(at_rest(.1, .06), BT_AUDIT_LEARNING_FAILURE);
    assert_verdict(at_rest(.2, .01), BT_AUDIT_LEARNING_FAILURE);
    assert_verdict(at_rest(-.24, .2), BT_AUDIT_LEARNING_FAILURE);
}

static void what_comes_nearer_has_not_converged(void **state)
{
    (void)state;
    bt_audit_evidence falling = at_rest(.3, .03);
    falling.delta_first_half = .32;
    falling.delta_second_half = .28;
    falling.delta_error = .01;
    assert_verdict(falling, BT_AUDIT_NOT_CONVERGED);
    falling.delta_error = .02; /* might be noise */
    assert_verdict(falling, BT_AUDIT_LEARNING_FAILURE);
    falling.delta_error = 0;
    falling.delta_second_half = .315; /* too slow */
    assert_verdict(falling, BT_AUDIT_LEARNING_FAILURE);
    falling.delta_second_half = .4; /* away from the band */
    assert_verdict(falling, BT_AUDIT_LEARNING_FAILURE);

    bt_audit_evidence rising = at_rest(-.3, .2);
    rising.delta_first_half = -.35;
    rising.delta_second_half = -.25;
    assert_verdict(rising, BT_AUDIT_NOT_CONVERGED);

    bt_audit_evidence learning = at_rest(.1, .08);
    learning.regret_first_half = .09;
    learning.regret_second_half = .07;
    assert_verdict(learning, BT_AUDIT_NOT_CONVERGED);
    learning.regret_second_half = .089;
    assert_verdict(learning, BT_AUDIT_LEARNING_FAILURE);
}

static void asked_for_stability_decides_whether_a_run_is_under_way(void **state)
{
    (void)state;
    bt_audit_evidence run = at_rest(.6, .2);
    run.stability = BT_STABILITY_NOT_REACHED;
    assert_verdict(run, BT_AUDIT_NOT_CONVERGED);
    run.stability = BT_STABILITY_REACHED;
    run.delta_first_half = .7;
    run.delta_second_half = .5;
    assert_verdict(run, BT_AUDIT_LEARNING_FAILURE);
    bt_audit_evidence competitive = at_rest(.05, .001);
    competitive.stability = BT_STABILITY_NOT_REACHED;
    assert_verdict(competitive, BT_AUDIT_EQUILIBRIUM);
}

static void collusion_takes_punishment_that_deters(void **state)
{
    (void)state;
    bt_audit_evidence run = at_rest(.8, .2);
    run.punishment = .5;
    run.gain = -.02;
    assert_verdict(run, BT_AUDIT_COLLUSION);
    run.gain = .001; /* it pays to deviate all the same */
    assert_verdict(run, BT_AUDIT_LEARNING_FAILURE);
    run.gain = -.02;
    run.punishment = .05;
    assert_verdict(run, BT_AUDIT_LEARNING_FAILURE);
    run.punishment = .5;
    run.delta = -.5; /* price war */
    assert_verdict(run, BT_AUDIT_LEARNING_FAILURE);
    run = at_rest(.8, .2);
    run.punishment = .5;
    run.gain = -.02;
    run.delta_first_half = .9;
    run.delta_second_half = .7;
    assert_verdict(run, BT_AUDIT_NOT_CONVERGED);
}

static void nothing_is_said_without_benchmarks(void **state)
{
    (void)state;
    assert_verdict(at_rest(NAN, .1), BT_AUDIT_NONE);
    assert_verdict(at_rest(.1, NAN), BT_AUDIT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equilibrium_takes_both_gain_and_regret),
        cmocka_unit_test(what_comes_nearer_has_not_converged),
        cmocka_unit_test(asked_for_stability_decides_whether_a_run_is_under_way),
        cmocka_unit_test(collusion_takes_punishment_that_deters),
        cmocka_unit_test(nothing_is_said_without_benchmarks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
