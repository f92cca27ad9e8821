/*
 * The writer's inside, shared by what creates a result file and what resumes one.
 *
 * A run's checksum continues bt_hash_word over the words point, replication, state,
 * fingerprint, and then each per-run variable's slice in the order of the schema, read
 * as little-endian 64-bit words (the last one completed with zero bytes).
 */
#ifndef BT_SIM_RESULT_WRITER_H
#define BT_SIM_RESULT_WRITER_H

#include "sim/arena.h"
#include "sim/result_file.h"
#include "sim/result_layout.h"

/* A multiple of 8. */
enum { BT_RESULT_BLOCK = 64 * 1024 };

/* A variable that is written run by run. */
typedef struct bt_run_variable {
    uint64_t offset; /* of the first run's slice */
    size_t slice_size;
    bt_fill fill;
    size_t index; /* in the schema */
} bt_run_variable;

struct bt_result_writer {
    bt_arena *arena;
    char *path;
    char *part;  /* path.part */
    char *draft; /* path.part.new: never seen as a result */
    int file;    /* of the .part; negative when none */
    bool replace;
    size_t n_points;
    size_t n_replications;
    uint64_t own_offset[BT_STORED_OWN];
    bt_run_variable *variable;
    size_t n_variables;
    uint8_t *state;             /* [point][replication] */
    void *fill_block[BT_FILLS]; /* BT_RESULT_BLOCK bytes each */
};

/* A writer without a file. */
bt_status bt_result_writer_create(const char *path, const bt_result_layout *layout,
                                  bt_result_writer **writer, bt_error *error);

/* Build the structure and write the constants in the draft, which is opened, locked and
 * returned; negative on failure, and the draft is gone. Refuses when the disk has less
 * than `space_needed` bytes. */
int bt_result_draft(bt_result_writer *writer, bt_result_layout *layout, size_t space_needed,
                    bt_error *error);

/* Take over the offsets of a layout that was built. */
void bt_result_take_offsets(bt_result_writer *writer, const bt_result_layout *layout);

uint64_t bt_result_checksum_start(size_t point, size_t replication, bt_run_state state,
                                  uint64_t fingerprint);
uint64_t bt_result_checksum_bytes(uint64_t checksum, const void *bytes, size_t size);

/* Write one of the writer's own values of a run. */
bool bt_result_write_own(bt_result_writer *writer, int which, size_t run, int64_t value);

/* Where the slice of a run begins. */
static inline uint64_t bt_slice_offset(const bt_run_variable *variable, size_t run)
{
    return variable->offset + (uint64_t)run * variable->slice_size;
}

static inline size_t bt_block_size(size_t left)
{
    return left < BT_RESULT_BLOCK ? left : BT_RESULT_BLOCK;
}

#endif
