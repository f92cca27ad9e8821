#include "sim/hdf5_support.h"

#include <stdio.h>
#include <string.h>

#include <hdf5_hl.h>

#include "sim/version.h"

enum { COMPACT_ATTRIBUTES = 64 };

bt_hdf5_silence_state bt_hdf5_silence(void)
{
    bt_hdf5_silence_state saved = {NULL, NULL};
    H5Eget_auto2(H5E_DEFAULT, &saved.handler, &saved.handler_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return saved;
}

void bt_hdf5_restore(const bt_hdf5_silence_state *saved)
{
    H5Eclear2(H5E_DEFAULT);
    H5Eset_auto2(H5E_DEFAULT, saved->handler, saved->handler_data);
}

static herr_t keep_innermost(unsigned level, const H5E_error2_t *description, void *data)
{
    bt_hdf5_calls *calls = data;
    if (level != 0 || description->desc == NULL)
        return 0;
    /* Of "file write failed: time = ..., error message = 'File too large', ..." the quote. */
    static const char marker[] = "error message = '";
    const char *quote = strstr(description->desc, marker);
    const char *reason = quote == NULL ? description->desc : quote + sizeof(marker) - 1;
    size_t length = quote == NULL ? strcspn(reason, "\n") : strcspn(reason, "'");
    snprintf(calls->reason, sizeof calls->reason, "%.*s", (int)length, reason);
    return 0;
}

hid_t bt_hdf5_check(bt_hdf5_calls *calls, hid_t result)
{
    if (result >= 0 || calls->failed)
        return result;
    calls->failed = true;
    snprintf(calls->reason, sizeof calls->reason, "HDF5 gives no reason");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, calls);
    return result;
}

hid_t bt_hdf5_file_access(bt_hdf5_calls *calls)
{
    hid_t access = bt_hdf5_check(calls, H5Pcreate(H5P_FILE_ACCESS));
    bt_hdf5_check(calls, H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18));
    bt_hdf5_check(calls, H5Pset_fclose_degree(access, H5F_CLOSE_STRONG));
    bt_hdf5_check(calls, H5Pset_file_locking(access, false, true));
    return access;
}

hid_t bt_hdf5_create_file(bt_hdf5_calls *calls, const char *path)
{
    const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    hid_t access = bt_hdf5_file_access(calls);
    hid_t creation = bt_hdf5_check(calls, H5Pcreate(H5P_FILE_CREATE));
    bt_hdf5_check(calls, H5Pset_link_creation_order(creation, order));
    bt_hdf5_check(calls, H5Pset_attr_creation_order(creation, order));
    bt_hdf5_check(calls, H5Pset_obj_track_times(creation, false));
    hid_t file = bt_hdf5_check(calls, H5Fcreate(path, H5F_ACC_TRUNC, creation, access));
    H5Pclose(creation);
    H5Pclose(access);
    return file;
}

hid_t bt_hdf5_dataset_properties(bt_hdf5_calls *calls)
{
    const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    hid_t properties = bt_hdf5_check(calls, H5Pcreate(H5P_DATASET_CREATE));
    bt_hdf5_check(calls, H5Pset_attr_creation_order(properties, order));
    bt_hdf5_check(calls, H5Pset_attr_phase_change(properties, COMPACT_ATTRIBUTES, 0));
    bt_hdf5_check(calls, H5Pset_obj_track_times(properties, false));
    return properties;
}

static hid_t text_type(bt_hdf5_calls *calls, size_t length)
{
    hid_t type = bt_hdf5_check(calls, H5Tcopy(H5T_C_S1));
    bt_hdf5_check(calls, H5Tset_size(type, length));
    bt_hdf5_check(calls, H5Tset_cset(type, H5T_CSET_UTF8));
    bt_hdf5_check(calls, H5Tset_strpad(type, H5T_STR_NULLPAD));
    return type;
}

hid_t bt_hdf5_character_type(bt_hdf5_calls *calls)
{
    return text_type(calls, 1);
}

static void put_attribute(bt_hdf5_calls *calls, hid_t object, const char *name, hid_t file_type,
                          hid_t memory_type, hid_t space, const void *value)
{
    hid_t attribute = bt_hdf5_check(
        calls, H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT));
    bt_hdf5_check(calls, H5Awrite(attribute, memory_type, value));
    H5Aclose(attribute);
    H5Sclose(space);
}

static void put_numbers(bt_hdf5_calls *calls, hid_t object, const char *name, size_t count,
                        hid_t file_type, hid_t memory_type, const void *value)
{
    hsize_t length = count;
    hid_t space = bt_hdf5_check(calls, H5Screate_simple(1, &length, NULL));
    put_attribute(calls, object, name, file_type, memory_type, space, value);
}

