/*
 * Best response on a price grid: the price of the grid that would have earned most against
 * what rivals charged last (Cournot 1838). The first price is drawn from all alike, as all
 * are tied. Without a grid: best_response.
 *
 * score[k] is the reward that price k would have brought since the last move. Draws: one a
 * tie.
 */
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

typedef struct grid_best_response_parameters {
    bt_grid_bandit_parameters bandit;
} grid_best_response_parameters;

static const bt_parameter parameters[] = {
    BT_GRID_BANDIT_PARAMETERS(grid_best_response_parameters),
    BT_TIES_PARAMETER(grid_best_response_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(grid_best_response_parameters, parameters);

typedef struct grid_best_response {
    bt_grid_bandit bandit;
} grid_best_response;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const grid_best_response_parameters *chosen = given;
    return bt_grid_bandit_create(sizeof(grid_best_response), &chosen->bandit, setting, self,
                                 error);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    grid_best_response *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    return bt_grid_bandit_play(bandit, bt_grid_bandit_largest(bandit, bandit->score),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    grid_best_response *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double scale = 1 / bandit->reward_unit;
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->score[a] = scale * feedback->counterfactual_profit[a];
    return bandit->has_moved;
}

static void archive(void *self, bt_archive *archive)
{
    grid_best_response *seller = self;
    bt_grid_bandit_archive(&seller->bandit, archive);
}

const bt_seller_type bt_grid_best_response_seller = {
    .described = {.name = "grid_best_response",
                  .summary = "Charges the price of its grid that would have earned most "
                             "against what rivals charged last.",
                  .source = "Cournot 1838",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_COUNTERFACTUALS,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
