#include "markets/posted_price/posted_price_logit_grid.h"

#include <math.h>
#include <string.h>

static bool is_plain(const bt_posted_price *market)
{
    const bt_demand *demand = market->model->demand;
    const bt_ownership *ownership = market->model->layout.ownership;
    for (size_t i = 0; ownership->objective != NULL && i < market->n_sellers; i++)
        if (ownership->objective[i] != BT_EXPECTED_PROFIT)
            return false;
    return demand->model == BT_LOGIT && bt_demand_is_homogeneous(demand) &&
           market->model->reference == NULL;
}

static void set_prices(bt_posted_price *market, size_t i, size_t k)
{
    const bt_market_seller *seller = &market->seller[i];
    for (size_t own = 0; own < seller->n_own; own++)
        market->trial_price[seller->own_product[own]] =
            seller->action_price[k * seller->n_own + own];
}

/* Weights of seller i's prices; utilities less `shift`, so that none overflows. */
static void fill_seller(bt_posted_price *market, bt_logit_grid *grid, size_t i, double shift)
{
    const bt_market_seller *seller = &market->seller[i];
    const bt_ownership *ownership = market->model->layout.ownership;
    for (size_t k = 0; k < seller->n_actions; k++) {
        double outside;
        set_prices(market, i, k);
        bt_choice_utilities(market->model->demand, 0, market->trial_price, market->trial_share,
                            &outside, market->work);
        double *weight = &grid->weight[grid->first[i] + k];
        double *revenue = &grid->revenue[grid->first[i] + k];
        for (size_t owned = 0; owned < seller->n_owned; owned++) {
            size_t j = seller->owned_product[owned];
            double own = exp(market->trial_share[j] - shift);
            *weight += own;
            *revenue += market->model->demand->size *
                        bt_margin(ownership, j, market->trial_price[j]) * own;
        }
        grid->outside = exp(outside - shift);
    }
}

/* The largest utility of anything at any price. */
static double largest_utility(bt_posted_price *market)
{
    double largest = -INFINITY, outside;
    for (size_t i = 0; i < market->n_sellers; i++)
        for (size_t k = 0; k < market->seller[i].n_actions; k++) {
            set_prices(market, i, k);
            bt_choice_utilities(market->model->demand, 0, market->trial_price,
                                market->trial_share, &outside, market->work);
            largest = fmax(largest, outside);
            for (size_t owned = 0; owned < market->seller[i].n_owned; owned++)
                largest =
                    fmax(largest, market->trial_share[market->seller[i].owned_product[owned]]);
        }
    return largest;
}

bool bt_logit_grid_create(bt_posted_price *market, bt_arena *arena, bt_logit_grid **result)
{
    *result = NULL;
    if (!is_plain(market))
        return true;
    bt_logit_grid *grid = BT_ARENA_NEW(arena, 1, bt_logit_grid);
    size_t count = 0;
    if (grid == NULL || (grid->first = BT_ARENA_NEW(arena, market->n_sellers, size_t)) == NULL)
        return false;
    for (size_t i = 0; i < market->n_sellers; i++) {
        grid->first[i] = count;
        count += market->seller[i].n_actions;
    }
    grid->weight = BT_ARENA_NEW(arena, count, double);
    grid->revenue = BT_ARENA_NEW(arena, count, double);
    if (grid->weight == NULL || grid->revenue == NULL)
        return false;
    memcpy(market->trial_price, market->model->layout.fixed_price,
           market->n_products * sizeof(double));
    for (size_t i = 0; i < market->n_sellers; i++)
        if (market->seller[i].type != NULL)
            set_prices(market, i, 0);
    double shift = largest_utility(market);
    for (size_t i = 0; i < market->n_sellers; i++)
        fill_seller(market, grid, i, shift);
    *result = grid;
    return true;
}

void bt_logit_grid_add_profits(const bt_logit_grid *grid, const bt_posted_price *market,
                               size_t seller, double duration, double *sum)
{
    double rivals = grid->outside;
    for (size_t i = 0; i < market->n_sellers; i++) {
        const bt_market_seller *other = &market->seller[i];
        size_t played = market->recent[0] / other->stride % other->n_actions;
        if (i != seller)
            rivals += grid->weight[grid->first[i] + played];
    }
    const double *weight = grid->weight + grid->first[seller];
    const double *revenue = grid->revenue + grid->first[seller];
    for (size_t k = 0; k < market->seller[seller].n_actions; k++)
        sum[k] += duration * revenue[k] / (rivals + weight[k]);
}
