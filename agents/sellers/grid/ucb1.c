/*
 * UCB1 on a price grid (Auer, Cesa-Bianchi and Fischer 2002, figure 1): each price once,
 * then the one with the largest
 *
 *     mean_k + sqrt(bonus ln t / n_k),
 *
 * n_k its trials, t the number of the move from 1, mean_k its mean reward (profit divided by
 * `reward_unit`).
 *
 * score[k] is 1 / sqrt(n_k), renewed when k is played. Draws: one a tie.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"
#include "sim/vector_math.h"

typedef struct ucb1_parameters {
    double bonus;
    bt_grid_bandit_parameters bandit;
} ucb1_parameters;

static const bt_parameter parameters[] = {
    {.name = "bonus",
     .type = BT_REAL,
     .offset = offsetof(ucb1_parameters, bonus),
     .unit = "1",
     .default_text = "2",
     .range = BT_NON_NEGATIVE,
     .meaning = "c in sqrt(c ln t / n): how much rarely tried prices are favoured"},
    BT_GRID_BANDIT_PARAMETERS(ucb1_parameters),
    BT_FIRST_TRIALS_PARAMETER(ucb1_parameters),
    BT_TIES_PARAMETER(ucb1_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(ucb1_parameters, parameters);

typedef struct ucb1 {
    bt_grid_bandit bandit;
    double bonus;
} ucb1;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const ucb1_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(ucb1), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    ucb1 *seller = *self;
    seller->bonus = chosen->bonus;
    return BT_OK;
}

static uint64_t most_promising(ucb1 *seller)
{
    bt_grid_bandit *bandit = &seller->bandit;
    double width = sqrt(seller->bonus * bt_log((double)(bandit->n_moves + 1)));
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->probability[a] = bandit->mean[a] + width * bandit->score[a];
    return bt_grid_bandit_largest(bandit, bandit->probability);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    ucb1 *seller = self;
    uint64_t action;
    if (!bt_grid_bandit_tries(&seller->bandit, &action))
        action = most_promising(seller);
    return bt_grid_bandit_play(&seller->bandit, action, own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    ucb1 *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    bt_grid_bandit_count(bandit, bt_grid_bandit_reward(bandit, feedback));
    bandit->score[bandit->action] = 1 / sqrt(bandit->times_played[bandit->action]);
    return bandit->has_moved;
}

const bt_seller_type bt_ucb1_seller = {
    .described = {.name = "ucb1",
                  .summary =
                      "Charges the price with the highest optimistic estimate of its reward.",
                  .source = "Auer, Cesa-Bianchi and Fischer 2002, figure 1 (UCB1)",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
