/* The worked example of docs/adding-a-pricebot.md compiles as printed, and plays. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "docs/examples/undercutter.c"

#include "tests/experiment_fixture.h"

/* Both sellers of a duopoly undercut: the experiment is read with a type that the registry
 * knows, then the types are exchanged, as a new line of the registry would do. */
static void open_price_war(experiment_fixture *fixture, undercutter_parameters *given)
{
    read_experiment(fixture, "format: 1\n"
                             "name: price-war\n"
                             "seed: 1\n"
                             "horizon: {periods: 40}\n"
                             "market:\n"
                             "  type: posted_price\n"
                             "  demand: {model: logit, scale: 0.25, outside_utility: 0}\n"
                             "  products:\n"
                             "    - {name: A, seller: s1, quality: 2, cost: 1}\n"
                             "    - {name: B, seller: s2, quality: 2, cost: 1}\n"
                             "sellers:\n"
                             "  - {name: s1, policy: fixed, price: 1}\n"
                             "  - {name: s2, policy: fixed, price: 1}\n"
                             "buyers: {type: expected}\n"
                             "record: {every: 1, series: [price]}\n");
    bt_registered *seller = fixture->experiment.sellers.element;
    for (size_t i = 0; i < fixture->experiment.sellers.count; i++) {
        seller[i].type = &bt_undercutter.described;
        seller[i].parameters = given;
    }
    prepare_point(fixture, 1);
}

/* Each period undercuts the last by one step; at the floor both start again from the top. */
static void undercutters_go_down_and_reset(void **state)
{
    (void)state;
    undercutter_parameters given = {.step = .1, .markup_floor = .05, .highest_price = 2};
    experiment_fixture fixture;
    open_price_war(&fixture, &given);

    bt_run *run = complete_run(&fixture, 0);
    const double *price = bt_run_series(run, 0);
    double expected = 2;
    for (size_t period = 0; period < 40; period++) {
        assert_true(fabs(price[2 * period] - expected) < 1e-12);
        assert_true(fabs(price[2 * period + 1] - expected) < 1e-12);
        expected = expected - given.step >= 1 + given.markup_floor - 1e-9
                       ? expected - given.step
                       : given.highest_price;
    }
    bt_run_destroy(run);
    close_experiment(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(undercutters_go_down_and_reset)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
