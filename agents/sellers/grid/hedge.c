/*
 * Hedge, exponential weights with full information (Freund and Schapire 1997; anytime rates:
 * Cesa-Bianchi and Lugosi 2006, theorem 2.3): price k is charged with probability
 * proportional to
 *
 *     exp(boost eta_t C_k), eta_t = sqrt(8 ln K / t),
 *
 * C_k the reward that price k would have brought so far against what rivals charged. With
 * boost 1, a fixed eta = sqrt(8 ln K / T) has regret of at most sqrt(T ln K / 2). The rate
 * supposes that rewards use all of [0, 1]; where they span less (as on a grid around Nash
 * prices), a boost of one over their span is the rule for rewards rescaled to [0, 1].
 *
 * score[k] is C_k. Draws: one a move.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"
#include "sim/vector_math.h"

typedef struct hedge_parameters {
    bt_option learning_rate;
    double boost;
    bt_grid_bandit_parameters bandit;
} hedge_parameters;

static const bt_parameter parameters[] = {
    {.name = "learning_rate",
     .type = BT_OPTION,
     .offset = offsetof(hedge_parameters, learning_rate),
     .unit = "1",
     .default_text = "anytime",
     .choices = "anytime|tuned",
     .number_allowed = true,
     .range = BT_POSITIVE,
     .meaning = "eta: sqrt(8 ln K / t), tuned to `moves`, or a number"},
    {.name = "boost",
     .type = BT_REAL,
     .offset = offsetof(hedge_parameters, boost),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "factor on the learning rate: one over the span of rewards"},
    BT_GRID_BANDIT_PARAMETERS(hedge_parameters),
    BT_PLANNED_MOVES_PARAMETER(hedge_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(hedge_parameters, parameters);

enum { ANYTIME, TUNED };

typedef struct hedge {
    bt_grid_bandit bandit;
    const hedge_parameters *parameters;
} hedge;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const hedge_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(hedge), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    hedge *seller = *self;
    seller->parameters = chosen;
    return BT_OK;
}

static double rate_now(const hedge *seller)
{
    const bt_option *rate = &seller->parameters->learning_rate;
    if (rate->chosen == -1)
        return rate->value;
    double moves = rate->chosen == TUNED ? seller->bandit.planned_moves
                                         : (double)(seller->bandit.n_moves + 1);
    return sqrt(8 * bt_log((double)seller->bandit.n_actions) / moves);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    hedge *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    bt_grid_bandit_softmax(bandit, seller->parameters->boost * rate_now(seller));
    return bt_grid_bandit_play(bandit, bt_grid_bandit_draw(bandit, bandit->probability, 1),
                               own_price);
}

const bt_seller_type bt_hedge_seller = {
    .described = {.name = "hedge",
                  .summary = "Exponential weights on what each price would have earned so far.",
                  .source =
                      "Freund and Schapire 1997; Cesa-Bianchi and Lugosi 2006, theorem 2.3",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_COUNTERFACTUALS,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = bt_grid_bandit_observe_counterfactuals,
    .archive = bt_grid_bandit_archive,
};
