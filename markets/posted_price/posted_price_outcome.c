/* Where a posted-price market ended: the limit cycle of its sellers' strategies, or the
 * last record. */
#include "markets/posted_price/posted_price_market.h"

#include <math.h>
#include <string.h>

#include "markets/equilibrium/limit_cycle.h"
#include "markets/posted_price/posted_price_audit.h"

const bt_series bt_posted_price_outcomes[] = {
    [BT_OUTCOME_ITERATIONS] =
        {"iterations",
         "periods completed; with a horizon in time, moments at which prices were posted",
         "periods", BT_AXIS_NONE, true, true},
    [BT_OUTCOME_CONVERGED] = {"converged",
                              "1: greedy behaviour was stable for horizon.until_stable, 0: "
                              "it was not; -1: not asked for",
                              "1", BT_AXIS_NONE, true, true},
    [BT_OUTCOME_DELTA] = {"delta",
                          "profit gain over the limit cycle, else over the last record", "1",
                          BT_AXIS_NONE, false, true},
    [BT_OUTCOME_FINAL_STATE] =
        {"final_state",
         "state in which the last decisions were taken; -1: no finite strategies", "1",
         BT_AXIS_NONE, true, true},
    [BT_OUTCOME_CYCLE_LENGTH] = {"cycle_length",
                                 "periods of the limit cycle; -1: no finite strategies",
                                 "periods", BT_AXIS_NONE, true, true},
    [BT_OUTCOME_STRATEGY] = {"strategy", "greedy action by state; -1: none", "1",
                             BT_AXIS_SELLER_STATE, true, true},
    [BT_OUTCOME_FINAL_PRICE] = {"final_price",
                                "mean price over the limit cycle, else the last record",
                                "price", BT_AXIS_PRODUCT, false, true},
    [BT_OUTCOME_FINAL_PROFIT] = {"final_profit",
                                 "mean profit over the limit cycle, else the last record",
                                 "price/time", BT_AXIS_SELLER, false, true},
    [BT_OUTCOME_FINAL_CONSUMER_SURPLUS] =
        {"final_consumer_surplus",
         "consumer surplus over the limit cycle, else the last record", "price/time",
         BT_AXIS_NONE, false, true},
    [BT_OUTCOME_FINAL_WELFARE] = {"final_welfare",
                                  "total surplus over the limit cycle, else the last record",
                                  "price/time", BT_AXIS_NONE, false, true},
    [BT_OUTCOME_FINAL_DISTANCE_TO_NASH] =
        {"final_distance_to_nash", "largest relative distance of final_price to Bertrand-Nash",
         "1", BT_AXIS_NONE, false, true},
    [BT_OUTCOME_FINAL_EXPLOITABILITY] =
        {"final_exploitability",
         "largest unilateral gain from final_price, over mean Nash profit", "1", BT_AXIS_NONE,
         false, true},
    [BT_OUTCOME_AUDIT_TIME] = {"audit_time",
                               "length of the audit's window, the last part of the run", "time",
                               BT_AXIS_NONE, false, true},
    [BT_OUTCOME_AUDIT_DELTA] = {"audit_delta",
                                "profit gain over the audit's window, at expected profits", "1",
                                BT_AXIS_NONE, false, true},
    [BT_OUTCOME_AUDIT_REGRET] = {"audit_regret",
                                 "external regret over the window: what the best fixed price "
                                 "of its grid would have earned more, in expected profit",
                                 "price/time", BT_AXIS_SELLER, false, true},
    [BT_OUTCOME_AUDIT_LARGEST_REGRET] = {"audit_largest_regret",
                                         "largest external regret of any seller", "price/time",
                                         BT_AXIS_NONE, false, true},
    [BT_OUTCOME_AUDIT_RELATIVE_REGRET] = {"audit_relative_regret",
                                          "largest external regret over mean Nash profit", "1",
                                          BT_AXIS_NONE, false, true},
    [BT_OUTCOME_AUDIT_SWAP_REGRET] =
        {"audit_swap_regret",
         "swap regret over the window: what the best replacement of each price would have "
         "earned more; NaN unless audit.swap_regret asks for it",
         "price/time", BT_AXIS_SELLER, false, true},
    [BT_OUTCOME_AUDIT_LEAST_REGRET] =
        {"audit_least_regret",
         "frontier: the least largest regret with which any play reaches audit_delta",
         "price/time", BT_AXIS_NONE, false, true},
    [BT_OUTCOME_AUDIT_CERTIFICATE] =
        {"audit_certificate",
         "1: the largest regret is not below the frontier, as it must be; 0: it is; -1: the "
         "frontier is not known",
         "1", BT_AXIS_NONE, true, true},
};

