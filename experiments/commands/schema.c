/* bertrand schema */
#include <stdio.h>

#include "experiments/command.h"
#include "experiments/schema.h"

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
