/*
 * A risk-averse bandit on a price grid: mean less variance (the objective of Sani, Lazaric and
 * Munos 2012, with an index like that of their MV-LCB). Each price once, then the one with the
 * largest
 *
 *     mean_k - risk_aversion variance_k + (1 + risk_aversion) sqrt(bonus ln t / n_k),
 *
 * variance_k that of its rewards so far (divided by n_k). With risk_aversion 0 it is UCB1.
 *
 * score[k] is the sum of squared deviations (Welford). Draws: one a tie.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"
#include "sim/vector_math.h"

typedef struct mean_variance_parameters {
    double risk_aversion;
    double bonus;
    bt_grid_bandit_parameters bandit;
} mean_variance_parameters;

static const bt_parameter parameters[] = {
    {.name = "risk_aversion",
     .type = BT_REAL,
     .offset = offsetof(mean_variance_parameters, risk_aversion),
     .unit = "1",
     .default_text = "1",
     .range = BT_NON_NEGATIVE,
     .meaning = "weight of the variance of rewards against their mean"},
    {.name = "bonus",
     .type = BT_REAL,
     .offset = offsetof(mean_variance_parameters, bonus),
     .unit = "1",
     .default_text = "2",
     .range = BT_NON_NEGATIVE,
     .meaning = "how much rarely tried prices are favoured"},
    BT_GRID_BANDIT_PARAMETERS(mean_variance_parameters),
    BT_FIRST_TRIALS_PARAMETER(mean_variance_parameters),
    BT_TIES_PARAMETER(mean_variance_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(mean_variance_parameters, parameters);

typedef struct mean_variance_ucb {
    bt_grid_bandit bandit;
    const mean_variance_parameters *parameters;
} mean_variance_ucb;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const mean_variance_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(mean_variance_ucb), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    mean_variance_ucb *seller = *self;
    seller->parameters = chosen;
    return BT_OK;
}

static uint64_t most_promising(mean_variance_ucb *seller)
{
    bt_grid_bandit *bandit = &seller->bandit;
    double risk_aversion = seller->parameters->risk_aversion;
    double width = (1 + risk_aversion) *
                   sqrt(seller->parameters->bonus * bt_log((double)(bandit->n_moves + 1)));
    for (size_t a = 0; a < bandit->n_actions; a++) {
        double trials = bandit->times_played[a], variance = bandit->score[a] / trials;
        bandit->probability[a] =
            bandit->mean[a] - risk_aversion * variance + width / sqrt(trials);
    }
    return bt_grid_bandit_largest(bandit, bandit->probability);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    mean_variance_ucb *seller = self;
    uint64_t action;
    if (!bt_grid_bandit_tries(&seller->bandit, &action))
        action = most_promising(seller);
    return bt_grid_bandit_play(&seller->bandit, action, own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    mean_variance_ucb *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    bt_grid_bandit_count_deviation(bandit, bt_grid_bandit_profit(bandit, feedback));
    return bandit->has_moved;
}

const bt_seller_type bt_mean_variance_ucb_seller = {
    .described = {.name = "mean_variance_ucb",
                  .summary = "Charges the price with the highest optimistic estimate of mean "
                             "less variance of its reward.",
                  .source = "Sani, Lazaric and Munos 2012",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
