/* Grid games: the payoff table and its pure equilibria. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "markets/equilibrium/grid_game.h"
#include "tests/markets/small_markets.h"

enum { GRID_LIMIT = 64 };

static void calvano(small_market *market, size_t n)
{
    small_market_create(market, BT_LOGIT, n, 1);
    market->demand->scale[0] = 0.25;
    for (size_t j = 0; j < n; j++) {
        market->demand->considered_quality[j] = 2;
        market->cost[j] = 1;
    }
    small_market_check(market);
}

/* m prices from p^N - 0.1 (p^M - p^N) to p^M + 0.1 (p^M - p^N). */
static void fill_grid(const small_market *market, size_t m, double *grid)
{
    bt_price_point nash = small_market_solve(market);
    bt_price_point joint;

    assert_int_equal(
        bt_joint_profit_solve(market->demand, &market->ownership, NULL, &joint, NULL), BT_OK);
    const double margin = 0.1 * (joint.price[0] - nash.price[0]);
    const double low = nash.price[0] - margin;
    const double high = joint.price[0] + margin;
    for (size_t a = 0; a < m; a++)
        grid[a] = low + (high - low) * (double)a / (double)(m - 1);
    bt_price_point_free(&nash);
    bt_price_point_free(&joint);
}

/* The symmetric duopoly's grid has pure equilibria at {1, 2} of 15 prices, {2, 3} of 31 and
 * {5} of 61, all symmetric. */
static void test_calvano_grids(void **state)
{
    static const struct {
        size_t m, count, index[2];
    } expected[] = {{15, 2, {1, 2}}, {31, 2, {2, 3}}, {61, 1, {5, 5}}};
    small_market market;

    (void)state;
    calvano(&market, 2);
    for (size_t i = 0; i < 3; i++) {
        const size_t m = expected[i].m;
        double grid[GRID_LIMIT];
        const size_t n_actions[2] = {m, m};
        const double *const action_price[2] = {grid, grid};
        size_t joint[8];
        bt_grid_game *game;

        fill_grid(&market, m, grid);
        assert_int_equal(bt_grid_game_create(market.demand, &market.ownership, n_actions,
                                             action_price, 10000, &game, NULL),
                         BT_OK);
        assert_int_equal(bt_grid_game_pure_equilibria(game, 0, joint, 8), expected[i].count);
        for (size_t k = 0; k < expected[i].count; k++)
            assert_int_equal(joint[k], expected[i].index[k] * (m + 1));
        bt_grid_game_destroy(game);
    }
    small_market_destroy(&market);
}

/* Every entry of the table is what demand and welfare say, for sellers of several products
 * with different numbers of actions. */
static void test_table(void **state)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    small_market market;
    double low[4];
    double high[6];
    const size_t n_actions[2] = {2, 3};
    const double *const action_price[2] = {low, high};
    bt_grid_game *game;

    (void)state;
    gsl_rng_set(random, 3);
    small_market_random(&market, BT_LOGIT, 4, 2, random);
    for (size_t j = 0; j < 4; j++)
        market.seller[j] = (uint32_t)(j % 2);
    market.demand->size = 12;
    market.ownership.fee_per_unit = 0.05;
    small_market_check(&market);
    for (size_t i = 0; i < 4; i++)
        low[i] = random_between(random, 0.5, 2);
    for (size_t i = 0; i < 6; i++)
        high[i] = random_between(random, 0.5, 2);
    assert_int_equal(bt_grid_game_create(market.demand, &market.ownership, n_actions,
                                         action_price, 6, &game, NULL),
                     BT_OK);
    assert_int_equal(game->n_joint, 6);
    assert_int_equal(game->stride[0], 3);
    assert_int_equal(game->stride[1], 1);
    bt_demand_work *work = bt_demand_work_create(market.demand);
    for (size_t a = 0; a < 2; a++)
        for (size_t b = 0; b < 3; b++) {
            const size_t joint = 3 * a + b;
            const double price[4] = {low[2 * a], high[2 * b], low[2 * a + 1], high[2 * b + 1]};
            double share[4];
            double outside;
            bt_welfare welfare;

            bt_demand_shares(market.demand, price, share, &outside, NULL, work);
            assert_int_equal(
                bt_welfare_at(market.demand, &market.ownership, price, &welfare, work, NULL),
                BT_OK);
            for (size_t j = 0; j < 4; j++) {
                assert_true(game->price[4 * joint + j] == price[j]);
                assert_true(game->share[4 * joint + j] == share[j]);
            }
            for (size_t i = 0; i < 2; i++)
                assert_true(fabs(game->profit[2 * joint + i] -
                                 12 * objective_from_shares(market.demand, &market.ownership, i,
                                                            price, work)) < 1e-13);
            assert_true(game->consumer_surplus[joint] == welfare.consumer_surplus);
        }
    bt_demand_work_destroy(work);
    bt_grid_game_destroy(game);
    small_market_destroy(&market);
    gsl_rng_free(random);
}

