/* bertrand schema */
#include <stdio.h>

#include "experiments/commands/command.h"
#include "experiments/pages/schema.h"

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    (void)command;
    (void)arguments;
    return bt_write_schema(stdout, error);
}

const bt_command bt_verb_schema = {
    .name = "schema",
    .synopsis = "schema",
    .summary = "Print the JSON Schema of experiment files, for editors",
    .run = run,
};
