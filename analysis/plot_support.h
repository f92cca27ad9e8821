/*
 * What the figures of analysis/plot_*.c share. Internal to them.
 */
#ifndef BT_ANALYSIS_PLOT_SUPPORT_H
#define BT_ANALYSIS_PLOT_SUPPORT_H

#include <stdbool.h>

#include "analysis/plots.h"

/* A new figure in the list, titled "what: experiment"; NULL (and BT_INTERNAL in `error`)
 * when there is no room. */
bt_figure *bt_new_figure(bt_figure_list *figures, const bt_results *results, const char *name,
                         const char *what, size_t n_columns, bt_error *error);

/* Note why something is not shown. */
void bt_remark(bt_figure_list *figures, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "price (EUR)", or the name alone where the unit is "1" or in the name. */
void bt_label_with_units(char *text, size_t size, const char *name, const char *units);

/* "5–95 % of 40 replications" or "95 % confidence interval". */
void bt_band_label(char *text, size_t size, const bt_plot_setting *setting, size_t n_runs);

/* Mean line and band of a trajectory; labels may be NULL. The band needs two runs. */
void bt_add_trajectory(bt_figure *figure, size_t panel, const bt_trajectory *trajectory,
                       bt_colour colour, const char *label, const char *band_label);

/* Drop panels with nothing to show, give the rest the same axes where asked for; a figure
 * without panels leaves the list with a remark. It is the list's last one. */
typedef enum bt_shared_axes { BT_SHARE_NONE, BT_SHARE_Y, BT_SHARE_BOTH } bt_shared_axes;
void bt_finish_figure(bt_figure_list *figures, bt_shared_axes shared);

/* Up to `most` of `count` indices, spread evenly from the first to the last: index
 * [most]; returns how many. */
size_t bt_spread_indices(size_t count, size_t most, size_t *index);

#endif
