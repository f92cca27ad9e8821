/*
 * EXP3.P on a price grid (Auer, Cesa-Bianchi, Freund and Schapire 2002; constants of Bubeck
 * and Cesa-Bianchi 2012, theorem 3.3): price k is charged with probability
 *
 *     p_k = (1 - gamma) exp(eta G_k) / sum_j exp(eta G_j) + gamma / K,
 *
 * and after each move every price's estimated cumulated reward G_k rises by
 * (r [k was charged] + beta) / p_k: the bias beta keeps regret low with high probability.
 * By default beta = sqrt(ln K / (K T)), gamma = 1.05 sqrt(K ln K / T) and
 * eta = 0.95 sqrt(ln K / (K T)).
 *
 * score[k] is G_k. Draws: one a move.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

typedef struct exp3_p_parameters {
    bt_option bias;
    bt_option exploration;
    bt_option learning_rate;
    bt_grid_bandit_parameters bandit;
} exp3_p_parameters;

static const bt_parameter parameters[] = {
    {.name = "bias",
     .type = BT_OPTION,
     .offset = offsetof(exp3_p_parameters, bias),
     .unit = "1",
     .default_text = "tuned",
     .choices = "tuned",
     .number_allowed = true,
     .range = BT_NON_NEGATIVE,
     .meaning = "beta, added to all rewards; tuned to `moves`, or a number"},
    {.name = "exploration",
     .type = BT_OPTION,
     .offset = offsetof(exp3_p_parameters, exploration),
     .unit = "1",
     .default_text = "tuned",
     .choices = "tuned",
     .number_allowed = true,
     .range = BT_BETWEEN(0, 1),
     .meaning = "gamma: share of uniform draws; tuned to `moves`, or a number"},
    {.name = "learning_rate",
     .type = BT_OPTION,
     .offset = offsetof(exp3_p_parameters, learning_rate),
     .unit = "1",
     .default_text = "tuned",
     .choices = "tuned",
     .number_allowed = true,
     .range = BT_POSITIVE,
     .meaning = "eta; tuned to `moves`, or a number"},
    BT_GRID_BANDIT_PARAMETERS(exp3_p_parameters),
    BT_PLANNED_MOVES_PARAMETER(exp3_p_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(exp3_p_parameters, parameters);

typedef struct exp3_p {
    bt_grid_bandit bandit;
    double bias;
    double exploration;
    double learning_rate;
} exp3_p;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const exp3_p_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(exp3_p), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    exp3_p *seller = *self;
    double n = (double)seller->bandit.n_actions;
    double rate = sqrt(log(n) / (n * seller->bandit.planned_moves));
    seller->bias = bt_option_number(&chosen->bias, rate);
    seller->exploration = bt_option_number(&chosen->exploration, fmin(1, 1.05 * n * rate));
    seller->learning_rate = bt_option_number(&chosen->learning_rate, 0.95 * rate);
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    exp3_p *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    bt_grid_bandit_softmax(bandit, seller->learning_rate);
    bt_grid_bandit_mix(bandit, seller->exploration);
    return bt_grid_bandit_play(bandit, bt_grid_bandit_draw(bandit, bandit->probability, 1),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    exp3_p *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double reward = bt_grid_bandit_reward(bandit, feedback);
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->score[a] += seller->bias / bandit->probability[a];
    bandit->score[bandit->action] += reward / bandit->probability[bandit->action];
    return bandit->has_moved;
}

const bt_seller_type bt_exp3_p_seller = {
    .described = {.name = "exp3_p",
                  .summary = "Exponential weights on rewards estimated with a bias upwards: "
                             "safe against any rival, with high probability.",
                  .source = "Auer, Cesa-Bianchi, Freund and Schapire 2002; Bubeck and "
                            "Cesa-Bianchi 2012, theorem 3.3 (EXP3.P)",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
