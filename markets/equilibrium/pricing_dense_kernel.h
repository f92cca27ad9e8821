/*
 * The passes over types of markets/equilibrium/pricing_dense.c, included once per instruction
 * set with LANES           doubles in a vector TARGET          the functions' target attribute
 *     DENSE_UTILITIES, DENSE_SUMS, DENSE_DOT, DENSE_JACOBIAN_ROWS   their names
 * Loops run over whole chunks of types; sums over types are kept in eight lanes.
 */

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

/* From the exponentials: probabilities, sums by seller, and sums over the chunk's types. */
static TARGET double DENSE_SUMS(bt_dense *dense, size_t n_products, size_t n_sellers,
                                const uint32_t *seller, const double *product_value,
                                size_t chunk, const double *disutility_slope,
                                const double *restrict exponent, double *restrict sum)
{
    const double *restrict slope = dense->slope + chunk;
    const double *restrict weight = dense->weight + chunk;
    const double *restrict outside = exponent + n_products * BT_DENSE_CHUNK;
    typedef double real __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
    const real zero = {0};
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
        real share_sum[8 / LANES] = {zero};
        real lambda_sum[8 / LANES] = {zero};
        real value_sum[8 / LANES] = {zero};
        real own_sum[8 / LANES] = {zero};
        double lane[BT_SUMS][8];

        for (size_t r = 0; r < BT_DENSE_CHUNK; r += 8)
            for (size_t v = 0; v < 8 / LANES; v++) {
                const size_t at = r + v * LANES;
                const real bought = *(const real *)(probability + at);
                const real share = *(const real *)(weight + at) * bought;
                const real lambda = share * *(const real *)(slope + at);

                share_sum[v] += share;
                lambda_sum[v] += lambda;
                value_sum[v] += lambda * *(const real *)(own + at);
                own_sum[v] += lambda * bought;
            }
        memcpy(lane[BT_SUM_SHARE], share_sum, sizeof share_sum);
        memcpy(lane[BT_SUM_LAMBDA], lambda_sum, sizeof lambda_sum);
        memcpy(lane[BT_SUM_GAMMA_VALUE], value_sum, sizeof value_sum);
        memcpy(lane[BT_SUM_OWN_GAMMA], own_sum, sizeof own_sum);
        for (size_t s = 0; s < BT_SUMS; s++) {
            const double *k = lane[s];
            const double total =
                ((k[0] + k[1]) + (k[2] + k[3])) + ((k[4] + k[5]) + (k[6] + k[7]));

            sum[BT_SUMS * j + s] += s == BT_SUM_SHARE ? total : bend * total;
        }
    }
    return outside_share;
}

static TARGET double DENSE_DOT(const double *restrict a, const double *restrict b, size_t count)
{
    typedef double real __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
    const real zero = {0};
    real sum[8 / LANES] = {zero};
    double k[8];

    for (size_t r = 0; r < count; r += 8)
        for (size_t v = 0; v < 8 / LANES; v++)
            sum[v] += *(const real *)(a + r + v * LANES) * *(const real *)(b + r + v * LANES);
    memcpy(k, sum, sizeof k);
    return ((k[0] + k[1]) + (k[2] + k[3])) + ((k[4] + k[5]) + (k[6] + k[7]));
}

/* All rows of the Jacobian but the diagonal part; margins from zero-margin prices. */
static TARGET void DENSE_JACOBIAN_ROWS(bt_dense *dense, size_t n_products,
                                       const uint32_t *seller, const double *margin,
                                       double unit, const double *disutility_slope,
                                       double *jacobian)
{
    const size_t stride = dense->stride;

    for (size_t j = 0; j < n_products; j++) {
        const double bend = disutility_slope == NULL ? 1 : disutility_slope[j];
        const double *restrict probability = dense->probability + j * stride;
        double *restrict steepness = dense->steepness + j * stride;

        for (size_t r = 0; r < stride; r++)
            steepness[r] = dense->slope[r] * bend * probability[r];
    }
    for (size_t j = 0; j < n_products; j++) {
        const double *restrict probability = dense->probability + j * stride;
        const double *restrict steepness = dense->steepness + j * stride;
        const double *restrict own = dense->seller_value + seller[j] * stride;
        const double own_margin = margin[j] * unit;
        double *restrict row = dense->row;

        for (size_t r = 0; r < stride; r++)
            row[r] = dense->weight[r] *
                     (probability[r] + steepness[r] * (2 * (own[r] * unit) - own_margin));
        for (size_t l = 0; l < n_products; l++)
            jacobian[j * n_products + l] =
                DENSE_DOT(row, dense->steepness + l * stride, stride);
        for (size_t r = 0; r < stride; r++)
            row[r] = dense->weight[r] * steepness[r];
        for (size_t l = 0; l < n_products; l++)
            if (seller[l] == seller[j])
                jacobian[j * n_products + l] +=
                    DENSE_DOT(row, dense->probability + l * stride, stride) -
                    margin[l] * unit * DENSE_DOT(row, dense->steepness + l * stride, stride);
    }
}

#undef LANES
#undef TARGET
#undef DENSE_UTILITIES
#undef DENSE_SUMS
#undef DENSE_DOT
#undef DENSE_JACOBIAN_ROWS
