#include "sim/trace.h"

#include <stdbool.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 1024 };

struct bt_trace {
    bt_logged_event *event; /* [capacity] */
    size_t count;
    size_t capacity;
    bool has_lost;
};

bt_trace *bt_trace_create(void)
{
    return calloc(1, sizeof(bt_trace));
}

void bt_trace_destroy(bt_trace *trace)
{
    if (trace != NULL)
        free(trace->event);
    free(trace);
}

static bool grow(bt_trace *trace)
{
    size_t capacity = trace->capacity > 0 ? 2 * trace->capacity : FIRST_CAPACITY;
    bt_logged_event *event = realloc(trace->event, capacity * sizeof(*event));
    if (event == NULL)
        return false;
    trace->event = event;
    trace->capacity = capacity;
    return true;
}

void bt_trace_note(bt_trace *trace, const bt_logged_event *event)
{
    if (trace->count == trace->capacity && !grow(trace)) {
        trace->has_lost = true;
        return;
    }
    trace->event[trace->count++] = *event;
}

bt_status bt_trace_take(bt_trace *trace, const bt_logged_event **events, size_t *count,
                        bt_error *error)
{
    *events = trace->event;
    *count = trace->count;
    trace->count = 0;
    if (trace->has_lost)
        return bt_fail(error, BT_INTERNAL, "out of memory for the trace of a run");
    return BT_OK;
}
