/*
 * The JSON Schema (draft 2020-12) of experiment files, for editors: from the same tables
 * that parse them.
 */
#ifndef BT_EXPERIMENTS_SCHEMA_H
#define BT_EXPERIMENTS_SCHEMA_H

#include <stdio.h>

#include "sim/status.h"

bt_status bt_write_schema(FILE *out, bt_error *error);

#endif
