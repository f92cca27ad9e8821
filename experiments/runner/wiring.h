/*
 * How the parts of one run are put together: inside of run.h, shared by point.c and run.c.
 */
#ifndef BT_EXPERIMENTS_WIRING_H
#define BT_EXPERIMENTS_WIRING_H

#include "experiments/runner/run.h"

struct bt_point {
    const bt_experiment *experiment;
    uint64_t point_key;
    int n_threads;
    const bt_market_type *market_type;
    void *model;
    const bt_market_layout *layout;
    bt_group_entries entries;     /* the experiment's sellers, one by one */
    bt_group_entries bidders;     /* and its bidders */
    const bt_law **bidder_value;  /* [bidder] */
    bt_arena *names;              /* of these */
    const bt_registered **seller; /* [seller] of the experiment; NULL: all prices fixed */
    const bt_buyers_type *buyers_type;
    bool is_periodic;
    double horizon; /* periods or days */
    size_t *series; /* [n_series] recorded, as indices into the market type's */
    size_t n_series;
    double *record_time; /* [record] */
    size_t n_records;
    size_t *n_actions;  /* [seller] */
    size_t n_states;    /* of the limit strategies */
    size_t n_responses; /* periods of the impulse responses */
};

/* The sellers of a run, in one arena. */
typedef struct bt_sellers {
    bt_seller *seller; /* [seller] self NULL: it has no policy */
    size_t n_sellers;
} bt_sellers;

/* Make all sellers of a replication. Free with bt_sellers_destroy whatever the status. */
bt_status bt_sellers_create(const bt_point *point, uint64_t replication, bt_random_key key,
                            bt_arena *arena, bt_sellers *sellers, bt_error *error);
void bt_sellers_destroy(bt_sellers *sellers);

/* List the experiment's bidders; an error if its market takes none, or needs some. */
bt_status bt_bidders_list(bt_point *point, bt_error *error);

/* Make all bidders of a run, in its arena: *bidders [point->bidders.count]. */
bt_status bt_bidders_create(const bt_point *point, bt_random_key key, bt_arena *arena,
                            bt_bidder **bidders, bt_error *error);

/* Find n_states and n_responses by making a run. */
bt_status bt_point_count_states(bt_point *point, bt_error *error);

#endif
