/*
 * The result file: one HDF5 cube per experiment that is also valid netCDF-4.
 *
 * Each series is variable(point, replication, record[, product|seller|...]); swept
 * parameters are coordinates over `point`; benchmarks and other tables have dimensions
 * of their own. Dimension scales are attached, creation order is tracked, object times
 * are off, the library bound is V18, attributes are fixed-length UTF-8. Equal calls give
 * equal bytes.
 *
 * Crash safety: the whole schema and all constant data are written and flushed first,
 * as PATH.part.new, which becomes PATH.part in one step; every data set is contiguous and
 * allocated, filled once. From then on HDF5 is not entered: a run is written straight to
 * its place in the file (data, fingerprint, checksum, then status), so no kill -9 can
 * harm the structure, and no HDF5 lock keeps other programs from reading a .part that
 * grows. bt_result_resume tells which runs are whole, and the file that results is
 * byte-identical to an uninterrupted one. bt_result_publish renames to PATH.
 *
 * Types in the file: double, int64 and UTF-8 text only. NAN marks "no value" in doubles,
 * -1 in integers that are written run by run (attribute _FillValue). Text is an array of
 * single characters with one more dimension, text_N for N bytes, padded with zero bytes:
 * longer fixed-length HDF5 strings crash the netCDF library, and with it ncdump, xarray
 * and R. For the same reason a text cannot be the coordinate that bears its dimension's
 * name (xarray refuses it): call it product_name(product).
 *
 * In xarray the dimensions that end in text_N disappear and texts are strings where all
 * of them are ASCII constants, else bytes; in R they are strings; h5py and
 * netCDF4-python show the characters.
 *
 * A writer is used by one thread at a time, but runs that differ may be written by
 * several threads at once. HDF5 is entered by create, resume and the reader only.
 */
#ifndef BT_SIM_RESULT_FILE_H
#define BT_SIM_RESULT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

enum { BT_RESULT_MAX_RANK = 5 };

typedef enum bt_result_type {
    BT_RESULT_DOUBLE,
    BT_RESULT_INT64,
    BT_RESULT_TEXT
} bt_result_type;

typedef struct bt_result_dimension {
    const char *name; /* "point", "replication", "record", "product", "seller", "state" */
    size_t length;
    const char *long_name;
} bt_result_dimension;

/* A variable of the cube. Its dimensions are indices into the schema's dimensions. A
 * variable whose first two dimensions are point and replication (`per_run`) is written
 * run by run and covered by the run's checksum; all others are constant: they carry
 * their data in the schema. */
typedef struct bt_result_variable {
    const char *name;
    const char *long_name;
    const char *units; /* "1" where there is none */
    bt_result_type type;
    size_t text_length; /* BT_RESULT_TEXT: bytes per element */
    size_t rank;
    uint32_t dimension[BT_RESULT_MAX_RANK];
    bool per_run;
    bool is_coordinate;   /* a dimension's scale if it has its name (rank 1, no text), else
                             labels: named in the CF attribute `coordinates` of every
                             variable that has their dimensions */
    const void *constant; /* the data when not per_run: [product of lengths] elements */
} bt_result_variable;

typedef struct bt_result_attribute {
    const char *name;
    const char *text; /* stored as fixed-length UTF-8 */
} bt_result_attribute;

/* Everything about the file but the runs' data. The first two dimensions are point and
 * replication; no length is 0. `status`, `checksum` and `fingerprint`(point, replication)
 * and the attributes Conventions and bertrand_result_format are added by the writer itself
 * and are not listed. Names have no blank and no slash. A schema that breaks these rules
 * is BT_BAD_INPUT. */
typedef struct bt_result_schema {
    const bt_result_dimension *dimensions;
    size_t n_dimensions;
    const bt_result_variable *variables;
    size_t n_variables;
    const bt_result_attribute *attributes; /* global */
    size_t n_attributes;
} bt_result_schema;

/* Status of a run in the file. */
typedef enum bt_run_state {
    BT_RUN_PENDING = 0,
    BT_RUN_DONE = 1,
    BT_RUN_FAILED = 2
} bt_run_state;

typedef struct bt_result_writer bt_result_writer;

