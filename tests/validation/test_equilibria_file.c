/*
 * Every case of $BERTRAND_DATA/equilibria.json (30 digits, computed apart from this project).
 *
 * Equilibria must agree to 1e-12 relative, plain logit with linear price to 1e-14; traps
 * must be called what they are, with the deviation that breaks them; cases without a finite
 * equilibrium must be named with their reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "markets/equilibrium/equilibrium.h"
#include "markets/equilibrium/grid_game.h"
#include "tests/markets/equilibria_cases.h"

static equilibria_file *file;

static int load(void **state)
{
    (void)state;
    file = equilibria_load();
    return 0;
}

static int unload(void **state)
{
    (void)state;
    equilibria_unload(file);
    return 0;
}

static const equilibria_case *find_case(const char *id)
{
    for (size_t i = 0; i < file->n_cases; i++)
        if (strcmp(file->cases[i].id, id) == 0)
            return &file->cases[i];
    fail_msg("the file has no case %s", id);
    return NULL;
}

static void assert_close(const char *id, const char *what, double value, double expected,
                         double tolerance)
{
    if (isnan(expected))
        return;
    const double error = fabs(value - expected);
    if (!(error <= tolerance * fabs(expected)))
        fail_msg("%s: %s is %.17g, not %.17g: off by %.2g relative, %.2g allowed", id, what,
                 value, expected, error / fabs(expected), tolerance);
}

static void assert_point(const equilibria_case *one, const bt_price_point *point,
                         const equilibria_point *stored, double tolerance)
{
    for (size_t j = 0; j < one->n_products; j++) {
        assert_close(one->id, "a price", point->price[j], stored->price[j], tolerance);
        assert_close(one->id, "a share", point->share[j], stored->share[j], tolerance);
    }
    for (size_t i = 0; i < one->n_sellers; i++) {
        /* At cost profits are zero: a rounded margin is all that may be left of them. */
        if (stored->profit[i] == 0)
            assert_true(fabs(point->profit[i]) < 1e-15);
        else
            assert_close(one->id, "a profit", point->profit[i], stored->profit[i], tolerance);
        assert_close(one->id, "an objective", point->objective[i], stored->objective[i],
                     tolerance);
    }
    assert_close(one->id, "the outside share", point->outside_share, stored->outside_share,
                 stored->outside_share > 0 ? tolerance : 1);
    assert_close(one->id, "the HHI", point->hhi, stored->hhi, tolerance);
    assert_close(one->id, "consumer surplus", point->welfare.consumer_surplus,
                 stored->consumer_surplus, tolerance);
    assert_close(one->id, "welfare", point->welfare.total, stored->welfare, tolerance);
}

/* Plain logit with linear price: one type that considers everything. */
static double tolerance_of(const equilibria_case *one)
{
    const bool plain = one->demand->model == BT_LOGIT &&
                       bt_demand_is_homogeneous(one->demand) &&
                       one->demand->transform[0] == BT_PRICE_LINEAR;

    return plain ? 1e-14 : 1e-12;
}

/* The exit case is stored with prices that its own numbers contradict: see below. */
static bool is_equilibrium_case(const equilibria_case *one)
{
    return one->nash.is_global_best_response && strcmp(one->id, "h2_power_index_exit") != 0;
}

static void test_equilibria(void **state)
{
    size_t n_cases = 0;

    (void)state;
    for (size_t i = 0; i < file->n_cases; i++) {
        const equilibria_case *one = &file->cases[i];
        bt_equilibrium_result result;
        bt_error error;

        if (!is_equilibrium_case(one))
            continue;
        n_cases++;
        if (bt_equilibrium_solve(one->demand, &one->ownership, NULL, &result, &error) != BT_OK)
            fail_msg("%s: %s", one->id, error.message);
        assert_string_equal(bt_equilibrium_verdict_name(result.verdict), "equilibrium");
        assert_int_equal(result.n_points, 1);
        assert_point(one, &result.point[0], &one->nash, tolerance_of(one));
        assert_true(result.point[0].foc_residual <= 1e-13);
        assert_true(result.point[0].is_equilibrium);
        bt_equilibrium_result_free(&result);
    }
    assert_true(n_cases >= 26);
}

