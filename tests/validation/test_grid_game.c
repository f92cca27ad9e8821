/*
 * The pricing game itself, beside its reference figures: equilibrium and best-response
 * dynamics of the symmetric logit oligopoly (A4, A5), the pure equilibria of Calvano's
 * grids and the equilibrium bands by game (A8), and the least regret that a profit gain
 * needs on the grid of 15 prices (B1's frontier).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>

#include "acceptance.h"
#include "markets/equilibrium/equilibrium.h"
#include "markets/equilibrium/frontier.h"
#include "markets/equilibrium/grid_game.h"

enum { MOST_SELLERS = 6, MOST_PRICES = 61 };

/* ---- oligopolies of single products ---- */

typedef struct oligopoly {
    size_t n;
    bt_demand *demand;
    bt_ownership ownership;
    uint32_t seller[MOST_SELLERS];
    double cost[MOST_SELLERS];
    double nash[MOST_SELLERS];
    double share[MOST_SELLERS];
} oligopoly;

/* n sellers of quality 2 and cost 1; scale mu; outside NAN: everyone buys. */
static void make(oligopoly *made, size_t n, double scale, double outside)
{
    *made = (oligopoly){.n = n};
    assert_int_equal(bt_demand_create(BT_LOGIT, n, 1, n, &made->demand, NULL), BT_OK);
    made->demand->has_outside_option = !isnan(outside);
    made->demand->outside_utility[0] = isnan(outside) ? 0 : outside;
    made->demand->scale[0] = scale;
    for (size_t i = 0; i < n; i++) {
        made->demand->considered_quality[i] = 2;
        made->seller[i] = (uint32_t)i;
        made->cost[i] = 1;
    }
    made->ownership = (bt_ownership){
        .n_products = n, .n_sellers = n, .seller = made->seller, .cost = made->cost};
}

static void solve(oligopoly *of)
{
    assert_int_equal(bt_demand_check(of->demand, NULL), BT_OK);
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    bt_equilibrium_result result;
    assert_int_equal(bt_equilibrium_solve(of->demand, &of->ownership, &settings, &result, NULL),
                     BT_OK);
    assert_int_equal(result.n_points, 1);
    for (size_t i = 0; i < of->n; i++) {
        of->nash[i] = result.point[0].price[i];
        of->share[i] = result.point[0].share[i];
    }
    bt_equilibrium_result_free(&result);
}

/* Everyone's best response to `price` at once. */
static void respond(const oligopoly *of, const double *price, double *response,
                    bt_demand_work *work)
{
    double answer[MOST_SELLERS], objective;
    for (size_t i = 0; i < of->n; i++) {
        assert_int_equal(bt_best_response(of->demand, &of->ownership, i, price, answer,
                                          &objective, work, NULL),
                         BT_OK);
        response[i] = answer[i];
    }
}

static double largest_distance(const oligopoly *of, const double *one, const double *other)
{
    double distance = 0;
    for (size_t i = 0; i < of->n; i++)
        distance = fmax(distance, fabs(one[i] - other[i]));
    return distance;
}

/* ---- A4 ---- */

typedef struct symmetric {
    size_t n;
    double price, share, ratio, eigenvalue;
} symmetric;

/* Errors of simultaneous best responses, begun a little above the equilibrium: their sixth
 * ratio. */
static double error_ratio(const oligopoly *of)
{
    double price[MOST_SELLERS], next[MOST_SELLERS], before = 0, after = 0;
    bt_demand_work *work = bt_demand_work_create(of->demand);
    for (size_t i = 0; i < of->n; i++)
        price[i] = of->nash[i] + .05;
    for (int round = 0; round < 6; round++) {
        before = largest_distance(of, price, of->nash);
        respond(of, price, next, work);
        after = largest_distance(of, next, of->nash);
        for (size_t i = 0; i < of->n; i++)
            price[i] = next[i];
    }
    bt_demand_work_destroy(work);
    return after / before;
}

