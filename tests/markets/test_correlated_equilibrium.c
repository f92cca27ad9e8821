/* The correlated-equilibrium bands and the regret frontier of the Calvano game on its
 * grids, and regrets against their definitions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/correlated_equilibrium.h"
#include "markets/equilibrium/equilibrium.h"
#include "sim/random.h"

enum { SELLERS = 2, LARGEST_GRID = 61 };

typedef struct duopoly {
    bt_demand *demand;
    bt_ownership ownership;
    bt_grid_game *game;
    double *delta;      /* [joint] profit gain */
    double *mean_price; /* [joint] */
    double nash_profit;
} duopoly;

static const uint32_t seller_of[SELLERS] = {0, 1};
static const double cost[SELLERS] = {1, 1};

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g differs from %.12g by more than %g", value, expected, tolerance);
}

/* Two symmetric sellers of quality 2 and cost 1 on m prices from 10% of the gap below Nash
 * to 10% above joint profit; where there is no finite joint-profit price, from `low` to
 * `high`. */
static duopoly make_duopoly(double scale, double outside_utility, size_t m)
{
    duopoly d = {
        .ownership = {
            .n_products = SELLERS, .n_sellers = SELLERS, .seller = seller_of, .cost = cost}};
    assert_int_equal(bt_demand_create(BT_LOGIT, SELLERS, 1, SELLERS, &d.demand, NULL), BT_OK);
    d.demand->has_outside_option = true;
    d.demand->outside_utility[0] = outside_utility;
    d.demand->scale[0] = scale;
    d.demand->considered_quality[0] = d.demand->considered_quality[1] = 2;
    assert_int_equal(bt_demand_check(d.demand, NULL), BT_OK);

    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    bt_equilibrium_result nash;
    bt_price_point joint;
    assert_int_equal(bt_equilibrium_solve(d.demand, &d.ownership, &settings, &nash, NULL),
                     BT_OK);
    assert_int_equal(bt_joint_profit_solve(d.demand, &d.ownership, &settings, &joint, NULL),
                     BT_OK);
    double low = nash.point[0].price[0], high = joint.price[0];
    double price[LARGEST_GRID];
    for (size_t k = 0; k < m; k++)
        price[k] = low - .1 * (high - low) + 1.2 * (high - low) * (double)k / (double)(m - 1);
    const size_t n_actions[] = {m, m};
    const double *const action_price[] = {price, price};
    assert_int_equal(bt_grid_game_create(d.demand, &d.ownership, n_actions, action_price, m * m,
                                         &d.game, NULL),
                     BT_OK);
    d.nash_profit = nash.point[0].profit[0];
    d.delta = malloc(m * m * sizeof(double));
    d.mean_price = malloc(m * m * sizeof(double));
    for (size_t j = 0; j < m * m; j++) {
        double mean_profit = (d.game->profit[2 * j] + d.game->profit[2 * j + 1]) / 2;
        d.delta[j] = (mean_profit - d.nash_profit) / (joint.profit[0] - d.nash_profit);
        d.mean_price[j] = (d.game->price[2 * j] + d.game->price[2 * j + 1]) / 2;
    }
    bt_equilibrium_result_free(&nash);
    bt_price_point_free(&joint);
    return d;
}

static void free_duopoly(duopoly *d)
{
    bt_grid_game_destroy(d->game);
    bt_demand_destroy(d->demand);
    free(d->delta);
    free(d->mean_price);
}

static void calvano_bands_collapse_onto_nash(void **state)
{
    (void)state;
    const struct {
        size_t m;
        double low, high;
    } band[] = {{15, -.0238, .1166}, {31, -.0333, .0330}, {61, 0, 0}};
    for (size_t b = 0; b < 3; b++) {
        duopoly d = make_duopoly(.25, 0, band[b].m);
        for (int correlation = 0; correlation < 2; correlation++) {
            if (correlation == BT_CORRELATED && band[b].m > 31)
                continue;
            double low, high;
            assert_int_equal(bt_correlated_range(d.game, (bt_correlation)correlation, d.delta,
                                                 &low, &high, NULL),
                             BT_OK);
            assert_close(low, band[b].low, 1e-4);
            assert_close(high, band[b].high, 1e-4);
        }
        free_duopoly(&d);
    }
}

