/*
 * The passes over types of markets/equilibrium/pricing_dense.c, included once per instruction
 * set with
 *     LANES        doubles in a vector, 2 or 4
 *     DENSE_REAL   the name of its type
 *     TARGET       the functions' target attribute
 *     DENSE_UTILITIES, DENSE_TOTALS, DENSE_SUMS, DENSE_DOTS, DENSE_DIAGONAL, DENSE_JACOBIAN
 *                  their names
 * Loops run over whole chunks of types; sums over types are kept in eight lanes.
 */
#define DENSE_VECTORS (8 / LANES) /* of eight lanes */

typedef double DENSE_REAL __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

/* exponent[(product + 1) * chunk]: utilities less the largest of each type, the outside
 * option's last. */
static TARGET void DENSE_UTILITIES(const bt_dense *dense, size_t n_products, size_t chunk,
                                   const double *disutility, double *restrict exponent)
{
    const double *restrict slope = dense->slope + chunk;
    const double *restrict outside = dense->outside + chunk;
    double largest[BT_DENSE_CHUNK];

    for (size_t r = 0; r < BT_DENSE_CHUNK; r++)
        largest[r] = outside[r];
    for (size_t j = 0; j < n_products; j++) {
        const double *restrict utility = dense->utility + j * dense->stride + chunk;
        double *restrict value = exponent + j * BT_DENSE_CHUNK;
        const double at = disutility[j];

        for (size_t r = 0; r < BT_DENSE_CHUNK; r++) {
            value[r] = utility[r] - slope[r] * at;
            largest[r] = value[r] > largest[r] ? value[r] : largest[r];
        }
    }
    for (size_t r = 0; r < BT_DENSE_CHUNK; r++)
        largest[r] = largest[r] == -INFINITY ? 0 : largest[r];
    for (size_t j = 0; j < n_products; j++) {
        double *restrict value = exponent + j * BT_DENSE_CHUNK;

        for (size_t r = 0; r < BT_DENSE_CHUNK; r++)
            value[r] -= largest[r];
    }
    for (size_t r = 0; r < BT_DENSE_CHUNK; r++)
        exponent[n_products * BT_DENSE_CHUNK + r] = outside[r] - largest[r];
}

/* Four sums, each ((k0 + k1) + (k2 + k3)) + ((k4 + k5) + (k6 + k7)) of its lanes. */
static TARGET inline void DENSE_TOTALS(DENSE_REAL sum[4][DENSE_VECTORS], double total[4])
{
#if LANES == 4
    DENSE_REAL half[2];

    for (size_t v = 0; v < 2; v++) {
        const DENSE_REAL pairs01 = __builtin_shufflevector(sum[0][v], sum[1][v], 0, 4, 2, 6) +
                                   __builtin_shufflevector(sum[0][v], sum[1][v], 1, 5, 3, 7);
        const DENSE_REAL pairs23 = __builtin_shufflevector(sum[2][v], sum[3][v], 0, 4, 2, 6) +
                                   __builtin_shufflevector(sum[2][v], sum[3][v], 1, 5, 3, 7);

        half[v] = __builtin_shufflevector(pairs01, pairs23, 0, 1, 4, 5) +
                  __builtin_shufflevector(pairs01, pairs23, 2, 3, 6, 7);
    }
    const DENSE_REAL whole = half[0] + half[1];
    memcpy(total, &whole, sizeof whole);
#else
    for (size_t s = 0; s < 4; s++) {
        double k[8];

        memcpy(k, sum[s], sizeof k);
        total[s] = ((k[0] + k[1]) + (k[2] + k[3])) + ((k[4] + k[5]) + (k[6] + k[7]));
    }
#endif
}

