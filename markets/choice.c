#include "markets/choice.h"

#include <math.h>
#include <string.h>

#include "markets/demand_work.h"
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

/* How many of the ascending cumulative weights do not exceed the target. */
static size_t count_not_above(const double *cumulative, size_t count, double target)
{
    const double *base = cumulative;

    while (count > 1) {
        const size_t half = count / 2;

        base += base[half - 1] > target ? 0 : half;
        count -= half;
    }
    return (size_t)(base - cumulative) + (count == 1 && !(base[0] > target));
}

void bt_choose_common(const bt_demand *demand, size_t type, const double *price,
                      const double *uniform, size_t count, uint32_t *choice, uint64_t *sold,
                      bt_demand_work *work)
{
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const uint32_t *product = demand->considered_product + begin;
    double *cumulative = work->scratch[0].probability;
    double outside_weight = 0;

    bt_choice_weights(demand, type, price, cumulative, &outside_weight, work);
    for (size_t k = 1; k < length; k++)
        cumulative[k] += cumulative[k - 1];
    const double total = (length > 0 ? cumulative[length - 1] : 0) + outside_weight;
    for (size_t i = 0; i < count; i++) {
        const size_t k = count_not_above(cumulative, length, uniform[i] * total);
        const uint32_t chosen = k < length ? product[k] : BT_CHOSE_OUTSIDE;

        if (k < length)
            sold[chosen]++;
        if (choice != NULL)
            choice[i] = chosen;
    }
}

/* Buyers side by side: product j's utility to lane i is utility[j * stride + i]. */
typedef struct choice_lanes {
    const double *utility;
    size_t stride;
    size_t n_products;
    double largest[BT_CHOICE_BLOCK];                       /* utility; 0 where all are -inf */
    double cumulative[BT_CHOICE_BLOCK];                    /* weight of the products so far */
    double panel[(BT_CHOICE_PANEL + 1) * BT_CHOICE_BLOCK]; /* [product][lane], packed */
} choice_lanes;

/* The functions of lanes are inlined into a caller that knows how many there are. */
#define FOR_KNOWN_LANES static inline __attribute__((always_inline)) void

FOR_KNOWN_LANES find_largest(choice_lanes *lanes, const double *outside_utility, size_t n_lanes)
{
    double largest[BT_CHOICE_BLOCK];

    for (size_t i = 0; i < n_lanes; i++)
        largest[i] = outside_utility[i];
    for (size_t j = 0; j < lanes->n_products; j++) {
        const double *utility = lanes->utility + j * lanes->stride;

        for (size_t i = 0; i < n_lanes; i++)
            largest[i] = utility[i] > largest[i] ? utility[i] : largest[i];
    }
    for (size_t i = 0; i < n_lanes; i++)
        lanes->largest[i] = largest[i] == -INFINITY ? 0 : largest[i];
}

FOR_KNOWN_LANES less_largest(const choice_lanes *lanes, const double *utility, double *result,
                             size_t n_lanes)
{
    for (size_t i = 0; i < n_lanes; i++)
        result[i] = utility[i] - lanes->largest[i];
}

/* Fill the panel with the cumulative weights of products first .. last - 1. One more row,
 * when given, holds the weights of the outside option. */
FOR_KNOWN_LANES fill_panel(choice_lanes *lanes, size_t first, size_t last,
                           const double *outside_utility, size_t n_lanes)
{
    size_t n_rows = last - first;

    for (size_t j = first; j < last; j++)
        less_largest(lanes, lanes->utility + j * lanes->stride,
                     lanes->panel + (j - first) * n_lanes, n_lanes);
    if (outside_utility != NULL)
        less_largest(lanes, outside_utility, lanes->panel + n_rows++ * n_lanes, n_lanes);
    bt_exp_block(lanes->panel, n_rows * n_lanes, lanes->panel);

    double cumulative[BT_CHOICE_BLOCK];
    memcpy(cumulative, lanes->cumulative, sizeof cumulative);
    for (size_t j = 0; j < last - first; j++) {
        double *row = lanes->panel + j * n_lanes;

        for (size_t i = 0; i < n_lanes; i++) {
            cumulative[i] += row[i];
            row[i] = cumulative[i];
        }
    }
    memcpy(lanes->cumulative, cumulative, sizeof cumulative);
}

