/*
 * What a risk-averse seller maximises, from probabilities and from sales: the mean of what
 * samples tell is the objective, to rounding, because every sample there can be is summed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "markets/equilibrium/grid_game.h"
#include "tests/markets/small_markets.h"

enum { PRODUCTS = 3 }; /* 0 and 1 of a risk-averse seller, 2 of another */

static void risk_averse_market(small_market *market, bt_objective objective, double aversion)
{
    small_market_create(market, BT_LOGIT, PRODUCTS, 1);
    market->demand->scale[0] = 0.5;
    for (size_t j = 0; j < PRODUCTS; j++) {
        market->demand->considered_quality[j] = 2 + 0.1 * (double)j;
        market->cost[j] = 1 - 0.2 * (double)j;
    }
    market->seller[1] = 0;
    market->seller[2] = 1;
    market->ownership.n_sellers = 2;
    market->objective[0] = (uint8_t)objective;
    market->risk_aversion[0] = aversion;
    small_market_check(market);
}

/* The mean over all samples of n buyers of what their sales tell, each with its
 * probability: choice[b] in 0 .. PRODUCTS, the last the outside option. */
static double mean_over_samples(const small_market *market, const double *price,
                                const double *share, size_t n_buyers)
{
    double outside = 1, mean = 0;
    for (size_t j = 0; j < PRODUCTS; j++)
        outside -= share[j];
    size_t n_samples = 1;
    for (size_t b = 0; b < n_buyers; b++)
        n_samples *= PRODUCTS + 1;
    for (size_t sample = 0; sample < n_samples; sample++) {
        double sold[PRODUCTS + 1] = {0}, probability = 1;
        for (size_t b = 0, rest = sample; b < n_buyers; b++, rest /= PRODUCTS + 1) {
            size_t choice = rest % (PRODUCTS + 1);
            probability *= choice < PRODUCTS ? share[choice] : outside;
            sold[choice] += 1 / (double)n_buyers;
        }
        mean += probability *
                bt_objective_of_sales(&market->ownership, 0, price, sold, (double)n_buyers);
    }
    return mean;
}

static void samples_tell_the_objective_without_bias(void **state)
{
    static const struct {
        bt_objective objective;
        double aversion;
    } cases[] = {{BT_EXPECTED_PROFIT, 0}, {BT_MEAN_VARIANCE, 1.5}, {BT_MEAN2_VARIANCE, 0.3}};
    const double price[PRODUCTS] = {1.7, 1.4, 1.5};
    (void)state;
    for (size_t c = 0; c < 3; c++) {
        small_market market;
        double share[PRODUCTS], outside;
        risk_averse_market(&market, cases[c].objective, cases[c].aversion);
        bt_demand_work *work = bt_demand_work_create(market.demand);
        bt_demand_shares(market.demand, price, share, &outside, NULL, work);
        double exact = bt_seller_objective(market.demand, &market.ownership, 0, price, work);
        double told = bt_objective_of_sales(&market.ownership, 0, price, share, INFINITY);
        assert_true(fabs(told - exact) < 1e-15);
        for (size_t n = 2; n <= 5; n++)
            assert_true(fabs(mean_over_samples(&market, price, share, n) - exact) < 1e-14);
        if (cases[c].objective == BT_EXPECTED_PROFIT)
            assert_true(fabs(mean_over_samples(&market, price, share, 1) - exact) < 1e-14);
        bt_demand_work_destroy(work);
        small_market_destroy(&market);
    }
}

static void a_grid_game_has_the_objectives_of_its_sellers(void **state)
{
    enum { POINTS = 4 };
    double both[POINTS * 2], other[POINTS];
    const size_t n_actions[2] = {POINTS, POINTS};
    const double *const action_price[2] = {both, other};
    small_market market;
    bt_grid_game *game;
    (void)state;
    for (size_t a = 0; a < POINTS; a++) {
        both[2 * a] = both[2 * a + 1] = other[a] = 1.2 + 0.2 * (double)a;
    }
    risk_averse_market(&market, BT_MEAN_VARIANCE, 2);
    market.demand->size = 3;
    assert_int_equal(bt_grid_game_create(market.demand, &market.ownership, n_actions,
                                         action_price, 100, &game, NULL),
                     BT_OK);
    bt_demand_work *work = bt_demand_work_create(market.demand);
    for (size_t joint = 0; joint < game->n_joint; joint++)
        for (size_t i = 0; i < 2; i++) {
            double expected = 3 * bt_seller_objective(market.demand, &market.ownership, i,
                                                      game->price + joint * PRODUCTS, work);
            assert_true(fabs(game->objective[joint * 2 + i] - expected) < 1e-14);
        }
    for (size_t joint = 0; joint < game->n_joint; joint++) /* the other's is its profit */
        assert_true(fabs(game->objective[joint * 2 + 1] - game->profit[joint * 2 + 1]) < 1e-14);
    bt_demand_work_destroy(work);
    bt_grid_game_destroy(game);
    small_market_destroy(&market);
}

static void without_risk_aversion_the_objective_is_the_profit(void **state)
{
    const double price[2] = {1.4, 1.6};
    const size_t n_actions[2] = {2, 2};
    const double *const action_price[2] = {price, price};
    small_market market;
    bt_grid_game *game;
    (void)state;
    small_market_create(&market, BT_LOGIT, 2, 1);
    small_market_check(&market);
    assert_int_equal(bt_grid_game_create(market.demand, &market.ownership, n_actions,
                                         action_price, 100, &game, NULL),
                     BT_OK);
    assert_ptr_equal(game->objective, game->profit);
    bt_grid_game_destroy(game);
    small_market_destroy(&market);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_tell_the_objective_without_bias),
        cmocka_unit_test(a_grid_game_has_the_objectives_of_its_sellers),
        cmocka_unit_test(without_risk_aversion_the_objective_is_the_profit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
