/*
 * Random coefficients as weighted nodes: a continuous mixture of buyers becomes a finite
 * number of types.
 *
 * Standard normal nodes z in `dimensions` dimensions, either the tensor grid of
 * Gauss-Hermite quadrature (exact for polynomials of degree 2k - 1 in each coordinate,
 * k points each) or a Sobol or Halton sequence mapped through the normal quantile
 * (equal weights; each point at the centre of its cell is not available, so the
 * sequence's first point, the origin, is skipped). Deterministic: no random draws.
 */
#ifndef BT_MARKETS_RANDOM_COEFFICIENTS_H
#define BT_MARKETS_RANDOM_COEFFICIENTS_H

#include <stddef.h>

#include "sim/status.h"

typedef enum bt_node_method {
    BT_NODES_QUADRATURE,
    BT_NODES_SOBOL,
    BT_NODES_HALTON
} bt_node_method;

typedef struct bt_nodes {
    size_t count;
    size_t dimensions;
    double *weight; /* [count] sum to one */
    double *value;  /* [count * dimensions] */
} bt_nodes;

/* At most `count` nodes. Quadrature needs at least two points a dimension; Sobol
 * sequences exist up to 40 dimensions, Halton's up to 1229: BT_BAD_INPUT otherwise.
 * Zero dimensions give one node. Free with bt_nodes_free. */
bt_status bt_nodes_create(bt_node_method method, size_t count, size_t dimensions,
                          bt_nodes *nodes, bt_error *error);
void bt_nodes_free(bt_nodes *nodes);

#endif
