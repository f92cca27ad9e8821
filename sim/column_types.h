/*
 * The types of columns as HDF5 knows them. Internal to sim/: column_file.c writes what
 * column_reader.c reads.
 */
#ifndef BT_SIM_COLUMN_TYPES_H
#define BT_SIM_COLUMN_TYPES_H

#include <hdf5.h>

#include "sim/column_file.h"

/* In the file: little-endian. */
static inline hid_t bt_column_stored(const bt_column *column)
{
    switch (column->type) {
    case BT_COLUMN_INT64:
        return H5T_STD_I64LE;
    case BT_COLUMN_UINT64:
        return H5T_STD_U64LE;
    case BT_COLUMN_INT32:
        return H5T_STD_I32LE;
    case BT_COLUMN_UINT32:
        return H5T_STD_U32LE;
    case BT_COLUMN_UINT8:
        return H5T_STD_U8LE;
    default:
        return H5T_IEEE_F64LE;
    }
}

/* In memory. */
static inline hid_t bt_column_native(const bt_column *column)
{
    switch (column->type) {
    case BT_COLUMN_INT64:
        return H5T_NATIVE_INT64;
    case BT_COLUMN_UINT64:
        return H5T_NATIVE_UINT64;
    case BT_COLUMN_INT32:
        return H5T_NATIVE_INT32;
    case BT_COLUMN_UINT32:
        return H5T_NATIVE_UINT32;
    case BT_COLUMN_UINT8:
        return H5T_NATIVE_UINT8;
    default:
        return H5T_NATIVE_DOUBLE;
    }
}

/* Bytes of one value. */
static inline size_t bt_column_size(const bt_column *column)
{
    switch (column->type) {
    case BT_COLUMN_INT32:
    case BT_COLUMN_UINT32:
        return 4;
    case BT_COLUMN_UINT8:
        return 1;
    default:
        return 8;
    }
}

#endif
