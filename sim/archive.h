/*
 * A run's state as bytes: saving and restoring are one function.
 *
 * Each object with state has one `archive` function that lists its fields; the
 * direction decides whether they are written or read. A field that is listed is
 * both saved and restored, so the two cannot drift apart. The first failure
 * (a missing, renamed or resized field, a truncated archive) sticks, later calls
 * do nothing, and bt_archive_status tells.
 *
 *     static void archive(void *self, bt_archive *archive)
 *     {
 *         my_seller *seller = self;
 *         bt_archive_field(archive, "q_value", seller->q_value, n * sizeof(double));
 *     }
 */
#ifndef BT_SIM_ARCHIVE_H
#define BT_SIM_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

typedef struct bt_archive bt_archive;

/* A new archive to save into; NULL when memory is out. */
bt_archive *bt_archive_create(void);

/* An archive that restores from `size` bytes, which must outlive it. The bytes
 * are hostile until read: bad magic, version, checksum or length is an error. */
bt_status bt_archive_open(const void *bytes, size_t size, bt_archive **archive,
                          bt_error *error);

void bt_archive_destroy(bt_archive *archive);

/* Save or restore `size` bytes at `data` under `label`. */
void bt_archive_field(bt_archive *archive, const char *label, void *data, size_t size);

/* Whether this archive restores (true) or saves (false). */
bool bt_archive_restores(const bt_archive *archive);

/* BT_OK, or the first failure with its sentence (which names the label). */
bt_status bt_archive_status(const bt_archive *archive, bt_error *error);

/* Report that what was restored makes no sense to its owner: a failure like those
 * of bt_archive_field. */
void bt_archive_fail(bt_archive *archive, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether a restoring archive has no field left: whoever restored the last object
 * asks, since a field that nobody read belongs to another program. */
bool bt_archive_at_end(const bt_archive *archive);

/* Whether a restoring archive can still hold `count` elements of `size` bytes: ask before
 * making room for a number of elements that was read from it. */
bool bt_archive_can_hold(const bt_archive *archive, uint64_t count, size_t size);

/* The bytes saved so far, sealed with a checksum; owned by the archive and valid
 * until the next field. NULL and 0 after a failure or when the archive restores. */
const void *bt_archive_bytes(bt_archive *archive, size_t *size);

#endif
