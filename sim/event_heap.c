#include "sim/event_heap.h"

#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64, SENTINELS = 4 };

bool bt_event_heap_reserve(bt_event_heap *heap, size_t capacity)
{
    uint32_t *slot = realloc(heap->slot, capacity * sizeof(*slot));
    if (slot == NULL)
        return false;
    heap->slot = slot;

    /* Element 1, the first of its siblings, starts a cache line. */
    size_t bytes = (capacity + 3 + SENTINELS) * sizeof(bt_event_key);
    bytes = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    bt_event_key *memory = aligned_alloc(CACHE_LINE, bytes);
    if (memory == NULL)
        return false;
    if (heap->key != NULL)
        memcpy(memory + 3, heap->key, heap->count * sizeof(*memory));
    free(heap->key_memory);
    heap->key_memory = memory;
    heap->key = memory + 3;
    bt_event_heap_place_sentinels(heap);
    return true;
}

void bt_event_heap_free(bt_event_heap *heap)
{
    free(heap->key_memory);
    free(heap->slot);
}

void bt_event_heap_order(bt_event_heap *heap, size_t count)
{
    heap->count = count;
    if (heap->key != NULL)
        bt_event_heap_place_sentinels(heap);
    for (size_t i = (count + 2) / 4; i-- > 0;)
        bt_event_heap_sift_down(heap, i, heap->key[i], heap->slot[i]);
}
