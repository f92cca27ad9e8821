/* The posted-price market in periods: accounts, clocks, feedback levels, records. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/experiment_fixture.h"
#include "tests/spy_seller.h"

#define HEAD "format: 1\nname: test\nseed: 5\n"

static const bt_seller_type sees_nothing = SPY_TYPE(BT_SEES_OWN_PROFIT);
static const bt_seller_type sees_sales = SPY_TYPE(BT_SEES_OWN_SALES);
static const bt_seller_type sees_rivals = SPY_TYPE(BT_SEES_RIVAL_PRICES);
static const bt_seller_type sees_counterfactuals = SPY_TYPE(BT_SEES_COUNTERFACTUALS);
static const bt_seller_type sees_gradient = SPY_TYPE(BT_SEES_OWN_GRADIENT);

/* ---- accounts against the logit formula, written out ---- */

static double weight(double price)
{
    return exp((2 - price) / 0.25);
}

static double share(double own, double rival)
{
    return weight(own) / (weight(own) + weight(rival) + 1);
}

static double consumer_surplus(double one, double other)
{
    return 0.25 * log(weight(one) + weight(other) + 1);
}

static void assert_close(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-12 * (1 + fabs(expected))))
        fail_msg("%.17g is not %.17g", value, expected);
}

static void fixed_prices_give_the_logit_accounts(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "horizon: {periods: 10}\n"
                         "market:\n"
                         "  type: posted_price\n"
                         "  size: 50\n"
                         "  fees: {per_unit: 0.05, ad_valorem: 0.1}\n"
                         "  demand: {scale: 0.25}\n"
                         "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
                         "             {name: B, seller: s2, quality: 2, cost: 1}]\n"
                         "sellers: [{name: s1, policy: fixed, price: 1.5},"
                         "          {name: s2, policy: fixed, price: 1.7}]\n"
                         "record: {every: 5, series: [price, sales, profit, consumer_surplus,"
                         " producer_surplus, platform_revenue, welfare, efficiency]}\n");
    bt_run *run = complete_run(&fixture, 0);
    double q1 = 50 * share(1.5, 1.7), q2 = 50 * share(1.7, 1.5);
    double profit1 = (0.9 * 1.5 - 0.05 - 1) * q1, profit2 = (0.9 * 1.7 - 0.05 - 1) * q2;
    double fees = (0.15 + 0.05) * q1 + (0.17 + 0.05) * q2;
    double surplus = 50 * consumer_surplus(1.5, 1.7),
           total = surplus + profit1 + profit2 + fees;
    for (size_t record = 0; record < 2; record++) {
        assert_close(recorded(&fixture, run, "price", record)[1], 1.7);
        assert_close(recorded(&fixture, run, "sales", record)[0], q1);
        assert_close(recorded(&fixture, run, "sales", record)[1], q2);
        assert_close(recorded(&fixture, run, "profit", record)[0], profit1);
        assert_close(recorded(&fixture, run, "producer_surplus", record)[0], profit1 + profit2);
        assert_close(recorded(&fixture, run, "platform_revenue", record)[0], fees);
        assert_close(recorded(&fixture, run, "consumer_surplus", record)[0], surplus);
        assert_close(recorded(&fixture, run, "welfare", record)[0], total);
        /* the outside option alone has surplus log 1 = 0 */
        assert_close(recorded(&fixture, run, "efficiency", record)[0],
                     total / (50 * consumer_surplus(1, 1)));
    }
    assert_close(real_outcome(&fixture, run, "final_welfare"), total);
    assert_int_equal(integer_outcome(&fixture, run, "iterations"), 10);
    assert_int_equal(integer_outcome(&fixture, run, "cycle_length"), 1);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* The same market on grids (a tabulated game) and off grids keeps the same books. */
