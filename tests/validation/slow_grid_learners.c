/*
 * Learners on price grids against reference figures: self-play in the duopoly of Calvano et
 * al. (2020), mixed and larger markets, and lone learners with Bernoulli rewards. Each line
 * prints target, result, 95% interval and verdict.
 *
 * Profit gains are means over the last tenth of a run (the window in which UCB1's .921, the
 * figure without sampling error, comes out). A figure with a standard deviation over seeds
 * is met when the means differ by less than three standard errors, ours and theirs together,
 * and a rounding unit: a false alarm in one line of 370.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "acceptance.h"
#include "tests/lone_seller.h"

/* ---- markets ---- */

static double final_profit_gain(const experiment_fixture *fixture, uint64_t replication)
{
    bt_run *run = complete_run(fixture, replication);
    double gain = recorded(fixture, run, "profit_gain", 9)[0];
    bt_run_destroy(run);
    return gain;
}

static void sample_gains(const char *text, size_t runs, sample *gains)
{
    experiment_fixture fixture;
    open_experiment(&fixture, "%s", text);
    gains->count = runs;
    for (size_t r = 0; r < runs; r++)
        gains->value[r] = final_profit_gain(&fixture, r);
    close_experiment(&fixture);
}

/* n sellers in Calvano's market; all but the first follow `rule`. `buyers`: per period, 0
 * for expected demand. */
static void sample_market(size_t n, const char *first_rule, const char *rule, long periods,
                          int buyers, size_t runs, sample *gains)
{
    char text[4096], *end = text + sizeof(text), *at = text;
    at += snprintf(at, (size_t)(end - at),
                   "format: 1\nname: reference\nseed: 2026\nhorizon: {periods: %ld}\n"
                   "record: {every: %ld, series: [profit_gain]}\n"
                   "market:\n  type: posted_price\n"
                   "  demand: {model: logit, scale: 0.25, outside_utility: 0}\n  products:\n",
                   periods, periods / 10);
    for (size_t i = 0; i < n; i++)
        at += snprintf(at, (size_t)(end - at),
                       "    - {name: P%zu, seller: s%zu, quality: 2, cost: 1}\n", i, i);
    at += snprintf(at, (size_t)(end - at), "sellers:\n");
    for (size_t i = 0; i < n; i++)
        at += snprintf(at, (size_t)(end - at), "  - {name: s%zu, policy: %s}\n", i,
                       i == 0 ? first_rule : rule);
    if (buyers > 0)
        at +=
            snprintf(at, (size_t)(end - at), "buyers: {type: logit, population: %d}\n", buyers);
    assert_true(at < end);
    sample_gains(text, runs, gains);
}

typedef struct reference {
    const char *rule;
    double mean;
    double deviation; /* over the reference's seeds */
} reference;

static bool judge_references(const reference *references, size_t count, long periods,
                             int buyers, size_t runs, size_t reference_runs)
{
    bool met = true;
    for (size_t k = 0; k < count; k++) {
        const reference *expected = &references[k];
        sample gains;
        char name[128];
        sample_market(2, expected->rule, expected->rule, periods, buyers, runs, &gains);
        double allowed = 3 * hypot(sample_standard_error(&gains),
                                   expected->deviation / sqrt((double)reference_runs)) +
                         0.001;
        snprintf(name, sizeof(name), "%s, T=%ld, M=%d", expected->rule, periods, buyers);
        met &= judge(name, expected->mean - allowed, expected->mean + allowed, &gains);
    }
    return met;
}

/* spec 30, section 6: T = 100,000, expected demand, 20 seeds */
static void self_play_with_expected_demand(void **state)
{
    (void)state;
    static const reference references[] = {
        {"epsilon_greedy", .204, .081},
        {"epsilon_greedy, exploration: decreasing", .421, .184},
        {"ucb1", .813, .016},
        {"ucb_tuned", .886, .162},
        {"thompson_gaussian", .204, .003},
        {"exp3", .202, .012},
        {"exp3_p", .278, .009},
        {"exp3_ix", .243, .022},
        {"hedge, learning_rate: tuned", .050, .001},
        {"hedge", .009, .001},
        {"roth_erev", .115, .025},
        {"fictitious_play", .103, .042},
        {"grid_best_response", .098, .033},
        {"policy_gradient", .183, .046},
    };
    assert_true(judge_references(references, sizeof(references) / sizeof(references[0]), 100000,
                                 0, 20, 20));
}

