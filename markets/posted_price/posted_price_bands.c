/* The bands and the frontier that a model's grid game sets to its runs. */
#include <math.h>
#include <stdlib.h>

#include "markets/equilibrium/correlated_equilibrium.h"
#include "markets/equilibrium/undominated.h"
#include "markets/posted_price/posted_price_audit.h"

/* Of the mean Nash profit: how much below the least regret the stored frontier may lie. */
static const double frontier_tolerance = 1e-4;

/* Undominated joint actions, of which the program for correlated equilibria has a column
 * each and the squared number of prices as rows. */
enum { MOST_UNDOMINATED = 1024 };

static double *profit_gains(const bt_posted_price_model *model)
{
    const bt_grid_game *game = model->game;
    double *gain = malloc(game->n_joint * sizeof(*gain));
    for (size_t joint = 0; gain != NULL && joint < game->n_joint; joint++)
        gain[joint] = bt_profit_gain(model, game->profit + joint * game->n_sellers);
    return gain;
}

static void find_correlated(bt_posted_price_model *model, const double *gain)
{
    bt_grid_game *left;
    double *left_gain, low, high;
    if (bt_undominated_game(model->game, gain, &left, &left_gain, NULL) != BT_OK)
        return;
    if (left->n_joint <= MOST_UNDOMINATED &&
        bt_correlated_range(left, BT_CORRELATED, left_gain, &low, &high, NULL) == BT_OK) {
        model->grid_correlated_lowest = low;
        model->grid_correlated_highest = high;
    }
    bt_grid_game_destroy(left);
    free(left_gain);
}

static void find_frontier(bt_posted_price_model *model, const double *gain)
{
    double nash_profit = 0;
    for (size_t i = 0; i < model->layout.n_sellers; i++)
        nash_profit += model->nash.profit[i] / (double)model->layout.n_sellers;
    model->has_frontier =
        bt_frontier_find(model->game, gain, frontier_tolerance * fabs(nash_profit),
                         &model->frontier, NULL) == BT_OK;
    if (model->has_frontier) {
        model->grid_coarse_lowest = model->frontier.coarse_low;
        model->grid_coarse_highest = model->frontier.coarse_high;
    }
}

bt_status bt_posted_price_find_bands(bt_posted_price_model *model, bt_error *error)
{
    model->grid_correlated_lowest = model->grid_correlated_highest = NAN;
    model->grid_coarse_lowest = model->grid_coarse_highest = NAN;
    size_t largest = (size_t)model->parameters->audit.largest_game;
    bool is_monopoly = model->layout.n_sellers < 2; /* whose gain is none */
    if (is_monopoly || model->game->n_joint > largest || model->benchmark_failure[0] != '\0')
        return BT_OK;
    double *gain = profit_gains(model);
    if (gain == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the bands of a grid");
    find_correlated(model, gain);
    find_frontier(model, gain);
    free(gain);
    return BT_OK;
}
