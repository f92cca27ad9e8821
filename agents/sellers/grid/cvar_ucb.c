/*
 * A risk-averse bandit on a price grid: conditional value at risk (Cassel, Mannor and Zeevi
 * 2018, U-UCB). Each price once, then the one with the largest
 *
 *     CVaR_k + sqrt(bonus ln t / n_k) / level,
 *
 * CVaR_k the mean of the worst `level` share of its rewards so far. With level 1 it is UCB1.
 *
 * Rewards are kept as a histogram over [0, 1] with the sum of each bin, so that only the bin
 * in which the share ends is taken at its mean; rewards beyond count in the bins at the ends.
 *
 * score[k] is CVaR_k, renewed when k is played. Draws: one a tie.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"
#include "sim/vector_math.h"

typedef struct cvar_ucb_parameters {
    double level;
    double bonus;
    int64_t bins;
    bt_grid_bandit_parameters bandit;
} cvar_ucb_parameters;

static const bt_parameter parameters[] = {
    {.name = "level",
     .type = BT_REAL,
     .offset = offsetof(cvar_ucb_parameters, level),
     .unit = "1",
     .default_text = "0.25",
     .range = {.minimum = 0, .maximum = 1, .above_minimum = true, .bounded = true},
     .meaning = "share of the worst rewards whose mean counts"},
    {.name = "bonus",
     .type = BT_REAL,
     .offset = offsetof(cvar_ucb_parameters, bonus),
     .unit = "1",
     .default_text = "2",
     .range = BT_NON_NEGATIVE,
     .meaning = "how much rarely tried prices are favoured"},
    {.name = "bins",
     .type = BT_INTEGER,
     .offset = offsetof(cvar_ucb_parameters, bins),
     .unit = "1",
     .default_text = "100",
     .range = BT_BETWEEN(1, 100000),
     .meaning = "bins of the histogram of each price's rewards"},
    BT_GRID_BANDIT_PARAMETERS(cvar_ucb_parameters),
    BT_FIRST_TRIALS_PARAMETER(cvar_ucb_parameters),
    BT_TIES_PARAMETER(cvar_ucb_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(cvar_ucb_parameters, parameters);

typedef struct reward_bin {
    double count;
    double sum;
} reward_bin;

typedef struct cvar_ucb {
    bt_grid_bandit bandit;
    const cvar_ucb_parameters *parameters;
    size_t n_bins;
    reward_bin *bin; /* [action * bins] */
} cvar_ucb;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const cvar_ucb_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(cvar_ucb), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    cvar_ucb *seller = *self;
    seller->parameters = chosen;
    seller->n_bins = (size_t)chosen->bins;
    seller->bin =
        BT_ARENA_NEW(setting->arena, seller->bandit.n_actions * seller->n_bins, reward_bin);
    if (seller->bin == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    return BT_OK;
}

static uint64_t most_promising(cvar_ucb *seller)
{
    bt_grid_bandit *bandit = &seller->bandit;
    double width = sqrt(seller->parameters->bonus * bt_log((double)(bandit->n_moves + 1))) /
                   seller->parameters->level;
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->probability[a] = bandit->score[a] + width / sqrt(bandit->times_played[a]);
    return bt_grid_bandit_largest(bandit, bandit->probability);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    cvar_ucb *seller = self;
    uint64_t action;
    if (!bt_grid_bandit_tries(&seller->bandit, &action))
        action = most_promising(seller);
    return bt_grid_bandit_play(&seller->bandit, action, own_price);
}

/* Mean of the worst `share` of `count` rewards. */
static double mean_of_worst(const reward_bin *bin, size_t n_bins, double count, double share)
{
    double wanted = share * count, left = wanted, sum = 0;
    for (size_t b = 0; b < n_bins && left > 0; b++) {
        if (bin[b].count <= left) {
            sum += bin[b].sum;
            left -= bin[b].count;
        } else {
            sum += left * (bin[b].sum / bin[b].count);
            left = 0;
        }
    }
    return sum / wanted;
}

static size_t bin_of(const cvar_ucb *seller, double reward)
{
    double place = reward * (double)seller->n_bins;
    if (!(place > 0))
        return 0;
    return place < (double)seller->n_bins ? (size_t)place : seller->n_bins - 1;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    cvar_ucb *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    uint64_t action = bandit->action;
    double reward = bt_grid_bandit_profit(bandit, feedback);
    reward_bin *bin = seller->bin + action * seller->n_bins;
    bt_grid_bandit_count(bandit, reward);
    bin[bin_of(seller, reward)].count += 1;
    bin[bin_of(seller, reward)].sum += reward;
    bandit->score[action] = mean_of_worst(bin, seller->n_bins, bandit->times_played[action],
                                          seller->parameters->level);
    return bandit->has_moved;
}

static void archive(void *self, bt_archive *archive)
{
    cvar_ucb *seller = self;
    bt_grid_bandit_archive(&seller->bandit, archive);
    bt_archive_field(archive, "bin", seller->bin,
                     seller->bandit.n_actions * seller->n_bins * sizeof(reward_bin));
}

const bt_seller_type bt_cvar_ucb_seller = {
    .described = {.name = "cvar_ucb",
                  .summary = "Charges the price with the highest optimistic estimate of the "
                             "mean of its worst rewards.",
                  .source = "Cassel, Mannor and Zeevi 2018 (U-UCB)",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
