/*
 * Products and sellers of a market block one by one: groups of like ones written out.
 *
 *     products: [{name: A, seller: s#, count: 4, cost: 1}]
 *
 * stands for the products A1 to A4 of the sellers s1 to s4, which may be a group as well
 * (`sellers: [{name: s, count: 4, ...}]`); with `seller: s`, for four products of s. The
 * block's own `sellers` take a count as well (markets/group_name.h has the rule).
 */
#ifndef BT_MARKETS_POSTED_PRICE_GROUPS_H
#define BT_MARKETS_POSTED_PRICE_GROUPS_H

#include "markets/posted_price/posted_price_parameters.h"
#include "sim/arena.h"

typedef struct bt_posted_price_entries {
    bt_posted_price_parameters parameters; /* with each group written out; counts are 1 */
    const size_t *product_group;           /* [product] its entry in the file */
    const size_t *seller_group;            /* [market seller] its entry in the file */
    bt_market_data data;                   /* where the products come from it */
} bt_posted_price_entries;

/* Write out a market block's groups. Texts and lists are borrowed from `parameters` or owned
 * by `arena`. Products of `data` stand
 * without quality and cost. Fails when memory is out, and with BT_BAD_INPUT where data that
 * were not checked are wrong. */
bt_status bt_posted_price_write_out(const bt_posted_price_parameters *parameters,
                                    bt_arena *arena, bt_posted_price_entries *entries,
                                    bt_error *error);

#endif
