#include "experiments/sweep/sweep_points.h"

#include <stdlib.h>
#include <string.h>

bool bt_points_create(bt_points *points)
{
    *points = (bt_points){.arena = bt_arena_create()};
    return points->arena != NULL;
}

void bt_points_destroy(bt_points *points)
{
    bt_arena_destroy(points->arena);
    free(points->path);
    free(points->setting);
    free(points->first);
}

uint32_t bt_points_path(bt_points *points, const char *path)
{
    for (size_t i = 0; i < points->n_paths; i++)
        if (strcmp(points->path[i], path) == 0)
            return (uint32_t)i;
    const char **larger = realloc(points->path, (points->n_paths + 1) * sizeof(*points->path));
    const char *copy = bt_arena_copy_text(points->arena, path);
    if (larger != NULL)
        points->path = larger;
    if (larger == NULL || copy == NULL) {
        points->out_of_memory = true;
        return 0;
    }
    points->path[points->n_paths] = copy;
    return (uint32_t)points->n_paths++;
}

/* Room for one more of `size` bytes. */
static bool reserve_one(void **elements, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
    void *larger = realloc(*elements, wanted * size);
    if (larger == NULL)
        return false;
    *elements = larger;
    *capacity = wanted;
    return true;
}

void bt_points_begin(bt_points *points)
{
    void *first = points->first;
    if (!reserve_one(&first, points->n_points, &points->points_capacity,
                     sizeof(*points->first))) {
        points->out_of_memory = true;
        return;
    }
    points->first = first;
    points->first[points->n_points++] = points->n_settings;
}

void bt_points_set(bt_points *points, bt_setting setting)
{
    void *settings = points->setting;
    if (!reserve_one(&settings, points->n_settings, &points->settings_capacity,
                     sizeof(*points->setting))) {
        points->out_of_memory = true;
        return;
    }
    points->setting = settings;
    points->setting[points->n_settings++] = setting;
}

const bt_setting *bt_points_settings(const bt_points *points, size_t point, size_t *count)
{
    size_t first = points->first[point];
    size_t end = point + 1 < points->n_points ? points->first[point + 1] : points->n_settings;
    *count = end - first;
    return *count > 0 ? points->setting + first : NULL;
}

void bt_points_filter(bt_points *points, size_t first, const bool *keep)
{
    if (first >= points->n_points)
        return;
    size_t n_kept = first, settings_kept = points->first[first];
    for (size_t point = first; point < points->n_points; point++) {
        size_t count;
        const bt_setting *settings = bt_points_settings(points, point, &count);
        if (!keep[point - first])
            continue;
        if (count > 0)
            memmove(points->setting + settings_kept, settings, count * sizeof(*settings));
        points->first[n_kept++] = settings_kept;
        settings_kept += count;
    }
    points->n_points = n_kept;
    points->n_settings = settings_kept;
}
