/*
 * One run's posted-price market: what stands, what each seller is owed to be told, and
 * what is recorded. Internal to the files posted_price*.c; the page that explains the
 * market is posted_price.h.
 *
 * Trajectory and records never share an accumulator: what sellers are told is summed
 * from decision to decision, what is recorded from record to record.
 */
#ifndef BT_MARKETS_POSTED_PRICE_MARKET_H
#define BT_MARKETS_POSTED_PRICE_MARKET_H

#include <math.h>

#include "markets/posted_price/posted_price_model.h"

enum { BT_RECENT_JOINT_ACTIONS = 4 };

/* Purposes of random streams, beside those of the agents themselves. */
enum {
    BT_CLOCK_PURPOSE = 1000,
    BT_GAP_PURPOSE = 1001,
    BT_ARRIVING_BUYER_PURPOSE = 1002,
    BT_PRESENCE_PURPOSE = 1003
};

/* What happened over an interval, as sums over periods (or integrals over time). */
typedef struct bt_market_interval {
    double duration;
    double *price;   /* [product] while on offer */
    double *offered; /* [product] how long it was on offer */
    double *sales;   /* [product] mass */
    double *profit;  /* [seller] after fees */
    double consumer_surplus;
    double platform_revenue;
    double *nash_price;  /* [product] of those standing, while on offer; NULL: always all */
    double nash_profit;  /* of those standing; 0 where always all stand */
    double joint_profit; /* the same */
} bt_market_interval;

/* What a seller will be told of the time since its last decision. Its prices stood all
 * the while, so sales tell the profit. */
typedef struct bt_seller_interval {
    double start;              /* when it decided */
    double *sales;             /* [owned] in units of the buyers' unit mass */
    double n_buyers;           /* in the same units */
    double *segment_sales;     /* [segment * own] as sales; NULL unless told */
    double *segment_buyers;    /* [segment] as n_buyers; NULL unless told */
    double *counterfactual;    /* [action] integral over time; NULL unless told */
    double *gradient;          /* [own] integral over time; NULL unless told */
    double expected_objective; /* integral over time, if gradients are told */
} bt_seller_interval;

typedef struct bt_market_seller {
    const bt_seller_type *type; /* NULL: all its prices are fixed */
    void *self;
    bt_repricing repricing;
    uint32_t n_owned;
    uint32_t *owned_product; /* [owned] all its products */
    uint32_t n_own;
    uint32_t *own_product; /* [own] those whose price is its strategy */
    double *own_price;     /* [own] what it decided last */
    uint64_t action;
    size_t n_actions; /* 0: continuous */
    size_t stride;    /* in the joint action */
    const double *action_price;
    bool sees_prices;
    double next_due;    /* period number or time; INFINITY: not known in advance */
    double clock_time;  /* of the last Poisson tick */
    bt_stream clock;    /* Poisson ticks */
    bt_event event;     /* event-driven: its pending move */
    bool is_present;    /* stands in the market */
    double next_change; /* when it comes or goes; INFINITY: never */
    bt_stream presence; /* random changes */
    bt_event change;    /* event-driven: the pending one */
    bt_seller_interval since;
    double *told_sales;          /* [own] per unit of time, while observing */
    double *told_segment_sales;  /* [segment * own] */
    double *told_segment_buyers; /* [segment] */
    double *told_counterfactual; /* [action] */
    double *told_gradient;       /* [own] */
} bt_market_seller;

/* A seller in the hot path of a game on grids: what a period touches, together. What it
 * is shown is kept, and only what changes is written anew. */
typedef struct bt_game_player {
    uint64_t (*decide)(void *self, const bt_seller_view *view, double *own_price);
    bool (*observe)(void *self, const bt_seller_feedback *feedback);
    void *self;
    size_t stride;
    double *own_price;
    uint64_t action;
    size_t n_actions;
    double *told_counterfactual; /* [action]; NULL unless told */
    bool sees_prices;
    bt_seller_view view;
    bt_seller_feedback feedback;
} bt_game_player;

