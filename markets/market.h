/*
 * What an experiment asks of a market mechanism: posted prices, bargaining, shopbot
 * search, auctions each fill one bt_market_type.
 *
 * Two lives: a *model* per sweep point (demand, ownership, benchmarks; read only,
 * shared by the point's replications), and a *market* per run (its sellers, buyers and
 * state, driven by the engine). What can be recorded is listed in tables, from which
 * come the `record:` checks, the result file's variables and `bertrand describe`.
 */
#ifndef BT_MARKETS_MARKET_H
#define BT_MARKETS_MARKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/bidder.h"
#include "markets/buyers.h"
#include "markets/seller.h"
#include "sim/engine.h"
#include "sim/parameter.h"
#include "sim/status.h"
#include "sim/trace.h"

/* The further dimension of a series, an outcome or a benchmark. */
typedef enum bt_axis {
    BT_AXIS_NONE,
    BT_AXIS_PRODUCT,
    BT_AXIS_SELLER,
    BT_AXIS_SEGMENT,
    BT_AXIS_BIDDER,
    BT_AXIS_SELLER_STATE,    /* [seller * state]: limit strategies */
    BT_AXIS_CYCLE_PRODUCT,   /* [position in the limit cycle * product] */
    BT_AXIS_SELLER_RESPONSE, /* [seller who deviates * period of the response] */
    /* [seller * mark of a grid], see bt_axis_grid_of */
    BT_AXIS_SELLER_COUNT,
    BT_AXIS_SELLER_WINDOW,
    BT_AXIS_SELLER_TURN,
    BT_AXIS_SELLER_HUNDREDTH
} bt_axis;

/* A further dimension whose marks are the same in every file: first, first + step, ... */
typedef struct bt_axis_grid {
    const char *name; /* of the dimension and its coordinate */
    const char *long_name;
    const char *units;
    size_t count;
    double first;
    double step;
} bt_axis_grid;

/* The grid of an axis, NULL if it has none. */
const bt_axis_grid *bt_axis_grid_of(bt_axis axis);

typedef struct bt_series {
    const char *name;      /* "price" */
    const char *long_name; /* "posted price" */
    const char *units;
    bt_axis axis;
    bool is_integer; /* outcomes only: int64 in the file */
    bool is_default; /* recorded when the file does not say what to record */
} bt_series;

/* A constant of a sweep point, stored beside the series. */
typedef struct bt_benchmark {
    const char *name; /* "nash_price" */
    const char *long_name;
    const char *units;
    bt_axis axis;
    const double *value; /* [length of the axis], owned by the model */
} bt_benchmark;

/* Names and sizes that the wiring needs. Owned by the model. */
typedef struct bt_market_layout {
    size_t n_products;
    size_t n_sellers;
    size_t n_segments;
    size_t n_bidders;
    const char *const *product_name;
    const char *const *seller_name;
    const char *const *bidder_name;
    bt_payment payment;               /* where there are bidders */
    const uint32_t *product_seller;   /* [product] */
    const double *product_cost;       /* [product] */
    const double *nash_price;         /* [product] reference prices for grids; NAN: none */
    const double *joint_profit_price; /* [product] */
    const double *observed_price;     /* [product] of data; NULL without */
    const double *fixed_price;        /* [product] NAN: a seller's strategy */
    const char *benchmark_failure;    /* why there are no reference prices; "": there are */
    const bt_demand *demand;
    const bt_ownership *ownership;
    double fee_per_unit;
    double fee_ad_valorem;
    const bt_assortment_rules *assortment;  /* [seller] NULL: all products are on offer */
    const struct bt_shopbot_rules *shopbot; /* NULL unless in a shopbot market */
} bt_market_layout;

typedef struct bt_market_model_setting {
    const void *parameters;          /* of the market type */
    const char *const *seller_names; /* [n] names in the experiment's `sellers:`, in order */
    size_t n_seller_names;
    const char *const *bidder_names;    /* [bidder] in the experiment's `bidders:` */
    const bt_law *const *bidder_values; /* [bidder] what an item is worth to them */
    size_t n_bidders;
    int n_threads;
} bt_market_model_setting;

