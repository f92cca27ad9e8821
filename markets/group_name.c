#include "markets/group_name.h"

#include <string.h>

const char *bt_group_reference(const char *name, size_t k, bt_arena *arena)
{
    const char *sign = strchr(name, '#');
    return sign == NULL ? name
                        : bt_arena_format_text(arena, "%.*s%zu%s", (int)(sign - name), name,
                                               k + 1, sign + 1);
}

const char *bt_group_name(const char *name, size_t count, size_t k, bt_arena *arena)
{
    if (strchr(name, '#') != NULL || count <= 1)
        return bt_group_reference(name, k, arena);
    return bt_arena_format_text(arena, "%s%zu", name, k + 1);
}
