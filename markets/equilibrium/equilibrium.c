/* Equilibria: the ways to one, the list of all that are found, and the verdict. */
#include "markets/equilibrium/equilibrium.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/common_markup.h"
#include "markets/equilibrium/equilibrium_existence.h"
#include "markets/equilibrium/equilibrium_search.h"
#include "markets/equilibrium/equilibrium_solver.h"
#include "markets/equilibrium/price_point.h"

enum {
    STARTS_MIXED = 8,
    PLAY_ROUNDS = 6,         /* of best-response play before a first-order solution */
    PLAY_ROUNDS_LONG = 500,  /* where no equilibrium was found */
    PLAY_ENTRY_LIMIT = 50000 /* larger markets are not played from their starts */
};
/* Two points are one when no price differs by more than this, relatively. */
static const double SAME_PRICE = 1e-7;
/* Play that settles ends this close to the first-order solution it leads to. */
static const double CLOSE_PRICE = 1e-4;
/* ... of products with at least this share. */
static const double SOLD_SHARE = 1e-10;
/* First-order points with a larger residual are not reported as equilibria. */
static const double RESIDUAL_LIMIT = 1e-8;

const char *bt_equilibrium_verdict_name(bt_equilibrium_verdict verdict)
{
    static const char *const name[] = {
        [BT_EQUILIBRIUM] = "equilibrium",
        [BT_MULTIPLE_EQUILIBRIA] = "multiple_equilibria",
        [BT_NO_PURE_EQUILIBRIUM_FOUND] = "no_pure_equilibrium_found",
        [BT_NO_FINITE_EQUILIBRIUM] = "no_finite_equilibrium",
    };

    return name[verdict];
}

bt_equilibrium_settings bt_equilibrium_defaults(void)
{
    return (bt_equilibrium_settings){.tolerance = 1e-13,
                                     .max_iterations = 10000,
                                     .n_starts = 0,
                                     .certify = true,
                                     .n_threads = 1};
}

void bt_equilibrium_result_free(bt_equilibrium_result *result)
{
    for (size_t i = 0; i < result->n_points; i++)
        bt_price_point_free(&result->point[i]);
    for (size_t i = 0; i < result->n_rejected; i++)
        bt_price_point_free(&result->rejected[i]);
    free(result->point);
    free(result->rejected);
    free(result->cycle_price);
    *result = (bt_equilibrium_result){0};
}

/* One search for equilibria. */
typedef struct equilibrium_search {
    const bt_demand *demand;
    const bt_ownership *ownership;
    bt_equilibrium_settings settings;
    bt_pricing_game *game;
    bt_demand_work *work;
    bt_solver solver;
    bt_responder responder;
    double *price;   /* [product] */
    double *settled; /* [product] where play came to rest */
    bool rises;      /* some start's prices rose without bound */
    bool falls;
    bt_equilibrium_result *result;
} equilibrium_search;

static bt_status search_open(equilibrium_search *search, bt_error *error)
{
    search->game = bt_pricing_game_create(search->demand, search->settings.n_threads);
    search->work = bt_demand_work_create(search->demand);
    search->price = calloc(search->demand->n_products, sizeof(double));
    search->settled = calloc(search->demand->n_products, sizeof(double));
    if (search->game == NULL || search->work == NULL || search->price == NULL ||
        search->settled == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for the equilibrium of %zu products",
                       search->demand->n_products);
    bt_pricing_game_set_ownership(search->game, search->ownership);
    search->responder = (bt_responder){
        .game = search->game,
        .closed_form = bt_common_markup_applies(search->demand, search->ownership),
        .polishes = true};
    const bt_status status =
        bt_demand_work_use_threads(search->work, search->settings.n_threads, error);
    return status == BT_OK ? bt_solver_create(search->game, &search->solver, error) : status;
}

static void search_close(equilibrium_search *search)
{
    bt_solver_free(&search->solver);
    bt_seller_problem_destroy(search->responder.problem);
    bt_pricing_game_destroy(search->game);
    bt_demand_work_destroy(search->work);
    free(search->price);
    free(search->settled);
}

/* Do the prices of all products agree that are sold at either? */
static bool same_point(const bt_pricing_game *game, const bt_price_point *point,
                       const double *price, double tolerance)
{
    for (size_t j = 0; j < point->n_products; j++) {
        const bool sold = point->share[j] > SOLD_SHARE || bt_game_share(game, j) > SOLD_SHARE;

        if (sold && !(fabs(point->price[j] - price[j]) <=
                      tolerance * fmax(fabs(point->price[j]), fabs(price[j]))))
            return false;
    }
    return true;
}

