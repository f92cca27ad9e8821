/* bertrand run EXPERIMENT.yaml */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <omp.h>

#include "experiments/commands/command_line.h"
#include "experiments/commands/interruption.h"
#include "experiments/experiment_file.h"
#include "experiments/runner/progress.h"
#include "experiments/runner/run_counts.h"
#include "experiments/runner/runner.h"
#include "experiments/runner/wall_clock.h"
#include "sim/file_io.h"

/* ---- what the runner tells ---- */

enum { MOST_FAILURES_SHOWN = 20 };

typedef struct run_listener {
    bt_progress progress;
    size_t n_failures;
} run_listener;

static void show_progress(void *context, const bt_run_progress *runs)
{
    run_listener *self = context;
    bt_progress_show(&self->progress, runs, bt_wall_clock());
}

static void show_sentence(run_listener *self, const char *sentence)
{
    bt_progress_clear(&self->progress);
    fprintf(stderr, "bertrand: %s\n", sentence);
}

/* All failures are in the log. */
static void show_failure(void *context, const char *sentence)
{
    run_listener *self = context;
    if (self->n_failures < MOST_FAILURES_SHOWN)
        show_sentence(self, sentence);
    else if (self->n_failures == MOST_FAILURES_SHOWN)
        show_sentence(self, "further failures are named in the log only");
    self->n_failures++;
}

static void show_remark(void *context, const char *sentence)
{
    run_listener *self = context;
    if (self->progress.stream != NULL)
        show_sentence(self, sentence);
}

/* ---- the verb ---- */

static const bt_command_option options[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     .meaning = "the result file (default: the experiment's name with .h5)"},
    {.name = "set",
     .argument = "PATH=VALUE",
     .meaning = "replace a value of the experiment file",
     .repeatable = true},
    {.name = "threads",
     .letter = 'j',
     .argument = "N",
     .meaning = "runs side by side (default: all processors)"},
    {.name = "only",
     .argument = "RUNS",
     .meaning =
         "some runs: point=17,replication=3 or point=4-8 (default output: NAME.only.h5)"},
    {.name = "resume",
     .meaning = "go on with an interrupted result; begin where there is none"},
    {.name = "force", .letter = 'f', .meaning = "replace an existing result"},
    {.name = "from-checkpoint",
     .argument = "FILE",
     .meaning = "start every run from a saved state, under this experiment's settings"},
    {.name = "quiet", .letter = 'q', .meaning = "show no progress"},
};

/* Everything a call of the verb holds. */
typedef struct call {
    const char *experiment;
    bt_document *document;
    bt_diagnostics *diagnostics;
    char *overrides;
    char *output;
    bt_plan *plan;
    const char *only;
    bool resume;
    bool force;
    int n_threads;
} call;

static bool ends_complete(const call *self)
{
    char *part = bt_text_join(self->output, ".part", "");
    bool complete =
        part != NULL && self->resume && bt_file_exists(self->output) && !bt_file_exists(part);
    free(part);
    return complete;
}

static bool has_text(const bt_result_reader *reader, const char *attribute, const char *text)
{
    const char *found = bt_result_text(reader, attribute);
    return strcmp(found == NULL ? "" : found, text) == 0;
}

static bool is_of_this_experiment(const call *self, const bt_result_reader *reader)
{
    size_t size;
    return has_text(reader, "experiment", bt_document_text(self->document, &size)) &&
           has_text(reader, "overrides", self->overrides) &&
           has_text(reader, "selection", self->only);
}

/* A result that needs no resuming, if it is of this very experiment. */
static bt_status check_complete(const call *self, bt_error *error)
{
    bt_result_reader *reader;
    bt_run_counts counts;
    bt_status status = bt_result_open(self->output, &reader, error);
    if (status != BT_OK)
        return status;
    if (is_of_this_experiment(self, reader))
        status = bt_run_counts_read(reader, &counts, error);
    else
        status = bt_fail(error, BT_CANNOT_CREATE,
                         "%s exists already and is the result of another experiment; choose "
                         "another name with --output, or replace it with --force",
                         self->output);
    bt_result_reader_close(reader);
    if (status == BT_OK && counts.failed > 0)
        return bt_fail(error, BT_SOME_RUNS_FAILED,
                       "%s is complete already; %zu of its runs failed", self->output,
                       counts.failed);
    return status;
}

