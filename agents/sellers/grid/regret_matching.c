/*
 * Regret matching on a price grid (Hart and Mas-Colell 2000, theorem B: unconditional): a
 * price is drawn in proportion to its regret, where it is positive,
 *
 *     R_k = sum over moves of (profit that price k would have brought
 *                              - what the charged price was expected to bring),
 *
 * and from all alike where none is. Only ratios of regrets count: rewards need no scale.
 *
 * score[k] is R_k. Draws: one a move.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

static const bt_parameter parameters[] = {
    BT_GRID_BANDIT_PARAMETERS(bt_plain_bandit_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(bt_plain_bandit_parameters, parameters);

static uint64_t draw_by_regret(bt_grid_bandit *bandit)
{
    double total = 0;
    for (size_t a = 0; a < bandit->n_actions; a++) {
        double regret = bandit->score[a];
        bandit->probability[a] = regret > 0 ? regret : 0;
        total += bandit->probability[a];
    }
    return total > 0 ? bt_grid_bandit_draw(bandit, bandit->probability, total)
                     : bt_grid_bandit_draw_uniform(bandit);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    bt_grid_bandit *bandit = self;
    return bt_grid_bandit_play(bandit, draw_by_regret(bandit), own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    bt_grid_bandit *bandit = self;
    const double *profit = feedback->counterfactual_profit;
    double scale = 1 / bandit->reward_unit;
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->score[a] += scale * (profit[a] - profit[bandit->action]);
    return bandit->has_moved;
}

const bt_seller_type bt_regret_matching_seller = {
    .described = {.name = "regret_matching",
                  .summary =
                      "Draws prices in proportion to the regret of not having charged them.",
                  .source = "Hart and Mas-Colell 2000, theorem B",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_COUNTERFACTUALS,
    .create = bt_grid_bandit_create_plain,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