static void test_joint_profit(void **state)
{
    size_t n_cases = 0;

    (void)state;
    for (size_t i = 0; i < file->n_cases; i++) {
        const equilibria_case *one = &file->cases[i];
        bt_price_point point;
        bt_error error;

        if (!one->joint_profit.present)
            continue;
        n_cases++;
        if (bt_joint_profit_solve(one->demand, &one->ownership, NULL, &point, &error) != BT_OK)
            fail_msg("%s: %s", one->id, error.message);
        assert_point(one, &point, &one->joint_profit, tolerance_of(one));
        assert_true(point.is_equilibrium);
        bt_price_point_free(&point);
    }
    assert_true(n_cases >= 11);
}

static void test_first_best(void **state)
{
    size_t n_cases = 0;

    (void)state;
    for (size_t i = 0; i < file->n_cases; i++) {
        const equilibria_case *one = &file->cases[i];
        bt_price_point point;
        bt_error error;

        if (!one->marginal_cost.present)
            continue;
        n_cases++;
        if (bt_first_best(one->demand, &one->ownership, &point, &error) != BT_OK)
            fail_msg("%s: %s", one->id, error.message);
        assert_point(one, &point, &one->marginal_cost, tolerance_of(one));
        bt_price_point_free(&point);
    }
    assert_true(n_cases >= 7);
}

/* "(seller, product, price)" as the file writes the best deviation on its grid. */
static double stored_argmax(const equilibria_case *one)
{
    const char *text = json_object_get_string(
        equilibria_member(equilibria_member(one->nash.json, "checks"), "argmax"));
    int seller;
    int product;
    double price;

    assert_int_equal(sscanf(text, "(%d, %d, %lf)", &seller, &product, &price), 3);
    return price;
}

static size_t stored_deviator(const equilibria_case *one)
{
    const char *text = json_object_get_string(
        equilibria_member(equilibria_member(one->nash.json, "checks"), "argmax"));
    unsigned seller;

    assert_int_equal(sscanf(text, "(%u,", &seller), 1);
    return seller;
}

static void test_traps(void **state)
{
    size_t n_traps = 0;

    (void)state;
    for (size_t i = 0; i < file->n_cases; i++) {
        const equilibria_case *one = &file->cases[i];
        bt_price_point point;
        bt_error error;

        if (one->nash.is_global_best_response)
            continue;
        n_traps++;
        if (bt_equilibrium_evaluate(one->demand, &one->ownership, one->nash.price, NULL, &point,
                                    &error) != BT_OK)
            fail_msg("%s: %s", one->id, error.message);
        /* A first-order point to the last digit ... */
        assert_true(point.foc_residual < 1e-14);
        /* ... and no equilibrium. */
        assert_false(point.is_equilibrium);
        assert_true(fabs(point.deviation.gain - one->nash.largest_unilateral_gain) < 1e-6);
        assert_true(point.exploitability == point.deviation.gain);
        assert_int_equal(point.deviation.seller, stored_deviator(one));
        /* The file's price is the best of 60001 on a grid. */
        assert_true(fabs(point.deviation.price[point.deviation.seller] - stored_argmax(one)) <
                    2e-3);
        /* The deviation's gain is what the objective says. */
        bt_demand_work *work = bt_demand_work_create(one->demand);
        const double gain =
            bt_seller_objective(one->demand, &one->ownership, point.deviation.seller,
                                point.deviation.price, work) -
            bt_seller_objective(one->demand, &one->ownership, point.deviation.seller,
                                point.price, work);
        assert_true(fabs(gain - point.deviation.gain) < 1e-14);
        bt_demand_work_destroy(work);
        bt_price_point_free(&point);
    }
    assert_int_equal(n_traps, 5);
}

