/* The mixed equilibrium of a shopbot market: indifference, published figures, refusals. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "markets/equilibrium/shopbot_equilibrium.h"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g is not %.17g", value, expected);
}

/* What a price earns against rivals who draw theirs from F: a buyer who compares k sees this
 * seller with probability k/S and the k - 1 others all dearer with (1 - F)^(k-1). */
static double profit_at(const bt_shopbot_market *market, double price)
{
    const double above = 1 - bt_shopbot_distribution(market, price);
    const double margin =
        (price - market->cost) * (market->uniform_values ? 1 - price / market->value : 1);
    double sum = 0;

    for (size_t k = 1; k <= market->n_sellers; k++)
        sum += market->compares_share[k - 1] * (double)k / (double)market->n_sellers *
               pow(above, (double)(k - 1));
    return price > market->value ? 0 : margin * sum;
}

static void test_sellers_are_indifferent(void **state)
{
    const double shares[3][4] = {{0.25, 0, 0, 0.75}, {0.1, 0.4, 0.3, 0.2}, {0.6, 0.4, 0, 0}};

    (void)state;
    for (int uniform = 0; uniform < 2; uniform++)
        for (size_t i = 0; i < 3; i++) {
            const bt_shopbot_market market = {.n_sellers = 4,
                                              .cost = 0.3,
                                              .value = 1.7,
                                              .uniform_values = uniform,
                                              .compares_share = shares[i]};
            const double profit = bt_shopbot_profit(&market);
            const double lowest = bt_shopbot_price(&market, 0);
            const double highest = bt_shopbot_price(&market, 1);

            assert_int_equal(bt_shopbot_market_check(&market, NULL), BT_OK);
            assert_near(highest, uniform ? 1 : 1.7, 1e-15);
            for (double rank = 0; rank <= 1; rank += 0.01) {
                const double price = bt_shopbot_price(&market, rank);

                assert_true(price >= lowest && price <= highest);
                assert_near(bt_shopbot_distribution(&market, price), rank, 1e-7);
                assert_near(profit_at(&market, price), profit, 1e-9);
            }
            /* Prices outside the support earn less. */
            assert_true(profit_at(&market, lowest - 0.01) < profit);
            assert_true(profit_at(&market, highest + 0.01) < profit);
        }
}

/* Published settings: five sellers, cost 0.5, value 1, a quarter of the buyers at random, the
 * others with a shopbot: profit 0.025 each, prices from 0.53125; two sellers, values uniform
 * on [0, 1], cost 0: profit 0.03125. */
static void test_published_figures(void **state)
{
    const double five[5] = {0.25, 0, 0, 0, 0.75};
    const double two[2] = {0.25, 0.75};
    const bt_shopbot_market fixed = {
        .n_sellers = 5, .cost = 0.5, .value = 1, .compares_share = five};
    const bt_shopbot_market uniform = {
        .n_sellers = 2, .cost = 0, .value = 1, .uniform_values = true, .compares_share = two};

    (void)state;
    assert_near(bt_shopbot_profit(&fixed), 0.025, 1e-16);
    assert_near(bt_shopbot_price(&fixed, 0), 0.53125, 1e-15);
    assert_near(bt_shopbot_profit(&uniform), 0.03125, 1e-16);
}

static void assert_refused(bt_shopbot_market market, const char *says)
{
    bt_error error;

    assert_int_equal(bt_shopbot_market_check(&market, &error), BT_BAD_INPUT);
    if (strstr(error.message, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.message, says);
}

static void test_refusals(void **state)
{
    const double good[2] = {0.5, 0.5};
    const double none[2] = {0, 1};
    const double all[2] = {1, 0};
    const double short_of_one[2] = {0.5, 0.4};
    const double negative[2] = {1.5, -0.5};

    (void)state;
    assert_refused((bt_shopbot_market){1, 0, 1, false, good}, "at least two sellers");
    assert_refused((bt_shopbot_market){2, 1, 1, false, good}, "below the buyers' value");
    assert_refused((bt_shopbot_market){2, 0, 1, false, none}, "their share is 0");
    assert_refused((bt_shopbot_market){2, 0, 1, false, all}, "their share is 1");
    assert_refused((bt_shopbot_market){2, 0, 1, false, short_of_one}, "must sum to one");
    assert_refused((bt_shopbot_market){2, 0, 1, false, negative}, "compare 2 sellers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sellers_are_indifferent),
        cmocka_unit_test(test_published_figures),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests_name("markets.shopbot_equilibrium", tests, NULL, NULL);
}
