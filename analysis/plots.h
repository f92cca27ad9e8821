/*
 * The figures that show a result file: paths over time against their benchmarks, sweeps,
 * convergence on log-log axes, impulse responses.
 *
 * Each function adds figures to a list, or none with a remark when the file does not hold
 * what the figure needs; only failures to read are errors.
 */
#ifndef BT_ANALYSIS_PLOTS_H
#define BT_ANALYSIS_PLOTS_H

#include <stddef.h>

#include "analysis/figure.h"
#include "analysis/results.h"
#include "analysis/statistics.h"
#include "analysis/summary.h"
#include "analysis/trajectory.h"

enum { BT_MAX_FIGURES = 64, BT_REMARK_LENGTH = 256 };

typedef struct bt_figure_list {
    bt_figure *figure[BT_MAX_FIGURES];
    size_t n;
    char remark[BT_MAX_FIGURES][BT_REMARK_LENGTH]; /* why something is not shown */
    size_t n_remarks;
} bt_figure_list;

void bt_figure_list_clear(bt_figure_list *figures); /* destroys them */

typedef struct bt_plot_setting {
    bt_analysis_setting analysis;
    bt_band_kind band;
    size_t point;         /* BT_ALL_POINTS: all, or a choice of them */
    const char *variable; /* trajectories: a series; sweeps: a statistic; NULL: the usual */
} bt_plot_setting;

/* One point: price by product and profit by seller against Bertrand-Nash, joint profit
 * and first best, and surplus. Several points: prices, one panel per point. With
 * `variable`: that series alone. BT_BAD_USAGE when there is no such series. */
bt_status bt_plot_trajectories(const bt_results *results, const bt_plot_setting *setting,
                               bt_figure_list *figures, bt_error *error);

/* One swept parameter: lines with intervals; two on a full grid: heat maps; else points
 * against each parameter. BT_BAD_USAGE when `variable` is no statistic. */
bt_status bt_plot_sweep(const bt_results *results, const bt_plot_setting *setting,
                        bt_figure_list *figures, bt_error *error);

/* Distance to Nash and exploitability over time on log-log axes, with fitted slopes; for
 * several points one line each. */
bt_status bt_plot_convergence(const bt_results *results, const bt_plot_setting *setting,
                              bt_figure_list *figures, bt_error *error);

/* Prices after a seller's forced deviation from limit play, mean over runs, a panel per
 * point (up to nine). */
bt_status bt_plot_responses(const bt_results *results, const bt_plot_setting *setting,
                            bt_figure_list *figures, bt_error *error);

/* Outcomes by seller along a grid (turns, shares of the window, of the list price), a figure
 * a grid; of one point. */
bt_status bt_plot_profiles(const bt_results *results, const bt_plot_setting *setting,
                           bt_figure_list *figures, bt_error *error);

#endif
