/*
 * Where everything of a result file stands: the schema checked, completed by what every
 * file has (status, checksum, fingerprint), and laid out as an HDF5 file.
 *
 * Internal to the result file. bt_result_layout_create checks a schema and computes
 * sizes; bt_result_layout_build writes the whole structure through HDF5 and notes at
 * which byte each variable's data begin. From then on data are written with pwrite:
 * every data set is contiguous, little endian and allocated, and HDF5 is not entered
 * again, so no metadata can be half-written.
 */
#ifndef BT_SIM_RESULT_LAYOUT_H
#define BT_SIM_RESULT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/arena.h"
#include "sim/result_file.h"
#include "sim/status.h"

/* The variables that the writer adds, first in every file, one int64 a run. */
enum { BT_STORED_STATUS, BT_STORED_CHECKSUM, BT_STORED_FINGERPRINT, BT_STORED_OWN };

/* Names of the dimension of a text's bytes: text_N. */
#define BT_TEXT_DIMENSION "text_"

#define BT_RESULT_FORMAT_ATTRIBUTE "bertrand_result_format"
#define BT_RESULT_FORMAT "1"

/* What a run's slice holds while it has no data. */
typedef enum bt_fill { BT_FILL_ZERO, BT_FILL_MINUS_ONE, BT_FILL_NAN, BT_FILLS } bt_fill;

typedef struct bt_stored_variable {
    const bt_result_variable *description;
    bt_fill fill;
    size_t slice_size; /* bytes of one run, or of all data when not per_run */
    size_t size;       /* bytes of all data */
    uint64_t offset;   /* in the file; known once built */
} bt_stored_variable;

typedef struct bt_result_layout {
    bt_arena *arena;
    const bt_result_schema *schema;
    size_t n_points;
    size_t n_replications;
    bt_stored_variable *variable; /* the own ones, then the schema's in order */
    size_t n_variables;
    size_t *text_length; /* distinct lengths, in order of first use */
    size_t n_text_lengths;
    bt_result_attribute *attribute; /* the own ones, then the schema's in order */
    size_t n_attributes;
    size_t data_size; /* bytes of all variables */
} bt_result_layout;

/* Check and complete a schema, which must outlive the layout. BT_BAD_INPUT says what is
 * wrong with it (a length of 0, a doubled name, too many bytes). */
bt_status bt_result_layout_create(const bt_result_schema *schema, bt_result_layout **layout,
                                  bt_error *error);
void bt_result_layout_destroy(bt_result_layout *layout);

/* Write the structure (no data) to a file, which is created or emptied, and fill in the
 * offsets. */
bt_status bt_result_layout_build(bt_result_layout *layout, const char *path, bt_error *error);

/* Whether the name is that of a dimension of text bytes. */
bool bt_result_is_text_dimension(const char *name);

/* Bytes of an element. */
size_t bt_result_element_size(const bt_result_variable *variable);

#endif
