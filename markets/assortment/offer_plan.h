/*
 * The best offer of at most K items under a multinomial logit, where utility may carry a
 * bonus for what is not yet known: the step that every assortment learner repeats, and the
 * clairvoyant's in the market's regret. Allocates nothing once created.
 *
 * Item i at price p has utility
 *     h_i(p) = h0 - h1 p + sqrt(h2 - 2 h3 p + h4 p^2)
 * (the square root is the width of a confidence ellipsoid along the item's features, which
 * are linear in p). Its slope rises in p; from the first p_c on at which it is flatter than
 * -L0 it is replaced by a line of slope -L0, so that revenue has a maximum (Erginbas,
 * Courtade and Ramchandran 2025). The best offer solves (markets/assortment/assortment.h)
 *
 *     B = max_{|S| <= K} sum_{i in S} v_i(B),
 *     v_i(B) = max_p (p - c_i - B)^+ e^{h_i(p)} / w_0.
 *
 * Each v_i is a maximum of falling lines in B, so the sum of the K largest is convex and
 * Newton's method from B = 0 climbs to the root; at given prices its steps are
 * Dinkelbach's. The inner maximum is a closed form without bonus; with one, log(p - c - B) +
 * h(p) may have several peaks: a grid of 32 points brackets the highest, golden section
 * finds it, and the peak of the straight part is compared.
 */
#ifndef BT_MARKETS_OFFER_PLAN_H
#define BT_MARKETS_OFFER_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/arena.h"

typedef struct bt_offer_item {
    double cost;
    double quality;           /* h0 */
    double price_coefficient; /* h1 */
    double variance[3];       /* h2, h3, h4; all 0: no bonus */
    double given_price;       /* NAN: to be chosen */
} bt_offer_item;

typedef struct bt_offer_plan {
    size_t n_items;
    size_t capacity;
    double least_slope;        /* L0; -INFINITY: none (all h1 > 0, or a highest price) */
    double highest_price;      /* INFINITY: none (items without bonus only) */
    double log_outside_weight; /* log w_0 */
    bt_offer_item *item;       /* [item] the caller fills them in */
    bool *offered;             /* [item] results of bt_offer_plan_solve */
    double *price;             /* [item] the best at this B, also of what is not offered */
    double profit;             /* B: expected, a buyer */
    double *value;             /* [item] v_i(B) */
    size_t *best;              /* [capacity] */
} bt_offer_plan;

/* A plan for items at choosable prices, all else 0, w_0 = 1, no least slope, no highest
 * price; owned by the arena. NULL when memory is out. */
bt_offer_plan *bt_offer_plan_create(size_t n_items, size_t capacity, bt_arena *arena);

/* Fill offered, price and profit. Items of no value are not offered. O(iterations * items *
 * (1 or, with a bonus, 60 evaluations)). Utilities are cut at 300. */
void bt_offer_plan_solve(bt_offer_plan *plan);

/* h_i(p), straightened. */
double bt_offer_utility(const bt_offer_plan *plan, const bt_offer_item *item, double price);

#endif
