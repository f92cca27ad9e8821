/*
 * What a listing is worth, and what a play of it paid.
 *
 * An item that does not sell can be listed again, so with a discount delta a listing is worth
 *
 *     v = P x + (1 - P) delta v = P x / (1 - delta (1 - P)),   P = P(sale), x = E[price | sale]
 *
 * (Green and Plunkett 2020), estimated from plays of that listing by the reference seller. A
 * seller's payoff is the price, or delta v of an unsold item; a reward is the payoff over the
 * list price. Worths are fixed before anybody learns, and no seller is shown them.
 */
#ifndef BT_MARKETS_BARGAINING_WORTH_H
#define BT_MARKETS_BARGAINING_WORTH_H

#include "markets/bargaining/negotiation.h"

typedef struct bt_worth {
    double sale_probability;
    double sale_probability_error; /* standard errors */
    double price;                  /* E[price | sale], in units of price; 0 without a sale */
    double price_error;            /* NAN below two sales */
    double value;                  /* v, in units of price; 0 where nothing sold */
    double value_error;            /* by the delta method; NAN below two sales */
} bt_worth;

/* The worth from the prices of the sales: their number, sum and sum of squares, of `n_plays`
 * plays. */
bt_worth bt_worth_of(uint64_t n_plays, uint64_t n_sales, double price_sum, double price_squares,
                     double discount);

/* Estimate from `n_plays` plays of the listing, numbered from first_play on. BT_* as
 * bt_negotiation_play. */
bt_status bt_worth_estimate(bt_negotiation *negotiation, const bt_listing *listing,
                            double demand, bt_listing_address first_play, uint64_t n_plays,
                            const bt_bargainer *reference, double discount, bt_worth *worth,
                            bt_error *error);

#endif
