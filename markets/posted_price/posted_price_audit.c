#include "markets/posted_price/posted_price_audit.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

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

static bool all_seek_profit(const bt_posted_price *market)
{
    const bt_ownership *ownership = market->model->layout.ownership;
    for (size_t i = 0; ownership->objective != NULL && i < market->n_sellers; i++)
        if (ownership->objective[i] != BT_EXPECTED_PROFIT)
            return false;
    return true;
}

bool bt_audit_create(bt_posted_price *market, double horizon, bt_arena *arena)
{
    market->audit = NULL;
    if (!market->on_grids || !market->model->is_repeated)
        return true;
    bt_posted_price_audit *audit = BT_ARENA_NEW(arena, 1, bt_posted_price_audit);
    if (audit == NULL || !allocate(audit, market, arena))
        return false;
    size_t length = lay_sums(audit, market);
    audit->counts_joint_actions = counts_joint_actions(market);
    if (audit->counts_joint_actions)
        length = market->model->game->n_joint;
    else if (length > MOST_SUMS || !all_seek_profit(market))
        return true;
    bool looks_up = market->model->game != NULL;
    if (!looks_up && !bt_logit_grid_create(market, arena, &audit->logit_grid))
        return false;
    audit->total = BT_ARENA_NEW(arena, length, double);
    market->audit = audit;
    return audit->total != NULL &&
           bt_price_response_create(&audit->response, market,
                                    (size_t)market->model->parameters->audit.response_periods,
                                    arena) &&
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
        if (audit->logit_grid != NULL)
            bt_logit_grid_add_profits(audit->logit_grid, market, i, duration, sum);
        for (size_t k = 0; audit->logit_grid == NULL && k < seller->n_actions; k++)
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

static void take_counted_profits(const bt_posted_price *market, bt_posted_price_audit *audit)
{
    const bt_grid_game *game = market->model->game;
    for (size_t joint = 0; joint < game->n_joint; joint++) {
        if (!(audit->total[joint] > 0))
            continue;
        audit->time += audit->total[joint];
        for (size_t i = 0; i < market->n_sellers; i++)
            audit->profit[i] +=
                audit->total[joint] * game->profit[joint * market->n_sellers + i];
    }
}

static void take_summed_profits(const bt_posted_price *market, bt_posted_price_audit *audit)
{
    audit->time = audit->total[audit->window.length - 1];
    for (size_t i = 0; i < market->n_sellers; i++) {
        size_t n_actions = market->seller[i].n_actions;
        for (size_t k = 0; k < n_actions; k++)
            audit->profit[i] += audit->total[audit->first[i] + k * n_actions + k];
    }
}

/* Profits per time over blocks `first` to `end`; returns their gain, NAN where nothing
 * happened. */
static double take_profits(bt_posted_price *market, size_t first, size_t end)
{
    bt_posted_price_audit *audit = market->audit;
    bt_audit_window_total(&audit->window, first, end, audit->total);
    audit->time = 0;
    memset(audit->profit, 0, market->n_sellers * sizeof(double));
    if (audit->counts_joint_actions)
        take_counted_profits(market, audit);
    else
        take_summed_profits(market, audit);
    for (size_t i = 0; i < market->n_sellers; i++)
        audit->profit[i] /= audit->time;
    return bt_profit_gain(market->model, audit->profit);
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

/* Regrets over the blocks whose profits were taken last; *relative: the largest, over the
 * mean Nash profit. */
static bt_status take_regrets(bt_posted_price *market, double *relative, bt_error *error)
{
    bt_posted_price_audit *audit = market->audit;
    bt_status status = BT_OK;
    if (audit->counts_joint_actions)
        status = bt_regrets(market->model->game, audit->total, audit->regret,
                            audit->swap_regret, error);
    for (size_t i = 0; !audit->counts_joint_actions && i < market->n_sellers; i++) {
        const double *profit = audit->total + audit->first[i];
        size_t n_actions = market->seller[i].n_actions;
        audit->regret[i] = bt_external_regret_of(profit, n_actions) / audit->time;
        audit->swap_regret[i] = bt_swap_regret_of(profit, n_actions) / audit->time;
    }
    *relative = largest(audit->regret, market->n_sellers) / mean_nash_profit(market->model);
    return status;
}

/* Mean and squared standard error of the profit gain of blocks. */
static void average_blocks(bt_posted_price *market, size_t first, size_t end, double *mean,
                           double *squared_error)
{
    double gain[BT_AUDIT_BLOCKS] = {0};
    size_t count = 0;
    for (size_t block = first; block < end; block++) {
        double of_block = take_profits(market, block, block + 1);
        if (!isnan(of_block))
            gain[count++] = of_block;
    }
    *mean = count > 0 ? gsl_stats_mean(gain, 1, count) : NAN;
    *squared_error =
        count > 1 ? gsl_stats_variance_m(gain, 1, count, *mean) / (double)count : INFINITY;
}

static bt_status find_trend(bt_posted_price *market, size_t first, size_t end, bt_error *error)
{
    bt_audit_evidence *evidence = &market->audit->evidence;
    size_t middle = first + (end - first) / 2;
    double error_of_first, error_of_second;
    average_blocks(market, first, middle, &evidence->delta_first_half, &error_of_first);
    average_blocks(market, middle, end, &evidence->delta_second_half, &error_of_second);
    evidence->delta_error = sqrt(error_of_first + error_of_second);
    take_profits(market, first, middle);
    bt_status status = take_regrets(market, &evidence->regret_first_half, error);
    if (status != BT_OK)
        return status;
    take_profits(market, middle, end);
    return take_regrets(market, &evidence->regret_second_half, error);
}

static void find_band(const bt_posted_price_model *model, bt_audit_evidence *evidence)
{
    const double *low[] = {&model->grid_coarse_lowest, &model->grid_lowest_delta};
    const double *high[] = {&model->grid_coarse_highest, &model->grid_highest_delta};
    evidence->band_low = evidence->band_high = 0; /* the continuous equilibrium */
    for (size_t k = 0; k < 2 && model->game != NULL; k++)
        if (!isnan(*low[k]) && !isnan(*high[k])) {
            evidence->band_low = *low[k];
            evidence->band_high = *high[k];
            return;
        }
}

static double mean_price_gap(const bt_posted_price_model *model)
{
    double gap = 0;
    for (size_t j = 0; j < model->layout.n_products; j++)
        gap += (model->joint_profit.price[j] - model->nash.price[j]) /
               (double)model->layout.n_products;
    return gap;
}

/* Means over the sellers who could gain at once by another price than that of limit play. */
static void find_response(bt_posted_price *market, bt_audit_evidence *evidence)
{
    bt_price_response *response = &market->audit->response;
    bt_price_response_find(response, market);
    double gain = 0, punishment = 0, count = 0;
    for (size_t i = 0; response->exists && i < market->n_sellers; i++)
        if (response->can_gain[i]) {
            gain += response->gain[i];
            punishment += response->punishment[i];
            count++;
        }
    evidence->gain = gain / count;
    evidence->punishment = punishment / count / mean_price_gap(market->model);
}

static bt_audit_stability stability(const bt_posted_price *market)
{
    if (market->stable_periods == 0)
        return BT_STABILITY_NOT_ASKED;
    return market->has_converged ? BT_STABILITY_REACHED : BT_STABILITY_NOT_REACHED;
}

static bt_status find_figures(bt_posted_price *market, bt_error *error)
{
    bt_posted_price_audit *audit = market->audit;
    bt_audit_evidence *evidence = &audit->evidence;
    if (audit->figures_stand)
        return BT_OK;
    size_t first, end;
    bt_audit_window_blocks(&audit->window, &first, &end);
    find_band(market->model, evidence);
    find_response(market, evidence);
    evidence->stability = stability(market);
    bt_status status = find_trend(market, first, end, error);
    if (status != BT_OK)
        return status;
    evidence->delta = take_profits(market, first, end);
    if (market->n_sellers < 2) /* Nash and joint-profit price are one */
        evidence->delta = NAN;
    audit->figures_stand = true;
    return take_regrets(market, &evidence->regret, error);
}

static double least_regret(const bt_posted_price *market)
{
    const bt_posted_price_model *model = market->model;
    return model->has_frontier ? bt_frontier_at(&model->frontier, market->audit->evidence.delta)
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

size_t bt_audit_n_responses(const void *self)
{
    const bt_posted_price *market = self;
    bt_limit_play play;
    if (market->audit == NULL || !bt_limit_play_find(market, &play))
        return 0;
    return market->audit->response.n_periods + 1;
}

/* Without an audit. */
static void answer_nothing(const bt_posted_price *market, bt_posted_price_outcome_id outcome,
                           void *value)
{
    const bt_series *series = &bt_posted_price_outcomes[outcome];
    if (series->is_integer)
        *(int64_t *)value = -1;
    else if (series->axis != BT_AXIS_SELLER_RESPONSE) /* which has no length then */
        fill(value, series->axis == BT_AXIS_SELLER ? market->n_sellers : 1, NAN);
}

bt_status bt_audit_outcome(bt_posted_price *market, bt_posted_price_outcome_id outcome,
                           void *value, bt_error *error)
{
    const bt_posted_price_audit *audit = market->audit;
    const bt_audit_parameters *parameters = &market->model->parameters->audit;
    if (audit == NULL) {
        answer_nothing(market, outcome, value);
        return BT_OK;
    }
    bt_status status = find_figures(market, error);
    if (status != BT_OK)
        return status;
    const bt_audit_evidence *evidence = &audit->evidence;
    const bt_price_response *response = &audit->response;
    size_t n_responses = market->n_sellers * bt_audit_n_responses(market);
    switch (outcome) {
    case BT_OUTCOME_AUDIT_TIME:
        *(double *)value = audit->time;
        break;
    case BT_OUTCOME_AUDIT_DELTA:
        *(double *)value = evidence->delta;
        break;
    case BT_OUTCOME_AUDIT_REGRET:
        memcpy(value, audit->regret, market->n_sellers * sizeof(double));
        break;
    case BT_OUTCOME_AUDIT_LARGEST_REGRET:
        *(double *)value = largest(audit->regret, market->n_sellers);
        break;
    case BT_OUTCOME_AUDIT_RELATIVE_REGRET:
        *(double *)value = evidence->regret;
        break;
    case BT_OUTCOME_AUDIT_SWAP_REGRET:
        if (parameters->swap_regret)
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
    case BT_OUTCOME_AUDIT_DELTA_CHANGE:
        *(double *)value = evidence->delta_second_half - evidence->delta_first_half;
        break;
    case BT_OUTCOME_AUDIT_DELTA_CHANGE_ERROR:
        *(double *)value = isfinite(evidence->delta_error) ? evidence->delta_error : NAN;
        break;
    case BT_OUTCOME_AUDIT_REGRET_CHANGE:
        *(double *)value = evidence->regret_second_half - evidence->regret_first_half;
        break;
    case BT_OUTCOME_DEVIATION_GAIN:
        memcpy(value, response->gain, market->n_sellers * sizeof(double));
        break;
    case BT_OUTCOME_DEVIATION_PUNISHMENT:
        memcpy(value, response->punishment, market->n_sellers * sizeof(double));
        break;
    case BT_OUTCOME_DEVIATOR_PRICE:
        memcpy(value, response->deviator_price, n_responses * sizeof(double));
        break;
    case BT_OUTCOME_RIVAL_PRICE:
        memcpy(value, response->rival_price, n_responses * sizeof(double));
        break;
    case BT_OUTCOME_AUDIT_VERDICT:
        *(int64_t *)value = bt_audit_judge(evidence, parameters);
        break;
    default:
        return bt_fail(error, BT_INTERNAL, "the audit has no outcome %d", (int)outcome);
    }
    return BT_OK;
}
