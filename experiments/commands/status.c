/* bertrand status RESULT.h5 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/commands/command_line.h"
#include "experiments/experiment_file.h"
#include "experiments/runner/run_counts.h"
#include "sim/file_io.h"
#include "sim/json.h"
#include "sim/result_file.h"

static const bt_command_option options[] = {
    {.name = "format", .argument = "FORMAT", .meaning = "text (default) or json"},
};

static bt_status print_json(const char *path, bool is_complete, const bt_run_counts *counts,
                            bt_error *error)
{
    bt_json json = bt_json_to(stdout);
    bt_json_begin_object(&json, NULL);
    bt_json_text(&json, "file", path);
    bt_json_boolean(&json, "complete", is_complete);
    bt_json_integer(&json, "points", (int64_t)counts->n_points);
    bt_json_integer(&json, "replications", (int64_t)counts->n_replications);
    bt_json_integer(&json, "done", (int64_t)counts->done);
    bt_json_integer(&json, "failed", (int64_t)counts->failed);
    bt_json_integer(&json, "pending", (int64_t)counts->pending);
    bt_json_end(&json);
    return bt_json_finish(&json, error);
}

static void print_text(const char *path, bool is_complete, const bt_run_counts *counts)
{
    size_t n_runs = counts->n_points * counts->n_replications;
    printf("%s: %s\n", path, is_complete ? "published" : "unfinished");
    printf("%zu point%s x %zu replication%s = %zu run%s\n", counts->n_points,
           counts->n_points == 1 ? "" : "s", counts->n_replications,
           counts->n_replications == 1 ? "" : "s", n_runs, n_runs == 1 ? "" : "s");
    printf("done %zu (%.1f%%), failed %zu, pending %zu\n", counts->done,
           100.0 * (double)counts->done / (double)n_runs, counts->failed, counts->pending);
}

/* The file itself, or its .part. */
static bt_status report(const char *path, bool as_json, bt_error *error)
{
    char *part = bt_text_join(path, ".part", "");
    if (part == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory");
    size_t length = strlen(path);
    bool is_part = length > 5 && strcmp(path + length - 5, ".part") == 0;
    bool use_part = !bt_file_exists(path) && bt_file_exists(part);
    const char *found = use_part ? part : path;
    bt_result_reader *reader;
    bt_run_counts counts = {0};
    bt_status status = bt_result_open(found, &reader, error);
    if (status == BT_OK) {
        status = bt_run_counts_read(reader, &counts, error);
        bt_result_reader_close(reader);
    }
    if (status == BT_OK && as_json)
        status = print_json(found, !use_part && !is_part, &counts, error);
    else if (status == BT_OK)
        print_text(found, !use_part && !is_part, &counts);
    free(part);
    return status;
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    const char *format = bt_argument(command, arguments, "format");
    bool as_json = format != NULL && strcmp(format, "json") == 0;
    if (format != NULL && !as_json && strcmp(format, "text") != 0)
        return bt_fail(error, BT_BAD_USAGE, "--format is text or json, not %s", format);
    return report(arguments->positional[0], as_json, error);
}

const bt_command bt_verb_status = {
    .name = "status",
    .synopsis = "status RESULT.h5 [--format json]",
    .summary = "Say how far the runs of a result file are",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = 1,
    .run = run,
};
