#include "sim/result_writer.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/file_io.h"
#include "sim/hash.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "result files are little endian and written as they are in memory");

static char *joined(bt_arena *arena, const char *path, const char *ending)
{
    size_t length = strlen(path);
    char *text = bt_arena_allocate(arena, length + strlen(ending) + 1, 1);
    if (text == NULL)
        return NULL;
    memcpy(text, path, length);
    memcpy(text + length, ending, strlen(ending) + 1);
    return text;
}

static bool make_fill_blocks(bt_result_writer *writer)
{
    for (int i = 0; i < BT_FILLS; i++)
        writer->fill_block[i] = bt_arena_allocate(writer->arena, BT_RESULT_BLOCK, 1);
    double *none = writer->fill_block[BT_FILL_NAN];
    if (none == NULL || writer->fill_block[BT_FILL_MINUS_ONE] == NULL ||
        writer->fill_block[BT_FILL_ZERO] == NULL)
        return false;
    memset(writer->fill_block[BT_FILL_MINUS_ONE], 0xff, BT_RESULT_BLOCK);
    for (size_t i = 0; i < BT_RESULT_BLOCK / sizeof(double); i++)
        none[i] = NAN;
    return true;
}

static bool take_run_variables(bt_result_writer *writer, const bt_result_layout *layout)
{
    writer->variable = BT_ARENA_NEW(writer->arena, layout->n_variables, bt_run_variable);
    if (writer->variable == NULL)
        return false;
    for (size_t i = BT_STORED_OWN; i < layout->n_variables; i++) {
        const bt_stored_variable *stored = &layout->variable[i];
        if (stored->description->per_run)
            writer->variable[writer->n_variables++] =
                (bt_run_variable){.slice_size = stored->slice_size,
                                  .fill = stored->fill,
                                  .index = i - BT_STORED_OWN};
    }
    return true;
}

void bt_result_take_offsets(bt_result_writer *writer, const bt_result_layout *layout)
{
    for (int i = 0; i < BT_STORED_OWN; i++)
        writer->own_offset[i] = layout->variable[i].offset;
    for (size_t i = 0; i < writer->n_variables; i++)
        writer->variable[i].offset =
            layout->variable[BT_STORED_OWN + writer->variable[i].index].offset;
}

bt_status bt_result_writer_create(const char *path, const bt_result_layout *layout,
                                  bt_result_writer **writer, bt_error *error)
{
    bt_result_writer *made = calloc(1, sizeof *made);
    *writer = NULL;
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for writing %s", path);
    made->file = -1;
    made->arena = bt_arena_create();
    made->n_points = layout->n_points;
    made->n_replications = layout->n_replications;
    bool complete = made->arena != NULL;
    if (complete) {
        made->path = bt_arena_copy_text(made->arena, path);
        made->part = joined(made->arena, path, ".part");
        made->draft = joined(made->arena, path, ".part.new");
        made->state = bt_arena_allocate(made->arena, layout->n_points, layout->n_replications);
        complete = made->path != NULL && made->part != NULL && made->draft != NULL &&
                   made->state != NULL && make_fill_blocks(made) &&
                   take_run_variables(made, layout);
    }
    if (!complete) {
        bt_result_close(made);
        return bt_fail(error, BT_INTERNAL, "no memory for writing %s", path);
    }
    *writer = made;
    return BT_OK;
}

void bt_result_close(bt_result_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->file >= 0)
        close(writer->file);
    bt_arena_destroy(writer->arena);
    free(writer);
}

/* ---- creating ---- */

static bool write_constants(int file, const bt_result_layout *layout)
{
    for (size_t i = 0; i < layout->n_variables; i++) {
        const bt_stored_variable *stored = &layout->variable[i];
        if (!stored->description->per_run &&
            !bt_file_write(file, stored->offset, stored->description->constant, stored->size))
            return false;
    }
    return true;
}

static bool write_fill(bt_result_writer *writer, uint64_t offset, size_t size, bt_fill fill)
{
    for (size_t done = 0; done < size; done += BT_RESULT_BLOCK)
        if (!bt_file_write(writer->file, offset + done, writer->fill_block[fill],
                           bt_block_size(size - done)))
            return false;
    return true;
}

static bool write_all_fill(bt_result_writer *writer, const bt_result_layout *layout)
{
    for (size_t i = 0; i < layout->n_variables; i++) {
        const bt_stored_variable *stored = &layout->variable[i];
        if (stored->description->per_run &&
            !write_fill(writer, stored->offset, stored->size, stored->fill))
            return false;
    }
    return true;
}

