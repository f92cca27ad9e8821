#include "markets/demand/welfare.h"

#include <gsl/gsl_math.h>
#include <math.h>

#include "markets/demand/money_metric.h"
#include "sim/vector_math.h"

static void add_sellers_and_platform(const bt_ownership *ownership, const double *price,
                                     const double *share, double size, bt_welfare *welfare)
{
    for (size_t product = 0; product < ownership->n_products; product++) {
        const double sales = size * share[product];

        if (sales == 0) /* the price may be infinite */
            continue;
        const double fee = ownership->fee_ad_valorem * price[product] + ownership->fee_per_unit;
        welfare->producer_surplus += bt_margin(ownership, product, price[product]) * sales;
        welfare->producer_surplus_before_fees +=
            (price[product] - ownership->cost[product]) * sales;
        welfare->platform_revenue += fee * sales;
    }
}

/* What the level counts and the surplus over the outside option does not. */
static double mean_outside_level(const bt_demand *demand)
{
    double level = 0;

    for (size_t type = 0; type < demand->n_types; type++)
        level += demand->weight[type] * demand->outside_utility[type] /
                 demand->price_sensitivity[type];
    return level;
}

void bt_welfare_of_linear_level(const bt_demand *demand, const bt_ownership *ownership,
                                const double *price, const double *share, double level,
                                bt_welfare *welfare)
{
    *welfare = (bt_welfare){.consumer_surplus = demand->size * level,
                            .consumer_surplus_over_outside = NAN};
    if (demand->has_outside_option)
        welfare->consumer_surplus_over_outside =
            demand->size * (level - mean_outside_level(demand));
    add_sellers_and_platform(ownership, price, share, demand->size, welfare);
    welfare->total =
        welfare->producer_surplus + welfare->platform_revenue + welfare->consumer_surplus;
}

bt_status bt_welfare_at(const bt_demand *demand, const bt_ownership *ownership,
                        const double *price, bt_welfare *welfare, bt_demand_work *work,
                        bt_error *error)
{
    double outside_share = 0, level = 0;

    *welfare = (bt_welfare){.consumer_surplus_over_outside = NAN};
    if (ownership->n_products != demand->n_products)
        return bt_fail(error, BT_INTERNAL,
                       "welfare needs sellers of the %zu products that are demanded, but "
                       "was given sellers of %zu",
                       demand->n_products, ownership->n_products);
    bt_demand_shares(demand, price, work->product_share, &outside_share, &level, work);
    if (work->all_linear) {
        bt_welfare_of_linear_level(demand, ownership, price, work->product_share, level,
                                   welfare);
        return BT_OK;
    }
    welfare->consumer_surplus = demand->size * level;
    if (demand->has_outside_option)
        welfare->consumer_surplus_over_outside =
            demand->size * bt_money_metric_mean(demand, price, work);
    add_sellers_and_platform(ownership, price, work->product_share, demand->size, welfare);
    welfare->total = welfare->producer_surplus + welfare->platform_revenue +
                     welfare->consumer_surplus_over_outside;
    return BT_OK;
}

bt_status bt_money_metric_surplus(const bt_demand *demand, size_t type, const double *price,
                                  double *surplus, bt_demand_work *work, bt_error *error)
{
    *surplus = NAN;
    if (!demand->has_outside_option)
        return bt_fail(error, BT_BAD_INPUT,
                       "the money-metric surplus is the price increase at which a buyer "
                       "leaves the market: it needs an outside option to leave for");
    *surplus = bt_money_metric_of_type(demand, type, price, &work->scratch[0]);
    return BT_OK;
}

double bt_realised_surplus(double scale, double price_sensitivity, double log_sum,
                           double uniform)
{
    const double gumbel = -bt_log(-bt_log(uniform)) - M_EULER;

    return scale / price_sensitivity * (log_sum + gumbel);
}

static double total_over_outside(const bt_welfare *welfare)
{
    return welfare->producer_surplus + welfare->platform_revenue +
           welfare->consumer_surplus_over_outside;
}

double bt_efficiency(const bt_welfare *welfare, const bt_welfare *first_best)
{
    if (isnan(welfare->consumer_surplus_over_outside) ||
        isnan(first_best->consumer_surplus_over_outside))
        return welfare->total / first_best->total;
    return total_over_outside(welfare) / total_over_outside(first_best);
}
