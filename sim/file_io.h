/*
 * Bytes in files, for what must survive a crash: positioned reads and writes that do
 * not stop half-way, locks between processes, and a rename that is on disk when it
 * returns. Functions return false and leave errno; bt_file_fail makes the sentence.
 */
#ifndef BT_SIM_FILE_IO_H
#define BT_SIM_FILE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

/* Fill `error` with "cannot ACTION PATH: what errno says". */
bt_status bt_file_fail(bt_error *error, bt_status status, const char *action, const char *path);

bool bt_file_exists(const char *path);

/* Open for reading and writing; `create` makes the file when it is not there. Negative
 * on failure. */
int bt_file_open(const char *path, bool create);

/* All `size` bytes at `offset`. Reading past the end fails with EIO. */
bool bt_file_write(int file, uint64_t offset, const void *bytes, size_t size);
bool bt_file_read(int file, uint64_t offset, void *bytes, size_t size);

/* Length in bytes, 0 when it cannot be told. */
uint64_t bt_file_length(int file);

/* Bytes that are free on the file's disk. */
uint64_t bt_file_free_space(int file);

/* Keep other processes from writing the same file until it is closed. False when
 * another holds it; true also where the file system has no locks. Readers, and HDF5's
 * own locks, are not affected. */
bool bt_file_lock(int file);

/* Make the bytes the whole content of a file: written under another name, flushed and then
 * renamed, so that a kill at any moment leaves the old content or the new. BT_CANNOT_CREATE,
 * BT_IO. */
bt_status bt_file_replace(const char *path, const void *bytes, size_t size, bt_error *error);

/* All of a file's content, to be freed by the caller (NULL after a failure). BT_NO_INPUT: there
 * is no such file; BT_IO, BT_INTERNAL. */
bt_status bt_file_read_all(const char *path, void **bytes, size_t *size, bt_error *error);

/* Rename; `replace` allows that `to` exists (else EEXIST). Then flush the folder. */
bool bt_file_rename(const char *from, const char *to, bool replace);

/* Remove an output that could not be finished. Only a regular file: a device or a pipe
 * that was named as output stays. */
void bt_file_discard(const char *path);

#endif
