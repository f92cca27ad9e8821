#include <string.h>

#include "markets/seller.h"

typedef struct shared_object {
    struct shared_object *next;
    const char *key;
    size_t size;
    void *data;
} shared_object;

struct bt_shared {
    bt_arena *arena;
    shared_object *first;
};

bt_shared *bt_shared_create(bt_arena *arena)
{
    bt_shared *shared = BT_ARENA_NEW(arena, 1, bt_shared);
    if (shared != NULL)
        shared->arena = arena;
    return shared;
}

void *bt_shared_object(bt_shared *shared, const char *key, size_t size, bool *is_new)
{
    *is_new = false;
    for (shared_object *object = shared->first; object != NULL; object = object->next)
        if (object->size == size && strcmp(object->key, key) == 0)
            return object->data;
    shared_object *object = BT_ARENA_NEW(shared->arena, 1, shared_object);
    if (object == NULL)
        return NULL;
    object->key = bt_arena_copy_text(shared->arena, key);
    object->data = bt_arena_allocate(shared->arena, 1, size);
    if (object->key == NULL || object->data == NULL)
        return NULL;
    object->size = size;
    object->next = shared->first;
    shared->first = object;
    *is_new = true;
    return object->data;
}
