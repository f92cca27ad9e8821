/*
 * Real markets: demand and costs from data on products and buyers (BLP-style tables).
 *
 *     data:
 *       products: nevo_products.csv   # a row a product and market: prices, shares, firms, ...
 *       agents: nevo_agents.csv       # rows of simulated buyers: weights, nodes, demographics
 *       market: C01Q1                 # which of the file's markets
 *       tastes:
 *         - {column: prices, mean: -62.7, sd: 3.3, nodes: nodes1, demographics: {child: 11}}
 *         - {column: sugar, sd: 0.006, nodes: nodes2}
 *
 * Buyer i has utility for product j at price p
 *
 *     u_ij = delta_j + sum_k b_ik x_jk + a_i p + xi_ij,
 *     b_ik = sd_k nu_ik + sum_d demographic_kd d_i + sum_d reciprocal_kd / d_i,
 *
 * nu_ik the buyer's node, x_jk the product's characteristic (`constant`: 1), a_i the
 * coefficient of the price column and its mean, xi with scale demand.scale; buying nothing
 * gives 0. The part delta_j that all buyers share, unobserved quality and all, is what makes
 * shares at the data's prices those of the data (markets/demand/share_inversion.h), so that
 * estimates of the other linear parameters are not needed. Weights are normalised to sum to
 * one.
 *
 * Costs are those at which the data's prices are Bertrand-Nash among the data's firms, or
 * under another `conduct` (markets/equilibrium/recovered_costs.h). `mergers` then puts firms
 * under one owner, named after the first of each group, at unchanged costs.
 *
 * In a run, firms that the experiment's `sellers:` do not name keep the data's prices.
 */
#ifndef BT_MARKETS_POSTED_PRICE_MARKET_DATA_H
#define BT_MARKETS_POSTED_PRICE_MARKET_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/demand/demand.h"
#include "markets/market.h"
#include "markets/ownership.h"
#include "sim/arena.h"
#include "sim/parameter.h"
#include "sim/status.h"

typedef struct bt_taste_parameters {
    const char *column; /* of products; "constant" */
    double mean;        /* of the price column only */
    double sd;
    const char *nodes; /* column of agents; "" without a sd */
    bt_named_reals demographics;
    bt_named_reals reciprocals;
} bt_taste_parameters;

typedef struct bt_data_columns {
    const char *market; /* of both files */
    const char *product;
    const char *seller;
    const char *price;
    const char *share;
    const char *weight; /* of agents */
} bt_data_columns;

typedef enum bt_conduct {
    BT_CONDUCT_MULTI_PRODUCT,
    BT_CONDUCT_SINGLE_PRODUCT,
    BT_CONDUCT_JOINT_PROFIT
} bt_conduct;

typedef struct bt_data_parameters {
    bt_text_table products;
    bt_text_table agents;
    const char *market;
    bt_data_columns columns;
    bt_table_list tastes; /* bt_taste_parameters */
    int32_t conduct;      /* bt_conduct */
    bt_text_groups mergers;
    bool has_agents;
} bt_data_parameters;

extern const bt_parameter_table bt_data_parameter_table;

/* One market of the files; all owned by an arena. */
typedef struct bt_market_data {
    size_t n_products;
    const char **product; /* [product] */
    const char **firm;    /* [product] as in the data */
    const char **owner;   /* [product] after mergers */
    double *price;        /* [product] */
    double *share;        /* [product] */
    size_t n_agents;      /* 1 without agents */
    double *weight;       /* [agent] */
    double *price_effect; /* [agent] a_i, below 0 */
    double *taste;        /* [agent * product] sum_k b_ik x_jk, without price */
} bt_market_data;

/* Read a market. Calls `complain` for each mistake with a path such as "data.tastes[1].nodes"
 * and a sentence that begins with "file:line:" where a file is wrong; returns how many there
 * are (0: *data is filled). `arena` NULL counts as a mistake. */
size_t bt_market_data_read(const bt_data_parameters *parameters, bt_arena *arena,
                           bt_market_data *data, bt_complain *complain, void *context);

/* Its demand, checked, with the data's shares at the data's prices. */
bt_status bt_market_data_demand(const bt_market_data *data, double scale, double size,
                                bt_demand **demand, bt_error *error);

/* cost[product] under a conduct, with the fees of `ownership`. */
bt_status bt_market_data_costs(const bt_market_data *data, bt_conduct conduct,
                               const bt_demand *demand, const bt_ownership *ownership,
                               double *cost, bt_error *error);

#endif
