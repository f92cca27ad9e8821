/*
 * What a market asks of a seller. A pricebot answers by filling one bt_seller_type in
 * one file of agents/sellers/ and adding one line to that folder's registry.
 *
 * A seller owns products and reprices on its own clock (see bt_repricing). Each time it
 * is due the market first tells it what came of its last prices (`observe`), then asks
 * for new ones (`decide`). In a synchronous periodic market that is: all decide, buyers
 * buy, all observe, in the sellers' order.
 *
 * The feedback level is part of the type, and a seller gets no more than it declares.
 */
#ifndef BT_MARKETS_SELLER_H
#define BT_MARKETS_SELLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/demand/demand.h"
#include "markets/equilibrium/grid_game.h"
#include "markets/ownership.h"
#include "sim/archive.h"
#include "sim/arena.h"
#include "sim/parameter.h"
#include "sim/random.h"
#include "sim/status.h"

/* What a seller may see (spec levels B, B+, P, F, G; the last knows the true demand).
 * Bits, so that a type names exactly what it needs. Own profit is always told. */
typedef enum bt_feedback {
    BT_SEES_OWN_PROFIT = 0,           /* B */
    BT_SEES_OWN_SALES = 1 << 0,       /* B+: own sales and the number of buyers */
    BT_SEES_RIVAL_PRICES = 1 << 1,    /* P */
    BT_SEES_COUNTERFACTUALS = 1 << 2, /* F: expected objective of each own action against the
                                         rivals' realised prices */
    BT_SEES_OWN_GRADIENT = 1 << 3, /* G: own expected objective and its slope in own prices */
    BT_KNOWS_DEMAND = 1 << 4,      /* the model itself: best responders */
    BT_SEES_SEGMENTS = 1 << 5,     /* B+: which segments of buyers came and bought, in
                                      periodic markets; the segments' shares */
    BT_KNOWS_SHOPBOT = 1 << 6      /* a shopbot market's rules: what buyers value, and how
                                      many of them compare how many sellers */
} bt_feedback;

#define BT_NO_ACTION UINT64_MAX

/* A market opens at time 0 with first prices of all sellers (each decides without
 * anything standing yet); from then on the clocks rule. Products with a fixed price are
 * no seller's to decide: they are not among its own products here. */

/* Objects that sellers of one run share (a common random stream of a published
 * experiment): found by key, made zeroed at first call, owned by the run. */
typedef struct bt_shared bt_shared;
bt_shared *bt_shared_create(bt_arena *arena); /* NULL when memory is out */
void *bt_shared_object(bt_shared *shared, const char *key, size_t size, bool *is_new);

/* What a market of assortments says of itself: each round a seller offers at most
 * `capacity` of its items. A price of +INFINITY in decide's own_price: not offered. */
typedef struct bt_assortment_rules {
    uint32_t capacity;
    uint32_t dimension; /* d: an item's context is d features of its quality, then d of its
                           price sensitivity; 0: there are no contexts */
    double least_price_sensitivity; /* L0: a known lower bound, of use with contexts */
    const double *own_given_price;  /* [own] only the set is the seller's; NULL: prices too */
} bt_assortment_rules;

/* What a seller knows when it is made. Borrowed; lives as long as the run. */
typedef struct bt_seller_setting {
    const char *name;
    uint32_t seller; /* its index */
    uint32_t n_sellers;
    uint32_t n_products; /* of the market */
    uint32_t n_own;
    const uint32_t *own_product; /* [own] ascending */
    const double *own_cost;      /* [own] */
    double fee_per_unit;
    double fee_ad_valorem;
    const double *nash_price;              /* [product] reference prices that grids are laid */
    const double *joint_profit_price;      /* [product] around; NAN where there is none */
    const double *observed_price;          /* [product] of data; NULL without */
    double horizon;                        /* periods or days that the run can last */
    double market_size;                    /* mass of all buyers that come per unit of time */
    const bt_assortment_rules *assortment; /* NULL: all products are always on offer */
    uint64_t replication;
    bt_random_key key;
    bt_arena *arena;
    bt_shared *shared;
    size_t n_segments;             /* types of the demand; 0 unless BT_SEES_SEGMENTS */
    const double *segment_weight;  /* [segment] sum to one; NULL unless BT_SEES_SEGMENTS */
    const bt_demand *demand;       /* NULL unless BT_KNOWS_DEMAND */
    const bt_ownership *ownership; /* NULL unless BT_KNOWS_DEMAND */
    const struct bt_shopbot_rules *shopbot; /* NULL unless BT_KNOWS_SHOPBOT, in such a market */
} bt_seller_setting;

/* What a seller learns before the first period, when all sellers exist. */
typedef struct bt_seller_rivals {
    const size_t *n_actions;  /* [seller] sizes of all finite action sets; 0: continuous */
    const bt_grid_game *game; /* payoffs over all joint actions, for initial values; NULL
                                 unless all sellers are on grids, or if too large */
} bt_seller_rivals;

/* The buyer of a round of an assortment market, as a seller sees it. Utility of an item at
 * price p: quality - price_coefficient p; of buying nothing: 0. */
