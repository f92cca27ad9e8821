/* Opening a result file, which is hostile until everything about it was checked. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/file_io.h"
#include "sim/hdf5_support.h"
#include "sim/result_layout.h"
#include "sim/result_reader.h"

enum {
    LONGEST_NAME = 255,
    MOST_DATASETS = 100000,
    LONGEST_LABEL = 64 * 1024,
    LONGEST_TEXT = 64 * 1024 * 1024,
    /* deflate makes 1000 bytes of one at best */
    MOST_EXPANSION = 2000
};

static bt_status no_memory(const bt_result_reader *reader, bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "no memory for reading %s", reader->path);
}

static bt_status bad_dataset(const bt_result_reader *reader, const read_variable *dataset,
                             const char *what, bt_error *error)
{
    return bt_fail(error, BT_BAD_INPUT, "%s cannot be read as a result: its data set \"%s\" %s",
                   reader->path, dataset->description.name, what);
}

/* ---- data sets ---- */

typedef enum entry { OWN_DATASET, FOREIGN, DAMAGED } entry;

/* Groups, links to other files and the like are not ours and passed over. */
static entry look_at(hid_t file, const char *name)
{
    H5L_info_t link;
    H5O_info_t object;
    if (H5Lget_info(file, name, &link, H5P_DEFAULT) < 0)
        return DAMAGED;
    if (link.type != H5L_TYPE_HARD)
        return FOREIGN;
    if (H5Oget_info_by_name2(file, name, &object, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
        return DAMAGED;
    return object.type == H5O_TYPE_DATASET ? OWN_DATASET : FOREIGN;
}

static bt_status read_extent(bt_result_reader *reader, read_variable *dataset, bt_error *error)
{
    hid_t space = H5Dget_space(dataset->dataset);
    H5S_class_t kind = H5Sget_simple_extent_type(space);
    dataset->rank = H5Sget_simple_extent_ndims(space);
    bool fits = (kind == H5S_SIMPLE || kind == H5S_SCALAR) && dataset->rank >= 0 &&
                dataset->rank <= BT_RESULT_MAX_RANK + 1 &&
                H5Sget_simple_extent_dims(space, dataset->length, NULL) >= 0;
    H5Sclose(space);
    if (!fits)
        return bad_dataset(reader, dataset, "has a shape that no result has", error);
    return BT_OK;
}

static bool type_is(hid_t type, hid_t wanted)
{
    return H5Tequal(type, wanted) > 0;
}

static bt_status read_type(bt_result_reader *reader, read_variable *dataset, bt_error *error)
{
    hid_t type = H5Dget_type(dataset->dataset);
    bool fits = true;
    if (type_is(type, H5T_IEEE_F64LE))
        dataset->description.type = BT_RESULT_DOUBLE;
    else if (type_is(type, H5T_STD_I64LE))
        dataset->description.type = BT_RESULT_INT64;
    else if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
             H5Tget_size(type) == 1)
        dataset->description.type = BT_RESULT_TEXT;
    else
        fits = false;
    H5Tclose(type);
    if (!fits && !dataset->is_dimension_only)
        return bad_dataset(reader, dataset,
                           "is neither of 64-bit numbers nor of single characters", error);
    return BT_OK;
}

static void read_scale(bt_result_reader *reader, read_variable *dataset)
{
    int id;
    dataset->is_scale = bt_hdf5_get_ints(dataset->dataset, BT_HDF5_DIMENSION_ID, 1, &id);
    if (!dataset->is_scale)
        return;
    const char *scale_name =
        bt_hdf5_get_text(dataset->dataset, "NAME", LONGEST_LABEL, reader->arena);
    dataset->is_dimension_only =
        scale_name != NULL &&
        strncmp(scale_name, BT_HDF5_DIMENSION_ONLY, strlen(BT_HDF5_DIMENSION_ONLY)) == 0;
}

static bt_status read_labels(bt_result_reader *reader, read_variable *dataset, bt_error *error)
{
    bt_result_variable *variable = &dataset->description;
    variable->long_name =
        bt_hdf5_get_text(dataset->dataset, "long_name", LONGEST_LABEL, reader->arena);
    variable->units = bt_hdf5_get_text(dataset->dataset, "units", LONGEST_LABEL, reader->arena);
    if (dataset->is_dimension_only) {
        if (variable->long_name == NULL) /* netCDF tools that copy a file drop it */
            variable->long_name = "";
        return BT_OK;
    }
    if (variable->long_name == NULL || variable->units == NULL)
        return bad_dataset(reader, dataset, "has no long_name or no units", error);
    return BT_OK;
}

static bt_status read_dataset(bt_result_reader *reader, const char *name, bt_error *error)
{
    read_variable *dataset = &reader->dataset[reader->n_datasets];
    entry found = look_at(reader->file, name);
    if (found == FOREIGN)
        return BT_OK;
    dataset->description.name = bt_arena_copy_text(reader->arena, name);
    if (dataset->description.name == NULL)
        return no_memory(reader, error);
    dataset->dataset = found == DAMAGED ? -1 : H5Dopen2(reader->file, name, H5P_DEFAULT);
    if (dataset->dataset < 0)
        return bad_dataset(reader, dataset, "is damaged", error);
    reader->n_datasets++;
    read_scale(reader, dataset);
    bt_status status = read_extent(reader, dataset, error);
    if (status == BT_OK)
        status = read_type(reader, dataset, error);
    if (status == BT_OK)
        status = read_labels(reader, dataset, error);
    return status;
}

/* By creation if the file keeps that order, else by name. */
static H5_index_t link_order(hid_t file)
{
    unsigned flags = 0;
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    hid_t creation = H5Gget_create_plist(root);
    if (H5Pget_link_creation_order(creation, &flags) < 0)
        flags = 0;
    H5Pclose(creation);
    H5Gclose(root);
    return (flags & H5P_CRT_ORDER_INDEXED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
}

static bt_status read_datasets(bt_result_reader *reader, bt_error *error)
{
    H5G_info_t group;
    H5_index_t order = link_order(reader->file);
    char name[LONGEST_NAME + 1];
    if (H5Gget_info(reader->file, &group) < 0 || group.nlinks > MOST_DATASETS)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s is damaged: its list of data sets is unreadable", reader->path);
    reader->dataset = BT_ARENA_NEW(reader->arena, group.nlinks + 1, read_variable);
    if (reader->dataset == NULL)
        return no_memory(reader, error);
    bt_status status = BT_OK;
    for (hsize_t i = 0; i < group.nlinks && status == BT_OK; i++) {
        ssize_t length = H5Lget_name_by_idx(reader->file, ".", order, H5_ITER_INC, i, name,
                                            sizeof name, H5P_DEFAULT);
        if (length < 0 || (size_t)length >= sizeof name)
            return bt_fail(error, BT_BAD_INPUT,
                           "%s is damaged: the name of data set %llu is unreadable",
                           reader->path, (unsigned long long)i);
        status = read_dataset(reader, name, error);
    }
    return status;
}

/* ---- dimensions ---- */

static bt_status place_scale(bt_result_reader *reader, const read_variable *scale,
                             bt_error *error)
{
    int id = -1;
    bool fits = bt_hdf5_get_ints(scale->dataset, BT_HDF5_DIMENSION_ID, 1, &id) && id >= 0 &&
                (size_t)id < reader->n_numbered && reader->numbered[id].scale == NULL &&
                scale->rank == 1 && scale->length[0] > 0 && scale->length[0] < SIZE_MAX;
    if (!fits)
        return bad_dataset(reader, scale, "is not a proper dimension", error);
    reader->numbered[id].scale = scale;
    return BT_OK;
}

static void list_dimensions(bt_result_reader *reader)
{
    for (size_t i = 0; i < reader->n_numbered; i++) {
        read_dimension *dimension = &reader->numbered[i];
        const char *name = dimension->scale->description.name;
        dimension->is_text =
            dimension->scale->is_dimension_only && bt_result_is_text_dimension(name);
        if (dimension->is_text)
            continue;
        dimension->index = (uint32_t)reader->n_dimensions;
        reader->dimension[reader->n_dimensions++] = (bt_result_dimension){
            name, (size_t)dimension->scale->length[0], dimension->scale->description.long_name};
    }
}

static bt_status read_dimensions(bt_result_reader *reader, bt_error *error)
{
    bt_status status = BT_OK;
    for (size_t i = 0; i < reader->n_datasets; i++)
        reader->n_numbered += reader->dataset[i].is_scale;
    reader->numbered = BT_ARENA_NEW(reader->arena, reader->n_numbered, read_dimension);
    reader->dimension = BT_ARENA_NEW(reader->arena, reader->n_numbered, bt_result_dimension);
    if (reader->numbered == NULL || reader->dimension == NULL)
        return no_memory(reader, error);
    for (size_t i = 0; i < reader->n_datasets && status == BT_OK; i++)
        if (reader->dataset[i].is_scale)
            status = place_scale(reader, &reader->dataset[i], error);
    if (status != BT_OK)
        return status;
    list_dimensions(reader);
    if (reader->n_dimensions < 2 || strcmp(reader->dimension[0].name, "point") != 0 ||
        strcmp(reader->dimension[1].name, "replication") != 0)
        return bt_fail(
            error, BT_BAD_INPUT,
            "%s is no result of this program: its first dimensions are not point and "
            "replication",
            reader->path);
    return BT_OK;
}

/* ---- variables ---- */

/* The numbers of a data set's dimensions, which must agree with its extent. */
static bool read_numbers(const bt_result_reader *reader, const read_variable *dataset,
                         int number[BT_RESULT_MAX_RANK + 1])
{
    if (dataset->rank == 0)
        return true;
    bool listed = dataset->is_scale
                      ? bt_hdf5_get_ints(dataset->dataset, BT_HDF5_DIMENSION_ID, 1, number)
                      : bt_hdf5_get_ints(dataset->dataset, BT_HDF5_COORDINATES,
                                         (size_t)dataset->rank, number);
    for (int i = 0; i < dataset->rank && listed; i++)
        listed = number[i] >= 0 && (size_t)number[i] < reader->n_numbered &&
                 reader->numbered[number[i]].scale->length[0] == dataset->length[i];
    return listed;
}

static bt_status set_dimensions(const bt_result_reader *reader, read_variable *dataset,
                                bt_error *error)
{
    int number[BT_RESULT_MAX_RANK + 1];
    bt_result_variable *variable = &dataset->description;
    bool is_text = variable->type == BT_RESULT_TEXT;
    variable->rank = (size_t)dataset->rank - (is_text && dataset->rank > 0);
    bool fits = read_numbers(reader, dataset, number) && variable->rank <= BT_RESULT_MAX_RANK &&
                !(is_text && dataset->rank == 0);
    for (size_t i = 0; i < variable->rank && fits; i++) {
        const read_dimension *dimension = &reader->numbered[number[i]];
        variable->dimension[i] = dimension->index;
        fits = !dimension->is_text;
    }
    if (fits && is_text) {
        fits = reader->numbered[number[variable->rank]].is_text;
        variable->text_length = (size_t)dataset->length[variable->rank];
    }
    if (!fits)
        return bad_dataset(reader, dataset, "does not fit the dimensions of the file", error);
    variable->per_run =
        variable->rank >= 2 && variable->dimension[0] == 0 && variable->dimension[1] == 1;
    variable->is_coordinate = dataset->is_scale;
    return BT_OK;
}

/* Bytes of all data, or 0 when they do not fit memory. */
static uint64_t data_size(read_variable *dataset)
{
    uint64_t size = bt_result_element_size(&dataset->description);
    uint64_t elements = 1;
    for (size_t i = 0; i < dataset->description.rank; i++)
        if (__builtin_mul_overflow(elements, dataset->length[i], &elements))
            return 0;
    dataset->elements = (size_t)elements;
    if (__builtin_mul_overflow(size, elements, &size) || size > PTRDIFF_MAX)
        return 0;
    return size;
}

static bool has_known_filters(hid_t properties)
{
    int count = H5Pget_nfilters(properties);
    for (int i = 0; i < count; i++) {
        unsigned flags, configuration;
        size_t values = 0;
        H5Z_filter_t filter = H5Pget_filter2(properties, (unsigned)i, &flags, &values, NULL, 0,
                                             NULL, &configuration);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
            filter != H5Z_FILTER_FLETCHER32)
            return false;
    }
    return count >= 0;
}

/* Data stand in this file, and their size is one that the file can hold. (Tools that
 * compress a result make it chunked, which is read as well.) */
static bool is_stored_here(const bt_result_reader *reader, const read_variable *dataset,
                           uint64_t size)
{
    hid_t properties = H5Dget_create_plist(dataset->dataset);
    H5D_layout_t layout = H5Pget_layout(properties);
    bool fits = H5Pget_external_count(properties) == 0 && has_known_filters(properties);
    H5Pclose(properties);
    if (!fits || size == 0)
        return false;
    if (layout == H5D_CONTIGUOUS) {
        haddr_t offset = H5Dget_offset(dataset->dataset);
        return offset != HADDR_UNDEF && size <= reader->file_length &&
               offset <= reader->file_length - size;
    }
    return (layout == H5D_CHUNKED || layout == H5D_COMPACT) &&
           size / MOST_EXPANSION <= reader->file_length;
}

static bt_status read_variables(bt_result_reader *reader, bt_error *error)
{
    reader->variable = BT_ARENA_NEW(reader->arena, reader->n_datasets, read_variable *);
    if (reader->variable == NULL)
        return no_memory(reader, error);
    for (size_t i = 0; i < reader->n_datasets; i++) {
        read_variable *dataset = &reader->dataset[i];
        if (dataset->is_dimension_only)
            continue;
        if (set_dimensions(reader, dataset, error) != BT_OK)
            return BT_BAD_INPUT;
        if (!is_stored_here(reader, dataset, data_size(dataset)))
            return bad_dataset(reader, dataset, "is not stored as results are", error);
        reader->variable[reader->n_variables++] = dataset;
    }
    return BT_OK;
}

static void mark_coordinate(bt_result_reader *reader, const char *name, size_t length)
{
    for (size_t i = 0; i < reader->n_variables; i++) {
        bt_result_variable *variable = &reader->variable[i]->description;
        if (strncmp(variable->name, name, length) == 0 && variable->name[length] == '\0')
            variable->is_coordinate = true;
    }
}

/* Variables that label others are named in the attribute `coordinates` of these. */
static void mark_coordinates(bt_result_reader *reader)
{
    for (size_t i = 0; i < reader->n_variables; i++) {
        const char *list = bt_hdf5_get_text(reader->variable[i]->dataset, "coordinates",
                                            LONGEST_LABEL, reader->arena);
        while (list != NULL && *list != '\0') {
            size_t length = strcspn(list, " ");
            if (length > 0)
                mark_coordinate(reader, list, length);
            list += length + (list[length] == ' ');
        }
    }
}

static bt_status check_own_variables(const bt_result_reader *reader, bt_error *error)
{
    static const char *const names[BT_STORED_OWN] = {"status", "checksum", "fingerprint"};
    for (int i = 0; i < BT_STORED_OWN; i++) {
        const bt_result_variable *variable = bt_result_find(reader, names[i]);
        if (variable == NULL || variable->type != BT_RESULT_INT64 || variable->rank != 2 ||
            !variable->per_run)
            return bt_fail(error, BT_BAD_INPUT,
                           "%s is no result of this program: it has no %s of runs",
                           reader->path, names[i]);
    }
    return BT_OK;
}

/* ---- attributes ---- */

static bt_status read_attributes(bt_result_reader *reader, bt_error *error)
{
    H5O_info_t object;
    char name[LONGEST_NAME + 1];
    if (H5Oget_info2(reader->file, &object, H5O_INFO_NUM_ATTRS) < 0 ||
        object.num_attrs > MOST_DATASETS)
        return bt_fail(error, BT_BAD_INPUT, "%s is damaged: its attributes are unreadable",
                       reader->path);
    reader->attribute = BT_ARENA_NEW(reader->arena, object.num_attrs + 1, bt_result_attribute);
    if (reader->attribute == NULL)
        return no_memory(reader, error);
    for (hsize_t i = 0; i < object.num_attrs; i++) {
        ssize_t length = H5Aget_name_by_idx(reader->file, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                            name, sizeof name, H5P_DEFAULT);
        if (length < 0 || (size_t)length >= sizeof name)
            continue;
        bt_result_attribute attribute = {
            bt_arena_copy_text(reader->arena, name),
            bt_hdf5_get_text(reader->file, name, LONGEST_TEXT, reader->arena)};
        if (attribute.name != NULL && attribute.text != NULL)
            reader->attribute[reader->n_attributes++] = attribute;
    }
    const char *format = bt_result_text(reader, BT_RESULT_FORMAT_ATTRIBUTE);
    if (format == NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s is no result of this program: it has no attribute \"%s\"",
                       reader->path, BT_RESULT_FORMAT_ATTRIBUTE);
    if (strcmp(format, BT_RESULT_FORMAT) != 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s has result format \"%.40s\"; this program reads format \"%s\"",
                       reader->path, format, BT_RESULT_FORMAT);
    return BT_OK;
}

/* ---- opening ---- */

static bt_status check_path(const char *path, uint64_t *length, bt_error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return bt_file_fail(error, BT_NO_INPUT, "open", path);
    if (!S_ISREG(status.st_mode))
        return bt_fail(error, BT_BAD_INPUT, "%s is not an ordinary file", path);
    *length = (uint64_t)status.st_size;
    return BT_OK;
}

static bt_status open_file(bt_result_reader *reader, bt_error *error)
{
    bt_hdf5_calls calls = {false, ""};
    hid_t access = bt_hdf5_file_access(&calls);
    reader->file = bt_hdf5_check(&calls, H5Fopen(reader->path, H5F_ACC_RDONLY, access));
    H5Pclose(access);
    if (reader->file < 0)
        return bt_fail(error, BT_BAD_INPUT, "%s cannot be read as an HDF5 file: %s",
                       reader->path, calls.reason);
    return BT_OK;
}

static bt_status read_everything(bt_result_reader *reader, bt_error *error)
{
    bt_status status = open_file(reader, error);
    if (status == BT_OK)
        status = read_attributes(reader, error);
    if (status == BT_OK)
        status = read_datasets(reader, error);
    if (status == BT_OK)
        status = read_dimensions(reader, error);
    if (status == BT_OK)
        status = read_variables(reader, error);
    if (status == BT_OK)
        status = check_own_variables(reader, error);
    if (status == BT_OK)
        mark_coordinates(reader);
    return status;
}

static bt_result_reader *create_reader(const char *path)
{
    bt_arena *arena = bt_arena_create();
    bt_result_reader *reader = arena == NULL ? NULL : BT_ARENA_NEW(arena, 1, bt_result_reader);
    if (reader != NULL) {
        reader->arena = arena;
        reader->path = bt_arena_copy_text(arena, path);
        reader->file = -1;
    }
    if (reader == NULL || reader->path == NULL) {
        bt_arena_destroy(arena);
        return NULL;
    }
    return reader;
}

bt_status bt_result_open(const char *path, bt_result_reader **reader, bt_error *error)
{
    *reader = NULL;
    uint64_t length = 0;
    bt_status status = check_path(path, &length, error);
    if (status != BT_OK)
        return status;
    bt_result_reader *made = create_reader(path);
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for reading %s", path);
    made->file_length = length;
    bt_hdf5_silence_state handler = bt_hdf5_silence();
    status = read_everything(made, error);
    bt_hdf5_restore(&handler);
    if (status != BT_OK)
        bt_result_reader_close(made);
    else
        *reader = made;
    return status;
}
