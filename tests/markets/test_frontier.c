/* The regret frontier and the bands found by bringing in columns, against the programs
 * written down whole, on pricing games and on games of random numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/correlated_equilibrium.h"
#include "markets/equilibrium/frontier.h"
#include "markets/equilibrium/undominated.h"
#include "sim/random.h"

enum { MOST_JOINT = 128, MOST_SELLERS = 3 };

typedef struct random_game {
    bt_grid_game game;
    size_t n_actions[MOST_SELLERS];
    size_t stride[MOST_SELLERS];
    double profit[MOST_JOINT * MOST_SELLERS];
    double outcome[MOST_JOINT];
} random_game;

/* Profits uniform on [-1, 1] times `unit`; the outcome is the sellers' mean, or noise. */
static void draw_game(random_game *made, bt_stream *stream, double unit, bool outcome_is_noise)
{
    size_t n_sellers = 2 + bt_stream_below(stream, 2);
    made->game = (bt_grid_game){.n_sellers = n_sellers, .n_joint = 1};
    for (size_t i = n_sellers; i-- > 0;) {
        made->n_actions[i] = 2 + bt_stream_below(stream, 3);
        made->stride[i] = made->game.n_joint;
        made->game.n_joint *= made->n_actions[i];
    }
    made->game.n_actions = made->n_actions;
    made->game.stride = made->stride;
    made->game.profit = made->game.objective = made->profit;
    for (size_t joint = 0; joint < made->game.n_joint; joint++) {
        double mean = 0;
        for (size_t i = 0; i < n_sellers; i++) {
            double *profit = &made->profit[joint * n_sellers + i];
            *profit = unit * (2 * bt_stream_uniform(stream) - 1);
            mean += *profit / (double)n_sellers;
        }
        made->outcome[joint] = outcome_is_noise ? bt_stream_uniform(stream) : mean;
    }
}

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g differs from %.12g by more than %g", value, expected, tolerance);
}

static void check_game(const random_game *drawn, double unit)
{
    const double tolerance = 1e-6 * unit;
    bt_frontier frontier;
    double low, high;
    assert_int_equal(bt_frontier_find(&drawn->game, drawn->outcome, tolerance, &frontier, NULL),
                     BT_OK);
    assert_int_equal(bt_correlated_range(&drawn->game, BT_COARSE_CORRELATED, drawn->outcome,
                                         &low, &high, NULL),
                     BT_OK);
    double range = frontier.highest - frontier.lowest;
    assert_close(frontier.coarse_low, low, 1e-6 * range);
    assert_close(frontier.coarse_high, high, 1e-6 * range);
    for (int k = 0; k <= 20; k++) {
        double target = frontier.lowest + range * k / 20, regret;
        assert_int_equal(
            bt_regret_frontier(&drawn->game, drawn->outcome, target, &regret, NULL), BT_OK);
        double line = bt_frontier_at(&frontier, target);
        assert_true(line <= regret + 1e-8 * unit);
        assert_close(line, regret, tolerance + 1e-8 * unit);
    }
    assert_true(isnan(bt_frontier_at(&frontier, frontier.highest + .01 * range)));
}

static void lines_agree_with_whole_programs(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(11, 0, 0), BT_AGENT_MARKET, 0);
    for (int trial = 0; trial < 40; trial++) {
        static const double units[] = {1, 1e-3, 1e5};
        double unit = units[trial % 3];
        random_game drawn;
        draw_game(&drawn, &stream, unit, trial % 2 == 0);
        check_game(&drawn, unit);
    }
}

static void eliminating_dominated_actions_keeps_correlated_equilibria(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(12, 0, 0), BT_AGENT_MARKET, 0);
    size_t n_smaller = 0;
    for (int trial = 0; trial < 60; trial++) {
        random_game drawn;
        draw_game(&drawn, &stream, 1, true);
        bt_grid_game *left;
        double *outcome, low, high, low_left, high_left;
        assert_int_equal(bt_undominated_game(&drawn.game, drawn.outcome, &left, &outcome, NULL),
                         BT_OK);
        assert_int_equal(
            bt_correlated_range(&drawn.game, BT_CORRELATED, drawn.outcome, &low, &high, NULL),
            BT_OK);
        assert_int_equal(
            bt_correlated_range(left, BT_CORRELATED, outcome, &low_left, &high_left, NULL),
            BT_OK);
        assert_close(low_left, low, 1e-7);
        assert_close(high_left, high, 1e-7);
        n_smaller += left->n_joint < drawn.game.n_joint;
        bt_grid_game_destroy(left);
        free(outcome);
    }
    assert_true(n_smaller > 20);
}

/* A prisoners' dilemma: cooperation (0) earns 2 each, is dominated by defection (1). */
static void a_dilemma_has_its_frontier(void **state)
{
    (void)state;
    size_t n_actions[] = {2, 2}, stride[] = {2, 1};
    double profit[] = {2, 2, 0, 3, 3, 0, 1, 1}, outcome[] = {2, 1.5, 1.5, 1};
    bt_grid_game game = {
        .n_sellers = 2, .n_joint = 4, .profit = profit, .objective = profit, .stride = stride};
    game.n_actions = n_actions;
    bt_frontier frontier;
    assert_int_equal(bt_frontier_find(&game, outcome, 1e-9, &frontier, NULL), BT_OK);
    assert_close(frontier.coarse_low, 1, 1e-9);
    assert_close(frontier.coarse_high, 1, 1e-9);
    /* whoever cooperates a share s of the time regrets s, and the mean is 1 + s */
    for (double s = 0; s <= 1; s += .25)
        assert_close(bt_frontier_at(&frontier, 1 + s), s, 1e-9);
    bt_grid_game *left;
    double *left_outcome;
    assert_int_equal(bt_undominated_game(&game, outcome, &left, &left_outcome, NULL), BT_OK);
    assert_int_equal(left->n_joint, 1);
    assert_true(left_outcome[0] == 1 && left->profit[0] == 1 && left->profit[1] == 1);
    bt_grid_game_destroy(left);
    free(left_outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_agree_with_whole_programs),
        cmocka_unit_test(eliminating_dominated_actions_keeps_correlated_equilibria),
        cmocka_unit_test(a_dilemma_has_its_frontier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
