#include "experiments/runner/runner.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include "experiments/runner/checkpoint.h"
#include "experiments/runner/event_gathering.h"
#include "experiments/runner/run_driver.h"
#include "experiments/runner/run_log.h"
#include "experiments/runner/run_slices.h"
#include "experiments/runner/wall_clock.h"
#include "sim/file_io.h"
#include "sim/hash.h"
#include "sim/version.h"

/* What all threads share. */
typedef struct runner {
    bt_plan *plan;
    const bt_runner_setting *setting;
    bt_result_writer *writer;
    bt_run_log *log;
    size_t *pending; /* [n_pending] runs in order: point * n_replications + replication */
    size_t n_pending;
    atomic_size_t next; /* in pending */
    atomic_size_t n_done;
    atomic_size_t n_failed;
    size_t n_before;
    size_t n_failed_before;
    atomic_bool leaves_off;
    _Atomic double *share; /* [thread] of the run in flight */
    int n_threads;
    omp_lock_t lock;  /* guards the log, the observer and `error` */
    bt_status status; /* the first failure that ends everything */
    bt_error *error;
} runner;

/* One thread. */
typedef struct worker {
    runner *all;
    int thread;
    size_t point;
    size_t replication;
    bt_run_slices *slices;
} worker;

/* ---- telling ---- */

static bt_run_progress progress_of(const runner *all)
{
    double done = (double)atomic_load(&all->n_done);
    for (int i = 0; i < all->n_threads; i++)
        done += atomic_load(&all->share[i]);
    return (bt_run_progress){.n_runs = all->plan->n_selected,
                             .n_before = all->n_before,
                             .n_done = atomic_load(&all->n_done),
                             .n_failed = atomic_load(&all->n_failed),
                             .fraction =
                                 all->n_pending > 0 ? done / (double)all->n_pending : 1};
}

/* Whoever comes tells, unless another does. */
static void tell_progress(runner *all)
{
    if (all->setting->observer.progress == NULL || !omp_test_lock(&all->lock))
        return;
    bt_run_progress progress = progress_of(all);
    all->setting->observer.progress(all->setting->observer.context, &progress);
    omp_unset_lock(&all->lock);
}

/* "point 3 (market.demand.scale = 0.2), replication 1" */
static void name_run(const runner *all, size_t point, size_t replication, char *name,
                     size_t size)
{
    char label[256];
    bt_sweep_label(all->plan->sweep, point, label, sizeof(label));
    snprintf(name, size, "point %zu%s%s%s, replication %zu", point, label[0] ? " (" : "", label,
             label[0] ? ")" : "", replication);
}

static void remark(void *context, const char *sentence)
{
    const worker *self = context;
    runner *all = self->all;
    char name[384], whole[BT_ERROR_LENGTH + 512];
    name_run(all, self->point, self->replication, name, sizeof(name));
    snprintf(whole, sizeof(whole), "%s: %s", name, sentence);
    omp_set_lock(&all->lock);
    bt_run_log_remark(all->log, self->point, self->replication, sentence);
    if (all->setting->observer.remark != NULL)
        all->setting->observer.remark(all->setting->observer.context, whole);
    omp_unset_lock(&all->lock);
}

/* What ends everything: the first of it is kept. */
static void give_up(runner *all, bt_status status, const bt_error *error)
{
    omp_set_lock(&all->lock);
    if (all->status == BT_OK) {
        all->status = status;
        if (all->error != NULL)
            *all->error = *error;
    }
    omp_unset_lock(&all->lock);
    atomic_store(&all->leaves_off, true);
}

/* ---- one run ---- */

static bool is_interrupted(const runner *all)
{
    const bt_run_observer *observer = &all->setting->observer;
    return observer->is_interrupted != NULL && observer->is_interrupted(observer->context);
}

static bool goes_on(void *context, double share)
{
    worker *self = context;
    runner *all = self->all;
    atomic_store(&all->share[self->thread], share < 1 ? share : 1);
    tell_progress(all);
    if (is_interrupted(all))
        atomic_store(&all->leaves_off, true);
    return !atomic_load(&all->leaves_off);
}