static bool judge_symmetric(const symmetric *expected)
{
    oligopoly of;
    char name[64];
    make(&of, expected->n, .25, 0);
    solve(&of);
    double q = of.share[0];
    double ratio = (double)(expected->n - 1) * q * q / (1 - q);
    double eigenvalue = q / .25 * (1 - ratio);
    bool met = true;
    snprintf(name, sizeof(name), "A4 n=%zu, equilibrium price", expected->n);
    met &= judge_exact(name, expected->price, 1e-9, of.nash[0]);
    snprintf(name, sizeof(name), "A4 n=%zu, share", expected->n);
    met &= judge_exact(name, expected->share, 1e-9, q);
    snprintf(name, sizeof(name), "A4 n=%zu, rho", expected->n);
    met &= judge_exact(name, expected->ratio, 1e-9, ratio);
    snprintf(name, sizeof(name), "A4 n=%zu, lambda (six digits)", expected->n);
    met &= judge_exact(name, expected->eigenvalue, 5e-7, eigenvalue);
    snprintf(name, sizeof(name), "A4 n=%zu, error ratio of round 6", expected->n);
    met &= judge_exact(name, ratio, 1e-4, error_ratio(&of));
    bt_demand_destroy(of.demand);
    return met;
}

static void a4_symmetric_equilibria(void **state)
{
    (void)state;
    static const symmetric table[] = {
        {2, 1.4729266600, .4713768093, .4203298308, 1.092972},
        {3, 1.3701627294, .3246213620, .3120591110, .893281},
        {4, 1.3314606899, .2457627476, .2402400357, .746883},
        {6, 1.2994006277, .1649984105, .1630205008, .552401},
    };
    bool met = true;
    for (size_t k = 0; k < sizeof(table) / sizeof(table[0]); k++)
        met &= judge_symmetric(&table[k]);
    assert_true(met);
}

/* ---- A5 ---- */

static double uniform(gsl_rng *random, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(random);
}

/* The largest ratio over pairs of price vectors in one random game. */
static double contraction(gsl_rng *random, size_t n_pairs)
{
    oligopoly of;
    make(&of, 2 + gsl_rng_uniform_int(random, MOST_SELLERS - 1), uniform(random, .05, 1),
         uniform(random, -2, 2));
    for (size_t i = 0; i < of.n; i++) {
        of.demand->considered_quality[i] = uniform(random, 0, 4);
        of.cost[i] = uniform(random, 0, 2);
    }
    assert_int_equal(bt_demand_check(of.demand, NULL), BT_OK);
    bt_demand_work *work = bt_demand_work_create(of.demand);
    double largest = 0;
    for (size_t pair = 0; pair < n_pairs; pair++) {
        double one[MOST_SELLERS], other[MOST_SELLERS], of_one[MOST_SELLERS],
            of_other[MOST_SELLERS];
        double reach = gsl_rng_uniform(random) < .5 ? 1 : .01;
        for (size_t i = 0; i < of.n; i++) {
            one[i] = of.cost[i] + uniform(random, 0, 2);
            other[i] = one[i] + reach * uniform(random, -1, 1);
        }
        respond(&of, one, of_one, work);
        respond(&of, other, of_other, work);
        largest = fmax(largest, largest_distance(&of, of_one, of_other) /
                                    largest_distance(&of, one, other));
    }
    bt_demand_work_destroy(work);
    bt_demand_destroy(of.demand);
    return largest;
}

static void a5_best_responses_contract(void **state)
{
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 5);
    double largest = 0;
    for (int game = 0; game < 2000; game++)
        largest = fmax(largest, contraction(random, 5));
    gsl_rng_free(random);
    assert_true(judge_interval("A5 largest ratio of 10000 random pairs", 0, 1 - 1e-9, largest,
                               largest, largest));
}

/* ---- A8 ---- */

/* The game on each seller's own grid: m prices from low to high [seller]. */
static bt_grid_game *make_game(const oligopoly *of, const double *low, const double *high,
                               size_t m)
{
    double price[MOST_SELLERS][MOST_PRICES];
    size_t n_actions[MOST_SELLERS];
    const double *action_price[MOST_SELLERS];
    bt_grid_game *game;
    for (size_t i = 0; i < of->n; i++) {
        for (size_t k = 0; k < m; k++)
            price[i][k] = low[i] + (high[i] - low[i]) * (double)k / (double)(m - 1);
        n_actions[i] = m;
        action_price[i] = price[i];
    }
    assert_int_equal(bt_grid_game_create(of->demand, &of->ownership, n_actions, action_price,
                                         1 << 20, &game, NULL),
                     BT_OK);
    return game;
}

