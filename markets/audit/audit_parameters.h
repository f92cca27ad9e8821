/* What a market's `audit:` block says: the window, and when what is seen is called what. */
#ifndef BT_MARKETS_AUDIT_PARAMETERS_H
#define BT_MARKETS_AUDIT_PARAMETERS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/parameter.h"

typedef struct bt_audit_parameters {
    double window;
    bool swap_regret;
    int64_t largest_game;
    double regret_tolerance;
    double delta_tolerance;
    double trend_tolerance;
    double punishment_tolerance;
    int64_t response_periods;
    double response_discount;
    bool has_response_discount;
} bt_audit_parameters;

extern const bt_parameter_table bt_audit_parameter_table;

#endif