/* What a saved state is a state of. */
static uint64_t identity_of(const runner *all, size_t point, size_t replication)
{
    static const char program[] = BT_VERSION " " BT_COMMIT;
    const char *settings = bt_sweep_settings(all->plan->sweep);
    uint64_t hash = bt_hash_bytes(BT_HASH_START, program, sizeof(program));
    hash = bt_hash_bytes(hash, settings, strlen(settings));
    hash = bt_hash_word(hash, bt_sweep_hash(all->plan->sweep, point));
    return bt_hash_word(hash, replication);
}

static bt_status drive(worker *self, const bt_point *point, bt_run **run, bt_error *error)
{
    runner *all = self->all;
    const bt_experiment *experiment = bt_point_store_experiment(all->plan->store, self->point);
    char checkpoint[BT_CHECKPOINT_PATH];
    bt_run_drive drive = {.point = point,
                          .experiment = experiment,
                          .replication = self->replication,
                          .identity = identity_of(all, self->point, self->replication),
                          .resume = all->setting->resume,
                          .from_checkpoint = all->setting->from_checkpoint,
                          .goes_on = goes_on,
                          .remark = remark,
                          .context = self};
    bt_status status = BT_OK;
    if (experiment->checkpoint.every > 0) {
        status = bt_checkpoint_path(all->setting->output, self->point, self->replication,
                                    checkpoint, error);
        drive.checkpoint = checkpoint;
    }
    if (status == BT_OK && experiment->trace)
        status = bt_event_spool_open(all->setting->output, self->point, self->replication,
                                     &drive.events, error);
    if (status == BT_OK)
        status = bt_run_drive_to_end(&drive, run, error);
    bt_event_spool_close(drive.events);
    return status;
}

/* Everything but the writing. The error's message names the simulated time. */
static bt_status compute(worker *self, bt_run **run, uint64_t *fingerprint, double *time,
                         bt_error *error)
{
    const bt_point *point;
    *run = NULL;
    bt_status status =
        bt_point_store_acquire(self->all->plan->store, self->point, &point, error);
    if (status == BT_OK)
        status = drive(self, point, run, error);
    if (status == BT_OK)
        status = bt_run_slices_fill(self->slices, point, *run, error);
    *time = *run != NULL ? bt_run_time(*run) : 0;
    *fingerprint = *run != NULL ? bt_run_fingerprint(*run) : 0;
    if (status != BT_OK && status != BT_INTERRUPTED && *run != NULL)
        bt_error_prefix(error, "at time %.15g", *time);
    return status;
}

static void note_outcome(worker *self, double seconds, double time, const bt_error *failure)
{
    runner *all = self->all;
    omp_set_lock(&all->lock);
    bt_run_log_run(all->log, &(bt_run_log_entry){.point = self->point,
                                                 .replication = self->replication,
                                                 .seconds = seconds,
                                                 .simulated = time,
                                                 .thread = self->thread,
                                                 .failure = failure ? failure->message : NULL});
    if (failure != NULL && all->setting->observer.failure != NULL) {
        char name[384], sentence[BT_ERROR_LENGTH + 512];
        name_run(all, self->point, self->replication, name, sizeof(name));
        snprintf(sentence, sizeof(sentence), "%s: %s", name, failure->message);
        all->setting->observer.failure(all->setting->observer.context, sentence);
    }
    omp_unset_lock(&all->lock);
}

/* A saved state is of no use once its run is in the file. */
static void remove_checkpoint(const worker *self)
{
    char path[BT_CHECKPOINT_PATH];
    if (bt_sweep_base(self->all->plan->sweep)->checkpoint.every > 0 &&
        bt_checkpoint_path(self->all->setting->output, self->point, self->replication, path,
                           NULL) == BT_OK)
        bt_checkpoint_remove(path);
}

