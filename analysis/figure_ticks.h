/*
 * Where an axis ends, where its ticks stand and what they say.
 *
 * Linear axes step by 1, 2, 2.5 or 5 times a power of ten; large and small numbers are
 * divided by a power of a thousand that the axis label names ("period (thousands)",
 * "exploration_decay (×10⁻⁶)"). Log axes label decades, and 2 and 5 between them where
 * decades are few. A minus sign is U+2212, exponents are Unicode superscripts.
 */
#ifndef BT_ANALYSIS_FIGURE_TICKS_H
#define BT_ANALYSIS_FIGURE_TICKS_H

#include "analysis/figure.h"

enum { BT_MAX_TICKS = 96, BT_TICK_LABEL_LENGTH = 40, BT_AXIS_LABEL_LENGTH = 256 };

typedef struct bt_tick {
    double position;                  /* in data units */
    char label[BT_TICK_LABEL_LENGTH]; /* "" for minor ticks */
} bt_tick;

typedef struct bt_ticks {
    double minimum; /* the axis from end to end, in data units */
    double maximum;
    bool is_log;
    double unit;  /* labels are in this power of ten, which the axis label names */
    int decimals; /* of the labels */
    size_t n;
    bt_tick tick[BT_MAX_TICKS];
    char label[BT_AXIS_LABEL_LENGTH]; /* of the axis, with the power of ten */
} bt_ticks;

/* Ticks for data from `low` to `high`, about `wanted` labelled ones. `margin` is the share
 * of the range that is left free at both ends. */
bt_ticks bt_ticks_for(const bt_figure_axis *axis, double low, double high, double margin,
                      size_t wanted);

/* Ticks for the columns or rows of a heat map, or for words: position i is the i-th value
 * or, where the axis has them, the i-th word (`value` may then be NULL); at most `most`
 * are labelled. */
bt_ticks bt_ticks_for_cells(const bt_figure_axis *axis, const double *value, size_t count,
                            size_t most);

/* Where a value stands between the axis's ends: 0 at the minimum, 1 at the maximum. */
double bt_axis_share(const bt_ticks *ticks, double value);

/* A value in the units of a linear axis's labels, one decimal finer than they are. */
void bt_format_between_ticks(char *text, size_t size, double value, const bt_ticks *ticks);

/* A number for readers: `digits` significant ones, with a real minus sign. */
void bt_format_number(char *text, size_t size, double value, int digits);

#endif
