/* The best response in a plain logit with any price transform. */
#include "markets/equilibrium/adjusted_markup.h"

#include <float.h>
#include <math.h>

enum { ITERATION_LIMIT = 200 };

bool bt_adjusted_markup_applies(const bt_demand *demand, const bt_ownership *ownership,
                                size_t seller)
{
    return bt_demand_is_homogeneous(demand) && demand->model == BT_LOGIT &&
           (ownership->objective == NULL || ownership->objective[seller] == BT_EXPECTED_PROFIT);
}

/* The root of p - cost - p^(1 - lambda)/k, increasing in p where it matters: Newton within
 * a bracket. */
static double box_cox_price(double lambda, double k, double cost)
{
    double low = fmax(cost, DBL_MIN);
    double high = fmax(2 * low, 1);

    while (high - cost < pow(high, 1 - lambda) / k && high < DBL_MAX / 4)
        high *= 2;
    double price = high;
    for (int i = 0; i < ITERATION_LIMIT; i++) {
        const double term = pow(price, 1 - lambda) / k;
        const double excess = price - cost - term;
        const double slope = 1 - (1 - lambda) * term / price;

        if (excess > 0)
            high = price;
        else
            low = price;
        double next = price - excess / slope;
        if (!(next > low && next < high))
            next = low + (high - low) / 2;
        if (fabs(next - price) <= DBL_EPSILON * price)
            return next;
        price = next;
    }
    return price;
}

double bt_adjusted_price(const bt_demand *demand, size_t type, double cost)
{
    const double value = demand->transform_value[type];
    const double k = demand->price_sensitivity[type] / demand->scale[type];

    switch (demand->transform[type]) {
    case BT_PRICE_LOG:
        return fmax(k / (k - 1) * cost, DBL_MIN);
    case BT_PRICE_BOX_COX:
        if (value < 0)
            return cost + fmax(fabs(cost), 1);
        if (value == 0)
            return fmax(k / (k - 1) * cost, DBL_MIN);
        return value == 1 ? cost + 1 / k : box_cox_price(value, k, cost);
    case BT_PRICE_BUDGET:
        return cost < value ? (cost + value / k) / (1 + 1 / k) : cost;
    default:
        return cost + 1 / k;
    }
}

/* A seller's profit before fees (sum of p - zero-margin price, times shares) with its
 * strategy prices at best[product]. */
static double profit_at(const bt_pricing_game *game, size_t seller, const double *price,
                        const double *best)
{
    const bt_demand *demand = game->demand;
    const bt_ownership *ownership = game->ownership;
    double largest = game->outside_utility[0];
    double total = 0;
    double profit = 0;

    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1)
            total = exp(game->outside_utility[0] - largest);
        for (size_t j = 0; j < game->n_products; j++) {
            const bool own = ownership->seller[j] == seller;
            const double at = own && game->is_free[j] ? best[j] : price[j];
            const double utility = game->entry_utility[j] -
                                   game->type_slope[0] * bt_price_disutility(demand, 0, at);

            if (pass == 0) {
                largest = utility > largest ? utility : largest;
                continue;
            }
            const double value = utility == -INFINITY ? 0 : exp(utility - largest);
            total += value;
            if (own && value > 0)
                profit += (at - game->zero_margin_price[j]) * value;
        }
        if (largest == -INFINITY)
            return 0;
    }
    return profit / total;
}

static void set_prices(const bt_pricing_game *game, size_t seller, double profit, double *best)
{
    for (size_t i = game->seller_start[seller]; i < game->seller_start[seller + 1]; i++) {
        const uint32_t product = game->seller_product[i];

        if (game->is_free[product])
            best[product] =
                bt_adjusted_price(game->demand, 0, game->zero_margin_price[product] + profit);
    }
}

/* A profit that the seller can have, to start from: where zero-margin prices are zero and
 * the price is in logarithms, Pi = 0 gives no price. */
static double attainable_profit(const bt_pricing_game *game, size_t seller, const double *price,
                                double *best)
{
    for (size_t i = game->seller_start[seller]; i < game->seller_start[seller + 1]; i++) {
        const uint32_t product = game->seller_product[i];
        const double zero_margin = game->zero_margin_price[product];

        if (game->is_free[product])
            best[product] = price[product] > zero_margin && price[product] < INFINITY
                                ? price[product]
                                : fmax(2 * zero_margin, zero_margin + 1);
    }
    return profit_at(game, seller, price, best);
}

double bt_adjusted_markup_best_response(const bt_pricing_game *game, size_t seller,
                                        const double *price, double *best)
{
    double profit = attainable_profit(game, seller, price, best);

    for (int i = 0; i < ITERATION_LIMIT; i++) {
        set_prices(game, seller, profit, best);
        const double next = profit_at(game, seller, price, best);

        if (!(next > profit + DBL_EPSILON * fabs(profit)))
            break;
        profit = next;
    }
    return game->keep * profit;
}
