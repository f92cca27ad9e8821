/*
 * Cost per decision of each assortment seller, market and regret included: a round with a
 * static seller (the market, its clairvoyant and one plan) is the floor. Settings: the
 * MNL-bandit (N = 10, K = 4) and the experiments of Erginbas, Courtade and Ramchandran
 * (2025): 1 (N = K = d = 5) and 2 (N = 100, K = 5, d = 10), 2000 rounds.
 */
#include "bench/bench_run.h"

static void report(const char *setting, const char *policy, const char *market, int rounds)
{
    char text[2048];
    snprintf(text, sizeof(text),
             "format: 1\nname: bench\nseed: 1\nreplications: 1\nhorizon: {periods: %d}\n"
             "market: {type: assortment, %s}\n"
             "sellers: [{name: s1, policy: %s}]\nrecord: {every: %d}\n",
             rounds, market, policy, rounds);
    printf("{\"name\": \"assortment round, %s, %s\", \"value\": %.3f, \"unit\": \"us\"}\n",
           setting, policy, bench_best_time(text, 1) / rounds * 1e6);
    fflush(stdout);
}

int main(void)
{
    const char *const bandits[] = {"static_assortment", "mnl_ucb", "mnl_ts_beta",
                                   "mnl_ts_correlated"};
    const char *const contextual[] = {
        "static_assortment", "cap",        "cap, refit: 0", "cap_ons",      "ts_mnl",
        "dbl_mnl",           "greedy_mle", "m3p",           "ofu_mnl_plus", "ons_mpp"};
    for (size_t k = 0; k < sizeof(bandits) / sizeof(bandits[0]); k++)
        report("bandit", bandits[k],
               "capacity: 4, items: [{name: i, seller: s1, count: 10, price: 1, attraction: "
               "[0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.5, 0.5]}]",
               300000);
    for (size_t k = 0; k < sizeof(contextual) / sizeof(contextual[0]); k++)
        report("experiment 1", contextual[k],
               "capacity: 5, contexts: random, dimension: 5, items: [{name: i, seller: s1, "
               "count: 5}]",
               2000);
    for (size_t k = 0; k < sizeof(contextual) / sizeof(contextual[0]); k++)
        report("experiment 2", contextual[k],
               "capacity: 5, contexts: random, dimension: 10, items: [{name: i, seller: s1, "
               "count: 100}]",
               2000);
    return 0;
}
