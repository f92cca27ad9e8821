/* bertrand help [VERB] */
#include "experiments/commands/command_line.h"

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    (void)command;
    if (arguments->n_positional == 0) {
        bt_command_line_overview(stdout);
        return BT_OK;
    }
    const bt_command *explained;
    bt_status status = bt_command_find(arguments->positional[0], &explained, error);
    if (status == BT_OK)
        bt_command_help(explained, stdout);
    return status;
}

const bt_command bt_verb_help = {
    .name = "help",
    .synopsis = "help [VERB]",
    .summary = "List the verbs, or explain one",
    .max_positional = 1,
    .run = run,
};
