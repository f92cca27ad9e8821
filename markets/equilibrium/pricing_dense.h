/*
 * Inside equilibrium: plain logit types that all consider everything, type by lane.
 *
 * With random coefficients by nodes every row is full. Utilities then stand by product, all
 * types side by side, so that every step of an evaluation runs over types in vectors, and
 * the Jacobian is a product of two such matrices. Compiled once per instruction set, without
 * fused multiply-add, and summed in an order that does not depend on it: the same bits.
 */
#ifndef BT_MARKETS_PRICING_DENSE_H
#define BT_MARKETS_PRICING_DENSE_H

#include <stdbool.h>
#include <stddef.h>

#include "markets/demand/demand.h"

struct bt_pricing_game;

enum {
    BT_DENSE_CHUNK = 32,       /* types of one pass */
    BT_DENSE_TYPES_LEAST = 16, /* fewer are not worth it */
    BT_DENSE_PRODUCTS_MOST = 400
};

typedef struct bt_dense {
    size_t stride;        /* types, rounded up to whole chunks */
    double *utility;      /* [product * stride] quality / mu */
    double *slope;        /* [stride] alpha / mu */
    double *weight;       /* [stride] zero beyond the last type */
    double *outside;      /* [stride] a_0 / mu, -inf without an outside option */
    double *probability;  /* [product * stride] of the last evaluation */
    double *seller_value; /* [seller * stride] sums of V s */
    double *steepness;    /* [product * stride] a s, for the Jacobian */
    double *row;          /* [stride] scratch of the Jacobian */
} bt_dense;

bool bt_dense_applies(const bt_demand *demand, bool one_transform);

/* From what the game knows of its types: utilities, slopes, outside options. */
bt_dense *bt_dense_create(const struct bt_pricing_game *game);
void bt_dense_destroy(bt_dense *dense);

/* Add the types from first (a multiple of the chunk) to last: sum[product][BT_SUMS], with
 * f(p) in disutility[product] and f'(p) in disutility_slope[product] (NULL: linear).
 * exponent: [(product + 1) * chunk]. Returns the outside share. */
double bt_dense_add(struct bt_pricing_game *game, size_t first, size_t last,
                    const double *disutility, const double *disutility_slope, double *exponent,
                    double *sum);

/* The Jacobian of markets/equilibrium/equilibrium_newton.h at the prices evaluated last, for
 * all products: jacobian[product * product], with f'(p) in disutility_slope[product] and
 * f''(p) in curvature[product] (both NULL: linear). */
void bt_dense_jacobian(struct bt_pricing_game *game, const double *disutility_slope,
                       const double *curvature, double *jacobian);

#endif
