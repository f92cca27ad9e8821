/* Best responses, and what each seller could gain. */
#include "markets/equilibrium/best_response.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/adjusted_markup.h"
#include "markets/equilibrium/common_markup.h"
#include "markets/demand/demand_work.h"
#include "markets/equilibrium/equilibrium.h"
#include "markets/equilibrium/equilibrium_existence.h"

/* A gain below this part of the objective is no reason to call a price vector something
 * other than an equilibrium: prices right to about 1e-5 pass. */
static const double GAIN_TOLERANCE = 1e-9;
/* ... and below this part of the largest seller's objective: a seller as good as out of the
 * market must not stop the rest; or of its own revenue: what margins are rounded to. */
static const double GAIN_FLOOR = 1e-14;

/* Prices at which a seller with shares of rounded-off size stands. */
static double objective_at(bt_pricing_game *game, size_t seller, const double *price)
{
    bt_pricing_game_shares(game, price);
    return bt_pricing_game_objective(game, seller);
}

static bt_status respond_by_search(bt_responder *responder, size_t seller, const double *price,
                                   double *best, double *before, double *after, bt_error *error)
{
    bt_pricing_game *game = responder->game;

    if (responder->problem == NULL) {
        const bt_status status = bt_pricing_game_keep_entries(game, error);

        if (status != BT_OK)
            return status;
        responder->problem = bt_seller_problem_create(game);
    }
    bt_seller_problem *problem = responder->problem;
    if (problem == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for the search of a best response");
    bt_seller_problem_set(problem, seller, price);
    double *present = problem->present;
    double *found = problem->best;
    memcpy(present, problem->price, problem->n_free * sizeof *present);
    *before = bt_seller_problem_evaluate(problem, present);
    *after = bt_seller_problem_search(problem, present, found);
    if (responder->polishes) {
        bt_seller_problem_polish(problem, found);
        *after = fmax(*after, bt_seller_problem_evaluate(problem, found));
    }
    for (size_t i = 0; i < problem->n_free; i++)
        best[problem->product[i]] = found[i];
    return BT_OK;
}

bt_status bt_respond(bt_responder *responder, size_t seller, const double *price, double *best,
                     double *before, double *after, bt_error *error)
{
    bt_pricing_game *game = responder->game;
    const bt_demand *demand = game->demand;
    const bt_ownership *ownership = game->ownership;

    memcpy(best, price, game->n_products * sizeof *best);
    if (responder->closed_form)
        *after = bt_common_markup_best_response(demand, ownership, seller, price, best);
    else if (bt_adjusted_markup_applies(demand, ownership, seller))
        *after = bt_adjusted_markup_best_response(game, seller, price, best);
    else
        return respond_by_search(responder, seller, price, best, before, after, error);
    *before = objective_at(game, seller, price);
    return BT_OK;
}

/* One seller's entry in a certificate. */
typedef struct seller_gain {
    double gain;
    double after;
    bt_status status;
} seller_gain;

static bool sets_a_price(const bt_pricing_game *game, size_t seller)
{
    for (size_t i = game->seller_start[seller]; i < game->seller_start[seller + 1]; i++)
        if (game->is_free[game->seller_product[i]])
            return true;
    return false;
}

static seller_gain gain_of(bt_responder *responder, size_t seller, const double *price,
                           double *best, bool may_be_unlimited, bt_error *error)
{
    const bt_pricing_game *game = responder->game;
    seller_gain entry = {.status = BT_OK};
    double before = 0;
    char reason[512];

    if (!sets_a_price(game, seller))
        return entry;
    if (may_be_unlimited &&
        bt_seller_is_unlimited(game->demand, game->ownership, seller, reason, sizeof reason)) {
        entry.gain = entry.after = INFINITY;
        return entry;
    }
    entry.status = bt_respond(responder, seller, price, best, &before, &entry.after, error);
    entry.gain = entry.after > before ? entry.after - before : 0;
    return entry;
}

/* Searches run side by side on one game: its evaluations are not used by them. */
static bt_status all_gains(bt_pricing_game *game, const double *price, size_t n_threads,
                           seller_gain *gains, double *best, bt_error *error)
{
    const bool closed_form = bt_common_markup_applies(game->demand, game->ownership);
    char reason[512];
    const bool may_be_unlimited =
        bt_no_finite_equilibrium(game->demand, game->ownership, reason, sizeof reason);
    bool one_thread = closed_form;

    for (size_t seller = 0; seller < game->n_sellers; seller++)
        one_thread |= bt_adjusted_markup_applies(game->demand, game->ownership, seller);
    if (!one_thread) {
        const bt_status status = bt_pricing_game_keep_entries(game, error);

        if (status != BT_OK)
            return status;
    }
    const int threads = one_thread || n_threads < 2 ? 1 : (int)n_threads;
#pragma omp parallel num_threads(threads)
    {
        bt_responder responder = {.game = game, .closed_form = closed_form};
        double *own_best = best + (size_t)omp_get_thread_num() * game->n_products;

#pragma omp for schedule(dynamic)
        for (size_t seller = 0; seller < game->n_sellers; seller++)
            gains[seller] =
                gain_of(&responder, seller, price, own_best, may_be_unlimited, NULL);
        bt_seller_problem_destroy(responder.problem);
    }
    for (size_t seller = 0; seller < game->n_sellers; seller++)
        if (gains[seller].status != BT_OK)
            return bt_fail(error, gains[seller].status,
                           "no memory for the search of best responses");
    return BT_OK;
}

/* What a seller's objective is rounded to, for it takes differences of revenue and cost. */
static double rounding_of(const bt_pricing_game *game, size_t seller, const double *price)
{
    const bt_ownership *ownership = game->ownership;
    double revenue = 0;

    for (size_t i = game->seller_start[seller]; i < game->seller_start[seller + 1]; i++) {
        const uint32_t product = game->seller_product[i];

        if (bt_game_share(game, product) > 0)
            revenue += fabs(price[product]) * bt_game_share(game, product);
    }
    const double rounding = GAIN_FLOOR * revenue;
    return ownership->objective != NULL && ownership->objective[seller] == BT_MEAN2_VARIANCE
               ? rounding * rounding
               : rounding;
}

/* The game has been evaluated at the prices. */
static void judge(const bt_pricing_game *game, const double *price, const seller_gain *gains,
                  double *exploitability, size_t *seller, bool *is_equilibrium)
{
    double largest_objective = 0;
    double largest_excess = 0;

    *exploitability = 0;
    *seller = 0;
    *is_equilibrium = true;
    for (size_t i = 0; i < game->n_sellers; i++)
        largest_objective = fmax(largest_objective, fabs(gains[i].after));
    for (size_t i = 0; i < game->n_sellers; i++) {
        const double allowed = GAIN_TOLERANCE * fabs(gains[i].after) +
                               GAIN_FLOOR * largest_objective + rounding_of(game, i, price);

        *exploitability = fmax(*exploitability, gains[i].gain);
        if (gains[i].gain == INFINITY || gains[i].gain > allowed)
            *is_equilibrium = false;
        if (gains[i].gain > largest_excess) {
            largest_excess = gains[i].gain;
            *seller = i;
        }
    }
}

bt_status bt_certify(bt_pricing_game *game, const double *price, size_t n_threads,
                     double *exploitability, size_t *seller, bool *is_equilibrium,
                     double *deviation, bt_error *error)
{
    const size_t n_vectors = n_threads < 1 ? 1 : n_threads;
    seller_gain *gains = calloc(game->n_sellers, sizeof *gains);
    double *best = calloc(n_vectors * game->n_products, sizeof *best);
    bt_status status = BT_INTERNAL;

    if (gains == NULL || best == NULL)
        bt_fail(error, BT_INTERNAL, "no memory for the certificate of %zu sellers",
                game->n_sellers);
    else
        status = all_gains(game, price, n_threads, gains, best, error);
    if (status == BT_OK) {
        bt_pricing_game_shares(game, price);
        judge(game, price, gains, exploitability, seller, is_equilibrium);
        if (deviation != NULL && *exploitability < INFINITY) {
            bt_responder responder = {
                .game = game,
                .closed_form = bt_common_markup_applies(game->demand, game->ownership),
                .polishes = true};
            double before;
            double after;

            status = bt_respond(&responder, *seller, price, deviation, &before, &after, error);
            *exploitability = fmax(*exploitability, after - before);
            bt_seller_problem_destroy(responder.problem);
        } else if (deviation != NULL) {
            for (size_t product = 0; product < game->n_products; product++)
                deviation[product] =
                    game->ownership->seller[product] == *seller && game->is_free[product]
                        ? INFINITY
                        : price[product];
        }
    }
    free(gains);
    free(best);
    return status;
}

/* The responder that a demand's working memory keeps. */
static bt_status responder_of(const bt_demand *demand, const bt_ownership *ownership,
                              bt_demand_work *work, bt_responder *responder, bt_error *error)
{
    *responder = (bt_responder){
        .game = bt_pricing_game_of(demand, ownership, work),
        .closed_form = bt_common_markup_applies(demand, ownership),
        .problem = work->seller_problem,
        .polishes = true,
    };
    if (responder->game == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for best responses");
    return BT_OK;
}

bt_status bt_best_response(const bt_demand *demand, const bt_ownership *ownership,
                           size_t seller, const double *price, double *best, double *objective,
                           bt_demand_work *work, bt_error *error)
{
    bt_responder responder;
    double before;
    char reason[512];

    if (seller >= ownership->n_sellers)
        return bt_fail(error, BT_BAD_INPUT, "there is no seller %zu among %zu", seller,
                       ownership->n_sellers);
    if (bt_seller_is_unlimited(demand, ownership, seller, reason, sizeof reason))
        return bt_fail(error, BT_BAD_INPUT, "there is no best response: %s", reason);
    bt_status status = responder_of(demand, ownership, work, &responder, error);
    if (status == BT_OK)
        status = bt_respond(&responder, seller, price, best, &before, objective, error);
    work->seller_problem = responder.problem;
    return status;
}

double bt_seller_objective(const bt_demand *demand, const bt_ownership *ownership,
                           size_t seller, const double *price, bt_demand_work *work)
{
    bt_pricing_game *game = bt_pricing_game_of(demand, ownership, work);

    return game == NULL ? NAN : objective_at(game, seller, price);
}

double bt_objective_of_sales(const bt_ownership *ownership, size_t seller, const double *price,
                             const double *share, double n_buyers)
{
    double expected = 0, expected_square = 0;

    for (size_t product = 0; product < ownership->n_products; product++) {
        if (ownership->seller[product] != seller)
            continue;
        const double margin = bt_margin(ownership, product, price[product]);
        expected += margin * share[product];
        expected_square += margin * margin * share[product];
    }
    const bt_value_form form = bt_seller_value_form(ownership, seller, expected);
    double squared_mean = expected * expected;
    if (!(n_buyers > 1))
        return form.constant * expected + form.mean / 2 * squared_mean +
               form.square / 2 * squared_mean;
    if (!isinf(n_buyers))
        squared_mean += (squared_mean - expected_square) / (n_buyers - 1);
    return form.constant * expected + form.mean / 2 * squared_mean +
           form.square / 2 * expected_square;
}

/* Expected profits count, whatever the sellers maximise. */
bt_status bt_exploitability(const bt_demand *demand, const bt_ownership *ownership,
                            const double *price, double *exploitability, bt_demand_work *work,
                            bt_error *error)
{
    bt_ownership profit_seeking = *ownership;
    bt_responder responder;
    char reason[512];

    profit_seeking.objective = NULL;
    *exploitability = 0;
    if (bt_no_finite_equilibrium(demand, &profit_seeking, reason, sizeof reason))
        for (size_t seller = 0; seller < ownership->n_sellers; seller++)
            if (bt_seller_is_unlimited(demand, &profit_seeking, seller, reason,
                                       sizeof reason)) {
                *exploitability = INFINITY;
                return BT_OK;
            }
    bt_status status = responder_of(demand, &profit_seeking, work, &responder, error);
    for (size_t seller = 0; status == BT_OK && seller < ownership->n_sellers; seller++) {
        double before = 0;
        double after = 0;

        if (!sets_a_price(responder.game, seller))
            continue;
        status = bt_respond(&responder, seller, price, responder.game->response, &before,
                            &after, error);
        if (after - before > *exploitability)
            *exploitability = after - before;
    }
    work->seller_problem = responder.problem;
    return status;
}

void bt_objective_gradient(const bt_demand *demand, const bt_ownership *ownership,
                           const double *price, double *gradient, bt_demand_work *work)
{
    bt_pricing_game *game = bt_pricing_game_of(demand, ownership, work);

    if (game == NULL) {
        for (size_t product = 0; product < demand->n_products; product++)
            gradient[product] = NAN;
        return;
    }
    bt_pricing_game_evaluate(game, price);
    memcpy(gradient, game->gradient, demand->n_products * sizeof *gradient);
}
