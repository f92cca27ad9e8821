/*
 * A part of a result file's points, as if the sweep had no others.
 */
#ifndef BT_ANALYSIS_RESULTS_SELECTION_H
#define BT_ANALYSIS_RESULTS_SELECTION_H

#include "analysis/results.h"

/* Keep the points for which keep [point] is true, at least one; they are numbered anew in
 * `results` (bt_point_number tells their numbers in the file), and parameters that no longer
 * vary are not swept. To be called once, before anything is read from the results. Fails only
 * when memory is out. */
bt_status bt_results_keep(bt_results *results, const bool *keep, bt_error *error);

#endif
