#include "markets/audit/audit_parameters.h"

static const bt_parameter audit_parameters[] = {
    {.name = "window",
     .type = BT_REAL,
     .offset = offsetof(bt_audit_parameters, window),
     .unit = "1",
     .default_text = "0.5",
     .range = {.minimum = 0, .maximum = 1, .above_minimum = true, .bounded = true},
     .meaning = "share of the run, at its end, over which all figures of the audit are taken"},
    {.name = "swap_regret",
     .type = BT_BOOLEAN,
     .offset = offsetof(bt_audit_parameters, swap_regret),
     .default_text = "false",
     .meaning = "whether swap regret is reported too"},
    {.name = "largest_game",
     .type = BT_INTEGER,
     .offset = offsetof(bt_audit_parameters, largest_game),
     .unit = "joint actions",
     .default_text = "65536",
     .range = BT_BETWEEN(0, 2097152),
     .meaning = "games up to this size get their correlated-equilibrium bands and their regret "
                "frontier; beyond, these are missing"},
};
const bt_parameter_table bt_audit_parameter_table =
    BT_TABLE_OF(bt_audit_parameters, audit_parameters);
