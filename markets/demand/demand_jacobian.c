/* The Jacobian of shares with respect to prices. */
#include <string.h>

#include "markets/demand/demand.h"
#include "markets/demand/demand_work.h"

/* Of u/mu with respect to the price: -alpha f'(p)/mu for each product of the row; zero
 * where the product is never chosen (its slope may be infinite there). */
static void utility_slopes(const bt_demand *demand, size_t type, const double *price,
                           const double *probability, double *slope)
{
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const double factor = -demand->price_sensitivity[type] / demand->scale[type];

    for (size_t k = 0; k < length; k++) {
        const double own_price = price[demand->considered_product[begin + k]];

        slope[k] = probability[k] > 0
                       ? factor * bt_price_disutility_slope(demand, type, own_price)
                       : 0;
    }
}

/* ds_j/du_k = s_j (delta_jk - s_k) in units of mu. */
static void add_logit(const bt_demand *demand, size_t type, const bt_demand_work *work,
                      double *jacobian)
{
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const uint32_t *product = demand->considered_product + begin;
    const double *probability = work->scratch[0].probability;
    const double *slope = work->row_slope;

    for (size_t j = 0; j < length; j++) {
        double *row = jacobian + product[j] * demand->n_products;
        const double mass = demand->weight[type] * probability[j];

        for (size_t k = 0; k < length; k++)
            row[product[k]] -= mass * (probability[k] * slope[k]);
        row[product[j]] += mass * slope[j];
    }
}

/* ds_j/du_k = s_j [ delta_jk/(1-rho) - [k in nest of j] rho/(1-rho) s_k|h - s_k ]. */
static void add_nested(const bt_demand *demand, size_t type, const bt_demand_work *work,
                       double *jacobian)
{
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const uint32_t *product = demand->considered_product + begin;
    const double *probability = work->scratch[0].probability;
    const double *slope = work->row_slope;
    const double correlation = demand->nest_correlation;
    double *nest_share = work->scratch[0].nest_sum;

    for (size_t k = 0; k < length; k++)
        nest_share[demand->nest[product[k]]] = 0;
    for (size_t k = 0; k < length; k++)
        nest_share[demand->nest[product[k]]] += probability[k];
    for (size_t j = 0; j < length; j++) {
        double *row = jacobian + product[j] * demand->n_products;
        const uint32_t nest = demand->nest[product[j]];
        const double mass = demand->weight[type] * probability[j];
        const double within =
            nest_share[nest] > 0 ? correlation / (1 - correlation) / nest_share[nest] : 0;

        for (size_t k = 0; k < length; k++) {
            const double rival = demand->nest[product[k]] == nest ? 1 + within : 1;

            row[product[k]] -= mass * (rival * probability[k] * slope[k]);
        }
        row[product[j]] += mass * slope[j] / (1 - correlation);
    }
}

void bt_demand_jacobian(const bt_demand *demand, const double *price, double *jacobian,
                        bt_demand_work *work)
{
    memset(jacobian, 0, demand->n_products * demand->n_products * sizeof(double));
    for (size_t type = 0; type < demand->n_types; type++) {
        double outside = 0;

        bt_choice_probabilities(demand, type, price, work->scratch[0].probability, &outside,
                                work);
        utility_slopes(demand, type, price, work->scratch[0].probability, work->row_slope);
        if (demand->model == BT_NESTED_LOGIT)
            add_nested(demand, type, work, jacobian);
        else
            add_logit(demand, type, work, jacobian);
    }
}