typedef struct bt_buyer_view {
    const double *context; /* [own * 2 d]; NULL without contexts */
    /* the truth, for a type with BT_KNOWS_DEMAND, else NULL and NAN */
    const double *quality;           /* [own] */
    const double *price_coefficient; /* [own] */
    double outside_weight;           /* of what the buyer may take elsewhere: 1 for nothing, and
                                        exp(utility) of the rivals' last offers */
} bt_buyer_view;

#define BT_NO_PURCHASE UINT32_MAX

/* What stands when a seller is asked for prices. */
typedef struct bt_seller_view {
    double time;                /* periods, or days */
    uint64_t joint_action;      /* standing actions of all (as in grid_game.h); BT_NO_ACTION
                                   before the first, without rival prices, or off grids */
    const double *price;        /* [product] standing prices; NULL without rival prices */
    const bt_buyer_view *buyer; /* of this round; NULL unless in an assortment market */
} bt_seller_view;

/* What came of a seller's last prices, over the interval since. */
typedef struct bt_seller_feedback {
    double time;
    double duration;              /* of the interval; 1 in a synchronous market */
    double profit;                /* own, after fees, per unit of time, times market size */
    double risk_charge;           /* profit less what the seller maximises, as its sales tell:
                                     0 unless the market declares that it is risk-averse */
    uint64_t joint_action;        /* that stand now; BT_NO_ACTION as above */
    const double *price;          /* [product] now; NULL without rival prices */
    const double *own_sales;      /* [own] per unit of time; NULL unless told */
    double n_buyers;              /* per unit of time; NAN unless told */
    const double *segment_sales;  /* [segment * own] per unit of time; NULL unless told */
    const double *segment_buyers; /* [segment] who came, per unit of time; NULL unless told */
    const double *counterfactual_profit; /* [action] objective of each; NULL unless told */
    const double *own_gradient;          /* [own]; NULL unless told */
    double expected_objective;           /* of its prices; NAN unless the gradient is told */
    const uint32_t *purchase; /* own item that the round's buyer took, or BT_NO_PURCHASE; NULL
                                 unless told of own sales in an assortment market */
} bt_seller_feedback;

/* What the seller maximises (markets/ownership.h), in place of profit. */
static inline double bt_feedback_objective(const bt_seller_feedback *feedback)
{
    return feedback->profit - feedback->risk_charge;
}

typedef struct bt_seller_type {
    bt_described described;
    uint32_t feedback; /* bt_feedback bits */

    /* Make a seller from its parameter struct. Allocate from the setting's arena only. */
    bt_status (*create)(const void *parameters, const bt_seller_setting *setting, void **self,
                        bt_error *error);

    /* The finite action set, if there is one: returns the number of actions and points
     * *action_price at [action * own] prices. 0: prices are continuous. May be NULL. */
    size_t (*actions)(const void *self, const double **action_price);

    /* All sellers exist now. May be NULL. */
    bt_status (*begin)(void *self, const bt_seller_rivals *rivals, bt_error *error);

    /* New prices: writes own_price [own] and returns the action's index, or BT_NO_ACTION
     * for a continuous seller. */
    uint64_t (*decide)(void *self, const bt_seller_view *view, double *own_price);

    /* Learn. Returns true if the seller's greedy behaviour at the visited state changed
     * (the market counts how long all sellers' behaviour has been stable). May be NULL. */
    bool (*observe)(void *self, const bt_seller_feedback *feedback);

    /* List all state. May be NULL for a seller without state. */
    void (*archive)(void *self, bt_archive *archive);

    /* The greedy (limit) strategy, for sellers whose behaviour is a finite function of
     * the last `memory` joint actions: number of states (0: none) and the action in one
     * state. State = sum_k joint_{t-1-k} n_joint^(memory-1-k): the newest is the most
     * significant; with memory 0 the only state is 0. May be NULL. */
    size_t (*n_states)(const void *self, size_t *memory);
    uint64_t (*greedy_action)(const void *self, size_t state);

    /* How it weighs the next move's profit against this one's, where it does: what an audit
     * discounts its deviations with. May be NULL. */
    double (*discount)(const void *self);

    void (*destroy)(void *self); /* what the arena does not own; may be NULL */

    /* What a bargaining market asks (bargaining/bargaining_sides.h); NULL: it cannot bargain.
     * A seller that only bargains has no `decide`. */
    const struct bt_bargaining_seller *bargaining;
} bt_seller_type;

/* When a seller reprices. */
typedef enum bt_repricing_kind {
    BT_REPRICE_EVERY,      /* at offset + k * every */
    BT_REPRICE_POISSON,    /* at Poisson times of a rate */
    BT_REPRICE_AFTER_SALES /* after each `value` units sold */
} bt_repricing_kind;

typedef struct bt_repricing {
    bt_repricing_kind kind;
    double value;  /* interval, rate, or number of sales */
    double offset; /* BT_REPRICE_EVERY: time of the first */
} bt_repricing;

/* A seller in a market. */
typedef struct bt_seller {
    const bt_seller_type *type;
    void *self;
    bt_repricing repricing;
} bt_seller;

#endif