/* The place of search->price in a list, or its count. A point at which play settled without
 * a first-order solution is known less precisely. */
static size_t find_point(const equilibrium_search *search, const bt_price_point *list,
                         size_t count, bool is_solved)
{
    for (size_t i = 0; i < count; i++) {
        const bool both_solved = is_solved && list[i].foc_residual <= RESIDUAL_LIMIT;

        if (same_point(search->game, &list[i], search->price,
                       both_solved ? SAME_PRICE : CLOSE_PRICE))
            return i;
    }
    return count;
}

/* Is the point listed already? A settled one makes way for the solution that it is near. */
static bool is_known(equilibrium_search *search)
{
    bt_equilibrium_result *result = search->result;
    const double residual = bt_pricing_game_residual(search->game);
    const bool is_solved = residual <= RESIDUAL_LIMIT;
    const size_t place = find_point(search, result->point, result->n_points, is_solved);

    if (find_point(search, result->rejected, result->n_rejected, is_solved) <
        result->n_rejected)
        return true;
    if (place == result->n_points)
        return false;
    if (!is_solved || result->point[place].foc_residual <= RESIDUAL_LIMIT)
        return true;
    bt_price_point_free(&result->point[place]);
    result->point[place] = result->point[--result->n_points];
    return false;
}

static bt_status append(bt_price_point **list, size_t *count, const bt_price_point *point,
                        bt_error *error)
{
    bt_price_point *grown = realloc(*list, (*count + 1) * sizeof *grown);

    if (grown == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for another equilibrium");
    *list = grown;
    grown[(*count)++] = *point;
    return BT_OK;
}

static bool squares_its_mean(const bt_ownership *ownership, size_t seller)
{
    return ownership->objective != NULL && ownership->objective[seller] == BT_MEAN2_VARIANCE;
}

/* A seller of E^2 - lambda Var that can earn nothing: iteration brings it close to its cost,
 * which is where it is. */
static void put_at_cost(equilibrium_search *search)
{
    bt_pricing_game *game = search->game;
    bool moved = false;

    for (size_t i = 0; i < game->n_free; i++) {
        const uint32_t product = game->free_product[i];
        const size_t seller = search->ownership->seller[product];
        const double cost = game->zero_margin_price[product];
        const double distance = fabs(search->price[product] - cost);

        if (!squares_its_mean(search->ownership, seller) || distance == 0 ||
            distance > CLOSE_PRICE * fabs(cost) || bt_pricing_game_objective(game, seller) > 0)
            continue;
        search->price[product] = cost;
        moved = true;
    }
    if (moved)
        bt_pricing_game_evaluate(game, search->price);
}

/* It is indifferent between all prices that earn it nothing; the one to report is its cost. */
static bool is_canonical(const equilibrium_search *search)
{
    const bt_pricing_game *game = search->game;

    for (size_t i = 0; i < game->n_free; i++) {
        const uint32_t product = game->free_product[i];
        const size_t seller = search->ownership->seller[product];

        if (squares_its_mean(search->ownership, seller) && game->expected_square[seller] == 0 &&
            search->price[product] != game->zero_margin_price[product])
            return false;
    }
    return true;
}

/* Describe and certify search->price, and list it where it belongs. The game has been
 * evaluated there. */
static bt_status list_point(equilibrium_search *search, size_t iterations, bt_error *error)
{
    bt_equilibrium_result *result = search->result;
    bt_price_point point;

    put_at_cost(search);
    if (!isfinite(bt_pricing_game_residual(search->game)) || is_known(search) ||
        !is_canonical(search))
        return BT_OK;
    bt_status status = bt_price_point_allocate(search->demand->n_products,
                                               search->ownership->n_sellers, &point, error);
    if (status != BT_OK)
        return status;
    memcpy(point.price, search->price, point.n_products * sizeof(double));
    point.iterations = iterations;
    status = bt_price_point_describe(search->game, &search->solver.newton, &point, search->work,
                                     error);
    if (status == BT_OK && search->settings.certify)
        status =
            bt_price_point_certify(search->game, search->settings.n_threads, &point, error);
    if (status == BT_OK)
        status = point.is_equilibrium
                     ? append(&result->point, &result->n_points, &point, error)
                     : append(&result->rejected, &result->n_rejected, &point, error);
    if (status != BT_OK)
        bt_price_point_free(&point);
    return status;
}

/* From search->price to a first-order solution, listed. Returns through `solved` whether
 * there was one. */
static bt_status solve_from_here(equilibrium_search *search, bool *solved, bt_error *error)
{
    const bt_solver_outcome outcome =
        bt_solver_run(&search->solver, search->price, search->settings.tolerance,
                      search->settings.max_iterations);

    search->rises |= outcome == BT_RISING;
    search->falls |= outcome == BT_FALLING;
    *solved = outcome == BT_SOLVED && search->solver.residual <= RESIDUAL_LIMIT;
    return *solved ? list_point(search, search->solver.iterations, error) : BT_OK;
}

static bool are_close(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(a[i] - b[i]) <= CLOSE_PRICE * fmax(fabs(a[i]), fabs(b[i]))))
            return false;
    return true;
}