/* Three sellers on random grids: pure equilibria by definition. */
static void test_pure_equilibria_by_definition(void **state)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    size_t total = 0;

    (void)state;
    gsl_rng_set(random, 4);
    for (int trial = 0; trial < 30; trial++) {
        const size_t n_actions[3] = {4, 3, 5};
        double grid[3][5];
        const double *const action_price[3] = {grid[0], grid[1], grid[2]};
        small_market market;
        size_t found[60];
        size_t count = 0;
        bt_grid_game *game;

        small_market_random(&market, BT_LOGIT, 3, 3, random);
        small_market_check(&market);
        bt_price_point nash = small_market_solve(&market);
        for (size_t i = 0; i < 3; i++)
            for (size_t a = 0; a < 5; a++)
                grid[i][a] = nash.price[i] + random_between(random, -0.3, 0.3);
        assert_int_equal(bt_grid_game_create(market.demand, &market.ownership, n_actions,
                                             action_price, 60, &game, NULL),
                         BT_OK);
        const size_t said = bt_grid_game_pure_equilibria(game, 0, found, 60);
        for (size_t joint = 0; joint < 60; joint++) {
            const size_t action[3] = {joint / 15, joint / 5 % 3, joint % 5};
            bool is_equilibrium = true;

            for (size_t i = 0; i < 3; i++)
                for (size_t other = 0; other < n_actions[i]; other++) {
                    size_t changed[3] = {action[0], action[1], action[2]};

                    changed[i] = other;
                    is_equilibrium &=
                        game->profit[3 * (15 * changed[0] + 5 * changed[1] + changed[2]) + i] <=
                        game->profit[3 * joint + i];
                }
            if (is_equilibrium) {
                assert_true(count < said);
                assert_int_equal(found[count], joint);
                count++;
            }
        }
        assert_int_equal(count, said);
        total += count;
        /* Fewer places than equilibria: the count is still the count. */
        assert_int_equal(bt_grid_game_pure_equilibria(game, 0, found, 0), said);
        /* With a large tolerance everything is one. */
        assert_int_equal(bt_grid_game_pure_equilibria(game, 1e9, found, 60), 60);
        bt_grid_game_destroy(game);
        bt_price_point_free(&nash);
        small_market_destroy(&market);
    }
    assert_true(total > 10);
    gsl_rng_free(random);
}

static void test_refusals(void **state)
{
    small_market market;
    double grid[15] = {0};
    const size_t too_many[2] = {15, 15};
    const size_t none[2] = {15, 0};
    const double *const action_price[2] = {grid, grid};
    bt_grid_game *game;
    bt_error error;

    (void)state;
    calvano(&market, 2);
    assert_int_equal(bt_grid_game_create(market.demand, &market.ownership, too_many,
                                         action_price, 224, &game, &error),
                     BT_INTERNAL);
    assert_null(game);
    assert_non_null(strstr(error.message, "more than 224 joint actions"));
    assert_int_equal(bt_grid_game_create(market.demand, &market.ownership, none, action_price,
                                         1000, &game, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "seller 1 has no action"));
    small_market_destroy(&market);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calvano_grids),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_pure_equilibria_by_definition),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests_name("markets.grid_game", tests, NULL, NULL);
}
