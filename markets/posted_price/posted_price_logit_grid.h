/*
 * Profits of all of a seller's grid prices at once, in a plain logit market whose game is
 * too large for a table: with weights w = exp(u/mu) of what each seller offers at each of
 * its prices, its profit at price k against rivals' weight R (outside option included) is
 *
 *     size * sum_j margin_jk w_jk / (R + sum_j w_jk),
 *
 * so that a period costs a division per own price, and no demand evaluation.
 */
#ifndef BT_MARKETS_POSTED_PRICE_LOGIT_GRID_H
#define BT_MARKETS_POSTED_PRICE_LOGIT_GRID_H

#include "markets/posted_price/posted_price_market.h"

typedef struct bt_logit_grid {
    size_t *first;   /* [seller] its prices in the arrays below */
    double *weight;  /* [price of a seller] of its products together */
    double *revenue; /* [price of a seller] size times margins times weights */
    double outside;
} bt_logit_grid;

/* *grid is NULL where the market is no plain logit, a seller declares another objective
 * than expected profit, or buyers remember prices. False when memory is out. */
bool bt_logit_grid_create(bt_posted_price *market, bt_arena *arena, bt_logit_grid **grid);

/* sum[k] += duration times the profit of seller's price k against the others' standing
 * ones. */
void bt_logit_grid_add_profits(const bt_logit_grid *grid, const bt_posted_price *market,
                               size_t seller, double duration, double *sum);

#endif