/* Bytes that the file will take on disk (raw data; metadata is small). SIZE_MAX for a
 * schema that is refused. */
size_t bt_result_size(const bt_result_schema *schema);

/* Create PATH.part with the whole schema, flushed to disk. Refuses (BT_CANNOT_CREATE)
 * when `path` or its .part exist, unless `force` (an old result stays until the new one
 * is published); also when another process writes it or the disk has no room. */
bt_status bt_result_create(const char *path, const bt_result_schema *schema, bool force,
                           bt_result_writer **writer, bt_error *error);

/* Open PATH.part for going on. Refuses (BT_BAD_INPUT) a file whose schema, attributes or
 * constant data differ from `schema`, naming the first difference; a damaged file is
 * BT_IO, a missing one BT_NO_INPUT, one that another process writes BT_CANNOT_CREATE.
 * Runs whose checksum does not agree with their data are set back to pending, and what
 * they left is overwritten with fill. Reads the whole file once. */
bt_status bt_result_resume(const char *path, const bt_result_schema *schema,
                           bt_result_writer **writer, bt_error *error);

bt_run_state bt_result_run_state(const bt_result_writer *writer, size_t point,
                                 size_t replication);

/* One run's slices: data[v] points to the data of variable v (in the schema's order),
 * the product of the lengths of its dimensions after the first two; NULL where the
 * variable is not per_run. A failed run keeps its fill values. */
bt_status bt_result_write_run(bt_result_writer *writer, size_t point, size_t replication,
                              bt_run_state state, uint64_t fingerprint, const void *const *data,
                              bt_error *error);

/* Wait until the disk has everything (fsync). */
bt_status bt_result_flush(bt_result_writer *writer, bt_error *error);

/* Flush, rename PATH.part to PATH, close. A PATH that appeared meanwhile is kept and
 * BT_CANNOT_CREATE. `writer` is gone whatever the status. */
bt_status bt_result_publish(bt_result_writer *writer, bt_error *error);

/* Close and leave the .part for --resume. NULL is allowed. */
void bt_result_close(bt_result_writer *writer);

/* ---- reading: analysis, plots and export; also of a .part that grows ---- */

typedef struct bt_result_reader bt_result_reader;

/* For a program's main, before anything else, not for libraries: turn off HDF5's own error
 * messages and its work at exit for good. The functions here print nothing, but HDF5 1.10
 * that met a damaged file prints "infinite loop closing library" at exit, and after a write
 * that failed (a full disk) it crashes there. Nothing is lost: files are closed by then. */
void bt_result_quiet_hdf5(void);

/* Open a result file (hostile until read), also a .part or one that was compressed by
 * nccopy or h5repack. BT_NO_INPUT when missing, BT_BAD_INPUT when it is not one of ours or
 * damaged. In a .part only runs whose `status` is BT_RUN_DONE have valid data. */
bt_status bt_result_open(const char *path, bt_result_reader **reader, bt_error *error);
void bt_result_reader_close(bt_result_reader *reader);

size_t bt_result_n_dimensions(const bt_result_reader *reader);
const bt_result_dimension *bt_result_dimension_at(const bt_result_reader *reader, size_t index);
size_t bt_result_n_variables(const bt_result_reader *reader);
/* `constant` is NULL here: use bt_result_read. */
const bt_result_variable *bt_result_variable_at(const bt_result_reader *reader, size_t index);
const bt_result_variable *bt_result_find(const bt_result_reader *reader, const char *name);
size_t bt_result_length(const bt_result_reader *reader, const char *dimension); /* 0: none */
/* A global attribute, or NULL; owned by the reader. */
const char *bt_result_text(const bt_result_reader *reader, const char *attribute);

/* Number of elements of a variable. */
size_t bt_result_elements(const bt_result_reader *reader, const bt_result_variable *variable);

/* Read a whole variable into caller's memory of the right size (doubles, int64, or
 * text_length bytes an element). */
bt_status bt_result_read(bt_result_reader *reader, const bt_result_variable *variable,
                         void *data, bt_error *error);

/* Read one run's slice of a per_run variable. */
bt_status bt_result_read_run(bt_result_reader *reader, const bt_result_variable *variable,
                             size_t point, size_t replication, void *data, bt_error *error);

#endif
