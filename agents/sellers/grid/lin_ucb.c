/*
 * LinUCB pricing (Li, Chu, Langford and Schapire 2010, algorithm 1, on features of prices
 * alone): rewards are linear in polynomials of prices (linear_bandit.h), and the price with
 * the largest
 *
 *     theta' x_k + width sqrt(x_k' A^-1 x_k)
 *
 * is charged. What it learns at one price tells of others, so that fine grids cost little.
 *
 * Draws: one a tie.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/linear_bandit.h"
#include "agents/sellers/registry.h"

typedef struct lin_ucb_parameters {
    double width;
    bt_linear_bandit_parameters linear;
} lin_ucb_parameters;

static const bt_parameter parameters[] = {
    {.name = "width",
     .type = BT_REAL,
     .offset = offsetof(lin_ucb_parameters, width),
     .unit = "1",
     .default_text = "1",
     .range = BT_NON_NEGATIVE,
     .meaning = "alpha: standard errors by which uncertain prices are favoured"},
    BT_LINEAR_BANDIT_PARAMETERS(lin_ucb_parameters),
    BT_GRID_BANDIT_PARAMETERS_OF(lin_ucb_parameters, linear.bandit),
    BT_TIES_PARAMETER_OF(lin_ucb_parameters, linear.bandit),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(lin_ucb_parameters, parameters);

typedef struct lin_ucb {
    bt_linear_bandit linear;
    double width;
} lin_ucb;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const lin_ucb_parameters *chosen = given;
    bt_status status =
        bt_linear_bandit_create(sizeof(lin_ucb), &chosen->linear, setting, self, error);
    if (status != BT_OK)
        return status;
    lin_ucb *seller = *self;
    seller->width = chosen->width;
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    lin_ucb *seller = self;
    bt_grid_bandit *bandit = &seller->linear.bandit;
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->probability[a] = bandit->mean[a] + seller->width * sqrt(bandit->score[a]);
    return bt_grid_bandit_play(bandit, bt_grid_bandit_largest(bandit, bandit->probability),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    lin_ucb *seller = self;
    bt_grid_bandit *bandit = &seller->linear.bandit;
    bt_linear_bandit_observe(&seller->linear, bt_grid_bandit_reward(bandit, feedback));
    return bandit->has_moved;
}

const bt_seller_type bt_lin_ucb_seller = {
    .described = {.name = "lin_ucb",
                  .summary = "Fits a polynomial of its reward in its prices and charges those "
                             "with the highest optimistic estimate.",
                  .source = "Li, Chu, Langford and Schapire 2010, algorithm 1",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_linear_bandit_archive,
};
