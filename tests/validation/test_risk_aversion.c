/*
 * Learners whose market declares them risk-averse, against the equilibria of their objectives
 * (E - gamma Var and E^2 - lambda Var of one buyer's profit): the duopoly of Calvano et al.
 * (2020), costs 1. Each line prints target, result, 95% interval and verdict.
 *
 * Sellers that know the demand reach the equilibrium to rounding; gradient learners that see
 * exact demand or ten buyers a period end within half a percent of its price and three
 * standard errors of ten runs (a false alarm in one line of 370); a rule with full information
 * on a grid ends in a pure equilibrium of the game in objectives, which is none in profits; and
 * a bandit that judges by mean and variance what single buyers brought finds the best answer of
 * its grid to a rival who stands at the equilibrium.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/experiment_fixture.h"
#include "tests/validation/acceptance.h"

#define DUOPOLY                                                                                \
    "format: 1\nname: risk\nseed: 2026\nhorizon: {periods: %d}\n"                              \
    "record: {every: %d, series: [price, distance_to_nash]}\n"                                 \
    "market:\n  type: posted_price\n"                                                          \
    "  demand: {model: logit, scale: 0.25, outside_utility: 0}\n  products:\n"                 \
    "    - {name: A, seller: s1, quality: 2, cost: 1}\n"                                       \
    "    - {name: B, seller: s2, quality: 2, cost: 1%s}\n"

/* The first-order condition of E - gamma Var in a symmetric duopoly at price p, from the
 * formula: 1 - m (1-q)/mu - 2 gamma m (1-q) + gamma m^2 (1-q)(1-2q)/mu. */
static double mean_variance_condition(double gamma, double price)
{
    const double mu = 0.25, margin = price - 1;
    double attraction = exp((2 - price) / mu), q = attraction / (2 * attraction + 1);
    return 1 - margin * (1 - q) / mu - 2 * gamma * margin * (1 - q) +
           gamma * margin * margin * (1 - q) * (1 - 2 * q) / mu;
}