typedef struct bt_posted_price {
    const bt_posted_price_model *model;
    bt_sim *sim;
    size_t n_products;
    size_t n_sellers;
    bt_market_seller *seller; /* [seller] */
    const bt_buyers_type *buyers_type;
    void *buyers;
    double unit_mass;
    bool is_periodic;
    double horizon;

    /* what stands */
    double *price;                            /* [product] charged */
    double *offer;                            /* [product] what buyers see them as: the same
                                                 array, or felt against the reference prices */
    bool prices_stand;                        /* false before the opening */
    bool on_grids;                            /* all sellers: joint actions exist */
    uint64_t recent[BT_RECENT_JOINT_ACTIONS]; /* joint actions, newest first */
    uint64_t periods;                         /* completed */

    /* demand at the standing prices; exact demand: until prices change */
    bool demand_stands;
    bt_purchases purchases; /* in units of the unit mass, a unit of time (or, of sampled
                               buyers in an event-driven market, since the last change) */
    double *profit;         /* [seller] the same, in money */
    bt_demand_work *work;
    const bt_standing *standing; /* benchmarks of who stands; NULL: all do, or not known */
    double *reference;           /* [product] remembered prices; NULL: buyers remember none */
    double *felt_cost;           /* [product] costs in felt_ownership, if buyers remember */
    double *trial_offer;         /* [product] if buyers remember */
    bt_ownership felt_ownership;
    double *trial_price; /* [product] */
    double *trial_share; /* [product] */

    /* stability */
    uint64_t stable_periods; /* 0: never stop */
    uint64_t stable_count;
    bool has_converged;

    /* recording */
    bool record_last;
    bt_market_interval interval; /* since the last record */
    uint64_t *times_played;      /* [joint] on grids with exact demand, instead of sums */
    uint64_t *played;            /* [joint] those played since, in order of first play */
    uint64_t n_played;
    bt_market_interval summary; /* means over the interval, made once a record */
    bool summary_stands;
    bt_market_interval last_summary; /* of the last record */

    /* where it ended: over the limit cycle, else the last record */
    bt_market_interval final;
    bool final_stands;
    int64_t cycle_length; /* -1: the sellers have no finite strategies */

    bt_game_player *player;              /* [seller] in the hot path, else NULL */
    uint64_t *fingerprint;               /* of the engine */
    struct bt_arrival_process *arrivals; /* event-driven */
    bt_trace *trace;                     /* NULL: nobody asked for events */
    struct bt_posted_price_audit *audit; /* NULL: not all sellers are on grids */
} bt_posted_price;

/* ---- posted_price_periodic.c ---- */

/* Register the periodic market's one recurring event. */
bt_status bt_posted_price_start_periodic(bt_posted_price *market, bt_arena *arena,
                                         bt_error *error);

/* Put a restored market's standing prices before the players of the hot path. */
void bt_posted_price_show_standing(bt_posted_price *market);

/* ---- posted_price_event.c ---- */

bt_status bt_posted_price_start_event_driven(bt_posted_price *market, bt_arena *arena,
                                             bt_error *error);

/* Bring what is recorded up to now. The trajectory does not notice. */
void bt_posted_price_catch_up(bt_posted_price *market);
void bt_posted_price_archive_events(bt_posted_price *market, bt_archive *archive);

/* ---- posted_price_seller.c: what sellers are asked and told ---- */

/* The places of the sellers in the market. */
bt_status bt_place_sellers(bt_posted_price *market, const bt_market_setting *setting,
                           bt_error *error);

/* Ask seller i for new prices; they stand only after bt_post_prices. */
void bt_ask_seller(bt_posted_price *market, size_t seller, double time);

/* Put the prices that sellers decided last up for all to see. */
void bt_post_prices(bt_posted_price *market);

/* Add market->purchases times `flow` to what seller i will be told; expected profits (of
 * other actions, gradients) of one arrival of everyone count times `exposure`. */
