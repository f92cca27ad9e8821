#include "experiments/runner/run_driver.h"

#include <math.h>
#include <stdio.h>

#include "experiments/runner/checkpoint.h"
#include "experiments/runner/plan.h"
#include "experiments/runner/wall_clock.h"

/* A slice begins as this share of the horizon and is doubled or halved to take between
 * these seconds. */
static const double first_share = 1e-4;
static const double shortest_seconds = 0.05;
static const double longest_seconds = 0.2;

typedef struct slicer {
    bool is_periodic;
    double horizon;
    double length; /* of the next slice, periods or days */
    double every;  /* between checkpoints; INFINITY: never */
    double next_checkpoint;
} slicer;

/* The first multiple of the interval after `time`. */
static double checkpoint_after(const slicer *self, double time)
{
    if (isinf(self->every))
        return INFINITY;
    double multiple = floor(time / self->every) + 1;
    /* The quotient may have been rounded down. */
    return multiple * self->every > time ? multiple * self->every
                                         : (multiple + 1) * self->every;
}

static slicer begin_slices(const bt_run_drive *drive, double time)
{
    slicer self = {.every = INFINITY};
    self.horizon = bt_horizon_of(drive->experiment, &self.is_periodic);
    self.length = self.horizon * first_share;
    if (drive->checkpoint != NULL && drive->experiment->checkpoint.every > 0)
        self.every = drive->experiment->checkpoint.every;
    self.next_checkpoint = checkpoint_after(&self, time);
    return self;
}

/* The next slice: to the next checkpoint at most; whole periods where time is counted in
 * them. */
static double slice_from(const slicer *self, double time)
{
    double length = fmin(self->length, self->next_checkpoint - time);
    return self->is_periodic ? fmax(1, ceil(length)) : length;
}

static void adapt(slicer *self, double seconds)
{
    if (seconds < shortest_seconds)
        self->length = fmin(2 * self->length, self->horizon);
    else if (seconds > longest_seconds)
        self->length /= 2;
}

static bt_status save(const bt_run_drive *drive, bt_run *run, bt_error *error)
{
    bt_checkpoint_label label = {.identity = drive->identity};
    bt_status status = BT_OK;
    if (drive->events != NULL)
        status = bt_event_spool_flush(drive->events, &label.n_events, error);
    return status == BT_OK ? bt_checkpoint_save(run, drive->checkpoint, &label, error) : status;
}

/* Write the events of a slice; forget them where nobody wants them (a pilot). */
static bt_status take_events(const bt_run_drive *drive, bt_run *run, bt_error *error)
{
    bt_trace *trace = bt_run_trace(run);
    const bt_logged_event *forgotten;
    size_t count;
    if (trace == NULL)
        return BT_OK;
    if (drive->events != NULL)
        return bt_event_spool_take(drive->events, trace, error);
    return bt_trace_take(trace, &forgotten, &count, error);
}

static bt_status advance(const bt_run_drive *drive, bt_run *run, bt_error *error)
{
    slicer slices = begin_slices(drive, bt_run_time(run));
    for (;;) {
        bool finished = false;
        double before = bt_wall_clock();
        double time = bt_run_time(run);
        bt_status status = bt_run_advance(run, slice_from(&slices, time), &finished, error);
        if (status == BT_OK)
            status = take_events(drive, run, error);
        if (status != BT_OK || finished)
            return status;
        time = bt_run_time(run);
        bool wanted = drive->goes_on(drive->context, time / slices.horizon);
        bool is_due = time >= slices.next_checkpoint;
        if (is_due || (!wanted && !isinf(slices.every)))
            status = save(drive, run, error);
        if (status != BT_OK)
            return status;
        if (!wanted)
            return bt_fail(error, BT_INTERRUPTED, "interrupted");
        if (is_due)
            slices.next_checkpoint = checkpoint_after(&slices, time);
        adapt(&slices, bt_wall_clock() - before);
    }
}

/* Continue a state of the same run if there is one. After a state that does not fit the
 * run is made anew. */
static bt_status restore_own(const bt_run_drive *drive, bt_run **run, uint64_t *n_events,
                             bt_error *error)
{
    bt_error why;
    bt_checkpoint_label label;
    bt_status status =
        bt_checkpoint_load(*run, drive->checkpoint, &drive->identity, &label, &why);
    if (status == BT_NO_INPUT)
        return BT_OK;
    char sentence[BT_ERROR_LENGTH + 64];
    if (status == BT_OK) {
        snprintf(sentence, sizeof(sentence), "continued from time %.15g", bt_run_time(*run));
        drive->remark(drive->context, sentence);
        *n_events = label.n_events;
        return BT_OK;
    }
    snprintf(sentence, sizeof(sentence), "begun again: %s", why.message);
    drive->remark(drive->context, sentence);
    bt_run_destroy(*run);
    *run = NULL;
    return bt_run_create(drive->point, drive->replication, run, error);
}

bt_status bt_run_drive_to_end(const bt_run_drive *drive, bt_run **run, bt_error *error)
{
    *run = NULL;
    uint64_t n_events = 0;
    bt_checkpoint_label unused;
    bt_status status = bt_run_create(drive->point, drive->replication, run, error);
    if (status == BT_OK && drive->resume && drive->checkpoint != NULL)
        status = restore_own(drive, run, &n_events, error);
    if (status == BT_OK && drive->from_checkpoint != NULL && bt_run_time(*run) <= 0)
        status = bt_checkpoint_load(*run, drive->from_checkpoint, NULL, &unused, error);
    if (status == BT_OK && drive->events != NULL)
        status = bt_event_spool_cut(drive->events, n_events, error);
    if (status == BT_OK)
        status = advance(drive, *run, error);
    if (status == BT_OK && drive->events != NULL)
        status = bt_event_spool_flush(drive->events, &n_events, error);
    return status;
}
