/* What is recorded of an auction market. */
#include "markets/auction/auction_run.h"

#include <math.h>
#include <string.h>

const bt_series bt_auction_series[] = {
    [BT_AUCTION_PRICE] = {"price", "reserve price", "price", BT_AXIS_PRODUCT, false, true},
    [BT_AUCTION_PROFIT] = {"profit", "what was paid, less cost, a round", "price/time",
                           BT_AXIS_SELLER, false, true},
    [BT_AUCTION_BID] = {"bid", "mean bid", "price", BT_AXIS_BIDDER, false, true},
    [BT_AUCTION_WIN_SHARE] = {"win_share", "share of rounds won", "1", BT_AXIS_BIDDER, false,
                              true},
    [BT_AUCTION_SURPLUS] = {"bidder_surplus", "value less price of what was won, a round",
                            "price/time", BT_AXIS_BIDDER, false, true},
    [BT_AUCTION_REGRET] = {"cumulative_regret",
                           "regret against bidding the mean value, summed over all rounds so "
                           "far (second price)",
                           "price", BT_AXIS_BIDDER, false, true},
    [BT_AUCTION_SOLD] = {"sale_share", "share of rounds in which the item was sold", "1",
                         BT_AXIS_NONE, false, false},
    [BT_AUCTION_CONSUMER_SURPLUS] = {"consumer_surplus", "surplus of all bidders a round",
                                     "price/time", BT_AXIS_NONE, false, true},
    [BT_AUCTION_WELFARE] = {"welfare", "value to who won, less cost, a round", "price/time",
                            BT_AXIS_NONE, false, true},
    [BT_AUCTION_EFFICIENCY] = {"efficiency",
                               "welfare over that of giving the item to who values it most",
                               "1", BT_AXIS_NONE, false, true},
};

const bt_series bt_auction_outcomes[] = {
    [BT_AUCTION_ITERATIONS] = {"iterations", "rounds completed", "periods", BT_AXIS_NONE, true,
                               true},
    [BT_AUCTION_TOTAL_REGRET] = {"total_regret",
                                 "regret against bidding the mean value (second price)",
                                 "price", BT_AXIS_BIDDER, false, true},
    [BT_AUCTION_REGRET_EXPONENT] =
        {"regret_exponent",
         "log2 of total regret over that at half the horizon: 1 linear, 0.5 a root, 0 flat",
         "1", BT_AXIS_BIDDER, false, true},
    [BT_AUCTION_HINDSIGHT_REGRET] = {"hindsight_regret",
                                     "regret against the best fixed bid, with the values that "
                                     "came",
                                     "price", BT_AXIS_BIDDER, false, true},
    [BT_AUCTION_MEAN_SURPLUS] = {"mean_bidder_surplus", "surplus a round", "price/time",
                                 BT_AXIS_BIDDER, false, true},
    [BT_AUCTION_MEAN_WIN_SHARE] = {"mean_win_share", "share of rounds won", "1", BT_AXIS_BIDDER,
                                   false, true},
    [BT_AUCTION_FINAL_PROFIT] = {"mean_profit", "what was paid, less cost, a round",
                                 "price/time", BT_AXIS_SELLER, false, true},
    [BT_AUCTION_FINAL_CONSUMER_SURPLUS] = {"mean_consumer_surplus",
                                           "surplus of all bidders a round", "price/time",
                                           BT_AXIS_NONE, false, true},
    [BT_AUCTION_FINAL_WELFARE] = {"mean_welfare", "value to who won, less cost, a round",
                                  "price/time", BT_AXIS_NONE, false, true},
    [BT_AUCTION_MEAN_EFFICIENCY] = {"mean_efficiency",
                                    "welfare over that of giving items to who values them most",
                                    "1", BT_AXIS_NONE, false, true},
};

/* ---- sums ---- */

bool bt_auction_sums_create(bt_auction_sums *sums, size_t n_bidders, bt_arena *arena)
{
    sums->bid = BT_ARENA_NEW(arena, n_bidders, double);
    sums->won = BT_ARENA_NEW(arena, n_bidders, double);
    sums->surplus = BT_ARENA_NEW(arena, n_bidders, double);
    return sums->bid != NULL && sums->won != NULL && sums->surplus != NULL;
}

