/*
 * Inside equilibrium: what each seller could gain.
 *
 * A certificate is the largest gain of any seller from a unilateral change of its prices:
 * through the closed forms where there are any (markets/equilibrium/common_markup.h,
 * markets/equilibrium/adjusted_markup.h), else by the global search of
 * markets/equilibrium/seller_problem.h.
 */
#ifndef BT_MARKETS_BEST_RESPONSE_H
#define BT_MARKETS_BEST_RESPONSE_H

#include "markets/equilibrium/pricing_game.h"
#include "markets/equilibrium/seller_problem.h"

/* Sellers' best responses in one game, for one caller at a time. */
typedef struct bt_responder {
    bt_pricing_game *game;
    bool closed_form;           /* common markups */
    bool polishes;              /* take best responses to their last digits */
    bt_seller_problem *problem; /* for what has no closed form; made when first needed */
} bt_responder;

/* A seller's best response into best[product] (the others' prices copied), and what it
 * maximises before and after. The seller is not unlimited. */
bt_status bt_respond(bt_responder *responder, size_t seller, const double *price, double *best,
                     double *before, double *after, bt_error *error);

/* The largest gain over all sellers at prices, whose it is, and (NULL allowed) all prices
 * after its change, deviation[product]. Sellers are dealt out to n_threads threads. A gain
 * counts as none when it is below what rounding explains. INFINITY when a seller has no
 * finite best response. */
bt_status bt_certify(bt_pricing_game *game, const double *price, size_t n_threads,
                     double *exploitability, size_t *seller, bool *is_equilibrium,
                     double *deviation, bt_error *error);

#endif
