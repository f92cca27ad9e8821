/*
 * Thompson sampling with Beta beliefs (Agrawal and Goyal 2012, algorithm 2, for rewards in
 * [0, 1]): a reward r counts as a success with probability r, cut to [0, 1]; the success
 * rate of price k is drawn from
 *
 *     Beta(prior_successes + successes_k, prior_failures + failures_k)
 *
 * and the price with the largest draw is charged.
 *
 * score[k] counts successes. Draws: of `choices`, K Beta variates a move (GSL) and a uniform
 * one for the success.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"
#include <gsl/gsl_randist.h>

typedef struct thompson_beta_parameters {
    double prior_successes;
    double prior_failures;
    bt_grid_bandit_parameters bandit;
} thompson_beta_parameters;

static const bt_parameter parameters[] = {
    {.name = "prior_successes",
     .type = BT_REAL,
     .offset = offsetof(thompson_beta_parameters, prior_successes),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "first parameter of the Beta prior"},
    {.name = "prior_failures",
     .type = BT_REAL,
     .offset = offsetof(thompson_beta_parameters, prior_failures),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "second parameter of the Beta prior"},
    BT_GRID_BANDIT_PARAMETERS(thompson_beta_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(thompson_beta_parameters, parameters);

typedef struct thompson_beta {
    bt_grid_bandit bandit;
    const thompson_beta_parameters *parameters;
} thompson_beta;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const thompson_beta_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(thompson_beta), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    thompson_beta *seller = *self;
    seller->parameters = chosen;
    return BT_OK;
}

static uint64_t largest_draw(thompson_beta *seller)
{
    bt_grid_bandit *bandit = &seller->bandit;
    gsl_rng generator = {.type = bt_rng_philox, .state = &bandit->choices};
    uint64_t best = 0;
    double largest = -INFINITY;
    for (size_t a = 0; a < bandit->n_actions; a++) {
        double successes = bandit->score[a];
        double draw = gsl_ran_beta(&generator, seller->parameters->prior_successes + successes,
                                   seller->parameters->prior_failures +
                                       bandit->times_played[a] - successes);
        best = draw > largest ? a : best;
        largest = draw > largest ? draw : largest;
    }
    return best;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    thompson_beta *seller = self;
    return bt_grid_bandit_play(&seller->bandit, largest_draw(seller), own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    thompson_beta *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double reward = bt_grid_bandit_reward(bandit, feedback);
    bt_grid_bandit_count(bandit, reward);
    bandit->score[bandit->action] += bt_stream_uniform(&bandit->choices) < reward;
    return bandit->has_moved;
}

const bt_seller_type bt_thompson_beta_seller = {
    .described = {.name = "thompson_beta",
                  .summary = "Charges the price that is best in a draw from its Beta beliefs.",
                  .source = "Agrawal and Goyal 2012, algorithm 2",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
