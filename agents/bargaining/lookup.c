#include "agents/bargaining/lookup.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

/* ---- curves ---- */

static bool ascends(const double *value, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!(value[i] > value[i - 1]))
            return false;
    return true;
}

static bool never_falls(const double *value, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!(value[i] >= value[i - 1]))
            return false;
    return true;
}

bt_status bt_curve_make(const char *name, const bt_real_list *at, const bt_real_list *value,
                        bt_curve *curve, bt_error *error)
{
    if (at->count == 0 || at->count != value->count)
        return bt_fail(error, BT_BAD_INPUT, "%s: %zu points have %zu values", name, at->count,
                       value->count);
    if (!ascends(at->value, at->count))
        return bt_fail(error, BT_BAD_INPUT, "%s: its points must ascend", name);
    *curve = (bt_curve){.at = at->value, .value = value->value, .count = at->count};
    return BT_OK;
}

double bt_curve_at(const bt_curve *curve, double x)
{
    size_t last = curve->count - 1, i = 0;
    if (x <= curve->at[0])
        return curve->value[0];
    if (x >= curve->at[last])
        return curve->value[last];
    while (x > curve->at[i + 1])
        i++;
    double share = (x - curve->at[i]) / (curve->at[i + 1] - curve->at[i]);
    return curve->value[i] + share * (curve->value[i + 1] - curve->value[i]);
}

double bt_dotted_curve_at(const bt_dotted_curve *dotted, double x)
{
    for (size_t i = 0; i < dotted->dots.count; i++)
        if (fabs(x - dotted->dots.at[i]) < 0.005)
            return dotted->dots.value[i];
    return bt_curve_at(&dotted->curve, x);
}

/* ---- concessions ---- */

bt_status bt_concession_table_make(const char *name, const bt_real_list *thousandths,
                                   bt_concession_table *table, bt_error *error)
{
    const double *f = thousandths->value;
    if (thousandths->count != BT_HUNDREDTHS)
        return bt_fail(
            error, BT_BAD_INPUT,
            "%s: a distribution of concessions has %d values, at 0, 0.01, ..., 1, not "
            "%zu",
            name, BT_HUNDREDTHS, thousandths->count);
    double mass = f[BT_HUNDREDTHS - 2] - f[0];
    if (!never_falls(f, BT_HUNDREDTHS) || !(mass > 0))
        return bt_fail(error, BT_BAD_INPUT,
                       "%s: a distribution function never falls, and rises between 0 and 1",
                       name);
    size_t next = 0;
    for (size_t i = 0; i < BT_HUNDREDTHS; i++) {
        table->cumulative[i] = fmin(1, (f[i] - f[0]) / mass);
        table->probit[i] = gsl_cdf_ugaussian_Pinv(table->cumulative[i]);
    }
    for (size_t g = 0; g < BT_GUIDE; g++) {
        while (table->cumulative[next] <= (double)g / BT_GUIDE)
            next++;
        table->guide[g] = (uint8_t)next;
    }
    return BT_OK;
}

double bt_concession_draw(const bt_concession_table *table, bt_stream *stream)
{
    double rank = bt_stream_uniform(stream);
    size_t i = table->guide[(size_t)(rank * BT_GUIDE)];
    while (table->cumulative[i] <= rank)
        i++;
    return 0.01 * (double)i;
}

double bt_concession_draw_shifted(const bt_concession_table *table, double shift,
                                  bt_stream *stream)
{
    double rank = bt_stream_normal(stream) + shift;
    size_t low = 0, high = BT_HUNDREDTHS - 2; /* probit[low] <= rank < probit[high] */
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (table->probit[middle] <= rank)
            low = middle;
        else
            high = middle;
    }
    return 0.01 * (double)high;
}

/* ---- times ---- */

bt_status bt_time_table_make(const char *name, const bt_real_list *hours,
                             const bt_real_list *cumulative, bt_time_table *table,
                             bt_error *error)
{
    size_t count = hours->count;
    if (count == 0 || count != cumulative->count || count >= BT_MOST_KNOTS)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s: a distribution of times has as many values as hours, at most %d",
                       name, BT_MOST_KNOTS - 1);
    double total = cumulative->value[count - 1];
    if (!(hours->value[0] > 0) || !ascends(hours->value, count) ||
        !never_falls(cumulative->value, count) || !(cumulative->value[0] > 0))
        return bt_fail(error, BT_BAD_INPUT,
                       "%s: hours ascend from above 0, and their distribution never falls",
                       name);
    table->count = count + 1;
    table->seconds[0] = table->cumulative[0] = 0;
    for (size_t i = 0; i < count; i++) {
        table->seconds[i + 1] = 3600 * hours->value[i];
        table->cumulative[i + 1] = cumulative->value[i] / total;
    }
    return BT_OK;
}

static double interpolate(const double *from, const double *to, size_t last, double x)
{
    size_t i = 0;
    while (i + 1 < last && x > from[i + 1])
        i++;
    double width = from[i + 1] - from[i];
    double share = width > 0 ? (x - from[i]) / width : 1;
    return to[i] + share * (to[i + 1] - to[i]);
}

double bt_time_draw_below(const bt_time_table *table, double limit, bt_stream *stream)
{
    size_t last = table->count - 1;
    double rank = bt_stream_uniform(stream);
    if (limit < table->seconds[last])
        rank *= interpolate(table->seconds, table->cumulative, last, limit);
    return interpolate(table->cumulative, table->seconds, last, rank);
}
