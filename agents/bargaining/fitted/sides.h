/*
 * The buyers and sellers of a fitted population at a negotiation's table.
 */
#ifndef BT_AGENTS_BARGAINING_FITTED_SIDES_H
#define BT_AGENTS_BARGAINING_FITTED_SIDES_H

#include "agents/bargaining/fitted/population.h"
#include "markets/bargaining/bargaining_sides.h"

/* Tables whose `self` is a bt_population. */
extern const bt_bargaining_buyers bt_fitted_buyers_side;
extern const bt_bargaining_seller bt_fitted_seller_side;

#endif
