/*
 * The price grid of a learner: equally spaced prices between two ends, for each product
 * that it owns; an action sets all of them (the first product's price varies slowest). With
 * `products: together` an action is one place in all of its products' grids: k points, and
 * not k to the power of the number of products.
 *
 * An end is a number, or a benchmark of the market. Benchmark ends are widened by
 * `margin` times the distance between Nash and joint-profit price (Calvano et al. 2020:
 * 15 prices, margin 0.1).
 */
#ifndef BT_AGENTS_SELLERS_PRICE_GRID_H
#define BT_AGENTS_SELLERS_PRICE_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "markets/seller.h"
#include "sim/parameter.h"

typedef struct bt_price_grid_parameters {
    int64_t points;
    double margin;
    bt_option low;
    bt_option high;
    int32_t products; /* 0 each, 1 together */
} bt_price_grid_parameters;

extern const bt_parameter_table bt_price_grid_table;

/* What a parameter of this kind is called in a table: `{.choices = BT_PRICE_CHOICES,
 * .number_allowed = true}`. */
#define BT_PRICE_CHOICES "nash|joint_profit|cost|observed"
typedef enum bt_price_choice {
    BT_PRICE_NASH,
    BT_PRICE_JOINT_PROFIT,
    BT_PRICE_COST,
    BT_PRICE_OBSERVED, /* in the data of a market that has them */
    BT_N_PRICE_CHOICES
} bt_price_choice;

/* The price that such an option means for the own product with index `own`. NAN: there is
 * no such benchmark. */
double bt_price_of(const bt_option *option, const bt_seller_setting *setting, uint32_t own);

typedef struct bt_price_grid {
    size_t n_actions;
    double *action_price; /* [action * own] owned by the setting's arena */
} bt_price_grid;

/* Lay a seller's grid. `by_adding`: inner points by adding the step again and again, as
 * the published program does (their last bits differ). Errors: no benchmark, ends in the
 * wrong order, more than 2^20
 * actions. */
bt_status bt_price_grid_create(const bt_price_grid_parameters *parameters,
                               const bt_seller_setting *setting, bool by_adding,
                               bt_price_grid *grid, bt_error *error);

#endif
