#include "analysis/figure_emit.h"

#include <errno.h>
#include <string.h>

#include "sim/file_io.h"

const bt_emitter *const bt_emitters[] = {&bt_gnuplot_emitter, &bt_python_emitter};
const size_t bt_n_emitters = sizeof(bt_emitters) / sizeof(bt_emitters[0]);

const bt_emitter *bt_emitter_find(const char *name, bt_error *error)
{
    for (size_t i = 0; i < bt_n_emitters; i++)
        if (strcmp(bt_emitters[i]->name, name) == 0)
            return bt_emitters[i];
    bt_fail(error, BT_BAD_USAGE, "there are no scripts for '%s': choose gnuplot or python",
            name);
    return NULL;
}

static bt_status write_script(const bt_figure *figure, const bt_layout *layout,
                              const bt_emitter *emitter, const char *path, bt_error *error)
{
    char picture[256];
    snprintf(picture, sizeof(picture), "%.200s-%s", figure->name, emitter->name);
    FILE *script = fopen(path, "w");
    if (script == NULL)
        return bt_fail(error, BT_CANNOT_CREATE, "%s cannot be created: %s", path,
                       strerror(errno));
    emitter->emit(figure, layout, picture, script);
    bool failed = ferror(script) != 0;
    failed |= fclose(script) != 0;
    if (!failed)
        return BT_OK;
    bt_status status = bt_fail(error, BT_IO, "%s cannot be written: %s", path, strerror(errno));
    bt_file_discard(path);
    return status;
}

bt_status bt_figure_emit(const bt_figure *figure, const bt_emitter *emitter, const char *path,
                         bt_error *error)
{
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while a script was written");
    bt_layout *layout = NULL;
    bt_status status = bt_figure_lay_out(figure, arena, &layout, error);
    if (status == BT_OK)
        status = write_script(figure, layout, emitter, path, error);
    bt_arena_destroy(arena);
    return status;
}
