/* The market restricted to a price grid per seller: its payoff table and pure equilibria. */
#include "markets/equilibrium/grid_game.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/equilibrium.h"
#include "markets/equilibrium/pricing_game.h"
#include "markets/demand/welfare.h"

static bool has_other_objectives(const bt_ownership *ownership)
{
    for (size_t seller = 0; ownership->objective != NULL && seller < ownership->n_sellers;
         seller++)
        if (ownership->objective[seller] != BT_EXPECTED_PROFIT)
            return true;
    return false;
}

static bt_status lay_out(const bt_demand *demand, const bt_ownership *ownership,
                         const size_t *n_actions, size_t max_joint, bt_grid_game *game,
                         bt_error *error)
{
    const size_t n_sellers = ownership->n_sellers;
    size_t n_joint = 1;

    game->n_sellers = n_sellers;
    game->n_products = demand->n_products;
    game->stride = calloc(n_sellers, sizeof *game->stride);
    size_t *actions = calloc(n_sellers, sizeof *actions);
    game->n_actions = actions;
    if (game->stride == NULL || actions == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for a game of %zu sellers", n_sellers);
    for (size_t seller = n_sellers; seller-- > 0;) {
        if (n_actions[seller] == 0)
            return bt_fail(error, BT_BAD_INPUT, "seller %zu has no action on its grid", seller);
        actions[seller] = n_actions[seller];
        game->stride[seller] = n_joint;
        if (__builtin_mul_overflow(n_joint, n_actions[seller], &n_joint) || n_joint > max_joint)
            return bt_fail(error, BT_INTERNAL,
                           "the grid game has more than %zu joint actions; take fewer prices "
                           "or sellers",
                           max_joint);
    }
    game->n_joint = n_joint;
    game->profit = calloc(n_joint * n_sellers, sizeof *game->profit);
    game->share = calloc(n_joint * demand->n_products, sizeof *game->share);
    game->price = calloc(n_joint * demand->n_products, sizeof *game->price);
    game->consumer_surplus = calloc(n_joint, sizeof *game->consumer_surplus);
    game->objective = has_other_objectives(ownership)
                          ? calloc(n_joint * n_sellers, sizeof *game->objective)
                          : game->profit;
    if (game->profit == NULL || game->objective == NULL || game->share == NULL ||
        game->price == NULL || game->consumer_surplus == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for a table of %zu joint actions",
                       n_joint);
    return BT_OK;
}

/* The prices of a joint action; rank[product] is its place among its seller's products. */
static void set_prices(const bt_grid_game *game, const bt_ownership *ownership,
                       const size_t *rank, const size_t *n_own,
                       const double *const *action_price, size_t joint, double *price)
{
    for (size_t product = 0; product < game->n_products; product++) {
        const size_t seller = ownership->seller[product];
        const size_t action = joint / game->stride[seller] % game->n_actions[seller];

        price[product] = action_price[seller][action * n_own[seller] + rank[product]];
    }
}

/* The objectives at a joint action whose prices and shares stand already. */
static void set_objectives(const bt_demand *demand, const bt_ownership *ownership,
                           const double *price, const double *share, double *objective)
{
    for (size_t seller = 0; seller < ownership->n_sellers; seller++)
        objective[seller] =
            demand->size * bt_objective_of_sales(ownership, seller, price, share, INFINITY);
}

static bt_status tabulate(const bt_demand *demand, const bt_ownership *ownership,
                          const double *const *action_price, bt_grid_game *game,
                          bt_error *error)
{
    const size_t n = demand->n_products;
    bt_demand_work *work = bt_demand_work_create(demand);
    size_t *rank = calloc(n + game->n_sellers, sizeof *rank);
    size_t *n_own = rank + n;
    bt_status status = BT_OK;

    if (work == NULL || rank == NULL)
        status = bt_fail(error, BT_INTERNAL, "no memory to tabulate a grid game");
    for (size_t product = 0; status == BT_OK && product < n; product++)
        rank[product] = n_own[ownership->seller[product]]++;
    for (size_t joint = 0; status == BT_OK && joint < game->n_joint; joint++) {
        double *price = game->price + joint * n;
        double *share = game->share + joint * n;
        double outside_share;
        bt_welfare welfare;

        set_prices(game, ownership, rank, n_own, action_price, joint, price);
        bt_demand_shares(demand, price, share, &outside_share, NULL, work);
        for (size_t product = 0; product < n; product++)
            game->profit[joint * game->n_sellers + ownership->seller[product]] +=
                demand->size * bt_margin(ownership, product, price[product]) * share[product];
        if (game->objective != game->profit)
            set_objectives(demand, ownership, price, share,
                           game->objective + joint * game->n_sellers);
        status = bt_welfare_at(demand, ownership, price, &welfare, work, error);
        game->consumer_surplus[joint] = isnan(welfare.consumer_surplus)
                                            ? welfare.consumer_surplus_over_outside
                                            : welfare.consumer_surplus;
    }
    free(rank);
    bt_demand_work_destroy(work);
    return status;
}

bt_status bt_grid_game_create(const bt_demand *demand, const bt_ownership *ownership,
                              const size_t *n_actions, const double *const *action_price,
                              size_t max_joint, bt_grid_game **game, bt_error *error)
{
    bt_grid_game *created = NULL;
    bt_status status = bt_ownership_check(demand, ownership, error);

    *game = NULL;
    if (status != BT_OK)
        return status;
    created = calloc(1, sizeof *created);
    if (created == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for a grid game");
    status = lay_out(demand, ownership, n_actions, max_joint, created, error);
    if (status == BT_OK)
        status = tabulate(demand, ownership, action_price, created, error);
    if (status != BT_OK) {
        bt_grid_game_destroy(created);
        return status;
    }
    *game = created;
    return BT_OK;
}

void bt_grid_game_destroy(bt_grid_game *game)
{
    if (game == NULL)
        return;
    free(game->stride);
    free((void *)(uintptr_t)game->n_actions);
    if (game->objective != game->profit)
        free(game->objective);
    free(game->profit);
    free(game->share);
    free(game->price);
    free(game->consumer_surplus);
    free(game);
}

/* Does a seller gain nothing beyond the tolerance by another action? */
static bool responds_best(const bt_grid_game *game, size_t joint, size_t seller,
                          double tolerance)
{
    const size_t stride = game->stride[seller];
    const size_t action = joint / stride % game->n_actions[seller];
    const size_t first = joint - action * stride;
    const double here = game->objective[joint * game->n_sellers + seller];

    for (size_t other = 0; other < game->n_actions[seller]; other++)
        if (game->objective[(first + other * stride) * game->n_sellers + seller] >
            here + tolerance)
            return false;
    return true;
}

size_t bt_grid_game_pure_equilibria(const bt_grid_game *game, double tolerance,
                                    size_t *joint_index, size_t capacity)
{
    size_t count = 0;

    for (size_t joint = 0; joint < game->n_joint; joint++) {
        bool all = true;

        for (size_t seller = 0; all && seller < game->n_sellers; seller++)
            all = responds_best(game, joint, seller, tolerance);
        if (!all)
            continue;
        if (count < capacity)
            joint_index[count] = joint;
        count++;
    }
    return count;
}
