#include "agents/learning/model_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/file_io.h"
#include "sim/hdf5_support.h"

#define MODEL_FORMAT "bertrand model 1"
#define WEIGHT_GROUP "weights"

enum { LONGEST_PATH = 4096, LONGEST_TEXT = BT_MODEL_KIND_LENGTH };

/* ---- writing ---- */

static void write_block(bt_hdf5_calls *calls, hid_t group, const bt_weights *weights,
                        size_t index)
{
    const bt_weight_block *block = &weights->block[index];
    hsize_t shape[] = {block->rows, block->columns};
    hid_t space = bt_hdf5_check(calls, H5Screate_simple(2, shape, NULL));
    hid_t properties = bt_hdf5_dataset_properties(calls);
    hid_t dataset = bt_hdf5_check(calls, H5Dcreate2(group, block->name, H5T_IEEE_F32LE, space,
                                                    H5P_DEFAULT, properties, H5P_DEFAULT));
    bt_hdf5_check(calls, H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                  bt_weights_value(weights, index)));
    bt_hdf5_check(calls, H5Dclose(dataset));
    bt_hdf5_check(calls, H5Pclose(properties));
    bt_hdf5_check(calls, H5Sclose(space));
}

static void write_contents(bt_hdf5_calls *calls, hid_t file, const char *kind,
                           const bt_model_number *number, size_t n_numbers,
                           const bt_weights *weights)
{
    bt_hdf5_put_text(calls, file, "format", MODEL_FORMAT);
    bt_hdf5_put_text(calls, file, "kind", kind);
    for (size_t k = 0; k < n_numbers; k++)
        bt_hdf5_put_double(calls, file, number[k].name, number[k].value);
    hid_t properties = bt_hdf5_check(calls, H5Pcreate(H5P_GROUP_CREATE));
    bt_hdf5_check(calls, H5Pset_obj_track_times(properties, false));
    hid_t group = bt_hdf5_check(
        calls, H5Gcreate2(file, WEIGHT_GROUP, H5P_DEFAULT, properties, H5P_DEFAULT));
    for (size_t b = 0; b < weights->n_blocks && !calls->failed; b++)
        write_block(calls, group, weights, b);
    bt_hdf5_check(calls, H5Gclose(group));
    bt_hdf5_check(calls, H5Pclose(properties));
}

bt_status bt_model_write(const char *path, const char *kind, const bt_model_number *number,
                         size_t n_numbers, const bt_weights *weights, bool replace,
                         bt_error *error)
{
    char unfinished[LONGEST_PATH];
    int length = snprintf(unfinished, sizeof(unfinished), "%s.unfinished", path);
    if (length < 0 || (size_t)length >= sizeof(unfinished))
        return bt_fail(error, BT_CANNOT_CREATE, "the path %.60s... is too long", path);
    bt_hdf5_silence_state saved = bt_hdf5_silence();
    bt_hdf5_calls calls = {0};
    hid_t file = bt_hdf5_create_file(&calls, unfinished);
    bool was_created = !calls.failed;
    if (was_created) {
        write_contents(&calls, file, kind, number, n_numbers, weights);
        bt_hdf5_check(&calls, H5Fclose(file));
    }
    bt_hdf5_restore(&saved);
    if (!was_created)
        return bt_fail(error, BT_CANNOT_CREATE, "cannot create %s: %s", unfinished,
                       calls.reason);
    bt_status status = BT_OK;
    if (calls.failed)
        status = bt_fail(error, BT_IO, "cannot write %s: %s", unfinished, calls.reason);
    else if (!bt_file_rename(unfinished, path, replace))
        status = bt_file_fail(error, BT_CANNOT_CREATE, "create", path);
    if (status != BT_OK)
        bt_file_discard(unfinished);
    return status;
}

/* ---- reading ---- */

/* A model that is open for reading. */
typedef struct opened_model {
    const char *path;
    hid_t file;
    bt_hdf5_silence_state saved;
    bt_arena *arena;
} opened_model;

static void close_model(opened_model *model)
{
    if (model->file >= 0)
        H5Fclose(model->file);
    bt_hdf5_restore(&model->saved);
    bt_arena_destroy(model->arena);
}

static bt_status open_model(const char *path, opened_model *model, bt_error *error)
{
    if (!bt_file_exists(path))
        return bt_fail(error, BT_NO_INPUT, "there is no model %s", path);
    *model = (opened_model){
        .path = path, .file = -1, .saved = bt_hdf5_silence(), .arena = bt_arena_create()};
    bt_hdf5_calls calls = {0};
    hid_t access = bt_hdf5_file_access(&calls);
    if (!calls.failed)
        model->file = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    const char *format = NULL;
    if (model->file >= 0 && model->arena != NULL)
        format = bt_hdf5_get_text(model->file, "format", LONGEST_TEXT, model->arena);
    if (format != NULL && strcmp(format, MODEL_FORMAT) == 0)
        return BT_OK;
    bool is_hdf5 = model->file >= 0;
    close_model(model);
    return bt_fail(error, BT_BAD_INPUT, "%s is %s", path,
                   is_hdf5 ? "an HDF5 file but no model of format \"" MODEL_FORMAT "\""
                           : "truncated, or no HDF5 file");
}

