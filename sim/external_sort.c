#define _GNU_SOURCE /* O_TMPFILE, qsort_r */
#include "sim/external_sort.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/file_io.h"

/* Runs that are merged at once: more, smaller ones would be read in too small pieces. */
enum { WIDEST_MERGE = 128, FEWEST_RECORDS = 64, NARROWEST_MERGE = 2 };

typedef struct run {
    uint64_t offset; /* of its next unread byte */
    uint64_t end;
    unsigned char *buffer; /* while it is merged */
    size_t next, held;     /* records of the buffer */
} run;

struct bt_external_sort {
    char *folder;
    size_t record_size;
    bt_record_order *order;
    size_t capacity;        /* records in memory */
    size_t count;           /* records ever added */
    size_t held;            /* records in memory */
    unsigned char *records; /* [capacity] */
    unsigned char **sorted; /* [capacity] into records */
    size_t next;            /* of sorted, when nothing was written */
    int file;
    uint64_t file_length;
    run *runs;
    size_t n_runs, runs_capacity, first_run; /* runs before first_run are merged already */
    size_t n_spilled;
    bool is_merging;
    size_t n_merged;        /* runs of the current merge, from first_run */
    size_t per_run;         /* records of a run's buffer */
    unsigned char *buffers; /* [n_merged * per_run] */
    size_t *heap;           /* [n_merged] runs by their first record */
    size_t heap_size;
    unsigned char *out; /* a record, or a block of them in a round */
};

static bt_status out_of_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "there is no memory to sort");
}

bt_status bt_external_sort_create(const char *folder, size_t record_size,
                                  bt_record_order *order, size_t memory,
                                  bt_external_sort **sort, bt_error *error)
{
    *sort = NULL;
    bt_external_sort *made = calloc(1, sizeof *made);
    if (made == NULL)
        return out_of_memory(error);
    /* The library's sort of pointers takes as many pointers again. */
    size_t capacity = memory / (record_size + 2 * sizeof(unsigned char *));
    made->file = -1;
    made->record_size = record_size;
    made->order = order;
    made->capacity = capacity > FEWEST_RECORDS ? capacity : FEWEST_RECORDS;
    made->folder = strdup(folder);
    made->records = malloc(made->capacity * record_size);
    made->sorted = malloc(made->capacity * sizeof *made->sorted);
    made->out = malloc(record_size);
    if (made->folder == NULL || made->records == NULL || made->sorted == NULL ||
        made->out == NULL) {
        bt_external_sort_destroy(made);
        return out_of_memory(error);
    }
    *sort = made;
    return BT_OK;
}

void bt_external_sort_destroy(bt_external_sort *sort)
{
    if (sort == NULL)
        return;
    if (sort->file >= 0)
        close(sort->file);
    free(sort->folder);
    free(sort->records);
    free(sort->sorted);
    free(sort->runs);
    free(sort->buffers);
    free(sort->heap);
    free(sort->out);
    free(sort);
}

size_t bt_external_sort_count(const bt_external_sort *sort)
{
    return sort->count;
}

size_t bt_external_sort_runs(const bt_external_sort *sort)
{
    return sort->n_spilled;
}

size_t bt_external_sort_held(const bt_external_sort *sort)
{
    return sort->capacity * (sort->record_size + 2 * sizeof(unsigned char *));
}

/* ---- runs ---- */

