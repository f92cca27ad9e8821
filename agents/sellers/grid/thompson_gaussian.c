/*
 * Thompson sampling with Gaussian beliefs (Agrawal and Goyal 2017, algorithm 2): the mean
 * reward of price k is drawn from
 *
 *     Normal(sum_k / (n_k + 1), sigma^2 / (n_k + 1)),
 *
 * sum_k of its n_k rewards, and the price with the largest draw is charged. (A prior of one
 * reward of 0; rewards have standard deviation sigma.)
 *
 * score[k] is the belief's mean, probability[k] its standard deviation; both are renewed
 * when k is played. Draws: of `choices`, K normal variates a move by GSL's ziggurat (about
 * 1.02 draws each).
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"
#include <gsl/gsl_randist.h>

typedef struct thompson_gaussian_parameters {
    double sigma;
    bt_grid_bandit_parameters bandit;
} thompson_gaussian_parameters;

static const bt_parameter parameters[] = {
    {.name = "sigma",
     .type = BT_REAL,
     .offset = offsetof(thompson_gaussian_parameters, sigma),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "standard deviation of a reward in the eyes of the seller"},
    BT_GRID_BANDIT_PARAMETERS(thompson_gaussian_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(thompson_gaussian_parameters, parameters);

typedef struct thompson_gaussian {
    bt_grid_bandit bandit;
    double sigma;
} thompson_gaussian;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const thompson_gaussian_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(thompson_gaussian), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    thompson_gaussian *seller = *self;
    seller->sigma = chosen->sigma;
    for (size_t a = 0; a < seller->bandit.n_actions; a++)
        seller->bandit.probability[a] = chosen->sigma;
    return BT_OK;
}

static uint64_t largest_draw(bt_grid_bandit *bandit)
{
    gsl_rng generator = {.type = bt_rng_philox, .state = &bandit->choices};
    uint64_t best = 0;
    double largest = -INFINITY;
    for (size_t a = 0; a < bandit->n_actions; a++) {
        double draw =
            bandit->score[a] + gsl_ran_gaussian_ziggurat(&generator, bandit->probability[a]);
        best = draw > largest ? a : best;
        largest = draw > largest ? draw : largest;
    }
    return best;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    thompson_gaussian *seller = self;
    return bt_grid_bandit_play(&seller->bandit, largest_draw(&seller->bandit), own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    thompson_gaussian *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    uint64_t action = bandit->action;
    bt_grid_bandit_count(bandit, bt_grid_bandit_reward(bandit, feedback));
    double trials = bandit->times_played[action];
    bandit->score[action] = bandit->mean[action] * trials / (trials + 1);
    bandit->probability[action] = seller->sigma / sqrt(trials + 1);
    return bandit->has_moved;
}

const bt_seller_type bt_thompson_gaussian_seller = {
    .described = {.name = "thompson_gaussian",
                  .summary =
                      "Charges the price that is best in a draw from its Gaussian beliefs.",
                  .source = "Agrawal and Goyal 2017, algorithm 2",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