void bt_owe_seller(bt_posted_price *market, size_t seller, double flow, double exposure);

/* Tell seller i what came of its prices up to `time`, and start a new interval. True if
 * its greedy behaviour changed. */
bool bt_tell_seller(bt_posted_price *market, size_t seller, double time);

/* Forget what seller i would have been told; a new interval begins. */
void bt_start_interval(bt_posted_price *market, size_t seller, double time);

/* Units that seller i sold since its decision. */
double bt_units_sold(const bt_market_seller *seller);

/* Fill market->purchases and ->profit at the standing prices for one unit of time: from
 * the table, by exact demand, or by the buyers of a period. */
void bt_meet_demand(bt_posted_price *market, uint64_t period);

/* market->profit from market->purchases. */
void bt_book_profits(bt_posted_price *market);

/* Seller i's expected objective, times market size, had it played `action` of its grid at the
 * standing prices. */
double bt_counterfactual_objective(bt_posted_price *market, size_t seller, uint64_t action);

void bt_archive_sellers(bt_posted_price *market, bt_archive *archive);

/* ---- posted_price_presence.c ---- */

/* Who stands at time 0; before the first prices. */
void bt_presence_start(bt_posted_price *market);

/* Seller i comes or goes. It has to be asked for prices by the caller. */
void bt_presence_change(bt_posted_price *market, size_t seller, double now);

void bt_presence_archive(bt_posted_price *market, bt_archive *archive);

/* ---- posted_price_reference.c: all of it trivial unless buyers remember prices ---- */

bt_status bt_reference_create(bt_posted_price *market, bt_arena *arena, bt_error *error);

/* What a price of product j is felt as. */
static inline double bt_felt_price(const bt_posted_price *market, size_t j, double price)
{
    if (market->reference == NULL || price == INFINITY)
        return price;
    return bt_perceived_price(market->model->reference, price, market->reference[j]);
}

/* Bring market->offer up to date with prices and what is remembered. */
void bt_feel_prices(bt_posted_price *market);

/* A period is over: remember its prices. */
void bt_remember_prices(bt_posted_price *market);

/* What market->trial_price is felt as: [product]. */
const double *bt_felt_trial(bt_posted_price *market);

/* Slopes of the sellers' objectives in their own prices, at what stands: [product]. Uses
 * market->trial_share. */
void bt_felt_gradient(bt_posted_price *market, double *gradient);

/* Largest unilateral gain of profit (per buyer) at prices [product] that are remembered, too;
 * NAN with loss aversion. */
bt_status bt_felt_exploitability(bt_posted_price *market, const double *price, double *gain,
                                 bt_error *error);

void bt_reference_archive(bt_posted_price *market, bt_archive *archive);

/* ---- posted_price_record.c ---- */

extern const bt_series bt_posted_price_series[];

bool bt_interval_create(bt_market_interval *interval, const bt_posted_price *market,
                        bt_arena *arena);
void bt_interval_archive(bt_market_interval *interval, const bt_posted_price *market,
                         bt_archive *archive);

/* Add what stands to what will be recorded: flows times `flow`, of `duration`. */
void bt_note_for_record(bt_posted_price *market, double flow, double duration);

/* One more period of a joint action, in the histogram. */
static inline void bt_note_joint_action(bt_posted_price *market, uint64_t joint)
{
    if (market->times_played[joint]++ == 0)
        market->played[market->n_played++] = joint;
}

bt_status bt_posted_price_record(void *self, size_t series, double *value, bt_error *error);
void bt_posted_price_record_done(void *self);

bool bt_interval_is_empty(const bt_posted_price *market);
void bt_interval_clear(bt_market_interval *interval, const bt_posted_price *market);
void bt_interval_copy(bt_market_interval *to, const bt_market_interval *from,
                      const bt_posted_price *market);
void bt_interval_divide(bt_market_interval *interval, double duration,
                        const bt_posted_price *market);

