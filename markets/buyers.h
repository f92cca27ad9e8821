/*
 * What a posted-price market asks of its buyers.
 *
 * Buyers affect each other only through what sellers change, so a market asks for a
 * whole batch at once: everyone who arrives while the same prices stand. A buyers type
 * answers with what was sold and what the buyers gained. It may use threads inside;
 * its answer must not depend on how arrivals were split into batches, nor on threads.
 */
#ifndef BT_MARKETS_BUYERS_H
#define BT_MARKETS_BUYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/demand/demand.h"
#include "sim/archive.h"
#include "sim/arena.h"
#include "sim/parameter.h"
#include "sim/random.h"
#include "sim/status.h"

typedef struct bt_buyers_setting {
    const bt_demand *demand;
    bt_random_key key;
    bt_arena *arena;
    int n_threads;
} bt_buyers_setting;

/* The arrivals of one batch, all between two changes of prices. */
typedef struct bt_arrivals {
    const double *price;   /* [product] posted; +inf: not offered */
    double duration;       /* of the interval; 1: one period */
    uint64_t first;        /* number of the first arrival (or the period, when periodic) */
    size_t count;          /* sampled buyers that arrive; unused by exact demand */
    bool whole_population; /* periodic: everyone arrives once */
} bt_arrivals;

/* What came of a batch; the caller zeroes or accumulates. */
typedef struct bt_purchases {
    double *sales;           /* [product] added to, in units of bt_buyers_type.unit_mass:
                                whole numbers, if buyers are sampled */
    double consumer_surplus; /* added to, in the same units, arrival by arrival: expected
                                surplus of what was offered */
    double n_buyers;         /* added to, in the same units: who came */
    double *segment_sales;   /* [type * product] added to, in the same units; NULL: not
                                asked. Periodic markets only, as the next */
    double *segment_buyers;  /* [type] added to: who came of each */
    uint32_t *choice;        /* [count] product or BT_CHOSE_OUTSIDE; NULL: not asked. In
                                arrival order (needed by after-sales clocks and traces) */
    uint32_t *buyer;         /* [count] who arrived; NULL: not asked */
} bt_purchases;

typedef struct bt_buyers_type {
    bt_described described;

    /* Sales are a deterministic function of prices: a market may tabulate them. */
    bool is_exact;

    bt_status (*create)(const void *parameters, const bt_buyers_setting *setting, void **self,
                        bt_error *error);

    /* Number of individual buyers; 0: a mass. */
    uint64_t (*population)(const void *self);

    /* Mass of one sampled buyer's purchase: market size over the arrivals that a period is
     * expected to see; 1 for exact demand. */
    double (*unit_mass)(const void *self);

    void (*serve)(void *self, const bt_arrivals *arrivals, bt_purchases *purchases);

    void (*archive)(void *self, bt_archive *archive); /* may be NULL */
    void (*destroy)(void *self); /* what the arena does not own; may be NULL */

    /* What a bargaining market asks (bargaining/bargaining_sides.h); NULL: they cannot bargain.
     * Buyers who only bargain have no `serve`. */
    const struct bt_bargaining_buyers *bargaining;
} bt_buyers_type;

#endif
