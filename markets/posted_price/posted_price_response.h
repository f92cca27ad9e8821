/*
 * Impulse responses: what the rivals' limit strategies do to a seller who leaves the limit
 * play for one period, and whether leaving paid (Calvano, Calzolari, Denicolo and
 * Pastorello 2020, section V and figure 4).
 *
 * In period 1 one seller is made to charge the price that earns it most in that period
 * against the rivals' prices of the limit play; from period 2 on all follow their limit
 * strategies, which see what was played. This is done from every position of the limit
 * cycle at which its clock lets it move, and averaged; period 0 is the one before. The
 * undisturbed path is the limit play itself, so its average is the cycle's mean.
 *
 * Punishment: how far the rivals' mean price falls below the undisturbed path at its
 * deepest, in periods 2 and later, and the deviator's discounted loss. Strategies without
 * memory cannot punish: their rivals' prices do not move.
 */
#ifndef BT_MARKETS_POSTED_PRICE_RESPONSE_H
#define BT_MARKETS_POSTED_PRICE_RESPONSE_H

#include "markets/posted_price/posted_price_limit.h"

typedef struct bt_price_response {
    size_t n_periods;       /* after the deviation's; arrays hold one more: period 0 */
    double *deviator_price; /* [seller who deviates * period] mean over its products */
    double *rival_price;    /* [seller who deviates * period] mean over all others' products */
    double *gain;       /* [seller] discounted profit of deviating over that of not, less 1 */
    double *punishment; /* [seller] mean over positions of the deepest fall; price */
    bool *can_gain;     /* [seller] at some position another price earns more at once */
    bool exists;        /* there is limit play to be disturbed; else all is NAN */
} bt_price_response;

/* Room for a market's responses over n_periods. False when memory is out. */
bool bt_price_response_create(bt_price_response *response, const bt_posted_price *market,
                              size_t n_periods, bt_arena *arena);

/* Compute them from where the run stands. Profits are discounted per period as the market's
 * `audit:` block says, else as the seller itself does. */
void bt_price_response_find(bt_price_response *response, const bt_posted_price *market);

#endif
