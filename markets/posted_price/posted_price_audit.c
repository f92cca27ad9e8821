#include "markets/posted_price/posted_price_audit.h"

#include <math.h>
#include <string.h>

#include "markets/equilibrium/correlated_equilibrium.h"
#include "markets/equilibrium/regret.h"

/* Beyond these a window would need more memory than a run is worth. */
enum { MOST_COUNTED = 1 << 16, MOST_SUMS = 1 << 18 };

/* ---- counting ---- */

static bool counts_joint_actions(const bt_posted_price *market)
{
    const bt_grid_game *game = market->model->game;
    return game != NULL && game->n_joint <= MOST_COUNTED;
}

static bool allocate(bt_posted_price_audit *audit, const bt_posted_price *market,
                     bt_arena *arena)
{
    audit->first = BT_ARENA_NEW(arena, market->n_sellers, size_t);
    audit->regret = BT_ARENA_NEW(arena, market->n_sellers, double);
    audit->swap_regret = BT_ARENA_NEW(arena, market->n_sellers, double);
    audit->profit = BT_ARENA_NEW(arena, market->n_sellers, double);
    return audit->first != NULL && audit->regret != NULL && audit->swap_regret != NULL &&
           audit->profit != NULL;
}

/* Lays out the sums over own prices; returns how many there are, with time. */
static size_t lay_sums(bt_posted_price_audit *audit, const bt_posted_price *market)
{
    size_t length = 0;
    for (size_t i = 0; i < market->n_sellers; i++) {
        audit->first[i] = length;
        length += market->seller[i].n_actions * market->seller[i].n_actions;
    }
    return length + 1;
}

bool bt_audit_create(bt_posted_price *market, double horizon, bt_arena *arena)
{
    market->audit = NULL;
    if (!market->on_grids)
        return true;
    bt_posted_price_audit *audit = BT_ARENA_NEW(arena, 1, bt_posted_price_audit);
    if (audit == NULL || !allocate(audit, market, arena))
        return false;
    size_t length = lay_sums(audit, market);
    audit->counts_joint_actions = counts_joint_actions(market);
    if (audit->counts_joint_actions)
        length = market->model->game->n_joint;
    else if (length > MOST_SUMS)
        return true;
    audit->total = BT_ARENA_NEW(arena, length, double);
    market->audit = audit;
    return audit->total != NULL &&
           bt_audit_window_create(&audit->window, arena, length,
                                  market->model->parameters->audit.window, horizon,
                                  market->is_periodic, market->stable_periods == 0);
}

static void add_profits(bt_posted_price *market, double duration)
{
    bt_posted_price_audit *audit = market->audit;
    for (size_t i = 0; i < market->n_sellers; i++) {
        const bt_market_seller *seller = &market->seller[i];
        size_t played = market->recent[0] / seller->stride % seller->n_actions;
        double *sum = audit->window.current + audit->first[i] + played * seller->n_actions;
        for (size_t k = 0; k < seller->n_actions; k++)
            sum[k] += duration * bt_counterfactual_objective(market, i, k);
    }
    audit->window.current[audit->window.length - 1] += duration;
}

static void add(bt_posted_price *market, double duration)
{
    bt_posted_price_audit *audit = market->audit;
    if (audit->counts_joint_actions)
        audit->window.current[market->recent[0]] += duration;
    else if (!audit->window.is_waiting)
        add_profits(market, duration);
}

void bt_audit_note(bt_posted_price *market, double duration)
{
    bt_posted_price_audit *audit = market->audit;
    if (audit == NULL || market->recent[0] == BT_NO_ACTION)
        return;
    while (duration > audit->window.left) {
        double part = audit->window.left;
        add(market, part);
        bt_audit_window_pass(&audit->window, part);
        duration -= part;
    }
    add(market, duration);
    bt_audit_window_pass(&audit->window, duration);
}

void bt_audit_archive(bt_posted_price *market, bt_archive *archive)
{
    if (market->audit != NULL)
        bt_audit_window_archive(&market->audit->window, archive);
}

/* ---- figures ---- */

static bt_status take_counts(bt_posted_price *market, bt_posted_price_audit *audit,
                             bt_error *error)
{
    const bt_grid_game *game = market->model->game;
    for (size_t joint = 0; joint < game->n_joint; joint++) {
        audit->time += audit->total[joint];
        for (size_t i = 0; i < market->n_sellers; i++)
            audit->profit[i] +=
                audit->total[joint] * game->profit[joint * market->n_sellers + i];
    }
    for (size_t i = 0; i < market->n_sellers; i++)
        audit->profit[i] /= audit->time;
    return bt_regrets(game, audit->total, audit->regret, audit->swap_regret, error);
}

