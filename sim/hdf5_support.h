/*
 * What the project's HDF5 files have in common: dimensions that netCDF-4 understands,
 * text attributes of fixed length, tracked creation order, no object times.
 *
 * Internal to sim/: everything that writes or reads HDF5 goes through here, so that the
 * conventions stand in one place. HDF5 prints its error stack unless told otherwise;
 * every public function that calls it is bracketed by bt_hdf5_silence and
 * bt_hdf5_restore, so that a program that embeds us keeps its own error handler.
 *
 * netCDF-4 conventions kept here:
 *   - a dimension is a dimension scale with the attribute _Netcdf4Dimid;
 *   - one without a coordinate variable is an empty data set whose scale name begins
 *     with BT_HDF5_DIMENSION_ONLY;
 *   - a variable lists the numbers of its dimensions in _Netcdf4Coordinates (also what
 *     our own reader uses: it need not follow references in a hostile file);
 *   - text is an array of single characters with one more dimension, text_N: netCDF
 *     libraries crash on data sets of longer fixed-length strings.
 */
#ifndef BT_SIM_HDF5_SUPPORT_H
#define BT_SIM_HDF5_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hdf5.h>

#include "sim/arena.h"
#include "sim/status.h"

#define BT_HDF5_DIMENSION_ONLY "This is a netCDF dimension but not a netCDF variable."
#define BT_HDF5_DIMENSION_ID "_Netcdf4Dimid"
#define BT_HDF5_COORDINATES "_Netcdf4Coordinates"

/* The program's error handler of HDF5, put aside. */
typedef struct bt_hdf5_silence_state {
    H5E_auto2_t handler;
    void *handler_data;
} bt_hdf5_silence_state;

bt_hdf5_silence_state bt_hdf5_silence(void);
void bt_hdf5_restore(const bt_hdf5_silence_state *saved);

/* A sequence of HDF5 calls of which the first failure sticks. */
typedef struct bt_hdf5_calls {
    bool failed;
    char reason[192]; /* HDF5's own most specific description of the failure */
} bt_hdf5_calls;

/* Pass through the result of a call (an identifier or a status); negative is failure. */
hid_t bt_hdf5_check(bt_hdf5_calls *calls, hid_t result);

/* How our files are opened: no file locks (a file that grows can be read), library
 * version bounds V18, everything closed with the file. Close with H5Pclose. */
hid_t bt_hdf5_file_access(bt_hdf5_calls *calls);

/* Create a file whose root group tracks the creation order of links and attributes. */
hid_t bt_hdf5_create_file(bt_hdf5_calls *calls, const char *path);

/* Properties of a new data set: creation order of attributes tracked, no times. */
hid_t bt_hdf5_dataset_properties(bt_hdf5_calls *calls);

/* The type of text in variables: one UTF-8 byte. Close with H5Tclose. */
hid_t bt_hdf5_character_type(bt_hdf5_calls *calls);

/* A pure dimension of `length` (H5S_UNLIMITED: extendible, chunked by `chunk`), which
 * is number `id` of the file. Returns the data set, for attaching. */
hid_t bt_hdf5_create_dimension(bt_hdf5_calls *calls, hid_t file, const char *name,
                               const char *long_name, hsize_t length, hsize_t chunk, int id);

/* Make a data set the scale of the dimension of its own name. */
void bt_hdf5_make_scale(bt_hdf5_calls *calls, hid_t dataset, const char *scale_name, int id);

/* Attach `rank` scales and note their numbers; rank 0 is allowed and does nothing. */
void bt_hdf5_attach_dimensions(bt_hdf5_calls *calls, hid_t dataset, size_t rank,
                               const hid_t *scale, const int *id);

/* Attributes. Text is stored at its own length (at least one byte). */
void bt_hdf5_put_text(bt_hdf5_calls *calls, hid_t object, const char *name, const char *text);
void bt_hdf5_put_double(bt_hdf5_calls *calls, hid_t object, const char *name, double value);
void bt_hdf5_put_int64(bt_hdf5_calls *calls, hid_t object, const char *name, size_t count,
                       const int64_t *value);

/* The version line by which netCDF recognises who wrote a file. */
void bt_hdf5_put_origin(bt_hdf5_calls *calls, hid_t file);

/* A scalar fixed-length text attribute of at most `limit` bytes, owned by the arena; NULL
 * when there is none of that kind. */
char *bt_hdf5_get_text(hid_t object, const char *name, size_t limit, bt_arena *arena);

/* An attribute of exactly `count` integers; false when there is none of that kind. */
bool bt_hdf5_get_ints(hid_t object, const char *name, size_t count, int *value);

#endif
