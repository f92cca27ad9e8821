/* bertrand export RESULT.h5 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/export.h"
#include "experiments/commands/command_line.h"
#include "experiments/commands/analysis_options.h"
#include "experiments/imports/best_offer_export.h"
#include "sim/file_io.h"

static const bt_command_option options[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "FILE.csv",
     .meaning = "where to write (default: standard output)"},
    {.name = "series",
     .argument = "NAME,...",
     .meaning = "what to write: series, outcomes of runs or benchmarks (default: all series)",
     .repeatable = true},
    BT_OPTION_POINT,
    BT_OPTION_WHERE,
    {.name = "best-offer",
     .argument = "FOLDER",
     .meaning = "write a bargaining history as anon_bo_lists.csv and anon_bo_threads.csv"},
    {.name = "force", .meaning = "replace an existing file"},
};

static bt_status write_table(const bt_command *command, const bt_arguments *arguments,
                             const bt_results *results, const bt_export_setting *setting,
                             bt_error *error)
{
    const char *path = bt_argument(command, arguments, "output");
    size_t n_rows = 0;
    if (path == NULL)
        return bt_export_csv(results, setting, stdout, "standard output", &n_rows, error);
    if (bt_file_exists(path) && !bt_argument_given(command, arguments, "force"))
        return bt_fail(error, BT_CANNOT_CREATE, "%s exists: --force replaces it", path);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return bt_fail(error, BT_CANNOT_CREATE, "%s cannot be created: %s", path,
                       strerror(errno));
    bt_status status = bt_export_csv(results, setting, file, path, &n_rows, error);
    if (fclose(file) != 0 && status == BT_OK)
        status = bt_fail(error, BT_IO, "%s cannot be written: %s", path, strerror(errno));
    if (status == BT_OK)
        printf("%s: %zu rows\n", path, n_rows);
    else
        bt_file_discard(path);
    return status;
}

static bt_status export_results(const bt_command *command, const bt_arguments *arguments,
                                const bt_results *results, bt_error *error)
{
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while options were read");
    bt_export_setting setting = {.point = SIZE_MAX};
    bt_status status =
        bt_read_point(command, arguments, "point", results, &setting.point, error);
    if (status == BT_OK)
        status = bt_read_words(command, arguments, "series", arena, setting.name,
                               BT_MAX_EXPORTED, &setting.n_names, error);
    if (status == BT_OK)
        status = write_table(command, arguments, results, &setting, error);
    bt_arena_destroy(arena);
    return status;
}

static bt_status export_history(const bt_command *command, const bt_arguments *arguments,
                                const char *folder, bt_error *error)
{
    bt_best_offer_export_counts counts;
    bool force = bt_argument_given(command, arguments, "force");
    bt_status status =
        bt_best_offer_export(arguments->positional[0], folder, force, &counts, error);
    if (status == BT_OK)
        printf("%s: %zu listings, %zu offers\n", folder, counts.listings, counts.offers);
    return status;
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    const char *folder = bt_argument(command, arguments, "best-offer");
    if (folder != NULL)
        return export_history(command, arguments, folder, error);
    bt_results *results = NULL;
    bt_status status = bt_open_results(command, arguments, &results, error);
    if (status == BT_OK)
        status = export_results(command, arguments, results, error);
    bt_results_close(results);
    return status;
}

const bt_command bt_verb_export = {
    .name = "export",
    .synopsis = "export RESULT.h5 [options]",
    .summary = "Write a result as a tidy CSV table, or a bargaining history as the data are",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = 1,
    .run = run,
};
