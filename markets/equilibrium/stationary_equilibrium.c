#include "markets/equilibrium/stationary_equilibrium.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROUNDS = 1000 };

double bt_perceived_cost(const bt_ownership *ownership, size_t product, double sensitivity,
                         double reference)
{
    double kept = (1 - ownership->fee_ad_valorem) * reference - ownership->fee_per_unit;
    return (1 + sensitivity) * ownership->cost[product] - sensitivity * kept;
}

/* Costs [product] of the plain game at reference prices. */
static void fill_costs(const bt_ownership *ownership, double sensitivity,
                       const double *reference, double *cost)
{
    for (size_t j = 0; j < ownership->n_products; j++)
        cost[j] = bt_perceived_cost(ownership, j, sensitivity, reference[j]);
}

/* Equilibrium prices of a plain game, the lowest if there are several. */
static bt_status solve_period(const bt_demand *demand, const bt_ownership *ownership,
                              const bt_equilibrium_settings *settings, double *price,
                              bt_error *error)
{
    bt_equilibrium_result result;
    bt_status status = bt_equilibrium_solve(demand, ownership, settings, &result, error);
    if (status != BT_OK)
        return status;
    if (result.n_points > 0)
        memcpy(price, result.point[0].price, ownership->n_products * sizeof(double));
    else
        status = bt_fail(error, BT_BAD_INPUT, "no stationary equilibrium: %s", result.reason);
    bt_equilibrium_result_free(&result);
    return status;
}

/* r <- r + (p~ - r)/(1 + gamma); the largest relative change. */
static double approach(size_t n_products, double sensitivity, const double *perceived,
                       double *reference)
{
    double largest = 0;
    for (size_t j = 0; j < n_products; j++) {
        double change = (perceived[j] - reference[j]) / (1 + sensitivity);
        reference[j] += change;
        largest = fmax(largest, fabs(change) / fmax(fabs(reference[j]), 1e-300));
    }
    return largest;
}

static bt_status find_fixed_point(const bt_demand *demand, const bt_ownership *ownership,
                                  double sensitivity, const bt_equilibrium_settings *settings,
                                  double *reference, double *perceived, double *cost,
                                  bt_error *error)
{
    bt_ownership plain = *ownership;
    plain.cost = cost;
    bt_status status = solve_period(demand, ownership, settings, reference, error);
    for (size_t round = 0; status == BT_OK && round < MAX_ROUNDS; round++) {
        fill_costs(ownership, sensitivity, reference, cost);
        status = solve_period(demand, &plain, settings, perceived, error);
        if (status == BT_OK &&
            approach(demand->n_products, sensitivity, perceived, reference) < 1e-13)
            return BT_OK;
    }
    return status != BT_OK
               ? status
               : bt_fail(error, BT_BAD_INPUT,
                         "no stationary equilibrium was found in %d rounds", MAX_ROUNDS);
}

bt_status bt_stationary_exploitability(const bt_demand *demand, const bt_ownership *ownership,
                                       double sensitivity, const double *price,
                                       double *exploitability, bt_demand_work *work,
                                       bt_error *error)
{
    bt_ownership plain = *ownership;
    double *cost = malloc(ownership->n_products * sizeof(double));
    if (cost == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for the gains of other prices");
    fill_costs(ownership, sensitivity, price, cost);
    plain.cost = cost;
    bt_status status = bt_exploitability(demand, &plain, price, exploitability, work, error);
    *exploitability /= 1 + sensitivity;
    free(cost);
    return status;
}

static bt_status certify(const bt_demand *demand, const bt_ownership *ownership,
                         double sensitivity, bt_price_point *point, bt_error *error)
{
    bt_demand_work *work = bt_demand_work_create(demand);
    if (work == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for a stationary equilibrium");
    bt_status status = bt_stationary_exploitability(
        demand, ownership, sensitivity, point->price, &point->exploitability, work, error);
    bt_demand_work_destroy(work);
    return status;
}

bt_status bt_stationary_equilibrium(const bt_demand *demand, const bt_ownership *ownership,
                                    double sensitivity, const bt_equilibrium_settings *settings,
                                    bt_price_point *point, bt_error *error)
{
    bt_equilibrium_settings uncertified = *settings;
    uncertified.certify = false;
    size_t n_products = ownership->n_products;
    double *room = malloc(3 * n_products * sizeof(double));
    if (room == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for a stationary equilibrium");
    bt_status status = find_fixed_point(demand, ownership, sensitivity, &uncertified, room,
                                        room + n_products, room + 2 * n_products, error);
    if (status == BT_OK)
        status = bt_equilibrium_evaluate(demand, ownership, room, &uncertified, point, error);
    free(room);
    if (status != BT_OK)
        return status;
    point->foc_residual = NAN;
    point->price_error_bound = NAN;
    status = certify(demand, ownership, sensitivity, point, error);
    if (status != BT_OK) {
        bt_price_point_free(point);
        return status;
    }
    double smallest = INFINITY;
    for (size_t i = 0; i < point->n_sellers; i++)
        smallest = fmin(smallest, fabs(point->objective[i]));
    point->is_equilibrium = point->exploitability <= 1e-9 * smallest;
    return BT_OK;
}
