/*
 * What the checks of markets share: where complaints go, and who the experiment's sellers are.
 *
 * A bt_market_type.check fills a bt_checker, complains through it of what no parameter table
 * sees, and returns n_complaints.
 */
#ifndef BT_MARKETS_CHECKER_H
#define BT_MARKETS_CHECKER_H

#include "markets/market.h"

typedef struct bt_checker {
    const char *const *seller_names; /* [n_seller_names] NULL: not known */
    size_t n_seller_names;
    bt_complain *complain; /* NULL: complaints are only counted */
    void *context;
    size_t n_complaints;
} bt_checker;

/* A sentence about the parameter at `path` ("items[2].price"), as printf would write it. */
__attribute__((format(printf, 3, 4))) void
bt_checker_complain(bt_checker *checker, const char *path, const char *format, ...);

/* Whether the experiment has a seller of this name. */
bool bt_checker_has_seller(const bt_checker *checker, const char *name);

/* A bt_market_type.check. */
typedef size_t bt_market_check(const void *parameters, const char *const *seller_names,
                               size_t n_seller_names, bt_complain *complain, void *context);

/* Refuse a market block with the first of its mistakes, "market.PATH: sentence": BT_OK where
 * there are none, BT_BAD_INPUT. */
bt_status bt_refuse_mistakes(bt_market_check *check, const void *parameters,
                             const char *const *seller_names, size_t n_seller_names,
                             bt_error *error);

#endif