/* the same, T = 1,000,000, one buyer a period, 8 seeds. UCB1's gains lie anywhere from .3 to
 * 1 here, so that its line is a weak test: over 24 seeds ours average .72 with deviation .28,
 * below the reference's .909 (.064). */
static void self_play_with_one_buyer_a_period(void **state)
{
    (void)state;
    static const reference references[] = {
        {"epsilon_greedy", .092, .136},
        {"epsilon_greedy, exploration: decreasing", .141, .223},
        {"ucb1", .909, .064},
        {"ucb_tuned", .502, .285},
        {"thompson_gaussian", .100, .009},
        {"exp3", .117, .012},
        {"exp3_ix", .143, .033},
        {"hedge", -.022, .001},
        {"roth_erev", .105, .014},
        {"policy_gradient", .167, .128},
    };
    assert_true(judge_references(references, sizeof(references) / sizeof(references[0]),
                                 1000000, 1, 8, 8));
}

static void b2_full_information_ends_in_the_nash_band(void **state)
{
    (void)state;
    sample gains;
    bool met = true;
    sample_market(2, "hedge", "hedge", 100000, 0, 20, &gains);
    met &= judge("B2 hedge, T=100000, M=0", -.03, .03, &gains);
    sample_market(2, "regret_matching", "regret_matching", 100000, 0, 20, &gains);
    /* the grid's lower equilibrium, -0.02384 */
    met &= judge("B2 regret_matching, T=100000, M=0", -.0245, -.0235, &gains);
    assert_true(met);
}

static void b3_random_prices(void **state)
{
    (void)state;
    sample gains;
    sample_market(2, "random", "random", 100000, 0, 20, &gains);
    assert_true(judge("B3 random, T=100000, M=0", .492, .502, &gains));
}

static void b4_ucb1_in_a_fixed_order(void **state)
{
    (void)state;
    sample gains;
    sample_market(2, "ucb1, first_trials: fixed", "ucb1, first_trials: fixed", 100000, 0, 1,
                  &gains);
    assert_true(judge("B4 ucb1, fixed order, T=100000, M=0", .916, .926, &gains));
}

static void b5_broken_symmetry(void **state)
{
    (void)state;
    sample gains;
    bool met = true;
    sample_market(2, "ucb1", "thompson_gaussian", 500000, 1, 12, &gains);
    met &= judge("B5 ucb1 + thompson_gaussian, T=500000, M=1", .118, .178, &gains);
    sample_market(6, "ucb1", "ucb1", 200000, 1, 12, &gains);
    met &= judge("B5 six ucb1, T=200000, M=1", .064, .104, &gains);
    assert_true(met);
}

/* ---- lone learners ---- */

enum { PRICES = 10, MOVES = 32000 };

/* Regret against the best price, which succeeds with probability .6; the others: .5. */
static double bernoulli_regret(const char *settings, uint64_t seed)
{
    lone_seller lone;
    open_lone_seller(&lone, settings, PRICES, MOVES, seed);
    bt_stream world = bt_stream_open(lone.setting.key, BT_AGENT_MARKET, 0);
    uint64_t best = bt_stream_below(&world, PRICES);
    double missed = 0;
    for (size_t t = 0; t < MOVES; t++) {
        uint64_t action = lone_decide(&lone);
        double reward[PRICES];
        for (uint64_t a = 0; a < PRICES; a++)
            reward[a] = bt_stream_uniform(&world) < (a == best ? 0.6 : 0.5);
        missed += action != best;
        lone_observe(&lone, reward[action], reward);
    }
    close_lone_seller(&lone);
    return 0.1 * missed;
}

static void sample_regrets(const char *settings, size_t runs, sample *regrets)
{
    regrets->count = runs;
    for (size_t r = 0; r < runs; r++)
        regrets->value[r] = bernoulli_regret(settings, r + 1);
}

static void b10_lone_learners(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double target;
    } references[] = {
        {"policy: ucb1", 1084},
        {"policy: thompson_beta", 210},
        {"policy: exp3", 1297},
        {"policy: exp3_ix", 985},
        {"policy: hedge, learning_rate: tuned", 100},
    };
    bool met = true;
    sample regrets;
    sample_regrets("policy: exp3", 40, &regrets);
    met &= judge("B10 exp3, regret within its bound", 0, 2258, &regrets);
    for (size_t k = 0; k < sizeof(references) / sizeof(references[0]); k++) {
        sample_regrets(references[k].settings, 40, &regrets);
        /* the reference's 40 runs have the same deviation */
        double allowed = 3 * sqrt(2) * sample_standard_error(&regrets) + 0.5;
        char name[128];
        snprintf(name, sizeof(name), "B10 %s", references[k].settings);
        met &= judge(name, references[k].target - allowed, references[k].target + allowed,
                     &regrets);
    }
    assert_true(met);
}