/* ---- strategies ---- */

static size_t n_states_of(const bt_market_seller *seller, size_t *memory)
{
    *memory = 0;
    if (seller->type == NULL)
        return 1;
    if (seller->type->n_states == NULL || seller->type->greedy_action == NULL)
        return 0;
    return seller->type->n_states(seller->self, memory);
}

static uint64_t greedy_action(const bt_market_seller *seller, uint64_t state)
{
    return seller->type == NULL ? 0 : seller->type->greedy_action(seller->self, state);
}

enum { MAX_REPORTED_STATES = 1 << 22 };

size_t bt_posted_price_n_states(const void *self)
{
    const bt_posted_price *market = self;
    size_t n_states = 0, memory;
    for (size_t i = 0; i < market->n_sellers; i++) {
        size_t own = n_states_of(&market->seller[i], &memory);
        n_states = own > n_states ? own : n_states;
    }
    return n_states <= MAX_REPORTED_STATES ? n_states : 0;
}

static void write_strategies(const bt_posted_price *market, int64_t *action)
{
    size_t n_states = bt_posted_price_n_states(market), memory;
    for (size_t i = 0; i < market->n_sellers; i++) {
        const bt_market_seller *seller = &market->seller[i];
        size_t own = n_states_of(seller, &memory);
        for (size_t state = 0; state < n_states; state++)
            action[i * n_states + state] =
                state < own ? (int64_t)greedy_action(seller, state) : -1;
    }
}

/* ---- play under the limit strategies ---- */

/* All sellers' play as a map on states: the last `digits` joint actions, the newest the
 * most significant, and above them the phase of the clocks. */
typedef struct limit_play {
    const bt_posted_price *market;
    uint64_t n_joint;
    uint64_t newest;   /* n_joint^(digits - 1) */
    uint64_t n_states; /* n_joint^digits */
    size_t digits;
    uint64_t phases; /* common period of the clocks */
} limit_play;

static uint64_t power(uint64_t base, size_t exponent)
{
    uint64_t result = 1;
    while (exponent-- > 0)
        result *= base;
    return result;
}

static bool is_due(const bt_market_seller *seller, uint64_t phase)
{
    uint64_t every = (uint64_t)seller->repricing.value;
    return phase % every == (uint64_t)seller->repricing.offset % every;
}

static uint64_t action_in(const limit_play *play, size_t i, uint64_t history, uint64_t phase)
{
    const bt_market_seller *seller = &play->market->seller[i];
    uint64_t standing = history / play->newest;
    if (play->phases > 1 && !is_due(seller, phase))
        return standing / seller->stride % seller->n_actions;
    size_t memory;
    n_states_of(seller, &memory);
    return greedy_action(seller, history / power(play->n_joint, play->digits - memory));
}

static uint64_t played_in(const limit_play *play, uint64_t state)
{
    uint64_t joint = 0;
    for (size_t i = 0; i < play->market->n_sellers; i++)
        joint += play->market->seller[i].stride *
                 action_in(play, i, state % play->n_states, state / play->n_states);
    return joint;
}

