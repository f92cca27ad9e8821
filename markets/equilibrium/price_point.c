/* Price vectors with all that is said of them. */
#include "markets/equilibrium/price_point.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/best_response.h"
#include "markets/equilibrium/equilibrium_newton.h"

enum { PRODUCT_ARRAYS = 5, SELLER_ARRAYS = 2 };

bt_status bt_price_point_allocate(size_t n_products, size_t n_sellers, bt_price_point *point,
                                  bt_error *error)
{
    double *memory =
        calloc(PRODUCT_ARRAYS * n_products + SELLER_ARRAYS * n_sellers, sizeof *memory);

    *point = (bt_price_point){.n_products = n_products, .n_sellers = n_sellers};
    if (memory == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for a point of %zu prices", n_products);
    point->price = memory;
    point->share = memory + n_products;
    point->markup = memory + 2 * n_products;
    point->margin = memory + 3 * n_products;
    point->elasticity = memory + 4 * n_products;
    point->profit = memory + 5 * n_products;
    point->objective = point->profit + n_sellers;
    point->is_equilibrium = true;
    point->exploitability = NAN;
    return BT_OK;
}

void bt_price_point_free(bt_price_point *point)
{
    free(point->price); /* the one block that holds all arrays */
    free(point->deviation.price);
    *point = (bt_price_point){0};
}

/* fmax is a call, and cares for what cannot be here. */
static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Of sellers' shares of what is bought inside; sellers' profits in the same pass. */
static void describe_sellers(const bt_demand *demand, const bt_ownership *ownership,
                             bt_price_point *point)
{
    double *bought = point->profit;
    double inside = 0;

    memset(bought, 0, point->n_sellers * sizeof *bought);
    for (size_t product = 0; product < point->n_products; product++) {
        bought[ownership->seller[product]] += point->share[product];
        inside += point->share[product];
    }
    point->hhi = 0;
    for (size_t seller = 0; seller < point->n_sellers; seller++)
        point->hhi += 1e4 * (bought[seller] / inside) * (bought[seller] / inside);
    memset(bought, 0, point->n_sellers * sizeof *bought);
    for (size_t product = 0; product < point->n_products; product++)
        if (point->share[product] > 0)
            point->profit[ownership->seller[product]] +=
                demand->size * (point->margin[product] * point->share[product]);
}

bt_status bt_price_point_describe(bt_pricing_game *game, bt_newton *near, bt_price_point *point,
                                  bt_demand_work *work, bt_error *error)
{
    const bt_ownership *ownership = game->ownership;

    for (size_t j = 0; j < point->n_products; j++) {
        const double *sum = game->sum + BT_SUMS * j;
        const double price = point->price[j];

        point->share[j] = sum[BT_SUM_SHARE];
        point->margin[j] = game->margin[j];
        point->markup[j] = (price - ownership->cost[j]) / price;
        point->elasticity[j] =
            sum[BT_SUM_SHARE] > 0
                ? -(sum[BT_SUM_LAMBDA] - sum[BT_SUM_OWN_GAMMA]) * price / sum[BT_SUM_SHARE]
                : NAN;
    }
    point->outside_share = game->outside_share;
    describe_sellers(game->demand, ownership, point);
    for (size_t seller = 0; seller < point->n_sellers; seller++)
        point->objective[seller] = bt_pricing_game_objective(game, seller);
    point->foc_residual = bt_pricing_game_residual(game);
    point->price_error_bound = bt_price_error_bound(game, point->price, near);
    return bt_welfare_at(game->demand, ownership, point->price, &point->welfare, work, error);
}

/* Shares of a seller that its prices move (free[seller]) and the error bound they lead to.
 * In y = p - zero-margin price best responses contract with factor at most S (1 - S - S_0) /
 * (1 - S), S the share of what a seller prices, so that the error is at most the distance to
 * the best responses over one less that factor; twice that, for the first order. A seller's
 * y misses its own condition by y - 1/a - Pi, whose slope is 1/(1 - S): the best response
 * is nearer by that much. */
static double plain_error_bound(const bt_ownership *ownership, const bt_price_point *point,
                                double slope, double *free_share)
{
    const double keep = 1 - ownership->fee_ad_valorem;
    double distance = 0;
    double contraction = 0;
    double rounding = 0;

    memset(free_share, 0, point->n_sellers * sizeof *free_share);
    for (size_t j = 0; j < point->n_products; j++)
        if (ownership->fixed_price == NULL || isnan(ownership->fixed_price[j]))
            free_share[ownership->seller[j]] += point->share[j];
    for (size_t seller = 0; seller < point->n_sellers; seller++) {
        const double own = free_share[seller];

        contraction = larger(contraction, own * (1 - own - point->outside_share) / (1 - own));
    }
    for (size_t j = 0; j < point->n_products; j++) {
        const size_t seller = ownership->seller[j];
        const double markup = point->margin[j] / keep;
        const double profit = point->objective[seller] / keep;

        if (ownership->fixed_price != NULL && !isnan(ownership->fixed_price[j]))
            continue;
        distance =
            larger(distance, fabs(markup - 1 / slope - profit) * (1 - free_share[seller]));
        rounding = larger(rounding, 8 * DBL_EPSILON * (markup + 1 / slope + fabs(profit)) +
                                        DBL_EPSILON * fabs(point->price[j]));
    }
    return 2 * (distance + rounding) / (1 - contraction);
}

void bt_price_point_describe_plain(const bt_demand *demand, const bt_ownership *ownership,
                                   double log_sum, bt_price_point *point, double *memory)
{
    const double slope = demand->price_sensitivity[0] / demand->scale[0];
    const double keep = 1 - ownership->fee_ad_valorem;
    double residual = 0;

    describe_sellers(demand, ownership, point);
    for (size_t seller = 0; seller < point->n_sellers; seller++)
        point->objective[seller] = point->profit[seller] / demand->size;
    for (size_t j = 0; j < point->n_products; j++) {
        const double price = point->price[j];
        const double profit = point->objective[ownership->seller[j]];

        point->markup[j] = (price - ownership->cost[j]) / price;
        point->elasticity[j] = -slope * price * (1 - point->share[j]);
        if (ownership->fixed_price == NULL || isnan(ownership->fixed_price[j]))
            point->foc_residual =
                fmax(point->foc_residual, fabs(1 - slope * (point->margin[j] - profit) / keep));
    }
    point->foc_residual = residual;
    point->price_error_bound = plain_error_bound(ownership, point, slope, memory);
    bt_welfare_of_linear_level(demand, ownership, point->price, point->share, log_sum / slope,
                               &point->welfare);
}

bt_status bt_price_point_certify(bt_pricing_game *game, size_t n_threads, bt_price_point *point,
                                 bt_error *error)
{
    double *deviation = calloc(point->n_products, sizeof *deviation);
    size_t seller = 0;
    bt_status status = BT_OK;

    if (deviation == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for a deviation");
    status = bt_certify(game, point->price, n_threads, &point->exploitability, &seller,
                        &point->is_equilibrium, deviation, error);
    if (status != BT_OK || point->is_equilibrium) {
        free(deviation);
        return status;
    }
    point->deviation =
        (bt_deviation){.seller = seller, .gain = point->exploitability, .price = deviation};
    return BT_OK;
}
