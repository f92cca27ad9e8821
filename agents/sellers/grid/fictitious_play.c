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

typedef struct fictitious_play_parameters {
    bt_grid_bandit_parameters bandit;
} fictitious_play_parameters;

static const bt_parameter parameters[] = {
    BT_GRID_BANDIT_PARAMETERS(fictitious_play_parameters),
    BT_TIES_PARAMETER(fictitious_play_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(fictitious_play_parameters, parameters);

typedef struct fictitious_play {
    bt_grid_bandit bandit;
} fictitious_play;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const fictitious_play_parameters *chosen = given;
    return bt_grid_bandit_create(sizeof(fictitious_play), &chosen->bandit, setting, self,
                                 error);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    fictitious_play *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    return bt_grid_bandit_play(bandit, bt_grid_bandit_largest(bandit, bandit->score),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    fictitious_play *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double scale = 1 / bandit->reward_unit;
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->score[a] += scale * feedback->counterfactual_profit[a];
    return bandit->has_moved;
}

static void archive(void *self, bt_archive *archive)
{
    fictitious_play *seller = self;
    bt_grid_bandit_archive(&seller->bandit, archive);
}

const bt_seller_type bt_fictitious_play_seller = {
    .described =
        {.name = "fictitious_play",
         .summary =
             "Follows the leader: the best reply to how often rivals charged what so far.",
         .source = "Brown 1951; Hannan 1957",
         .parameters = &parameter_table},
    .feedback = BT_SEES_COUNTERFACTUALS,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
