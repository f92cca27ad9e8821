#include "analysis/results_selection.h"

#include <string.h>

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "memory ran out while points were selected");
}

/* The elements of the kept points, `size` bytes each. */
static void *gather(const bt_results *results, const void *from, size_t size)
{
    unsigned char *kept = bt_arena_allocate(results->arena, results->n_points, size);
    for (size_t i = 0; kept != NULL && i < results->n_points; i++)
        memcpy(kept + i * size, (const unsigned char *)from + results->file_point[i] * size,
               size);
    return kept;
}

static bool varies(const bt_swept *swept, size_t n_points)
{
    for (size_t i = 1; i < n_points; i++)
        if (swept->words != NULL
                ? strcmp(swept->words[i], swept->words[0]) != 0
                : memcmp(&swept->value[i], &swept->value[0], sizeof(double)) != 0)
            return true;
    return false;
}

static bool gather_swept(bt_results *results)
{
    bt_swept *kept = BT_ARENA_NEW(results->arena, results->n_swept, bt_swept);
    if (kept == NULL)
        return false;
    size_t count = 0;
    for (size_t i = 0; i < results->n_swept; i++) {
        bt_swept swept = results->swept[i];
        if (swept.words != NULL)
            swept.words = gather(results, swept.words, sizeof(*swept.words));
        else
            swept.value = gather(results, swept.value, sizeof(*swept.value));
        if (swept.words == NULL && swept.value == NULL)
            return false;
        if (varies(&swept, results->n_points))
            kept[count++] = swept;
    }
    results->swept = kept;
    results->n_swept = count;
    bt_label_swept(kept, count);
    return true;
}

static void count_runs(bt_results *results)
{
    results->n_done = results->n_failed = results->n_pending = 0;
    for (size_t i = 0; i < results->n_points * results->n_replications; i++) {
        results->n_done += results->run_state[i] == BT_RUN_DONE;
        results->n_failed += results->run_state[i] == BT_RUN_FAILED;
        results->n_pending += results->run_state[i] == BT_RUN_PENDING;
    }
}

bt_status bt_results_keep(bt_results *results, const bool *keep, bt_error *error)
{
    size_t *file_point = BT_ARENA_NEW(results->arena, results->n_points, size_t);
    if (file_point == NULL)
        return no_memory(error);
    size_t count = 0;
    for (size_t point = 0; point < results->n_points; point++)
        if (keep[point])
            file_point[count++] = point;
    results->file_point = file_point;
    results->n_points = count;
    results->run_state = gather(results, results->run_state, results->n_replications);
    if (results->time_varies)
        results->time = gather(results, results->time, results->n_records * sizeof(double));
    if (results->run_state == NULL || results->time == NULL || !gather_swept(results))
        return no_memory(error);
    count_runs(results);
    return BT_OK;
}
