/* Fixed prices and price grids: numbers and benchmarks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "agents/sellers/grid/price_grid.h"
#include "agents/sellers/registry.h"
#include "tests/experiment_fixture.h"

#define HEAD "format: 1\nname: test\nseed: 5\nhorizon: {periods: 2}\n"

static void check_price(const char *price, double expected)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD CALVANO_MARKET "sellers: [{name: s1, policy: fixed, price: %s},"
                                        "          {name: s2, policy: fixed, price: 2}]\n",
                    price);
    bt_run *run = complete_run(&fixture, 0);
    double final[2];
    read_outcome(&fixture, run, "final_price", final);
    assert_true(fabs(final[0] - expected) < 1e-9);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* Symmetric joint profit: p - 1 = mu / (1 - 2 q(p)), by bisection. */
static double joint_profit_of_the_duopoly(void)
{
    double low = 1.2, high = 3;
    for (int k = 0; k < 100; k++) {
        double price = (low + high) / 2, w = exp((2 - price) / 0.25);
        if (price - 1 < 0.25 * (1 + 2 * w))
            low = price;
        else
            high = price;
    }
    return low;
}

static void a_price_is_a_number_or_a_benchmark(void **state)
{
    (void)state;
    check_price("1.75", 1.75);
    check_price("nash", 1.4729266600);
    check_price("joint_profit", joint_profit_of_the_duopoly());
    check_price("cost", 1);
}

/* ---- grids ---- */

static const uint32_t own_product[] = {0, 2};
static const double own_cost[] = {1, 0.5};
static const double nash_price[] = {1.4, 9, 1.2}, joint_profit_price[] = {1.9, 9, 1.6};

static bt_seller_setting setting_of(bt_arena *arena, uint32_t n_own)
{
    return (bt_seller_setting){.name = "s1",
                               .n_own = n_own,
                               .own_product = own_product,
                               .own_cost = own_cost,
                               .nash_price = nash_price,
                               .joint_profit_price = joint_profit_price,
                               .arena = arena};
}

static const bt_option nash = {.chosen = BT_PRICE_NASH};
static const bt_option joint_profit = {.chosen = BT_PRICE_JOINT_PROFIT};
static const bt_option cost = {.chosen = BT_PRICE_COST};

static bt_option number(double value)
{
    return (bt_option){.chosen = -1, .has_value = true, .value = value};
}

static void grids_go_beyond_benchmarks_but_not_beyond_numbers(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_seller_setting setting = setting_of(arena, 1);
    bt_price_grid grid;
    bt_price_grid_parameters wide = {5, 0.1, nash, joint_profit, 0};
    assert_int_equal(bt_price_grid_create(&wide, &setting, false, &grid, NULL), BT_OK);
    assert_int_equal(grid.n_actions, 5);
    for (size_t k = 0; k < 5; k++)
        assert_true(fabs(grid.action_price[k] - (1.35 + 0.15 * (double)k)) < 1e-15);
    bt_price_grid_parameters exact = {3, 0.1, cost, number(2), 0};
    assert_int_equal(bt_price_grid_create(&exact, &setting, false, &grid, NULL), BT_OK);
    assert_true(grid.action_price[0] == 1 && grid.action_price[2] == 2);
    bt_arena_destroy(arena);
}

static void an_action_sets_the_prices_of_all_products(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_seller_setting setting = setting_of(arena, 2);
    bt_price_grid grid;
    bt_price_grid_parameters chosen = {3, 0, nash, joint_profit, 0};
    assert_int_equal(bt_price_grid_create(&chosen, &setting, false, &grid, NULL), BT_OK);
    assert_int_equal(grid.n_actions, 9);
    for (size_t a = 0; a < 9; a++) {
        assert_true(fabs(grid.action_price[2 * a] - (1.4 + 0.25 * (double)(a / 3))) < 1e-15);
        assert_true(fabs(grid.action_price[2 * a + 1] - (1.2 + 0.2 * (double)(a % 3))) < 1e-15);
    }
    bt_arena_destroy(arena);
}

static void products_keep_in_step_when_together(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_seller_setting setting = setting_of(arena, 2);
    const double in_data[] = {1.5, 9, 1.3};
    bt_option observed = {.chosen = BT_PRICE_OBSERVED};
    bt_price_grid grid;
    bt_price_grid_parameters chosen = {5, 0, nash, joint_profit, 1};
    assert_int_equal(bt_price_grid_create(&chosen, &setting, false, &grid, NULL), BT_OK);
    assert_int_equal(grid.n_actions, 5);
    for (size_t a = 0; a < 5; a++) {
        assert_true(fabs(grid.action_price[2 * a] - (1.4 + 0.125 * (double)a)) < 1e-15);
        assert_true(fabs(grid.action_price[2 * a + 1] - (1.2 + 0.1 * (double)a)) < 1e-15);
    }
    bt_price_grid_parameters from_data = {2, 0.1, observed, joint_profit, 1};
    assert_int_equal(bt_price_grid_create(&from_data, &setting, false, &grid, NULL),
                     BT_BAD_INPUT); /* there are no data */
    setting.observed_price = in_data;
    assert_int_equal(bt_price_grid_create(&from_data, &setting, false, &grid, NULL), BT_OK);
    assert_true(grid.action_price[0] == 1.5 && grid.action_price[1] == 1.3);
    bt_arena_destroy(arena);
}

static void impossible_grids_are_refused(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_seller_setting setting = setting_of(arena, 2);
    bt_price_grid grid;
    bt_error error;
    bt_price_grid_parameters downwards = {3, 0, number(2), number(1), 0};
    assert_int_equal(bt_price_grid_create(&downwards, &setting, false, &grid, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "upwards, not from 2 to 1"));
    bt_price_grid_parameters many = {5000, 0, nash, joint_profit, 0};
    assert_int_equal(bt_price_grid_create(&many, &setting, false, &grid, &error), BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "use fewer points"));
    const double none[] = {NAN, NAN, NAN};
    setting.nash_price = none;
    bt_price_grid_parameters around = {5, 0.1, nash, joint_profit, 0};
    assert_int_equal(bt_price_grid_create(&around, &setting, false, &grid, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "which this market does not have"));
    bt_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_price_is_a_number_or_a_benchmark),
        cmocka_unit_test(grids_go_beyond_benchmarks_but_not_beyond_numbers),
        cmocka_unit_test(an_action_sets_the_prices_of_all_products),
        cmocka_unit_test(products_keep_in_step_when_together),
        cmocka_unit_test(impossible_grids_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