static void take_sums(bt_posted_price *market, bt_posted_price_audit *audit)
{
    audit->time = audit->total[audit->window.length - 1];
    for (size_t i = 0; i < market->n_sellers; i++) {
        size_t n_actions = market->seller[i].n_actions;
        const double *profit = audit->total + audit->first[i];
        for (size_t k = 0; k < n_actions; k++)
            audit->profit[i] += profit[k * n_actions + k] / audit->time;
        audit->regret[i] = bt_external_regret_of(profit, n_actions) / audit->time;
        audit->swap_regret[i] = bt_swap_regret_of(profit, n_actions) / audit->time;
    }
}

/* All figures over blocks `first` to `end` of the window. */
static bt_status take_figures(bt_posted_price *market, size_t first, size_t end,
                              bt_error *error)
{
    bt_posted_price_audit *audit = market->audit;
    bt_audit_window_total(&audit->window, first, end, audit->total);
    audit->time = 0;
    memset(audit->profit, 0, market->n_sellers * sizeof(double));
    if (audit->counts_joint_actions)
        return take_counts(market, audit, error);
    take_sums(market, audit);
    return BT_OK;
}

static bt_status find_figures(bt_posted_price *market, bt_error *error)
{
    if (market->audit->figures_stand)
        return BT_OK;
    size_t first, end;
    bt_audit_window_blocks(&market->audit->window, &first, &end);
    market->audit->figures_stand = true;
    return take_figures(market, first, end, error);
}

static double largest(const double *value, size_t count)
{
    double most = -INFINITY;
    for (size_t k = 0; k < count; k++)
        most = fmax(most, value[k]);
    return most;
}

static double mean_nash_profit(const bt_posted_price_model *model)
{
    double total = 0;
    for (size_t i = 0; i < model->layout.n_sellers; i++)
        total += model->nash.profit[i];
    return total / (double)model->layout.n_sellers;
}

static double least_regret(const bt_posted_price *market)
{
    const bt_posted_price_model *model = market->model;
    return model->has_frontier
               ? bt_frontier_at(&model->frontier, bt_profit_gain(model, market->audit->profit))
               : NAN;
}

/* Rounding of sums over a window, of the frontier's lines. */
static const double rounding = 1e-9;

static int64_t certificate(const bt_posted_price *market)
{
    double regret = largest(market->audit->regret, market->n_sellers);
    double least = least_regret(market);
    double slack = rounding * fmax(fabs(regret), mean_nash_profit(market->model));
    return isnan(least) ? -1 : regret >= least - slack;
}

static void fill(double *value, size_t count, double with)
{
    for (size_t k = 0; k < count; k++)
        value[k] = with;
}

/* Without an audit. */
static void answer_nothing(const bt_posted_price *market, bt_posted_price_outcome_id outcome,
                           void *value)
{
    const bt_series *series = &bt_posted_price_outcomes[outcome];
    if (series->is_integer)
        *(int64_t *)value = -1;
    else
        fill(value, series->axis == BT_AXIS_SELLER ? market->n_sellers : 1, NAN);
}

bt_status bt_audit_outcome(bt_posted_price *market, bt_posted_price_outcome_id outcome,
                           void *value, bt_error *error)
{
    const bt_posted_price_audit *audit = market->audit;
    const bt_posted_price_model *model = market->model;
    if (audit == NULL) {
        answer_nothing(market, outcome, value);
        return BT_OK;
    }
    bt_status status = find_figures(market, error);
    if (status != BT_OK)
        return status;
    switch (outcome) {
    case BT_OUTCOME_AUDIT_TIME:
        *(double *)value = audit->time;
        break;
    case BT_OUTCOME_AUDIT_DELTA:
        *(double *)value = bt_profit_gain(model, audit->profit);
        break;
    case BT_OUTCOME_AUDIT_REGRET:
        memcpy(value, audit->regret, market->n_sellers * sizeof(double));
        break;
    case BT_OUTCOME_AUDIT_LARGEST_REGRET:
        *(double *)value = largest(audit->regret, market->n_sellers);
        break;
    case BT_OUTCOME_AUDIT_RELATIVE_REGRET:
        *(double *)value = largest(audit->regret, market->n_sellers) / mean_nash_profit(model);
        break;
    case BT_OUTCOME_AUDIT_SWAP_REGRET:
        if (model->parameters->audit.swap_regret)
            memcpy(value, audit->swap_regret, market->n_sellers * sizeof(double));
        else
            fill(value, market->n_sellers, NAN);
        break;
    case BT_OUTCOME_AUDIT_LEAST_REGRET:
        *(double *)value = least_regret(market);
        break;
    case BT_OUTCOME_AUDIT_CERTIFICATE:
        *(int64_t *)value = certificate(market);
        break;
    default:
        return bt_fail(error, BT_INTERNAL, "the audit has no outcome %d", (int)outcome);
    }
    return BT_OK;
}
