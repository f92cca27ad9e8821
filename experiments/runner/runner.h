/*
 * Runs of an experiment side by side, into one result file.
 *
 *     plan -> create or resume NAME.h5.part -> threads take runs in order, each:
 *             point (prepared once, shared) -> run, advanced in slices -> its slices of
 *             the file -> NAME.h5 when all are there
 *
 * Nothing a run computes depends on the thread that runs it, on how many there are, or on
 * how it is sliced; a run is written to its own place. So the file's bytes depend on the
 * experiment alone.
 *
 * Between slices a run shows its progress, looks whether it shall leave off, and, at the
 * intervals of `checkpoint:`, saves its state to NAME.h5.ckpt/POINT-REPLICATION, which is
 * removed when the run is done and continued by --resume.
 *
 * A run that fails is marked so in the file, named, and the others go on (`on_failure:
 * stop` starts no more). A resumed experiment does not repeat failed runs: they would fail
 * again.
 */
#ifndef BT_EXPERIMENTS_RUNNER_H
#define BT_EXPERIMENTS_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/runner/plan.h"
#include "sim/status.h"

/* How far it is. */
typedef struct bt_run_progress {
    size_t n_runs;   /* selected */
    size_t n_before; /* of these, done by an earlier call that is resumed */
    size_t n_done;   /* by this call, failed ones included */
    size_t n_failed;
    double fraction; /* of the runs of this call, with the parts of those in flight */
} bt_run_progress;

/* Who is told. Each may be NULL; none is called by two threads at once, but for
 * is_interrupted. */
typedef struct bt_run_observer {
    void *context;
    bt_is_interrupted *is_interrupted;
    void (*progress)(void *context, const bt_run_progress *progress);
    void (*failure)(void *context, const char *sentence); /* names the run */
    void (*remark)(void *context, const char *sentence);
} bt_run_observer;

typedef struct bt_runner_setting {
    const char *experiment;      /* its file, for the log */
    const char *output;          /* NAME.h5 */
    bool force;                  /* replace an existing result */
    bool resume;                 /* go on with NAME.h5.part; start afresh if there is none */
    const char *from_checkpoint; /* start every run from this state; NULL */
    bt_run_observer observer;
} bt_runner_setting;

/* Do the selected runs of a plan, once. BT_OK; BT_SOME_RUNS_FAILED (the file is complete);
 * BT_INTERRUPTED and, with `on_failure: stop`, BT_SOME_RUNS_FAILED leave NAME.h5.part for
 * --resume, as does BT_IO. BT_CANNOT_CREATE, BT_BAD_INPUT (the .part is of another
 * experiment). */
bt_status bt_runner_run(bt_plan *plan, const bt_runner_setting *setting,
                        bt_run_progress *progress, bt_error *error);

#endif
