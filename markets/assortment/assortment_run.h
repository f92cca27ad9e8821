/*
 * One run of an assortment market. Internal to the files assortment_*.c; the page that
 * explains the market is assortment_market.h.
 */
#ifndef BT_MARKETS_ASSORTMENT_RUN_H
#define BT_MARKETS_ASSORTMENT_RUN_H

#include "markets/assortment/assortment_tastes.h"
#include "markets/assortment/offer_plan.h"

/* Sums over rounds. */
typedef struct bt_assortment_sums {
    double rounds;
    double *revenue;       /* [seller] expected profit of the offers */
    double *best_revenue;  /* [seller] of the clairvoyant's */
    double *profit;        /* [seller] of what was sold */
    double *n_offered;     /* [seller] */
    double *price;         /* [item] over the rounds in which it was offered */
    double *times_offered; /* [item] */
    double consumer_surplus;
} bt_assortment_sums;

typedef struct bt_assortment_seller {
    const bt_seller_type *type;
    void *self;
    uint32_t n_own;
    uint32_t *own;             /* [own] items */
    double *own_price;         /* [own] the offer; +INFINITY: not offered */
    double *context;           /* [own * 2 d]; NULL without */
    double *quality;           /* [own] told to those who know demand, and the clairvoyant's */
    double *price_coefficient; /* [own] */
    double *told_sales;        /* [own] */
    bt_offer_plan *plan;       /* the clairvoyant's */
    double plan_log_outside;   /* the outside weight it was made for; NAN: none yet */
} bt_assortment_seller;

typedef struct bt_assortment_run {
    const bt_assortment_model *model;
    bt_sim *sim;
    bt_assortment_tastes tastes;
    bt_stream choices;
    bt_assortment_seller *seller; /* [seller] */
    double horizon;
    bool record_last;

    double *price;       /* [item] of the round; +INFINITY: not offered */
    double *utility;     /* [item] */
    double *probability; /* [item] */
    double outside_probability;
    double *rival_weight; /* [seller] log of the weight of all but its own offers */
    uint64_t rounds;

    double *cumulative_regret;   /* [seller] */
    double *regret_at_half;      /* [seller] at half the horizon */
    bt_assortment_sums interval; /* since the last record */
    bt_assortment_sums whole;

    char violation[BT_ERROR_LENGTH]; /* what a seller did that is not allowed; "": nothing */
} bt_assortment_run;

bool bt_assortment_sums_create(bt_assortment_sums *sums, const bt_assortment_model *model,
                               bt_arena *arena);
void bt_assortment_sums_clear(bt_assortment_sums *sums, const bt_assortment_model *model);
void bt_assortment_sums_archive(bt_assortment_sums *sums, const bt_assortment_model *model,
                                bt_archive *archive);

/* Add the round that stands. */
void bt_assortment_note_round(bt_assortment_run *run, uint32_t taken);

typedef enum bt_offer_series_id {
    BT_OFFER_SERIES_REGRET,
    BT_OFFER_SERIES_CUMULATIVE_REGRET,
    BT_OFFER_SERIES_REVENUE,
    BT_OFFER_SERIES_BEST_REVENUE,
    BT_OFFER_SERIES_PROFIT,
    BT_OFFER_SERIES_ITEMS_OFFERED,
    BT_OFFER_SERIES_PRICE,
    BT_OFFER_SERIES_TIMES_OFFERED,
    BT_OFFER_SERIES_CONSUMER_SURPLUS,
    BT_OFFER_SERIES_WELFARE,
    BT_N_OFFER_SERIES
} bt_offer_series_id;

typedef enum bt_offer_outcome_id {
    BT_OFFER_OUTCOME_ITERATIONS,
    BT_OFFER_OUTCOME_CUMULATIVE_REGRET,
    BT_OFFER_OUTCOME_REGRET_EXPONENT,
    BT_OFFER_OUTCOME_REVENUE_SHARE,
    BT_OFFER_OUTCOME_MEAN_PROFIT,
    BT_OFFER_OUTCOME_CONSUMER_SURPLUS,
    BT_OFFER_OUTCOME_WELFARE,
    BT_N_OFFER_OUTCOMES
} bt_offer_outcome_id;

extern const bt_series bt_assortment_series[];
extern const bt_series bt_assortment_outcomes[];

bt_status bt_assortment_record(void *self, size_t series, double *value, bt_error *error);
void bt_assortment_record_done(void *self);
bt_status bt_assortment_outcome(void *self, size_t outcome, void *value, bt_error *error);

#endif
