/*
 * The `bertrand` command's verbs and their options, as tables.
 *
 * One file per verb in experiments/commands/; a verb is one bt_command with its option
 * table, from which come parsing and `--help`.
 */
#ifndef BT_EXPERIMENTS_COMMAND_H
#define BT_EXPERIMENTS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/status.h"

typedef struct bt_command_option {
    const char *name;     /* "threads": --threads */
    char letter;          /* 'j': -j; 0: none */
    const char *argument; /* "N"; NULL: a flag */
    const char *meaning;  /* one line */
    bool repeatable;      /* --set may come many times */
} bt_command_option;

/* A parsed command line. */
typedef struct bt_arguments {
    size_t n_positional;
    const char **positional;
    /* per option of the table: how often it was given, and its values */
    const size_t *n_given;
    const char *const *const *value;
} bt_arguments;

typedef struct bt_command {
    const char *name;
    const char *synopsis; /* "run EXPERIMENT.yaml [options]" */
    const char *summary;  /* one sentence */
    const bt_command_option *options;
    size_t n_options;
    size_t min_positional;
    size_t max_positional;
    /* Does the work; prints results on stdout. On failure fills `error`, which main
     * prints on stderr. */
    bt_status (*run)(const struct bt_command *command, const bt_arguments *arguments,
                     bt_error *error);
} bt_command;

/* The value of an option by name (the last one given), or NULL. */
const char *bt_argument(const bt_command *command, const bt_arguments *arguments,
                        const char *option);
bool bt_argument_given(const bt_command *command, const bt_arguments *arguments,
                       const char *option);

/* All verbs, in the order of `bertrand --help`: experiments/commands/registry.c. */
extern const bt_command *const bt_commands[];
extern const size_t bt_n_commands;

#endif