/* Iterating from cost stops at the low point; the only equilibrium is the high one. */
static void test_false_low_is_seen_through(void **state)
{
    const equilibria_case *low = find_case("T_false_low_low_local_max_not_nash");
    const equilibria_case *high = find_case("T_false_low_high_true_nash");
    bt_equilibrium_result result;

    (void)state;
    assert_int_equal(bt_equilibrium_solve(low->demand, &low->ownership, NULL, &result, NULL),
                     BT_OK);
    assert_int_equal(result.verdict, BT_EQUILIBRIUM);
    assert_point(high, &result.point[0], &high->nash, 1e-12);
    assert_true(result.n_rejected >= 1);
    bool low_rejected = false;
    for (size_t i = 0; i < result.n_rejected; i++)
        low_rejected |= fabs(result.rejected[i].price[0] - low->nash.price[0]) < 1e-9;
    assert_true(low_rejected);
    bt_equilibrium_result_free(&result);
}

/* Each move of the cycle is a best response to what stood, and the last leads to the first. */
static void assert_cycle(const equilibria_case *one, const bt_equilibrium_result *result)
{
    const size_t n = one->n_products;
    bt_demand_work *work = bt_demand_work_create(one->demand);
    double best[EQUILIBRIA_PRODUCTS];
    double objective;

    assert_true(result->cycle_length > 0);
    for (size_t move = 0; move < result->cycle_length; move++) {
        const double *before =
            result->cycle_price + (move == 0 ? result->cycle_length - 1 : move - 1) * n;
        const double *after = result->cycle_price + move * n;
        const size_t seller = move % one->n_sellers;

        assert_int_equal(bt_best_response(one->demand, &one->ownership, seller, before, best,
                                          &objective, work, NULL),
                         BT_OK);
        for (size_t j = 0; j < n; j++)
            assert_true(fabs(best[j] - after[j]) < 1e-6);
    }
    bt_demand_work_destroy(work);
}

static void test_no_pure_equilibrium(void **state)
{
    const equilibria_case *one = find_case("T_no_pure_nash_asym_foc_point");
    bt_equilibrium_result result;

    (void)state;
    assert_int_equal(bt_equilibrium_solve(one->demand, &one->ownership, NULL, &result, NULL),
                     BT_OK);
    assert_string_equal(bt_equilibrium_verdict_name(result.verdict),
                        "no_pure_equilibrium_found");
    assert_int_equal(result.n_points, 0);
    assert_true(result.n_rejected >= 3);
    assert_cycle(one, &result);
    assert_non_null(strstr(result.reason, "cycle"));
    bt_equilibrium_result_free(&result);
}

/*
 * The file's exit case: risk aversions (0.1, 1.5), "firm 2 cannot earn a positive objective".
 * Its own numbers say otherwise: the power index exp((a-c)/mu)/lambda = 36.4 exceeds the
 * rivals' attraction 20.07, and it gives 0.00074 as the best objective above cost. So at the
 * stored prices firm 2 gains by leaving cost, and that is what must be said; where the
 * index does fall below (lambda = 3), it is driven to cost, and the other's price is the
 * stored one.
 */
static void test_power_index_exit(void **state)
{
    const equilibria_case *one = find_case("h2_power_index_exit");
    json_object *nash = one->nash.json;
    const double stored_gain =
        equilibria_number(equilibria_member(nash, "firm2_best_objective_above_cost"));
    bt_ownership ownership = one->ownership;
    const double driven_out[2] = {0.1, 3};
    bt_equilibrium_result result;
    bt_price_point point;

    (void)state;
    assert_int_equal(bt_equilibrium_evaluate(one->demand, &one->ownership, one->nash.price,
                                             NULL, &point, NULL),
                     BT_OK);
    assert_false(point.is_equilibrium);
    assert_int_equal(point.deviation.seller, 1);
    assert_true(fabs(point.deviation.gain - stored_gain) < 1e-6);
    bt_price_point_free(&point);

    ownership.risk_aversion = driven_out;
    assert_int_equal(bt_equilibrium_solve(one->demand, &ownership, NULL, &result, NULL), BT_OK);
    assert_int_equal(result.verdict, BT_EQUILIBRIUM);
    assert_true(result.point[0].price[1] == 1);
    assert_close(one->id, "the price of firm 1", result.point[0].price[0], one->nash.price[0],
                 1e-12);
    assert_close(one->id, "the objective of firm 1", result.point[0].objective[0],
                 equilibria_number(equilibria_member(nash, "firm1_objective")), 1e-12);
    bt_equilibrium_result_free(&result);
}

