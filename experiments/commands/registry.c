/*
 * All verbs, in the order of `bertrand --help`. A new verb is one file that defines
 * `const bt_command bt_verb_NAME` and one line here.
 */
#include "experiments/commands/command.h"

/* clang-format off */
#define BT_COMMAND_LIST(X)                                                                     \
    X(new)                                                                                     \
    X(check)                                                                                   \
    X(run)                                                                                     \
    X(plan)                                                                                    \
    X(status)                                                                                  \
    X(analyze)                                                                                 \
    X(plot)                                                                                    \
    X(export)                                                                                  \
    X(import)                                                                                  \
    X(train)                                                                                   \
    X(evaluate)                                                                                \
    X(equilibrium)                                                                             \
    X(describe)                                                                                \
    X(schema)                                                                                  \
    X(help)
/* clang-format on */

#define BT_DECLARE_COMMAND(name) extern const bt_command bt_verb_##name;
BT_COMMAND_LIST(BT_DECLARE_COMMAND)
#undef BT_DECLARE_COMMAND

const bt_command *const bt_commands[] = {
#define BT_LIST_COMMAND(name) &bt_verb_##name,
    BT_COMMAND_LIST(BT_LIST_COMMAND)
#undef BT_LIST_COMMAND
};

const size_t bt_n_commands = sizeof(bt_commands) / sizeof(bt_commands[0]);
