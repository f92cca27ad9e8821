/*
 * EXP3 on a price grid (Auer, Cesa-Bianchi, Freund and Schapire 2002, figure 1): price k is
 * charged with probability
 *
 *     p_k = (1 - gamma) exp(w_k) / sum_j exp(w_j) + gamma / K,
 *
 * and a reward r of price k raises w_k by gamma r / (K p_k). By default gamma is tuned to T
 * moves, gamma = min(1, sqrt(K ln K / ((e - 1) T))), and the regret against any one price is
 * at most 2 sqrt(e - 1) sqrt(T K ln K), whatever rivals do.
 *
 * score[k] is w_k. Draws: one a move.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

typedef struct exp3_parameters {
    bt_option exploration;
    bt_grid_bandit_parameters bandit;
} exp3_parameters;

static const bt_parameter parameters[] = {
    {.name = "exploration",
     .type = BT_OPTION,
     .offset = offsetof(exp3_parameters, exploration),
     .unit = "1",
     .default_text = "tuned",
     .choices = "tuned",
     .number_allowed = true,
     .range = {.minimum = 0, .maximum = 1, .above_minimum = true, .bounded = true},
     .meaning =
         "gamma: share of uniform draws, and learning rate; tuned to `moves`, or a number"},
    BT_GRID_BANDIT_PARAMETERS(exp3_parameters),
    BT_PLANNED_MOVES_PARAMETER(exp3_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(exp3_parameters, parameters);

typedef struct exp3 {
    bt_grid_bandit bandit;
    double exploration;
} exp3;

static double tuned_exploration(const bt_grid_bandit *bandit)
{
    double n = (double)bandit->n_actions;
    return fmin(1, sqrt(n * log(n) / ((M_E - 1) * bandit->planned_moves)));
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const exp3_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(exp3), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    exp3 *seller = *self;
    seller->exploration =
        bt_option_number(&chosen->exploration, tuned_exploration(&seller->bandit));
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    exp3 *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    bt_grid_bandit_softmax(bandit, 1);
    bt_grid_bandit_mix(bandit, seller->exploration);
    return bt_grid_bandit_play(bandit, bt_grid_bandit_draw(bandit, bandit->probability, 1),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    exp3 *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double estimate =
        bt_grid_bandit_reward(bandit, feedback) / bandit->probability[bandit->action];
    bandit->score[bandit->action] += seller->exploration * estimate / (double)bandit->n_actions;
    return bandit->has_moved;
}

const bt_seller_type bt_exp3_seller = {
    .described = {.name = "exp3",
                  .summary = "Exponential weights on estimated rewards, with some uniform "
                             "exploration: safe against any rival.",
                  .source = "Auer, Cesa-Bianchi, Freund and Schapire 2002, figure 1 (EXP3)",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
