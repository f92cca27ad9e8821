/*
 * A shopbot market's model: its rules and benchmarks. Made once per sweep point, then read
 * only. Internal to the files shopbot_*.c.
 */
#ifndef BT_MARKETS_SHOPBOT_MODEL_H
#define BT_MARKETS_SHOPBOT_MODEL_H

#include "markets/market.h"
#include "markets/shopbot/shopbot_parameters.h"
#include "markets/shopbot/shopbot_rules.h"

enum { BT_SHOPBOT_BENCHMARKS = 16 };

/* What is known of the market in theory. Profits are those of a seller per unit of time. */
typedef struct bt_shopbot_theory {
    double mixed_mean_price;
    double mixed_lowest_price; /* also where a war of myopic best replies ends */
    double mixed_lower_quartile;
    double mixed_median_price;
    double mixed_upper_quartile;
    double monopoly_price;
    double war_profit; /* of best replies by turns, were the quantum and their haste small */
    double nash_consumer_surplus;
    double nash_welfare;
    double first_best_welfare;
} bt_shopbot_theory;

typedef struct bt_shopbot_model {
    const bt_shopbot_parameters *parameters;
    bt_arena *arena;
    bt_market_layout layout;
    bt_ownership ownership;
    bt_demand *demand; /* as many products as sellers, for what only counts them */
    size_t n_sellers;
    bt_shopbot_rules rules;
    bt_shopbot_theory theory;
    uint32_t *seller; /* [product] */
    double *cost;     /* [product] */
    double *nowhere;  /* [product] NAN: no price is an equilibrium, and none is fixed */
    double *joint_profit_price; /* [product] */
    double *nash_profit;        /* [seller] of the mixed equilibrium */
    double *joint_profit;       /* [seller] of a cartel */
    bt_benchmark benchmark[BT_SHOPBOT_BENCHMARKS];
    size_t n_benchmarks;
} bt_shopbot_model;

bt_status bt_shopbot_prepare(const bt_market_model_setting *setting, void **model,
                             bt_error *error);
void bt_shopbot_release(void *model);
const bt_market_layout *bt_shopbot_layout(const void *model);
size_t bt_shopbot_benchmarks(const void *model, const bt_benchmark **benchmarks);

#endif