/* The actions of a point's sellers. A seller's own products are those whose price is its
 * strategy, in product order. */
typedef struct bt_action_sets {
    const size_t *n_actions;           /* [seller] 0: continuous */
    const double *const *action_price; /* [seller] -> [action * own product] */
    bool buyers_are_exact;
} bt_action_sets;

typedef struct bt_market_setting {
    const void *model;
    bt_sim *sim;
    bt_arena *arena;
    bt_seller *sellers; /* [seller] */
    size_t n_sellers;
    const bt_bidder *bidders; /* [bidder] */
    size_t n_bidders;
    const bt_buyers_type *buyers_type;
    void *buyers;
    bool is_periodic;      /* horizon in periods (else in days) */
    double horizon;        /* periods or days */
    double stable_periods; /* stop when all greedy behaviour was stable so long; 0: never */
    bool record_last;      /* records hold the last value, not the interval's mean */
    bt_trace *trace;       /* where to note events; NULL: not asked for */
} bt_market_setting;

/* Told of one mistake: where it stands, as a path inside the market block
 * ("products[2].seller"), and a sentence. */
typedef void bt_complain(void *context, const char *path, const char *sentence);

/* What a market wants of both its sides, who must be able to. */
typedef enum bt_market_asks {
    BT_ASKS_PRICES,    /* bt_seller_type.decide, bt_buyers_type.serve */
    BT_ASKS_BARGAINING /* bt_seller_type.bargaining, bt_buyers_type.bargaining */
} bt_market_asks;

typedef struct bt_market_type {
    bt_described described;
    bt_market_asks asks;
    bool takes_bidders; /* others refuse them */

    /* Mistakes that no parameter table sees (names that refer to nothing, lists of a wrong
     * length); complains of each and returns how many there are. May be NULL. */
    size_t (*check)(const void *parameters, const char *const *seller_names,
                    size_t n_seller_names, bt_complain *complain, void *context);

    const bt_series *series; /* recordable over time */
    size_t n_series;
    const bt_series *outcomes; /* once per run, always stored */
    size_t n_outcomes;

    bt_status (*prepare)(const bt_market_model_setting *setting, void **model, bt_error *error);
    /* Told once before the first run. Where all are on grids the model may tabulate the
     * game, for its runs, for the sellers' initial values and for benchmarks. May be NULL. */
    bt_status (*set_actions)(void *model, const bt_action_sets *sets, bt_error *error);
    const bt_grid_game *(*game)(const void *model); /* NULL: not tabulated; may be NULL */
    void (*release)(void *model);
    const bt_market_layout *(*layout)(const void *model);
    size_t (*benchmarks)(const void *model, const bt_benchmark **benchmarks); /* may be NULL */

    /* Make the run's market and register its events with the engine. */
    bt_status (*create)(const bt_market_setting *setting, void **self, bt_error *error);

    /* Whether the market has come to its own end (its behaviour was stable for long
     * enough) before the horizon. May be NULL. */
    bool (*is_over)(const void *self);

    /* Length of the state axis for this run's sellers (0: no finite strategies) and of the
     * longest cycle that is reported. May be NULL. */
    size_t (*n_states)(const void *self);

    /* Length of the axis of impulse responses; 0 or NULL: there are none. */
    size_t (*n_responses)(const void *self);

    /* Values of one series over the interval since the last bt_market_type.record_done:
     * value [length of its axis]. Never changes the trajectory. */
    bt_status (*record)(void *self, size_t series, double *value, bt_error *error);
    void (*record_done)(void *self);

    /* One outcome after the run: double or int64 elements [length of its axis]. */
    bt_status (*outcome)(void *self, size_t outcome, void *value, bt_error *error);

    void (*archive)(void *self, bt_archive *archive);
    void (*destroy)(void *self); /* what the arena does not own; may be NULL */

    /* Names of the kinds of events that it notes in a trace; returns how many. NULL: it
     * notes none. */
    size_t (*event_kinds)(const char *const **names);
} bt_market_type;

#endif
