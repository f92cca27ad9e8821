/*
 * B1: no run of any learner has less regret than its profit gain needs (spec 30, section
 * 0): the largest external regret is never below the frontier, both over one window.
 *
 * Every rule of the registry that prices on a grid, against itself and against hedge, with
 * exact demand and with one sampled buyer a period, in the game whose coarse correlated
 * equilibria are the Nash equilibria and in one where they reach far above. A theorem, not
 * a statistic: one violation is a mistake somewhere.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "acceptance.h"
#include "agents/sellers/registry.h"
#include "tests/experiment_fixture.h"

enum { SEEDS = 3, PERIODS = 6000, LEAST_RULES = 15 };

typedef struct tally {
    size_t runs;
    size_t violations;
    double closest; /* smallest of regret - frontier, over Nash profit */
} tally;

static void audit_run(const experiment_fixture *fixture, uint64_t replication, tally *sum)
{
    bt_run *run = complete_run(fixture, replication);
    double regret = real_outcome(fixture, run, "audit_largest_regret");
    double least = real_outcome(fixture, run, "audit_least_regret");
    double unit = benchmark(fixture, "nash_profit")[0];
    assert_true(isfinite(regret) && isfinite(least));
    bool holds = regret >= least - 1e-9 * unit;
    assert_int_equal(integer_outcome(fixture, run, "audit_certificate"), holds);
    assert_true(real_outcome(fixture, run, "audit_time") == PERIODS / 2);
    sum->runs++;
    sum->violations += !holds;
    sum->closest = fmin(sum->closest, (regret - least) / unit);
    bt_run_destroy(run);
}

static const char *settings_of(const char *rule)
{
    if (strcmp(rule, "fixed") == 0)
        return ", price: joint_profit";
    return strcmp(rule, "q_learning") == 0 ? ", exploration_decay: 1e-3" : "";
}

/* False when the rule belongs to another kind of market. */
static bool prepare(experiment_fixture *fixture)
{
    bt_error error;
    bt_status status = bt_point_prepare(&fixture->experiment, 0, 1, &fixture->point, &error);
    if (status != BT_OK && strstr(error.message, "needs a market of type") == NULL)
        fail_msg("%s", error.message);
    return status == BT_OK;
}

static void audit_rule(const char *rule, const char *rival, double scale, int buyers,
                       tally *sum)
{
    experiment_fixture fixture;
    char text[2048], population[64];
    snprintf(population, sizeof(population), "{type: logit, population: %d}", buyers);
    snprintf(text, sizeof(text),
             "format: 1\nname: test\nseed: 12\nhorizon: {periods: %d}\n"
             "market:\n  type: posted_price\n"
             "  demand: {model: logit, scale: %g, outside_utility: 0}\n"
             "  products:\n"
             "    - {name: A, seller: s1, quality: 2, cost: 1}\n"
             "    - {name: B, seller: s2, quality: 2, cost: 1}\n"
             "sellers: [{name: s1, policy: %s%s}, {name: s2, policy: %s%s}]\n"
             "buyers: %s\nrecord: {every: %d, series: [price]}\n",
             PERIODS, scale, rule, settings_of(rule), rival, settings_of(rival),
             buyers > 0 ? population : "{type: expected}", PERIODS);
    read_experiment(&fixture, text);
    bool belongs = prepare(&fixture);
    for (uint64_t seed = 0; belongs && seed < SEEDS; seed++)
        audit_run(&fixture, seed, sum);
    close_experiment(&fixture);
}

static bool prices_on_a_grid(const bt_seller_type *type)
{
    return type->actions != NULL;
}

static void b1_no_run_lies_below_the_frontier(void **state)
{
    (void)state;
    static const double scales[] = {.25, .1};
    size_t n_rules = 0, n_violations = 0;
    for (size_t k = 0; k < bt_seller_registry.count; k++) {
        const bt_described *rule = bt_seller_registry.entries[k];
        if (!prices_on_a_grid((const bt_seller_type *)rule))
            continue;
        tally sum = {.closest = INFINITY};
        for (size_t s = 0; s < 2; s++)
            for (int buyers = 0; buyers < 2; buyers++) {
                audit_rule(rule->name, rule->name, scales[s], buyers, &sum);
                audit_rule(rule->name, "hedge", scales[s], buyers, &sum);
            }
        if (sum.runs == 0)
            continue;
        n_rules++;
        char name[96];
        snprintf(name, sizeof(name), "B1 %s, violations in %zu runs (closest %.3f%%)",
                 rule->name, sum.runs, 100 * sum.closest);
        judge_exact(name, 0, 0, (double)sum.violations);
        n_violations += sum.violations;
    }
    assert_true(n_rules >= LEAST_RULES);
    assert_int_equal(n_violations, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(b1_no_run_lies_below_the_frontier)};
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