static void write_run(worker *self, bt_run_state state, uint64_t fingerprint)
{
    runner *all = self->all;
    bt_error error;
    const void *const *data = state == BT_RUN_DONE ? bt_run_slices_data(self->slices) : NULL;
    bt_status status = bt_result_write_run(all->writer, self->point, self->replication, state,
                                           fingerprint, data, &error);
    if (status != BT_OK) {
        give_up(all, status, &error);
        return;
    }
    remove_checkpoint(self);
    atomic_fetch_add(&all->n_done, 1);
    if (state == BT_RUN_FAILED) {
        atomic_fetch_add(&all->n_failed, 1);
        if (bt_sweep_base(all->plan->sweep)->on_failure == BT_ON_FAILURE_STOP)
            atomic_store(&all->leaves_off, true);
    }
}

/* A disk that cannot be written is no fault of the run: it stays to be done. */
static bool is_of_the_disk(bt_status status)
{
    return status == BT_IO || status == BT_CANNOT_CREATE;
}

static void do_run(worker *self)
{
    bt_run *run;
    bt_error error = {.status = BT_OK};
    uint64_t fingerprint;
    double time, began = bt_wall_clock();
    bt_status status = compute(self, &run, &fingerprint, &time, &error);
    if (is_of_the_disk(status)) {
        give_up(self->all, status, &error);
    } else if (status != BT_INTERRUPTED) {
        bool failed = status != BT_OK;
        write_run(self, failed ? BT_RUN_FAILED : BT_RUN_DONE, failed ? 0 : fingerprint);
        note_outcome(self, bt_wall_clock() - began, time, failed ? &error : NULL);
    }
    bt_run_destroy(run);
    bt_point_store_release(self->all->plan->store, self->point);
    atomic_store(&self->all->share[self->thread], 0);
    tell_progress(self->all);
}

/* ---- all runs ---- */

static void work(runner *all, int thread)
{
    worker self = {.all = all, .thread = thread};
    bt_error error;
    bt_status status = bt_run_slices_create(all->plan->cube, &self.slices, &error);
    if (status != BT_OK)
        give_up(all, status, &error);
    while (status == BT_OK) {
        if (is_interrupted(all))
            atomic_store(&all->leaves_off, true);
        if (atomic_load(&all->leaves_off))
            break;
        size_t taken = atomic_fetch_add(&all->next, 1);
        if (taken >= all->n_pending)
            break;
        self.point = all->pending[taken] / all->plan->n_replications;
        self.replication = all->pending[taken] % all->plan->n_replications;
        do_run(&self);
    }
    bt_run_slices_destroy(self.slices);
}

