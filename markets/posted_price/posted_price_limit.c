#include "markets/posted_price/posted_price_limit.h"

#include <math.h>

#include "markets/equilibrium/limit_cycle.h"

size_t bt_strategy_states(const bt_market_seller *seller, size_t *memory)
{
    *memory = 0;
    if (seller->type == NULL)
        return 1;
    if (seller->type->n_states == NULL || seller->type->greedy_action == NULL)
        return 0;
    return seller->type->n_states(seller->self, memory);
}

uint64_t bt_strategy_action(const bt_market_seller *seller, uint64_t state)
{
    return seller->type == NULL ? 0 : seller->type->greedy_action(seller->self, state);
}

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

static uint64_t action_in(const bt_limit_play *play, size_t i, uint64_t history, uint64_t phase)
{
    const bt_market_seller *seller = &play->market->seller[i];
    uint64_t standing = history / play->newest;
    if (play->phases > 1 && !is_due(seller, phase))
        return standing / seller->stride % seller->n_actions;
    size_t memory;
    bt_strategy_states(seller, &memory);
    return bt_strategy_action(seller, history / power(play->n_joint, play->digits - memory));
}

uint64_t bt_limit_play_joint(const bt_limit_play *play, uint64_t state)
{
    uint64_t joint = 0;
    for (size_t i = 0; i < play->market->n_sellers; i++)
        joint += play->market->seller[i].stride *
                 action_in(play, i, state % play->n_states, state / play->n_states);
    return joint;
}

uint64_t bt_limit_play_next_after(const bt_limit_play *play, uint64_t state, uint64_t joint)
{
    uint64_t history = state % play->n_states, phase = state / play->n_states;
    uint64_t newer = joint * play->newest + history / play->n_joint;
    return (phase + 1) % play->phases * play->n_states + newer;
}

uint64_t bt_limit_play_next(const void *context, uint64_t state)
{
    const bt_limit_play *play = context;
    return bt_limit_play_next_after(play, state, bt_limit_play_joint(play, state));
}

bool bt_limit_play_moves(const bt_limit_play *play, size_t seller, uint64_t state)
{
    const bt_market_seller *place = &play->market->seller[seller];
    return place->type != NULL && (play->phases == 1 || is_due(place, state / play->n_states));
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

bool bt_limit_play_find(const bt_posted_price *market, bt_limit_play *play)
{
    *play = (bt_limit_play){.market = market, .digits = 1};
    if (!market->is_periodic || market->model->game == NULL)
        return false;
    for (size_t i = 0; i < market->n_sellers; i++) {
        size_t memory;
        if (bt_strategy_states(&market->seller[i], &memory) == 0)
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

bool bt_history_before_last(const bt_posted_price *market, size_t digits, uint64_t n_joint,
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

static void average_over_cycle(const bt_limit_play *play, uint64_t first, uint64_t length,
                               bt_market_interval *mean)
{
    bt_interval_clear(mean, play->market);
    uint64_t state = first;
    for (uint64_t k = 0; k < length; k++) {
        bt_interval_add_joint_action(play->market, mean, bt_limit_play_joint(play, state), 1);
        state = bt_limit_play_next(play, state);
    }
    bt_interval_divide(mean, (double)length, play->market);
}

/* Whether what is played from `first` on repeats after `period` periods. */
static bool repeats_after(const bt_limit_play *play, uint64_t first, uint64_t period,
                          uint64_t length)
{
    uint64_t behind = first, ahead = first;
    for (uint64_t k = 0; k < period; k++)
        ahead = bt_limit_play_next(play, ahead);
    for (uint64_t k = 0; k < length; k++) {
        if (bt_limit_play_joint(play, behind) != bt_limit_play_joint(play, ahead))
            return false;
        behind = bt_limit_play_next(play, behind);
        ahead = bt_limit_play_next(play, ahead);
    }
    return true;
}

/* States return with the clocks' phase; what is played may return earlier. */
static uint64_t played_cycle(const bt_limit_play *play, uint64_t first, uint64_t length)
{
    for (uint64_t period = 1; play->phases > 1 && period < length; period++)
        if (length % period == 0 && repeats_after(play, first, period, length))
            return period;
    return length;
}

bool bt_limit_play_last_state(const bt_limit_play *play, uint64_t *state)
{
    uint64_t history;
    if (!bt_history_before_last(play->market, play->digits, play->n_joint, &history))
        return false;
    *state = (play->market->periods - 1) % play->phases * play->n_states + history;
    return true;
}

bool bt_limit_play_follow(const bt_posted_price *market, bt_market_interval *mean,
                          int64_t *cycle_length)
{
    bt_limit_play play;
    uint64_t last, first;
    if (!bt_limit_play_find(market, &play) || !bt_limit_play_last_state(&play, &last))
        return false;
    uint64_t length = bt_limit_cycle(bt_limit_play_next, &play, last, &first);
    average_over_cycle(&play, first, length, mean);
    *cycle_length = (int64_t)played_cycle(&play, first, length);
    return true;
}
