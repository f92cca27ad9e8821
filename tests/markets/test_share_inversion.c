/*
 * From shares back to mean utilities, and from equilibrium prices back to costs: what was put
 * in comes out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "markets/demand/share_inversion.h"
#include "markets/equilibrium/recovered_costs.h"
#include "tests/markets/small_markets.h"

enum { PRODUCTS = 15, TYPES = 40, FIRMS = 4 };

typedef struct known_market {
    small_market market;
    double mean[PRODUCTS];
    double price[PRODUCTS];
    double share[PRODUCTS];
    double outside;
} known_market;

/* Buyers who differ in tastes and price sensitivity, by a seed. */
static void make(known_market *known, unsigned long seed, double outside_utility)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, seed);
    small_market_create(&known->market, BT_LOGIT, PRODUCTS, TYPES);
    bt_demand *demand = known->market.demand;
    known->market.ownership.n_sellers = FIRMS;
    for (size_t j = 0; j < PRODUCTS; j++) {
        known->mean[j] = random_between(random, -4, 3);
        known->price[j] = random_between(random, 1, 3);
        known->market.cost[j] = random_between(random, 0.5, 2);
        known->market.seller[j] = (uint32_t)(j % FIRMS);
    }
    for (size_t r = 0; r < TYPES; r++) {
        demand->scale[r] = 0.7;
        demand->weight[r] = random_between(random, 0.2, 1);
        demand->price_sensitivity[r] = random_between(random, 1, 3);
        demand->outside_utility[r] = outside_utility;
        for (size_t j = 0; j < PRODUCTS; j++)
            demand->considered_quality[demand->row_start[r] + j] =
                random_between(random, -2, 2);
    }
    small_market_check(&known->market);
    gsl_rng_free(random);
}

static void add_mean(known_market *known, double sign)
{
    bt_demand *demand = known->market.demand;
    for (size_t k = 0; k < demand->n_entries; k++)
        demand->considered_quality[k] += sign * known->mean[demand->considered_product[k]];
}

static void find_shares(known_market *known)
{
    bt_demand_work *work = bt_demand_work_create(known->market.demand);
    assert_non_null(work);
    add_mean(known, 1);
    bt_demand_shares(known->market.demand, known->price, known->share, &known->outside, NULL,
                     work);
    add_mean(known, -1);
    bt_demand_work_destroy(work);
}

static void mean_utilities_come_back(void **state)
{
    (void)state;
    for (unsigned long seed = 1; seed <= 20; seed++) {
        known_market known;
        double found[PRODUCTS];
        bt_error error;
        make(&known, seed, seed % 2 == 0 ? 0 : 3);
        find_shares(&known);
        if (bt_invert_shares(known.market.demand, known.price, known.share, found, &error) !=
            BT_OK)
            fail_msg("%s", error.message);
        for (size_t j = 0; j < PRODUCTS; j++)
            if (!(fabs(found[j] - known.mean[j]) <= 1e-12 * (1 + fabs(known.mean[j]))))
                fail_msg("seed %lu, product %zu: %.17g is not %.17g", seed, j, found[j],
                         known.mean[j]);
        find_shares(&known); /* the demand was left with them in */
        small_market_destroy(&known.market);
    }
}

static void a_plain_logit_is_inverted_in_closed_form(void **state)
{
    const double price[2] = {1, 2}, share[2] = {0.2, 0.3};
    small_market market;
    double found[2];
    (void)state;
    small_market_create(&market, BT_LOGIT, 2, 1);
    small_market_check(&market);
    assert_int_equal(bt_invert_shares(market.demand, price, share, found, NULL), BT_OK);
    for (size_t j = 0; j < 2; j++) {
        double expected = log(share[j] / 0.5) + price[j]; /* delta = log s_j/s_0 + alpha p_j */
        assert_true(fabs(found[j] - expected) < 1e-14);
        assert_true(fabs(market.demand->considered_quality[j] - expected) < 1e-14);
    }
    small_market_destroy(&market);
}

static void what_has_no_mean_utilities_is_refused(void **state)
{
    static const struct {
        double share[2];
        const char *message;
    } cases[] = {{{0.5, 0.5}, "sum to 1"},
                 {{0, 0.5}, "above 0"},
                 {{0.7, NAN}, "above 0"},
                 {{-0.1, 0.5}, "above 0"}};
    const double price[2] = {1, 1};
    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        small_market market;
        double found[2];
        bt_error error;
        small_market_create(&market, BT_LOGIT, 2, 1);
        small_market_check(&market);
        assert_int_equal(bt_invert_shares(market.demand, price, cases[c].share, found, &error),
                         BT_BAD_INPUT);
        assert_non_null(strstr(error.message, cases[c].message));
        small_market_destroy(&market);
    }
}

static void costs_come_back_from_equilibrium_prices(void **state)
{
    (void)state;
    for (unsigned long seed = 1; seed <= 5; seed++) {
        known_market known;
        double cost[PRODUCTS];
        make(&known, seed, 1);
        add_mean(&known, 1);
        known.market.ownership.fee_per_unit = seed % 2 == 0 ? 0 : 0.1;
        known.market.ownership.fee_ad_valorem = seed % 2 == 0 ? 0 : 0.05;
        bt_price_point nash = small_market_solve(&known.market);
        assert_int_equal(bt_recover_costs(known.market.demand, &known.market.ownership,
                                          nash.price, cost, NULL),
                         BT_OK);
        for (size_t j = 0; j < PRODUCTS; j++)
            if (!(fabs(cost[j] - known.market.cost[j]) < 1e-11))
                fail_msg("seed %lu, product %zu: %.17g is not %.17g", seed, j, cost[j],
                         known.market.cost[j]);
        bt_price_point_free(&nash);
        small_market_destroy(&known.market);
    }
}

/* Taken for a cartel's, the same prices need lower costs; for those of single products,
 * higher ones (products are substitutes). */
static void conduct_moves_costs_the_known_way(void **state)
{
    known_market known;
    double firms[PRODUCTS], cartel[PRODUCTS], single[PRODUCTS];
    (void)state;
    make(&known, 7, 1);
    add_mean(&known, 1);
    bt_ownership ownership = known.market.ownership;
    assert_int_equal(
        bt_recover_costs(known.market.demand, &ownership, known.price, firms, NULL), BT_OK);
    for (size_t j = 0; j < PRODUCTS; j++)
        known.market.seller[j] = 0;
    ownership.n_sellers = 1;
    assert_int_equal(
        bt_recover_costs(known.market.demand, &ownership, known.price, cartel, NULL), BT_OK);
    for (size_t j = 0; j < PRODUCTS; j++)
        known.market.seller[j] = (uint32_t)j;
    ownership.n_sellers = PRODUCTS;
    assert_int_equal(
        bt_recover_costs(known.market.demand, &ownership, known.price, single, NULL), BT_OK);
    for (size_t j = 0; j < PRODUCTS; j++)
        assert_true(cartel[j] < firms[j] && firms[j] < single[j]);
    small_market_destroy(&known.market);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_utilities_come_back),
        cmocka_unit_test(a_plain_logit_is_inverted_in_closed_form),
        cmocka_unit_test(what_has_no_mean_utilities_is_refused),
        cmocka_unit_test(costs_come_back_from_equilibrium_prices),
        cmocka_unit_test(conduct_moves_costs_the_known_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
