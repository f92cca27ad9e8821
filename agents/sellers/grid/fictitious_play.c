/*
 * Fictitious play on a price grid (Brown 1951), which is to follow the leader (Hannan 1957):
 * the price that would have earned most so far against what rivals charged, that is, the
 * best reply to the empirical distribution of rivals' joint prices. The first price is drawn
 * from all alike, as all are tied.
 *
 * score[k] is the reward that price k would have brought so far. Draws: one a tie.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

static const bt_parameter parameters[] = {
    BT_GRID_BANDIT_PARAMETERS(bt_plain_bandit_parameters),
    BT_TIES_PARAMETER(bt_plain_bandit_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(bt_plain_bandit_parameters, parameters);

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    bt_grid_bandit *bandit = self;
    return bt_grid_bandit_play(bandit, bt_grid_bandit_largest(bandit, bandit->score),
                               own_price);
}

const bt_seller_type bt_fictitious_play_seller = {
    .described =
        {.name = "fictitious_play",
         .summary =
             "Follows the leader: the best reply to how often rivals charged what so far.",
         .source = "Brown 1951; Hannan 1957",
         .parameters = &parameter_table},
    .feedback = BT_SEES_COUNTERFACTUALS,
    .create = bt_grid_bandit_create_plain,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = bt_grid_bandit_observe_counterfactuals,
    .archive = bt_grid_bandit_archive,
};
