#include "markets/equilibrium/regret.h"

#include <math.h>

static double gain(const double *profit, size_t n_actions, size_t played, size_t other)
{
    return profit[played * n_actions + other] - profit[played * n_actions + played];
}

double bt_external_regret_of(const double *profit, size_t n_actions)
{
    double largest = -INFINITY;
    for (size_t other = 0; other < n_actions; other++) {
        double sum = 0;
        for (size_t played = 0; played < n_actions; played++)
            sum += gain(profit, n_actions, played, other);
        largest = fmax(largest, sum);
    }
    return largest;
}

double bt_swap_regret_of(const double *profit, size_t n_actions)
{
    double sum = 0;
    for (size_t played = 0; played < n_actions; played++) {
        double largest = 0;
        for (size_t other = 0; other < n_actions; other++)
            largest = fmax(largest, gain(profit, n_actions, played, other));
        sum += largest;
    }
    return sum;
}