/* `times` periods of a joint action of the tabulated game. */
void bt_interval_add_joint_action(const bt_posted_price *market, bt_market_interval *interval,
                                  uint64_t joint, double times);

/* What can be said of means: the series, in the order of bt_posted_price_series. */
typedef enum bt_posted_price_series_id {
    BT_SERIES_PRICE,
    BT_SERIES_SALES,
    BT_SERIES_PROFIT,
    BT_SERIES_CONSUMER_SURPLUS,
    BT_SERIES_PRODUCER_SURPLUS,
    BT_SERIES_PLATFORM_REVENUE,
    BT_SERIES_WELFARE,
    BT_SERIES_EFFICIENCY,
    BT_SERIES_DISTANCE_TO_NASH,
    BT_SERIES_DELTA,
    BT_SERIES_EXPLOITABILITY,
    BT_SERIES_REFERENCE_PRICE,
    BT_N_SERIES
} bt_posted_price_series_id;

bt_status bt_series_value(bt_posted_price *market, const bt_market_interval *mean,
                          size_t series, double *value, bt_error *error);

/* ---- posted_price_outcome.c ---- */

typedef enum bt_posted_price_outcome_id {
    BT_OUTCOME_ITERATIONS,
    BT_OUTCOME_CONVERGED,
    BT_OUTCOME_DELTA,
    BT_OUTCOME_FINAL_STATE,
    BT_OUTCOME_CYCLE_LENGTH,
    BT_OUTCOME_STRATEGY,
    BT_OUTCOME_FINAL_PRICE,
    BT_OUTCOME_FINAL_PROFIT,
    BT_OUTCOME_FINAL_CONSUMER_SURPLUS,
    BT_OUTCOME_FINAL_WELFARE,
    BT_OUTCOME_FINAL_DISTANCE_TO_NASH,
    BT_OUTCOME_FINAL_EXPLOITABILITY,
    BT_OUTCOME_AUDIT_TIME, /* posted_price_audit.h from here on */
    BT_OUTCOME_AUDIT_DELTA,
    BT_OUTCOME_AUDIT_REGRET,
    BT_OUTCOME_AUDIT_LARGEST_REGRET,
    BT_OUTCOME_AUDIT_RELATIVE_REGRET,
    BT_OUTCOME_AUDIT_SWAP_REGRET,
    BT_OUTCOME_AUDIT_LEAST_REGRET,
    BT_OUTCOME_AUDIT_CERTIFICATE,
    BT_OUTCOME_AUDIT_DELTA_CHANGE,
    BT_OUTCOME_AUDIT_DELTA_CHANGE_ERROR,
    BT_OUTCOME_AUDIT_REGRET_CHANGE,
    BT_OUTCOME_DEVIATION_GAIN,
    BT_OUTCOME_DEVIATION_PUNISHMENT,
    BT_OUTCOME_DEVIATOR_PRICE,
    BT_OUTCOME_RIVAL_PRICE,
    BT_OUTCOME_AUDIT_VERDICT,
    BT_N_OUTCOMES
} bt_posted_price_outcome_id;

extern const bt_series bt_posted_price_outcomes[];
bt_status bt_posted_price_outcome(void *self, size_t outcome, void *value, bt_error *error);
size_t bt_posted_price_n_states(const void *self);

/* ---- posted_price_trace.c: nothing happens without a trace ---- */

size_t bt_posted_price_event_kinds(const char *const **names);

/* A seller's standing decision. */
void bt_trace_offers(const bt_posted_price *market, size_t i);

/* A seller came or went. */
void bt_trace_presence(const bt_posted_price *market, size_t i);

/* Sales by product up to now, `units` of mass each. */
void bt_trace_sales(const bt_posted_price *market, const double *price, const double *sales,
                    double units);

/* What one buyer bought. There must be a trace. */
void bt_trace_purchase(const bt_posted_price *market, double time, uint32_t buyer,
                       uint32_t product);

#endif
