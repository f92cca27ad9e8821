/*
 * Tidy CSV from a result file, for Stata, R and pandas.
 *
 * One row per point, replication, record and product (or seller, or neither). Columns:
 * point, the swept parameters, replication, record, time, then product, seller or
 * another dimension where a chosen variable has it, then one column for each chosen
 * variable. A row belongs to one unit: a product, a seller or the whole market; the
 * columns of variables of other units are empty in it. Outcomes (one value a run) have no
 * record, benchmarks no replication.
 *
 * Only runs that are done are written, and records up to a run's end. Runs are read one
 * at a time, so that memory does not grow with the file.
 */
#ifndef BT_ANALYSIS_EXPORT_H
#define BT_ANALYSIS_EXPORT_H

#include <stddef.h>
#include <stdio.h>

#include "analysis/results.h"

enum { BT_MAX_EXPORTED = 64 };

typedef struct bt_export_setting {
    const char *name[BT_MAX_EXPORTED]; /* variables; none: all series over time */
    size_t n_names;
    size_t point; /* SIZE_MAX: all */
} bt_export_setting;

/* BT_BAD_USAGE for a name that the file does not have (says which there are), BT_IO when
 * `stream` cannot be written (`stream_name` is for the message). */
bt_status bt_export_csv(const bt_results *results, const bt_export_setting *setting,
                        FILE *stream, const char *stream_name, size_t *n_rows, bt_error *error);

#endif
