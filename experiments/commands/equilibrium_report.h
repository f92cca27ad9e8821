/*
 * What `bertrand equilibrium` prints: a table for people, JSON or CSV for programs.
 */
#ifndef BT_EXPERIMENTS_EQUILIBRIUM_REPORT_H
#define BT_EXPERIMENTS_EQUILIBRIUM_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "markets/equilibrium/equilibrium.h"
#include "sim/status.h"

typedef struct bt_equilibrium_report {
    size_t n_products;
    size_t n_sellers;
    const char *const *product_name; /* [product] */
    const char *const *seller_name;  /* [seller] in order of first appearance */
    const uint32_t *product_seller;  /* [product] */
    /* Either the market's equilibria with its benchmarks ... */
    const bt_equilibrium_result *result;
    const bt_price_point *joint_profit;
    const bt_price_point *first_best;
    const bt_price_point *observed; /* the data's prices; NULL without data */
    /* ... or, where `result` is NULL, given prices evaluated. */
    const bt_price_point *evaluated;
} bt_equilibrium_report;

/* One object; numbers have 17 significant digits, what does not exist is null.
 *
 *     {"products": [names], "sellers": [names], "verdict": "equilibrium", "reason": "...",
 *      "equilibria": [POINT], "rejected": [POINT], "cycle": [[prices], ...],
 *      "joint_profit": POINT, "first_best": POINT, "observed": POINT}
 *
 * POINT has `prices`, `shares`, `markups`, `margins`, `elasticities` by product,
 * `outside_share`, `profits`, `objectives` by seller, the parts of `welfare`, `hhi`,
 * `foc_residual`, `price_error_bound`, `exploitability`, `iterations`; points of the sellers'
 * game (and "observed", which markets from data have) also `is_equilibrium` and, where that is
 * false, `deviation` {seller, prices, gain}. Evaluated prices are one POINT with the names. */
bt_status bt_equilibrium_report_json(const bt_equilibrium_report *report, FILE *out,
                                     bt_error *error);

/* Tidy: point, index, quantity, product, seller, value; one value a row. */
void bt_equilibrium_report_csv(const bt_equilibrium_report *report, FILE *out);

void bt_equilibrium_report_table(const bt_equilibrium_report *report, FILE *out);

/* Consumer surplus: the log-sum level where price is linear, else the money metric. */
double bt_consumer_surplus_of(const bt_price_point *point);

#endif
