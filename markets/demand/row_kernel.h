/*
 * Weights of options in vectors of LANES doubles.
 *
 * markets/demand/row_weights.c includes this once per instruction set, with
 *     LANES    doubles in a vector: 2, 4 or 8
 *     TARGET   the functions' target attribute
 *     SUFFIX   the end of their names
 *
 * Several vectors pass each step together: their operations do not depend on each other
 * and overlap. Sums run over eight lanes whatever the width of a vector, so that all
 * widths round alike.
 */

#define JOIN_NAMES(name, suffix) name##_##suffix
#define NAME_WITH(name, suffix) JOIN_NAMES(name, suffix)
#define NAME(name) NAME_WITH(name, SUFFIX)
#define INLINED static inline __attribute__((always_inline)) TARGET

typedef double NAME(real) __attribute__((vector_size(8 * LANES)));
typedef double NAME(stored) __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef uint64_t NAME(integer) __attribute__((vector_size(8 * LANES)));

#define REAL NAME(real)
#define INTEGER NAME(integer)
#define ROW_VECTORS (BT_ROW_LANES / LANES)
#define BLOCK_VECTORS (BT_CHOICE_BLOCK / LANES)

INLINED void NAME(load)(REAL *vector, const double *from, size_t count)
{
    for (size_t v = 0; v < count; v++)
        vector[v] = *(const NAME(stored) *)(from + v * LANES);
}

INLINED void NAME(store)(double *to, const REAL *vector, size_t count)
{
    for (size_t v = 0; v < count; v++)
        *(NAME(stored) *)(to + v * LANES) = vector[v];
}

/* largest = max(largest, value), lane by lane; passes over what is not a number. */
INLINED void NAME(keep_larger)(REAL *largest, const REAL *value, size_t count)
{
    for (size_t v = 0; v < count; v++) {
        const INTEGER larger = (INTEGER)(value[v] > largest[v]);

        largest[v] = (REAL)(((INTEGER)value[v] & larger) | ((INTEGER)largest[v] & ~larger));
    }
}

/* value = exp(value) for values up to zero, and zero from -708 down. */
INLINED void NAME(exponentiate)(REAL *value, size_t count)
{
    REAL r[BLOCK_VECTORS], r2[BLOCK_VECTORS], scale[BLOCK_VECTORS];
    INTEGER negligible[BLOCK_VECTORS];

    for (size_t v = 0; v < count; v++) {
        const REAL shifted = value[v] * EXP_LOG2_E + EXP_ROUND;
        const REAL k = shifted - EXP_ROUND;

        negligible[v] = (INTEGER)(value[v] < EXP_NORMAL_ABOVE);
        scale[v] = (REAL)(((INTEGER)shifted + EXP_BIAS) << 52);
        r[v] = (value[v] - k * EXP_LN2_HIGH) - k * EXP_LN2_LOW;
    }
    for (size_t v = 0; v < count; v++)
        r2[v] = r[v] * r[v];
    for (size_t v = 0; v < count; v++)
        value[v] = EXP_OF_REMAINDER(r[v], r2[v], (r2[v] * r2[v])) * scale[v];
    for (size_t v = 0; v < count; v++)
        value[v] = (REAL)((INTEGER)value[v] & ~negligible[v]);
}

static TARGET void NAME(row_utilities)(const bt_row *row, double *utility)
{
    const double unit = 1 / row->scale;
    const size_t room = bt_row_room(row->length);
    size_t k = 0;

    for (; k + LANES <= row->length; k += LANES) {
        REAL quality, disutility;

        NAME(load)(&quality, row->quality + k, 1);
        if (row->product == NULL)
            NAME(load)(&disutility, row->table + k, 1);
        else
            for (size_t lane = 0; lane < LANES; lane++)
                disutility[lane] = row->table[row->product[k + lane]];
        quality = (quality - row->sensitivity * disutility) * unit;
        NAME(store)(utility + k, &quality, 1);
    }
    for (; k < row->length; k++) {
        const size_t product = row->product == NULL ? k : row->product[k];

        utility[k] = (row->quality[k] - row->sensitivity * row->table[product]) * unit;
    }
    utility[k++] = row->outside_utility;
    for (; k < room; k++)
        utility[k] = -INFINITY;
}

