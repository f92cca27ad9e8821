/* Price wars and the mixed equilibrium of shopbot markets, against Greenwald and Kephart's
 * figures and the closed forms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/validation/shopbots.h"

#define WEEKS_OF_THEIRS "{time: 2000 d}"
#define AT_RANDOM_TIMES ", reprice: {poisson: 1}"

/* A war of best replies: down by the quantum to p*, and up again. Published: simulation
 * .0515, formula .0531; a throw-away program gave .0513. */
static void a9_myoptimal_war(void **state)
{
    (void)state;
    experiment_fixture fixture;
    bool met = true;
    open_shopbots(&fixture, IJCAI99, WEEKS_OF_THEIRS, 5, "myoptimal" AT_RANDOM_TIMES,
                  "myoptimal" AT_RANDOM_TIMES);
    met &= judge_exact("A9 MY war, p* in theory", 0.53125, 1e-12,
                       *benchmark(&fixture, "mixed_lowest_price"));
    met &= judge_exact("A9 MY war, profit for small steps", 0.053125, 1e-12,
                       *benchmark(&fixture, "war_profit"));
    sample first, others;
    sample_shopbots(&fixture, "lowest_price", 10, &first, &others);
    met &= judge("A9 MY war, lowest price: p* up to a quantum", 0.53125, 0.53325, &first);
    close_experiment(&fixture);
    sample profit;
    sample_alike(IJCAI99 ", window: 0.9", WEEKS_OF_THEIRS, 5, "myoptimal" AT_RANDOM_TIMES,
                 "final_profit", 40, &profit);
    met &= judge("A9 MY war, mean profit", 0.0508, 0.0518, &profit);
    assert_true(met);
}

/* The largest distance between the prices drawn and their distribution. */
static double sampler_distance(const char *market, size_t n_sellers)
{
    enum { DRAWS = 10000 };
    experiment_fixture fixture;
    open_experiment(&fixture,
                    "format: 1\nname: gt\nseed: 1999\nhorizon: {periods: %d}\n"
                    "market: {type: shopbot, window: 1, %s}\n"
                    "sellers: [{name: s#, count: %zu, policy: mixed_equilibrium}]\n"
                    "record: {every: %d}\n",
                    (int)DRAWS, market, n_sellers, (int)DRAWS);
    bt_run *run = complete_run(&fixture, 0);
    double distance[MOST_SHOPBOT_SELLERS];
    read_outcome(&fixture, run, "distance_to_mixed", distance);
    bt_run_destroy(run);
    close_experiment(&fixture);
    return distance[0];
}

static void a9_mixed_equilibrium_sampler(void **state)
{
    (void)state;
    bool met = true;
    double limit = 1.4 / sqrt(10000);
    double ijcai = sampler_distance("cost: 0.5, compares: [0.25]", 5);
    double general = sampler_distance("values: uniform, compares: [0.2, 0.3, 0.1]", 5);
    met &= judge_interval("A9 GT draws, KS to F, 10,000 draws", 0, limit, ijcai, ijcai, ijcai);
    met &= judge_interval("A9 GT draws, KS, compare-k buyers, uniform values", 0, limit,
                          general, general, general);
    sample profit;
    sample_alike(IJCAI99, "{periods: 20000}", 5, "mixed_equilibrium", "final_profit", 10,
                 &profit);
    met &= judge("A9 GT profit, five sellers", 0.0248, 0.0252, &profit);
    assert_true(met);
}

/* Published: theory .03125 and .0893, simulations .0319 and .0892; a throw-away program gave
 * .0312 and .0890, of which the latter is held to 1%: its own sampling error is not known. */
static void a9_two_sellers_and_uniform_values(void **state)
{
    (void)state;
    bool met = true;
    sample profit;
    sample_alike(EC99, "{periods: 20000}", 2, "mixed_equilibrium", "final_profit", 10, &profit);
    met &= judge("A9 EC99 GT profit", 0.0310, 0.0315, &profit);
    sample_alike(EC99 ", window: 0.9", WEEKS_OF_THEIRS, 2, "myoptimal" AT_RANDOM_TIMES,
                 "final_profit", 40, &profit);
    met &= judge("A9 EC99 MY profit", 0.0881, 0.0899, &profit);
    assert_true(met);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a9_myoptimal_war),
        cmocka_unit_test(a9_mixed_equilibrium_sampler),
        cmocka_unit_test(a9_two_sellers_and_uniform_values),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
