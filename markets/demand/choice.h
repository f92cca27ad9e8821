/*
 * Choices drawn: many buyers at once from the probabilities of markets/demand/demand.h.
 *
 * A draw inverts the cumulative sum of exp(u/mu) with one uniform: with the weights
 * w_j = exp((u_j - max u)/mu) added in the order of the products, the choice is the first
 * product whose cumulative weight exceeds uniform * total, the outside option standing
 * last. All forms below do just these operations, so that they agree to the bit; none of
 * them lets an option of weight zero win.
 *
 * Individual buyers are evaluated in blocks of BT_CHOICE_BLOCK with the vector
 * exponential, utilities laid out [product][buyer of the block]; the result does not
 * depend on the blocking. Gumbel-max (J + 1 draws, slower) exists as a test oracle only.
 */
#ifndef BT_MARKETS_CHOICE_H
#define BT_MARKETS_CHOICE_H

#include <stddef.h>
#include <stdint.h>

#include "markets/demand/demand.h"

enum { BT_CHOICE_BLOCK = 16, BT_CHOICE_PANEL = 128 };

#define BT_CHOSE_OUTSIDE UINT32_MAX

/* Draw by inversion from weights w[option] >= 0 (not normalised) plus an outside weight:
 * returns the option, or BT_CHOSE_OUTSIDE (also where all weights are zero, or one is not
 * a number). uniform in [0, 1), as in all forms below. Draws consumed: none. */
uint32_t bt_choose_by_inversion(const double *weight, size_t n_options, double outside_weight,
                                double uniform);

/* Everyone is of one type. Draws `count` choices given uniform[count] into choice[count]
 * (NULL allowed) and adds to sold[product]. Cost O(count log J): one table per call. */
void bt_choose_common(const bt_demand *demand, size_t type, const double *price,
                      const double *uniform, size_t count, uint32_t *choice, uint64_t *sold,
                      bt_demand_work *work);

/* Individual buyers: buyer i of this batch has its own utilities in units of mu,
 * utility[product * count + i] (price already in), outside_utility[i] (-inf: none),
 * one uniform each. choice[i] receives the product or BT_CHOSE_OUTSIDE; log_sum[i]
 * (NULL allowed) receives log sum exp of the utilities (times mu: the expected maximum
 * utility; -inf where nothing can be had). Utilities are below +inf. Arrays may have any
 * alignment. One exponential per buyer and product, up to two above BT_CHOICE_PANEL
 * products. */
void bt_choose_block(const double *utility, const double *outside_utility, size_t n_products,
                     size_t count, const double *uniform, uint32_t *choice, double *log_sum);

/* One buyer of a given type, event by event: the same choice as the block form gives for
 * bt_choice_utilities (markets/demand/demand.h). Cost: one vector exponential over its
 * considered products. Returns a product index or BT_CHOSE_OUTSIDE. */
uint32_t bt_choose_one(const bt_demand *demand, size_t type, const double *price,
                       double uniform, bt_demand_work *work);

#endif
