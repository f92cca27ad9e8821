/*
 * The command line of `bertrand`: verbs and options from the tables of command.h.
 *
 * A verb's option table gives its getopt_long options and its `--help`; every verb
 * also takes --help. The exit status is the numeric value of the bt_status.
 */
#ifndef BT_EXPERIMENTS_COMMAND_LINE_H
#define BT_EXPERIMENTS_COMMAND_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "experiments/commands/command.h"
#include "sim/arena.h"
#include "sim/status.h"

/* Do what a whole command line asks for: find the verb, parse its options, run it. On
 * failure `error` holds the sentence that main prints (none where the verb has already
 * said everything). */
bt_status bt_command_line_run(int argc, char **argv, bt_error *error);

/* Parse what follows the verb: argv[0] is the verb itself. `arguments` is owned by
 * `arena`; its texts are those of argv. *help: --help was among them. BT_BAD_USAGE for
 * unknown options, missing or superfluous values and a wrong number of files. */
bt_status bt_arguments_parse(const bt_command *command, int argc, char **argv, bt_arena *arena,
                             bt_arguments *arguments, bool *help, bt_error *error);

/* An option's value as a number within [minimum, maximum]; `value` keeps what it holds
 * where the option was not given. */
bt_status bt_argument_integer(const bt_command *command, const bt_arguments *arguments,
                              const char *option, int64_t minimum, int64_t maximum,
                              int64_t *value, bt_error *error);

/* All values of a repeatable option, in order: returns how many. */
size_t bt_argument_all(const bt_command *command, const bt_arguments *arguments,
                       const char *option, const char *const **values);

/* Write the overview of all verbs, or one verb's help. */
void bt_command_line_overview(FILE *out);
void bt_command_help(const bt_command *command, FILE *out);

/* The verb of this name; BT_BAD_USAGE with a suggestion when there is none. */
bt_status bt_command_find(const char *name, const bt_command **command, bt_error *error);

/* May `out` be coloured: a terminal, not a dumb one, and NO_COLOR is not set (no-color.org). */
bool bt_may_colour(FILE *out);

#endif
