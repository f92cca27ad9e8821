/* Plain logit types that all consider everything, type by lane. */
#include "markets/equilibrium/pricing_dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/pricing_game.h"
#include "sim/instruction_set.h"
#include "sim/vector_math.h"

#define LANES 2
#define TARGET
#define DENSE_REAL real_baseline
#define DENSE_UTILITIES utilities_baseline
#define DENSE_TOTALS totals_baseline
#define DENSE_SUMS sums_baseline
#define DENSE_DOTS dots_baseline
#define DENSE_DIAGONAL diagonal_baseline
#define DENSE_JACOBIAN jacobian_baseline
#include "markets/equilibrium/pricing_dense_kernel.h"

#if BT_HAS_WIDE_VECTORS

#define LANES 4
#define TARGET BT_TARGET_AVX2
#define DENSE_REAL real_avx2
#define DENSE_UTILITIES utilities_avx2
#define DENSE_TOTALS totals_avx2
#define DENSE_SUMS sums_avx2
#define DENSE_DOTS dots_avx2
#define DENSE_DIAGONAL diagonal_avx2
#define DENSE_JACOBIAN jacobian_avx2
#include "markets/equilibrium/pricing_dense_kernel.h"

#endif

bool bt_dense_applies(const bt_demand *demand, bool one_transform)
{
    return demand->model == BT_LOGIT && one_transform &&
           demand->n_types >= BT_DENSE_TYPES_LEAST &&
           demand->n_products <= BT_DENSE_PRODUCTS_MOST &&
           demand->row_start[demand->n_types] == demand->n_types * demand->n_products;
}

static double *take(double **memory, size_t count)
{
    double *taken = *memory;

    *memory += count;
    return taken;
}

/* Utilities from type by type to product by product; padding types have none. */
static void lay_utilities(const bt_pricing_game *game, bt_dense *dense)
{
    const size_t n = game->n_products;
    const size_t n_types = game->demand->n_types;

    for (size_t j = 0; j < n; j++) {
        double *utility = dense->utility + j * dense->stride;

        for (size_t type = 0; type < n_types; type++)
            utility[type] = game->entry_utility[type * n + j];
        for (size_t type = n_types; type < dense->stride; type++)
            utility[type] = 0;
    }
}

bt_dense *bt_dense_create(const bt_pricing_game *game)
{
    const size_t n = game->n_products;
    const size_t n_types = game->demand->n_types;
    const size_t stride = (n_types + BT_DENSE_CHUNK - 1) / BT_DENSE_CHUNK * BT_DENSE_CHUNK;
    bt_dense *dense = malloc(sizeof *dense);
    double *memory = malloc((4 * n + 4) * stride * sizeof *memory);

    if (dense == NULL || memory == NULL) {
        free(dense);
        free(memory);
        return NULL;
    }
    *dense = (bt_dense){.stride = stride};
    dense->utility = take(&memory, n * stride);
    dense->probability = take(&memory, n * stride);
    dense->seller_value = take(&memory, n * stride);
    dense->steepness = take(&memory, n * stride);
    dense->slope = take(&memory, stride);
    dense->weight = take(&memory, stride);
    dense->outside = take(&memory, stride);
    dense->row = take(&memory, stride);
    for (size_t type = 0; type < stride; type++) {
        const bool real = type < n_types;

        dense->slope[type] = real ? game->type_slope[type] : 1;
        dense->weight[type] = real ? game->demand->weight[type] : 0;
        dense->outside[type] = real ? game->outside_utility[type] : 0;
    }
    lay_utilities(game, dense);
    return dense;
}

void bt_dense_destroy(bt_dense *dense)
{
    if (dense == NULL)
        return;
    free(dense->utility); /* the one block */
    free(dense);
}

double bt_dense_add(bt_pricing_game *game, size_t first, size_t last, const double *disutility,
                    const double *disutility_slope, double *exponent, double *sum)
{
    bt_dense *dense = game->dense;
    const size_t n = game->n_products;
    const uint32_t *seller = game->ownership->seller;
    double outside_share = 0;

    for (size_t chunk = first; chunk < last; chunk += BT_DENSE_CHUNK) {
#if BT_HAS_WIDE_VECTORS
        if (bt_has_instruction_set(BT_AVX2)) {
            utilities_avx2(dense, n, chunk, disutility, exponent);
            bt_exp_block(exponent, (n + 1) * BT_DENSE_CHUNK, exponent);
            outside_share += sums_avx2(dense, n, game->n_sellers, seller, game->value, chunk,
                                       disutility_slope, exponent, sum);
            continue;
        }
#endif
        utilities_baseline(dense, n, chunk, disutility, exponent);
        bt_exp_block(exponent, (n + 1) * BT_DENSE_CHUNK, exponent);
        outside_share += sums_baseline(dense, n, game->n_sellers, seller, game->value, chunk,
                                       disutility_slope, exponent, sum);
    }
    return outside_share;
}

void bt_dense_jacobian(bt_pricing_game *game, const double *disutility_slope,
                       const double *curvature, double *jacobian)
{
#if BT_HAS_WIDE_VECTORS
    if (bt_has_instruction_set(BT_AVX2)) {
        jacobian_avx2(game, disutility_slope, curvature, jacobian);
        return;
    }
#endif
    jacobian_baseline(game, disutility_slope, curvature, jacobian);
}
