/*
 * Which parameter a path means: its table's entry, with unit and meaning.
 */
#ifndef BT_EXPERIMENTS_PARAMETER_PATH_H
#define BT_EXPERIMENTS_PARAMETER_PATH_H

#include "sim/parameter.h"

/* Follow a path such as `sellers[*].learning_rate` through a table and its bound
 * parameters; of a list's elements the first that has the parameter speaks for all. NULL
 * where the path leads to no single parameter. */
const bt_parameter *bt_parameter_at_path(const bt_parameter_table *table,
                                         const void *parameters, const char *path);

#endif
