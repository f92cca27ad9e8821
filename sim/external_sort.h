/*
 * Sorting more records than fit into memory.
 *
 * Records of one size go in, in any order, and come out sorted. What does not fit into the
 * memory that was granted is written in sorted runs to one file without a name, which the
 * system removes however the program ends; the runs are then merged, in several rounds
 * where there are very many. Records that compare equal keep the order in which they
 * came, so the output does not depend on how much memory there was.
 *
 *     while (more)  bt_external_sort_add(sort, &record, error);
 *     bt_external_sort_turn(sort, error);
 *     while (bt_external_sort_next(sort, &record, error) == BT_OK && record != NULL) ...
 */
#ifndef BT_SIM_EXTERNAL_SORT_H
#define BT_SIM_EXTERNAL_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

typedef struct bt_external_sort bt_external_sort;

/* Negative, 0 or positive, as for qsort. */
typedef int bt_record_order(const void *a, const void *b);

/* Sort records of `record_size` bytes in about `memory` bytes (at least room for some
 * dozens of records is taken). `folder` is where runs are written; copied. */
bt_status bt_external_sort_create(const char *folder, size_t record_size,
                                  bt_record_order *order, size_t memory,
                                  bt_external_sort **sort, bt_error *error);

/* BT_CANNOT_CREATE, BT_IO when a run cannot be written. */
bt_status bt_external_sort_add(bt_external_sort *sort, const void *record, bt_error *error);

/* No more records come: from now on they are taken out. */
bt_status bt_external_sort_turn(bt_external_sort *sort, bt_error *error);

/* The next record, or NULL behind the last; it lasts until the next call. BT_IO. */
bt_status bt_external_sort_next(bt_external_sort *sort, const void **record, bt_error *error);

size_t bt_external_sort_count(const bt_external_sort *sort); /* records added */
size_t bt_external_sort_runs(const bt_external_sort *sort);  /* runs written from memory */
size_t bt_external_sort_held(const bt_external_sort *sort);  /* bytes of memory, at most */

/* NULL is allowed. */
void bt_external_sort_destroy(bt_external_sort *sort);

#endif