static uint64_t next_state(const void *context, uint64_t state)
{
    const limit_play *play = context;
    uint64_t history = state % play->n_states, phase = state / play->n_states;
    uint64_t newer = played_in(play, state) * play->newest + history / play->n_joint;
    return (phase + 1) % play->phases * play->n_states + newer;
}

enum { MAX_PHASES = 1 << 16 };

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The clocks' common period; 0: some have none, or it is too long. */
static uint64_t common_period(const bt_posted_price *market)
{
    uint64_t phases = 1;
    for (size_t i = 0; i < market->n_sellers; i++) {
        const bt_market_seller *seller = &market->seller[i];
        if (seller->type == NULL)
            continue;
        if (seller->repricing.kind != BT_REPRICE_EVERY || seller->repricing.value > MAX_PHASES)
            return 0;
        uint64_t every = (uint64_t)seller->repricing.value;
        phases = phases / greatest_common_divisor(phases, every) * every;
        if (phases > MAX_PHASES)
            return 0;
    }
    return phases;
}

/* False when play is no map on finitely many states: a seller without a finite strategy,
 * no grid, random clocks, or a memory of moves that clocks make unequal. */
static bool find_play(const bt_posted_price *market, limit_play *play)
{
    *play = (limit_play){.market = market, .digits = 1};
    if (!market->is_periodic || market->model->game == NULL)
        return false;
    for (size_t i = 0; i < market->n_sellers; i++) {
        size_t memory;
        if (n_states_of(&market->seller[i], &memory) == 0)
            return false;
        play->digits = memory > play->digits ? memory : play->digits;
    }
    play->phases = common_period(market);
    play->n_joint = market->model->game->n_joint;
    if (play->phases == 0 || (play->phases > 1 && play->digits > 1) ||
        play->digits >= BT_RECENT_JOINT_ACTIONS ||
        pow((double)play->n_joint, (double)play->digits) * (double)play->phases > 0x1p62)
        return false;
    play->newest = power(play->n_joint, play->digits - 1);
    play->n_states = play->newest * play->n_joint;
    return true;
}

/* The last `digits` joint actions before the last period; false if there were fewer. */
static bool history_before_last(const bt_posted_price *market, size_t digits, uint64_t n_joint,
                                uint64_t *history)
{
    *history = 0;
    for (size_t k = 1; k <= digits; k++) {
        if (market->recent[k] == BT_NO_ACTION)
            return false;
        *history = *history * n_joint + market->recent[k];
    }
    return true;
}

static void average_over_cycle(const limit_play *play, uint64_t first, uint64_t length,
                               bt_market_interval *mean)
{
    bt_interval_clear(mean, play->market);
    uint64_t state = first;
    for (uint64_t k = 0; k < length; k++) {
        bt_interval_add_joint_action(play->market, mean, played_in(play, state), 1);
        state = next_state(play, state);
    }
    bt_interval_divide(mean, (double)length, play->market);
}

/* Whether what is played from `first` on repeats after `period` periods. */
static bool repeats_after(const limit_play *play, uint64_t first, uint64_t period,
                          uint64_t length)
{
    uint64_t behind = first, ahead = first;
    for (uint64_t k = 0; k < period; k++)
        ahead = next_state(play, ahead);
    for (uint64_t k = 0; k < length; k++) {
        if (played_in(play, behind) != played_in(play, ahead))
            return false;
        behind = next_state(play, behind);
        ahead = next_state(play, ahead);
    }
    return true;
}

/* States return with the clocks' phase; what is played may return earlier. */
static uint64_t played_cycle(const limit_play *play, uint64_t first, uint64_t length)
{
    for (uint64_t period = 1; play->phases > 1 && period < length; period++)
        if (length % period == 0 && repeats_after(play, first, period, length))
            return period;
    return length;
}

