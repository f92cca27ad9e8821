/* bertrand plan EXPERIMENT.yaml */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include "experiments/commands/command_line.h"
#include "experiments/experiment_file.h"
#include "experiments/runner/pilot.h"
#include "experiments/runner/plan.h"

enum { MOST_LISTED = 40 };
static const double pilot_seconds = 1;

static const bt_command_option options[] = {
    {.name = "set",
     .argument = "PATH=VALUE",
     .meaning = "replace a value of the experiment file",
     .repeatable = true},
    {.name = "threads",
     .letter = 'j',
     .argument = "N",
     .meaning = "runs side by side (default: all processors)"},
    {.name = "only", .argument = "RUNS", .meaning = "some runs: point=17,replication=3"},
    {.name = "all", .meaning = "list all points, however many"},
    {.name = "no-pilot", .meaning = "do not time a few runs for the estimate"},
};

static void print_bytes(double bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    while (bytes >= 1000 && unit < 4) {
        bytes /= 1000;
        unit++;
    }
    printf("%.*f %s", unit > 0 && bytes < 100 ? 1 : 0, bytes, units[unit]);
}

static void print_seconds(double seconds)
{
    if (seconds < 1)
        printf("%.2g s", seconds);
    else if (seconds < 120)
        printf("%.0f s", seconds);
    else if (seconds < 120 * 60)
        printf("%.0f min", seconds / 60);
    else if (seconds < 48 * 3600)
        printf("%.1f h", seconds / 3600);
    else
        printf("%.1f d", seconds / 86400);
}

static void print_horizon(const bt_plan *plan)
{
    bool is_periodic;
    const bt_experiment *base = bt_sweep_base(plan->sweep);
    double horizon = bt_horizon_of(base, &is_periodic);
    printf("horizon  %.15g %s", horizon, is_periodic ? "periods" : "days");
    if (base->horizon.until_stable > 0)
        printf(", or until stable for %lld periods", (long long)base->horizon.until_stable);
    printf(", %zu record%s\n", plan->cube->extent.n_records,
           plan->cube->extent.n_records == 1 ? "" : "s");
}

static void print_runs(const bt_plan *plan)
{
    printf("runs     %zu = %zu point%s x %zu replication%s",
           plan->n_points * plan->n_replications, plan->n_points,
           plan->n_points == 1 ? "" : "s", plan->n_replications,
           plan->n_replications == 1 ? "" : "s");
    if (plan->n_selected < plan->n_points * plan->n_replications)
        printf(", %zu selected", plan->n_selected);
    printf("\n");
}

static void print_variables(const bt_plan *plan)
{
    const bt_result_schema *schema = &plan->cube->schema;
    printf("series   ");
    const char *separator = "";
    for (size_t i = 0; i < schema->n_variables; i++) {
        if (plan->cube->source[i].kind != BT_RECORDED)
            continue;
        printf("%s%s", separator, schema->variables[i].name);
        separator = ", ";
    }
    printf("\n");
}

static void print_time(const bt_plan *plan)
{
    bt_pilot pilot = bt_pilot_run(plan, pilot_seconds);
    if (pilot.n_points == 0) {
        printf("time     unknown: no run of the pilot went well\n");
        return;
    }
    int side_by_side = plan->n_threads;
    if ((size_t)side_by_side > plan->n_selected)
        side_by_side = (int)plan->n_selected;
    double rounds = ceil((double)plan->n_selected / side_by_side);
    printf("time     %s", pilot.is_bound ? "at most " : "about ");
    print_seconds(pilot.seconds_per_run * rounds);
    printf(" on %d thread%s (", side_by_side, side_by_side == 1 ? "" : "s");
    print_seconds(pilot.seconds_per_run);
    printf(" a run, by a pilot at %zu point%s)\n", pilot.n_points,
           pilot.n_points == 1 ? "" : "s");
}

static void print_points(const bt_plan *plan, bool all)
{
    size_t listed = all || plan->n_points <= MOST_LISTED ? plan->n_points : MOST_LISTED;
    printf("points\n");
    for (size_t point = 0; point < listed; point++) {
        char label[1024];
        bt_sweep_label(plan->sweep, point, label, sizeof(label));
        printf("%6zu   %s\n", point, label[0] != '\0' ? label : "(the experiment itself)");
    }
    if (listed < plan->n_points)
        printf("         and %zu more (--all lists them)\n", plan->n_points - listed);
}

static void print_plan(const bt_plan *plan, const char *output, bool all, bool with_pilot)
{
    printf("%s\n", bt_sweep_base(plan->sweep)->name);
    print_runs(plan);
    print_horizon(plan);
    print_variables(plan);
    printf("result   %s, ", output);
    print_bytes((double)bt_result_size(&plan->cube->schema));
    printf("\n");
    if (with_pilot)
        print_time(plan);
    if (plan->n_unprepared > 0)
        printf("warning  the runs of %zu point%s will fail: %s\n", plan->n_unprepared,
               plan->n_unprepared == 1 ? "" : "s", plan->first_failure.message);
    print_points(plan, all);
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    bt_document *document = NULL;
    bt_plan *plan = NULL;
    char *overrides = NULL, *output = NULL;
    const char *only = bt_argument(command, arguments, "only");
    int64_t n_threads = omp_get_max_threads();
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    if (diagnostics == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory");
    bt_status status =
        bt_argument_integer(command, arguments, "threads", 1, 4096, &n_threads, error);
    if (status == BT_OK)
        status = bt_verb_read_experiment(command, arguments, &document, &overrides, diagnostics,
                                         error);
    if (status == BT_OK)
        status = bt_verb_output(command, arguments, document, only != NULL ? ".only.h5" : ".h5",
                                &output, error);
    const bt_plan_setting setting = {.document = document,
                                     .path = arguments->positional[0],
                                     .overrides = overrides,
                                     .selection = only == NULL ? "" : only,
                                     .n_threads = (int)n_threads};
    if (status == BT_OK)
        status = bt_plan_create(&setting, &plan, diagnostics, error);
    if (status == BT_OK)
        print_plan(plan, output, bt_argument_given(command, arguments, "all"),
                   !bt_argument_given(command, arguments, "no-pilot"));
    bt_diagnostics_print(diagnostics, stderr);
    bt_plan_destroy(plan);
    bt_document_destroy(document);
    bt_diagnostics_destroy(diagnostics);
    free(overrides);
    free(output);
    return status;
}

const bt_command bt_verb_plan = {
    .name = "plan",
    .synopsis = "plan EXPERIMENT.yaml [options]",
    .summary = "List an experiment's runs, their size on disk and the time they take",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = 1,
    .run = run,
};
