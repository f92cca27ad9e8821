/*
 * Regret from sums of profits: what a seller would have earned by each of its prices, told
 * apart by the price that it played meanwhile,
 *
 *     profit[l * n + k] = sum over the times at which it played l of its profit at price k
 *                         against the rivals' prices.
 *
 * External regret (Hannan 1957): max_k sum_l (profit[l, k] - profit[l, l]), against the
 * best fixed price. Swap regret (Foster and Vohra 1997; Blum and Mansour 2007):
 * sum_l max_k (profit[l, k] - profit[l, l]), against the best replacement of each price.
 */
#ifndef BT_MARKETS_REGRET_H
#define BT_MARKETS_REGRET_H

#include <stddef.h>

/* Totals, in the units of profit [n_actions * n_actions]. */
double bt_external_regret_of(const double *profit, size_t n_actions);
double bt_swap_regret_of(const double *profit, size_t n_actions);

#endif