static double mean_variance_price(double gamma)
{
    double low = 1, high = 1.6;
    for (int halving = 0; halving < 200; halving++) {
        double middle = (low + high) / 2;
        if (mean_variance_condition(gamma, middle) > 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The margin m = 2 mu / {(1-q)[1 + (1+lambda) q / ((1+lambda) q - lambda)]} at the fixed
 * point of q(1 + m). */
static double mean2_variance_price(double lambda)
{
    const double mu = 0.25;
    double low = 1, high = 1.6;
    for (int halving = 0; halving < 200; halving++) {
        double price = (low + high) / 2, attraction = exp((2 - price) / mu);
        double q = attraction / (2 * attraction + 1);
        double ratio = (1 + lambda) * q / ((1 + lambda) * q - lambda);
        if (price - 1 < 2 * mu / ((1 - q) * (1 + ratio)))
            low = price;
        else
            high = price;
    }
    return low;
}

static void open_duopoly(experiment_fixture *fixture, int periods, const char *objective,
                         const char *policy, int buyers)
{
    char population[64] = "";
    if (buyers > 0)
        snprintf(population, sizeof(population), "buyers: {type: logit, population: %d}\n",
                 buyers);
    open_experiment(fixture,
                    DUOPOLY "  sellers:\n    - {name: s1, objective: %s}\n"
                            "    - {name: s2, objective: %s}\n"
                            "sellers:\n  - {name: s1, policy: %s}\n  - {name: s2, policy: %s}\n"
                            "%s",
                    periods, periods / 10, "", objective, objective, policy, policy,
                    population);
}

static void sample_last_prices(const experiment_fixture *fixture, size_t runs, sample *prices)
{
    prices->count = runs;
    for (size_t r = 0; r < runs; r++) {
        bt_run *run = complete_run(fixture, r);
        const double *price = recorded(fixture, run, "price", 9);
        prices->value[r] = (price[0] + price[1]) / 2;
        bt_run_destroy(run);
    }
}

static const struct {
    const char *objective;
    double gamma; /* NAN: lambda below */
    double lambda;
} cases[] = {{"{mean_variance: 0.5}", 0.5, NAN},
             {"{mean_variance: 1}", 1, NAN},
             {"{mean_variance: 2}", 2, NAN},
             {"{mean_variance: 4}", 4, NAN},
             {"{mean2_variance: 0.2}", NAN, 0.2}};
enum { N_CASES = sizeof(cases) / sizeof(cases[0]) };

static double target_price(size_t c)
{
    return isnan(cases[c].gamma) ? mean2_variance_price(cases[c].lambda)
                                 : mean_variance_price(cases[c].gamma);
}

static void best_responders_reach_the_risk_averse_equilibrium(void **state)
{
    (void)state;
    for (size_t c = 0; c < N_CASES; c++) {
        experiment_fixture fixture;
        char name[64];
        sample prices;
        open_duopoly(&fixture, 200, cases[c].objective, "best_response", 0);
        sample_last_prices(&fixture, 1, &prices);
        snprintf(name, sizeof(name), "best response, %s, price", cases[c].objective);
        assert_true(judge_exact(name, target_price(c), 1e-9, prices.value[0]));
        assert_true(fabs(benchmark(&fixture, "nash_price")[0] - target_price(c)) < 1e-9);
        close_experiment(&fixture);
    }
}

static void gradient_learners_find_it_from_a_few_buyers(void **state)
{
    static const int buyers[] = {0, 10};
    (void)state;
    for (size_t c = 0; c < N_CASES; c++)
        for (size_t b = 0; b < 2; b++) {
            experiment_fixture fixture;
            char name[64];
            sample prices;
            open_duopoly(&fixture, 50000, cases[c].objective,
                         "gradient, method: two_point, low: 1.05, high: 1.6, start: 1.3, "
                         "step: 0.5, perturbation: 0.1",
                         buyers[b]);
            sample_last_prices(&fixture, 10, &prices);
            snprintf(name, sizeof(name), "gradient, %s, M=%d, price", cases[c].objective,
                     buyers[b]);
            double target = target_price(c);
            double allowed = 0.005 * target + 3 * sample_standard_error(&prices);
            assert_true(judge(name, target - allowed, target + allowed, &prices));
            close_experiment(&fixture);
        }
}

/* Fictitious play on 41 prices: the last joint action is a pure equilibrium of the game in
 * objectives, next to the continuous one, where each could earn more. */
static void full_information_ends_in_the_grid_equilibrium(void **state)
{
    (void)state;
    experiment_fixture fixture;
    sample prices;
    open_duopoly(&fixture, 2000, "{mean_variance: 1}",
                 "fictitious_play, grid: {low: 1.2, high: 1.6, points: 41}", 0);
    sample_last_prices(&fixture, 1, &prices);
    assert_true(judge_exact("fictitious play, {mean_variance: 1}, price",
                            mean_variance_price(1), 0.011, prices.value[0]));
    assert_true(*benchmark(&fixture, "grid_n_equilibria") >= 1);
    close_experiment(&fixture);
}

/* What one price brings against a rival at the equilibrium, per buyer. */
static double objective_against(double rival, double gamma, double price)
{
    double own = exp((2 - price) / 0.25), other = exp((2 - rival) / 0.25);
    double q = own / (own + other + 1), margin = price - 1;
    return margin * q - gamma * margin * margin * q * (1 - q);
}

/* A single buyer a period: mean_variance_ucb measures the variance over periods. Its prices
 * are 0.05 apart: in most of the last tenth it charges the best of them. */
static void a_mean_variance_bandit_finds_the_best_answer(void **state)
{
    (void)state;
    const double rival = mean_variance_price(1);
    double best = 0, value = -INFINITY;
    for (int a = 0; a < 10; a++) {
        double price = 1.1 + 0.05 * a;
        if (objective_against(rival, 1, price) > value) {
            value = objective_against(rival, 1, price);
            best = price;
        }
    }
    char fixed[64];
    snprintf(fixed, sizeof(fixed), ", price: %.12g", rival);
    experiment_fixture fixture;
    open_experiment(&fixture,
                    DUOPOLY "  sellers: [{name: s1, objective: {mean_variance: 1}}]\n"
                            "sellers:\n  - {name: s1, policy: mean_variance_ucb, "
                            "risk_aversion: 1, reward_unit: 1, bonus: 0.1, "
                            "grid: {low: 1.1, high: 1.55, points: 10}}\n"
                            "buyers: {type: logit, population: 1}\n",
                    200000, 20000, fixed);
    sample prices = {.count = 10};
    for (size_t r = 0; r < prices.count; r++) {
        bt_run *run = complete_run(&fixture, r);
        prices.value[r] = recorded(&fixture, run, "price", 9)[0];
        bt_run_destroy(run);
    }
    assert_true(
        judge("mean_variance_ucb, gamma 1, M=1, price", best - 0.025, best + 0.025, &prices));
    close_experiment(&fixture);
}

int main(int count, char **argument)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_responders_reach_the_risk_averse_equilibrium),
        cmocka_unit_test(gradient_learners_find_it_from_a_few_buyers),
        cmocka_unit_test(full_information_ends_in_the_grid_equilibrium),
        cmocka_unit_test(a_mean_variance_bandit_finds_the_best_answer),
    };
    return RUN_ACCEPTANCE_TESTS(tests, count, argument);
}
