/*
 * The experiment file as parameter structs: what one sweep point says.
 */
#ifndef BT_EXPERIMENTS_EXPERIMENT_H
#define BT_EXPERIMENTS_EXPERIMENT_H

#include "experiments/document/document.h"
#include "markets/bidder.h"
#include "sim/parameter.h"
#include "sim/status.h"

/* horizon: {periods: 200000, until_stable: 100000} or {time: 30 d} */
typedef struct bt_horizon_parameters {
    int64_t periods;      /* 0: not given */
    double time;          /* days; NAN: not given */
    int64_t until_stable; /* stop when greedy behaviour was stable so long; 0: never */
} bt_horizon_parameters;

/* record: {every: 1000, series: [price, profit], value: mean | last} */
typedef struct bt_record_parameters {
    double every;        /* periods or days; 0: a hundredth of the horizon */
    bt_text_list series; /* empty: the market's defaults */
    int32_t value;       /* 0 mean over the interval, 1 last */
} bt_record_parameters;

/* What sellers and bidders are called: the first member of what is common to them. */
typedef struct bt_group_common {
    const char *name;
    int64_t count; /* how many alike (markets/group_name.h), if given */
    bool has_count;
} bt_group_common;

/* Common to all sellers, beside their policy's parameters. */
typedef struct bt_seller_common {
    bt_group_common group;
    bt_option reprice; /* every: | poisson: | after_sales:   (default {every: 1}) */
    double reprice_offset;
} bt_seller_common;

/* Common to all bidders, beside their policy's parameters. */
typedef struct bt_bidder_common {
    bt_group_common group;
    bt_law value; /* of an item to it, each round */
} bt_bidder_common;

typedef struct bt_checkpoint_parameters {
    double every; /* periods or days of simulated time; 0: never */
} bt_checkpoint_parameters;

/* What a run that fails does to those that have not begun. */
typedef enum bt_on_failure { BT_ON_FAILURE_CONTINUE, BT_ON_FAILURE_STOP } bt_on_failure;

typedef struct bt_experiment {
    int64_t format;
    const char *name;
    int64_t seed;
    int64_t replications;
    bt_horizon_parameters horizon;
    bt_registered market;  /* `type` */
    bt_table_list sellers; /* of bt_registered with bt_seller_common; `policy` */
    bt_table_list bidders; /* of bt_registered with bt_bidder_common; `policy` */
    bt_registered buyers;  /* `type` */
    bt_record_parameters record;
    bt_checkpoint_parameters checkpoint;
    bool trace; /* log every event */
    bool common_random_numbers;
    int32_t on_failure; /* bt_on_failure */
    double confidence_level;
} bt_experiment;

/* The table of the whole file but `sweep` (experiments/sweep/sweep.h reads that). */
extern const bt_parameter_table bt_experiment_table;

/* The sellers or bidders one by one, groups of like ones written out. */
typedef struct bt_group_entries {
    size_t count;
    const char **name;           /* [one] "" where an entry with mistakes has none */
    const bt_registered **entry; /* [one] of the experiment's `sellers` or `bidders` */
} bt_group_entries;

/* Write out groups: an experiment's `sellers` or `bidders`. Names are owned by `arena` or by
 * the experiment. Fails only when memory is out. */
bt_status bt_group_entries_create(const bt_table_list *groups, bt_arena *arena,
                                  bt_group_entries *entries, bt_error *error);

/* Bind a document (without its sweep) and check what one table cannot: references
 * (a product's seller, names in nests and segments), one kind of horizon, series names.
 * Everything is owned by `arena`. BT_OK or BT_BAD_INPUT. */
bt_status bt_experiment_bind(const bt_document *document, bt_experiment *experiment,
                             bt_arena *arena, bt_diagnostics *diagnostics);

#endif
