/*
 * Going on with an unfinished result.
 *
 * The .part is compared with a freshly built twin: all bytes but the runs' own must be
 * the same, which settles at once that schema, attributes and constants agree and that
 * no metadata is damaged. Then every run is checked against its checksum, and what is
 * not whole is set back to fill, so that the final file has the bytes of one that was
 * never interrupted.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/file_io.h"
#include "sim/result_compare.h"
#include "sim/result_writer.h"

/* ---- the structure ---- */

static int by_offset(const void *left, const void *right)
{
    const bt_stored_variable *const *a = left;
    const bt_stored_variable *const *b = right;
    return ((*a)->offset > (*b)->offset) - ((*a)->offset < (*b)->offset);
}

static bool same_bytes(int a, int b, uint64_t begin, uint64_t end, unsigned char *block)
{
    for (uint64_t offset = begin; offset < end; offset += BT_RESULT_BLOCK) {
        uint64_t left = end - offset;
        size_t size = left < BT_RESULT_BLOCK ? (size_t)left : BT_RESULT_BLOCK;
        if (!bt_file_read(a, offset, block, size) ||
            !bt_file_read(b, offset, block + BT_RESULT_BLOCK, size) ||
            memcmp(block, block + BT_RESULT_BLOCK, size) != 0)
            return false;
    }
    return true;
}

/* Whether two files agree outside of the variables that are written run by run. */
static bool same_structure(const bt_result_layout *layout, int part, int twin,
                           const bt_stored_variable **run_data, unsigned char *block)
{
    if (bt_file_length(part) != bt_file_length(twin))
        return false;
    size_t count = 0;
    for (size_t i = 0; i < layout->n_variables; i++)
        if (layout->variable[i].description->per_run)
            run_data[count++] = &layout->variable[i];
    qsort(run_data, count, sizeof *run_data, by_offset);
    uint64_t begin = 0;
    bool same = true;
    for (size_t i = 0; i < count && same; i++) {
        same = same_bytes(part, twin, begin, run_data[i]->offset, block);
        begin = run_data[i]->offset + run_data[i]->size;
    }
    return same && same_bytes(part, twin, begin, bt_file_length(part), block);
}

