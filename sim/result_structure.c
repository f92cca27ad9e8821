/* The HDF5 side of a new result file: everything but the data. */
#include "sim/result_layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/hdf5_support.h"

#define MINUS_ONE_MEANS "-1: no value (the run is pending or failed, or has none)"

typedef struct structure {
    bt_hdf5_calls calls;
    bt_result_layout *layout;
    hid_t file;
    hid_t *scale;   /* by number of the dimension: the schema's, then text lengths */
    hid_t *dataset; /* by number of the stored variable */
} structure;

static bool is_own(const structure *made, const bt_stored_variable *stored)
{
    return stored < made->layout->variable + BT_STORED_OWN;
}

static bool is_scale(const structure *made, const bt_result_variable *variable)
{
    const bt_result_schema *schema = made->layout->schema;
    return variable->rank == 1 &&
           strcmp(schema->dimensions[variable->dimension[0]].name, variable->name) == 0;
}

static size_t text_dimension(const bt_result_layout *layout, const bt_result_variable *variable)
{
    size_t i = 0;
    while (layout->text_length[i] != variable->text_length)
        i++;
    return layout->schema->n_dimensions + i;
}

/* Numbers of the dimensions that the data set has in the file; returns how many. */
static size_t stored_dimensions(const structure *made, const bt_result_variable *variable,
                                size_t number[BT_RESULT_MAX_RANK + 1])
{
    size_t rank = variable->rank;
    for (size_t i = 0; i < rank; i++)
        number[i] = variable->dimension[i];
    if (variable->type == BT_RESULT_TEXT)
        number[rank++] = text_dimension(made->layout, variable);
    return rank;
}

static hid_t stored_space(structure *made, const bt_result_variable *variable)
{
    hsize_t length[BT_RESULT_MAX_RANK + 1];
    const bt_result_schema *schema = made->layout->schema;
    for (size_t i = 0; i < variable->rank; i++)
        length[i] = schema->dimensions[variable->dimension[i]].length;
    size_t rank = variable->rank;
    if (variable->type == BT_RESULT_TEXT)
        length[rank++] = variable->text_length;
    if (rank == 0)
        return bt_hdf5_check(&made->calls, H5Screate(H5S_SCALAR));
    return bt_hdf5_check(&made->calls, H5Screate_simple((int)rank, length, NULL));
}

static hid_t stored_type(structure *made, const bt_result_variable *variable)
{
    if (variable->type == BT_RESULT_TEXT)
        return bt_hdf5_character_type(&made->calls);
    return bt_hdf5_check(
        &made->calls,
        H5Tcopy(variable->type == BT_RESULT_DOUBLE ? H5T_IEEE_F64LE : H5T_STD_I64LE));
}

/* Contiguous and allocated at once. The writer itself fills, so HDF5 need not. */
static hid_t stored_properties(structure *made, const bt_stored_variable *stored)
{
    static const int64_t minus_one = -1;
    const double none = NAN;
    hid_t properties = bt_hdf5_dataset_properties(&made->calls);
    bt_hdf5_check(&made->calls, H5Pset_layout(properties, H5D_CONTIGUOUS));
    bt_hdf5_check(&made->calls, H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY));
    bt_hdf5_check(&made->calls, H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER));
    if (stored->description->per_run && stored->fill == BT_FILL_NAN)
        bt_hdf5_check(&made->calls, H5Pset_fill_value(properties, H5T_NATIVE_DOUBLE, &none));
    if (stored->description->per_run && stored->fill == BT_FILL_MINUS_ONE)
        bt_hdf5_check(&made->calls,
                      H5Pset_fill_value(properties, H5T_NATIVE_INT64, &minus_one));
    return properties;
}

static void create_dataset(structure *made, size_t index)
{
    bt_stored_variable *stored = &made->layout->variable[index];
    hid_t space = stored_space(made, stored->description);
    hid_t type = stored_type(made, stored->description);
    hid_t properties = stored_properties(made, stored);
    hid_t dataset =
        bt_hdf5_check(&made->calls, H5Dcreate2(made->file, stored->description->name, type,
                                               space, H5P_DEFAULT, properties, H5P_DEFAULT));
    haddr_t offset = made->calls.failed ? HADDR_UNDEF : H5Dget_offset(dataset);
    bt_hdf5_check(&made->calls, offset == HADDR_UNDEF ? -1 : 0);
    stored->offset = offset;
    made->dataset[index] = dataset;
    H5Pclose(properties);
    H5Tclose(type);
    H5Sclose(space);
}

