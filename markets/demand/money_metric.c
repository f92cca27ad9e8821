#include "markets/demand/money_metric.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <omp.h>

/* An interval is halved until its error is small beside itself or beside the whole. Where
 * budgets run out the integrand has kinks, and rounding noise that no halving resolves: it
 * is small beside the whole. */
static const double RELATIVE_ACCURACY = 1e-11;
static const double ACCURACY_OF_WHOLE = 1e-12;
static const double NEGLIGIBLE = 1e-16;
static const double TAIL_IS_POWER_LAW = 1e-13;
static const double LARGEST_INCREASE = 1e290;
static const double INTERVAL = 3; /* in y: prices rise twentyfold */
enum { DEEPEST_HALVING = 40 };

typedef struct price_increase {
    const bt_demand *demand;
    size_t type;
    const double *price;
    double unit;
    bt_demand_scratch *scratch;
} price_increase;

/* 1 - P_0(p + t), added up from the products so that small values keep their digits. */
static double still_buys(const price_increase *at, double increase)
{
    const bt_demand *demand = at->demand;
    const size_t begin = demand->row_start[at->type];
    const size_t length = demand->row_start[at->type + 1] - begin;
    double outside = 0, inside = 0;

    for (size_t k = begin; k < begin + length; k++) {
        const uint32_t product = demand->considered_product[k];

        at->scratch->shifted_price[product] = at->price[product] + increase;
    }
    bt_row_probabilities(demand, at->type, at->scratch->shifted_price, at->scratch->probability,
                         &outside, at->scratch);
    for (size_t k = 0; k < length; k++)
        inside += at->scratch->probability[k];
    return inside;
}

/* t = unit (e^y - 1): a tail of either kind is smooth in y. */
static double increase_of(const price_increase *at, double y)
{
    return at->unit * expm1(y);
}

static double integrand_in_y(double y, void *context)
{
    const price_increase *at = context;
    const double increase = increase_of(at, y);

    return still_buys(at, increase) * (at->unit + increase);
}

static double integrate(const gsl_function *integrand, double low, double high, double whole,
                        int halvings_left)
{
    double integral = 0, error = 0, magnitude = 0, deviation = 0;

    gsl_integration_qk21(integrand, low, high, &integral, &error, &magnitude, &deviation);
    if (whole == 0)
        whole = integral;
    const bool coarse =
        error > ACCURACY_OF_WHOLE * whole && error > RELATIVE_ACCURACY * integral;
    if (!coarse || halvings_left == 0)
        return integral;
    const double middle = low + (high - low) / 2;
    return integrate(integrand, low, middle, whole, halvings_left - 1) +
           integrate(integrand, middle, high, whole, halvings_left - 1);
}

/* The exponent r of a tail t^-r, or 0 where the tail falls faster, or -1 where the mean
 * is infinite. */
static double tail_exponent(const bt_demand *demand, size_t type)
{
    const uint8_t transform = demand->transform[type];
    const double lambda = demand->transform_value[type];
    const double exponent = demand->price_sensitivity[type] / demand->scale[type];

    if (transform == BT_PRICE_BOX_COX && lambda < 0)
        return -1;
    if (transform == BT_PRICE_LOG || (transform == BT_PRICE_BOX_COX && lambda == 0))
        return exponent > 1 ? exponent : -1;
    return 0;
}

/* Smallest and largest finite price of the row; false without any. */
static bool price_range(const bt_demand *demand, size_t type, const double *price,
                        double *lowest, double *highest)
{
    *lowest = INFINITY;
    *highest = -INFINITY;
    for (size_t k = demand->row_start[type]; k < demand->row_start[type + 1]; k++) {
        const double own = price[demand->considered_product[k]];

        if (own < INFINITY) {
            *lowest = fmin(*lowest, own);
            *highest = fmax(*highest, own);
        }
    }
    return *lowest < INFINITY;
}

/* A price increase that costs about mu of utility. */
static double natural_increase(const bt_demand *demand, size_t type, double price)
{
    const double increase =
        demand->scale[type] /
        (demand->price_sensitivity[type] * bt_price_disutility_slope(demand, type, price));

    return increase > DBL_MIN && increase < LARGEST_INCREASE ? increase : 1;
}

double bt_money_metric_of_type(const bt_demand *demand, size_t type, const double *price,
                               bt_demand_scratch *scratch)
{
    const double exponent = tail_exponent(demand, type);
    double lowest = 0, highest = 0, surplus = 0;

    if (!price_range(demand, type, price, &lowest, &highest))
        return 0;
    if (exponent < 0)
        return INFINITY;
    price_increase at = {demand, type, price, natural_increase(demand, type, lowest), scratch};
    const gsl_function integrand = {.function = integrand_in_y, .params = &at};
    for (double y = 0; increase_of(&at, y) < LARGEST_INCREASE; y += INTERVAL) {
        const double piece = integrate(&integrand, y, y + INTERVAL, surplus, DEEPEST_HALVING);
        const double increase = increase_of(&at, y + INTERVAL);

        surplus += piece;
        if (!(piece > NEGLIGIBLE * surplus))
            return surplus;
        if (exponent == 0 || fabs(highest) > TAIL_IS_POWER_LAW * increase)
            continue;
        const double rest = still_buys(&at, increase);
        if (rest < TAIL_IS_POWER_LAW)
            return surplus + increase * rest / (exponent - 1);
    }
    return INFINITY;
}

static double surplus_of_type(const bt_demand *demand, size_t type, const double *price,
                              bt_demand_scratch *scratch)
{
    double outside = 0;

    if (demand->transform[type] != BT_PRICE_LINEAR)
        return bt_money_metric_of_type(demand, type, price, scratch);
    const double utility =
        bt_row_probabilities(demand, type, price, scratch->probability, &outside, scratch);
    return (utility - demand->outside_utility[type]) / demand->price_sensitivity[type];
}

double bt_money_metric_mean(const bt_demand *demand, const double *price, bt_demand_work *work)
{
    double mean = 0;

#pragma omp parallel for num_threads((int)work->n_threads_used) schedule(dynamic)
    for (size_t block = 0; block < work->n_blocks; block++) {
        bt_demand_scratch *scratch = &work->scratch[omp_get_thread_num()];
        double sum = 0;

        for (size_t type = work->block_start[block]; type < work->block_start[block + 1];
             type++)
            if (demand->weight[type] > 0)
                sum += demand->weight[type] * surplus_of_type(demand, type, price, scratch);
        work->block_sum[block] = sum;
    }
    for (size_t block = 0; block < work->n_blocks; block++)
        mean += work->block_sum[block];
    return mean;
}