static bt_status check_space(const bt_result_writer *writer, int file, size_t needed,
                             bt_error *error)
{
    uint64_t available = bt_file_free_space(file);
    if (needed <= available)
        return BT_OK;
    return bt_fail(error, BT_CANNOT_CREATE,
                   "%s needs %.4g GB, and %.4g GB are free on its disk", writer->path,
                   (double)needed / 1e9, (double)available / 1e9);
}

int bt_result_draft(bt_result_writer *writer, bt_result_layout *layout, size_t space_needed,
                    bt_error *error)
{
    int file = bt_file_open(writer->draft, true);
    if (file < 0) {
        bt_file_fail(error, BT_CANNOT_CREATE, "create", writer->draft);
        return -1;
    }
    if (!bt_file_lock(file)) {
        bt_fail(error, BT_CANNOT_CREATE, "%s is being written by another process",
                writer->path);
        close(file);
        return -1;
    }
    bt_status status = check_space(writer, file, space_needed, error);
    if (status == BT_OK)
        status = bt_result_layout_build(layout, writer->draft, error);
    if (status == BT_OK && !write_constants(file, layout))
        status = bt_file_fail(error, BT_CANNOT_CREATE, "write", writer->draft);
    if (status != BT_OK) {
        unlink(writer->draft);
        close(file);
        return -1;
    }
    return file;
}

/* A result that exists is refused without `force`; with it, one that another process
 * writes just now. Returns the old .part, held by its lock, or negative. */
static bt_status check_existing(const bt_result_writer *writer, bool force, int *old_part,
                                bt_error *error)
{
    *old_part = -1;
    if (!force && bt_file_exists(writer->path))
        return bt_fail(error, BT_CANNOT_CREATE,
                       "%s exists already: use --force to replace it, or another name",
                       writer->path);
    if (!force && bt_file_exists(writer->part))
        return bt_fail(error, BT_CANNOT_CREATE,
                       "%s holds an unfinished result: use --resume to continue it, or --force "
                       "to start anew",
                       writer->part);
    *old_part = bt_file_open(writer->part, false);
    if (*old_part >= 0 && !bt_file_lock(*old_part)) {
        close(*old_part);
        return bt_fail(error, BT_CANNOT_CREATE, "%s is being written by another process",
                       writer->part);
    }
    return BT_OK;
}

/* The draft becomes the .part in one step: a .part always has its whole structure. */
static bt_status make_part(bt_result_writer *writer, bt_result_layout *layout, bool force,
                           bt_error *error)
{
    writer->file = bt_result_draft(writer, layout, layout->data_size, error);
    if (writer->file < 0)
        return BT_CANNOT_CREATE;
    bt_result_take_offsets(writer, layout);
    bt_status status = BT_OK;
    if (!write_all_fill(writer, layout) || fsync(writer->file) != 0)
        status = bt_file_fail(error, BT_CANNOT_CREATE, "write", writer->draft);
    if (status == BT_OK && !bt_file_rename(writer->draft, writer->part, force))
        status = bt_file_fail(error, BT_CANNOT_CREATE, "create", writer->part);
    if (status != BT_OK)
        unlink(writer->draft);
    return status;
}

bt_status bt_result_create(const char *path, const bt_result_schema *schema, bool force,
                           bt_result_writer **writer, bt_error *error)
{
    bt_result_layout *layout = NULL;
    int old_part = -1;
    *writer = NULL;
    bt_status status = bt_result_layout_create(schema, &layout, error);
    if (status == BT_OK)
        status = bt_result_writer_create(path, layout, writer, error);
    if (status == BT_OK)
        status = check_existing(*writer, force, &old_part, error);
    if (status == BT_OK)
        status = make_part(*writer, layout, force, error);
    if (old_part >= 0)
        close(old_part);
    bt_result_layout_destroy(layout);
    if (status != BT_OK) {
        bt_result_close(*writer);
        *writer = NULL;
        return status;
    }
    (*writer)->replace = force;
    return BT_OK;
}

/* ---- runs ---- */

uint64_t bt_result_checksum_start(size_t point, size_t replication, bt_run_state state,
                                  uint64_t fingerprint)
{
    uint64_t checksum = bt_hash_word(BT_HASH_START, point);
    checksum = bt_hash_word(checksum, replication);
    checksum = bt_hash_word(checksum, (uint64_t)state);
    return bt_hash_word(checksum, fingerprint);
}

uint64_t bt_result_checksum_bytes(uint64_t checksum, const void *bytes, size_t size)
{
    const unsigned char *next = bytes;
    uint64_t word;
    for (; size >= sizeof word; size -= sizeof word, next += sizeof word) {
        memcpy(&word, next, sizeof word);
        checksum = bt_hash_word(checksum, word);
    }
    if (size > 0) {
        word = 0;
        memcpy(&word, next, size);
        checksum = bt_hash_word(checksum, word);
    }
    return checksum;
}