/* Utilities to weights, in place and in `weight`. */
INLINED void NAME(weigh)(double *utility, double origin, REAL *weight, size_t count)
{
    NAME(load)(weight, utility, count);
    for (size_t v = 0; v < count; v++)
        weight[v] -= origin;
    NAME(exponentiate)(weight, count);
    NAME(store)(utility, weight, count);
}

static TARGET double NAME(row_weights)(double *utility, size_t length, double *largest)
{
    const size_t room = bt_row_room(length);
    REAL value[ROW_VECTORS], result[ROW_VECTORS];

    NAME(load)(result, utility, ROW_VECTORS);
    for (size_t k = BT_ROW_LANES; k < room; k += BT_ROW_LANES) {
        NAME(load)(value, utility + k, ROW_VECTORS);
        NAME(keep_larger)(result, value, ROW_VECTORS);
    }
    double lane[BT_ROW_LANES];
    NAME(store)(lane, result, ROW_VECTORS);
    *largest = largest_of_lanes(lane);
    const double origin = row_origin(utility, length, largest);

    size_t done = 0;
    for (size_t v = 0; v < ROW_VECTORS; v++)
        result[v] = (REAL){0};
    for (; done < room; done += BT_ROW_LANES) {
        NAME(weigh)(utility + done, origin, value, ROW_VECTORS);
        for (size_t v = 0; v < ROW_VECTORS; v++)
            result[v] += value[v];
    }
    NAME(store)(lane, result, ROW_VECTORS);
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
           ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* The lanes' values of one product; `padded` has room for lanes that are not there. */
INLINED void NAME(load_lanes)(REAL *vector, const double *from, size_t n_lanes, double *padded)
{
    if (n_lanes < BT_CHOICE_BLOCK) {
        memcpy(padded, from, n_lanes * sizeof(double));
        from = padded;
    }
    NAME(load)(vector, from, BLOCK_VECTORS);
}

/* Utilities that fit the panel are packed into it on the way: a stride of thousands of
 * buyers would keep them from staying in the cache. */
static TARGET void NAME(find_largest)(bt_lanes *lanes)
{
    const bool fits = lanes->n_products <= BT_CHOICE_PANEL;
    double padded[BT_CHOICE_BLOCK] = {0};
    REAL largest[BLOCK_VECTORS], utility[BLOCK_VECTORS];

    NAME(load_lanes)(largest, lanes->outside_utility, lanes->n_lanes, padded);
    for (size_t j = 0; j < lanes->n_products; j++) {
        NAME(load_lanes)(utility, lanes->utility + j * lanes->stride, lanes->n_lanes, padded);
        NAME(keep_larger)(largest, utility, BLOCK_VECTORS);
        if (fits)
            NAME(store)(lanes->panel + j * BT_CHOICE_BLOCK, utility, BLOCK_VECTORS);
    }
    NAME(store)(lanes->largest, largest, BLOCK_VECTORS);
    for (size_t i = 0; i < BT_CHOICE_BLOCK; i++)
        if (lanes->largest[i] == -INFINITY)
            lanes->largest[i] = 0;
}

/* The panel gets the cumulative weights of products first .. last - 1. */
static TARGET void NAME(fill_panel)(bt_lanes *lanes, size_t first, size_t last)
{
    const bool packed = lanes->n_products <= BT_CHOICE_PANEL;
    const double *utility = packed ? lanes->panel : lanes->utility;
    const size_t stride = packed ? BT_CHOICE_BLOCK : lanes->stride;
    const size_t n_lanes = packed ? BT_CHOICE_BLOCK : lanes->n_lanes;
    double padded[BT_CHOICE_BLOCK] = {0};
    REAL largest[BLOCK_VECTORS], cumulative[BLOCK_VECTORS], weight[BLOCK_VECTORS];

    NAME(load)(largest, lanes->largest, BLOCK_VECTORS);
    NAME(load)(cumulative, lanes->cumulative, BLOCK_VECTORS);
    for (size_t j = first; j < last; j++) {
        NAME(load_lanes)(weight, utility + j * stride, n_lanes, padded);
        for (size_t v = 0; v < BLOCK_VECTORS; v++)
            weight[v] -= largest[v];
        NAME(exponentiate)(weight, BLOCK_VECTORS);
        for (size_t v = 0; v < BLOCK_VECTORS; v++)
            cumulative[v] += weight[v];
        NAME(store)(lanes->panel + (j - first) * BT_CHOICE_BLOCK, cumulative, BLOCK_VECTORS);
    }
    NAME(store)(lanes->cumulative, cumulative, BLOCK_VECTORS);
}

/* Add the outside option's weight, which stands last, and aim. */
static TARGET void NAME(aim)(bt_lanes *lanes)
{
    double padded[BT_CHOICE_BLOCK] = {0};
    REAL largest[BLOCK_VECTORS], total[BLOCK_VECTORS], weight[BLOCK_VECTORS];

    NAME(load)(largest, lanes->largest, BLOCK_VECTORS);
    NAME(load)(total, lanes->cumulative, BLOCK_VECTORS);
    NAME(load_lanes)(weight, lanes->outside_utility, lanes->n_lanes, padded);
    for (size_t v = 0; v < BLOCK_VECTORS; v++)
        weight[v] -= largest[v];
    NAME(exponentiate)(weight, BLOCK_VECTORS);
    for (size_t v = 0; v < BLOCK_VECTORS; v++)
        total[v] += weight[v];
    NAME(store)(lanes->total, total, BLOCK_VECTORS);
    NAME(load_lanes)(weight, lanes->uniform, lanes->n_lanes, padded);
    for (size_t v = 0; v < BLOCK_VECTORS; v++)
        weight[v] *= total[v];
    NAME(store)(lanes->target, weight, BLOCK_VECTORS);
}

static TARGET void NAME(count_panel)(bt_lanes *lanes, size_t n_rows)
{
    REAL cumulative[BLOCK_VECTORS], target[BLOCK_VECTORS];
    INTEGER n_above[BLOCK_VECTORS];

    for (size_t v = 0; v < BLOCK_VECTORS; v++)
        n_above[v] = (INTEGER){0};
    NAME(load)(target, lanes->target, BLOCK_VECTORS);
    for (size_t j = 0; j < n_rows; j++) {
        NAME(load)(cumulative, lanes->panel + j * BT_CHOICE_BLOCK, BLOCK_VECTORS);
        for (size_t v = 0; v < BLOCK_VECTORS; v++)
            n_above[v] -= (INTEGER)(cumulative[v] > target[v]);
    }
    for (size_t i = 0; i < BT_CHOICE_BLOCK; i++)
        lanes->n_above[i] += n_above[i / LANES][i % LANES];
}

/* Where the products do not fit the panel, its earlier contents are computed again. */
static TARGET void NAME(choose_lanes)(bt_lanes *lanes)
{
    size_t first = 0;

    NAME(find_largest)(lanes);
    memset(lanes->n_above, 0, sizeof lanes->n_above);
    memset(lanes->cumulative, 0, sizeof lanes->cumulative);
    for (; lanes->n_products - first > BT_CHOICE_PANEL; first += BT_CHOICE_PANEL)
        NAME(fill_panel)(lanes, first, first + BT_CHOICE_PANEL);
    NAME(fill_panel)(lanes, first, lanes->n_products);
    NAME(aim)(lanes);
    NAME(count_panel)(lanes, lanes->n_products - first);
    memset(lanes->cumulative, 0, sizeof lanes->cumulative);
    for (size_t again = 0; again < first; again += BT_CHOICE_PANEL) {
        NAME(fill_panel)(lanes, again, again + BT_CHOICE_PANEL);
        NAME(count_panel)(lanes, BT_CHOICE_PANEL);
    }
}

#undef JOIN_NAMES
#undef NAME_WITH
#undef NAME
#undef INLINED
#undef REAL
#undef INTEGER
#undef ROW_VECTORS
#undef BLOCK_VECTORS
#undef LANES
#undef TARGET
#undef SUFFIX
