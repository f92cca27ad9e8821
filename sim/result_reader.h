/*
 * The reader's inside: what was found when a result file was opened. Internal to the
 * result file; result_open.c checks and fills it, result_reader.c answers from it.
 */
#ifndef BT_SIM_RESULT_READER_H
#define BT_SIM_RESULT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <hdf5.h>

#include "sim/arena.h"
#include "sim/result_file.h"

typedef struct read_variable {
    bt_result_variable description;
    hid_t dataset;
    bool is_scale;
    bool is_dimension_only;
    int rank; /* of the data set, with the text dimension */
    hsize_t length[BT_RESULT_MAX_RANK + 1];
    size_t elements;
} read_variable;

/* A dimension as the file numbers it. */
typedef struct read_dimension {
    const read_variable *scale;
    bool is_text;
    uint32_t index; /* among those that the schema lists */
} read_dimension;

struct bt_result_reader {
    bt_arena *arena;
    const char *path;
    hid_t file;
    uint64_t file_length;
    read_variable *dataset; /* all data sets, in the order of creation */
    size_t n_datasets;
    read_dimension *numbered;
    size_t n_numbered;
    bt_result_dimension *dimension;
    size_t n_dimensions;
    read_variable **variable;
    size_t n_variables;
    bt_result_attribute *attribute;
    size_t n_attributes;
};

#endif
