/*
 * Options that analyze, plot and export share.
 */
#ifndef BT_EXPERIMENTS_COMMANDS_ANALYSIS_OPTIONS_H
#define BT_EXPERIMENTS_COMMANDS_ANALYSIS_OPTIONS_H

#include <stddef.h>

#include "analysis/results.h"
#include "analysis/statistics.h"
#include "experiments/commands/command.h"

#define BT_OPTION_WINDOW                                                                       \
    {                                                                                          \
        .name = "window", .argument = "SHARE",                                                 \
        .meaning =                                                                             \
            "share of the records that counts as final (default 0.1; given: for all runs, "    \
            "also those that ended in a limit cycle)"                                          \
    }
#define BT_OPTION_CONFIDENCE                                                                   \
    {                                                                                          \
        .name = "confidence", .argument = "LEVEL",                                             \
        .meaning = "level of the intervals (default 0.95)"                                     \
    }
#define BT_OPTION_EPSILON                                                                      \
    {                                                                                          \
        .name = "epsilon", .argument = "E,...",                                                \
        .meaning = "relative distances to Nash to stay within (default 0.01,0.05)",            \
        .repeatable = true                                                                     \
    }
#define BT_OPTION_FIT_FROM                                                                     \
    {                                                                                          \
        .name = "fit-from", .argument = "TIME",                                                \
        .meaning =                                                                             \
            "time from which rates of convergence are fitted (default: the middle of the "     \
            "time axis on a log scale)"                                                        \
    }
#define BT_OPTION_POINT                                                                        \
    {                                                                                          \
        .name = "point", .argument = "N", .meaning = "this point of the sweep only (from 0)"   \
    }

#define BT_OPTION_WHERE                                                                        \
    {                                                                                          \
        .name = "where", .argument = "CONDITION",                                              \
        .meaning =                                                                             \
            "these points only: a condition on swept parameters, as in a sweep's `where:`"     \
    }

/* Which of them a verb has is seen from its table. */
bt_status bt_read_analysis_setting(const bt_command *command, const bt_arguments *arguments,
                                   bt_analysis_setting *setting, bt_error *error);

/* The point whose number in the file the option gives, SIZE_MAX where it was not given;
 * BT_BAD_USAGE for one that the file does not have, or that was not selected. */
bt_status bt_read_point(const bt_command *command, const bt_arguments *arguments,
                        const char *option, const bt_results *results, size_t *point,
                        bt_error *error);

/* Open the result file that the verb was given, with the points that --where selects; says on
 * stderr when it is unfinished. BT_BAD_USAGE for a condition that is wrong or selects none. */
bt_status bt_open_results(const bt_command *command, const bt_arguments *arguments,
                          bt_results **results, bt_error *error);

/* Split the values of a repeatable option at commas into words, which are owned by
 * `arena`: word [*count]. */
bt_status bt_read_words(const bt_command *command, const bt_arguments *arguments,
                        const char *option, bt_arena *arena, const char **word, size_t most,
                        size_t *count, bt_error *error);

#endif
