/*
 * The summary of a result file: an interval over replications for each statistic of each
 * point, and differences between points paired by replication.
 *
 * A difference at replication r is the point's value minus the baseline point's value in
 * the same replication; its interval is Student's over these differences. Under common
 * random numbers both runs saw the same draws, and what they share cancels; without them
 * the interval still holds its level, it is only no shorter than that of unpaired runs.
 */
#ifndef BT_ANALYSIS_SUMMARY_H
#define BT_ANALYSIS_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/results.h"
#include "analysis/statistics.h"
#include "sim/steady_state.h"

#define BT_ALL_POINTS SIZE_MAX
#define BT_NO_BASELINE SIZE_MAX

typedef struct bt_point_summary {
    size_t point;
    size_t n_done;
    bt_interval *statistic;           /* [statistic] */
    bt_interval *difference;          /* [statistic] from the baseline; NULL: not asked for */
    bt_interval *price;               /* [product] */
    bt_interval *profit;              /* [seller] */
    bt_interval *delta;               /* [seller] */
    const double *nash_price;         /* [product]; NAN: none */
    const double *joint_profit_price; /* [product] */
    const double *first_best_price;   /* [product] */
    const double *nash_profit;        /* [seller] */
    const double *joint_profit;       /* [seller] */
} bt_point_summary;

/* Read only; owned by its arena. `results` must outlive it. */
typedef struct bt_summary {
    bt_arena *arena;
    const bt_results *results;
    bt_analysis_setting setting;
    bt_statistic_list list;
    size_t baseline; /* BT_NO_BASELINE: no differences */
    bt_point_summary *point;
    size_t n_points;
} bt_summary;

/* Summarize one point or BT_ALL_POINTS. BT_BAD_USAGE when a point does not exist. */
bt_status bt_summarize(const bt_results *results, const bt_analysis_setting *setting,
                       size_t point, size_t baseline, bt_summary **summary, bt_error *error);
void bt_summary_destroy(bt_summary *summary);

/* Is there a number to show for the statistic at any of the points? */
bool bt_summary_shows(const bt_summary *summary, size_t statistic);

#endif