static void test_grid_of_calvano(void **state)
{
    const equilibria_case *one = find_case("a_calvano_n2");
    json_object *grid_json = equilibria_member(one->json, "price_grid_m15_xi0.1");
    json_object *pure = equilibria_member(one->json, "stage_game_pure_nash_0based");
    json_object *pure_profit = equilibria_member(one->json, "stage_game_pure_nash_profits");
    json_object *deltas = equilibria_member(one->json, "delta_of_grid_diagonal");
    json_object *responses =
        equilibria_member(one->json, "stage_game_best_response_index_0based");
    double grid[15];
    const size_t n_actions[2] = {15, 15};
    const double *const action_price[2] = {grid, grid};
    size_t joint[16];
    bt_grid_game *game;

    (void)state;
    equilibria_numbers(grid_json, 15, grid);
    assert_int_equal(bt_grid_game_create(one->demand, &one->ownership, n_actions, action_price,
                                         1000, &game, NULL),
                     BT_OK);
    const size_t count = bt_grid_game_pure_equilibria(game, 0, joint, 16);
    assert_int_equal(count, json_object_array_length(pure));
    for (size_t i = 0; i < count; i++) {
        json_object *pair = json_object_array_get_idx(pure, i);

        assert_int_equal(joint[i], 15 * (size_t)equilibria_element(pair, 0) +
                                       (size_t)equilibria_element(pair, 1));
        assert_close(one->id, "a grid profit", game->profit[2 * joint[i]],
                     equilibria_element(pure_profit, i), 1e-14);
    }
    for (size_t a = 0; a < 15; a++) {
        const double delta = (game->profit[2 * (16 * a)] - one->nash.profit[0]) /
                             (one->joint_profit.profit[0] - one->nash.profit[0]);
        size_t best = 0;

        assert_true(fabs(delta - equilibria_element(deltas, a)) < 1e-13);
        for (size_t own = 1; own < 15; own++)
            if (game->profit[2 * (15 * own + a)] > game->profit[2 * (15 * best + a)])
                best = own;
        assert_int_equal(best, (size_t)equilibria_element(responses, a));
    }
    bt_grid_game_destroy(game);
}

static void test_lambert_best_response(void **state)
{
    const equilibria_case *one = find_case("a_calvano_n2");
    bt_demand_work *work = bt_demand_work_create(one->demand);
    double best[EQUILIBRIA_PRODUCTS];
    double objective;

    (void)state;
    assert_int_equal(bt_best_response(one->demand, &one->ownership, 0, one->nash.price, best,
                                      &objective, work, NULL),
                     BT_OK);
    assert_close(
        one->id, "the best response", best[0],
        equilibria_number(equilibria_member(one->json, "lambertw_best_response_to_nash_price")),
        1e-14);
    assert_close(one->id, "its profit", objective, one->nash.profit[0], 1e-14);
    bt_demand_work_destroy(work);
}

/* One seller that faces an outside option of attraction A. */
static bt_demand *single_firm(json_object *example)
{
    bt_demand *demand;

    assert_int_equal(bt_demand_create(BT_LOGIT, 1, 1, 1, &demand, NULL), BT_OK);
    demand->price_sensitivity[0] = equilibria_number(equilibria_member(example, "alpha"));
    equilibria_set_transform(demand, 0,
                             equilibria_number(equilibria_member(example, "box_cox_lambda")));
    demand->outside_utility[0] =
        log(equilibria_number(equilibria_member(example, "rival_attraction_A")));
    assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
    return demand;
}

