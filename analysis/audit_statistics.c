#include "analysis/audit_statistics.h"

#include <math.h>

#include "analysis/convergence.h"

typedef enum reduction { MEAN_OF_SELLERS, LARGEST_OF_SELLERS, IS_CODE } reduction;

typedef struct audit_source {
    const char *variable;
    bool is_benchmark;
    bool per_nash_profit; /* divide by the mean Nash profit */
    reduction reduction;
    double code;
} audit_source;

/* In the order of the statistics from BT_STATISTIC_AUDIT_DELTA on; codes as in
 * bt_audit_verdict (markets/audit/audit_verdict.h). */
static const audit_source sources[] = {
    {"audit_delta", false, false, MEAN_OF_SELLERS, 0},
    {"audit_relative_regret", false, false, MEAN_OF_SELLERS, 0},
    {"audit_least_regret", false, true, MEAN_OF_SELLERS, 0},
    {"audit_certificate", false, false, MEAN_OF_SELLERS, 0},
    {"audit_swap_regret", false, true, LARGEST_OF_SELLERS, 0},
    {"grid_nash_delta_lowest", true, false, MEAN_OF_SELLERS, 0},
    {"grid_nash_delta_highest", true, false, MEAN_OF_SELLERS, 0},
    {"grid_correlated_delta_lowest", true, false, MEAN_OF_SELLERS, 0},
    {"grid_correlated_delta_highest", true, false, MEAN_OF_SELLERS, 0},
    {"grid_coarse_delta_lowest", true, false, MEAN_OF_SELLERS, 0},
    {"grid_coarse_delta_highest", true, false, MEAN_OF_SELLERS, 0},
    {"deviation_gain", false, false, MEAN_OF_SELLERS, 0},
    {"deviation_punishment", false, false, MEAN_OF_SELLERS, 0},
    {"audit_verdict", false, false, IS_CODE, 0},
    {"audit_verdict", false, false, IS_CODE, 1},
    {"audit_verdict", false, false, IS_CODE, 2},
    {"audit_verdict", false, false, IS_CODE, 3},
};

_Static_assert(sizeof(sources) / sizeof(sources[0]) ==
                   BT_STATISTIC_COLLUSION - BT_STATISTIC_AUDIT_DELTA + 1,
               "one row for each statistic of the audit");

static const audit_source *source_of(size_t statistic)
{
    return &sources[statistic - BT_STATISTIC_AUDIT_DELTA];
}

bt_found bt_find_audit_source(const bt_results *results, size_t statistic)
{
    const audit_source *source = source_of(statistic);
    bt_found found = source->is_benchmark ? bt_find_benchmark(results, source->variable)
                                          : bt_find_outcome(results, source->variable);
    if (found.axis != BT_PER_MARKET && found.axis != BT_PER_SELLER)
        found.variable = NULL;
    return found;
}

static double largest(const double *value, size_t count)
{
    double most = NAN;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, value[i]);
    return most;
}

static double reduce(const audit_source *source, const double *value, size_t count)
{
    switch (source->reduction) {
    case MEAN_OF_SELLERS:
        return bt_mean_of_numbers(value, count, 1);
    case LARGEST_OF_SELLERS:
        return largest(value, count);
    case IS_CODE:
        return isnan(value[0]) ? NAN : (double)(value[0] == source->code);
    }
    return NAN;
}

bt_status bt_measure_audit(const bt_results *results, size_t statistic, size_t point,
                           size_t replication, double nash_profit, double *room, double *value,
                           bt_error *error)
{
    const audit_source *source = source_of(statistic);
    bt_found found = bt_find_audit_source(results, statistic);
    *value = NAN;
    if (found.variable == NULL)
        return BT_OK;
    bt_status status = source->is_benchmark
                           ? bt_read_benchmark(results, &found, point, room, error)
                           : bt_read_outcome(results, &found, point, replication, room, error);
    if (status == BT_OK)
        *value = reduce(source, room, found.axis_length) /
                 (source->per_nash_profit ? nash_profit : 1);
    return status;
}