static void the_table_and_the_formula_keep_the_same_books(void **state)
{
    (void)state;
    spy on_grid[2], off_grid[2];
    double book[2][4];
    for (int grid = 0; grid < 2; grid++) {
        experiment_fixture fixture;
        spy *spies = grid ? on_grid : off_grid;
        for (int i = 0; i < 2; i++)
            spies[i] = (spy){.price = {1.2 + 0.1 * i, 1.6, 1.9, 1.2 + 0.1 * i, 1.6, 1.9},
                             .n_prices = 6,
                             .is_on_grid = grid};
        read_experiment(&fixture,
                        HEAD "horizon: {periods: 6}\n" CALVANO_MARKET
                             "sellers: [{name: s1, policy: fixed, price: 1},"
                             "          {name: s2, policy: fixed, price: 1}]\n"
                             "record: {every: 6, series: [price, sales, profit, welfare]}\n");
        plant_spy(&fixture.experiment, 0, &sees_rivals, &spies[0]);
        plant_spy(&fixture.experiment, 1, &sees_sales, &spies[1]);
        prepare_point(&fixture, 1);
        bt_run *run = complete_run(&fixture, 0);
        book[grid][0] = recorded(&fixture, run, "price", 0)[1];
        book[grid][1] = recorded(&fixture, run, "sales", 0)[0];
        book[grid][2] = recorded(&fixture, run, "profit", 0)[1];
        book[grid][3] = recorded(&fixture, run, "welfare", 0)[0];
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
    for (int k = 0; k < 4; k++)
        assert_close(book[1][k], book[0][k]);
    assert_int_equal(on_grid[0].n_observations, 6);
    for (size_t k = 0; k < 6; k++) {
        assert_close(on_grid[0].feedback[k].profit, off_grid[0].feedback[k].profit);
        assert_close(on_grid[1].told_sales[k][0], off_grid[1].told_sales[k][0]);
    }
}

/* ---- feedback levels ---- */

static void run_spies(const char *settings, const bt_seller_type *type, spy *first, spy *second)
{
    char text[2048];
    experiment_fixture fixture;
    snprintf(text, sizeof(text), HEAD CALVANO_MARKET "%s", settings);
    read_experiment(&fixture, text);
    plant_spy(&fixture.experiment, 0, type, first);
    if (second != NULL)
        plant_spy(&fixture.experiment, 1, type, second);
    prepare_point(&fixture, 1);
    bt_run_destroy(complete_run(&fixture, 0));
    close_experiment(&fixture);
}

#define EIGHT_PERIODS                                                                          \
    "horizon: {periods: 8}\n"                                                                  \
    "sellers: [{name: s1, policy: fixed, price: 1}, {name: s2, policy: fixed, price: 1.6}]\n"

static spy scripted(void)
{
    return (spy){.price = {1.3, 1.5, 1.8}, .n_prices = 3, .is_on_grid = true};
}

static void sellers_get_no_more_than_they_declare(void **state)
{
    (void)state;
    const bt_seller_type *types[] = {&sees_nothing, &sees_sales, &sees_rivals,
                                     &sees_counterfactuals, &sees_gradient};
    for (size_t t = 0; t < 5; t++) {
        spy seller = scripted();
        run_spies(EIGHT_PERIODS, types[t], &seller, NULL);
        uint32_t bits = types[t]->feedback;
        assert_int_equal(seller.n_decisions, 8);
        assert_int_equal(seller.n_observations, 8);
        assert_null(seller.setting.demand);
        assert_null(seller.setting.ownership);
        for (size_t k = 0; k < 8; k++) {
            const bt_seller_feedback *told = &seller.feedback[k];
            bool sees_prices = (bits & BT_SEES_RIVAL_PRICES) != 0;
            assert_close(told->profit,
                         (seller.price[k % 3] - 1) * share(seller.price[k % 3], 1.6));
            assert_int_equal(told->joint_action, sees_prices ? k % 3 : BT_NO_ACTION);
            assert_int_equal(told->price != NULL, sees_prices);
            assert_int_equal(told->own_sales != NULL, (bits & BT_SEES_OWN_SALES) != 0);
            assert_int_equal(isnan(told->n_buyers) == 0, (bits & BT_SEES_OWN_SALES) != 0);
            assert_int_equal(told->counterfactual_profit != NULL,
                             (bits & BT_SEES_COUNTERFACTUALS) != 0);
            assert_int_equal(told->own_gradient != NULL, (bits & BT_SEES_OWN_GRADIENT) != 0);
            assert_int_equal(seller.saw_prices[k], sees_prices && k > 0);
            assert_int_equal(seller.seen_joint_action[k],
                             sees_prices && k > 0 ? (k - 1) % 3 : BT_NO_ACTION);
        }
    }
}

static void counterfactuals_are_the_profits_of_other_actions(void **state)
{
    (void)state;
    spy seller = scripted();
    run_spies(EIGHT_PERIODS, &sees_counterfactuals, &seller, NULL);
    for (size_t k = 0; k < 8; k++)
        for (size_t a = 0; a < SPY_ACTIONS; a++)
            assert_close(seller.told_counterfactual[k][a],
                         (seller.price[a] - 1) * share(seller.price[a], 1.6));
}

static void gradients_are_the_slope_of_expected_profit(void **state)
{
    (void)state;
    spy seller = scripted();
    run_spies(EIGHT_PERIODS, &sees_gradient, &seller, NULL);
    for (size_t k = 0; k < 8; k++) {
        double price = seller.price[k % 3], s = share(price, 1.6);
        assert_close(seller.told_gradient[k][0], s - (price - 1) * s * (1 - s) / 0.25);
    }
}

static void own_sales_and_buyers_are_counted(void **state)
{
    (void)state;
    spy seller = scripted();
    run_spies(EIGHT_PERIODS, &sees_sales, &seller, NULL);
    for (size_t k = 0; k < 8; k++) {
        assert_close(seller.told_sales[k][0], share(seller.price[k % 3], 1.6));
        assert_close(seller.feedback[k].n_buyers, 1);
    }
}

/* ---- clocks ---- */

static void sellers_who_move_together_do_not_see_each_other_move(void **state)
{
    (void)state;
    spy one = {.price = {1.1, 1.2, 1.3, 1.4}, .n_prices = 4};
    spy two = {.price = {2.1, 2.2, 2.3, 2.4}, .n_prices = 4};
    run_spies("horizon: {periods: 4}\n"
              "sellers: [{name: s1, policy: fixed, price: 1},"
              "          {name: s2, policy: fixed, price: 1}]\n",
              &sees_rivals, &one, &two);
    for (size_t k = 1; k < 4; k++) {
        assert_true(one.seen_price[k][1] == two.price[k - 1]);
        assert_true(two.seen_price[k][0] == one.price[k - 1]);
        assert_true(one.told_price[k][1] == two.price[k]);
    }
}

/* s1 moves at 0, 2, 4, ...; s2 at the opening and at 1, 3, 5, ... */
static void a_seller_on_its_own_clock_learns_its_profit_per_period(void **state)
{
    (void)state;
    spy one = {.price = {1.1, 1.2, 1.3, 1.4}, .n_prices = 4};
    spy two = {.price = {1.5, 1.6, 1.7, 1.8}, .n_prices = 4};
    run_spies("horizon: {periods: 6}\n"
              "sellers:\n"
              "  - {name: s1, policy: fixed, price: 1, reprice: {every: 2}}\n"
              "  - {name: s2, policy: fixed, price: 1, reprice: {every: 2},"
              " reprice_offset: 1}\n",
              &sees_rivals, &one, &two);
    assert_int_equal(one.n_decisions, 3);
    assert_int_equal(two.n_decisions, 4);
    const double moves_of_two[] = {0, 1, 3, 5};
    for (size_t k = 0; k < 4; k++)
        assert_true(two.decided_at[k] == moves_of_two[k]);
    for (size_t k = 0; k < 3; k++) {
        assert_true(one.decided_at[k] == 2 * (double)k);
        /* in period 2k it met the rival's k-th price, in 2k + 1 the next */
        double own = one.price[k];
        double mean = (own - 1) * (share(own, two.price[k]) + share(own, two.price[k + 1])) / 2;
        assert_true(one.feedback[k].duration == 2);
        assert_true(one.feedback[k].time == 2 * (double)(k + 1));
        assert_close(one.feedback[k].profit, mean);
        assert_true(one.told_price[k][1] == two.price[k + 1]);
    }
    assert_true(two.feedback[0].duration == 1);
    assert_true(two.feedback[1].duration == 2);
}

/* Moves come as a Poisson process of rate 1/4 does, seen once a period: a period has a
 * move with probability 1 - exp(-1/4). Bound: 4.5 standard deviations, false alarm below
 * 1e-5. */
static void poisson_clocks_strike_at_their_rate(void **state)
{
    (void)state;
    spy seller = {.price = {1.3}, .n_prices = 1};
    run_spies("horizon: {periods: 40000}\n"
              "sellers: [{name: s1, policy: fixed, price: 1, reprice: {poisson: 0.25}},"
              "          {name: s2, policy: fixed, price: 1.6}]\n",
              &sees_nothing, &seller, NULL);
    double p = -expm1(-0.25), expected = 40000 * p;
    double bound = 4.5 * sqrt(40000 * p * (1 - p));
    assert_true(fabs((double)seller.n_decisions - expected) < bound);
}

static void a_clock_that_counts_sales_waits_for_them(void **state)
{
    (void)state;
    spy seller = {.price = {1.3, 1.5, 1.8}, .n_prices = 3};
    run_spies("horizon: {periods: 40}\n"
              "sellers: [{name: s1, policy: fixed, price: 1, reprice: {after_sales: 2}},"
              "          {name: s2, policy: fixed, price: 1.6}]\n",
              &sees_nothing, &seller, NULL);
    assert_true(seller.n_observations >= 3);
    for (size_t k = 0; k < 3; k++) {
        double periods = ceil(2 / share(seller.price[k], 1.6));
        assert_true(seller.feedback[k].duration == periods);
    }
}

static void clocks_must_fit_the_periods(void **state)
{
    (void)state;
    experiment_fixture fixture;
    read_experiment(&fixture,
                    HEAD CALVANO_MARKET "horizon: {periods: 10}\n"
                                        "sellers: [{name: s1, policy: fixed, price: 1},"
                                        "          {name: s2, policy: fixed, price: 1}]\n");
    bt_registered *entry = fixture.experiment.sellers.element;
    ((bt_seller_common *)entry[1].common)->reprice.value = 1.5;
    bt_error error;
    assert_int_equal(bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "seller \"s2\""));
    fixture.point = NULL;
    close_experiment(&fixture);
}

