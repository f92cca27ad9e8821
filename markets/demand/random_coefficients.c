#include "markets/demand/random_coefficients.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_qrng.h>

static bt_status allocate(bt_nodes *nodes, size_t count, size_t dimensions, bt_error *error)
{
    nodes->count = count;
    nodes->dimensions = dimensions;
    nodes->weight = calloc(count, sizeof(double));
    nodes->value = calloc(count * dimensions + 1, sizeof(double));
    if (nodes->weight == NULL || nodes->value == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for %zu nodes of random coefficients",
                       count);
    return BT_OK;
}

/* The largest k with k^dimensions <= count. */
static size_t points_a_dimension(size_t count, size_t dimensions)
{
    size_t points = 1;
    for (;;) {
        size_t total = 1;
        for (size_t d = 0; d < dimensions; d++) {
            if (total > count / (points + 1))
                return points;
            total *= points + 1;
        }
        points++;
    }
}

static void fill_tensor_grid(bt_nodes *nodes, size_t points, const double *abscissa,
                             const double *weight)
{
    for (size_t i = 0; i < nodes->count; i++) {
        size_t digits = i;
        nodes->weight[i] = 1;
        for (size_t d = 0; d < nodes->dimensions; d++) {
            size_t k = digits % points;
            digits /= points;
            nodes->value[i * nodes->dimensions + d] = abscissa[k];
            nodes->weight[i] *= weight[k] / (M_SQRT2 * M_SQRTPI);
        }
    }
}

static bt_status quadrature(bt_nodes *nodes, size_t count, size_t dimensions, bt_error *error)
{
    size_t points = points_a_dimension(count, dimensions);
    if (points < 2)
        return bt_fail(error, BT_BAD_INPUT,
                       "%zu nodes are too few for quadrature over %zu random coefficients "
                       "(two points each need 2^%zu); give more nodes or use the method sobol",
                       count, dimensions, dimensions);
    size_t total = 1;
    for (size_t d = 0; d < dimensions; d++)
        total *= points;
    /* weight function exp(-x^2 / 2) */
    gsl_integration_fixed_workspace *rule =
        gsl_integration_fixed_alloc(gsl_integration_fixed_hermite, points, 0, 0.5, 0, 0);
    if (rule == NULL)
        return bt_fail(error, BT_INTERNAL, "no quadrature rule with %zu points", points);
    bt_status status = allocate(nodes, total, dimensions, error);
    if (status == BT_OK)
        fill_tensor_grid(nodes, points, gsl_integration_fixed_nodes(rule),
                         gsl_integration_fixed_weights(rule));
    gsl_integration_fixed_free(rule);
    return status;
}

static bt_status sequence(const gsl_qrng_type *type, bt_nodes *nodes, size_t count,
                          size_t dimensions, bt_error *error)
{
    if (dimensions > type->max_dimension)
        return bt_fail(error, BT_BAD_INPUT,
                       "a %s sequence has at most %u dimensions; %zu random coefficients were "
                       "asked for",
                       type->name, type->max_dimension, dimensions);
    gsl_qrng *generator = gsl_qrng_alloc(type, (unsigned int)dimensions);
    if (generator == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a %s sequence", type->name);
    bt_status status = allocate(nodes, count, dimensions, error);
    for (size_t i = 0; status == BT_OK && i < count; i++) {
        double *point = nodes->value + i * dimensions;
        gsl_qrng_get(generator, point); /* GSL leaves the origin out */
        for (size_t d = 0; d < dimensions; d++)
            point[d] = gsl_cdf_ugaussian_Pinv(point[d]);
        nodes->weight[i] = 1 / (double)count;
    }
    gsl_qrng_free(generator);
    return status;
}

bt_status bt_nodes_create(bt_node_method method, size_t count, size_t dimensions,
                          bt_nodes *nodes, bt_error *error)
{
    memset(nodes, 0, sizeof(*nodes));
    bt_status status;
    if (dimensions == 0) {
        status = allocate(nodes, 1, 0, error);
        if (status == BT_OK)
            nodes->weight[0] = 1;
    } else if (method == BT_NODES_QUADRATURE) {
        status = quadrature(nodes, count, dimensions, error);
    } else {
        status = sequence(method == BT_NODES_SOBOL ? gsl_qrng_sobol : gsl_qrng_halton, nodes,
                          count, dimensions, error);
    }
    if (status != BT_OK)
        bt_nodes_free(nodes);
    return status;
}

void bt_nodes_free(bt_nodes *nodes)
{
    free(nodes->weight);
    free(nodes->value);
    memset(nodes, 0, sizeof(*nodes));
}