static bool follow_strategies(bt_posted_price *market)
{
    limit_play play;
    uint64_t history, first;
    if (!find_play(market, &play) ||
        !history_before_last(market, play.digits, play.n_joint, &history))
        return false;
    uint64_t phase = (market->periods - 1) % play.phases;
    uint64_t length =
        bt_limit_cycle(next_state, &play, phase * play.n_states + history, &first);
    average_over_cycle(&play, first, length, &market->final);
    market->cycle_length = (int64_t)played_cycle(&play, first, length);
    return true;
}

/* ---- outcomes ---- */

static void find_final(bt_posted_price *market)
{
    if (market->final_stands)
        return;
    market->final_stands = true;
    if (follow_strategies(market))
        return;
    market->cycle_length = -1;
    bt_interval_copy(&market->final, &market->last_summary, market);
    if (market->final.duration == 0)
        bt_interval_divide(&market->final, 0, market);
}

static int64_t final_state(const bt_posted_price *market)
{
    limit_play play;
    uint64_t history;
    size_t longest = 0;
    if (!find_play(market, &play))
        return -1;
    for (size_t i = 0; i < market->n_sellers; i++) {
        size_t memory;
        n_states_of(&market->seller[i], &memory);
        longest = memory > longest ? memory : longest;
    }
    return history_before_last(market, longest, play.n_joint, &history) ? (int64_t)history : -1;
}

static bt_status final_series(bt_posted_price *market, bt_posted_price_series_id series,
                              double *value, bt_error *error)
{
    return bt_series_value(market, &market->final, series, value, error);
}

bt_status bt_posted_price_outcome(void *self, size_t outcome, void *value, bt_error *error)
{
    bt_posted_price *market = self;
    find_final(market);
    switch ((bt_posted_price_outcome_id)outcome) {
    case BT_OUTCOME_ITERATIONS:
        *(int64_t *)value = (int64_t)market->periods;
        break;
    case BT_OUTCOME_CONVERGED:
        *(int64_t *)value = market->stable_periods > 0 ? market->has_converged : -1;
        break;
    case BT_OUTCOME_FINAL_STATE:
        *(int64_t *)value = final_state(market);
        break;
    case BT_OUTCOME_CYCLE_LENGTH:
        *(int64_t *)value = market->cycle_length;
        break;
    case BT_OUTCOME_STRATEGY:
        write_strategies(market, value);
        break;
    case BT_OUTCOME_DELTA:
        return final_series(market, BT_SERIES_DELTA, value, error);
    case BT_OUTCOME_FINAL_PRICE:
        return final_series(market, BT_SERIES_PRICE, value, error);
    case BT_OUTCOME_FINAL_PROFIT:
        return final_series(market, BT_SERIES_PROFIT, value, error);
    case BT_OUTCOME_FINAL_CONSUMER_SURPLUS:
        return final_series(market, BT_SERIES_CONSUMER_SURPLUS, value, error);
    case BT_OUTCOME_FINAL_WELFARE:
        return final_series(market, BT_SERIES_WELFARE, value, error);
    case BT_OUTCOME_FINAL_DISTANCE_TO_NASH:
        return final_series(market, BT_SERIES_DISTANCE_TO_NASH, value, error);
    case BT_OUTCOME_FINAL_EXPLOITABILITY:
        return final_series(market, BT_SERIES_EXPLOITABILITY, value, error);
    case BT_OUTCOME_AUDIT_TIME:
    case BT_OUTCOME_AUDIT_DELTA:
    case BT_OUTCOME_AUDIT_REGRET:
    case BT_OUTCOME_AUDIT_LARGEST_REGRET:
    case BT_OUTCOME_AUDIT_RELATIVE_REGRET:
    case BT_OUTCOME_AUDIT_SWAP_REGRET:
    case BT_OUTCOME_AUDIT_LEAST_REGRET:
    case BT_OUTCOME_AUDIT_CERTIFICATE:
        return bt_audit_outcome(market, (bt_posted_price_outcome_id)outcome, value, error);
    case BT_N_OUTCOMES:
        return bt_fail(error, BT_INTERNAL, "there is no outcome %zu", outcome);
    }
    return BT_OK;
}