/* ---- prices that are no strategy ---- */

static void fixed_prices_are_not_the_sellers_to_set(void **state)
{
    (void)state;
    spy seller = {.price = {1.3, 1.5}, .n_prices = 2};
    experiment_fixture fixture;
    read_experiment(&fixture, HEAD
                    "horizon: {periods: 4}\n"
                    "market:\n"
                    "  type: posted_price\n"
                    "  demand: {scale: 0.25}\n"
                    "  products: [{name: A, seller: s1, quality: 2, cost: 1, price: 1.9},"
                    "             {name: B, seller: s1, quality: 2, cost: 1},"
                    "             {name: C, seller: fringe, quality: 2, cost: 1, price: 1.1}]\n"
                    "sellers: [{name: s1, policy: fixed, price: 1}]\n"
                    "record: {every: 4, series: [price, profit], value: last}\n");
    plant_spy(&fixture.experiment, 0, &sees_nothing, &seller);
    prepare_point(&fixture, 1);
    bt_run *run = complete_run(&fixture, 0);
    assert_int_equal(seller.setting.n_own, 1);
    assert_int_equal(seller.setting.own_product[0], 1);
    const double *price = recorded(&fixture, run, "price", 0);
    assert_true(price[0] == 1.9 && price[1] == 1.5 && price[2] == 1.1);
    double total = weight(1.9) + weight(1.5) + weight(1.1) + 1;
    double profit = (0.9 * weight(1.9) + 0.5 * weight(1.5)) / total;
    assert_close(seller.feedback[3].profit, profit);
    assert_close(recorded(&fixture, run, "profit", 0)[1], 0.1 * weight(1.1) / total);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* ---- benchmarks that do not exist ---- */

#define NO_EQUILIBRIUM                                                                         \
    "market:\n"                                                                                \
    "  type: posted_price\n"                                                                   \
    "  demand: {price_transform: log, scale: 1, price_sensitivity: 0.5}\n"                     \
    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"                                 \
    "             {name: B, seller: s2, quality: 2, cost: 1}]\n"

