/*
 * No internal regret on a price grid (Foster and Vohra 1999; Hart and Mas-Colell 2000;
 * Greenwald and Kephart 2001 call it NIR). For each pair of prices j and k
 *
 *     R_jk = sum over moves of probability(j) (profit that k would have brought
 *                                              - what j would have brought),
 *
 * and each price is drawn from a distribution q that the positive part of R leaves as it
 * is: what flows out of j to what it regrets flows in from what regrets not to be j,
 *
 *     q_j sum_k R_jk+ = sum_k q_k R_kj+.
 *
 * `regret: played` counts R_jk only when j was charged (Hart and Mas-Colell), with an
 * indicator in place of the probability. Play of several such sellers tends to correlated
 * equilibria, not only to coarse ones.
 *
 * q is found by repeated flow from the last one, with the largest outflow as the unit, until
 * it moves by less than `tolerance` (at most `sweeps` times a move: what is left is small
 * and carried on to the next). Cost: O(K^2) a sweep. Draws: one a move.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"

enum { EXPECTED, PLAYED };

typedef struct internal_regret_parameters {
    int32_t regret;
    double tolerance;
    int64_t sweeps;
    bt_grid_bandit_parameters bandit;
} internal_regret_parameters;

static const bt_parameter parameters[] = {
    {.name = "regret",
     .type = BT_CHOICE,
     .offset = offsetof(internal_regret_parameters, regret),
     .default_text = "expected",
     .choices = "expected|played",
     .meaning = "regrets are counted for all prices by their probability, or for the one "
                "that was charged"},
    {.name = "tolerance",
     .type = BT_REAL,
     .offset = offsetof(internal_regret_parameters, tolerance),
     .unit = "1",
     .default_text = "1e-4",
     .range = BT_POSITIVE,
     .meaning =
         "how much probability may still move when the distribution counts as stationary"},
    {.name = "sweeps",
     .type = BT_INTEGER,
     .offset = offsetof(internal_regret_parameters, sweeps),
     .unit = "1",
     .default_text = "4",
     .range = BT_BETWEEN(1, 1000000),
     .meaning = "most sweeps a move towards the stationary distribution"},
    BT_GRID_BANDIT_PARAMETERS(internal_regret_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(internal_regret_parameters, parameters);

typedef struct internal_regret {
    bt_grid_bandit bandit;
    const internal_regret_parameters *parameters;
    double *regret;  /* [action j * action k] R_jk */
    double *outflow; /* [action j] sum_k R_jk+ */
    double *inflow;  /* [action] while sweeping */
} internal_regret;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const internal_regret_parameters *chosen = given;
    bt_status status =
        bt_grid_bandit_create(sizeof(internal_regret), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    internal_regret *seller = *self;
    size_t count = seller->bandit.n_actions;
    seller->parameters = chosen;
    if (count <= SIZE_MAX / count)
        seller->regret = BT_ARENA_NEW(setting->arena, count * count, double);
    seller->outflow = BT_ARENA_NEW(setting->arena, count, double);
    seller->inflow = BT_ARENA_NEW(setting->arena, count, double);
    if (seller->regret == NULL || seller->outflow == NULL || seller->inflow == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    for (size_t a = 0; a < count; a++)
        seller->bandit.probability[a] = 1 / (double)count;
    return BT_OK;
}

/* ---- the stationary distribution ---- */

static void find_inflow(const internal_regret *seller)
{
    size_t count = seller->bandit.n_actions;
    double *restrict inflow = seller->inflow;
    memset(inflow, 0, count * sizeof(double));
    for (size_t j = 0; j < count; j++) {
        double probability = seller->bandit.probability[j];
        const double *restrict regret = seller->regret + j * count;
        if (probability == 0 || seller->outflow[j] == 0)
            continue;
        for (size_t k = 0; k < count; k++)
            inflow[k] += probability * (regret[k] > 0 ? regret[k] : 0);
    }
}

/* Let probability flow once; returns how much moved. */
static double flow(internal_regret *seller, double unit)
{
    double *probability = seller->bandit.probability;
    double moved = 0, total = 0;
    find_inflow(seller);
    for (size_t a = 0; a < seller->bandit.n_actions; a++) {
        double net = (seller->inflow[a] - probability[a] * seller->outflow[a]) / unit;
        probability[a] = fmax(probability[a] + net, 0);
        moved += fabs(net);
        total += probability[a];
    }
    for (size_t a = 0; a < seller->bandit.n_actions; a++)
        probability[a] /= total;
    return moved / 2;
}

static void find_stationary(internal_regret *seller)
{
    double unit = 0;
    for (size_t a = 0; a < seller->bandit.n_actions; a++)
        unit = fmax(unit, seller->outflow[a]);
    if (unit == 0)
        return;
    for (int64_t k = 0; k < seller->parameters->sweeps; k++)
        if (flow(seller, unit) < seller->parameters->tolerance)
            return;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    internal_regret *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    find_stationary(seller);
    return bt_grid_bandit_play(bandit, bt_grid_bandit_draw(bandit, bandit->probability, 1),
                               own_price);
}

/* ---- learning ---- */

/* The sum of what is positive, in four lanes, since one sum is a chain of dependent steps. */
static double positive_sum(const double *value, size_t count)
{
    double lane[4] = {0};
    size_t k = 0;
    for (; k + 4 <= count; k += 4)
        for (size_t l = 0; l < 4; l++)
            lane[l] += value[k + l] > 0 ? value[k + l] : 0;
    for (; k < count; k++)
        lane[0] += value[k] > 0 ? value[k] : 0;
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

static void add_regrets(internal_regret *seller, size_t j, double weight,
                        const double *restrict profit)
{
    size_t count = seller->bandit.n_actions;
    double *restrict regret = seller->regret + j * count;
    double own = profit[j];
    for (size_t k = 0; k < count; k++)
        regret[k] += weight * (profit[k] - own);
    seller->outflow[j] = positive_sum(regret, count);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    internal_regret *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double scale = 1 / bandit->reward_unit;
    if (seller->parameters->regret == PLAYED)
        add_regrets(seller, bandit->action, scale, feedback->counterfactual_profit);
    for (size_t j = 0; seller->parameters->regret == EXPECTED && j < bandit->n_actions; j++)
        if (bandit->probability[j] > 0)
            add_regrets(seller, j, scale * bandit->probability[j],
                        feedback->counterfactual_profit);
    return bandit->has_moved;
}

static void archive(void *self, bt_archive *archive)
{
    internal_regret *seller = self;
    size_t count = seller->bandit.n_actions;
    bt_grid_bandit_archive(&seller->bandit, archive);
    bt_archive_field(archive, "regret", seller->regret, count * count * sizeof(double));
    bt_archive_field(archive, "outflow", seller->outflow, count * sizeof(double));
}

const bt_seller_type bt_internal_regret_seller = {
    .described = {.name = "internal_regret",
                  .summary = "Draws prices so that swapping one for another would not have "
                             "paid (no internal regret, NIR).",
                  .source = "Foster and Vohra 1999; Hart and Mas-Colell 2000; Greenwald and "
                            "Kephart 2001",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_COUNTERFACTUALS,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