/* Add, for each lane, the rows of the panel that are not above its target. */
FOR_KNOWN_LANES count_panel(const choice_lanes *lanes, size_t n_rows, const double *target,
                            int64_t *passed, size_t n_lanes)
{
    int64_t count[BT_CHOICE_BLOCK];

    memcpy(count, passed, sizeof count);
    for (size_t j = 0; j < n_rows; j++)
        for (size_t i = 0; i < n_lanes; i++)
            count[i] += !(lanes->panel[j * n_lanes + i] > target[i]);
    memcpy(passed, count, sizeof count);
}

FOR_KNOWN_LANES choose_lanes(choice_lanes *lanes, const double *outside_utility,
                             const double *uniform, uint32_t *choice, double *log_sum,
                             size_t n_lanes)
{
    const size_t n_products = lanes->n_products;
    double total[BT_CHOICE_BLOCK], target[BT_CHOICE_BLOCK];
    int64_t passed[BT_CHOICE_BLOCK] = {0};
    size_t first = 0;

    find_largest(lanes, outside_utility, n_lanes);
    memset(lanes->cumulative, 0, sizeof lanes->cumulative);
    for (; n_products - first > BT_CHOICE_PANEL; first += BT_CHOICE_PANEL)
        fill_panel(lanes, first, first + BT_CHOICE_PANEL, NULL, n_lanes);
    fill_panel(lanes, first, n_products, outside_utility, n_lanes);
    for (size_t i = 0; i < n_lanes; i++) {
        total[i] = lanes->cumulative[i] + lanes->panel[(n_products - first) * n_lanes + i];
        target[i] = uniform[i] * total[i];
    }
    count_panel(lanes, n_products - first, target, passed, n_lanes);
    if (first > 0) {
        memset(lanes->cumulative, 0, sizeof lanes->cumulative);
        for (size_t again = 0; again < first; again += BT_CHOICE_PANEL) {
            fill_panel(lanes, again, again + BT_CHOICE_PANEL, NULL, n_lanes);
            count_panel(lanes, BT_CHOICE_PANEL, target, passed, n_lanes);
        }
    }
    for (size_t i = 0; i < n_lanes; i++) {
        choice[i] = (size_t)passed[i] < n_products ? (uint32_t)passed[i] : BT_CHOSE_OUTSIDE;
        if (log_sum != NULL)
            log_sum[i] = lanes->largest[i] + bt_log(total[i]);
    }
}

void bt_choose_block(const double *utility, const double *outside_utility, size_t n_products,
                     size_t count, const double *uniform, uint32_t *choice, double *log_sum)
{
    choice_lanes lanes;

    lanes.stride = count;
    lanes.n_products = n_products;
    for (size_t first = 0; first < count; first += BT_CHOICE_BLOCK) {
        double *log_sums = log_sum != NULL ? log_sum + first : NULL;

        lanes.utility = utility + first;
        if (count - first >= BT_CHOICE_BLOCK)
            choose_lanes(&lanes, outside_utility + first, uniform + first, choice + first,
                         log_sums, BT_CHOICE_BLOCK);
        else
            choose_lanes(&lanes, outside_utility + first, uniform + first, choice + first,
                         log_sums, count - first);
    }
}

uint32_t bt_choose_one(const bt_demand *demand, size_t type, const double *price,
                       double uniform, bt_demand_work *work)
{
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    double outside_weight = 0;

    bt_choice_weights(demand, type, price, work->scratch[0].probability, &outside_weight, work);
    const uint32_t k =
        bt_choose_by_inversion(work->scratch[0].probability, length, outside_weight, uniform);
    return k == BT_CHOSE_OUTSIDE ? k : demand->considered_product[begin + k];
}