/* ---- partial identification ---- */

enum { SEGMENTS = 1000, CUSTOMERS = 20000, SEGMENT_PRICES = 100 };

/* Buyers of 1000 segments; a segment's centre is a Beta variate, its buyers' valuations are
 * uniform within .1 of that. */
typedef struct segment_world {
    double a;
    double b;
} segment_world;

static const double half_range = 0.1;

/* Expected profit of each price, given the segments' centres; returns the largest. */
static double profits_of(const double *centre, double *profit)
{
    double best = 0;
    for (size_t k = 0; k < SEGMENT_PRICES; k++) {
        double price = (double)(k + 1) / SEGMENT_PRICES, demand = 0;
        for (size_t r = 0; r < SEGMENTS; r++)
            demand += fmin(1, fmax(0, (centre[r] + half_range - price) / (2 * half_range))) /
                      SEGMENTS;
        profit[k] = price * demand;
        best = fmax(best, profit[k]);
    }
    return best;
}

static double segment_regret(const char *settings, const segment_world *world, uint64_t seed)
{
    static double weight[SEGMENTS], centre[SEGMENTS], sales[SEGMENTS], buyers[SEGMENTS];
    double profit[SEGMENT_PRICES], regret = 0;
    bt_stream stream = bt_stream_open(bt_random_key_of(seed, 0, 0), BT_AGENT_MARKET, 0);
    gsl_rng generator = {.type = bt_rng_philox, .state = &stream};
    for (size_t r = 0; r < SEGMENTS; r++) {
        weight[r] = 1.0 / SEGMENTS;
        centre[r] = gsl_ran_beta(&generator, world->a, world->b);
    }
    double best = profits_of(centre, profit);
    lone_seller lone;
    open_lone_seller_of_segments(&lone, settings, SEGMENT_PRICES, CUSTOMERS, seed, SEGMENTS,
                                 weight);
    for (size_t t = 0; t < CUSTOMERS; t++) {
        uint64_t action = lone_decide(&lone);
        size_t segment = bt_stream_below(&stream, SEGMENTS);
        double price = (double)(action + 1) / SEGMENT_PRICES;
        double valuation = centre[segment] + half_range * (2 * bt_stream_uniform(&stream) - 1);
        bool bought = price <= valuation;
        regret += best - profit[action];
        lone_observe_buyer(&lone, bought ? price : 0, segment, bought, sales, buyers);
    }
    close_lone_seller(&lone);
    return regret;
}

static void b15_partial_identification(void **state)
{
    (void)state;
    static const segment_world worlds[] = {{2, 9}, {2, 2}, {9, 2}};
    bool met = true;
    for (size_t w = 0; w < 3; w++) {
        sample ratio = {.count = 10}, pi = {.count = 10}, tuned = {.count = 10};
        for (size_t r = 0; r < ratio.count; r++) {
            pi.value[r] = segment_regret("policy: ucb_pi", &worlds[w], r + 1);
            tuned.value[r] = segment_regret("policy: ucb_tuned", &worlds[w], r + 1);
            ratio.value[r] = pi.value[r] / tuned.value[r];
        }
        char name[128];
        snprintf(name, sizeof(name), "B15 Beta(%g, %g): ucb_pi %.0f over ucb_tuned %.0f",
                 worlds[w].a, worlds[w].b, sample_mean(&pi), sample_mean(&tuned));
        met &= judge(name, 0, 0.25, &ratio);
    }
    assert_true(met);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b2_full_information_ends_in_the_nash_band),
        cmocka_unit_test(b3_random_prices),
        cmocka_unit_test(b4_ucb1_in_a_fixed_order),
        cmocka_unit_test(b10_lone_learners),
        cmocka_unit_test(b15_partial_identification),
        cmocka_unit_test(self_play_with_expected_demand),
        cmocka_unit_test(b5_broken_symmetry),
        cmocka_unit_test(self_play_with_one_buyer_a_period),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
