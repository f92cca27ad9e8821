/* Price vectors with all that is said of them. */
#include "markets/price_point.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/best_response.h"
#include "markets/equilibrium_newton.h"

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

bt_status bt_price_point_describe(bt_pricing_game *game, bool error_bound,
                                  bt_price_point *point, bt_demand_work *work, bt_error *error)
{
    const bt_ownership *ownership = game->ownership;

    bt_pricing_game_evaluate(game, point->price);
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
    point->foc_residual = bt_pricing_game_residual(game, point->price);
    point->price_error_bound = error_bound ? bt_price_error_bound(game, point->price) : NAN;
    return bt_welfare_at(game->demand, ownership, point->price, &point->welfare, work, error);
}

/* Seller by seller in v = a (p - zero-margin price): best responses contract with factor
 * at most max S_F (1 - S_F - S_0)/(1 - S_F), so that the error is at most the distance to
 * the best responses over one less that. Twice that, for the first order. */
static double plain_error_bound(const bt_ownership *ownership, const bt_price_point *point,
                                double slope)
{
    const double keep = 1 - ownership->fee_ad_valorem;
    double distance = 0;
    double contraction = 0;
    double rounding = 0;

    for (size_t seller = 0; seller < point->n_sellers; seller++) {
        double rivals = point->outside_share;
        double own = 0;
        double profit = 0;
        bool sets_a_price = false;

        for (size_t j = 0; j < point->n_products; j++) {
            const bool is_free =
                ownership->fixed_price == NULL || isnan(ownership->fixed_price[j]);

            if (ownership->seller[j] != seller || !is_free)
                rivals += point->share[j];
            else
                own += point->share[j];
            if (ownership->seller[j] == seller)
                profit += point->margin[j] / keep * point->share[j];
            sets_a_price |= ownership->seller[j] == seller && is_free;
        }
        if (!sets_a_price)
            continue;
        contraction = fmax(contraction, own * (rivals - point->outside_share) / rivals);
        for (size_t j = 0; j < point->n_products; j++) {
            if (ownership->seller[j] != seller ||
                (ownership->fixed_price != NULL && !isnan(ownership->fixed_price[j])))
                continue;
            /* v - 1 - a Pi is how much v misses its own condition by; d/dv of that is
             * 1 + own/rivals, by which the distance to the best response is smaller. */
            const double miss = point->margin[j] / keep - 1 / slope - profit;
            distance = fmax(distance, fabs(miss) * rivals / (own + rivals));
            rounding = fmax(rounding,
                            8 * DBL_EPSILON *
                                    (fabs(point->margin[j] / keep) + 1 / slope + fabs(profit)) +
                                DBL_EPSILON * fabs(point->price[j]));
        }
    }
    return 2 * (distance + rounding) / (1 - contraction);
}

bt_status bt_price_point_describe_plain(const bt_demand *demand, const bt_ownership *ownership,
                                        bt_price_point *point, bt_demand_work *work,
                                        bt_error *error)
{
    const double slope = demand->price_sensitivity[0] / demand->scale[0];
    const double keep = 1 - ownership->fee_ad_valorem;

    describe_sellers(demand, ownership, point);
    point->foc_residual = 0;
    for (size_t j = 0; j < point->n_products; j++) {
        const double price = point->price[j];
        const double profit = point->profit[ownership->seller[j]] / demand->size;

        point->markup[j] = (price - ownership->cost[j]) / price;
        point->elasticity[j] = -slope * price * (1 - point->share[j]);
        if (ownership->fixed_price == NULL || isnan(ownership->fixed_price[j]))
            point->foc_residual =
                fmax(point->foc_residual, fabs(1 - slope * (point->margin[j] - profit) / keep));
    }
    for (size_t seller = 0; seller < point->n_sellers; seller++)
        point->objective[seller] = point->profit[seller] / demand->size;
    point->price_error_bound = plain_error_bound(ownership, point, slope);
    return bt_welfare_at(demand, ownership, point->price, &point->welfare, work, error);
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
