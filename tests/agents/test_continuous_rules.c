/* All sellers of continuous prices: saved runs, several products, any clock, sampled and
 * expected demand, and prices that stay in their box. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/continuous_seller.h"

static const char *const rules[] = {
    "gradient, method: one_point",
    "gradient, method: residual",
    "gradient, method: two_point",
    "derivative_follower",
    "oga",
    "opga, step: 0.01",
    "ols_pricing",
    "logit_mle_pricing",
    "explore_then_exploit, explore_low: 1.3, explore_high: 1.8, rounds: 60",
    "explore_then_exploit, explore_low: 1.3, explore_high: 1.8, rounds: 60, draws: identical",
};
enum { N_RULES = sizeof(rules) / sizeof(rules[0]) };

#define THREE_PRODUCTS                                                                         \
    "market:\n"                                                                                \
    "  type: posted_price\n"                                                                   \
    "  demand: {scale: 0.25}\n"                                                                \
    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"                                 \
    "             {name: B, seller: s1, quality: 1.9, cost: 0.8},"                             \
    "             {name: C, seller: s2, quality: 2, cost: 1}]\n"

/* Saved three times on the way or not, the end is the same; all prices are in the box. */
static void check_rule(const char *head, const char *buyers, const char *rule,
                       const char *clock)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    "format: 1\nname: test\nseed: 9\n%s" THREE_PRODUCTS "buyers: {type: %s}\n"
                    "sellers: [{name: s1, policy: %s, low: 1.1, high: 2.3, reprice: {%s}},"
                    "          {name: s2, policy: %s, low: 1.1, high: 2.3}]\n",
                    head, buyers, rule, clock, rule);
    bt_run *whole = complete_run(&fixture, 1);
    bt_run *pieces = complete_in_pieces(&fixture, 1, (double[]){1, 33.5, 120}, 3);
    assert_same_state(whole, pieces);
    for (size_t t = 0; t < bt_run_n_records(whole); t++)
        for (size_t j = 0; j < 3; j++) {
            double price = recorded(&fixture, whole, "price", t)[j];
            assert_true(price >= 1.1 - 1e-12 && price <= 2.3 + 1e-12);
        }
    bt_run_destroy(whole);
    bt_run_destroy(pieces);
    close_experiment(&fixture);
}

#define PERIODS "horizon: {periods: 200}\nrecord: {every: 1, series: [price]}\n"
#define DAYS "horizon: {time: 200 d}\nrecord: {every: 1 d, series: [price]}\n"

static void all_rules_sell_several_products_on_any_clock(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_RULES; k++) {
        check_rule(PERIODS, "expected", rules[k], "every: 1");
        check_rule(PERIODS, "logit, population: 3", rules[k], "poisson: 0.5");
        check_rule(DAYS, "expected", rules[k], "after_sales: 2");
        check_rule(DAYS, "logit, population: 3", rules[k], "poisson: 2");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rules_sell_several_products_on_any_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
