#include "markets/demand/choice.h"

#include "markets/demand/demand_work.h"
#include "markets/demand/row_weights.h"
#include "sim/vector_math.h"

uint32_t bt_choose_by_inversion(const double *weight, size_t n_options, double outside_weight,
                                double uniform)
{
    double total = 0;

    for (size_t k = 0; k < n_options; k++)
        total += weight[k];
    const double target = uniform * (total + outside_weight);
    double cumulative = 0;
    for (size_t k = 0; k < n_options; k++) {
        cumulative += weight[k];
        if (cumulative > target)
            return (uint32_t)k;
    }
    return BT_CHOSE_OUTSIDE;
}

/* How many of the ascending cumulative weights are not above the target. Without branches:
 * none could be foreseen. */
static size_t count_not_above(const double *cumulative, size_t count, double target)
{
    const double *base = cumulative;

    while (count > 1) {
        const size_t half = count / 2;

        base += half * (size_t) !(base[half - 1] > target);
        count -= half;
    }
    return (size_t)(base - cumulative) + (count == 1 && !(base[0] > target));
}

/* The product at place k of a row; looked up only where some products are left out. */
static uint32_t product_at(const bt_demand *demand, size_t begin, size_t length, size_t k)
{
    if (k >= length)
        return BT_CHOSE_OUTSIDE;
    return length == demand->n_products ? (uint32_t)k : demand->considered_product[begin + k];
}

/* The cumulative weights of a type's row; returns the total. */
static double cumulative_weights(const bt_demand *demand, size_t type, const double *price,
                                 const double **cumulative, bt_demand_work *work)
{
    const size_t length = demand->row_start[type + 1] - demand->row_start[type];
    double *weight = work->scratch[0].utility;
    double sum = 0;

    bt_row_choice_weights(demand, type, price, &work->scratch[0]);
    for (size_t k = 0; k < length; k++) {
        sum += weight[k];
        weight[k] = sum;
    }
    *cumulative = weight;
    return sum + weight[length];
}

void bt_choose_common(const bt_demand *demand, size_t type, const double *price,
                      const double *uniform, size_t count, uint32_t *choice, uint64_t *sold,
                      bt_demand_work *work)
{
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const double *cumulative = NULL;
    const double total = cumulative_weights(demand, type, price, &cumulative, work);

    for (size_t i = 0; i < count; i++) {
        const size_t k = count_not_above(cumulative, length, uniform[i] * total);
        const uint32_t chosen = product_at(demand, begin, length, k);

        if (k < length)
            sold[chosen]++;
        if (choice != NULL)
            choice[i] = chosen;
    }
}

void bt_choose_block(const double *utility, const double *outside_utility, size_t n_products,
                     size_t count, const double *uniform, uint32_t *choice, double *log_sum)
{
    const bt_row_kernel *kernel = bt_row_kernel_on(bt_widest_instruction_set());
    bt_lanes lanes;

    lanes.stride = count;
    lanes.n_products = n_products;
    for (size_t first = 0; first < count; first += BT_CHOICE_BLOCK) {
        lanes.utility = utility + first;
        lanes.outside_utility = outside_utility + first;
        lanes.uniform = uniform + first;
        lanes.n_lanes = count - first < BT_CHOICE_BLOCK ? count - first : BT_CHOICE_BLOCK;
        kernel->choose(&lanes);
        for (size_t i = 0; i < lanes.n_lanes; i++)
            choice[first + i] = lanes.n_above[i] > 0 ? (uint32_t)(n_products - lanes.n_above[i])
                                                     : BT_CHOSE_OUTSIDE;
        if (log_sum != NULL)
            for (size_t i = 0; i < lanes.n_lanes; i++)
                log_sum[first + i] = lanes.largest[i] + bt_log(lanes.total[i]);
    }
}

uint32_t bt_choose_one(const bt_demand *demand, size_t type, const double *price,
                       double uniform, bt_demand_work *work)
{
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const double *cumulative = NULL;
    const double total = cumulative_weights(demand, type, price, &cumulative, work);
    const size_t k = count_not_above(cumulative, length, uniform * total);

    return product_at(demand, begin, length, k);
}
