/*
 * The largest of some values, for rules that ask at every move.
 */
#ifndef BT_AGENTS_SELLERS_LARGEST_VALUE_H
#define BT_AGENTS_SELLERS_LARGEST_VALUE_H

#include <stddef.h>

/* count >= 1. In four lanes, since the maximum of one is a chain of dependent steps. */
static inline double bt_largest_value(const double *value, size_t count)
{
    double lane[4] = {value[0], value[0], value[0], value[0]};
    size_t k = 1;
    for (; k + 4 <= count; k += 4)
        for (size_t l = 0; l < 4; l++)
            lane[l] = value[k + l] > lane[l] ? value[k + l] : lane[l];
    for (; k < count; k++)
        lane[0] = value[k] > lane[0] ? value[k] : lane[0];
    lane[0] = lane[1] > lane[0] ? lane[1] : lane[0];
    lane[2] = lane[3] > lane[2] ? lane[3] : lane[2];
    return lane[2] > lane[0] ? lane[2] : lane[0];
}

#endif