static void a_market_without_equilibrium_runs_without_benchmarks(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD NO_EQUILIBRIUM "horizon: {periods: 3}\n"
                                        "sellers: [{name: s1, policy: fixed, price: 2},"
                                        "          {name: s2, policy: fixed, price: 3}]\n");
    assert_true(isnan(benchmark(&fixture, "nash_price")[0]));
    assert_true(benchmark(&fixture, "n_equilibria")[0] == 0);
    bt_run *run = complete_run(&fixture, 0);
    assert_true(isnan(real_outcome(&fixture, run, "delta")));
    double price[2];
    read_outcome(&fixture, run, "final_price", price);
    assert_true(price[0] == 2 && price[1] == 3);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void a_grid_around_no_equilibrium_is_refused_with_the_reason(void **state)
{
    (void)state;
    experiment_fixture fixture;
    read_experiment(&fixture,
                    HEAD NO_EQUILIBRIUM "horizon: {periods: 3}\n"
                                        "sellers: [{name: s1, policy: q_learning},"
                                        "          {name: s2, policy: q_learning}]\n");
    bt_error error;
    assert_int_equal(bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "give the grid's `low` and `high` as numbers"));
    assert_non_null(strchr(error.message, '(')); /* the reason */
    fixture.point = NULL;
    close_experiment(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_prices_give_the_logit_accounts),
        cmocka_unit_test(the_table_and_the_formula_keep_the_same_books),
        cmocka_unit_test(sellers_get_no_more_than_they_declare),
        cmocka_unit_test(counterfactuals_are_the_profits_of_other_actions),
        cmocka_unit_test(gradients_are_the_slope_of_expected_profit),
        cmocka_unit_test(own_sales_and_buyers_are_counted),
        cmocka_unit_test(sellers_who_move_together_do_not_see_each_other_move),
        cmocka_unit_test(a_seller_on_its_own_clock_learns_its_profit_per_period),
        cmocka_unit_test(poisson_clocks_strike_at_their_rate),
        cmocka_unit_test(a_clock_that_counts_sales_waits_for_them),
        cmocka_unit_test(clocks_must_fit_the_periods),
        cmocka_unit_test(fixed_prices_are_not_the_sellers_to_set),
        cmocka_unit_test(a_market_without_equilibrium_runs_without_benchmarks),
        cmocka_unit_test(a_grid_around_no_equilibrium_is_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