/* Play, then solve. Where play settles the point is an equilibrium even if its first-order
 * conditions do not hold (a price at a budget). */
static bt_status solve_after_play(equilibrium_search *search, size_t rounds, bool want_cycle,
                                  bt_play *play, bt_error *error)
{
    const size_t n = search->demand->n_products;
    bt_status status = bt_play_best_responses(&search->responder, search->price, rounds,
                                              want_cycle, play, error);
    bool solved = false;

    if (status != BT_OK)
        return status;
    search->rises |= play->end == BT_PLAY_ROSE;
    search->falls |= play->end == BT_PLAY_FELL;
    if (play->end == BT_PLAY_ROSE || play->end == BT_PLAY_FELL)
        return BT_OK;
    memcpy(search->settled, search->price, n * sizeof(double));
    status = solve_from_here(search, &solved, error);
    if (status == BT_OK && play->end == BT_PLAY_SETTLED && search->settings.certify &&
        !(solved && are_close(search->price, search->settled, n))) {
        memcpy(search->price, search->settled, n * sizeof(double));
        bt_pricing_game_evaluate(search->game, search->price);
        search->solver.newton.factored = false;
        status = list_point(search, play->rounds, error);
    }
    return status;
}

/* Is the equilibrium known to be unique? Plain logit, one type, expected profit. */
static bool is_unique(const equilibrium_search *search)
{
    return bt_demand_is_homogeneous(search->demand) && search->demand->model == BT_LOGIT &&
           !search->game->any_risk_aversion;
}

static bool is_playable(const equilibrium_search *search)
{
    return search->demand->row_start[search->demand->n_types] <= PLAY_ENTRY_LIMIT &&
           search->settings.certify;
}

static bt_status search_all_starts(equilibrium_search *search, bt_error *error)
{
    const size_t n_starts = search->settings.n_starts > 0 ? search->settings.n_starts
                            : is_unique(search)           ? 1
                                                          : STARTS_MIXED;
    bt_status status = BT_OK;
    bool solved = false;

    for (size_t start = 0; status == BT_OK && start < n_starts; start++) {
        if (n_starts == 1)
            bt_typical_prices(search->game, search->price);
        else
            bt_start_prices(search->game, start, search->price);
        status = solve_from_here(search, &solved, error);
        if (status == BT_OK && start < 2 && n_starts > 1 && is_playable(search)) {
            bt_play play;

            bt_start_prices(search->game, start, search->price);
            status = solve_after_play(search, PLAY_ROUNDS, false, &play, error);
        }
    }
    return status;
}

static void say(bt_equilibrium_result *result, bt_equilibrium_verdict verdict,
                const char *format, size_t a, size_t b)
{
    result->verdict = verdict;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(result->reason, sizeof result->reason, format, a, b);
#pragma GCC diagnostic pop
}

