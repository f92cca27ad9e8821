/*
 * Inside equilibrium: plain logit with linear price in closed form.
 *
 * One buyer type that considers everything, a_j = alpha/mu for all: a seller F that
 * maximises expected profit puts one markup y_F on all its products (those whose prices are
 * not given), so that with T_F the attraction of these, B_F that of all else, and n_F the
 * sum over its products of given price of a (p_k - c_k) times attraction,
 *     v_F = a y_F = 1 + (T_F + n_F)/B_F,  T_F = E_F exp(-v_F),
 * E_F the attraction at zero margin. Against given B_F this is
 *     v_F = 1 + n_F/B_F + W(E_F exp(-1 - n_F/B_F)/B_F),
 * W Lambert's function; without given prices v = 1/(1 - S_F). The equilibrium is unique:
 * simultaneous best responses are a contraction in the sup norm. It is found by Newton on
 * the v_F (diagonal plus rank one, so a step is linear in the number of sellers), from
 * utilities whose differences are formed in extended precision.
 */
#ifndef BT_MARKETS_COMMON_MARKUP_H
#define BT_MARKETS_COMMON_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "markets/demand/demand.h"
#include "markets/ownership.h"

/* Does the market have this closed form: one type, all considered, linear, plain logit,
 * all sellers with a price to set maximise expected profit? */
bool bt_common_markup_applies(const bt_demand *demand, const bt_ownership *ownership);

/* W(exp(t)), for any t. */
double bt_lambert_w_of_exp(double t);

/* The equilibrium: prices, and exact to the last bits the margins after fees and the
 * shares [product], which rounded prices cannot give, and log sum exp(u/mu). memory:
 * [bt_common_markup_memory]. Returns the iterations, 0 when it did not converge. The caller has
 * ruled out sellers whom no rival and no outside option limits. */
size_t bt_common_markup_memory(const bt_ownership *ownership); /* doubles */
size_t bt_common_markup_solve(const bt_demand *demand, const bt_ownership *ownership,
                              double *price, double *margin, double *share,
                              double *outside_share, double *log_sum, double *memory);

/* One seller's best response to the others' prices, into best[own products]; returns its
 * profit per buyer there; INFINITY when nothing limits it. */
double bt_common_markup_best_response(const bt_demand *demand, const bt_ownership *ownership,
                                      size_t seller, const double *price, double *best);

#endif
