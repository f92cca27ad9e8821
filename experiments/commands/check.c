/* bertrand check FILE... */
#include <inttypes.h>
#include <stdio.h>

#include "experiments/commands/command_line.h"
#include "experiments/experiment_file.h"
#include "experiments/runner/first_run.h"
#include "experiments/sweep/sweep.h"

static const bt_command_option options[] = {
    {.name = "set",
     .argument = "PATH=VALUE",
     .meaning = "replace a value of the experiment file",
     .repeatable = true},
    {.name = "quiet", .letter = 'q', .meaning = "say nothing of files that are right"},
};

/* Bind every point of a sweep: a value that only some points have may be wrong. */
static bt_status check_points(const bt_sweep *sweep, bt_diagnostics *diagnostics)
{
    bt_status worst = BT_OK;
    for (size_t point = 0; point < bt_sweep_n_points(sweep); point++) {
        bt_experiment experiment;
        bt_arena *arena = bt_arena_create();
        if (arena == NULL)
            return BT_INTERNAL;
        bt_status status = bt_sweep_bind(sweep, point, &experiment, arena, diagnostics);
        bt_arena_destroy(arena);
        if (worst == BT_OK)
            worst = status;
    }
    return worst;
}

static void say_what_is_right(const char *path, const bt_sweep *sweep)
{
    size_t n_points = bt_sweep_n_points(sweep);
    int64_t n_replications = bt_sweep_base(sweep)->replications;
    printf("%s: no mistakes; %zu point%s, %" PRId64 " replication%s\n", path, n_points,
           n_points == 1 ? "" : "s", n_replications, n_replications == 1 ? "" : "s");
}

static bt_status check_document(const char *path, const bt_document *document, bool quiet,
                                bt_diagnostics *diagnostics, bt_error *error)
{
    bt_sweep *sweep;
    bt_status status = bt_sweep_expand(document, path, &sweep, diagnostics);
    if (status != BT_OK)
        return status;
    status = check_points(sweep, diagnostics);
    if (status == BT_OK && bt_diagnostics_reported(diagnostics) == 0) {
        status = bt_first_run_check(sweep, diagnostics, error);
        if (status != BT_OK)
            bt_error_prefix(error, "%s", path);
    }
    if (status == BT_OK && bt_diagnostics_reported(diagnostics) == 0 && !quiet)
        say_what_is_right(path, sweep);
    bt_sweep_destroy(sweep);
    return status;
}

static bt_status check_file(const bt_command *command, const bt_arguments *arguments,
                            const char *path, bt_error *error)
{
    const char *const *overrides;
    size_t n_overrides = bt_argument_all(command, arguments, "set", &overrides);
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    if (diagnostics == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory");
    bt_document *document;
    bt_status status =
        bt_experiment_file_read(path, overrides, n_overrides, &document, diagnostics, error);
    if (document != NULL && (status == BT_OK || status == BT_BAD_INPUT)) {
        bt_status checked = check_document(
            path, document, bt_argument_given(command, arguments, "quiet"), diagnostics, error);
        status = status == BT_OK ? checked : status;
    }
    bt_diagnostics_print(diagnostics, stderr);
    bt_document_destroy(document);
    bt_diagnostics_destroy(diagnostics);
    return status;
}

/* All files are checked; the status is that of the first that is wrong. */
static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    bt_status worst = BT_OK;
    for (size_t i = 0; i < arguments->n_positional; i++) {
        bt_error failure = {.status = BT_OK};
        bt_status status = check_file(command, arguments, arguments->positional[i], &failure);
        if (status == BT_OK || worst != BT_OK) {
            if (failure.message[0] != '\0')
                fprintf(stderr, "bertrand: %s\n", failure.message);
            continue;
        }
        worst = status;
        *error = failure;
    }
    return worst;
}

const bt_command bt_verb_check = {
    .name = "check",
    .synopsis = "check EXPERIMENT.yaml... [options]",
    .summary = "Say what is wrong with experiment files, without running them",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = SIZE_MAX,
    .run = run,
};
