/* Pricebots of the shopbot market: best replies by brute force, draws from the mixed
 * equilibrium, stationary distributions of internal regrets, and a Q-learner whose best
 * policy against a best replier is known by dynamic programming. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "agents/sellers/registry.h"
#include "markets/shopbot/shopbot_rules.h"
#include "tests/lone_seller.h"
#include "tests/sim/goodness_of_fit.h"
#include "tests/spy_seller.h"

/* ---- best replies ---- */

static const bt_seller_type blind_spy = SPY_TYPE(BT_SEES_OWN_PROFIT);

static double profit_at(const bt_shopbot_rules *rules, const double *price, double own)
{
    return bt_shopbot_sales(rules, price, 0, own) * (own - rules->market.cost);
}

/* No multiple of the quantum would have earned more than the reply that was given. */
static void assert_best_reply(const bt_shopbot_rules *rules, const double *price, double reply)
{
    double earned = profit_at(rules, price, reply);
    for (int k = 0; k <= 500; k++) {
        double other = profit_at(rules, price, rules->quantum * k);
        if (other > earned + 1e-12)
            fail_msg("%g earns %g, but %g would %g", reply, earned, rules->quantum * k, other);
    }
}

static void myoptimal_is_the_best_reply(void **state)
{
    (void)state;
    const char *values[] = {"equal", "uniform"};
    bt_stream stream = bt_stream_open(bt_random_key_of(3, 0, 0), 0, 0);
    for (int k = 0; k < 20; k++) {
        char text[1024];
        spy rival[2] = {{.n_prices = SPY_MOVES}, {.n_prices = SPY_MOVES}};
        for (size_t m = 0; m < SPY_MOVES; m++)
            for (size_t j = 0; j < 2; j++)
                rival[j].price[m] = 0.002 * (double)(260 + bt_stream_below(&stream, 241));
        snprintf(
            text, sizeof(text),
            "format: 1\nname: t\nseed: 1\nhorizon: {periods: 60}\n"
            "market: {type: shopbot, values: %s, cost: %g, compares: [%g, %g], quantum: "
            "0.002}\n"
            "sellers: [{name: s1, policy: myoptimal}, {name: s2, policy: fixed, price: 1}, "
            "{name: s3, policy: fixed, price: 1}]\n"
            "record: {every: 1, series: [price]}\n",
            values[k % 2], k % 2 ? 0.0 : 0.5, 0.05 + 0.04 * k, 0.1);
        experiment_fixture fixture;
        read_experiment(&fixture, text);
        plant_spy(&fixture.experiment, 1, &blind_spy, &rival[0]);
        plant_spy(&fixture.experiment, 2, &blind_spy, &rival[1]);
        prepare_point(&fixture, 1);
        const bt_shopbot_rules *rules = bt_point_layout(fixture.point)->shopbot;
        bt_run *run = complete_run(&fixture, 0);
        for (size_t t = 1; t < 60; t++)
            assert_best_reply(rules, recorded(&fixture, run, "price", t - 1),
                              recorded(&fixture, run, "price", t)[0]);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* ---- draws from the mixed equilibrium ---- */

static void mixed_equilibrium_has_its_distribution(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    static double rank[DRAWS];
    experiment_fixture fixture;
    open_experiment(
        &fixture,
        "format: 1\nname: t\nseed: 1\nhorizon: {periods: %d}\n"
        "market: {type: shopbot, values: uniform, compares: [0.2, 0.3], cost: 0.1}\n"
        "sellers: [{name: s#, count: 3, policy: mixed_equilibrium}]\n"
        "record: {every: 1, series: [price]}\n",
        (int)DRAWS);
    bt_run *run = complete_run(&fixture, 0);
    const bt_shopbot_rules *rules = bt_point_layout(fixture.point)->shopbot;
    for (size_t i = 0; i < 3; i++) {
        for (size_t t = 0; t < DRAWS; t++)
            rank[t] =
                bt_shopbot_distribution(&rules->market, recorded(&fixture, run, "price", t)[i]);
        assert_true(kolmogorov_smirnov_p_value(rank, DRAWS) > ALARM_RATE);
    }
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* ---- no internal regret ---- */

enum { ACTIONS = 6 };

/* Random rewards; regrets are counted again here, and the distribution must balance them. */
static void internal_regret_plays_what_its_regrets_leave(void **state)
{
    (void)state;
    const char *policy[] = {"policy: internal_regret, sweeps: 100000, tolerance: 1e-14",
                            "policy: internal_regret, sweeps: 100000, tolerance: 1e-14, "
                            "regret: played"};
    for (int played = 0; played < 2; played++) {
        lone_seller lone;
        double regret[ACTIONS][ACTIONS] = {{0}};
        open_lone_seller(&lone, policy[played], ACTIONS, 100, 1);
        bt_stream stream = bt_stream_open(bt_random_key_of(3, 0, 0), 0, 0);
        for (int t = 0; t < 60; t++) {
            double profit[ACTIONS];
            uint64_t action = lone_decide(&lone);
            const double *probability = lone.bandit->probability;
            for (size_t j = 0; j < ACTIONS; j++) {
                double out = 0, in = 0;
                for (size_t k = 0; k < ACTIONS; k++) {
                    out += probability[j] * fmax(regret[j][k], 0);
                    in += probability[k] * fmax(regret[k][j], 0);
                }
                if (!(fabs(out - in) < 1e-9))
                    fail_msg("move %d: %g flows out of %zu, %g in", t, out, j, in);
            }
            for (size_t k = 0; k < ACTIONS; k++)
                profit[k] = bt_stream_uniform(&stream);
            for (size_t j = 0; j < ACTIONS; j++)
                for (size_t k = 0; k < ACTIONS; k++)
                    regret[j][k] += (played ? (double)(j == action) : probability[j]) *
                                    (profit[k] - profit[j]);
            lone_observe(&lone, profit[action], profit);
        }
        close_lone_seller(&lone);
    }
}

/* One price is always the best: it is soon the only one. */
static void internal_regret_finds_a_dominant_price(void **state)
{
    (void)state;
    lone_seller lone;
    const double profit[ACTIONS] = {0.1, 0.5, 0.2, 0.9, 0.3, 0.4};
    open_lone_seller(&lone, "policy: internal_regret", ACTIONS, 100, 1);
    uint64_t action = 0;
    for (int t = 0; t < 300; t++) {
        action = lone_decide(&lone);
        lone_observe(&lone, profit[action], profit);
    }
    assert_int_equal(action, 3);
    assert_true(lone.bandit->probability[3] > 0.99);
    close_lone_seller(&lone);
}

/* ---- Q(own price | rival's price) against a best replier ---- */

enum { PRICES = 21 };

static void *q_learner;

static bt_status keep_q_learner(const void *parameters, const bt_seller_setting *setting,
                                void **self, bt_error *error)
{
    bt_status status = bt_q_learning_seller.create(parameters, setting, self, error);
    q_learner = *self;
    return status;
}

static double duel_profit(const bt_shopbot_rules *rules, size_t own, size_t rival)
{
    double price[] = {0.05 * (double)own, 0.05 * (double)rival};
    price[0] = bt_shopbot_round(rules, price[0]);
    price[1] = bt_shopbot_round(rules, price[1]);
    return profit_at(rules, price, price[0]);
}

/* What myoptimal answers to a price, of its monopoly price and the next lower one. */
static size_t reply_to(const bt_shopbot_rules *rules, size_t price)
{
    double alone = duel_profit(rules, PRICES - 1, price);
    double below = price > 0 ? duel_profit(rules, price - 1, price) : -1;
    return below > alone ? price - 1 : PRICES - 1;
}

/* value[own | rival] for ever, by iteration. */
static void solve_duel(const bt_shopbot_rules *rules, double discount,
                       double value[PRICES][PRICES])
{
    double best[PRICES] = {0};
    for (int k = 0; k < 3000; k++) {
        for (size_t rival = 0; rival < PRICES; rival++)
            for (size_t own = 0; own < PRICES; own++) {
                size_t reply = reply_to(rules, own);
                value[rival][own] =
                    (duel_profit(rules, own, rival) + duel_profit(rules, own, reply)) / 2 +
                    discount * best[reply];
            }
        for (size_t rival = 0; rival < PRICES; rival++) {
            best[rival] = value[rival][0];
            for (size_t own = 1; own < PRICES; own++)
                best[rival] = fmax(best[rival], value[rival][own]);
        }
    }
}

/* After the rival's replies that occur, the greedy price is one of the best, exactly. */
static void assert_optimal(const bt_shopbot_rules *rules, double discount)
{
    static double value[PRICES][PRICES];
    solve_duel(rules, discount, value);
    for (size_t own = 0; own < PRICES; own++) {
        size_t rival = reply_to(rules, own);
        double best = value[rival][0];
        for (size_t k = 1; k < PRICES; k++)
            best = fmax(best, value[rival][k]);
        size_t greedy = bt_q_learning_seller.greedy_action(q_learner, own * PRICES + rival);
        if (!(value[rival][greedy] > best - 1e-9))
            fail_msg("discount %g: to %zu it answers %zu, worth %g, not %g", discount, rival,
                     greedy, value[rival][greedy], best);
    }
}

static void q_learning_solves_a_best_replier(void **state)
{
    (void)state;
    bt_seller_type kept = bt_q_learning_seller;
    kept.create = keep_q_learner;
    const double discount[] = {0, 0.3, 0.6, 0.9, 0.97};
    for (size_t k = 0; k < 5; k++) {
        char text[1024];
        snprintf(text, sizeof(text),
                 "format: 1\nname: t\nseed: 1\nhorizon: {periods: 120000}\n"
                 "market: {type: shopbot, compares: [0.25], quantum: 0.05}\n"
                 "sellers: [{name: s1, policy: q_learning, remembers: rivals_actions, "
                 "learning_rate: 1, discount: %g, exploration_decay: 0, initial_q: zero, grid: "
                 "{points: %d, low: 0, high: 1}, reprice: {every: 2}}, {name: s2, policy: "
                 "myoptimal, reprice: {every: 2}, reprice_offset: 1}]\n",
                 discount[k], (int)PRICES);
        experiment_fixture fixture;
        read_experiment(&fixture, text);
        bt_registered *entry = fixture.experiment.sellers.element;
        entry->type = &kept.described;
        prepare_point(&fixture, 1);
        bt_run *run = complete_run(&fixture, 0);
        assert_optimal(bt_point_layout(fixture.point)->shopbot, discount[k]);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(myoptimal_is_the_best_reply),
        cmocka_unit_test(mixed_equilibrium_has_its_distribution),
        cmocka_unit_test(internal_regret_plays_what_its_regrets_leave),
        cmocka_unit_test(internal_regret_finds_a_dominant_price),
        cmocka_unit_test(q_learning_solves_a_best_replier),
    };
    return cmocka_run_group_tests_name("agents.test_shopbot_sellers", tests, NULL, NULL);
}
