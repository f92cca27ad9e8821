/*
 * UCB-tuned on a price grid (Auer, Cesa-Bianchi and Fischer 2002, section 4): each price
 * once, then the one with the largest
 *
 *     mean_k + sqrt(ln t / n_k min(1/4, variance_k + sqrt(2 ln t / n_k))),
 *
 * variance_k that of its rewards so far (divided by n_k), t the number of the move from 1.
 *
 * score[k] is the sum of squared deviations (Welford). Draws: one a tie.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"
#include "sim/vector_math.h"

static const bt_parameter parameters[] = {
    BT_GRID_BANDIT_PARAMETERS(bt_plain_bandit_parameters),
    BT_FIRST_TRIALS_PARAMETER(bt_plain_bandit_parameters),
    BT_TIES_PARAMETER(bt_plain_bandit_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(bt_plain_bandit_parameters, parameters);

static uint64_t most_promising(bt_grid_bandit *bandit)
{
    double log_time = bt_log((double)(bandit->n_moves + 1));
    for (size_t a = 0; a < bandit->n_actions; a++) {
        double trials = bandit->times_played[a], share = log_time / trials;
        double variance = bandit->score[a] / trials + sqrt(2 * share);
        double bound = variance < 0.25 ? variance : 0.25;
        bandit->probability[a] = bandit->mean[a] + sqrt(share * bound);
    }
    return bt_grid_bandit_largest(bandit, bandit->probability);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    bt_grid_bandit *bandit = self;
    uint64_t action;
    if (!bt_grid_bandit_tries(bandit, &action))
        action = most_promising(bandit);
    return bt_grid_bandit_play(bandit, action, own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    bt_grid_bandit *bandit = self;
    bt_grid_bandit_count_deviation(bandit, bt_grid_bandit_reward(bandit, feedback));
    return bandit->has_moved;
}

const bt_seller_type bt_ucb_tuned_seller = {
    .described = {.name = "ucb_tuned",
                  .summary = "Charges the price with the highest optimistic estimate, less "
                             "optimistic where rewards vary little.",
                  .source = "Auer, Cesa-Bianchi and Fischer 2002, section 4 (UCB1-tuned)",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = bt_grid_bandit_create_plain,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