void bt_hdf5_put_text(bt_hdf5_calls *calls, hid_t object, const char *name, const char *text)
{
    size_t length = strlen(text);
    hid_t type = text_type(calls, length > 0 ? length : 1);
    hid_t space = bt_hdf5_check(calls, H5Screate(H5S_SCALAR));
    put_attribute(calls, object, name, type, type, space, text);
    H5Tclose(type);
}

void bt_hdf5_put_double(bt_hdf5_calls *calls, hid_t object, const char *name, double value)
{
    put_numbers(calls, object, name, 1, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

void bt_hdf5_put_int64(bt_hdf5_calls *calls, hid_t object, const char *name, size_t count,
                       const int64_t *value)
{
    put_numbers(calls, object, name, count, H5T_STD_I64LE, H5T_NATIVE_INT64, value);
}

void bt_hdf5_put_origin(bt_hdf5_calls *calls, hid_t file)
{
    unsigned major = 0, minor = 0, release = 0;
    char origin[96];
    bt_hdf5_check(calls, H5get_libversion(&major, &minor, &release));
    snprintf(origin, sizeof origin, "version=2,bertrand=%s,hdf5=%u.%u.%u", BT_VERSION, major,
             minor, release);
    bt_hdf5_put_text(calls, file, "_NCProperties", origin);
}

void bt_hdf5_make_scale(bt_hdf5_calls *calls, hid_t dataset, const char *scale_name, int id)
{
    hid_t space = bt_hdf5_check(calls, H5Screate(H5S_SCALAR));
    bt_hdf5_check(calls, H5DSset_scale(dataset, scale_name));
    put_attribute(calls, dataset, BT_HDF5_DIMENSION_ID, H5T_STD_I32LE, H5T_NATIVE_INT, space,
                  &id);
}

hid_t bt_hdf5_create_dimension(bt_hdf5_calls *calls, hid_t file, const char *name,
                               const char *long_name, hsize_t length, hsize_t chunk, int id)
{
    char scale_name[sizeof BT_HDF5_DIMENSION_ONLY + 24];
    bool unlimited = length == H5S_UNLIMITED;
    hsize_t current = unlimited ? 0 : length;
    hid_t properties = bt_hdf5_dataset_properties(calls);
    if (unlimited)
        bt_hdf5_check(calls, H5Pset_chunk(properties, 1, &chunk));
    hid_t space = bt_hdf5_check(calls, H5Screate_simple(1, &current, &length));
    hid_t dataset = bt_hdf5_check(calls, H5Dcreate2(file, name, H5T_STD_I64LE, space,
                                                    H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(properties);
    snprintf(scale_name, sizeof scale_name, "%s%10llu", BT_HDF5_DIMENSION_ONLY,
             (unsigned long long)current);
    bt_hdf5_make_scale(calls, dataset, scale_name, id);
    bt_hdf5_put_text(calls, dataset, "long_name", long_name);
    bt_hdf5_put_text(calls, dataset, "units", "1");
    return dataset;
}

void bt_hdf5_attach_dimensions(bt_hdf5_calls *calls, hid_t dataset, size_t rank,
                               const hid_t *scale, const int *id)
{
    if (rank == 0)
        return;
    for (size_t i = 0; i < rank; i++)
        bt_hdf5_check(calls, H5DSattach_scale(dataset, scale[i], (unsigned)i));
    put_numbers(calls, dataset, BT_HDF5_COORDINATES, rank, H5T_STD_I32LE, H5T_NATIVE_INT, id);
}

/* The attribute, opened, or negative when there is none. */
static hid_t open_attribute(hid_t object, const char *name)
{
    return H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
}

static size_t text_attribute_length(hid_t attribute, hid_t type)
{
    hid_t space = H5Aget_space(attribute);
    bool is_scalar = H5Sget_simple_extent_type(space) == H5S_SCALAR;
    H5Sclose(space);
    if (!is_scalar || H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0)
        return 0;
    return H5Tget_size(type);
}

char *bt_hdf5_get_text(hid_t object, const char *name, size_t limit, bt_arena *arena)
{
    char *text = NULL;
    hid_t attribute = open_attribute(object, name);
    if (attribute < 0)
        return NULL;
    hid_t type = H5Aget_type(attribute);
    size_t length = text_attribute_length(attribute, type);
    if (length > 0 && length <= limit)
        text = bt_arena_allocate(arena, length + 1, 1);
    if (text != NULL && H5Aread(attribute, type, text) < 0)
        text = NULL;
    H5Tclose(type);
    H5Aclose(attribute);
    return text;
}

bool bt_hdf5_get_ints(hid_t object, const char *name, size_t count, int *value)
{
    hid_t attribute = open_attribute(object, name);
    if (attribute < 0)
        return false;
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    bool fits = H5Tget_class(type) == H5T_INTEGER && H5Tget_size(type) == sizeof(int) &&
                H5Sget_simple_extent_npoints(space) == (hssize_t)count &&
                H5Aread(attribute, H5T_NATIVE_INT, value) >= 0;
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return fits;
}