/* The plain numbers of the sums, in one piece. */
static size_t plain_size(void)
{
    return offsetof(bt_auction_sums, bid);
}

void bt_auction_sums_archive(bt_auction_sums *sums, size_t n_bidders, bt_archive *archive)
{
    size_t bytes = n_bidders * sizeof(double);
    bt_archive_field(archive, "sums", sums, plain_size());
    bt_archive_field(archive, "sum_bid", sums->bid, bytes);
    bt_archive_field(archive, "sum_won", sums->won, bytes);
    bt_archive_field(archive, "sum_surplus", sums->surplus, bytes);
}

static void clear(bt_auction_sums *sums, size_t n_bidders)
{
    size_t bytes = n_bidders * sizeof(double);
    memset(sums, 0, plain_size());
    memset(sums->bid, 0, bytes);
    memset(sums->won, 0, bytes);
    memset(sums->surplus, 0, bytes);
}

/* The most that anybody values the item at, and no less than its cost. */
static double highest_value(const bt_auction_run *run)
{
    double highest = fmax(run->model->cost, run->outside_bid);
    for (size_t i = 0; i < run->n_bidders; i++)
        highest = fmax(highest, run->bidder[i].value);
    return highest;
}

static void add_round(const bt_auction_run *run, bt_auction_sums *sums, size_t winner,
                      double price)
{
    double cost = run->model->cost;
    sums->rounds += 1;
    sums->reserve += run->reserve;
    sums->best_welfare += highest_value(run) - cost;
    for (size_t i = 0; i < run->n_bidders; i++)
        sums->bid[i] += run->bidder[i].bid;
    if (winner == SIZE_MAX)
        return;
    sums->sold += 1;
    sums->revenue += price - cost;
    if (winner == run->n_bidders) {
        sums->rival_wins += 1;
        sums->outsider_surplus += run->outside_bid - price;
        return;
    }
    double gain = run->bidder[winner].value - price;
    sums->won[winner] += 1;
    sums->surplus[winner] += gain;
    sums->bidder_surplus += gain;
}

/* ---- regret ---- */

static void note_pseudo_regret(const bt_auction_run *run, bt_auction_bidder *bidder, bool won)
{
    if (run->model->parameters->payment == BT_FIRST_PRICE) {
        bidder->cumulative_regret = bidder->regret_at_half = NAN;
        return;
    }
    double gain = bidder->mean_value - bidder->rival_bid;
    bidder->cumulative_regret += fmax(gain, 0) - (won ? gain : 0);
    if ((double)(run->rounds + 1) <= run->horizon / 2)
        bidder->regret_at_half = bidder->cumulative_regret;
}

static void note_hindsight(const bt_auction_run *run, bt_auction_bidder *bidder, bool won,
                           double price)
{
    bool is_first_price = run->model->parameters->payment == BT_FIRST_PRICE;
    double lowest_winning = floor(bidder->rival_bid * BT_HINDSIGHT_BIDS) + 1;
    if (won)
        bidder->gained += bidder->value - price;
    if (lowest_winning > BT_HINDSIGHT_BIDS)
        return;
    size_t from = (size_t)lowest_winning;
    bidder->gain_above[from] += bidder->value - (is_first_price ? 0 : bidder->rival_bid);
    bidder->won_from[from] += 1;
}

static double best_in_hindsight(const bt_auction_run *run, const bt_auction_bidder *bidder)
{
    bool is_first_price = run->model->parameters->payment == BT_FIRST_PRICE;
    double gain = 0, won = 0, best = 0;
    for (size_t k = 0; k <= BT_HINDSIGHT_BIDS; k++) {
        gain += bidder->gain_above[k];
        won += bidder->won_from[k];
        double paid = is_first_price ? won * (double)k / BT_HINDSIGHT_BIDS : 0;
        best = fmax(best, gain - paid);
    }
    return best;
}

void bt_auction_note_round(bt_auction_run *run, size_t winner, double price)
{
    if (run->record_last)
        clear(&run->interval, run->n_bidders);
    add_round(run, &run->interval, winner, price);
    add_round(run, &run->whole, winner, price);
    for (size_t i = 0; i < run->n_bidders; i++) {
        note_pseudo_regret(run, &run->bidder[i], winner == i);
        note_hindsight(run, &run->bidder[i], winner == i, price);
    }
}

/* ---- series and outcomes ---- */