/* Where differentiation is low, or the outside option weak, coarse correlated play reaches
 * far from Nash; correlated play does not. */
static void low_differentiation_enlarges_the_coarse_set(void **state)
{
    (void)state;
    const struct {
        double scale, outside_utility, low, high, nash_low, nash_high, tolerance;
    } regime[] = {{.1, 0, 1.105, 1.427, 1.175, 1.2175, 6e-3},
                  {.25, -2, 1.260, 2.077, 1.4375, 1.5437, 6e-2}};
    for (size_t r = 0; r < 2; r++) {
        duopoly d = make_duopoly(regime[r].scale, regime[r].outside_utility, 15);
        double low, high;
        assert_int_equal(
            bt_correlated_range(d.game, BT_COARSE_CORRELATED, d.mean_price, &low, &high, NULL),
            BT_OK);
        assert_true(low < regime[r].nash_low - .02 && high > regime[r].nash_high + .1);
        double correlated_low, correlated_high;
        assert_int_equal(bt_correlated_range(d.game, BT_CORRELATED, d.mean_price,
                                             &correlated_low, &correlated_high, NULL),
                         BT_OK);
        assert_true(correlated_high - correlated_low < (high - low) / 2);
        free_duopoly(&d);
    }
}

static void frontier_of_the_fifteen_point_grid(void **state)
{
    (void)state;
    const double table[][2] = {{.15, .18}, {.2, .45},   {.3, 1.08}, {.4, 1.84},
                               {.5, 3.25}, {.6, 5.00},  {.7, 7.38}, {.8, 10.9},
                               {.9, 16.4}, {.95, 20.9}, {.99, 27.5}};
    duopoly d = make_duopoly(.25, 0, 15);
    for (size_t row = 0; row < sizeof(table) / sizeof(table[0]); row++) {
        double regret;
        assert_int_equal(bt_regret_frontier(d.game, d.delta, table[row][0], &regret, NULL),
                         BT_OK);
        double published = table[row][1];
        assert_close(100 * regret / d.nash_profit, published, published < 10 ? .006 : .06);
    }
    double regret;
    assert_int_equal(bt_regret_frontier(d.game, d.delta, 5, &regret, NULL), BT_BAD_INPUT);
    free_duopoly(&d);
}

/* No distribution lies below the frontier, and regrets agree with their definitions. */
static void random_play_respects_the_frontier(void **state)
{
    (void)state;
    duopoly d = make_duopoly(.25, 0, 15);
    size_t m = 15, n_joint = m * m;
    bt_stream stream = bt_stream_open(bt_random_key_of(3, 0, 0), BT_AGENT_MARKET, 0);
    for (int trial = 0; trial < 50; trial++) {
        double count[15 * 15] = {0}, mean_delta = 0, total = 0;
        for (int draw = 0; draw < 40; draw++)
            count[bt_stream_below(&stream, n_joint)] += 1 + bt_stream_uniform(&stream);
        for (size_t j = 0; j < n_joint; j++) {
            mean_delta += count[j] * d.delta[j];
            total += count[j];
        }
        double regret[SELLERS], swap[SELLERS], frontier;
        assert_int_equal(bt_regrets(d.game, count, regret, swap, NULL), BT_OK);
        assert_int_equal(
            bt_regret_frontier(d.game, d.delta, mean_delta / total, &frontier, NULL), BT_OK);
        assert_true(fmax(regret[0], regret[1]) >= frontier - 1e-9);

        double best = -INFINITY;
        for (size_t k = 0; k < m; k++) {
            double gain = 0;
            for (size_t own = 0; own < m; own++)
                for (size_t rival = 0; rival < m; rival++)
                    gain += count[own * m + rival] * (d.game->profit[2 * (k * m + rival)] -
                                                      d.game->profit[2 * (own * m + rival)]);
            best = fmax(best, gain / total);
        }
        assert_close(regret[0], best, 1e-13);
        assert_true(swap[0] >= regret[0] - 1e-13 && swap[1] >= regret[1] - 1e-13);
    }
    free_duopoly(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calvano_bands_collapse_onto_nash),
        cmocka_unit_test(low_differentiation_enlarges_the_coarse_set),
        cmocka_unit_test(frontier_of_the_fifteen_point_grid),
        cmocka_unit_test(random_play_respects_the_frontier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