static double joint_profit_price(const oligopoly *of, double *profit)
{
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    bt_price_point joint;
    assert_int_equal(bt_joint_profit_solve(of->demand, &of->ownership, &settings, &joint, NULL),
                     BT_OK);
    double price = joint.price[0];
    *profit = joint.profit[0];
    bt_price_point_free(&joint);
    return price;
}

static bt_grid_game *calvano_grid(oligopoly *of, size_t m, double *nash_profit,
                                  double *joint_profit)
{
    make(of, 2, .25, 0);
    solve(of);
    *nash_profit = (of->nash[0] - 1) * of->share[0];
    double high = joint_profit_price(of, joint_profit), low = of->nash[0];
    double margin = .1 * (high - low);
    return make_game(of, (const double[]){low - margin, low - margin},
                     (const double[]){high + margin, high + margin}, m);
}

static void a8_pure_equilibria_of_grids(void **state)
{
    (void)state;
    static const struct {
        size_t m, count, first;
    } grids[] = {{15, 2, 1}, {31, 2, 2}, {61, 1, 5}};
    bool met = true;
    for (size_t g = 0; g < sizeof(grids) / sizeof(grids[0]); g++) {
        oligopoly of;
        double nash_profit, joint_profit;
        char name[64];
        size_t joint[16], m = grids[g].m;
        bt_grid_game *game = calvano_grid(&of, m, &nash_profit, &joint_profit);
        size_t count = bt_grid_game_pure_equilibria(game, 0, joint, 16);
        snprintf(name, sizeof(name), "A8 m=%zu, number of pure equilibria", m);
        met &= judge_exact(name, (double)grids[g].count, 0, (double)count);
        for (size_t k = 0; k < count && k < 16; k++) {
            snprintf(name, sizeof(name), "A8 m=%zu, equilibrium %zu, both play price", m, k);
            met &= judge_exact(name, (double)(grids[g].first + k), 0, (double)(joint[k] / m));
            met &= joint[k] / m == joint[k] % m;
        }
        bt_grid_game_destroy(game);
        bt_demand_destroy(of.demand);
    }
    assert_true(met);
}

/* Mean price over sellers of each joint action. */
static double *mean_prices(const bt_grid_game *game)
{
    double *mean = calloc(game->n_joint, sizeof(*mean));
    assert_non_null(mean);
    for (size_t joint = 0; joint < game->n_joint; joint++)
        for (size_t j = 0; j < game->n_products; j++)
            mean[joint] += game->price[joint * game->n_products + j] / (double)game->n_products;
    return mean;
}

typedef struct band {
    const char *name;
    size_t n;
    double scale, outside, second_cost, second_quality;
    double nash_low, nash_high;     /* NAN: no figure */
    double coarse_low, coarse_high; /* NAN: the pure equilibria's */
} band;

/* On 15 prices from own cost + mu/20 to own equilibrium price + 4 mu. */
static bool judge_band(const band *expected)
{
    oligopoly of;
    char name[96];
    make(&of, expected->n, expected->scale, expected->outside);
    of.cost[1] = expected->second_cost;
    of.demand->considered_quality[1] = expected->second_quality;
    solve(&of);
    double lowest[MOST_SELLERS], highest[MOST_SELLERS];
    for (size_t i = 0; i < of.n; i++) {
        lowest[i] = of.cost[i] + .05 * expected->scale;
        highest[i] = of.nash[i] + 4 * expected->scale;
    }
    bt_grid_game *game = make_game(&of, lowest, highest, 15);
    double *mean = mean_prices(game), low = INFINITY, high = -INFINITY;
    size_t joint[64], count = bt_grid_game_pure_equilibria(game, 0, joint, 64);
    for (size_t k = 0; k < count && k < 64; k++) {
        low = fmin(low, mean[joint[k]]);
        high = fmax(high, mean[joint[k]]);
    }
    bt_frontier frontier;
    assert_int_equal(bt_frontier_find(game, mean, 1e-6, &frontier, NULL), BT_OK);
    bool met = true;
    bool is_wide = !isnan(expected->coarse_low);
    if (!isnan(expected->nash_low)) {
        snprintf(name, sizeof(name), "A8 %s, lowest pure", expected->name);
        met &= judge_exact(name, expected->nash_low, 6e-4, low);
        snprintf(name, sizeof(name), "A8 %s, highest pure", expected->name);
        met &= judge_exact(name, expected->nash_high, 6e-4, high);
    }
    snprintf(name, sizeof(name), "A8 %s, lowest coarse", expected->name);
    met &= judge_exact(name, is_wide ? expected->coarse_low : low, is_wide ? 6e-4 : 1e-6,
                       frontier.coarse_low);
    snprintf(name, sizeof(name), "A8 %s, highest coarse", expected->name);
    met &= judge_exact(name, is_wide ? expected->coarse_high : high, is_wide ? 6e-4 : 1e-6,
                       frontier.coarse_high);
    free(mean);
    bt_grid_game_destroy(game);
    bt_demand_destroy(of.demand);
    return met;
}

