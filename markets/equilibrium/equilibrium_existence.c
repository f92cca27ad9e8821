/* The rules of non-existence. */
#include "markets/equilibrium/equilibrium_existence.h"

#include <math.h>
#include <stdio.h>

static bool is_free(const bt_ownership *ownership, size_t product)
{
    return ownership->fixed_price == NULL || isnan(ownership->fixed_price[product]);
}

/* What a seller has in a row. */
typedef struct row_reach {
    bool free;            /* a product with a price to set */
    bool alone;           /* nothing else to turn to, at prices all its own to set */
    bool alone_in_a_nest; /* nested: no rival shares a nest in which it sets a price */
} row_reach;

/* Does nobody else, and no given price, stand in the nest of an own product? */
static bool alone_in_nest(const bt_demand *demand, const bt_ownership *ownership, size_t seller,
                          size_t type, uint32_t product)
{
    for (size_t entry = demand->row_start[type]; entry < demand->row_start[type + 1]; entry++) {
        const uint32_t other = demand->considered_product[entry];

        if (demand->nest[other] == demand->nest[product] &&
            (ownership->seller[other] != seller || !is_free(ownership, other)))
            return false;
    }
    return true;
}

static row_reach reach_of(const bt_demand *demand, const bt_ownership *ownership, size_t seller,
                          size_t type)
{
    row_reach reach = {.alone = !demand->has_outside_option};
    const size_t end = demand->row_start[type + 1];

    for (size_t entry = demand->row_start[type]; entry < end; entry++) {
        const uint32_t product = demand->considered_product[entry];
        const bool own = ownership->seller[product] == seller && is_free(ownership, product);

        reach.free |= own;
        reach.alone &= own;
        if (own && demand->model == BT_NESTED_LOGIT && !reach.alone_in_a_nest)
            reach.alone_in_a_nest = alone_in_nest(demand, ownership, seller, type, product);
    }
    return reach;
}

/* A transform's Box-Cox lambda, 1 for what falls at least as fast. */
static double power_of(const bt_demand *demand, size_t type)
{
    switch (demand->transform[type]) {
    case BT_PRICE_LOG:
        return 0;
    case BT_PRICE_BOX_COX:
        return demand->transform_value[type];
    default:
        return 1;
    }
}

static bool is_risk_averse(const bt_ownership *ownership, size_t seller)
{
    return ownership->objective != NULL && ownership->objective[seller] != BT_EXPECTED_PROFIT &&
           ownership->risk_aversion != NULL && ownership->risk_aversion[seller] > 0;
}

static void say_captive(const bt_demand *demand, size_t seller, size_t type, char *reason,
                        size_t length)
{
    const char *who = demand->n_types == 1 ? "buyers have" : "some buyers have";

    if (demand->transform[type] == BT_PRICE_BUDGET)
        snprintf(reason, length,
                 "without an outside option %s nothing but the products of seller %zu to turn "
                 "to: its profit rises up to their budget, a price at which nobody buys",
                 who, seller);
    else
        snprintf(reason, length,
                 "without an outside option %s nothing but the products of seller %zu to turn "
                 "to: its profit rises with its price for ever",
                 who, seller);
}

/* Can no seller lack a limit in this type? A look at the type alone. */
static bool type_limits_all(const bt_demand *demand, const bt_ownership *ownership, size_t type)
{
    const size_t begin = demand->row_start[type];
    const size_t end = demand->row_start[type + 1];
    const double power = power_of(demand, type);
    bool one_seller = !demand->has_outside_option;

    if (demand->weight[type] == 0 || begin == end)
        return true;
    if (power < 0 || (power == 0 && demand->price_sensitivity[type] <= demand->scale[type]))
        return false;
    for (size_t entry = begin + 1; one_seller && entry < end; entry++)
        one_seller = ownership->seller[demand->considered_product[entry]] ==
                     ownership->seller[demand->considered_product[begin]];
    return !one_seller;
}

