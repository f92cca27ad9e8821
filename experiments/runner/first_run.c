#include "experiments/runner/first_run.h"

#include "experiments/runner/run.h"

bt_status bt_first_run_check(const bt_sweep *sweep, bt_diagnostics *diagnostics,
                             bt_error *error)
{
    bt_experiment experiment;
    bt_point *point = NULL;
    bt_run *run = NULL;
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory");
    bt_status status = bt_sweep_bind(sweep, 0, &experiment, arena, diagnostics);
    if (status == BT_OK)
        status = bt_point_prepare(&experiment, bt_sweep_key(sweep, 0), 1, &point, error);
    if (status == BT_OK)
        status = bt_run_create(point, 0, &run, error);
    bt_run_destroy(run);
    bt_point_release(point);
    bt_arena_destroy(arena);
    return status;
}