/* From the exponentials: probabilities, sums by seller, and sums over the chunk's types. */
static TARGET double DENSE_SUMS(bt_dense *dense, size_t n_products, size_t n_sellers,
                                const uint32_t *seller, const double *product_value,
                                size_t chunk, const double *disutility_slope,
                                const double *restrict exponent, double *restrict sum)
{
    const double *restrict slope = dense->slope + chunk;
    const double *restrict weight = dense->weight + chunk;
    const double *restrict outside = exponent + n_products * BT_DENSE_CHUNK;
    const DENSE_REAL zero = {0};
    double unit[BT_DENSE_CHUNK];
    double outside_share = 0;

    for (size_t r = 0; r < BT_DENSE_CHUNK; r++)
        unit[r] = outside[r];
    for (size_t j = 0; j < n_products; j++)
        for (size_t r = 0; r < BT_DENSE_CHUNK; r++)
            unit[r] += exponent[j * BT_DENSE_CHUNK + r];
    for (size_t r = 0; r < BT_DENSE_CHUNK; r++) {
        /* Who can have nothing stays out. */
        const double total = unit[r];

        unit[r] = total > 0 ? 1 / total : 0;
        outside_share += weight[r] * (total > 0 ? outside[r] * unit[r] : 1);
    }
    for (size_t i = 0; i < n_sellers; i++)
        for (size_t r = 0; r < BT_DENSE_CHUNK; r++)
            dense->seller_value[i * dense->stride + chunk + r] = 0;
    for (size_t j = 0; j < n_products; j++) {
        const double *restrict value = exponent + j * BT_DENSE_CHUNK;
        double *restrict probability = dense->probability + j * dense->stride + chunk;
        double *restrict own = dense->seller_value + seller[j] * dense->stride + chunk;
        const double product = product_value[j];

        for (size_t r = 0; r < BT_DENSE_CHUNK; r++) {
            probability[r] = value[r] * unit[r];
            own[r] += product * probability[r];
        }
    }
    for (size_t j = 0; j < n_products; j++) {
        const double *restrict probability = dense->probability + j * dense->stride + chunk;
        const double *restrict own = dense->seller_value + seller[j] * dense->stride + chunk;
        const double bend = disutility_slope == NULL ? 1 : disutility_slope[j];
        DENSE_REAL lanes[BT_SUMS][DENSE_VECTORS] = {{zero}};
        double total[BT_SUMS];

        for (size_t r = 0; r < BT_DENSE_CHUNK; r += 8)
            for (size_t v = 0; v < DENSE_VECTORS; v++) {
                const size_t at = r + v * LANES;
                const DENSE_REAL bought = *(const DENSE_REAL *)(probability + at);
                const DENSE_REAL share = *(const DENSE_REAL *)(weight + at) * bought;
                const DENSE_REAL lambda = share * *(const DENSE_REAL *)(slope + at);

                lanes[BT_SUM_SHARE][v] += share;
                lanes[BT_SUM_LAMBDA][v] += lambda;
                lanes[BT_SUM_GAMMA_VALUE][v] += lambda * *(const DENSE_REAL *)(own + at);
                lanes[BT_SUM_OWN_GAMMA][v] += lambda * bought;
            }
        DENSE_TOTALS(lanes, total);
        for (size_t s = 0; s < BT_SUMS; s++)
            sum[BT_SUMS * j + s] += s == BT_SUM_SHARE ? total[s] : bend * total[s];
    }
    return outside_share;
}

/* product[i] = row . column[i], four columns at a time. */
static TARGET void DENSE_DOTS(const double *restrict row, const double *const *column,
                              size_t n_columns, size_t count, double *restrict product)
{
    const DENSE_REAL zero = {0};

    for (size_t first = 0; first < n_columns; first += 4) {
        const size_t taken = n_columns - first < 4 ? n_columns - first : 4;
        const double *restrict at[4];
        DENSE_REAL lanes[4][DENSE_VECTORS] = {{zero}};
        double total[4];

        for (size_t k = 0; k < 4; k++)
            at[k] = column[first + (k < taken ? k : 0)];
        for (size_t r = 0; r < count; r += 8)
            for (size_t v = 0; v < DENSE_VECTORS; v++) {
                const DENSE_REAL value = *(const DENSE_REAL *)(row + r + v * LANES);

                for (size_t k = 0; k < 4; k++)
                    lanes[k][v] += value * *(const DENSE_REAL *)(at[k] + r + v * LANES);
            }
        DENSE_TOTALS(lanes, total);
        for (size_t k = 0; k < taken; k++)
            product[first + k] = total[k];
    }
}