/* Is a seller's expected profit from one type without bound (or its bound not attained)? */
static bool type_sets_no_limit(const bt_demand *demand, const bt_ownership *ownership,
                               size_t seller, size_t type, char *reason, size_t length)
{
    const row_reach reach = reach_of(demand, ownership, seller, type);
    const double power = power_of(demand, type);
    double ratio = demand->price_sensitivity[type] / demand->scale[type];

    if (!reach.free || demand->weight[type] == 0)
        return false;
    if (reach.alone) {
        say_captive(demand, seller, type, reason, length);
        return true;
    }
    if (power < 0) {
        snprintf(reason, length,
                 "with Box-Cox lambda = %g below zero the utility of a product is bounded "
                 "below as its price rises, so demand does not vanish and profit grows for "
                 "ever: lambda of at least zero is needed",
                 power);
        return true;
    }
    if (demand->model == BT_NESTED_LOGIT && !reach.alone_in_a_nest)
        ratio /= 1 - demand->nest_correlation;
    if (power > 0 || ratio > 1 || (ratio == 1 && demand->n_types > 1))
        return false;
    snprintf(reason, length,
             "with log price demand falls as price^-r, r = alpha/mu = %g: the profit of seller "
             "%zu %s as its price rises; r above 1 is needed",
             ratio, seller,
             ratio < 1 ? "grows without bound" : "tends to a limit that no price attains");
    return true;
}

bool bt_seller_is_unlimited(const bt_demand *demand, const bt_ownership *ownership,
                            size_t seller, char *reason, size_t length)
{
    /* A risk-averse seller is held back by the variance of its profit, unless everyone buys
     * from it for certain: equal margins then have none. */
    if (is_risk_averse(ownership, seller)) {
        for (size_t type = 0; type < demand->n_types; type++)
            if (demand->weight[type] > 0 && !reach_of(demand, ownership, seller, type).alone)
                return false;
        say_captive(demand, seller, 0, reason, length);
        return true;
    }
    for (size_t type = 0; type < demand->n_types; type++)
        if (!type_limits_all(demand, ownership, type) &&
            type_sets_no_limit(demand, ownership, seller, type, reason, length))
            return true;
    return false;
}

static bool all_maximise_profit(const bt_ownership *ownership)
{
    for (size_t seller = 0; seller < ownership->n_sellers; seller++)
        if (is_risk_averse(ownership, seller))
            return false;
    return true;
}

/* How many sellers set prices; 0 when any price is given. */
static size_t count_pricing_sellers(const bt_ownership *ownership)
{
    size_t count = 0;

    for (size_t seller = 0; seller < ownership->n_sellers; seller++) {
        bool sets = false;

        for (size_t product = 0; product < ownership->n_products; product++) {
            if (!is_free(ownership, product))
                return 0;
            sets |= ownership->seller[product] == seller;
        }
        count += sets;
    }
    return count;
}

/* Log price, no outside option, one type that considers everything. */
static bool shares_do_not_sum(const bt_demand *demand, const bt_ownership *ownership,
                              char *reason, size_t length)
{
    const double ratio = demand->price_sensitivity[0] / demand->scale[0];

    if (demand->has_outside_option || demand->model != BT_LOGIT ||
        !bt_demand_is_homogeneous(demand) || power_of(demand, 0) != 0 ||
        !all_maximise_profit(ownership))
        return false;
    const double n = (double)count_pricing_sellers(ownership);
    if (n < 2 || ratio * (n - 1) > n)
        return false;
    snprintf(reason, length,
             "with log price and no outside option %g sellers need r = alpha/mu above n/(n-1) "
             "= %g, but r = %g: each best response exceeds the last and prices rise without "
             "bound",
             n, n / (n - 1), ratio);
    return true;
}

bool bt_no_finite_equilibrium(const bt_demand *demand, const bt_ownership *ownership,
                              char *reason, size_t length)
{
    bool may_fail = false;

    for (size_t type = 0; !may_fail && type < demand->n_types; type++)
        may_fail = !type_limits_all(demand, ownership, type);
    for (size_t seller = 0; may_fail && seller < ownership->n_sellers; seller++)
        if (bt_seller_is_unlimited(demand, ownership, seller, reason, length))
            return true;
    return shares_do_not_sum(demand, ownership, reason, length);
}
