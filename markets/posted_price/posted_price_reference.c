/*
 * Reference prices of a posted-price market: what each product's buyers remember, what they
 * therefore feel a price to be, and what that does to a seller's slope of profit.
 *
 * Buyers are served at market->offer, perceived prices; margins, records and what sellers
 * see are of prices charged. Consumer surplus is that of perceived prices: it counts the
 * pleasure of a bargain and the pain of a loss; at rest, when a price is the remembered one,
 * it is the plain surplus.
 */
#include "markets/posted_price/posted_price_market.h"

#include <math.h>

#include "markets/equilibrium/stationary_equilibrium.h"

#define OF(member) .offset = offsetof(bt_reference_price_parameters, member)

static const bt_parameter parameters[] = {
    {.name = "sensitivity",
     .type = BT_REAL,
     OF(effect.sensitivity),
     .unit = "1",
     .required = true,
     .range = BT_NON_NEGATIVE,
     .meaning = "gamma: p is felt as p + gamma (p - r), r the product's reference price"},
    {.name = "loss_aversion",
     .type = BT_REAL,
     OF(effect.loss_aversion),
     .unit = "1",
     .default_text = "1",
     .range = BT_AT_LEAST(1),
     .meaning = "how many times more a price above the reference price is felt"},
    {.name = "memory",
     .type = BT_REAL,
     OF(effect.memory),
     .unit = "1",
     .default_text = "0.9",
     .range = {.minimum = 0, .maximum = 1, .below_maximum = true, .bounded = true},
     .meaning = "weight of the past: after a period r becomes memory r + (1 - memory) p"},
    {.name = "start",
     .type = BT_OPTION,
     OF(start),
     .unit = "price",
     .default_text = "first_price",
     .number_allowed = true,
     .choices = "first_price",
     .meaning = "the first reference price: a number, or the first price posted"},
};
const bt_parameter_table bt_reference_price_table =
    BT_TABLE_OF(bt_reference_price_parameters, parameters);

enum { FIRST_PRICE = 0 };

bt_status bt_reference_create(bt_posted_price *market, bt_arena *arena, bt_error *error)
{
    market->offer = market->price;
    market->felt_ownership = *market->model->layout.ownership;
    if (market->model->reference == NULL)
        return BT_OK;
    if (!market->is_periodic)
        return bt_fail(error, BT_BAD_INPUT,
                       "demand.reference_price: buyers remember the prices of periods; give "
                       "the horizon in `periods`, not in time");
    double *cost = BT_ARENA_NEW(arena, market->n_products, double);
    market->offer = BT_ARENA_NEW(arena, market->n_products, double);
    market->reference = BT_ARENA_NEW(arena, market->n_products, double);
    market->trial_offer = BT_ARENA_NEW(arena, market->n_products, double);
    if (cost == NULL || market->trial_offer == NULL || market->offer == NULL ||
        market->reference == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for reference prices");
    market->felt_ownership.cost = market->felt_cost = cost;
    const bt_option *start = &market->model->parameters->demand.reference_price.start;
    for (size_t j = 0; j < market->n_products; j++)
        market->reference[j] = start->chosen == FIRST_PRICE ? NAN : start->value;
    return BT_OK;
}

void bt_feel_prices(bt_posted_price *market)
{
    if (market->reference == NULL)
        return;
    for (size_t j = 0; j < market->n_products; j++) {
        if (isnan(market->reference[j]) && market->price[j] < INFINITY)
            market->reference[j] = market->price[j];
        double felt = bt_felt_price(market, j, market->price[j]);
        market->demand_stands = market->demand_stands && felt == market->offer[j];
        market->offer[j] = felt;
    }
}

const double *bt_felt_trial(bt_posted_price *market)
{
    if (market->reference == NULL)
        return market->trial_price;
    for (size_t j = 0; j < market->n_products; j++)
        market->trial_offer[j] = bt_felt_price(market, j, market->trial_price[j]);
    return market->trial_offer;
}

void bt_remember_prices(bt_posted_price *market)
{
    if (market->reference == NULL)
        return;
    double memory = market->model->reference->memory;
    for (size_t j = 0; j < market->n_products; j++)
        if (market->price[j] < INFINITY)
            market->reference[j] =
                memory * market->reference[j] + (1 - memory) * market->price[j];
    bt_feel_prices(market);
}

/* At the remembered price, where losses begin to weigh more than gains, profit has a kink: the
 * slope of least absolute value between those of its sides, so that who need not leave
 * stays. */
static double slope_at(const bt_reference_price *reference, double price, double remembered,
                       double direct, double indirect)
{
    double below = direct + (1 + reference->sensitivity) * indirect;
    double above = direct + (1 + reference->sensitivity * reference->loss_aversion) * indirect;
    if (price != remembered)
        return price > remembered ? above : below;
    double least = fmin(above, below), most = fmax(above, below);
    return least > 0 ? least : most < 0 ? most : 0;
}

/* With margins m at prices charged, a plain game of the prices felt has the slope
 * keep s_j + sum_k m_k d s_k / d p~_j; a price is felt 1 + gamma_j times, the margin changes
 * once. */
void bt_felt_gradient(bt_posted_price *market, double *gradient)
{
    const bt_ownership *ownership = market->model->layout.ownership;
    const bt_demand *demand = market->model->demand;
    if (market->reference == NULL) {
        bt_objective_gradient(demand, ownership, market->offer, gradient, market->work);
        return;
    }
    double keep = 1 - ownership->fee_ad_valorem, outside;
    for (size_t j = 0; j < market->n_products; j++)
        market->felt_cost[j] = keep * market->offer[j] - ownership->fee_per_unit -
                               bt_margin(ownership, j, market->price[j]);
    bt_objective_gradient(demand, &market->felt_ownership, market->offer, gradient,
                          market->work);
    bt_demand_shares(demand, market->offer, market->trial_share, &outside, NULL, market->work);
    for (size_t j = 0; j < market->n_products; j++) {
        double direct = keep * market->trial_share[j];
        gradient[j] = slope_at(market->model->reference, market->price[j], market->reference[j],
                               direct, gradient[j] - direct);
    }
}

bt_status bt_felt_exploitability(bt_posted_price *market, const double *price, double *gain,
                                 bt_error *error)
{
    const bt_reference_price *reference = market->model->reference;
    const bt_ownership *ownership = market->model->layout.ownership;
    *gain = NAN;
    if (reference == NULL)
        return bt_exploitability(market->model->demand, ownership, price, gain, market->work,
                                 error);
    if (reference->loss_aversion > 1)
        return BT_OK;
    return bt_stationary_exploitability(market->model->demand, ownership,
                                        reference->sensitivity, price, gain, market->work,
                                        error);
}

void bt_reference_archive(bt_posted_price *market, bt_archive *archive)
{
    if (market->reference == NULL)
        return;
    size_t size = market->n_products * sizeof(double);
    bt_archive_field(archive, "reference_price", market->reference, size);
    bt_archive_field(archive, "felt_price", market->offer, size);
}
