/* Learners in shopbot markets: no internal and no external regret, derivative followers,
 * and mixes of pricebots, beside published and throw-away figures. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/validation/shopbots.h"

#define DUOPOLY "value: 1, cost: 0.5, compares: [0.25]"
#define GRID ", grid: {points: 101, low: 0.57, high: 1}"
#define AT_RANDOM_TIMES ", reprice: {poisson: 1}"
#define FOLLOWER(low, high)                                                                    \
    "derivative_follower, step_low: " #low ", step_high: " #high AT_RANDOM_TIMES

/* Means of both sellers, in eight runs: distances from the mixed equilibrium, and profits. */
static void sample_regret(const char *policy, sample *distance, sample *profit)
{
    experiment_fixture fixture;
    open_shopbots(&fixture, DUOPOLY, "{periods: 50000}", 2, policy, policy);
    distance->count = profit->count = 8;
    for (size_t r = 0; r < 8; r++) {
        double of_sellers[2];
        bt_run *run = complete_run(&fixture, r);
        read_outcome(&fixture, run, "distance_to_mixed", of_sellers);
        distance->value[r] = (of_sellers[0] + of_sellers[1]) / 2;
        read_outcome(&fixture, run, "final_profit", of_sellers);
        profit->value[r] = (of_sellers[0] + of_sellers[1]) / 2;
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
}

static void b13_no_internal_regret(void **state)
{
    (void)state;
    bool met = true;
    sample distances, profits;
    sample_regret("internal_regret" GRID, &distances, &profits);
    met &= judge("B13 NIR, KS to the mixed equilibrium", 0, 0.06, &distances);
    met &= judge("B13 NIR, profit (equilibrium .0625)", 0.0615, 0.066, &profits);
    assert_true(met);
}

/* They cycle, so that single runs differ: what is held is the distance. The throw-away
 * program's profit of .0915 is above the equilibrium's .0625, as ours are on average, of Hedge
 * by less. */
static void b13_no_external_regret(void **state)
{
    (void)state;
    bool met = true;
    sample distances, profits;
    const char *policy[] = {"hedge" GRID, "regret_matching" GRID};
    const char *distance[] = {"B13 Hedge, KS to the mixed equilibrium",
                              "B13 regret matching, KS to the mixed equilibrium"};
    const char *profit[] = {"B13 Hedge, profit (throw-away .0915)",
                            "B13 regret matching, profit (throw-away .0915)"};
    for (int k = 0; k < 2; k++) {
        sample_regret(policy[k], &distances, &profits);
        met &= judge(distance[k], 0.2, 1, &distances);
        judge(profit[k], 0.0625, 0.25, &profits);
    }
    assert_true(met);
}

/* Published .0841 (cartel .10) with steps that are not known; a throw-away program gave .0751
 * to .0889 with sampled sales, .0872 to .0987 without. EC99: .1127; .1199 to .1245. */
static void b13_derivative_followers(void **state)
{
    (void)state;
    bool met = true;
    sample profit;
    const char *drawn = IJCAI99 ", arrivals: 50000";
    sample_alike(drawn, "{time: 2000 d}", 5, FOLLOWER(0.01, 0.03), "final_profit", 20, &profit);
    met &= judge("B13 DF, drawn sales, steps .01-.03", 0.0751, 0.0889, &profit);
    sample_alike(drawn, "{time: 2000 d}", 5, FOLLOWER(0.02, 0.06), "final_profit", 20, &profit);
    met &= judge("B13 DF, drawn sales, steps .02-.06", 0.0751, 0.0889, &profit);
    sample_alike(IJCAI99, "{time: 2000 d}", 5, FOLLOWER(0.01, 0.03), "final_profit", 20,
                 &profit);
    met &= judge("B13 DF, expected sales, steps .01-.03", 0.0852, 0.1, &profit);
    sample_alike(EC99, "{time: 2000 d}", 2, FOLLOWER(0.01, 0.03), "final_profit", 20, &profit);
    judge("B13 DF, EC99 (published .1127)", 0.1127, 0.125, &profit);
    assert_true(met);
}

/* A throw-away program gave .252 and .044, .026 and .060. What a lone best replier takes from
 * followers depends on their steps, which are not known (.17 with .01 to .02, .22 with .01 to
 * .03): .252 itself is not reached, and the band says in which direction it lies. */
static void b13_mixes(void **state)
{
    (void)state;
    experiment_fixture fixture;
    sample first, others;
    bool met = true;
    open_shopbots(&fixture, IJCAI99, "{time: 2000 d}", 5, "myoptimal" AT_RANDOM_TIMES,
                  FOLLOWER(0.01, 0.03));
    sample_shopbots(&fixture, "final_profit", 20, &first, &others);
    met &= judge("B13 one MY among four DF: MY (.252)", 0.15, 0.28, &first);
    met &= judge("B13 one MY among four DF: DF (.044)", 0.03, 0.05, &others);
    close_experiment(&fixture);
    open_shopbots(&fixture, IJCAI99, "{time: 2000 d}", 5, FOLLOWER(0.01, 0.03),
                  "myoptimal" AT_RANDOM_TIMES);
    sample_shopbots(&fixture, "final_profit", 20, &first, &others);
    met &= judge("B13 one DF among four MY: DF (.026)", 0.024, 0.028, &first);
    met &= judge("B13 one DF among four MY: MY (.060)", 0.055, 0.062, &others);
    close_experiment(&fixture);
    assert_true(met);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b13_no_internal_regret),
        cmocka_unit_test(b13_no_external_regret),
        cmocka_unit_test(b13_derivative_followers),
        cmocka_unit_test(b13_mixes),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
