/*
 * Why a result cannot be resumed, in one sentence. Internal to the result file.
 */
#ifndef BT_SIM_RESULT_COMPARE_H
#define BT_SIM_RESULT_COMPARE_H

#include "sim/result_layout.h"

/* For a file that is not what `layout` would build: BT_BAD_INPUT with the first
 * dimension, variable, attribute or constant that differs, or BT_IO when it is damaged. */
bt_status bt_result_explain_difference(const bt_result_layout *layout, const char *path,
                                       bt_error *error);

#endif