/* Where no figure is printed, that coarse correlated play is no wider than pure equilibrium
 * is the figure. Unequal scales of taste shocks are no logit, and left out. */
static void a8_coarse_bands_by_game(void **state)
{
    (void)state;
    static const band table[] = {
        {"mu=.25", 2, .25, 0, 1, 2, 1.430, 1.534, NAN, NAN},
        {"mu=.5", 2, .5, 0, 1, 2, 1.818, 1.818, NAN, NAN},
        {"mu=1", 2, 1, 0, 1, 2, 2.197, 2.579, NAN, NAN},
        {"n=3", 3, .25, 0, 1, 2, NAN, NAN, NAN, NAN},
        {"n=4", 4, .25, 0, 1, 2, NAN, NAN, NAN, NAN},
        {"costs 1 and .75", 2, .25, 0, .75, 2, NAN, NAN, NAN, NAN},
        {"qualities 2 and 2.5", 2, .25, 0, 1, 2.5, NAN, NAN, NAN, NAN},
        {"mu=.1", 2, .1, 0, 1, 2, 1.175, 1.2175, 1.105, 1.427},
        {"mu=.05", 2, .05, 0, 1, 2, 1.0875, 1.1087, 1.052, 1.216},
        {"a0=-2", 2, .25, -2, 1, 2, 1.4375, 1.5437, 1.260, 2.077},
        {"no outside option", 2, .25, NAN, 1, 2, 1.4375, 1.5437, 1.260, 2.078},
    };
    bool met = true;
    for (size_t k = 0; k < sizeof(table) / sizeof(table[0]); k++)
        met &= judge_band(&table[k]);
    assert_true(met);
}

/* ---- B1's frontier ---- */

static void b1_frontier_of_the_fifteen_point_grid(void **state)
{
    (void)state;
    static const double table[][2] = {{.15, .18}, {.2, .45},   {.3, 1.08}, {.4, 1.84},
                                      {.5, 3.25}, {.6, 5.00},  {.7, 7.38}, {.8, 10.9},
                                      {.9, 16.4}, {.95, 20.9}, {.99, 27.5}};
    oligopoly of;
    double nash_profit, joint_profit, gain[15 * 15];
    bt_grid_game *game = calvano_grid(&of, 15, &nash_profit, &joint_profit);
    for (size_t joint = 0; joint < 15 * 15; joint++)
        gain[joint] =
            ((game->profit[2 * joint] + game->profit[2 * joint + 1]) / 2 - nash_profit) /
            (joint_profit - nash_profit);
    bt_frontier frontier;
    assert_int_equal(bt_frontier_find(game, gain, 1e-6 * nash_profit, &frontier, NULL), BT_OK);
    bool met = true;
    for (size_t row = 0; row < sizeof(table) / sizeof(table[0]); row++) {
        char name[64];
        snprintf(name, sizeof(name), "B1 least regret at a gain of %g, %%", table[row][0]);
        double percent = 100 * bt_frontier_at(&frontier, table[row][0]) / nash_profit;
        met &= judge_exact(name, table[row][1], table[row][1] < 10 ? .0051 : .051, percent);
    }
    met &= judge_exact("B1 coarse correlated equilibria, lowest gain", -.0238, 5e-5,
                       frontier.coarse_low);
    met &= judge_exact("B1 coarse correlated equilibria, highest gain", .1166, 5e-5,
                       frontier.coarse_high);
    bt_grid_game_destroy(game);
    bt_demand_destroy(of.demand);
    assert_true(met);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a4_symmetric_equilibria),
        cmocka_unit_test(a5_best_responses_contract),
        cmocka_unit_test(a8_pure_equilibria_of_grids),
        cmocka_unit_test(a8_coarse_bands_by_game),
        cmocka_unit_test(b1_frontier_of_the_fifteen_point_grid),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
