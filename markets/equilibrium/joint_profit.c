/* Joint profit: one owner of all that is for a seller to price. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/best_response.h"
#include "markets/equilibrium/common_markup.h"
#include "markets/equilibrium/equilibrium.h"
#include "markets/equilibrium/equilibrium_existence.h"
#include "markets/equilibrium/equilibrium_search.h"
#include "markets/equilibrium/equilibrium_solver.h"
#include "markets/equilibrium/price_point.h"

/* Sellers with a price to set become seller 0; the others keep out, as seller 1 ... */
static size_t merge_sellers(const bt_ownership *ownership, uint32_t *merged)
{
    const size_t n = ownership->n_products;
    uint32_t n_sellers = 1;

    for (size_t j = 0; j < n; j++)
        merged[j] = UINT32_MAX;
    for (size_t j = 0; j < n; j++)
        if (ownership->fixed_price == NULL || isnan(ownership->fixed_price[j]))
            for (size_t k = 0; k < n; k++)
                if (ownership->seller[k] == ownership->seller[j])
                    merged[k] = 0;
    for (size_t j = 0; j < n; j++) {
        if (merged[j] != UINT32_MAX)
            continue;
        for (size_t k = j; k < n; k++)
            if (ownership->seller[k] == ownership->seller[j])
                merged[k] = n_sellers;
        n_sellers++;
    }
    return n_sellers;
}

/* The owner's best prices by global search, then polished on the first-order conditions. */
static bt_status search_joint_profit(const bt_demand *demand, const bt_ownership *merged,
                                     const bt_equilibrium_settings *settings, double *price,
                                     size_t *iterations, bt_error *error)
{
    bt_pricing_game *game = bt_pricing_game_create(demand, settings->n_threads);
    bt_solver solver = {0};
    bt_status status = BT_OK;

    if (game == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for joint profit of %zu products",
                       demand->n_products);
    bt_pricing_game_set_ownership(game, merged);
    bt_responder responder = {.game = game};
    double *best = calloc(2 * demand->n_products, sizeof *best);
    double *polished = best + demand->n_products;
    if (best == NULL)
        status = bt_fail(error, BT_INTERNAL, "no memory for joint profit");
    if (status == BT_OK)
        status = bt_solver_create(game, &solver, error);
    if (status == BT_OK) {
        double before;
        double after = -INFINITY;

        for (size_t start = 0; status == BT_OK && start < 3; start++) {
            double profit;

            bt_start_prices(game, start, price);
            status = bt_respond(&responder, 0, price, polished, &before, &profit, error);
            if (profit > after) {
                after = profit;
                memcpy(best, polished, demand->n_products * sizeof *best);
            }
        }
        memcpy(polished, best, demand->n_products * sizeof *best);
        if (status == BT_OK) {
            bt_solver_run(&solver, polished, settings->tolerance, settings->max_iterations);
            bt_pricing_game_shares(game, polished);
            *iterations = solver.iterations;
            /* Newton may have gone to another stationary point. */
            const bool better = game->expected[0] >= after - 1e-9 * fabs(after);
            memcpy(price, better ? polished : best, demand->n_products * sizeof *price);
        }
    }
    free(best);
    bt_solver_free(&solver);
    bt_seller_problem_destroy(responder.problem);
    bt_pricing_game_destroy(game);
    return status;
}

static bt_status solve_merged(const bt_demand *demand, const bt_ownership *merged,
                              const bt_equilibrium_settings *settings, bt_price_point *point,
                              bt_error *error)
{
    if (!bt_common_markup_applies(demand, merged))
        return search_joint_profit(demand, merged, settings, point->price, &point->iterations,
                                   error);
    double log_sum;
    double *memory =
        malloc((bt_common_markup_memory(merged) + 2 * merged->n_products) * sizeof *memory);
    if (memory == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for joint profit of %zu products",
                       demand->n_products);
    point->iterations =
        bt_common_markup_solve(demand, merged, point->price, point->margin, point->share,
                               &point->outside_share, &log_sum, memory);
    free(memory);
    return BT_OK;
}

/* The point by the sellers as they are; residual, error bound and certificate are the one
 * owner's. */
static bt_status describe(const bt_demand *demand, const bt_ownership *ownership,
                          const bt_ownership *merged, const bt_equilibrium_settings *settings,
                          bt_price_point *point, bt_error *error)
{
    bt_equilibrium_settings apart = *settings;
    bt_price_point owner = {0};
    const size_t iterations = point->iterations;
    double *price = point->price;
    double *memory = price;
    bt_price_point described = {0};

    apart.certify = false;
    bt_status status = bt_equilibrium_evaluate(demand, merged, price, settings, &owner, error);
    if (status == BT_OK)
        status = bt_equilibrium_evaluate(demand, ownership, price, &apart, &described, error);
    if (status == BT_OK && bt_common_markup_applies(demand, merged)) {
        /* Shares and margins without the rounding of prices. */
        memcpy(described.share, point->share, point->n_products * sizeof(double));
        memcpy(described.margin, point->margin, point->n_products * sizeof(double));
        described.outside_share = point->outside_share;
        for (size_t i = 0; i < described.n_sellers; i++)
            described.profit[i] = 0;
        for (size_t j = 0; j < point->n_products; j++)
            described.profit[ownership->seller[j]] +=
                demand->size * (described.margin[j] * described.share[j]);
    }
    if (status == BT_OK) {
        described.iterations = iterations;
        described.foc_residual = owner.foc_residual;
        described.price_error_bound = owner.price_error_bound;
        described.exploitability = owner.exploitability;
        described.is_equilibrium = owner.is_equilibrium;
        described.deviation = owner.deviation;
        owner.deviation.price = NULL;
        *point = described;
        free(memory);
    } else {
        bt_price_point_free(&described);
    }
    bt_price_point_free(&owner);
    return status;
}

bt_status bt_joint_profit_solve(const bt_demand *demand, const bt_ownership *ownership,
                                const bt_equilibrium_settings *settings, bt_price_point *point,
                                bt_error *error)
{
    const bt_equilibrium_settings effective =
        settings != NULL ? *settings : bt_equilibrium_defaults();
    bt_ownership merged = *ownership;
    char reason[512];

    *point = (bt_price_point){0};
    bt_status status = bt_ownership_check(demand, ownership, error);
    if (status != BT_OK)
        return status;
    uint32_t *seller = calloc(demand->n_products, sizeof *seller);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for joint profit of %zu products",
                       demand->n_products);
    merged.n_sellers = merge_sellers(ownership, seller);
    merged.seller = seller;
    merged.objective = NULL;
    merged.risk_aversion = NULL;
    status = bt_price_point_allocate(demand->n_products, ownership->n_sellers, point, error);
    if (status == BT_OK && bt_no_finite_equilibrium(demand, &merged, reason, sizeof reason)) {
        for (size_t i = 0; i < 5 * point->n_products + 2 * point->n_sellers; i++)
            point->price[i] = NAN;
        point->is_equilibrium = false;
        point->outside_share = point->hhi = point->foc_residual = NAN;
        point->price_error_bound = point->exploitability = NAN;
        point->welfare = (bt_welfare){NAN, NAN, NAN, NAN, NAN, NAN};
        free(seller);
        return BT_OK;
    }
    if (status == BT_OK)
        status = solve_merged(demand, &merged, &effective, point, error);
    if (status == BT_OK)
        status = describe(demand, ownership, &merged, &effective, point, error);
    free(seller);
    if (status != BT_OK)
        bt_price_point_free(point);
    return status;
}
