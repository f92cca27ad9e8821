/* Where a posted-price market ended: the limit cycle of its sellers' strategies, or the
 * last record. */
#include "markets/posted_price/posted_price_market.h"

#include <math.h>
#include <string.h>

#include "markets/posted_price/posted_price_audit.h"
#include "markets/posted_price/posted_price_limit.h"

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
    [BT_OUTCOME_AUDIT_DELTA_CHANGE] =
        {"audit_delta_change",
         "change of the profit gain from the window's first half to its "
         "second",
         "1", BT_AXIS_NONE, false, true},
    [BT_OUTCOME_AUDIT_DELTA_CHANGE_ERROR] =
        {"audit_delta_change_error",
         "its standard error, from the means of the window's blocks", "1", BT_AXIS_NONE, false,
         true},
    [BT_OUTCOME_AUDIT_REGRET_CHANGE] =
        {"audit_regret_change",
         "change of audit_relative_regret from the window's first half to its second", "1",
         BT_AXIS_NONE, false, true},
    [BT_OUTCOME_DEVIATION_GAIN] =
        {"deviation_gain",
         "discounted profit of a seller that takes the best price for one period, all then "
         "following their limit strategies, over that of limit play, less 1",
         "1", BT_AXIS_SELLER, false, true},
    [BT_OUTCOME_DEVIATION_PUNISHMENT] =
        {"deviation_punishment",
         "deepest fall of the rivals' mean price below limit play after that deviation",
         "price", BT_AXIS_SELLER, false, true},
    [BT_OUTCOME_DEVIATOR_PRICE] =
        {"deviator_price",
         "impulse response: the deviating seller's own price, by period; it deviates in period "
         "1",
         "price", BT_AXIS_SELLER_RESPONSE, false, true},
    [BT_OUTCOME_RIVAL_PRICE] = {"rival_price",
                                "impulse response: mean price of the deviating seller's rivals",
                                "price", BT_AXIS_SELLER_RESPONSE, false, true},
    [BT_OUTCOME_AUDIT_VERDICT] =
        {"audit_verdict",
         "0: equilibrium, 1: not converged yet, 2: learning failure, 3: collusion; -1: no "
         "price grids or no benchmarks",
         "1", BT_AXIS_NONE, true, true},
};

/* ---- strategies ---- */

enum { MAX_REPORTED_STATES = 1 << 22 };

size_t bt_posted_price_n_states(const void *self)
{
    const bt_posted_price *market = self;
    size_t n_states = 0, memory;
    for (size_t i = 0; i < market->n_sellers; i++) {
        size_t own = bt_strategy_states(&market->seller[i], &memory);
        n_states = own > n_states ? own : n_states;
    }
    return n_states <= MAX_REPORTED_STATES ? n_states : 0;
}

static void write_strategies(const bt_posted_price *market, int64_t *action)
{
    size_t n_states = bt_posted_price_n_states(market), memory;
    for (size_t i = 0; i < market->n_sellers; i++) {
        const bt_market_seller *seller = &market->seller[i];
        size_t own = bt_strategy_states(seller, &memory);
        for (size_t state = 0; state < n_states; state++)
            action[i * n_states + state] =
                state < own ? (int64_t)bt_strategy_action(seller, state) : -1;
    }
}

/* ---- outcomes ---- */

static void find_final(bt_posted_price *market)
{
    if (market->final_stands)
        return;
    market->final_stands = true;
    if (bt_limit_play_follow(market, &market->final, &market->cycle_length))
        return;
    market->cycle_length = -1;
    bt_interval_copy(&market->final, &market->last_summary, market);
    if (market->final.duration == 0)
        bt_interval_divide(&market->final, 0, market);
}

static int64_t final_state(const bt_posted_price *market)
{
    bt_limit_play play;
    uint64_t history;
    size_t longest = 0;
    if (!bt_limit_play_find(market, &play))
        return -1;
    for (size_t i = 0; i < market->n_sellers; i++) {
        size_t memory;
        bt_strategy_states(&market->seller[i], &memory);
        longest = memory > longest ? memory : longest;
    }
    return bt_history_before_last(market, longest, play.n_joint, &history) ? (int64_t)history
                                                                           : -1;
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
    case BT_OUTCOME_AUDIT_DELTA_CHANGE:
    case BT_OUTCOME_AUDIT_DELTA_CHANGE_ERROR:
    case BT_OUTCOME_AUDIT_REGRET_CHANGE:
    case BT_OUTCOME_DEVIATION_GAIN:
    case BT_OUTCOME_DEVIATION_PUNISHMENT:
    case BT_OUTCOME_DEVIATOR_PRICE:
    case BT_OUTCOME_RIVAL_PRICE:
    case BT_OUTCOME_AUDIT_VERDICT:
        return bt_audit_outcome(market, (bt_posted_price_outcome_id)outcome, value, error);
    case BT_N_OUTCOMES:
        return bt_fail(error, BT_INTERNAL, "there is no outcome %zu", outcome);
    }
    return BT_OK;
}
