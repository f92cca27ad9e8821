/*
 * The Q-learning duopoly of Calvano, Calzolari, Denicolo and Pastorello (American Economic
 * Review 110(10), 2020): published sessions, from the catalogue's experiment file, to the
 * last bit of the strategies. Ten sessions; with the argument `all`, a hundred.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/experiment_fixture.h"
#include "tests/validation/aer_sessions.h"

static size_t n_sessions = 10;
static aer_session session[AER_SESSIONS];

static char *catalogue_text(const char *name)
{
    const char *source = getenv("BERTRAND_SOURCE");
    char path[4096];
    snprintf(path, sizeof(path), "%s/experiments/catalogue/%s", source != NULL ? source : ".",
             name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s is missing", path);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

static void check_session(const experiment_fixture *fixture, size_t r)
{
    bt_run *run = complete_run(fixture, r);
    int64_t strategy[2 * AER_STATES];
    read_outcome(fixture, run, "strategy", strategy);
    assert_int_equal(integer_outcome(fixture, run, "converged"), 1);
    assert_int_equal(integer_outcome(fixture, run, "iterations"), session[r].iterations);
    assert_int_equal(integer_outcome(fixture, run, "final_state"), session[r].final_state);
    assert_int_equal(integer_outcome(fixture, run, "cycle_length"), session[r].cycle_length);
    assert_true(aer_strategy_hash(strategy) == session[r].strategy_hash);
    /* the file has twelve digits */
    assert_true(fabs(real_outcome(fixture, run, "delta") - session[r].delta) <= 0.51e-12);
    bt_run_destroy(run);
}

static void published_sessions_come_out_to_the_bit(void **state)
{
    (void)state;
    char *text = catalogue_text("aer2020-replication.yaml");
    experiment_fixture fixture;
    read_experiment(&fixture, text);
    prepare_point(&fixture, 1);
    free(text);
    for (size_t r = 0; r < n_sessions; r++)
        check_session(&fixture, r);
    close_experiment(&fixture);
}

/* Calvano's grid has two pure equilibria, at (1, 1) and (2, 2). */
static void the_grid_game_has_the_known_equilibria(void **state)
{
    (void)state;
    char *text = catalogue_text("calvano-baseline.yaml");
    experiment_fixture fixture;
    read_experiment(&fixture, text);
    prepare_point(&fixture, 1);
    free(text);
    assert_true(*benchmark(&fixture, "grid_n_equilibria") == 2);
    assert_true(fabs(*benchmark(&fixture, "grid_nash_delta_lowest") + 0.0238) < 5e-5);
    assert_true(fabs(*benchmark(&fixture, "grid_nash_delta_highest") - 0.1166) < 5e-5);
    assert_true(fabs(benchmark(&fixture, "nash_price")[0] - 1.4729266600) < 1e-9);
    assert_true(fabs(benchmark(&fixture, "joint_profit_price")[0] - 1.924981) < 1e-6);
    close_experiment(&fixture);
}

int main(int count, char **argument)
{
    if (count > 1 && strcmp(argument[1], "all") == 0)
        n_sessions = AER_SESSIONS;
    read_aer_sessions(session);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_sessions_come_out_to_the_bit),
        cmocka_unit_test(the_grid_game_has_the_known_equilibria),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
