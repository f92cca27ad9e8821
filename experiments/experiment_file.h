/*
 * An experiment file as the verbs read it: parsed, with `--set` applied, mistakes printed.
 */
#ifndef BT_EXPERIMENTS_EXPERIMENT_FILE_H
#define BT_EXPERIMENTS_EXPERIMENT_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "experiments/document.h"
#include "sim/status.h"

/* Read `path` and apply overrides "path=value" in order. BT_BAD_INPUT: the mistakes are in
 * `diagnostics`; BT_BAD_USAGE for an override without "="; BT_NO_INPUT, BT_IO. */
bt_status bt_experiment_file_read(const char *path, const char *const *overrides,
                                  size_t n_overrides, bt_document **document,
                                  bt_diagnostics *diagnostics, bt_error *error);

/* Print all mistakes, then how many there are. Where there are none, nothing. */
void bt_diagnostics_print(const bt_diagnostics *diagnostics, FILE *out);

#endif