static void assert_no_finite(const bt_demand *demand, const bt_ownership *ownership,
                             const char *reason)
{
    bt_equilibrium_result result;

    assert_int_equal(bt_equilibrium_solve(demand, ownership, NULL, &result, NULL), BT_OK);
    assert_string_equal(bt_equilibrium_verdict_name(result.verdict), "no_finite_equilibrium");
    if (strstr(result.reason, reason) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", result.reason, reason);
    assert_int_equal(result.n_points, 0);
    bt_equilibrium_result_free(&result);
}

static void test_nonexistence_single_firm(void **state)
{
    json_object *examples = equilibria_member(equilibria_member(file->json, "nonexistence"),
                                              "single_firm_examples");
    const uint32_t seller[1] = {0};
    const double cost[1] = {1};
    const bt_ownership ownership = {
        .n_products = 1, .n_sellers = 1, .seller = seller, .cost = cost};
    const char *const reason[3] = {"tends to a limit", "grows without bound",
                                   "demand does not vanish"};

    (void)state;
    assert_int_equal(json_object_array_length(examples), 3);
    for (size_t i = 0; i < 3; i++) {
        bt_demand *demand = single_firm(json_object_array_get_idx(examples, i));

        assert_no_finite(demand, &ownership, reason[i]);
        bt_demand_destroy(demand);
    }
}

static void test_nonexistence_without_outside_option(void **state)
{
    json_object *examples = equilibria_member(equilibria_member(file->json, "nonexistence"),
                                              "no_outside_option_duopoly");
    const uint32_t seller[2] = {0, 1};
    const double cost[2] = {1, 1};
    const bt_ownership ownership = {
        .n_products = 2, .n_sellers = 2, .seller = seller, .cost = cost};

    (void)state;
    assert_int_equal(json_object_array_length(examples), 2);
    for (size_t i = 0; i < 2; i++) {
        json_object *example = json_object_array_get_idx(examples, i);
        json_object *iterates = equilibria_member(example, "best_response_iterates");
        bt_demand *demand;
        double price[2];
        double best[2];
        double objective;

        assert_int_equal(bt_demand_create(BT_LOGIT, 2, 1, 2, &demand, NULL), BT_OK);
        demand->price_sensitivity[0] = equilibria_number(equilibria_member(example, "alpha"));
        demand->transform[0] = BT_PRICE_LOG;
        demand->has_outside_option = false;
        assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
        assert_no_finite(demand, &ownership, "rise without bound");

        /* The stored sequence of best responses, each to the one before. */
        bt_demand_work *work = bt_demand_work_create(demand);
        for (size_t k = 0; k + 1 < json_object_array_length(iterates); k++) {
            price[0] = price[1] = equilibria_element(iterates, k);
            assert_int_equal(
                bt_best_response(demand, &ownership, 0, price, best, &objective, work, NULL),
                BT_OK);
            assert_true(fabs(best[0] / equilibria_element(iterates, k + 1) - 1) < 1e-7);
        }
        bt_demand_work_destroy(work);
        bt_demand_destroy(demand);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equilibria),
        cmocka_unit_test(test_joint_profit),
        cmocka_unit_test(test_first_best),
        cmocka_unit_test(test_traps),
        cmocka_unit_test(test_false_low_is_seen_through),
        cmocka_unit_test(test_no_pure_equilibrium),
        cmocka_unit_test(test_power_index_exit),
        cmocka_unit_test(test_grid_of_calvano),
        cmocka_unit_test(test_lambert_best_response),
        cmocka_unit_test(test_nonexistence_single_firm),
        cmocka_unit_test(test_nonexistence_without_outside_option),
    };

    return cmocka_run_group_tests_name("validation.equilibria_file", tests, load, unload);
}
