/*
 * One seller of grid prices outside any market: a test decides what its prices bring.
 *
 * It owns one product of cost 0 in a market of one buyer a period; its parameters are read
 * as an experiment file gives them.
 */
#ifndef BT_TESTS_LONE_SELLER_H
#define BT_TESTS_LONE_SELLER_H

#include "agents/sellers/grid/grid_bandit.h"
#include "tests/experiment_fixture.h"

typedef struct lone_seller {
    experiment_fixture fixture;
    bt_arena *arena;
    bt_seller_setting setting;
    const bt_seller_type *type;
    void *self;
    bt_grid_bandit *bandit; /* what every learner on a grid begins with */
    double time;
} lone_seller;

/* `settings`: "policy: ..., ...". The grid's highest price is 1, and so is the unit of
 * rewards; the lowest is 1 / points. */
static inline void open_lone_seller_of_segments(lone_seller *lone, const char *settings,
                                                size_t points, double horizon, uint64_t seed,
                                                size_t n_segments, const double *weight)
{
    static const uint32_t own_product[] = {0};
    static const double own_cost[] = {0}, no_price[] = {NAN, NAN};
    char text[2048];
    snprintf(text, sizeof(text),
             "format: 1\nname: test\nseed: 1\n" CALVANO_MARKET "horizon: {periods: 1}\n"
             "sellers: [{name: s1, %s, grid: {points: %zu, low: %.17g, high: 1}},"
             "          {name: s2, policy: fixed, price: 2}]\n",
             settings, points, 1 / (double)points);
    read_experiment(&lone->fixture, text);
    const bt_registered *entry = lone->fixture.experiment.sellers.element;
    lone->arena = bt_arena_create();
    lone->type = (const bt_seller_type *)entry->type;
    lone->time = 0;
    lone->setting = (bt_seller_setting){.name = "s1",
                                        .n_sellers = 2,
                                        .n_products = 2,
                                        .n_own = 1,
                                        .own_product = own_product,
                                        .own_cost = own_cost,
                                        .nash_price = no_price,
                                        .joint_profit_price = no_price,
                                        .horizon = horizon,
                                        .market_size = 1,
                                        .n_segments = n_segments,
                                        .segment_weight = weight,
                                        .key = bt_random_key_of(seed, 0, 0),
                                        .arena = lone->arena};
    bt_error error;
    fail_on(lone->type->create(entry->parameters, &lone->setting, &lone->self, &error), &error);
    lone->bandit = lone->self;
}

static inline void open_lone_seller(lone_seller *lone, const char *settings, size_t points,
                                    double horizon, uint64_t seed)
{
    open_lone_seller_of_segments(lone, settings, points, horizon, seed, 0, NULL);
}

static inline void close_lone_seller(lone_seller *lone)
{
    bt_arena_destroy(lone->arena);
    close_experiment(&lone->fixture);
}

static inline uint64_t lone_decide(lone_seller *lone)
{
    bt_seller_view view = {.time = lone->time, .joint_action = BT_NO_ACTION};
    double price;
    return lone->type->decide(lone->self, &view, &price);
}

/* ---- what tests say of numbers ---- */

static inline void assert_close(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-12 * fmax(1, fabs(expected))))
        fail_msg("%.17g, not %.17g", value, expected);
}

/* Within five standard errors (false alarms: one in 1.7 million). */
static inline void assert_frequency(double times, double trials, double probability)
{
    double error = sqrt(probability * (1 - probability) / trials);
    if (!(fabs(times / trials - probability) <= 5 * error))
        fail_msg("%g of %g, not a share of %g", times, trials, probability);
}

/* ---- telling the seller ---- */

/* One buyer came, of this segment. */
static inline void lone_observe_buyer(lone_seller *lone, double profit, size_t segment,
                                      bool bought, double *segment_sales,
                                      double *segment_buyers)
{
    segment_sales[segment] = bought;
    segment_buyers[segment] = 1;
    bt_seller_feedback feedback = {.time = lone->time + 1,
                                   .duration = 1,
                                   .profit = profit,
                                   .joint_action = BT_NO_ACTION,
                                   .n_buyers = NAN,
                                   .segment_sales = segment_sales,
                                   .segment_buyers = segment_buyers};
    lone->time += 1;
    lone->type->observe(lone->self, &feedback);
    segment_sales[segment] = segment_buyers[segment] = 0;
}

/* What its last price brought, and what each would have brought (NULL: not told). */
static inline void lone_observe(lone_seller *lone, double profit, const double *counterfactual)
{
    bt_seller_feedback feedback = {.time = lone->time + 1,
                                   .duration = 1,
                                   .profit = profit,
                                   .joint_action = BT_NO_ACTION,
                                   .n_buyers = NAN,
                                   .counterfactual_profit = counterfactual};
    lone->time += 1;
    lone->type->observe(lone->self, &feedback);
}

#endif