/* The selected runs that the file does not have yet. */
static bt_status list_runs(runner *all, bt_error *error)
{
    bt_plan *plan = all->plan;
    const bt_selection *selection = &plan->selection;
    all->pending = malloc(plan->n_selected * sizeof(*all->pending));
    if (all->pending == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for %zu runs", plan->n_selected);
    for (size_t point = selection->first_point; point <= selection->last_point; point++)
        for (size_t replication = selection->first_replication;
             replication <= selection->last_replication; replication++) {
            bt_run_state state = bt_result_run_state(all->writer, point, replication);
            if (state == BT_RUN_PENDING) {
                all->pending[all->n_pending++] = point * plan->n_replications + replication;
                continue;
            }
            all->n_before++;
            all->n_failed_before += state == BT_RUN_FAILED;
            bt_point_store_release(plan->store, point);
        }
    return BT_OK;
}

static bt_status open_result(runner *all, bt_error *error)
{
    const bt_runner_setting *setting = all->setting;
    const bt_result_schema *schema = &all->plan->cube->schema;
    bt_status status = BT_NO_INPUT;
    if (setting->resume)
        status = bt_result_resume(setting->output, schema, &all->writer, error);
    if (status == BT_NO_INPUT)
        status = bt_result_create(setting->output, schema, setting->force, &all->writer, error);
    return status;
}

static bt_status open_all(runner *all, bt_error *error)
{
    const bt_runner_setting *setting = all->setting;
    const bt_experiment *base = bt_sweep_base(all->plan->sweep);
    bt_status status = BT_OK;
    if (base->trace)
        status = bt_events_check(all->plan, setting->output, setting->force || setting->resume,
                                 error);
    if (status == BT_OK)
        status = open_result(all, error);
    if (status == BT_OK)
        status = list_runs(all, error);
    if (status == BT_OK && base->checkpoint.every > 0)
        status = bt_checkpoint_make_folder(setting->output, error);
    if (status == BT_OK && base->trace)
        status = bt_event_spool_make_folder(setting->output, error);
    if (status != BT_OK)
        return status;
    size_t most = (size_t)all->plan->n_threads;
    all->n_threads = (int)(all->n_pending < most ? all->n_pending : most);
    all->share = calloc(most, sizeof(*all->share));
    if (all->share == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for the threads");
    const bt_run_log_start start = {.experiment = setting->experiment,
                                    .result = setting->output,
                                    .append = setting->resume,
                                    .n_runs = all->n_pending,
                                    .n_done_before = all->n_before,
                                    .n_threads = all->n_threads};
    return bt_run_log_open(&start, &all->log, error);
}

/* Everything is there: give the files their names and remove what helped to make them. */
static bt_status publish(runner *all, bt_error *error)
{
    const char *output = all->setting->output;
    bool has_events = bt_sweep_base(all->plan->sweep)->trace;
    bt_status status = BT_OK;
    if (has_events)
        status = bt_events_gather(all->plan, all->writer, output, error);
    if (status != BT_OK)
        return status;
    status = bt_result_publish(all->writer, error);
    all->writer = NULL;
    if (status != BT_OK)
        return status;
    bt_checkpoint_remove_folder(output);
    if (has_events)
        bt_events_clean_up(all->plan, output);
    size_t n_failed = atomic_load(&all->n_failed) + all->n_failed_before;
    if (n_failed == 0)
        return BT_OK;
    return bt_fail(error, BT_SOME_RUNS_FAILED, "%zu of %zu runs failed; the others are in %s",
                   n_failed, all->plan->n_selected, output);
}

/* Publish the result if nothing is left to do, else leave it for --resume. */
static bt_status close_result(runner *all, bt_error *error)
{
    size_t n_done = atomic_load(&all->n_done);
    if (all->status == BT_OK && n_done == all->n_pending)
        return publish(all, error);
    if (all->status != BT_OK)
        return all->status;
    bt_status status = bt_result_flush(all->writer, error);
    if (status != BT_OK)
        return status;
    size_t left = all->n_pending - n_done;
    if (is_interrupted(all))
        return bt_fail(error, BT_INTERRUPTED,
                       "interrupted with %zu of %zu runs left; --resume goes on with %s.part",
                       left, all->plan->n_selected, all->setting->output);
    return bt_fail(error, BT_SOME_RUNS_FAILED,
                   "stopped by a failed run with %zu of %zu runs left; --resume goes on with "
                   "%s.part",
                   left, all->plan->n_selected, all->setting->output);
}

/* A log that could not be written is worth a word when all else is well. */
static bt_status close_log(runner *all, bt_status status, bt_error *error)
{
    if (all->log == NULL)
        return status;
    bt_error log_error;
    bt_status closed = bt_run_log_close(all->log, atomic_load(&all->n_done),
                                        atomic_load(&all->n_failed), status, &log_error);
    if (closed == BT_OK || status != BT_OK)
        return status;
    if (error != NULL)
        *error = log_error;
    return closed;
}

bt_status bt_runner_run(bt_plan *plan, const bt_runner_setting *setting,
                        bt_run_progress *progress, bt_error *error)
{
    runner all = {.plan = plan, .setting = setting, .error = error};
    omp_init_lock(&all.lock);
    bt_status status = open_all(&all, error);
    if (status == BT_OK) {
        bt_share_threads(all.n_threads, plan->n_threads);
#pragma omp parallel num_threads(all.n_threads > 0 ? all.n_threads : 1)
        work(&all, omp_get_thread_num());
        *progress = progress_of(&all);
        progress->n_failed += all.n_failed_before;
        status = close_result(&all, error);
    }
    bt_result_close(all.writer);
    status = close_log(&all, status, error);
    free(all.pending);
    free((void *)all.share);
    omp_destroy_lock(&all.lock);
    return status;
}
