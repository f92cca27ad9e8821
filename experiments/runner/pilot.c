#include "experiments/runner/pilot.h"

#include <math.h>

#include "experiments/runner/run_driver.h"
#include "experiments/runner/wall_clock.h"

typedef struct stopwatch {
    double began;
    double limit;
    double share; /* of the horizon that was done */
} stopwatch;

static bool goes_on(void *context, double share)
{
    stopwatch *watch = context;
    watch->share = share;
    return bt_wall_clock() - watch->began < watch->limit;
}

/* Seconds that a run of this point takes; NAN if it cannot be run. */
static double time_point(const bt_plan *plan, size_t number, double limit, bool *is_bound)
{
    const bt_point *point;
    bt_point_store_expect(plan->store, number, 1);
    double seconds = NAN;
    if (bt_point_store_acquire(plan->store, number, &point, NULL) == BT_OK) {
        stopwatch watch = {.began = bt_wall_clock(), .limit = limit};
        const bt_run_drive drive = {.point = point,
                                    .experiment =
                                        bt_point_store_experiment(plan->store, number),
                                    .goes_on = goes_on,
                                    .context = &watch};
        bt_run *run;
        bt_status status = bt_run_drive_to_end(&drive, &run, NULL);
        double taken = bt_wall_clock() - watch.began;
        if (status == BT_OK)
            seconds = taken;
        else if (status == BT_INTERRUPTED && watch.share > 0)
            seconds = taken / watch.share;
        *is_bound |= status == BT_INTERRUPTED && drive.experiment->horizon.until_stable > 0;
        bt_run_destroy(run);
    }
    bt_point_store_release(plan->store, number);
    return seconds;
}

bt_pilot bt_pilot_run(const bt_plan *plan, double seconds)
{
    const size_t candidates[] = {0, plan->n_points / 2, plan->n_points - 1};
    bt_pilot pilot = {0};
    double sum = 0;
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        if (i > 0 && candidates[i] == candidates[i - 1])
            continue;
        double taken = time_point(plan, candidates[i], seconds, &pilot.is_bound);
        if (isnan(taken))
            continue;
        sum += taken;
        pilot.n_points++;
    }
    pilot.seconds_per_run = pilot.n_points > 0 ? sum / (double)pilot.n_points : NAN;
    return pilot;
}
