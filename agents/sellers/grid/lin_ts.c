/*
 * Linear Thompson sampling of prices (Agrawal and Goyal 2013, on features of prices alone):
 * rewards are linear in polynomials of prices (linear_bandit.h); coefficients are drawn from
 *
 *     Normal(theta, noise^2 A^-1)
 *
 * and the price that is best for them is charged.
 *
 * Draws: of `choices`, one a coefficient and move; one a tie.
 */
#include <stddef.h>

#include "agents/sellers/grid/linear_bandit.h"
#include "agents/sellers/registry.h"

typedef struct lin_ts_parameters {
    double noise;
    bt_linear_bandit_parameters linear;
} lin_ts_parameters;

static const bt_parameter parameters[] = {
    {.name = "noise",
     .type = BT_REAL,
     .offset = offsetof(lin_ts_parameters, noise),
     .unit = "1",
     .default_text = "0.5",
     .range = BT_NON_NEGATIVE,
     .meaning = "standard deviation of a reward in the eyes of the seller"},
    BT_LINEAR_BANDIT_PARAMETERS(lin_ts_parameters),
    BT_GRID_BANDIT_PARAMETERS_OF(lin_ts_parameters, linear.bandit),
    BT_TIES_PARAMETER_OF(lin_ts_parameters, linear.bandit),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(lin_ts_parameters, parameters);

typedef struct lin_ts {
    bt_linear_bandit linear;
    double noise;
    double *drawn; /* [feature] */
} lin_ts;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const lin_ts_parameters *chosen = given;
    bt_status status =
        bt_linear_bandit_create(sizeof(lin_ts), &chosen->linear, setting, self, error);
    if (status != BT_OK)
        return status;
    lin_ts *seller = *self;
    seller->noise = chosen->noise;
    seller->drawn = BT_ARENA_NEW(setting->arena, seller->linear.regression.n_features, double);
    if (seller->drawn == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    lin_ts *seller = self;
    bt_grid_bandit *bandit = &seller->linear.bandit;
    bt_ridge_draw(&seller->linear.regression, seller->noise, &bandit->choices, seller->drawn);
    bt_linear_bandit_values(&seller->linear, seller->drawn, bandit->probability);
    return bt_grid_bandit_play(bandit, bt_grid_bandit_largest(bandit, bandit->probability),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    lin_ts *seller = self;
    bt_grid_bandit *bandit = &seller->linear.bandit;
    bt_linear_bandit_observe(&seller->linear, bt_grid_bandit_reward(bandit, feedback));
    return bandit->has_moved;
}

const bt_seller_type bt_lin_ts_seller = {
    .described = {.name = "lin_ts",
                  .summary = "Fits a polynomial of its reward in its prices and charges those "
                             "that are best in a draw from what it believes.",
                  .source = "Agrawal and Goyal 2013",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_linear_bandit_archive,
};
