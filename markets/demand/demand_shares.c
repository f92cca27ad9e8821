/* Choice probabilities of one type, and shares as their sum over types. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "markets/demand/demand.h"
#include "markets/demand/demand_work.h"
#include "sim/vector_math.h"

/* Sums of one block of types. */
typedef struct share_sums {
    double *share; /* [product] */
    double outside_share;
    double consumer_surplus;
} share_sums;

/* Utilities of a row and its outside option, in units of mu; `table` is f(p) by product, or
 * NULL. */
static void row_utilities(const bt_demand *demand, size_t type, const double *price,
                          const double *table, bt_demand_scratch *scratch)
{
    const size_t begin = demand->row_start[type];
    const uint32_t *product = demand->considered_product + begin;
    bt_row row = {.length = demand->row_start[type + 1] - begin,
                  .quality = demand->considered_quality + begin,
                  .product = product,
                  .table = table,
                  .sensitivity = demand->price_sensitivity[type],
                  .scale = demand->scale[type],
                  .outside_utility = -INFINITY};

    if (demand->has_outside_option)
        row.outside_utility = demand->outside_utility[type] / row.scale;
    if (table == NULL) {
        for (size_t k = 0; k < row.length; k++)
            scratch->disutility[k] = bt_price_disutility(demand, type, price[product[k]]);
        row.table = scratch->disutility;
    }
    if (table == NULL || row.length == demand->n_products)
        row.product = NULL;
    scratch->kernel->utilities(&row, scratch->utility);
}

/* exp(u - max u) of a logit row into scratch->utility; returns their sum. */
static double row_weights(const bt_demand *demand, size_t type, const double *price,
                          const double *table, double *largest, bt_demand_scratch *scratch)
{
    const size_t length = demand->row_start[type + 1] - demand->row_start[type];

    row_utilities(demand, type, price, table, scratch);
    return scratch->kernel->weights(scratch->utility, length, largest);
}

/* The tables of f(p) that the types share. */
static void fill_tables(const bt_demand *demand, const double *price, bt_demand_work *work)
{
    if (work->n_tables <= BT_TABLE_LOG)
        return;
    for (size_t product = 0; product < demand->n_products; product++)
        work->table[BT_TABLE_LOG][product] = bt_log_price(price[product]);
    for (size_t own = BT_TABLE_FIRST_OWN; own < work->n_tables; own++) {
        const size_t type = work->table_type[own];
        const double value = demand->transform_value[type];
        const bool box_cox = demand->transform[type] == BT_PRICE_BOX_COX;

        for (size_t product = 0; product < demand->n_products; product++)
            work->table[own][product] =
                box_cox ? bt_box_cox_of_log(value, work->table[BT_TABLE_LOG][product])
                        : bt_budget_disutility(value, price[product]);
    }
}

static const double *table_of(const bt_demand_work *work, size_t type, const double *price)
{
    const uint8_t table = work->type_table[type];

    return table == BT_TABLE_PRICE ? price : table == BT_TABLE_NONE ? NULL : work->table[table];
}

/* What a single row may use without tables being filled: the prices, when linear. */
static const double *table_of_one_row(const bt_demand *demand, size_t type, const double *price)
{
    return demand->transform[type] == BT_PRICE_LINEAR ? price : NULL;
}

static double largest_of(const double *value, size_t count)
{
    double largest = -INFINITY;

    for (size_t k = 0; k < count; k++)
        largest = value[k] > largest ? value[k] : largest;
    return largest;
}

static double sum_of(const double *value, size_t count)
{
    double sum = 0;

    for (size_t k = 0; k < count; k++)
        sum += value[k];
    return sum;
}

/* exp(u/mu - largest) within each nest, sums and inclusive values of the nests that the
 * row touches (in order of first appearance). Returns how many. */
static size_t nest_values(const bt_demand *demand, const uint32_t *product, size_t length,
                          bt_demand_scratch *scratch)
{
    const double spread = 1 - demand->nest_correlation;
    double *value = scratch->utility;
    size_t n_touched = 0;

    for (size_t k = 0; k < length; k++) {
        scratch->nest_largest[demand->nest[product[k]]] = -INFINITY;
        scratch->nest_sum[demand->nest[product[k]]] = -1;
    }
    for (size_t k = 0; k < length; k++) {
        double *largest = &scratch->nest_largest[demand->nest[product[k]]];

        value[k] = (value[k] > BT_LARGEST_UTILITY ? BT_LARGEST_UTILITY : value[k]) / spread;
        *largest = value[k] > *largest ? value[k] : *largest;
    }
    for (size_t k = 0; k < length; k++) {
        const double largest = scratch->nest_largest[demand->nest[product[k]]];

        value[k] = largest == -INFINITY ? -INFINITY : value[k] - largest;
    }
    bt_exp_block(value, length, value);
    for (size_t k = 0; k < length; k++) {
        const uint32_t nest = demand->nest[product[k]];

        if (scratch->nest_sum[nest] < 0) {
            scratch->nest_sum[nest] = 0;
            scratch->nest_of_row[n_touched++] = nest;
        }
        scratch->nest_sum[nest] += value[k];
    }
    for (size_t i = 0; i < n_touched; i++) {
        const uint32_t nest = scratch->nest_of_row[i];

        scratch->nest_inclusive[i] =
            spread * (scratch->nest_largest[nest] + bt_log(scratch->nest_sum[nest]));
    }
    return n_touched;
}