/* before + sum over types of w (a' - a a) s (M - margin), by four lanes. */
static TARGET double DENSE_DIAGONAL(const bt_dense *dense, size_t product, size_t seller,
                                    double bend, double curvature, double unit, double margin,
                                    double before)
{
    const DENSE_REAL zero = {0};
    const double *probability = dense->probability + product * dense->stride;
    const double *own = dense->seller_value + seller * dense->stride;
    DENSE_REAL lanes[4 / LANES] = {zero};
    double k[4];

    for (size_t r = 0; r < dense->stride; r += 4)
        for (size_t v = 0; v < 4 / LANES; v++) {
            const size_t at = r + v * LANES;
            const DENSE_REAL linear = *(const DENSE_REAL *)(dense->slope + at);
            const DENSE_REAL slope = linear * bend;

            lanes[v] += *(const DENSE_REAL *)(dense->weight + at) *
                        (linear * curvature - slope * slope) *
                        *(const DENSE_REAL *)(probability + at) *
                        (*(const DENSE_REAL *)(own + at) * unit - margin);
        }
    memcpy(k, lanes, sizeof k);
    return before + (k[0] + k[1]) + (k[2] + k[3]);
}

/* The whole Jacobian; margins from zero-margin prices. */
static TARGET void DENSE_JACOBIAN(bt_pricing_game *game, const double *disutility_slope,
                                  const double *curvature, double *jacobian)
{
    const bt_dense *dense = game->dense;
    const size_t n = game->n_products;
    const size_t stride = dense->stride;
    const uint32_t *seller = game->ownership->seller;
    const double unit = 1 / game->keep;

    const double *column[2 * BT_DENSE_PRODUCTS_MOST];
    double product[2 * BT_DENSE_PRODUCTS_MOST];

    for (size_t j = 0; j < n; j++) {
        const double bend = disutility_slope == NULL ? 1 : disutility_slope[j];
        const double *restrict probability = dense->probability + j * stride;
        double *restrict steepness = dense->steepness + j * stride;

        for (size_t r = 0; r < stride; r++)
            steepness[r] = dense->slope[r] * bend * probability[r];
    }
    for (size_t j = 0; j < n; j++) {
        const double bend = disutility_slope == NULL ? 1 : disutility_slope[j];
        const double *restrict probability = dense->probability + j * stride;
        const double *restrict steepness = dense->steepness + j * stride;
        const double *restrict own = dense->seller_value + seller[j] * stride;
        const double own_margin = game->margin[j] * unit;
        double *restrict row = dense->row;
        size_t n_own = 0;

        for (size_t r = 0; r < stride; r++)
            row[r] = dense->weight[r] *
                     (probability[r] + steepness[r] * (2 * (own[r] * unit) - own_margin));
        for (size_t l = 0; l < n; l++)
            column[l] = dense->steepness + l * stride;
        DENSE_DOTS(row, column, n, stride, jacobian + j * n);

        for (size_t r = 0; r < stride; r++)
            row[r] = dense->weight[r] * steepness[r];
        for (size_t l = 0; l < n; l++)
            if (seller[l] == seller[j]) {
                column[n_own++] = dense->probability + l * stride;
                column[n_own++] = dense->steepness + l * stride;
            }
        DENSE_DOTS(row, column, n_own, stride, product);
        const double *pair = product;
        for (size_t l = 0; l < n; l++)
            if (seller[l] == seller[j]) {
                jacobian[j * n + l] += pair[0] - game->margin[l] * unit * pair[1];
                pair += 2;
            }
        jacobian[j * n + j] +=
            DENSE_DIAGONAL(dense, j, seller[j], bend, curvature == NULL ? 0 : curvature[j],
                           unit, own_margin, -2 * game->sum[BT_SUMS * j + BT_SUM_LAMBDA]);
    }
}

#undef LANES
#undef TARGET
#undef DENSE_VECTORS
#undef DENSE_REAL
#undef DENSE_UTILITIES
#undef DENSE_TOTALS
#undef DENSE_SUMS
#undef DENSE_DOTS
#undef DENSE_DIAGONAL
#undef DENSE_JACOBIAN
