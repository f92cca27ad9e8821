/*
 * Exact demand: a mass of buyers whose sales are their expectation. No sampling noise, no
 * random draws. Feedback to sellers is then the expected profit, as in Calvano et al.
 * (2020).
 */
#include <math.h>

#include "agents/buyers/registry.h"
#include "markets/demand/choice.h"
#include "markets/demand/welfare.h"

typedef struct expected_parameters {
    char nothing;
} expected_parameters;

static const bt_parameter_table parameter_table = {
    .parameters = NULL, .count = 0, .struct_size = sizeof(expected_parameters)};

typedef struct expected_buyers {
    const bt_demand *demand;
    bt_demand_work *work;
    double *share; /* [product] */
} expected_buyers;

static bt_status create(const void *parameters, const bt_buyers_setting *setting, void **self,
                        bt_error *error)
{
    (void)parameters;
    expected_buyers *buyers = BT_ARENA_NEW(setting->arena, 1, expected_buyers);
    if (buyers != NULL) {
        buyers->demand = setting->demand;
        buyers->share = BT_ARENA_NEW(setting->arena, setting->demand->n_products, double);
    }
    if (buyers == NULL || buyers->share == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for expected demand");
    buyers->work = bt_demand_work_create(setting->demand);
    if (buyers->work == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for expected demand");
    *self = buyers;
    size_t n_threads = setting->n_threads > 1 ? (size_t)setting->n_threads : 1;
    return bt_demand_work_use_threads(buyers->work, n_threads, error);
}

static void destroy(void *self)
{
    expected_buyers *buyers = self;
    bt_demand_work_destroy(buyers->work);
}

static uint64_t population(const void *self)
{
    (void)self;
    return 0;
}

static double unit_mass(const void *self)
{
    (void)self;
    return 1;
}

/* Mean over types of the money metric: what surplus is where price enters utility other
 * than linearly. */
static double money_metric(expected_buyers *buyers, const double *price)
{
    double total = 0, surplus;
    for (size_t r = 0; r < buyers->demand->n_types; r++) {
        if (bt_money_metric_surplus(buyers->demand, r, price, &surplus, buyers->work, NULL) !=
            BT_OK)
            return NAN;
        total += buyers->demand->weight[r] * surplus;
    }
    return total;
}

static void serve_segments(expected_buyers *buyers, const bt_arrivals *arrivals,
                           bt_purchases *purchases)
{
    const bt_demand *demand = buyers->demand;
    double outside;
    for (size_t r = 0; r < demand->n_types; r++) {
        double mass = demand->weight[r] * demand->size * arrivals->duration;
        double *sales = purchases->segment_sales + r * demand->n_products;
        bt_choice_probabilities(demand, r, arrivals->price, buyers->share, &outside,
                                buyers->work);
        size_t begin = demand->row_start[r], end = demand->row_start[r + 1];
        for (size_t entry = begin; entry < end; entry++)
            sales[demand->considered_product[entry]] += mass * buyers->share[entry - begin];
        purchases->segment_buyers[r] += mass;
    }
}

static void serve(void *self, const bt_arrivals *arrivals, bt_purchases *purchases)
{
    expected_buyers *buyers = self;
    double outside_share, surplus;
    bt_demand_shares(buyers->demand, arrivals->price, buyers->share, &outside_share, &surplus,
                     buyers->work);
    if (isnan(surplus))
        surplus = money_metric(buyers, arrivals->price);
    double mass = buyers->demand->size * arrivals->duration;
    for (size_t j = 0; j < buyers->demand->n_products; j++)
        purchases->sales[j] += mass * buyers->share[j];
    purchases->consumer_surplus += mass * surplus;
    purchases->n_buyers += mass;
    if (purchases->segment_sales != NULL)
        serve_segments(buyers, arrivals, purchases);
}

const bt_buyers_type bt_expected_buyers = {
    .described = {.name = "expected",
                  .summary = "A mass of buyers whose sales are their exact expectation.",
                  .source = "McFadden 1974",
                  .parameters = &parameter_table},
    .is_exact = true,
    .create = create,
    .population = population,
    .unit_mass = unit_mass,
    .serve = serve,
    .destroy = destroy,
};