/* Nested logit of one row, in two levels. */
static double nested_probabilities(const bt_demand *demand, size_t type, const double *price,
                                   const double *table, double *probability,
                                   double *outside_probability, bt_demand_scratch *scratch)
{
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const uint32_t *product = demand->considered_product + begin;
    double *inclusive = scratch->nest_inclusive;

    row_utilities(demand, type, price, table, scratch);
    const double outside = scratch->utility[length];
    const size_t n_touched = nest_values(demand, product, length, scratch);
    inclusive[n_touched] = outside;
    const double largest = largest_of(inclusive, n_touched + 1);
    for (size_t i = 0; i <= n_touched; i++)
        inclusive[i] =
            largest == -INFINITY ? (i == n_touched ? 0 : -INFINITY) : inclusive[i] - largest;
    bt_exp_block(inclusive, n_touched + 1, inclusive);
    const double total = sum_of(inclusive, n_touched + 1);
    for (size_t i = 0; i < n_touched; i++) {
        double *nest_sum = &scratch->nest_sum[scratch->nest_of_row[i]];

        *nest_sum = *nest_sum > 0 ? inclusive[i] / total / *nest_sum : 0;
    }
    for (size_t k = 0; k < length; k++)
        probability[k] = scratch->utility[k] * scratch->nest_sum[demand->nest[product[k]]];
    *outside_probability = inclusive[n_touched] / total;
    return demand->scale[type] * (largest + bt_log(total));
}

void bt_choice_utilities(const bt_demand *demand, size_t type, const double *price,
                         double *utility, double *outside_utility, bt_demand_work *work)
{
    const size_t length = demand->row_start[type + 1] - demand->row_start[type];
    bt_demand_scratch *scratch = &work->scratch[0];

    row_utilities(demand, type, price, table_of_one_row(demand, type, price), scratch);
    memcpy(utility, scratch->utility, length * sizeof(double));
    *outside_utility = scratch->utility[length];
}

void bt_row_choice_weights(const bt_demand *demand, size_t type, const double *price,
                           bt_demand_scratch *scratch)
{
    const size_t length = demand->row_start[type + 1] - demand->row_start[type];
    const double *table = table_of_one_row(demand, type, price);
    double largest = 0, outside = 0;

    if (demand->model == BT_NESTED_LOGIT) {
        nested_probabilities(demand, type, price, table, scratch->utility, &outside, scratch);
        scratch->utility[length] = outside;
    } else {
        row_weights(demand, type, price, table, &largest, scratch);
    }
}

void bt_choice_weights(const bt_demand *demand, size_t type, const double *price,
                       double *weight, double *outside_weight, bt_demand_work *work)
{
    const size_t length = demand->row_start[type + 1] - demand->row_start[type];
    const double *found = work->scratch[0].utility;

    bt_row_choice_weights(demand, type, price, &work->scratch[0]);
    memcpy(weight, found, length * sizeof(double));
    *outside_weight = found[length];
}

double bt_row_probabilities(const bt_demand *demand, size_t type, const double *price,
                            double *probability, double *outside_probability,
                            bt_demand_scratch *scratch)
{
    const size_t length = demand->row_start[type + 1] - demand->row_start[type];
    const double *table = table_of_one_row(demand, type, price);
    double largest = 0;

    if (demand->model == BT_NESTED_LOGIT)
        return nested_probabilities(demand, type, price, table, probability,
                                    outside_probability, scratch);
    const double total = row_weights(demand, type, price, table, &largest, scratch);
    const double unit = 1 / total;
    for (size_t k = 0; k < length; k++)
        probability[k] = scratch->utility[k] * unit;
    *outside_probability = scratch->utility[length] * unit;
    return demand->scale[type] * (largest + bt_log(total));
}

