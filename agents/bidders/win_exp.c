/*
 * WIN-EXP (Feng, Podimata and Syrgkanis 2018): exponential weights on a grid of bids, for
 * a bidder who learns its value only by winning. A bid b would have gained (v - p(b)) if it
 * had won, else 0. An estimate of that gain less 1, unbiased whatever was bid, is
 *
 *     (v - p(b) - 1)/P(win) 1{b wins}   in a round that was won,
 *     - 1{b loses}/P(lose)              in one that was lost,
 *
 * P the probabilities under the distribution that was bid from; weights are exp(eta times
 * the sums of estimates). Regret against the best bid of the grid is at most
 * 4 sqrt(T ln K) with eta = sqrt(ln K / (2 T)), for values and rivals of any kind.
 *
 * Draws: one a round (agent BT_AGENT_BUYER(bidder), purpose 0).
 */
#include <math.h>

#include "agents/bidders/registry.h"

enum { BID_PURPOSE = 0 };

typedef struct win_exp_parameters {
    int64_t bids;
    bt_option learning_rate;
} win_exp_parameters;

static const bt_parameter parameters[] = {
    {.name = "bids",
     .type = BT_INTEGER,
     .offset = offsetof(win_exp_parameters, bids),
     .unit = "1",
     .default_text = "101",
     .range = BT_BETWEEN(2, 100000),
     .meaning = "K, the number of bids from 0 to 1"},
    {.name = "learning_rate",
     .type = BT_OPTION,
     .offset = offsetof(win_exp_parameters, learning_rate),
     .unit = "1",
     .default_text = "tuned",
     .choices = "tuned",
     .number_allowed = true,
     .range = BT_POSITIVE,
     .meaning = "eta: sqrt(ln K / (2 T)) with the horizon T, or a number"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(win_exp_parameters, parameters);

typedef struct win_exp {
    size_t n_bids;
    double rate;
    bool is_first_price;
    double *score;       /* [bid] sums of estimates, times the rate */
    double *probability; /* [bid] of the round */
    uint64_t chosen;
    bt_stream bids;
} win_exp;

static bt_status create(const void *given, const bt_bidder_setting *setting, void **self,
                        bt_error *error)
{
    const win_exp_parameters *chosen = given;
    win_exp *bidder = BT_ARENA_NEW(setting->arena, 1, win_exp);
    if (bidder != NULL) {
        bidder->n_bids = (size_t)chosen->bids;
        bidder->score = BT_ARENA_NEW(setting->arena, bidder->n_bids, double);
        bidder->probability = BT_ARENA_NEW(setting->arena, bidder->n_bids, double);
    }
    if (bidder == NULL || bidder->score == NULL || bidder->probability == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for bidder \"%s\"", setting->name);
    bidder->is_first_price = setting->payment == BT_FIRST_PRICE;
    bidder->rate = chosen->learning_rate.chosen == -1
                       ? chosen->learning_rate.value
                       : sqrt(log((double)bidder->n_bids) / (2 * setting->horizon));
    bidder->bids = bt_stream_open(setting->key, BT_AGENT_BUYER(setting->bidder), BID_PURPOSE);
    *self = bidder;
    return BT_OK;
}

static double bid_at(const win_exp *bidder, size_t k)
{
    return (double)k / (double)(bidder->n_bids - 1);
}

static void find_probabilities(win_exp *bidder)
{
    double largest = bidder->score[0], total = 0;
    for (size_t k = 1; k < bidder->n_bids; k++)
        largest = fmax(largest, bidder->score[k]);
    for (size_t k = 0; k < bidder->n_bids; k++) {
        bidder->probability[k] = exp(bidder->score[k] - largest);
        total += bidder->probability[k];
    }
    for (size_t k = 0; k < bidder->n_bids; k++)
        bidder->probability[k] /= total;
}

static double bid(void *self, const bt_bidder_view *view)
{
    (void)view;
    win_exp *bidder = self;
    find_probabilities(bidder);
    double rest = bt_stream_uniform(&bidder->bids);
    size_t k = 0;
    while (k + 1 < bidder->n_bids && (rest -= bidder->probability[k]) >= 0)
        k++;
    bidder->chosen = k;
    return bid_at(bidder, k);
}

/* Whether a bid would have won: bids beside the chosen one that tie count as lost. */
static bool wins(const win_exp *bidder, const bt_bidder_feedback *feedback, size_t k)
{
    if (k == bidder->chosen)
        return feedback->won;
    return bid_at(bidder, k) > feedback->rival_bid;
}

static void observe(void *self, const bt_bidder_feedback *feedback)
{
    win_exp *bidder = self;
    double probability = 0; /* of what happened: of winning, or of losing */
    for (size_t k = 0; k < bidder->n_bids; k++)
        if (wins(bidder, feedback, k) == feedback->won)
            probability += bidder->probability[k];
    for (size_t k = 0; k < bidder->n_bids; k++) {
        if (wins(bidder, feedback, k) != feedback->won)
            continue;
        double price = bidder->is_first_price ? bid_at(bidder, k) : feedback->rival_bid;
        double gain = feedback->won ? feedback->value - price : 0;
        bidder->score[k] += bidder->rate * (gain - 1) / probability;
    }
}

static void archive(void *self, bt_archive *archive)
{
    win_exp *bidder = self;
    bt_archive_field(archive, "score", bidder->score, bidder->n_bids * sizeof(double));
    bt_archive_field(archive, "bids", &bidder->bids, sizeof(bidder->bids));
}

const bt_bidder_type bt_win_exp_bidder = {
    .described = {.name = "win_exp",
                  .summary = "Exponential weights on bids, with values seen only when won.",
                  .source = "Feng, Podimata and Syrgkanis 2018, algorithm 1",
                  .parameters = &parameter_table},
    .feedback = BT_BIDDER_SEES_RIVAL_BID,
    .create = create,
    .bid = bid,
    .observe = observe,
    .archive = archive,
};
