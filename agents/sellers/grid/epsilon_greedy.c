/*
 * epsilon-greedy on a price grid (Sutton and Barto 2018, section 2.2; decreasing: Auer,
 * Cesa-Bianchi and Fischer 2002, figure 3): each price once, then with probability epsilon
 * a price drawn uniformly, else the one with the largest mean reward. Exploration is
 * constant or falls as
 *
 *     epsilon_t = min(1, scale K / t),
 *
 * K prices, t the number of the move from 1.
 *
 * Draws: one a move after the first trials (a second one when it explores); one a tie.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

typedef struct epsilon_greedy_parameters {
    int32_t exploration;
    double probability;
    double scale;
    bt_grid_bandit_parameters bandit;
} epsilon_greedy_parameters;

static const bt_parameter parameters[] = {
    {.name = "exploration",
     .type = BT_CHOICE,
     .offset = offsetof(epsilon_greedy_parameters, exploration),
     .default_text = "constant",
     .choices = "constant|decreasing",
     .meaning = "whether it explores for ever alike, or ever less"},
    {.name = "probability",
     .type = BT_REAL,
     .offset = offsetof(epsilon_greedy_parameters, probability),
     .unit = "1",
     .default_text = "0.05",
     .range = BT_BETWEEN(0, 1),
     .meaning = "constant: probability of a random price"},
    {.name = "scale",
     .type = BT_REAL,
     .offset = offsetof(epsilon_greedy_parameters, scale),
     .unit = "1",
     .default_text = "5",
     .range = BT_NON_NEGATIVE,
     .meaning = "decreasing: moves per price over which all prices are random"},
    BT_GRID_BANDIT_PARAMETERS(epsilon_greedy_parameters),
    BT_FIRST_TRIALS_PARAMETER(epsilon_greedy_parameters),
    BT_TIES_PARAMETER(epsilon_greedy_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(epsilon_greedy_parameters, parameters);

enum { CONSTANT, DECREASING };

typedef struct epsilon_greedy {
    bt_grid_bandit bandit;
    const epsilon_greedy_parameters *parameters;
} epsilon_greedy;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const epsilon_greedy_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(epsilon_greedy), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    epsilon_greedy *seller = *self;
    seller->parameters = chosen;
    return BT_OK;
}

static double exploration_now(const epsilon_greedy *seller)
{
    const epsilon_greedy_parameters *chosen = seller->parameters;
    if (chosen->exploration == CONSTANT)
        return chosen->probability;
    double t = (double)(seller->bandit.n_moves + 1);
    return fmin(1, chosen->scale * (double)seller->bandit.n_actions / t);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    epsilon_greedy *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    uint64_t action;
    if (!bt_grid_bandit_tries(bandit, &action)) {
        if (bt_stream_uniform(&bandit->choices) < exploration_now(seller))
            action = bt_grid_bandit_draw_uniform(bandit);
        else
            action = bt_grid_bandit_largest(bandit, bandit->mean);
    }
    return bt_grid_bandit_play(bandit, action, own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    epsilon_greedy *seller = self;
    bt_grid_bandit_count(&seller->bandit, bt_grid_bandit_reward(&seller->bandit, feedback));
    return seller->bandit.has_moved;
}

const bt_seller_type bt_epsilon_greedy_seller = {
    .described =
        {.name = "epsilon_greedy",
         .summary =
             "Charges the price that did best on average, and now and then a random one.",
         .source = "Sutton and Barto 2018, section 2.2; Auer, Cesa-Bianchi and Fischer 2002, "
                   "figure 3",
         .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = bt_grid_bandit_archive,
};