static bool read_double(hid_t file, const char *name, double *value)
{
    if (H5Aexists(file, name) <= 0)
        return false;
    hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    bool is_number =
        H5Sget_simple_extent_npoints(space) == 1 && H5Tget_class(type) == H5T_FLOAT;
    bool was_read = is_number && H5Aread(attribute, H5T_NATIVE_DOUBLE, value) >= 0;
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attribute);
    return was_read;
}

static bt_status read_number(const opened_model *model, bt_model_number *number,
                             bt_error *error)
{
    double value;
    if (!read_double(model->file, number->name, &value))
        return bt_fail(error, BT_BAD_INPUT, "the model %s has no number `%s`", model->path,
                       number->name);
    bool is_allowed = value >= number->minimum && value <= number->maximum &&
                      (!number->is_whole || value == floor(value));
    if (!is_allowed)
        return bt_fail(error, BT_BAD_INPUT,
                       "the model %s says `%s` is %g; %s from %g to %g is wanted", model->path,
                       number->name, value, number->is_whole ? "a whole number" : "a number",
                       number->minimum, number->maximum);
    number->value = value;
    return BT_OK;
}

bt_status bt_model_read_kind(const char *path, char kind[BT_MODEL_KIND_LENGTH], bt_error *error)
{
    opened_model model;
    bt_status status = open_model(path, &model, error);
    if (status != BT_OK)
        return status;
    const char *found = bt_hdf5_get_text(model.file, "kind", BT_MODEL_KIND_LENGTH, model.arena);
    if (found != NULL)
        snprintf(kind, BT_MODEL_KIND_LENGTH, "%s", found);
    else
        status =
            bt_fail(error, BT_BAD_INPUT, "the model %s does not say of what kind it is", path);
    close_model(&model);
    return status;
}

bt_status bt_model_read_numbers(const char *path, const char *kind, bt_model_number *number,
                                size_t n_numbers, bt_error *error)
{
    opened_model model;
    bt_status status = open_model(path, &model, error);
    if (status != BT_OK)
        return status;
    const char *found = bt_hdf5_get_text(model.file, "kind", LONGEST_TEXT, model.arena);
    if (found == NULL || strcmp(found, kind) != 0)
        status = bt_fail(error, BT_BAD_INPUT, "the model %s is of kind %s, not %s", path,
                         found != NULL ? found : "unknown", kind);
    for (size_t k = 0; k < n_numbers && status == BT_OK; k++)
        status = read_number(&model, &number[k], error);
    close_model(&model);
    return status;
}

/* Whether a data set is [rows, columns] of floating-point numbers. */
static bool has_shape(hid_t dataset, const bt_weight_block *block)
{
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hsize_t shape[2] = {0, 0};
    bool is_right = H5Tget_class(type) == H5T_FLOAT && H5Sget_simple_extent_ndims(space) == 2 &&
                    H5Sget_simple_extent_dims(space, shape, NULL) == 2 &&
                    shape[0] == block->rows && shape[1] == block->columns;
    H5Tclose(type);
    H5Sclose(space);
    return is_right;
}

static bool all_finite(const bt_real *value, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (!isfinite(value[k]))
            return false;
    return true;
}

static bt_status read_block(const opened_model *model, hid_t group, bt_weights *weights,
                            size_t index, bt_error *error)
{
    const bt_weight_block *block = &weights->block[index];
    bt_real *value = bt_weights_value(weights, index);
    hid_t dataset = H5Dopen2(group, block->name, H5P_DEFAULT);
    bool is_right = dataset >= 0 && has_shape(dataset, block);
    bool was_read = is_right && H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL,
                                        H5P_DEFAULT, value) >= 0;
    if (dataset >= 0)
        H5Dclose(dataset);
    if (!is_right)
        return bt_fail(error, BT_BAD_INPUT,
                       "the model %s has no weights \"%s\" of %zu rows and %zu columns",
                       model->path, block->name, block->rows, block->columns);
    if (!was_read)
        return bt_fail(error, BT_BAD_INPUT, "the weights \"%s\" of the model %s are damaged",
                       block->name, model->path);
    if (!all_finite(value, block->rows * block->columns))
        return bt_fail(error, BT_BAD_INPUT,
                       "the weights \"%s\" of the model %s hold a number that is not finite",
                       block->name, model->path);
    return BT_OK;
}

bt_status bt_model_read_weights(const char *path, bt_weights *weights, bt_error *error)
{
    opened_model model;
    bt_status status = open_model(path, &model, error);
    if (status != BT_OK)
        return status;
    hid_t group = H5Gopen2(model.file, WEIGHT_GROUP, H5P_DEFAULT);
    if (group < 0)
        status = bt_fail(error, BT_BAD_INPUT, "the model %s has no weights", path);
    for (size_t b = 0; b < weights->n_blocks && status == BT_OK; b++)
        status = read_block(&model, group, weights, b, error);
    if (group >= 0)
        H5Gclose(group);
    close_model(&model);
    return status;
}
