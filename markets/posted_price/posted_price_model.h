/*
 * A posted-price market's model: demand, supply, benchmarks and, on grids, the game.
 * Made once per sweep point, then read only and shared by all its runs. Internal to the
 * files posted_price*.c.
 */
#ifndef BT_MARKETS_POSTED_PRICE_MODEL_H
#define BT_MARKETS_POSTED_PRICE_MODEL_H

#include "markets/equilibrium/equilibrium.h"
#include "markets/equilibrium/frontier.h"
#include "markets/market.h"
#include "markets/posted_price/posted_price_parameters.h"

/* What a benchmark says of one price vector: arrays are owned by the model. */
typedef struct bt_benchmark_point {
    double *price;           /* [product] */
    double *share;           /* [product] */
    double *profit;          /* [seller] times size */
    double consumer_surplus; /* all times size */
    double producer_surplus;
    double platform_revenue;
    double welfare;
} bt_benchmark_point;

/* The benchmarks of those who stand in the market. */
typedef struct bt_standing {
    uint64_t set;        /* bit v: visitor v is there */
    double *nash_price;  /* [product] NAN: not on offer, or no equilibrium */
    double nash_profit;  /* of all */
    double joint_profit; /* of all */
} bt_standing;

enum { BT_POSTED_PRICE_MAX_BENCHMARKS = 32 };

typedef struct bt_posted_price_model {
    const bt_posted_price_parameters *parameters;
    bt_demand *demand;
    bt_supply *supply;
    bt_market_layout layout;
    bt_benchmark_point nash; /* NAN where there is none */
    bt_benchmark_point joint_profit;
    bt_benchmark_point first_best;
    bt_benchmark_point observed; /* at the prices of data */
    double n_equilibria;
    double nash_exploitability;          /* of the certificate */
    const bt_reference_price *reference; /* NULL: buyers remember no prices */
    double *lowest_stationary_price;     /* [product] with loss aversion */
    size_t n_visitors;                   /* sellers who are not always there */
    uint32_t *visitor;                   /* [visitor] */
    bt_standing *standing; /* sets that occur; none of more than six random visitors */
    size_t n_standing;
    bool is_repeated; /* every period is the same game: it may be tabulated and audited */
    double surplus_of_outside; /* of the outside option alone, times size; 0: none */
    double grid_n_equilibria;
    double grid_lowest_delta;
    double grid_highest_delta;
    double
        grid_correlated_lowest; /* profit gains of the grid game's equilibria; NAN: not known */
    double grid_correlated_highest;
    double grid_coarse_lowest;
    double grid_coarse_highest;
    bt_frontier frontier; /* of the profit gain */
    bool has_frontier;
    char benchmark_failure[BT_ERROR_LENGTH];

    bt_grid_game *game; /* NULL: not tabulated */
    size_t *n_actions;  /* [seller] */
    bool buyers_are_exact;

    bt_benchmark benchmark[BT_POSTED_PRICE_MAX_BENCHMARKS];
    size_t n_benchmarks;
} bt_posted_price_model;

bt_status bt_posted_price_prepare(const bt_market_model_setting *setting, void **model,
                                  bt_error *error);
bt_status bt_posted_price_set_actions(void *model, const bt_action_sets *sets, bt_error *error);
const bt_grid_game *bt_posted_price_game(const void *model);
void bt_posted_price_release(void *model);
const bt_market_layout *bt_posted_price_layout(const void *model);
size_t bt_posted_price_benchmarks(const void *model, const bt_benchmark **benchmarks);

/* posted_price_standing.c: who comes and goes, and benchmarks of who stands. */
bt_status bt_solve_standing(bt_posted_price_model *model, bt_error *error);
const bt_standing *bt_find_standing(const bt_posted_price_model *model, uint64_t set);
void bt_free_standing(bt_posted_price_model *model);

/* The profit gain of profits [seller]; NAN without benchmarks. */
double bt_profit_gain(const bt_posted_price_model *model, const double *profit);

#endif
