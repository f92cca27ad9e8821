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

typedef struct random_seller_parameters {
    bt_grid_bandit_parameters bandit;
} random_seller_parameters;

static const bt_parameter parameters[] = {
    BT_GRID_BANDIT_PARAMETERS(random_seller_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(random_seller_parameters, parameters);

typedef struct random_seller {
    bt_grid_bandit bandit;
} random_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const random_seller_parameters *chosen = given;
    return bt_grid_bandit_create(sizeof(random_seller), &chosen->bandit, setting, self, error);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    random_seller *seller = self;
    return bt_grid_bandit_play(&seller->bandit, bt_grid_bandit_draw_uniform(&seller->bandit),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    (void)feedback;
    const random_seller *seller = self;
    return seller->bandit.has_moved;
}

static void archive(void *self, bt_archive *archive)
{
    random_seller *seller = self;
    bt_grid_bandit_archive(&seller->bandit, archive);
}

const bt_seller_type bt_random_seller = {
    .described = {.name = "random",
                  .summary = "Draws each price from its grid at random and learns nothing.",
                  .source = "",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