/* No start led to an equilibrium: what best responses do when they are let go on. */
static bt_status play_it_out(equilibrium_search *search, bt_error *error)
{
    bt_equilibrium_result *result = search->result;
    bt_play play = {.end = BT_PLAY_WENT_ON};
    bt_status status = BT_OK;

    if (search->settings.certify) {
        bt_start_prices(search->game, 0, search->price);
        status = solve_after_play(search, PLAY_ROUNDS_LONG, true, &play, error);
    }
    result->cycle_length = play.cycle_length;
    result->cycle_price = play.cycle_price;
    if (status != BT_OK || result->n_points > 0)
        return status;
    if (play.end == BT_PLAY_ROSE || (play.end != BT_PLAY_CYCLED && search->rises))
        say(result, BT_NO_FINITE_EQUILIBRIUM,
            "best responses to each other rise without bound (%zu rounds were followed)",
            play.rounds, 0);
    else if (play.end == BT_PLAY_FELL || (play.end != BT_PLAY_CYCLED && search->falls))
        say(result, BT_NO_FINITE_EQUILIBRIUM,
            "best responses to each other fall to zero (%zu rounds were followed)", play.rounds,
            0);
    else if (play.end == BT_PLAY_CYCLED)
        say(result, BT_NO_PURE_EQUILIBRIUM_FOUND,
            "%zu points satisfy the first-order conditions, but a seller gains by leaving "
            "each; "
            "best responses go round a cycle of %zu moves",
            result->n_rejected, play.cycle_length);
    else
        say(result, BT_NO_PURE_EQUILIBRIUM_FOUND,
            "%zu points satisfy the first-order conditions, but a seller gains by leaving "
            "each; "
            "best responses had not come to rest after %zu rounds",
            result->n_rejected, play.rounds);
    return BT_OK;
}

static double total_price(const bt_price_point *point)
{
    double total = 0;

    for (size_t j = 0; j < point->n_products; j++)
        total += point->price[j];
    return total;
}

static int by_total_price(const void *a, const void *b)
{
    const double first = total_price(a);
    const double second = total_price(b);

    if (first != second)
        return first < second ? -1 : 1;
    const bt_price_point *x = a;
    const bt_price_point *y = b;
    for (size_t j = 0; j < x->n_products; j++)
        if (x->price[j] != y->price[j])
            return x->price[j] < y->price[j] ? -1 : 1;
    return 0;
}

static void conclude(equilibrium_search *search)
{
    bt_equilibrium_result *result = search->result;

    if (result->n_points > 1)
        qsort(result->point, result->n_points, sizeof *result->point, by_total_price);
    if (result->n_points == 1)
        say(result, BT_EQUILIBRIUM,
            search->settings.certify
                ? "the only equilibrium found (%zu first-order points failed their certificate)"
                : "a solution of the first-order conditions; not certified",
            result->n_rejected, 0);
    else if (result->n_points > 1)
        say(result, BT_MULTIPLE_EQUILIBRIA,
            "%zu equilibria were found (%zu other first-order points failed their certificate)",
            result->n_points, result->n_rejected);
}

static bt_status solve_by_search(equilibrium_search *search, bt_error *error)
{
    bt_status status = search_open(search, error);

    if (status == BT_OK)
        status = search_all_starts(search, error);
    if (status == BT_OK && search->result->n_points == 0)
        status = play_it_out(search, error);
    if (status == BT_OK)
        conclude(search);
    search_close(search);
    return status;
}

/* Certify a plain logit's point; the game is made for this only. */
static bt_status certify_alone(const bt_demand *demand, const bt_ownership *ownership,
                               const bt_equilibrium_settings *settings, bt_price_point *point,
                               bt_error *error)
{
    bt_pricing_game *game = bt_pricing_game_create(demand, settings->n_threads);

    if (game == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for the certificate of %zu prices",
                       point->n_products);
    bt_pricing_game_set_ownership(game, ownership);
    const bt_status status = bt_price_point_certify(game, settings->n_threads, point, error);
    bt_pricing_game_destroy(game);
    return status;
}

/* Plain logit with linear price: unique, in closed form. */
static bt_status solve_common_markup(const bt_demand *demand, const bt_ownership *ownership,
                                     const bt_equilibrium_settings *settings,
                                     bt_price_point *point, bt_error *error)
{
    double *memory = malloc(bt_common_markup_memory(ownership) * sizeof *memory);
    double log_sum;
    bt_status status =
        bt_price_point_allocate(demand->n_products, ownership->n_sellers, point, error);

    if (status == BT_OK && memory == NULL)
        status = bt_fail(error, BT_INTERNAL, "no memory for the equilibrium of %zu products",
                         demand->n_products);
    if (status == BT_OK) {
        point->iterations =
            bt_common_markup_solve(demand, ownership, point->price, point->margin, point->share,
                                   &point->outside_share, &log_sum, memory);
        bt_price_point_describe_plain(demand, ownership, log_sum, point, memory);
    }
    if (status == BT_OK && settings->certify)
        status = certify_alone(demand, ownership, settings, point, error);
    free(memory);
    return status;
}

