/* One run of an auction market. Internal to the files auction_*.c. */
#ifndef BT_MARKETS_AUCTION_RUN_H
#define BT_MARKETS_AUCTION_RUN_H

#include "markets/auction/law.h"
#include "markets/bidder.h"
#include "markets/market.h"

typedef struct bt_auction_parameters {
    int32_t payment; /* bt_payment */
    double cost;
    bt_law rivals;
    bool has_rivals;
} bt_auction_parameters;

typedef struct bt_auction_model {
    const bt_auction_parameters *parameters;
    bt_arena *arena;
    bt_market_layout layout;
    bt_ownership ownership;
    bt_demand *demand; /* one product, for what only counts it */
    size_t n_bidders;
    uint32_t seller;
    double cost;
    double nowhere;     /* NAN: there are no benchmark prices */
    double *mean_value; /* [bidder] */
    bt_benchmark benchmark;
} bt_auction_model;

/* Bids in hindsight: k / BT_HINDSIGHT_BIDS. */
enum { BT_HINDSIGHT_BIDS = 1024 };

typedef struct bt_auction_bidder {
    const bt_bidder_type *type;
    void *self;
    const bt_law *law;
    double mean_value;
    bt_stream values;
    double bid;
    double value;     /* of this round */
    double rival_bid; /* what it had to beat */

    double cumulative_regret;
    double regret_at_half;
    double gained;      /* with the values that came */
    double *gain_above; /* [BT_HINDSIGHT_BIDS + 1] what the bids from this one on would have
                           gained, summed over rounds; first price: before paying */
    double *won_from;   /* [BT_HINDSIGHT_BIDS + 1] rounds won by the bids from this one on */
} bt_auction_bidder;

/* Sums over rounds. */
typedef struct bt_auction_sums {
    double rounds;
    double reserve;
    double revenue; /* paid, less cost */
    double sold;
    double rival_wins; /* of outsiders */
    double bidder_surplus;
    double outsider_surplus;
    double best_welfare;
    double *bid;     /* [bidder] */
    double *won;     /* [bidder] */
    double *surplus; /* [bidder] */
} bt_auction_sums;

typedef struct bt_auction_run {
    const bt_auction_model *model;
    bt_sim *sim;
    size_t n_bidders;
    double horizon;
    bool record_last;
    bt_auction_bidder *bidder; /* [bidder] */
    bt_stream rivals;
    bt_stream ties;
    uint64_t rounds;

    /* the seller */
    bt_seller seller;
    size_t n_actions;
    const double *action_price;
    double reserve;
    uint64_t action;
    double since; /* the round it decided in */
    double profit_since;
    double sold_since;
    double *counterfactual; /* [action] sum over rounds; NULL unless told */
    double *told_counterfactual;

    /* this round */
    double outside_bid; /* -1: there are no outsiders */
    double highest;     /* bid of all */
    double second;      /* highest but one */
    size_t n_highest;   /* who bid it */

    bt_auction_sums interval;
    bt_auction_sums whole;
    char violation[BT_ERROR_LENGTH]; /* a bid that is none; "": all are */
} bt_auction_run;

/* ---- auction_record.c ---- */

typedef enum bt_auction_series_id {
    BT_AUCTION_PRICE,
    BT_AUCTION_PROFIT,
    BT_AUCTION_BID,
    BT_AUCTION_WIN_SHARE,
    BT_AUCTION_SURPLUS,
    BT_AUCTION_REGRET,
    BT_AUCTION_SOLD,
    BT_AUCTION_CONSUMER_SURPLUS,
    BT_AUCTION_WELFARE,
    BT_AUCTION_EFFICIENCY,
    BT_N_AUCTION_SERIES
} bt_auction_series_id;

typedef enum bt_auction_outcome_id {
    BT_AUCTION_ITERATIONS,
    BT_AUCTION_TOTAL_REGRET,
    BT_AUCTION_REGRET_EXPONENT,
    BT_AUCTION_HINDSIGHT_REGRET,
    BT_AUCTION_MEAN_SURPLUS,
    BT_AUCTION_MEAN_WIN_SHARE,
    BT_AUCTION_FINAL_PROFIT,
    BT_AUCTION_FINAL_CONSUMER_SURPLUS,
    BT_AUCTION_FINAL_WELFARE,
    BT_AUCTION_MEAN_EFFICIENCY,
    BT_N_AUCTION_OUTCOMES
} bt_auction_outcome_id;

extern const bt_series bt_auction_series[];
extern const bt_series bt_auction_outcomes[];

bool bt_auction_sums_create(bt_auction_sums *sums, size_t n_bidders, bt_arena *arena);
void bt_auction_sums_archive(bt_auction_sums *sums, size_t n_bidders, bt_archive *archive);

/* Note a round in which `winner` (n_bidders: an outsider; SIZE_MAX: nobody) paid `price`. */
void bt_auction_note_round(bt_auction_run *run, size_t winner, double price);

bt_status bt_auction_record(void *self, size_t series, double *value, bt_error *error);
void bt_auction_record_done(void *self);
bt_status bt_auction_outcome(void *self, size_t outcome, void *value, bt_error *error);

#endif
