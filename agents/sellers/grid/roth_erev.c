/*
 * Reinforcement learning of Roth and Erev (1995; Erev and Roth 1998) on a price grid: prices
 * are drawn in proportion to their propensities q_k. After each move all propensities are
 * multiplied by 1 - forgetting, and a reward r raises that of the charged price by
 * r (1 - spill), and those of its neighbours on the grid by r spill / 2 each (of its only
 * neighbour, at an end, by r spill).
 *
 * Rewards below 0 count as 0. With several products, neighbours are next in the order of
 * actions. score[k] is q_k. Draws: one a move.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

typedef struct roth_erev_parameters {
    double forgetting;
    double spill;
    double initial_propensity;
    bt_grid_bandit_parameters bandit;
} roth_erev_parameters;

static const bt_parameter parameters[] = {
    {.name = "forgetting",
     .type = BT_REAL,
     .offset = offsetof(roth_erev_parameters, forgetting),
     .unit = "1",
     .default_text = "0.005",
     .range = {.minimum = 0, .maximum = 1, .below_maximum = true, .bounded = true},
     .meaning = "phi: share of propensities lost a move"},
    {.name = "spill",
     .type = BT_REAL,
     .offset = offsetof(roth_erev_parameters, spill),
     .unit = "1",
     .default_text = "0.2",
     .range = BT_BETWEEN(0, 1),
     .meaning = "share of a reward that goes to neighbouring prices"},
    {.name = "initial_propensity",
     .type = BT_REAL,
     .offset = offsetof(roth_erev_parameters, initial_propensity),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "propensity of each price at first, in rewards"},
    BT_GRID_BANDIT_PARAMETERS(roth_erev_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(roth_erev_parameters, parameters);

typedef struct roth_erev {
    bt_grid_bandit bandit;
    const roth_erev_parameters *parameters;
} roth_erev;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const roth_erev_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(roth_erev), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    roth_erev *seller = *self;
    seller->parameters = chosen;
    for (size_t a = 0; a < seller->bandit.n_actions; a++)
        seller->bandit.score[a] = chosen->initial_propensity;
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    roth_erev *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double total = 0;
    for (size_t a = 0; a < bandit->n_actions; a++)
        total += bandit->score[a];
    return bt_grid_bandit_play(bandit, bt_grid_bandit_draw(bandit, bandit->score, total),
                               own_price);
}

static void forget(roth_erev *seller)
{
    double kept = 1 - seller->parameters->forgetting;
    for (size_t a = 0; a < seller->bandit.n_actions; a++)
        seller->bandit.score[a] *= kept;
}

static void reinforce(roth_erev *seller, double reward)
{
    bt_grid_bandit *bandit = &seller->bandit;
    double *propensity = bandit->score, spilt = reward * seller->parameters->spill;
    uint64_t action = bandit->action, last = bandit->n_actions - 1;
    propensity[action] += reward - spilt;
    propensity[action > 0 ? action - 1 : 1] += spilt / 2;
    propensity[action < last ? action + 1 : last - 1] += spilt / 2;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    roth_erev *seller = self;
    double reward = bt_grid_bandit_reward(&seller->bandit, feedback);
    forget(seller);
    reinforce(seller, reward > 0 ? reward : 0);
    return seller->bandit.has_moved;
}

const bt_seller_type bt_roth_erev_seller = {
    .described = {.name = "roth_erev",
                  .summary = "Draws prices in proportion to what they brought lately, some of "
                             "it credited to neighbouring prices.",
                  .source = "Roth and Erev 1995; Erev and Roth 1998",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
