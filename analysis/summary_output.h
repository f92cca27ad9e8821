/*
 * A summary as aligned text, CSV or JSON.
 *
 * Text: one table for a single point; for several, one row per point, with the verdict on
 * each and differences where they were asked for.
 *
 * CSV, tidy: one row per point and statistic (then per product and seller), with the
 * columns point, the swept parameters, statistic, product, seller, units, mean, ci_low,
 * ci_high, standard_error, n, and difference, difference_ci_low, difference_ci_high,
 * difference_n where differences were asked for.
 *
 * JSON: {file, experiment, finished, runs, confidence, window, epsilon, missing, points},
 * where each of `points` is one object {point, parameters, verdict, and for each
 * statistic that the file allows {mean, ci_low, ci_high, n}; products, sellers and
 * differences likewise}.
 */
#ifndef BT_ANALYSIS_SUMMARY_OUTPUT_H
#define BT_ANALYSIS_SUMMARY_OUTPUT_H

#include <stdio.h>

#include "analysis/summary.h"

/* All return BT_IO when the stream cannot be written. */
bt_status bt_write_summary_text(const bt_summary *summary, FILE *stream, bt_error *error);

/* What one point says of its sellers side by side, as tables; nothing where the file has no
 * outcomes along a grid. Text calls it for a single point. */
bt_status bt_write_profiles_text(const bt_summary *summary, size_t point, FILE *stream,
                                 bt_error *error);

bt_status bt_write_summary_csv(const bt_summary *summary, FILE *stream, bt_error *error);
bt_status bt_write_summary_json(const bt_summary *summary, FILE *stream, bt_error *error);

#endif
