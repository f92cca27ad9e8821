/* The mixed equilibrium of a shopbot market. */
#include "markets/equilibrium/shopbot_equilibrium.h"

#include <float.h>
#include <math.h>

bt_status bt_shopbot_market_check(const bt_shopbot_market *market, bt_error *error)
{
    double sum = 0;

    if (market->n_sellers < 2)
        return bt_fail(error, BT_BAD_INPUT, "a shopbot needs at least two sellers to compare");
    if (!(market->cost >= 0 && market->cost < market->value && isfinite(market->value)))
        return bt_fail(error, BT_BAD_INPUT,
                       "the cost must be at least zero and below the buyers' value %g, not %g",
                       market->value, market->cost);
    for (size_t k = 0; k < market->n_sellers; k++) {
        if (!(market->compares_share[k] >= 0))
            return bt_fail(error, BT_BAD_INPUT,
                           "the share of buyers who compare %zu sellers must be zero or "
                           "positive, not %g",
                           k + 1, market->compares_share[k]);
        sum += market->compares_share[k];
    }
    if (!(fabs(sum - 1) <= 1e-9))
        return bt_fail(error, BT_BAD_INPUT,
                       "the shares of buyers by how many sellers they compare must sum to one, "
                       "not %g",
                       sum);
    if (!(market->compares_share[0] > 0 && market->compares_share[0] < 1))
        return bt_fail(error, BT_BAD_INPUT,
                       "prices are random only where some buyers, but not all, see one seller "
                       "only: their share is %g",
                       market->compares_share[0]);
    return BT_OK;
}

double bt_shopbot_earnings(const bt_shopbot_market *market, double price)
{
    const double margin = price - market->cost;

    return market->uniform_values ? margin * (1 - price / market->value) : margin;
}

double bt_shopbot_monopoly_price(const bt_shopbot_market *market)
{
    return market->uniform_values ? (market->cost + market->value) / 2 : market->value;
}

double bt_shopbot_reach(const bt_shopbot_market *market, double rank)
{
    double sum = 0;

    for (size_t k = market->n_sellers; k > 0; k--)
        sum = sum * (1 - rank) + (double)k * market->compares_share[k - 1];
    return sum;
}

double bt_shopbot_price(const bt_shopbot_market *market, double rank)
{
    const double level = market->compares_share[0] *
                         bt_shopbot_earnings(market, bt_shopbot_monopoly_price(market)) /
                         bt_shopbot_reach(market, rank);

    if (!market->uniform_values)
        return market->cost + level;
    /* The lower root of (p - c)(v - p) = level v, without cancellation. */
    const double half = (market->value - market->cost) / 2;
    const double root = sqrt(fmax(half * half - level * market->value, 0));
    return market->cost + level * market->value / (half + root);
}

/* Bisection on the decreasing polynomial bt_shopbot_reach(F) = w_1
 * bt_shopbot_earnings(monopoly)/bt_shopbot_earnings(p). */
double bt_shopbot_distribution(const bt_shopbot_market *market, double price)
{
    double low = 0;
    double high = 1;

    if (price <= bt_shopbot_price(market, 0))
        return 0;
    if (price >= bt_shopbot_monopoly_price(market))
        return 1;
    const double wanted = market->compares_share[0] *
                          bt_shopbot_earnings(market, bt_shopbot_monopoly_price(market)) /
                          bt_shopbot_earnings(market, price);
    while (high - low > DBL_EPSILON) {
        const double rank = low + (high - low) / 2;

        if (rank <= low || rank >= high)
            break;
        if (bt_shopbot_reach(market, rank) > wanted)
            low = rank;
        else
            high = rank;
    }
    return low + (high - low) / 2;
}

double bt_shopbot_profit(const bt_shopbot_market *market)
{
    return market->compares_share[0] *
           bt_shopbot_earnings(market, bt_shopbot_monopoly_price(market)) /
           (double)market->n_sellers;
}
