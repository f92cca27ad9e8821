/*
 * A price drawn uniformly from the grid at each move, whatever it brings: the seller that
 * learns nothing, to measure others by.
 *
 * Draws: one a move.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

static const bt_parameter parameters[] = {
    BT_GRID_BANDIT_PARAMETERS(bt_plain_bandit_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(bt_plain_bandit_parameters, parameters);

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    bt_grid_bandit *bandit = self;
    return bt_grid_bandit_play(bandit, bt_grid_bandit_draw_uniform(bandit), own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    (void)feedback;
    const bt_grid_bandit *bandit = self;
    return bandit->has_moved;
}

const bt_seller_type bt_random_seller = {
    .described = {.name = "random",
                  .summary = "Draws each price from its grid at random and learns nothing.",
                  .source = "",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = bt_grid_bandit_create_plain,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
