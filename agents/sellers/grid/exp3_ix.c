/*
 * EXP3-IX on a price grid (Neu 2015, algorithm 1): price k is charged with probability
 * proportional to exp(-eta L_k), where a loss 1 - r of price k raises
 *
 *     L_k by (1 - r) / (p_k + eta / 2).
 *
 * The eta / 2 below the line (implicit exploration) keeps estimates small, so that regret is
 * low with high probability, not on average only. By default eta = sqrt(2 ln K / (K T)).
 *
 * score[k] is -L_k. Draws: one a move.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

typedef struct exp3_ix_parameters {
    bt_option learning_rate;
    bt_grid_bandit_parameters bandit;
} exp3_ix_parameters;

static const bt_parameter parameters[] = {
    {.name = "learning_rate",
     .type = BT_OPTION,
     .offset = offsetof(exp3_ix_parameters, learning_rate),
     .unit = "1",
     .default_text = "tuned",
     .choices = "tuned",
     .number_allowed = true,
     .range = BT_POSITIVE,
     .meaning = "eta; tuned to `moves`, or a number"},
    BT_GRID_BANDIT_PARAMETERS(exp3_ix_parameters),
    BT_PLANNED_MOVES_PARAMETER(exp3_ix_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(exp3_ix_parameters, parameters);

typedef struct exp3_ix {
    bt_grid_bandit bandit;
    double learning_rate;
} exp3_ix;

static double tuned_rate(const bt_grid_bandit *bandit)
{
    double n = (double)bandit->n_actions;
    return sqrt(2 * log(n) / (n * bandit->planned_moves));
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const exp3_ix_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(exp3_ix), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    exp3_ix *seller = *self;
    seller->learning_rate =
        bt_option_number(&chosen->learning_rate, tuned_rate(&seller->bandit));
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    exp3_ix *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    bt_grid_bandit_softmax(bandit, seller->learning_rate);
    return bt_grid_bandit_play(bandit, bt_grid_bandit_draw(bandit, bandit->probability, 1),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    exp3_ix *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double loss = 1 - bt_grid_bandit_reward(bandit, feedback);
    bandit->score[bandit->action] -=
        loss / (bandit->probability[bandit->action] + seller->learning_rate / 2);
    return bandit->has_moved;
}

const bt_seller_type bt_exp3_ix_seller = {
    .described = {.name = "exp3_ix",
                  .summary = "Exponential weights on estimated losses with implicit "
                             "exploration: safe against any rival.",
                  .source = "Neu 2015, algorithm 1 (EXP3-IX)",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
