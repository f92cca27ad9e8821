/*
 * One seller of continuous prices outside any market: a test decides what its prices bring.
 *
 * It owns one or more products of cost 1 (Bertrand-Nash 1.5, joint profit 2); its parameters
 * are read as an experiment file gives them.
 */
#ifndef BT_TESTS_CONTINUOUS_SELLER_H
#define BT_TESTS_CONTINUOUS_SELLER_H

#include "tests/experiment_fixture.h"

enum { CONTINUOUS_MAX_OWN = 4 };

typedef struct continuous_seller {
    experiment_fixture fixture;
    bt_arena *arena;
    bt_seller_setting setting;
    const bt_seller_type *type;
    void *self;
    double time;
    double price[CONTINUOUS_MAX_OWN]; /* [own] decided last */
} continuous_seller;

/* `settings`: "policy: ..., ...". */
static inline void open_continuous_seller(continuous_seller *seller, const char *settings,
                                          uint32_t n_own, uint64_t seed)
{
    static const uint32_t own_product[CONTINUOUS_MAX_OWN] = {0, 1, 2, 3};
    static const double own_cost[CONTINUOUS_MAX_OWN] = {1, 1, 1, 1};
    static const double nash_price[CONTINUOUS_MAX_OWN] = {1.5, 1.5, 1.5, 1.5};
    static const double joint_profit_price[CONTINUOUS_MAX_OWN] = {2, 2, 2, 2};
    char text[2048];
    snprintf(text, sizeof(text),
             "format: 1\nname: test\nseed: 1\n" CALVANO_MARKET "horizon: {periods: 1}\n"
             "sellers: [{name: s1, %s}, {name: s2, policy: fixed, price: 2}]\n",
             settings);
    read_experiment(&seller->fixture, text);
    const bt_registered *entry = seller->fixture.experiment.sellers.element;
    seller->arena = bt_arena_create();
    seller->type = (const bt_seller_type *)entry->type;
    seller->time = 0;
    seller->setting = (bt_seller_setting){.name = "s1",
                                          .n_sellers = 2,
                                          .n_products = n_own + 1,
                                          .n_own = n_own,
                                          .own_product = own_product,
                                          .own_cost = own_cost,
                                          .nash_price = nash_price,
                                          .joint_profit_price = joint_profit_price,
                                          .horizon = 1000,
                                          .market_size = 1,
                                          .key = bt_random_key_of(seed, 0, 0),
                                          .arena = seller->arena,
                                          .shared = bt_shared_create(seller->arena)};
    bt_error error;
    fail_on(seller->type->create(entry->parameters, &seller->setting, &seller->self, &error),
            &error);
}

static inline void close_continuous_seller(continuous_seller *seller)
{
    bt_arena_destroy(seller->arena);
    close_experiment(&seller->fixture);
}

/* Its next prices, in seller->price; returns the first product's. */
static inline double continuous_decide(continuous_seller *seller)
{
    bt_seller_view view = {.time = seller->time, .joint_action = BT_NO_ACTION};
    seller->type->decide(seller->self, &view, seller->price);
    return seller->price[0];
}

/* Tell it of one period: its profit, and what else its type may be told. */
static inline void continuous_observe(continuous_seller *seller, bt_seller_feedback feedback)
{
    feedback.time = ++seller->time;
    feedback.duration = 1;
    feedback.joint_action = BT_NO_ACTION;
    seller->type->observe(seller->self, &feedback);
}

static inline void continuous_observe_profit(continuous_seller *seller, double profit)
{
    continuous_observe(seller, (bt_seller_feedback){.profit = profit, .n_buyers = NAN});
}

static inline void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g, not %.17g within %g", value, expected, tolerance);
}

#endif