bool bt_result_write_own(bt_result_writer *writer, int which, size_t run, int64_t value)
{
    return bt_file_write(writer->file, writer->own_offset[which] + run * sizeof value, &value,
                         sizeof value);
}

bt_run_state bt_result_run_state(const bt_result_writer *writer, size_t point,
                                 size_t replication)
{
    return (bt_run_state)writer->state[point * writer->n_replications + replication];
}

static bt_status check_run(const bt_result_writer *writer, size_t point, size_t replication,
                           bt_run_state state, const void *const *data, bt_error *error)
{
    if (point >= writer->n_points || replication >= writer->n_replications)
        return bt_fail(
            error, BT_INTERNAL,
            "run (point %zu, replication %zu) is outside of %s, which has %zu points "
            "and %zu replications",
            point, replication, writer->part, writer->n_points, writer->n_replications);
    if (state != BT_RUN_DONE && state != BT_RUN_FAILED)
        return bt_fail(error, BT_INTERNAL,
                       "a run is written as done or failed, not as state %d", (int)state);
    for (size_t i = 0; i < writer->n_variables && state == BT_RUN_DONE; i++)
        if (data == NULL || data[writer->variable[i].index] == NULL)
            return bt_fail(error, BT_INTERNAL,
                           "run (point %zu, replication %zu) has no data for variable %zu",
                           point, replication, writer->variable[i].index);
    return BT_OK;
}

static uint64_t checksum_fill(const bt_result_writer *writer, uint64_t checksum,
                              const bt_run_variable *variable)
{
    for (size_t done = 0; done < variable->slice_size; done += BT_RESULT_BLOCK)
        checksum = bt_result_checksum_bytes(checksum, writer->fill_block[variable->fill],
                                            bt_block_size(variable->slice_size - done));
    return checksum;
}

/* One slice: the run's data, or fill where `data` is NULL. */
static bool write_slice(bt_result_writer *writer, const bt_run_variable *variable, size_t run,
                        const void *data, uint64_t *checksum)
{
    uint64_t offset = bt_slice_offset(variable, run);
    if (data == NULL) {
        *checksum = checksum_fill(writer, *checksum, variable);
        return write_fill(writer, offset, variable->slice_size, variable->fill);
    }
    *checksum = bt_result_checksum_bytes(*checksum, data, variable->slice_size);
    return bt_file_write(writer->file, offset, data, variable->slice_size);
}

/* Data, then checksum, then status: a run whose status is set is whole, and after a
 * power failure, which may reorder writes, its checksum tells. */
static bool write_whole_run(bt_result_writer *writer, size_t run, bt_run_state state,
                            uint64_t fingerprint, const void *const *data, uint64_t checksum)
{
    bool fine = writer->state[run] == BT_RUN_PENDING ||
                bt_result_write_own(writer, BT_STORED_STATUS, run, BT_RUN_PENDING);
    writer->state[run] = BT_RUN_PENDING;
    for (size_t i = 0; i < writer->n_variables && fine; i++) {
        const bt_run_variable *variable = &writer->variable[i];
        const void *slice = state == BT_RUN_DONE ? data[variable->index] : NULL;
        fine = write_slice(writer, variable, run, slice, &checksum);
    }
    return fine &&
           bt_result_write_own(writer, BT_STORED_FINGERPRINT, run, (int64_t)fingerprint) &&
           bt_result_write_own(writer, BT_STORED_CHECKSUM, run, (int64_t)checksum) &&
           bt_result_write_own(writer, BT_STORED_STATUS, run, state);
}

bt_status bt_result_write_run(bt_result_writer *writer, size_t point, size_t replication,
                              bt_run_state state, uint64_t fingerprint, const void *const *data,
                              bt_error *error)
{
    bt_status status = check_run(writer, point, replication, state, data, error);
    if (status != BT_OK)
        return status;
    size_t run = point * writer->n_replications + replication;
    uint64_t checksum = bt_result_checksum_start(point, replication, state, fingerprint);
    if (!write_whole_run(writer, run, state, fingerprint, data, checksum))
        return bt_file_fail(error, BT_IO, "write", writer->part);
    writer->state[run] = (uint8_t)state;
    return BT_OK;
}

/* ---- ending ---- */

bt_status bt_result_flush(bt_result_writer *writer, bt_error *error)
{
    if (fsync(writer->file) != 0)
        return bt_file_fail(error, BT_IO, "flush", writer->part);
    return BT_OK;
}

bt_status bt_result_publish(bt_result_writer *writer, bt_error *error)
{
    bt_status status = bt_result_flush(writer, error);
    if (status == BT_OK && !bt_file_rename(writer->part, writer->path, writer->replace))
        status = bt_file_fail(error, BT_CANNOT_CREATE, "create", writer->path);
    bt_result_close(writer);
    return status;
}
