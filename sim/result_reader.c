#include <string.h>

#include "sim/hdf5_support.h"
#include "sim/result_reader.h"

void bt_result_quiet_hdf5(void)
{
    H5dont_atexit();
    bt_hdf5_silence();
}

void bt_result_reader_close(bt_result_reader *reader)
{
    if (reader == NULL)
        return;
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    for (size_t i = 0; i < reader->n_datasets; i++)
        H5Dclose(reader->dataset[i].dataset);
    if (reader->file >= 0)
        H5Fclose(reader->file);
    bt_hdf5_restore(&handler);
    bt_arena_destroy(reader->arena);
}

/* ---- asking ---- */

size_t bt_result_n_dimensions(const bt_result_reader *reader)
{
    return reader->n_dimensions;
}

const bt_result_dimension *bt_result_dimension_at(const bt_result_reader *reader, size_t index)
{
    return &reader->dimension[index];
}

size_t bt_result_n_variables(const bt_result_reader *reader)
{
    return reader->n_variables;
}

const bt_result_variable *bt_result_variable_at(const bt_result_reader *reader, size_t index)
{
    return &reader->variable[index]->description;
}

const bt_result_variable *bt_result_find(const bt_result_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->n_variables; i++)
        if (strcmp(reader->variable[i]->description.name, name) == 0)
            return &reader->variable[i]->description;
    return NULL;
}

size_t bt_result_length(const bt_result_reader *reader, const char *dimension)
{
    for (size_t i = 0; i < reader->n_dimensions; i++)
        if (strcmp(reader->dimension[i].name, dimension) == 0)
            return reader->dimension[i].length;
    return 0;
}

const char *bt_result_text(const bt_result_reader *reader, const char *attribute)
{
    for (size_t i = 0; i < reader->n_attributes; i++)
        if (strcmp(reader->attribute[i].name, attribute) == 0)
            return reader->attribute[i].text;
    return NULL;
}

/* What we know of a variable, which may be a copy of ours; NULL when it is not ours. */
static const read_variable *inside(const bt_result_reader *reader,
                                   const bt_result_variable *variable)
{
    for (size_t i = 0; i < reader->n_variables; i++)
        if (&reader->variable[i]->description == variable)
            return reader->variable[i];
    for (size_t i = 0; i < reader->n_variables; i++)
        if (strcmp(reader->variable[i]->description.name, variable->name) == 0)
            return reader->variable[i];
    return NULL;
}

size_t bt_result_elements(const bt_result_reader *reader, const bt_result_variable *variable)
{
    const read_variable *dataset = inside(reader, variable);
    return dataset == NULL ? 0 : dataset->elements;
}

/* ---- data ---- */

/* Text is read as it is: tools that copy a file may call UTF-8 ASCII. */
static hid_t memory_type(bt_hdf5_calls *calls, const read_variable *dataset)
{
    switch (dataset->description.type) {
    case BT_RESULT_DOUBLE:
        return bt_hdf5_check(calls, H5Tcopy(H5T_NATIVE_DOUBLE));
    case BT_RESULT_INT64:
        return bt_hdf5_check(calls, H5Tcopy(H5T_NATIVE_INT64));
    default:
        return bt_hdf5_check(calls, H5Dget_type(dataset->dataset));
    }
}

static bt_status read_selection(const bt_result_reader *reader, const read_variable *dataset,
                                hid_t memory, hid_t selection, bt_hdf5_calls *calls, void *data,
                                bt_error *error)
{
    hid_t type = memory_type(calls, dataset);
    bt_hdf5_check(calls, H5Dread(dataset->dataset, type, memory, selection, H5P_DEFAULT, data));
    H5Tclose(type);
    if (calls->failed)
        return bt_fail(error, BT_IO, "cannot read \"%s\" of %s: %s", dataset->description.name,
                       reader->path, calls->reason);
    return BT_OK;
}

bt_status bt_result_read(bt_result_reader *reader, const bt_result_variable *variable,
                         void *data, bt_error *error)
{
    const read_variable *dataset = inside(reader, variable);
    if (dataset == NULL)
        return bt_fail(error, BT_INTERNAL, "%s has no variable \"%s\"", reader->path,
                       variable->name);
    bt_hdf5_calls calls = {false, ""};
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    bt_status status = read_selection(reader, dataset, H5S_ALL, H5S_ALL, &calls, data, error);
    bt_hdf5_restore(&handler);
    return status;
}

static bt_status read_run(const bt_result_reader *reader, const read_variable *dataset,
                          hsize_t point, hsize_t replication, void *data, bt_error *error)
{
    hsize_t start[BT_RESULT_MAX_RANK + 1] = {point, replication};
    hsize_t count[BT_RESULT_MAX_RANK + 1];
    bt_hdf5_calls calls = {false, ""};
    memcpy(count, dataset->length, sizeof count);
    count[0] = 1;
    count[1] = 1;
    hid_t selection = bt_hdf5_check(&calls, H5Dget_space(dataset->dataset));
    bt_hdf5_check(&calls,
                  H5Sselect_hyperslab(selection, H5S_SELECT_SET, start, NULL, count, NULL));
    hid_t memory = bt_hdf5_check(&calls, H5Screate_simple(dataset->rank, count, NULL));
    bt_status status = read_selection(reader, dataset, memory, selection, &calls, data, error);
    H5Sclose(memory);
    H5Sclose(selection);
    return status;
}

bt_status bt_result_read_run(bt_result_reader *reader, const bt_result_variable *variable,
                             size_t point, size_t replication, void *data, bt_error *error)
{
    const read_variable *dataset = inside(reader, variable);
    if (dataset == NULL || !dataset->description.per_run ||
        point >= reader->dimension[0].length || replication >= reader->dimension[1].length)
        return bt_fail(error, BT_INTERNAL,
                       "%s has no run (point %zu, replication %zu) of \"%s\"", reader->path,
                       point, replication, variable->name);
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    bt_status status = read_run(reader, dataset, point, replication, data, error);
    bt_hdf5_restore(&handler);
    return status;
}
