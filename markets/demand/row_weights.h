/*
 * Inside demand and choice: utilities and their exponentials, in vectors.
 *
 * The weight of option k is exp(u_k - max u), utilities in units of mu; weights below
 * exp(-708) are zero. Two forms: one buyer's row of considered products, and buyers side by
 * side. Compiled once per instruction set (markets/demand/row_kernel.h), all with the same
 * bits.
 */
#ifndef BT_MARKETS_ROW_WEIGHTS_H
#define BT_MARKETS_ROW_WEIGHTS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/demand/choice.h"
#include "sim/instruction_set.h"

/* A row's arrays have room for its products and its outside option, up to a multiple of
 * this. */
enum { BT_ROW_LANES = 8 };

static inline size_t bt_row_room(size_t length)
{
    return (length + BT_ROW_LANES) / BT_ROW_LANES * BT_ROW_LANES;
}

/* Utilities count as at most this, so that differences are numbers. */
#define BT_LARGEST_UTILITY 1e280

/* u_k = (quality[k] - sensitivity * table[product[k]]) / scale. */
typedef struct bt_row {
    size_t length;
    const double *quality;   /* [length] */
    const uint32_t *product; /* [length]; NULL: product k is k */
    const double *table;     /* f(p) by product */
    double sensitivity;
    double scale;
    double outside_utility; /* in units of mu; -INFINITY for none */
} bt_row;

/* Buyers side by side: product j's utility to lane i is utility[j * stride + i]. */
typedef struct bt_lanes {
    const double *utility;
    const double *outside_utility; /* [lane] */
    const double *uniform;         /* [lane] */
    size_t stride;
    size_t n_products;
    size_t n_lanes; /* at most BT_CHOICE_BLOCK */
    /* Results: the largest utility (0 where all are -inf), the sum of the weights, and how
     * many products have a cumulative weight above uniform * total. */
    double largest[BT_CHOICE_BLOCK];
    double total[BT_CHOICE_BLOCK];
    uint64_t n_above[BT_CHOICE_BLOCK];
    /* Working memory. */
    double cumulative[BT_CHOICE_BLOCK];
    double target[BT_CHOICE_BLOCK];
    double panel[BT_CHOICE_PANEL * BT_CHOICE_BLOCK]; /* cumulative weights [product][lane] */
} bt_lanes;

typedef struct bt_row_kernel {
    /* Utilities of a row's products and, at [length], of its outside option; then -inf up to
     * bt_row_room. */
    void (*utilities)(const bt_row *row, double *utility);
    /* Utilities in, weights out, for bt_row_room(length) entries that end as above; returns
     * their sum. Where nothing can be had the outside option weighs one and `largest` is
     * -INFINITY. */
    double (*weights)(double *utility, size_t length, double *largest);
    void (*choose)(bt_lanes *lanes);
} bt_row_kernel;

/* The kernel for one instruction set, which the machine must have. */
const bt_row_kernel *bt_row_kernel_on(bt_instruction_set set);

#endif