/* Better now than after the points are prepared. */
static bt_status check_output_is_free(const call *self, bt_error *error)
{
    if (self->force || self->resume)
        return BT_OK;
    char *part = bt_text_join(self->output, ".part", "");
    bool exists = bt_file_exists(self->output);
    bool has_part = part != NULL && bt_file_exists(part);
    free(part);
    if (exists)
        return bt_fail(error, BT_CANNOT_CREATE,
                       "%s exists already; replace it with --force, or choose another name "
                       "with --output",
                       self->output);
    if (has_part)
        return bt_fail(error, BT_CANNOT_CREATE,
                       "%s.part is an unfinished result; go on with --resume, or begin again "
                       "with --force",
                       self->output);
    return BT_OK;
}

static bt_status read_options(call *self, const bt_command *command,
                              const bt_arguments *arguments, bt_error *error)
{
    const char *only = bt_argument(command, arguments, "only");
    self->experiment = arguments->positional[0];
    self->only = only == NULL ? "" : only;
    self->resume = bt_argument_given(command, arguments, "resume");
    self->force = bt_argument_given(command, arguments, "force");
    if (self->resume && self->force)
        return bt_fail(error, BT_BAD_USAGE,
                       "--resume goes on with a result and --force begins it again; give one "
                       "of them");
    const char *state = bt_argument(command, arguments, "from-checkpoint");
    if (state != NULL && !bt_file_exists(state))
        return bt_fail(error, BT_NO_INPUT, "there is no %s", state);
    int64_t n_threads = omp_get_max_threads();
    bt_status status =
        bt_argument_integer(command, arguments, "threads", 1, 4096, &n_threads, error);
    self->n_threads = (int)n_threads;
    return status;
}

static bt_status run_plan(call *self, const bt_command *command, const bt_arguments *arguments,
                          bt_error *error)
{
    bool quiet = bt_argument_given(command, arguments, "quiet");
    bool is_terminal = isatty(STDERR_FILENO) != 0;
    run_listener listener = {.progress =
                                 bt_progress_begin(quiet ? NULL : stderr, is_terminal,
                                                   bt_may_colour(stderr), bt_wall_clock())};
    const bt_runner_setting setting = {
        .experiment = self->experiment,
        .output = self->output,
        .force = self->force,
        .resume = self->resume,
        .from_checkpoint = bt_argument(command, arguments, "from-checkpoint"),
        .observer = {.context = &listener,
                     .is_interrupted = bt_interruption_came,
                     .progress = show_progress,
                     .failure = show_failure,
                     .remark = show_remark},
    };
    bt_run_progress runs = {0};
    bt_status status = bt_runner_run(self->plan, &setting, &runs, error);
    if (runs.n_runs > 0)
        bt_progress_end(&listener.progress, &runs, bt_wall_clock());
    return status;
}

static bt_status make_plan(call *self, bt_error *error)
{
    const bt_plan_setting setting = {.document = self->document,
                                     .path = self->experiment,
                                     .overrides = self->overrides,
                                     .selection = self->only,
                                     .n_threads = self->n_threads,
                                     .is_interrupted = bt_interruption_came};
    return bt_plan_create(&setting, &self->plan, self->diagnostics, error);
}

static bt_status do_call(call *self, const bt_command *command, const bt_arguments *arguments,
                         bt_error *error)
{
    bt_status status = read_options(self, command, arguments, error);
    if (status == BT_OK)
        status = bt_verb_read_experiment(command, arguments, &self->document, &self->overrides,
                                         self->diagnostics, error);
    if (status == BT_OK)
        status =
            bt_verb_output(command, arguments, self->document,
                           self->only[0] != '\0' ? ".only.h5" : ".h5", &self->output, error);
    if (status == BT_OK && ends_complete(self)) {
        status = check_complete(self, error);
        if (status == BT_OK && !bt_argument_given(command, arguments, "quiet"))
            fprintf(stderr, "%s is complete already\n", self->output);
        return status;
    }
    if (status == BT_OK)
        status = check_output_is_free(self, error);
    if (status == BT_OK)
        status = make_plan(self, error);
    if (status == BT_OK)
        status = run_plan(self, command, arguments, error);
    return status;
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    call self = {.diagnostics = bt_diagnostics_create()};
    if (self.diagnostics == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory");
    bt_interruption_catch();
    bt_status status = do_call(&self, command, arguments, error);
    bt_diagnostics_print(self.diagnostics, stderr);
    bt_plan_destroy(self.plan);
    bt_document_destroy(self.document);
    bt_diagnostics_destroy(self.diagnostics);
    free(self.overrides);
    free(self.output);
    return status;
}

const bt_command bt_verb_run = {
    .name = "run",
    .synopsis = "run EXPERIMENT.yaml [options]",
    .summary = "Run an experiment into a result file",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = 1,
    .run = run,
};
