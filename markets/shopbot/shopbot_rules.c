#include "markets/shopbot/shopbot_rules.h"

#include <math.h>

/* The probability that a buyer who compares k takes the seller that has r cheaper ones. */
static double share_at_rank(size_t n_sellers, size_t compared, size_t cheaper)
{
    double share = (double)compared / (double)n_sellers;
    for (size_t m = 0; m + 1 < compared; m++) {
        if (n_sellers - 1 - cheaper <= m)
            return 0;
        share *= (double)(n_sellers - 1 - cheaper - m) / (double)(n_sellers - 1 - m);
    }
    return share;
}

void bt_shopbot_accumulate_shares(const bt_shopbot_market *market, double *cumulative_share)
{
    size_t n_sellers = market->n_sellers;
    cumulative_share[0] = 0;
    for (size_t r = 0; r < n_sellers; r++) {
        double share = 0;
        for (size_t k = 1; k <= n_sellers; k++)
            share += market->compares_share[k - 1] * share_at_rank(n_sellers, k, r);
        cumulative_share[r + 1] = cumulative_share[r] + share;
    }
}

double bt_shopbot_round(const bt_shopbot_rules *rules, double price)
{
    return rules->quantum > 0 ? rules->quantum * round(price / rules->quantum) : price;
}

double bt_shopbot_acceptance(const bt_shopbot_market *market, double price)
{
    if (!market->uniform_values)
        return price <= market->value ? 1 : 0;
    return fmin(1, fmax(0, 1 - price / market->value));
}

double bt_shopbot_surplus(const bt_shopbot_market *market, double price)
{
    double gap = market->value - price;
    if (gap <= 0)
        return 0;
    if (!market->uniform_values)
        return gap;
    /* at a negative price even those who value the good at nothing take it */
    return price < 0 ? market->value / 2 - price : gap * gap / (2 * market->value);
}

double bt_shopbot_sales(const bt_shopbot_rules *rules, const double *price, size_t seller,
                        double own_price)
{
    size_t cheaper = 0, tied = 0;
    for (size_t j = 0; j < rules->market.n_sellers; j++) {
        if (j == seller)
            continue;
        cheaper += price[j] < own_price;
        tied += price[j] == own_price;
    }
    double share =
        rules->cumulative_share[cheaper + tied + 1] - rules->cumulative_share[cheaper];
    return share / (double)(tied + 1) * bt_shopbot_acceptance(&rules->market, own_price);
}
