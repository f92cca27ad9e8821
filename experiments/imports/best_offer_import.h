/*
 * Importing the best-offer data: two CSV files of any size into one history file.
 *
 *     lists.csv   --> by title --> unique ones, through the funnel --> by listing --+
 *                                                                                   +--> turns
 *     threads.csv ----------------------------------------------------> by listing --+   --> h5
 *
 * Each arrow "by" is a sort that spills to disk what its third of the memory does not hold,
 * so neither file need fit. The result depends on the rows, not on their order nor on the
 * memory; it is split by seller into the four partitions, at random but the same for a seed.
 */
#ifndef BT_EXPERIMENTS_BEST_OFFER_IMPORT_H
#define BT_EXPERIMENTS_BEST_OFFER_IMPORT_H

#include "experiments/imports/best_offer_rules.h"
#include "experiments/runner/plan.h"
#include "markets/bargaining/history.h"
#include "sim/status.h"

typedef struct bt_best_offer_import_setting {
    const char *listings; /* anon_bo_lists.csv, plain or gzip */
    const char *offers;   /* anon_bo_threads.csv */
    const char *output;
    const char *folder; /* for what memory does not hold */
    bool force;
    uint64_t seed;
    size_t memory;    /* bytes */
    double keep_idle; /* share of the listings without offer and sale that is kept, each with
                         the weight 1 / share */
    void *context;
    bt_is_interrupted *is_interrupted;
    void (*progress)(void *context, const char *what, double fraction);
} bt_best_offer_import_setting;

/* BT_BAD_INPUT: "file:line: ..."; BT_INTERRUPTED, BT_CANNOT_CREATE, BT_IO. Whatever the
 * failure, nothing is left behind. */
bt_status bt_best_offer_import(const bt_best_offer_import_setting *setting,
                               bt_best_offer_counts *counts, bt_error *error);

/* Which partition a seller belongs to: 75, 10, 5 and 10 per cent of sellers. */
bt_bargaining_partition bt_best_offer_partition(uint64_t seed, int64_t seller);

#endif