static bt_status solve_plain(equilibrium_search *search, bt_error *error)
{
    bt_equilibrium_result *result = search->result;
    bt_price_point point = {0};
    bt_status status = solve_common_markup(search->demand, search->ownership, &search->settings,
                                           &point, error);

    if (status == BT_OK)
        status = point.is_equilibrium
                     ? append(&result->point, &result->n_points, &point, error)
                     : append(&result->rejected, &result->n_rejected, &point, error);
    if (status != BT_OK) {
        bt_price_point_free(&point);
        return status;
    }
    if (result->n_points == 1)
        say(result, BT_EQUILIBRIUM,
            "plain logit with linear price has one equilibrium (found in %zu Newton steps)",
            point.iterations, 0);
    else
        say(result, BT_NO_PURE_EQUILIBRIUM_FOUND,
            "the closed form did not pass its certificate (%zu Newton steps)", point.iterations,
            0);
    return BT_OK;
}

static bt_equilibrium_settings settings_or_defaults(const bt_equilibrium_settings *settings)
{
    return settings != NULL ? *settings : bt_equilibrium_defaults();
}

bt_status bt_equilibrium_solve(const bt_demand *demand, const bt_ownership *ownership,
                               const bt_equilibrium_settings *settings,
                               bt_equilibrium_result *result, bt_error *error)
{
    equilibrium_search search = {.demand = demand,
                                 .ownership = ownership,
                                 .settings = settings_or_defaults(settings),
                                 .result = result};

    *result = (bt_equilibrium_result){0};
    bt_status status = bt_ownership_check(demand, ownership, error);
    if (status != BT_OK)
        return status;
    if (bt_no_finite_equilibrium(demand, ownership, result->reason, sizeof result->reason)) {
        result->verdict = BT_NO_FINITE_EQUILIBRIUM;
        return BT_OK;
    }
    status = bt_common_markup_applies(demand, ownership) ? solve_plain(&search, error)
                                                         : solve_by_search(&search, error);
    if (status != BT_OK)
        bt_equilibrium_result_free(result);
    return status;
}

/* Describe and certify given prices. */
static bt_status evaluate_prices(const bt_demand *demand, const bt_ownership *ownership,
                                 const double *price, const bt_equilibrium_settings *settings,
                                 bt_price_point *point, bt_error *error)
{
    bt_pricing_game *game = bt_pricing_game_create(demand, settings->n_threads);
    bt_demand_work *work = bt_demand_work_create(demand);
    bt_status status =
        bt_price_point_allocate(demand->n_products, ownership->n_sellers, point, error);

    if (status == BT_OK && (game == NULL || work == NULL))
        status = bt_fail(error, BT_INTERNAL, "no memory for %zu prices", demand->n_products);
    if (status == BT_OK)
        status = bt_demand_work_use_threads(work, settings->n_threads, error);
    if (status == BT_OK) {
        memcpy(point->price, price, demand->n_products * sizeof *price);
        bt_pricing_game_set_ownership(game, ownership);
        bt_pricing_game_evaluate(game, point->price);
        status = bt_price_point_describe(game, NULL, point, work, error);
    }
    if (status == BT_OK && settings->certify)
        status = bt_price_point_certify(game, settings->n_threads, point, error);
    bt_pricing_game_destroy(game);
    bt_demand_work_destroy(work);
    if (status != BT_OK)
        bt_price_point_free(point);
    return status;
}

bt_status bt_equilibrium_evaluate(const bt_demand *demand, const bt_ownership *ownership,
                                  const double *price, const bt_equilibrium_settings *settings,
                                  bt_price_point *point, bt_error *error)
{
    const bt_equilibrium_settings effective = settings_or_defaults(settings);
    const bt_status status = bt_ownership_check(demand, ownership, error);

    *point = (bt_price_point){0};
    if (status != BT_OK)
        return status;
    for (size_t product = 0; product < demand->n_products; product++)
        if (isnan(price[product]))
            return bt_fail(error, BT_BAD_INPUT, "the price of product %zu is not a number",
                           product);
    return evaluate_prices(demand, ownership, price, &effective, point, error);
}

bt_status bt_first_best(const bt_demand *demand, const bt_ownership *ownership,
                        bt_price_point *point, bt_error *error)
{
    const bt_equilibrium_settings settings = {.certify = false, .n_threads = 1};
    const bt_status status = bt_ownership_check(demand, ownership, error);

    *point = (bt_price_point){0};
    return status != BT_OK
               ? status
               : evaluate_prices(demand, ownership, ownership->cost, &settings, point, error);
}