double bt_choice_probabilities(const bt_demand *demand, size_t type, const double *price,
                               double *probability, double *outside_probability,
                               bt_demand_work *work)
{
    return bt_row_probabilities(demand, type, price, probability, outside_probability,
                                &work->scratch[0]);
}

/* Add one row's probabilities, given up to the factor `share_of_unit`. */
static void add_row(const bt_demand *demand, size_t type, const double *value,
                    double share_of_unit, share_sums *sums)
{
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const uint32_t *product = demand->considered_product + begin;

    if (length == demand->n_products)
        for (size_t k = 0; k < length; k++)
            sums->share[k] += value[k] * share_of_unit;
    else
        for (size_t k = 0; k < length; k++)
            sums->share[product[k]] += value[k] * share_of_unit;
}

static void add_nested_types(const bt_demand *demand, size_t first, size_t last,
                             const double *price, const bt_demand_work *work,
                             bt_demand_scratch *scratch, share_sums *sums)
{
    for (size_t type = first; type < last; type++) {
        const double weight = demand->weight[type];
        double outside = 0;

        if (weight == 0)
            continue;
        const double utility =
            nested_probabilities(demand, type, price, table_of(work, type, price),
                                 scratch->utility, &outside, scratch);
        add_row(demand, type, scratch->utility, weight, sums);
        sums->outside_share += weight * outside;
        sums->consumer_surplus += weight * utility / demand->price_sensitivity[type];
    }
}

static void add_logit_types(const bt_demand *demand, size_t first, size_t last,
                            const double *price, bool want_surplus, const bt_demand_work *work,
                            bt_demand_scratch *scratch, share_sums *sums)
{
    for (size_t type = first; type < last; type++) {
        const size_t length = demand->row_start[type + 1] - demand->row_start[type];
        const double weight = demand->weight[type];
        double largest = 0;

        if (weight == 0)
            continue;
        const double total =
            row_weights(demand, type, price, table_of(work, type, price), &largest, scratch);
        add_row(demand, type, scratch->utility, weight / total, sums);
        sums->outside_share += scratch->utility[length] * (weight / total);
        if (want_surplus)
            sums->consumer_surplus += weight * demand->scale[type] /
                                      demand->price_sensitivity[type] *
                                      (largest + bt_log(total));
    }
}

static void add_types(const bt_demand *demand, size_t first, size_t last, const double *price,
                      bool want_surplus, const bt_demand_work *work, bt_demand_scratch *scratch,
                      share_sums *sums)
{
    if (demand->model == BT_NESTED_LOGIT)
        add_nested_types(demand, first, last, price, work, scratch, sums);
    else
        add_logit_types(demand, first, last, price, want_surplus, work, scratch, sums);
}

/* Blocks side by side, then added in order. */
static void add_blocks(const bt_demand *demand, const double *price, bool want_surplus,
                       bt_demand_work *work, share_sums *sums)
{
    const size_t n_products = demand->n_products;
    const size_t stride = n_products + 2;

#pragma omp parallel for num_threads((int)work->n_threads_used) schedule(dynamic)
    for (size_t block = 0; block < work->n_blocks; block++) {
        double *block_share = work->block_share + block * stride;
        share_sums block_sums = {.share = block_share};

        memset(block_share, 0, stride * sizeof(double));
        add_types(demand, work->block_start[block], work->block_start[block + 1], price,
                  want_surplus, work, &work->scratch[omp_get_thread_num()], &block_sums);
        block_share[n_products] = block_sums.outside_share;
        block_share[n_products + 1] = block_sums.consumer_surplus;
    }
    for (size_t block = 0; block < work->n_blocks; block++) {
        const double *block_share = work->block_share + block * stride;

        for (size_t product = 0; product < n_products; product++)
            sums->share[product] += block_share[product];
        sums->outside_share += block_share[n_products];
        sums->consumer_surplus += block_share[n_products + 1];
    }
}

void bt_demand_shares(const bt_demand *demand, const double *price, double *share,
                      double *outside_share, double *consumer_surplus, bt_demand_work *work)
{
    const bool want_surplus = consumer_surplus != NULL && work->all_linear;
    share_sums sums = {.share = share};

    memset(share, 0, demand->n_products * sizeof(double));
    fill_tables(demand, price, work);
    if (work->n_blocks == 1)
        add_types(demand, 0, demand->n_types, price, want_surplus, work, &work->scratch[0],
                  &sums);
    else
        add_blocks(demand, price, want_surplus, work, &sums);
    *outside_share = sums.outside_share;
    if (consumer_surplus != NULL)
        *consumer_surplus = want_surplus ? sums.consumer_surplus : NAN;
}
