/*
 * The gradient bandit on a price grid (Williams 1992, REINFORCE; Sutton and Barto 2018,
 * section 2.8): prices are drawn from p = softmax(theta), and a reward r of price x moves
 *
 *     theta_k by rate (r - baseline) ([k = x] - p_k);
 *
 * the baseline is an exponential moving average of rewards, from the first one on.
 *
 * score[k] is theta_k. Draws: one a move.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

typedef struct policy_gradient_parameters {
    double learning_rate;
    double baseline_weight;
    bt_grid_bandit_parameters bandit;
} policy_gradient_parameters;

static const bt_parameter parameters[] = {
    {.name = "learning_rate",
     .type = BT_REAL,
     .offset = offsetof(policy_gradient_parameters, learning_rate),
     .unit = "1",
     .default_text = "0.05",
     .range = BT_POSITIVE,
     .meaning = "step of the preferences, per unit of reward"},
    {.name = "baseline_weight",
     .type = BT_REAL,
     .offset = offsetof(policy_gradient_parameters, baseline_weight),
     .unit = "1",
     .default_text = "0.01",
     .range = BT_BETWEEN(0, 1),
     .meaning = "weight of the newest reward in the baseline"},
    BT_GRID_BANDIT_PARAMETERS(policy_gradient_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(policy_gradient_parameters, parameters);

typedef struct policy_gradient {
    bt_grid_bandit bandit;
    const policy_gradient_parameters *parameters;
    double baseline;
} policy_gradient;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const policy_gradient_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(policy_gradient), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    policy_gradient *seller = *self;
    seller->parameters = chosen;
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    policy_gradient *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    bt_grid_bandit_softmax(bandit, 1);
    return bt_grid_bandit_play(bandit, bt_grid_bandit_draw(bandit, bandit->probability, 1),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    policy_gradient *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double reward = bt_grid_bandit_reward(bandit, feedback);
    if (bandit->n_moves == 1)
        seller->baseline = reward;
    double step = seller->parameters->learning_rate * (reward - seller->baseline);
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->score[a] -= step * bandit->probability[a];
    bandit->score[bandit->action] += step;
    seller->baseline += seller->parameters->baseline_weight * (reward - seller->baseline);
    return bandit->has_moved;
}

static void archive(void *self, bt_archive *archive)
{
    policy_gradient *seller = self;
    bt_grid_bandit_archive(&seller->bandit, archive);
    bt_archive_field(archive, "baseline", &seller->baseline, sizeof(seller->baseline));
}

const bt_seller_type bt_policy_gradient_seller = {
    .described = {.name = "policy_gradient",
                  .summary = "Climbs the gradient of its expected reward in the preferences "
                             "from which it draws prices.",
                  .source = "Williams 1992; Sutton and Barto 2018, section 2.8",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
