/*
 * Nanoseconds per seller and move of each learner on a price grid or of continuous prices: two
 * sellers of one rule in Calvano's duopoly (grids of 15 prices, expected demand), from an
 * experiment through the ordinary engine, market included. Each figure is the best of several
 * runs. The bars are those of a throw-away program written for nothing else.
 */
#include "bench/bench_run.h"

enum { RUNS = 5, PERIODS = 200000 };

typedef struct measured {
    const char *rule;
    double bar;   /* ns; 0: none */
    long periods; /* 0: PERIODS */
} measured;

static const measured rules[] = {
    {"random", 0, 0},
    {"epsilon_greedy", 106, 0},
    {"ucb1", 120, 0},
    {"ucb_tuned", 0, 0},
    {"thompson_gaussian", 623, 0},
    {"thompson_beta", 0, 0},
    {"exp3", 266, 0},
    {"exp3_ix", 298, 0},
    {"exp3_p", 0, 0},
    {"hedge", 280, 0},
    {"regret_matching", 100, 0},
    {"fictitious_play", 0, 0},
    {"grid_best_response", 0, 0},
    {"roth_erev", 0, 0},
    {"q_learning", 143, 0},
    {"policy_gradient", 291, 0},
    {"mean_variance_ucb", 0, 0},
    {"cvar_ucb", 0, 0},
    {"lin_ucb", 0, 0},
    {"lin_ts", 0, 0},
    {"deep_q", 0, 4000},
    {"actor_critic", 0, 20000},
    {"derivative_follower", 0, 0},
    {"gradient", 0, 0},
    {"oga", 0, 0},
    {"opga", 0, 0},
    {"ols_pricing", 0, 0},
    {"logit_mle_pricing", 0, 0},
    {"explore_then_exploit", 0, 0},
    {"best_response", 0, 0},
};

/* Settings that a rule cannot do without. */
static const char *settings_of(const char *rule)
{
    static const char *const boxed[] = {
        "derivative_follower", "gradient", "oga", "opga", "ols_pricing", "logit_mle_pricing",
        "explore_then_exploit"};
    for (size_t k = 0; k < sizeof(boxed) / sizeof(boxed[0]); k++)
        if (strcmp(rule, boxed[k]) == 0)
            return ", low: 1.2, high: 2.2";
    return "";
}

static void measure(const measured *rule)
{
    long periods = rule->periods > 0 ? rule->periods : PERIODS;
    char text[2048];
    snprintf(text, sizeof(text),
             "format: 1\nname: bench\nseed: 1\nhorizon: {periods: %ld}\n"
             "market:\n"
             "  type: posted_price\n"
             "  demand: {model: logit, scale: 0.25, outside_utility: 0}\n"
             "  products:\n"
             "    - {name: A, seller: s1, quality: 2, cost: 1}\n"
             "    - {name: B, seller: s2, quality: 2, cost: 1}\n"
             "sellers: [{name: s1, policy: %s%s}, {name: s2, policy: %s%s}]\n"
             "record: {every: %ld, series: [profit_gain]}\n",
             periods, rule->rule, settings_of(rule->rule), rule->rule, settings_of(rule->rule),
             periods);
    printf("{\"name\": \"%s\", \"value\": %.4g, \"unit\": \"ns/move\", ", rule->rule,
           1e9 * bench_best_time(text, RUNS) / (2.0 * (double)periods));
    if (rule->bar > 0)
        printf("\"bar\": %g, ", rule->bar);
    printf("\"better\": \"lower\"}\n");
}

int main(void)
{
    for (size_t k = 0; k < sizeof(rules) / sizeof(rules[0]); k++)
        measure(&rules[k]);
    return 0;
}