static void divide(const double *total, double by, size_t count, double *value)
{
    for (size_t k = 0; k < count; k++)
        value[k] = total[k] / by;
}

static double welfare(const bt_auction_sums *sums)
{
    return sums->revenue + sums->bidder_surplus + sums->outsider_surplus;
}

static bt_status is_in_order(const bt_auction_run *run, bt_error *error)
{
    return run->violation[0] == '\0' ? BT_OK
                                     : bt_fail(error, BT_INTERNAL, "%s", run->violation);
}

bt_status bt_auction_record(void *self, size_t series, double *value, bt_error *error)
{
    const bt_auction_run *run = self;
    const bt_auction_sums *sums = &run->interval;
    switch ((bt_auction_series_id)series) {
    case BT_AUCTION_PRICE:
        *value = sums->reserve / sums->rounds;
        break;
    case BT_AUCTION_PROFIT:
        *value = sums->revenue / sums->rounds;
        break;
    case BT_AUCTION_BID:
        divide(sums->bid, sums->rounds, run->n_bidders, value);
        break;
    case BT_AUCTION_WIN_SHARE:
        divide(sums->won, sums->rounds, run->n_bidders, value);
        break;
    case BT_AUCTION_SURPLUS:
        divide(sums->surplus, sums->rounds, run->n_bidders, value);
        break;
    case BT_AUCTION_REGRET:
        for (size_t i = 0; i < run->n_bidders; i++)
            value[i] = run->bidder[i].cumulative_regret;
        break;
    case BT_AUCTION_SOLD:
        *value = sums->sold / sums->rounds;
        break;
    case BT_AUCTION_CONSUMER_SURPLUS:
        *value = sums->bidder_surplus / sums->rounds;
        break;
    case BT_AUCTION_WELFARE:
        *value = welfare(sums) / sums->rounds;
        break;
    case BT_AUCTION_EFFICIENCY:
        *value = welfare(sums) / sums->best_welfare;
        break;
    case BT_N_AUCTION_SERIES:
        return bt_fail(error, BT_INTERNAL, "there is no series %zu", series);
    }
    return is_in_order(run, error);
}

void bt_auction_record_done(void *self)
{
    bt_auction_run *run = self;
    if (!run->record_last)
        clear(&run->interval, run->n_bidders);
}

bt_status bt_auction_outcome(void *self, size_t outcome, void *value, bt_error *error)
{
    const bt_auction_run *run = self;
    const bt_auction_sums *whole = &run->whole;
    double *real = value;
    switch ((bt_auction_outcome_id)outcome) {
    case BT_AUCTION_ITERATIONS:
        *(int64_t *)value = (int64_t)run->rounds;
        break;
    case BT_AUCTION_TOTAL_REGRET:
        for (size_t i = 0; i < run->n_bidders; i++)
            real[i] = run->bidder[i].cumulative_regret;
        break;
    case BT_AUCTION_REGRET_EXPONENT:
        for (size_t i = 0; i < run->n_bidders; i++)
            real[i] = log2(run->bidder[i].cumulative_regret / run->bidder[i].regret_at_half);
        break;
    case BT_AUCTION_HINDSIGHT_REGRET:
        for (size_t i = 0; i < run->n_bidders; i++)
            real[i] = best_in_hindsight(run, &run->bidder[i]) - run->bidder[i].gained;
        break;
    case BT_AUCTION_MEAN_SURPLUS:
        divide(whole->surplus, whole->rounds, run->n_bidders, real);
        break;
    case BT_AUCTION_MEAN_WIN_SHARE:
        divide(whole->won, whole->rounds, run->n_bidders, real);
        break;
    case BT_AUCTION_FINAL_PROFIT:
        *real = whole->revenue / whole->rounds;
        break;
    case BT_AUCTION_FINAL_CONSUMER_SURPLUS:
        *real = whole->bidder_surplus / whole->rounds;
        break;
    case BT_AUCTION_FINAL_WELFARE:
        *real = welfare(whole) / whole->rounds;
        break;
    case BT_AUCTION_MEAN_EFFICIENCY:
        *real = welfare(whole) / whole->best_welfare;
        break;
    case BT_N_AUCTION_OUTCOMES:
        return bt_fail(error, BT_INTERNAL, "there is no outcome %zu", outcome);
    }
    return is_in_order(run, error);
}
