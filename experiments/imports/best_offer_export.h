/*
 * Writing histories as the published best-offer data are written, so that simulated and real
 * negotiations can be prepared by the same programs.
 *
 * The format has no rows for answers: docs/bargaining-data.md says what that loses. A thread
 * that is nothing but a purchase has no row, and a purchase's time is known by its day alone.
 */
#ifndef BT_EXPERIMENTS_BEST_OFFER_EXPORT_H
#define BT_EXPERIMENTS_BEST_OFFER_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/status.h"

typedef struct bt_best_offer_export_counts {
    size_t listings;
    size_t offers;
} bt_best_offer_export_counts;

/* Write anon_bo_lists.csv and anon_bo_threads.csv into an existing folder. BT_CANNOT_CREATE
 * where they exist, unless `force`; BT_BAD_INPUT for a history that the format cannot hold: one
 * with weights, or with listings that do not begin at midnight; BT_IO. After a failure neither
 * file is there. */
bt_status bt_best_offer_export(const char *history, const char *folder, bool force,
                               bt_best_offer_export_counts *counts, bt_error *error);

#endif