/* A file that has no name, or loses it at once where the file system knows no such. */
static int open_unnamed(const char *folder)
{
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
        return file;
    char path[4096];
    if (snprintf(path, sizeof path, "%s/bertrand-sort-XXXXXX", folder) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    file = mkostemp(path, O_CLOEXEC);
    if (file >= 0)
        unlink(path);
    return file;
}

static bt_status begin_run(bt_external_sort *sort, bt_error *error)
{
    if (sort->file < 0) {
        sort->file = open_unnamed(sort->folder);
        if (sort->file < 0)
            return bt_file_fail(error, BT_CANNOT_CREATE, "create a temporary file in",
                                sort->folder);
    }
    if (sort->n_runs == sort->runs_capacity) {
        size_t capacity = 2 * sort->runs_capacity + 16;
        run *runs = realloc(sort->runs, capacity * sizeof *runs);
        if (runs == NULL)
            return out_of_memory(error);
        sort->runs = runs;
        sort->runs_capacity = capacity;
    }
    sort->runs[sort->n_runs++] = (run){.offset = sort->file_length, .end = sort->file_length};
    return BT_OK;
}

static bt_status extend_run(bt_external_sort *sort, const void *bytes, size_t size,
                            bt_error *error)
{
    if (!bt_file_write(sort->file, sort->file_length, bytes, size))
        return bt_file_fail(error, BT_IO, "write a temporary file in", sort->folder);
    sort->file_length += size;
    sort->runs[sort->n_runs - 1].end = sort->file_length;
    return BT_OK;
}

/* Records that compare equal stay in the order of their places. */
static int by_record(const void *a, const void *b, void *context)
{
    const bt_external_sort *sort = context;
    unsigned char *const *first = a, *const *second = b;
    int order = sort->order(*first, *second);
    return order != 0 ? order : (*first > *second) - (*first < *second);
}

static void sort_memory(bt_external_sort *sort)
{
    for (size_t i = 0; i < sort->held; i++)
        sort->sorted[i] = sort->records + i * sort->record_size;
    qsort_r(sort->sorted, sort->held, sizeof *sort->sorted, by_record, sort);
}

/* Write what is in memory as one run, in blocks. */
static bt_status spill(bt_external_sort *sort, bt_error *error)
{
    enum { BLOCK = 1 << 16 };
    size_t size = sort->record_size, per_block = BLOCK / size > 0 ? BLOCK / size : 1;
    unsigned char *block = malloc(per_block * size);
    if (block == NULL)
        return out_of_memory(error);
    sort_memory(sort);
    bt_status status = begin_run(sort, error);
    for (size_t first = 0; first < sort->held && status == BT_OK; first += per_block) {
        size_t left = sort->held - first, count = left < per_block ? left : per_block;
        for (size_t i = 0; i < count; i++)
            memcpy(block + i * size, sort->sorted[first + i], size);
        status = extend_run(sort, block, count * size, error);
    }
    free(block);
    sort->held = 0;
    sort->n_spilled++;
    return status;
}

bt_status bt_external_sort_add(bt_external_sort *sort, const void *record, bt_error *error)
{
    if (sort->held == sort->capacity) {
        bt_status status = spill(sort, error);
        if (status != BT_OK)
            return status;
    }
    memcpy(sort->records + sort->held++ * sort->record_size, record, sort->record_size);
    sort->count++;
    return BT_OK;
}

/* ---- merging ---- */

static const unsigned char *head_of(const bt_external_sort *sort, size_t number)
{
    const run *self = &sort->runs[number];
    return self->buffer + self->next * sort->record_size;
}

/* Runs were written in the order in which their records came. */
static bool comes_before(const bt_external_sort *sort, size_t a, size_t b)
{
    int order = sort->order(head_of(sort, a), head_of(sort, b));
    return order != 0 ? order < 0 : a < b;
}

static void sift_down(bt_external_sort *sort, size_t place)
{
    size_t *heap = sort->heap, moved = heap[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= sort->heap_size)
            break;
        if (child + 1 < sort->heap_size && comes_before(sort, heap[child + 1], heap[child]))
            child++;
        if (!comes_before(sort, heap[child], moved))
            break;
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = moved;
}

static bt_status refill(bt_external_sort *sort, run *self, bt_error *error)
{
    uint64_t left = self->end - self->offset, room = sort->per_run * sort->record_size;
    size_t size = (size_t)(left < room ? left : room);
    if (!bt_file_read(sort->file, self->offset, self->buffer, size))
        return bt_file_fail(error, BT_IO, "read a temporary file in", sort->folder);
    self->offset += size;
    self->next = 0;
    self->held = size / sort->record_size;
    return BT_OK;
}

/* Open the next `count` runs for merging within the memory that records had. */
static bt_status begin_merge(bt_external_sort *sort, size_t count, bt_error *error)
{
    size_t per_run = sort->capacity / count;
    sort->per_run = per_run > 0 ? per_run : 1;
    sort->n_merged = count;
    sort->heap_size = 0;
    for (size_t i = 0; i < count; i++) {
        size_t number = sort->first_run + i;
        run *self = &sort->runs[number];
        self->buffer = sort->buffers + i * sort->per_run * sort->record_size;
        bt_status status = refill(sort, self, error);
        if (status != BT_OK)
            return status;
        sort->heap[sort->heap_size++] = number;
    }
    for (size_t place = sort->heap_size / 2; place-- > 0;)
        sift_down(sort, place);
    return BT_OK;
}

/* The first record of all open runs, copied to `out`; *got false when there is none. */
static bt_status take_first(bt_external_sort *sort, unsigned char *out, bool *got,
                            bt_error *error)
{
    *got = sort->heap_size > 0;
    if (!*got)
        return BT_OK;
    run *self = &sort->runs[sort->heap[0]];
    memcpy(out, head_of(sort, sort->heap[0]), sort->record_size);
    self->next++;
    if (self->next == self->held) {
        bt_status status = refill(sort, self, error);
        if (status != BT_OK)
            return status;
        if (self->held == 0)
            sort->heap[0] = sort->heap[--sort->heap_size];
    }
    if (sort->heap_size > 0)
        sift_down(sort, 0);
    return BT_OK;
}

/* Merge the next `count` runs into one, which is put in their place. */
static bt_status merge_into_one(bt_external_sort *sort, size_t count, bt_error *error)
{
    size_t first = sort->first_run;
    bt_status status = begin_run(sort, error);
    size_t made = sort->n_runs - 1;
    if (status == BT_OK)
        status = begin_merge(sort, count, error);
    bool got = true;
    while (status == BT_OK && got) {
        status = take_first(sort, sort->out, &got, error);
        if (status == BT_OK && got)
            status = extend_run(sort, sort->out, sort->record_size, error);
    }
    if (status != BT_OK)
        return status;
    sort->runs[first + count - 1] = sort->runs[made];
    sort->n_runs = made;
    sort->first_run = first + count - 1;
    return BT_OK;
}

/* Replace the first runs by their merger until few enough are left: the order of runs,
 * and with it that of equal records, stays. */
static bt_status merge_down(bt_external_sort *sort, size_t widest, bt_error *error)
{
    bt_status status = BT_OK;
    while (status == BT_OK && sort->n_runs - sort->first_run > widest)
        status = merge_into_one(sort, widest, error);
    return status;
}

static bt_status begin_taking_out(bt_external_sort *sort, bt_error *error)
{
    size_t widest = sort->capacity / 8;
    widest = widest > WIDEST_MERGE      ? WIDEST_MERGE
             : widest < NARROWEST_MERGE ? NARROWEST_MERGE
                                        : widest;
    sort->buffers = sort->records;
    sort->records = NULL;
    free(sort->sorted);
    sort->sorted = NULL;
    sort->heap = malloc(widest * sizeof *sort->heap);
    if (sort->heap == NULL)
        return out_of_memory(error);
    bt_status status = merge_down(sort, widest, error);
    if (status == BT_OK)
        status = begin_merge(sort, sort->n_runs - sort->first_run, error);
    sort->is_merging = true;
    return status;
}

bt_status bt_external_sort_turn(bt_external_sort *sort, bt_error *error)
{
    if (sort->n_spilled == 0) {
        sort_memory(sort);
        return BT_OK;
    }
    bt_status status = sort->held > 0 ? spill(sort, error) : BT_OK;
    return status == BT_OK ? begin_taking_out(sort, error) : status;
}

bt_status bt_external_sort_next(bt_external_sort *sort, const void **record, bt_error *error)
{
    *record = NULL;
    if (!sort->is_merging) {
        if (sort->next < sort->held)
            *record = sort->sorted[sort->next++];
        return BT_OK;
    }
    bool got;
    bt_status status = take_first(sort, sort->out, &got, error);
    if (status == BT_OK && got)
        *record = sort->out;
    return status;
}