/* The stored variable that is the coordinate of a dimension, or SIZE_MAX. */
static size_t coordinate_of(const structure *made, size_t dimension)
{
    const char *name = made->layout->schema->dimensions[dimension].name;
    for (size_t i = BT_STORED_OWN; i < made->layout->n_variables; i++)
        if (strcmp(made->layout->variable[i].description->name, name) == 0)
            return i;
    return SIZE_MAX;
}

static void create_dimensions(structure *made)
{
    const bt_result_schema *schema = made->layout->schema;
    for (size_t i = 0; i < schema->n_dimensions; i++) {
        const bt_result_dimension *dimension = &schema->dimensions[i];
        size_t coordinate = coordinate_of(made, i);
        if (coordinate != SIZE_MAX) {
            create_dataset(made, coordinate);
            made->scale[i] = made->dataset[coordinate];
            bt_hdf5_make_scale(&made->calls, made->scale[i], dimension->name, (int)i);
        } else {
            made->scale[i] =
                bt_hdf5_create_dimension(&made->calls, made->file, dimension->name,
                                         dimension->long_name, dimension->length, 0, (int)i);
        }
    }
}

static void create_text_dimensions(structure *made)
{
    const bt_result_layout *layout = made->layout;
    for (size_t i = 0; i < layout->n_text_lengths; i++) {
        char name[32];
        size_t number = layout->schema->n_dimensions + i;
        snprintf(name, sizeof name, BT_TEXT_DIMENSION "%zu", layout->text_length[i]);
        made->scale[number] =
            bt_hdf5_create_dimension(&made->calls, made->file, name, "bytes of a text",
                                     layout->text_length[i], 0, (int)number);
    }
}

static void attach(structure *made, size_t index)
{
    size_t number[BT_RESULT_MAX_RANK + 1];
    hid_t scale[BT_RESULT_MAX_RANK + 1];
    int id[BT_RESULT_MAX_RANK + 1];
    size_t rank = stored_dimensions(made, made->layout->variable[index].description, number);
    for (size_t i = 0; i < rank; i++) {
        scale[i] = made->scale[number[i]];
        id[i] = (int)number[i];
    }
    bt_hdf5_attach_dimensions(&made->calls, made->dataset[index], rank, scale, id);
}

static bool has_dimension(const bt_result_variable *variable, uint32_t dimension)
{
    for (size_t i = 0; i < variable->rank; i++)
        if (variable->dimension[i] == dimension)
            return true;
    return false;
}

/* Whether `coordinate` labels positions of `variable` without being its scale. */
static bool labels(const structure *made, const bt_result_variable *coordinate,
                   const bt_result_variable *variable)
{
    if (!coordinate->is_coordinate || is_scale(made, coordinate) || variable->is_coordinate)
        return false;
    for (size_t i = 0; i < coordinate->rank; i++)
        if (!has_dimension(variable, coordinate->dimension[i]))
            return false;
    return true;
}

/* The CF attribute `coordinates`: the labels of a variable, separated by blanks. */
static void put_coordinates(structure *made, size_t index)
{
    const bt_result_layout *layout = made->layout;
    const bt_result_variable *variable = layout->variable[index].description;
    size_t length = 1;
    for (size_t i = 0; i < layout->schema->n_variables; i++)
        length += strlen(layout->schema->variables[i].name) + 1;
    char *list = bt_arena_allocate(layout->arena, length, 1);
    if (list == NULL) {
        bt_hdf5_check(&made->calls, -1);
        return;
    }
    char *end = list;
    for (size_t i = 0; i < layout->schema->n_variables; i++) {
        const bt_result_variable *coordinate = &layout->schema->variables[i];
        if (labels(made, coordinate, variable))
            end += sprintf(end, "%s%s", end == list ? "" : " ", coordinate->name);
    }
    if (end != list)
        bt_hdf5_put_text(&made->calls, made->dataset[index], "coordinates", list);
}

