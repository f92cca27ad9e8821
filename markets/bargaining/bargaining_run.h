/*
 * Inside of a bargaining market: the model, one run, and the functions that bargaining_market.c
 * is divided into.
 */
#ifndef BT_MARKETS_BARGAINING_RUN_H
#define BT_MARKETS_BARGAINING_RUN_H

#include "markets/bargaining/bargaining_parameters.h"
#include "markets/bargaining/tally.h"
#include "markets/bargaining/worth.h"
#include "markets/market.h"

typedef struct bt_bargaining_model {
    bt_arena *arena;
    const bt_bargaining_parameters *parameters;
    bt_market_layout layout;
    int64_t window;        /* seconds */
    int64_t response_time; /* seconds */
    int n_threads;
} bt_bargaining_model;

/* What one seller's plays of one listing came to. */
typedef struct bt_listing_summary {
    double plays;
    double sold;
    double price_share; /* sums */
    double valid;
    double reward_valid;
    double manual;
    double reward_manual;
    double payoff_manual;
} bt_listing_summary;

enum { BT_SUMMARY_NUMBERS = sizeof(bt_listing_summary) / sizeof(double) };

/* What the listings so far say of a seller's difference from the reference: sums over
 * listings of D, the difference in rewards summed over a listing's manual plays, and of their
 * number n, from which the standard error of sum D / sum n follows, listings being independent.
 */
typedef struct bt_paired_sums {
    double difference;
    double plays;
    double difference_squares;
    double products;
    double plays_squares;
} bt_paired_sums;

/* Worth over list price, and its standard errors, summed over listings. */
typedef struct bt_worth_sums {
    double listings;
    double value;
    double probability_error;
    double value_error;
    double n_value_errors;
} bt_worth_sums;

enum { BT_BARGAINING_BLOCK = 2048 }; /* listings, where nobody learns */

/* Listings played ahead of the clock. */
typedef struct bt_bargaining_block {
    uint64_t first; /* listing */
    uint64_t count;
    bt_listing_summary *summary; /* [listing * seller] */
    bt_worth *worth;             /* [listing] */
    double *list_price;          /* [listing] */
} bt_bargaining_block;

typedef struct bt_block_failure {
    uint64_t at; /* listing of the block */
    bt_status status;
    bt_error error;
} bt_block_failure;

typedef struct bt_bargaining_run {
    const bt_bargaining_model *model;
    bt_sim *sim;
    bt_trace *trace;  /* NULL: none */
    uint64_t horizon; /* listings */
    bool record_last;
    size_t n_sellers;
    const bt_seller *sellers; /* [seller] */
    bt_bargainer *bargainer;  /* [seller] */
    size_t reference;
    bool has_learner;
    const bt_bargaining_buyers *buyers;
    void *buyers_self;
    int n_workers;
    bt_negotiation **table;    /* [worker] */
    bt_tally *worker_tally;    /* [worker * seller] */
    bt_block_failure *failure; /* [worker] */

    uint64_t listings; /* done */
    bt_bargaining_block block;
    bt_tally *tally;              /* [seller] */
    bt_listing_summary *interval; /* [seller] since the last record */
    bt_paired_sums *paired;       /* [seller] */
    bt_worth_sums worth;
    char violation[BT_ERROR_LENGTH]; /* of a seller that broke the rules; "" */
} bt_bargaining_run;

/* Play the listings from `first` on into the block. BT_* of the first listing that failed. */
bt_status bt_bargaining_play_block(bt_bargaining_run *run, uint64_t first, bt_error *error);

/* The most listings of a block. */
uint64_t bt_bargaining_block_length(const bt_bargaining_run *run);

/* Note one play in a trace. */
void bt_bargaining_trace_play(bt_trace *trace, uint64_t listing, uint64_t play, size_t seller,
                              const bt_listing *on, const bt_worth *worth,
                              const bt_negotiation_result *result);
size_t bt_bargaining_event_kinds(const char *const **names);

/* Count a listing of the block that is now over. */
void bt_bargaining_note_listing(bt_bargaining_run *run, uint64_t listing);

enum { BT_N_BARGAINING_SERIES = 5, BT_N_BARGAINING_OUTCOMES = 55 };
extern const bt_series bt_bargaining_series[BT_N_BARGAINING_SERIES];
extern const bt_series bt_bargaining_outcomes[BT_N_BARGAINING_OUTCOMES];
bt_status bt_bargaining_record(void *self, size_t series, double *value, bt_error *error);
void bt_bargaining_record_done(void *self);
bt_status bt_bargaining_outcome(void *self, size_t outcome, void *value, bt_error *error);

#endif
