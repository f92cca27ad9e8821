/*
 * One run of a shopbot market. Internal to the files shopbot_*.c; the page that explains the
 * market is shopbot_market.h.
 *
 * What sellers are told, what is recorded and what outcomes are measured over are summed
 * apart, each from its own last time: records never change the trajectory.
 */
#ifndef BT_MARKETS_SHOPBOT_RUN_H
#define BT_MARKETS_SHOPBOT_RUN_H

#include "markets/shopbot/shopbot_model.h"

/* Ranks of prices in the mixed equilibrium, from 0 to 1 in so many steps. */
enum { BT_RANK_BINS = 1024 };

typedef struct bt_shopbot_seller {
    const bt_seller_type *type;
    void *self;
    bt_repricing repricing;
    bool sees_prices;
    double own_price; /* what it decided last */
    uint64_t action;
    size_t n_actions;        /* 0: continuous */
    size_t stride;           /* in the joint action */
    double *action_price;    /* [action] as posted */
    double *action_earnings; /* [action] profit per unit of time, were all buyers its own */
    uint32_t *action_rank;   /* [action] */
    uint32_t rank;           /* of the standing price: bin */
    double next_due;         /* periodic */
    double clock_time;       /* of the last Poisson tick, periodic */
    bt_stream clock;

    /* since it decided */
    double start;
    double sold;                 /* mass */
    double *counterfactual;      /* [action] integral over time; NULL unless told */
    double *told_counterfactual; /* [action] per unit of time */
} bt_shopbot_seller;

/* Integrals over time. */
typedef struct bt_shopbot_sums {
    double duration;
    double *price;       /* [seller] */
    double *sales;       /* [seller] expected mass */
    double *profit;      /* [seller] expected */
    double *units_sold;  /* [seller] drawn mass */
    double *sold_profit; /* [seller] drawn */
    double lowest_price;
    double consumer_surplus;
} bt_shopbot_sums;

typedef struct bt_shopbot_run {
    const bt_shopbot_model *model;
    bt_sim *sim;
    size_t n_sellers;
    bt_shopbot_seller *seller; /* [seller] */
    bool is_periodic;
    bool on_grids; /* all sellers: joint actions exist */
    double horizon;
    bool record_last;
    bt_stream sales_stream;
    double unit_mass; /* of a drawn sale */

    /* what stands */
    bool prices_stand;
    double *price;          /* [seller] */
    double *sales;          /* [seller] expected mass per unit of time */
    double *profit;         /* [seller] expected, per unit of time */
    double standing_lowest; /* of the prices */
    double consumer_surplus;
    uint64_t joint_action;
    double *drawn;        /* [seller] mass sold over the last interval */
    double *draw_share;   /* [seller + 1] */
    uint32_t *draw_count; /* [seller + 1] */
    uint64_t changes;     /* of prices, or periods */

    double settled_until; /* with sellers, and for outcomes */
    double recorded_until;
    double window_start;
    bt_shopbot_sums interval; /* since the last record */
    bt_shopbot_sums window;   /* for outcomes */
    double *occupancy;     /* [seller * (BT_RANK_BINS + 1)] time at each rank, in the window */
    double *lowest_price;  /* [seller] in the window */
    double *highest_price; /* [seller] */

    bt_action_id move_action;
    bt_action_id post_action;
    bt_event post; /* pending */
} bt_shopbot_run;

/* ---- shopbot_seller.c ---- */

bt_status bt_shopbot_place_sellers(bt_shopbot_run *run, const bt_market_setting *setting,
                                   bt_error *error);

/* Ask seller i for a price; it stands after bt_shopbot_post. */
void bt_shopbot_ask(bt_shopbot_run *run, size_t seller, double time);

/* Put up the prices decided last, and find what is expected to be sold at them. */
void bt_shopbot_post(bt_shopbot_run *run);

/* Bring what sellers are owed, and what outcomes are measured over, up to `time`. */
void bt_shopbot_settle(bt_shopbot_run *run, double time);

/* Tell seller i what came of its price up to `time`, and start a new interval. */
void bt_shopbot_tell(bt_shopbot_run *run, size_t seller, double time);

void bt_shopbot_archive_sellers(bt_shopbot_run *run, bt_archive *archive);

/* ---- shopbot_record.c ---- */

bool bt_shopbot_sums_create(bt_shopbot_sums *sums, size_t n_sellers, bt_arena *arena);
void bt_shopbot_sums_archive(bt_shopbot_sums *sums, size_t n_sellers, bt_archive *archive);

/* Add what stands, for a duration. */
void bt_shopbot_note_standing(const bt_shopbot_run *run, bt_shopbot_sums *sums,
                              double duration);

/* Add what was drawn over the last interval, `share` of it. */
void bt_shopbot_note_drawn(const bt_shopbot_run *run, bt_shopbot_sums *sums, double share);

/* Bring records up to now. */
void bt_shopbot_catch_up(bt_shopbot_run *run);

typedef enum bt_shopbot_series_id {
    BT_SHOPBOT_PRICE,
    BT_SHOPBOT_SALES,
    BT_SHOPBOT_PROFIT,
    BT_SHOPBOT_UNITS_SOLD,
    BT_SHOPBOT_SOLD_PROFIT,
    BT_SHOPBOT_CONSUMER_SURPLUS,
    BT_SHOPBOT_PRODUCER_SURPLUS,
    BT_SHOPBOT_WELFARE,
    BT_SHOPBOT_EFFICIENCY,
    BT_SHOPBOT_PROFIT_GAIN,
    BT_SHOPBOT_LOWEST,
    BT_N_SHOPBOT_SERIES
} bt_shopbot_series_id;

typedef enum bt_shopbot_outcome_id {
    BT_SHOPBOT_ITERATIONS,
    BT_SHOPBOT_FINAL_PRICE,
    BT_SHOPBOT_FINAL_PROFIT,
    BT_SHOPBOT_FINAL_SOLD_PROFIT,
    BT_SHOPBOT_FINAL_CONSUMER_SURPLUS,
    BT_SHOPBOT_FINAL_WELFARE,
    BT_SHOPBOT_DELTA,
    BT_SHOPBOT_DISTANCE,
    BT_SHOPBOT_WINDOW_LOWEST,
    BT_SHOPBOT_WINDOW_HIGHEST,
    BT_N_SHOPBOT_OUTCOMES
} bt_shopbot_outcome_id;

extern const bt_series bt_shopbot_series[];
extern const bt_series bt_shopbot_outcomes[];

bt_status bt_shopbot_record(void *self, size_t series, double *value, bt_error *error);
void bt_shopbot_record_done(void *self);
bt_status bt_shopbot_outcome(void *self, size_t outcome, void *value, bt_error *error);

#endif
