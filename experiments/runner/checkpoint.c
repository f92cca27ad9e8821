#include "experiments/runner/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/file_io.h"

static bt_status name_folder(const char *result, char *path, bt_error *error)
{
    int length = snprintf(path, BT_CHECKPOINT_PATH, "%s.ckpt", result);
    if (length < 0 || length >= BT_CHECKPOINT_PATH)
        return bt_fail(error, BT_CANNOT_CREATE, "the name of %.60s... is too long", result);
    return BT_OK;
}

bt_status bt_checkpoint_path(const char *result, size_t point, size_t replication, char *path,
                             bt_error *error)
{
    int length =
        snprintf(path, BT_CHECKPOINT_PATH, "%s.ckpt/%zu-%zu", result, point, replication);
    if (length < 0 || length >= BT_CHECKPOINT_PATH)
        return bt_fail(error, BT_CANNOT_CREATE, "the name of %.60s... is too long", result);
    return BT_OK;
}

bt_status bt_checkpoint_make_folder(const char *result, bt_error *error)
{
    char path[BT_CHECKPOINT_PATH];
    bt_status status = name_folder(result, path, error);
    if (status == BT_OK && mkdir(path, 0777) != 0 && errno != EEXIST)
        status = bt_file_fail(error, BT_CANNOT_CREATE, "create", path);
    return status;
}

void bt_checkpoint_remove_folder(const char *result)
{
    char path[BT_CHECKPOINT_PATH];
    if (name_folder(result, path, NULL) == BT_OK)
        rmdir(path);
}

/* ---- saving ---- */

static void archive_label(bt_archive *archive, bt_checkpoint_label *label)
{
    bt_archive_field(archive, "identity", &label->identity, sizeof(label->identity));
    bt_archive_field(archive, "n_events", &label->n_events, sizeof(label->n_events));
}

bt_status bt_checkpoint_save(bt_run *run, const char *path, const bt_checkpoint_label *label,
                             bt_error *error)
{
    bt_archive *archive = bt_archive_create();
    if (archive == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to save the state of a run");
    bt_checkpoint_label written = *label;
    archive_label(archive, &written);
    bt_run_archive(run, archive);
    size_t size;
    const void *bytes = bt_archive_bytes(archive, &size);
    bt_status status = bytes == NULL ? bt_archive_status(archive, error)
                                     : bt_file_replace(path, bytes, size, error);
    bt_archive_destroy(archive);
    return status;
}

/* ---- loading ---- */

static bt_status restore(bt_run *run, bt_archive *archive, const uint64_t *identity,
                         bt_checkpoint_label *label, bt_error *error)
{
    *label = (bt_checkpoint_label){0};
    archive_label(archive, label);
    bt_status status = bt_archive_status(archive, error);
    if (status == BT_OK && identity != NULL && label->identity != *identity)
        return bt_fail(error, BT_BAD_INPUT,
                       "it is the state of another experiment, point, replication or version "
                       "of the program");
    if (status == BT_OK) {
        bt_run_archive(run, archive);
        status = bt_archive_status(archive, error);
    }
    if (status == BT_OK && !bt_archive_at_end(archive))
        status = bt_fail(error, BT_BAD_INPUT, "it holds more than this experiment's state");
    return status;
}

bt_status bt_checkpoint_load(bt_run *run, const char *path, const uint64_t *identity,
                             bt_checkpoint_label *label, bt_error *error)
{
    void *bytes;
    size_t size = 0;
    bt_archive *archive = NULL;
    bt_status status = bt_file_read_all(path, &bytes, &size, error);
    if (status != BT_OK)
        return status;
    status = bt_archive_open(bytes, size, &archive, error);
    if (status == BT_OK)
        status = restore(run, archive, identity, label, error);
    if (status != BT_OK)
        bt_error_prefix(error, "%s cannot be continued", path);
    bt_archive_destroy(archive);
    free(bytes);
    return status;
}

void bt_checkpoint_remove(const char *path)
{
    unlink(path);
}
