/*
 * What the verbs that take an experiment file have in common: it is parsed, `--set` is
 * applied, mistakes are printed, and the result file is named after it.
 */
#ifndef BT_EXPERIMENTS_EXPERIMENT_FILE_H
#define BT_EXPERIMENTS_EXPERIMENT_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "experiments/commands/command.h"
#include "experiments/document/document.h"
#include "sim/status.h"

/* Read `path` and apply overrides "path=value" in order. BT_BAD_INPUT: the mistakes are in
 * `diagnostics`; BT_BAD_USAGE for an override without "="; BT_NO_INPUT, BT_IO. */
bt_status bt_experiment_file_read(const char *path, const char *const *overrides,
                                  size_t n_overrides, bt_document **document,
                                  bt_diagnostics *diagnostics, bt_error *error);

/* Apply overrides to a document that is read already. BT_BAD_INPUT, BT_BAD_USAGE as above. */
bt_status bt_experiment_overrides_apply(bt_document *document, const char *const *overrides,
                                        size_t n_overrides, bt_diagnostics *diagnostics,
                                        bt_error *error);

/* Print all mistakes, then how many there are. Where there are none, nothing. On a terminal
 * places and carets are coloured, unless NO_COLOR is set. */
void bt_diagnostics_print(const bt_diagnostics *diagnostics, FILE *out);

/* Read the first positional argument with the verb's --set options applied. `overrides`:
 * these options, one a line, as a text to free. Failures as in bt_experiment_file_read. */
bt_status bt_verb_read_experiment(const bt_command *command, const bt_arguments *arguments,
                                  bt_document **document, char **overrides,
                                  bt_diagnostics *diagnostics, bt_error *error);

/* The result file: --output, or the experiment's name (of the file if that is no plain file
 * name) with `ending`, in the working folder. To be freed. */
bt_status bt_verb_output(const bt_command *command, const bt_arguments *arguments,
                         const bt_document *document, const char *ending, char **output,
                         bt_error *error);

/* Three texts in a row, to be freed; NULL when memory is out. */
char *bt_text_join(const char *first, const char *second, const char *third);

#endif
