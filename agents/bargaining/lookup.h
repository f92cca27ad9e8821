/*
 * Tables that people's bargaining is described by: curves read off at a point, distributions
 * of concessions in hundredths, distributions of times between knots.
 */
#ifndef BT_AGENTS_BARGAINING_LOOKUP_H
#define BT_AGENTS_BARGAINING_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/parameter.h"
#include "sim/random.h"
#include "sim/status.h"

/* ---- a curve, linear between knots and flat beyond ---- */

typedef struct bt_curve {
    const double *at; /* [count] ascending */
    const double *value;
    size_t count;
} bt_curve;

/* BT_BAD_INPUT unless both lists have one length of at least one and `at` ascends. `name`
 * tells which it is. The lists are borrowed. */
bt_status bt_curve_make(const char *name, const bt_real_list *at, const bt_real_list *value,
                        bt_curve *curve, bt_error *error);
double bt_curve_at(const bt_curve *curve, double x);

/* A curve for most points, and values of their own at round ones (0.5, 0.67, 0.75, ...), where
 * people behave otherwise. A point within 0.005 of a round one is round. */
typedef struct bt_dotted_curve {
    bt_curve curve;
    bt_curve dots; /* only its knots count */
} bt_dotted_curve;
double bt_dotted_curve_at(const bt_dotted_curve *dotted, double x);

/* ---- concessions in hundredths ---- */

enum { BT_HUNDREDTHS = 101, BT_GUIDE = 128 };

/* The distribution of a concession given that it lies between 0 and 1. */
typedef struct bt_concession_table {
    double cumulative[BT_HUNDREDTHS]; /* [hundredths] given 0 < c < 1 */
    double probit[BT_HUNDREDTHS];     /* its normal quantile */
    uint8_t guide[BT_GUIDE];          /* where to begin to look */
} bt_concession_table;

/* `thousandths` [101]: the distribution function at 0, 0.01, ..., 1, times 1000; what stands
 * at 0 rejects and the last jump accepts. BT_BAD_INPUT if it is not one. */
bt_status bt_concession_table_make(const char *name, const bt_real_list *thousandths,
                                   bt_concession_table *table, bt_error *error);

/* A concession of 0.01 ... 0.99. Draws consumed: one. */
double bt_concession_draw(const bt_concession_table *table, bt_stream *stream);

/* The same with ranks moved by `shift` probits. Draws consumed: one. */
double bt_concession_draw_shifted(const bt_concession_table *table, double shift,
                                  bt_stream *stream);

/* ---- times ---- */

enum { BT_MOST_KNOTS = 16 };

/* Uniform between knots, of which the first is at 0. */
typedef struct bt_time_table {
    size_t count;
    double seconds[BT_MOST_KNOTS];
    double cumulative[BT_MOST_KNOTS]; /* rises to 1 */
} bt_time_table;

/* Knots in hours and the distribution function there, which is divided by its last value: the
 * distribution given that something happens. BT_BAD_INPUT if it is not one. */
bt_status bt_time_table_make(const char *name, const bt_real_list *hours,
                             const bt_real_list *cumulative, bt_time_table *table,
                             bt_error *error);

/* Seconds given that they are fewer than `limit`. Draws consumed: one. */
double bt_time_draw_below(const bt_time_table *table, double limit, bt_stream *stream);

/* ---- */

static inline double bt_logistic(double x)
{
    return 1 / (1 + __builtin_exp(-x));
}

#endif
