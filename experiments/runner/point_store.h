/*
 * Prepared points, shared by their runs and released when the last of these is done.
 *
 * A point is prepared when its first run asks for it, by the thread that asks; others that
 * need the same point wait. With runs handed out point by point, no more points stand in
 * memory than there are threads (and one), however long the sweep; those that were looked at
 * before the first run may stay for their runs while there is room.
 */
#ifndef BT_EXPERIMENTS_POINT_STORE_H
#define BT_EXPERIMENTS_POINT_STORE_H

#include "experiments/runner/run.h"
#include "experiments/sweep/sweep.h"
#include "sim/status.h"

typedef struct bt_point_store bt_point_store;

/* `sweep` must outlive the store. n_threads: given to each point, for its benchmarks and
 * inside its runs. */
bt_status bt_point_store_create(const bt_sweep *sweep, int n_threads, bt_point_store **store,
                                bt_error *error);
/* Releases whatever is still prepared. */
void bt_point_store_destroy(bt_point_store *store);

/* Announce `n_uses` more uses of a point, before anybody asks for it. One thread only. */
void bt_point_store_expect(bt_point_store *store, size_t point, size_t n_uses);

/* The prepared point; a failure is the same each time. Each announced use must end with
 * bt_point_store_release, after a failure too. Safe in several threads. */
bt_status bt_point_store_acquire(bt_point_store *store, size_t point, const bt_point **prepared,
                                 bt_error *error);
void bt_point_store_release(bt_point_store *store, size_t point);

/* Whether points that nobody uses at the moment should stay rather than be prepared again:
 * all that was allocated since the store was made is less than 256 MiB. */
bool bt_point_store_has_room(const bt_point_store *store);

/* The experiment of an acquired point. */
const bt_experiment *bt_point_store_experiment(const bt_point_store *store, size_t point);

#endif