static bt_status check_structure(bt_result_writer *writer, bt_result_layout *layout,
                                 bt_error *error)
{
    const bt_stored_variable **run_data =
        BT_ARENA_NEW(layout->arena, layout->n_variables, const bt_stored_variable *);
    unsigned char *block = bt_arena_allocate(layout->arena, 2, BT_RESULT_BLOCK);
    if (run_data == NULL || block == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for comparing %s", writer->part);
    int twin = bt_result_draft(writer, layout, 0, error);
    if (twin < 0)
        return BT_CANNOT_CREATE;
    bool same = same_structure(layout, writer->file, twin, run_data, block);
    unlink(writer->draft);
    close(twin);
    if (!same)
        return bt_result_explain_difference(layout, writer->part, error);
    bt_result_take_offsets(writer, layout);
    return BT_OK;
}

/* ---- the runs ---- */

typedef struct run_check {
    bt_result_writer *writer;
    int64_t *own[BT_STORED_OWN]; /* [run] */
    unsigned char *block;
} run_check;

static bool load_own(run_check *check, bt_arena *arena)
{
    bt_result_writer *writer = check->writer;
    size_t runs = writer->n_points * writer->n_replications;
    for (int i = 0; i < BT_STORED_OWN; i++) {
        check->own[i] = BT_ARENA_NEW(arena, runs, int64_t);
        if (check->own[i] == NULL) {
            errno = ENOMEM;
            return false;
        }
        if (!bt_file_read(writer->file, writer->own_offset[i], check->own[i],
                          runs * sizeof(int64_t)))
            return false;
    }
    return true;
}

static bool add_slice(run_check *check, const bt_run_variable *variable, size_t run,
                      uint64_t *checksum)
{
    uint64_t offset = bt_slice_offset(variable, run);
    for (size_t done = 0; done < variable->slice_size; done += BT_RESULT_BLOCK) {
        size_t size = bt_block_size(variable->slice_size - done);
        if (!bt_file_read(check->writer->file, offset + done, check->block, size))
            return false;
        *checksum = bt_result_checksum_bytes(*checksum, check->block, size);
    }
    return true;
}

/* Whether the run is done or failed and its checksum agrees; false also on an I/O
 * error, which `fine` then tells. */
static bool is_whole(run_check *check, size_t run, bool *fine)
{
    const bt_result_writer *writer = check->writer;
    int64_t state = check->own[BT_STORED_STATUS][run];
    if (state != BT_RUN_DONE && state != BT_RUN_FAILED)
        return false;
    uint64_t checksum = bt_result_checksum_start(
        run / writer->n_replications, run % writer->n_replications, (bt_run_state)state,
        (uint64_t)check->own[BT_STORED_FINGERPRINT][run]);
    for (size_t i = 0; i < writer->n_variables && *fine; i++)
        *fine = add_slice(check, &writer->variable[i], run, &checksum);
    return *fine && checksum == (uint64_t)check->own[BT_STORED_CHECKSUM][run];
}

static bool clear_slice(run_check *check, const bt_run_variable *variable, size_t run)
{
    const void *fill = check->writer->fill_block[variable->fill];
    int file = check->writer->file;
    uint64_t offset = bt_slice_offset(variable, run);
    for (size_t done = 0; done < variable->slice_size; done += BT_RESULT_BLOCK) {
        size_t size = bt_block_size(variable->slice_size - done);
        if (!bt_file_read(file, offset + done, check->block, size))
            return false;
        if (memcmp(check->block, fill, size) != 0 &&
            !bt_file_write(file, offset + done, fill, size))
            return false;
    }
    return true;
}

/* Back to pending, the status first. */
static bool clear_run(run_check *check, size_t run)
{
    bool fine = true;
    for (int i = 0; i < BT_STORED_OWN && fine; i++)
        fine = check->own[i][run] == 0 || bt_result_write_own(check->writer, i, run, 0);
    for (size_t i = 0; i < check->writer->n_variables && fine; i++)
        fine = clear_slice(check, &check->writer->variable[i], run);
    return fine;
}

static bool check_all_runs(run_check *check)
{
    bt_result_writer *writer = check->writer;
    size_t runs = writer->n_points * writer->n_replications;
    bool fine = true;
    for (size_t run = 0; run < runs && fine; run++) {
        if (is_whole(check, run, &fine))
            writer->state[run] = (uint8_t)check->own[BT_STORED_STATUS][run];
        else
            fine = fine && clear_run(check, run);
    }
    return fine;
}

static bt_status check_runs(bt_result_writer *writer, bt_arena *arena, bt_error *error)
{
    run_check check = {.writer = writer};
    check.block = bt_arena_allocate(arena, 1, BT_RESULT_BLOCK);
    if (check.block == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for checking %s", writer->part);
    if (!load_own(&check, arena) || !check_all_runs(&check))
        return bt_file_fail(error, BT_IO, "check the runs of", writer->part);
    return BT_OK;
}

/* ---- together ---- */

static bt_status open_part(bt_result_writer *writer, bt_error *error)
{
    writer->replace = bt_file_exists(writer->path);
    writer->file = bt_file_open(writer->part, false);
    if (writer->file < 0 && errno == ENOENT)
        return bt_fail(error, BT_NO_INPUT, "there is nothing to resume: %s does not exist%s",
                       writer->part, writer->replace ? " (the result is complete)" : "");
    if (writer->file < 0)
        return bt_file_fail(error, BT_IO, "open", writer->part);
    if (!bt_file_lock(writer->file))
        return bt_fail(error, BT_CANNOT_CREATE, "%s is being written by another process",
                       writer->part);
    return BT_OK;
}

bt_status bt_result_resume(const char *path, const bt_result_schema *schema,
                           bt_result_writer **writer, bt_error *error)
{
    bt_result_layout *layout = NULL;
    *writer = NULL;
    bt_status status = bt_result_layout_create(schema, &layout, error);
    if (status == BT_OK)
        status = bt_result_writer_create(path, layout, writer, error);
    if (status == BT_OK)
        status = open_part(*writer, error);
    if (status == BT_OK)
        status = check_structure(*writer, layout, error);
    if (status == BT_OK)
        status = check_runs(*writer, layout->arena, error);
    bt_result_layout_destroy(layout);
    if (status != BT_OK) {
        bt_result_close(*writer);
        *writer = NULL;
    }
    return status;
}