static void put_fill(structure *made, size_t index)
{
    const bt_stored_variable *stored = &made->layout->variable[index];
    static const int64_t minus_one = -1;
    if (!stored->description->per_run)
        return;
    if (stored->fill == BT_FILL_NAN)
        bt_hdf5_put_double(&made->calls, made->dataset[index], "_FillValue", NAN);
    if (stored->fill == BT_FILL_MINUS_ONE) {
        bt_hdf5_put_int64(&made->calls, made->dataset[index], "_FillValue", 1, &minus_one);
        bt_hdf5_put_text(&made->calls, made->dataset[index], "comment", MINUS_ONE_MEANS);
    }
}

static void put_flags(structure *made)
{
    static const int64_t values[] = {BT_RUN_PENDING, BT_RUN_DONE, BT_RUN_FAILED};
    hid_t dataset = made->dataset[BT_STORED_STATUS];
    bt_hdf5_put_int64(&made->calls, dataset, "flag_values", 3, values);
    bt_hdf5_put_text(&made->calls, dataset, "flag_meanings", "pending done failed");
}

static bool is_ascii(const bt_stored_variable *stored)
{
    const unsigned char *byte = stored->description->constant;
    for (size_t i = 0; i < stored->size; i++)
        if (byte[i] >= 0x80)
            return false;
    return true;
}

/* With _Encoding xarray and netCDF4-python give strings. netCDF4-python 1.6 shifts
 * texts after the first character of several bytes, so that is left to be decoded. */
static void put_encoding(structure *made, size_t index)
{
    const bt_stored_variable *stored = &made->layout->variable[index];
    const bt_result_variable *variable = stored->description;
    if (variable->type == BT_RESULT_TEXT && !variable->per_run && is_ascii(stored))
        bt_hdf5_put_text(&made->calls, made->dataset[index], "_Encoding", "utf-8");
}

static void describe(structure *made, size_t index)
{
    const bt_stored_variable *stored = &made->layout->variable[index];
    hid_t dataset = made->dataset[index];
    bt_hdf5_put_text(&made->calls, dataset, "long_name", stored->description->long_name);
    bt_hdf5_put_text(&made->calls, dataset, "units", stored->description->units);
    if (!is_own(made, stored))
        put_fill(made, index);
    if (index == BT_STORED_STATUS)
        put_flags(made);
    put_encoding(made, index);
    put_coordinates(made, index);
}

static void create_everything(structure *made)
{
    const bt_result_layout *layout = made->layout;
    bt_hdf5_put_origin(&made->calls, made->file);
    for (size_t i = 0; i < layout->n_attributes && !made->calls.failed; i++)
        bt_hdf5_put_text(&made->calls, made->file, layout->attribute[i].name,
                         layout->attribute[i].text);
    create_dimensions(made);
    create_text_dimensions(made);
    for (size_t i = 0; i < layout->n_variables && !made->calls.failed; i++) {
        bool scale = is_scale(made, layout->variable[i].description);
        if (!scale)
            create_dataset(made, i);
        if (!scale)
            attach(made, i);
        describe(made, i);
    }
}

bt_status bt_result_layout_build(bt_result_layout *layout, const char *path, bt_error *error)
{
    structure made = {.layout = layout, .file = -1};
    size_t n_scales = layout->schema->n_dimensions + layout->n_text_lengths;
    made.scale = BT_ARENA_NEW(layout->arena, n_scales, hid_t);
    made.dataset = BT_ARENA_NEW(layout->arena, layout->n_variables, hid_t);
    if (made.scale == NULL || made.dataset == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for the structure of %s", path);

    bt_hdf5_silence_state handler = bt_hdf5_silence();
    made.file = bt_hdf5_create_file(&made.calls, path);
    if (!made.calls.failed)
        create_everything(&made);
    if (made.file >= 0)
        bt_hdf5_check(&made.calls, H5Fclose(made.file));
    bt_hdf5_restore(&handler);
    if (made.calls.failed)
        return bt_fail(error, BT_CANNOT_CREATE, "cannot write the structure of %s: %s", path,
                       made.calls.reason);
    return BT_OK;
}
