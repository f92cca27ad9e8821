/* bertrand import best-offer LISTS.csv THREADS.csv, bertrand import log RESULT.events.h5 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/commands/command_line.h"
#include "experiments/commands/interruption.h"
#include "experiments/document/document.h"
#include "experiments/imports/bargaining_log.h"
#include "experiments/imports/best_offer_import.h"
#include "experiments/runner/progress.h"
#include "experiments/runner/wall_clock.h"

static const bt_command_option options[] = {
    {.name = "output", .letter = 'o', .argument = "FILE.h5", .meaning = "where to write"},
    {.name = "seed",
     .argument = "N",
     .meaning = "of the split by seller and of unknown times (default: 123456)"},
    {.name = "keep-idle",
     .argument = "SHARE",
     .meaning = "keep this share of listings without offers, with weights (default: 1)"},
    {.name = "memory",
     .argument = "MIB",
     .meaning = "memory for sorting; what is more goes to disk (default: 1024)"},
    {.name = "folder",
     .argument = "FOLDER",
     .meaning = "where that goes (default: the folder of the output)"},
    {.name = "format",
     .argument = "FORMAT",
     .meaning = "of the table of what was dropped: table, json or csv"},
    {.name = "force", .letter = 'f', .meaning = "replace an existing file"},
    {.name = "quiet", .letter = 'q', .meaning = "show no progress"},
};

/* Green and Plunkett's. */
static const int64_t default_seed = 123456;

/* A call of the verb. */
typedef struct call {
    const bt_command *command;
    const bt_arguments *arguments;
    bt_progress progress;
    bt_table_format format;
} call;

/* ---- options ---- */

static bt_status read_format(call *self, bt_error *error)
{
    static const char *const names[] = {"table", "json", "csv"};
    const char *given = bt_argument(self->command, self->arguments, "format");
    self->format = BT_TABLE_TEXT;
    for (size_t i = 0; given != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(given, names[i]) == 0) {
            self->format = (bt_table_format)i;
            return BT_OK;
        }
    }
    if (given == NULL)
        return BT_OK;
    return bt_fail(error, BT_BAD_USAGE, "--format %s: known are table, json and csv", given);
}

static bt_status read_share(const call *self, double *share, bt_error *error)
{
    const char *text = bt_argument(self->command, self->arguments, "keep-idle");
    if (text == NULL || (bt_text_to_real(text, share) && *share > 0 && *share <= 1))
        return BT_OK;
    return bt_fail(error, BT_BAD_USAGE, "--keep-idle %s: a share above 0, at most 1 is wanted",
                   text);
}

/* The folder that a file is in, to be freed; NULL when memory is out. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* ---- best offers ---- */

static void show_progress(void *context, const char *what, double fraction)
{
    call *self = context;
    bt_progress_show_share(&self->progress, what, fraction, bt_wall_clock());
}

static bt_status read_setting(call *self, bt_best_offer_import_setting *setting,
                              bt_error *error)
{
    int64_t seed = default_seed, megabytes = 1024;
    const bt_arguments *arguments = self->arguments;
    if (setting->output == NULL)
        return bt_fail(error, BT_BAD_USAGE, "import: where to write? give --output FILE.h5");
    bt_status status = read_format(self, error);
    if (status == BT_OK)
        status = read_share(self, &setting->keep_idle, error);
    if (status == BT_OK)
        status = bt_argument_integer(self->command, arguments, "seed", 0, INT64_C(1) << 53,
                                     &seed, error);
    if (status == BT_OK)
        status = bt_argument_integer(self->command, arguments, "memory", 1, 1 << 24, &megabytes,
                                     error);
    setting->seed = (uint64_t)seed;
    setting->memory = (size_t)megabytes << 20;
    return status;
}

static bt_status import_best_offers(call *self, bt_error *error)
{
    const char *const *files = self->arguments->positional + 1;
    const char *output = bt_argument(self->command, self->arguments, "output");
    const char *folder = bt_argument(self->command, self->arguments, "folder");
    char *own_folder = output != NULL ? folder_of(output) : NULL;
    bt_best_offer_import_setting setting = {
        .listings = files[0],
        .offers = files[1],
        .output = output,
        .folder = folder != NULL ? folder : own_folder,
        .force = bt_argument_given(self->command, self->arguments, "force"),
        .keep_idle = 1,
        .context = self,
        .is_interrupted = bt_interruption_came,
        .progress = show_progress,
    };
    bt_best_offer_counts counts;
    bt_status status = read_setting(self, &setting, error);
    if (status == BT_OK && setting.folder == NULL)
        status = bt_fail(error, BT_INTERNAL, "there is no memory");
    if (status == BT_OK)
        status = bt_best_offer_import(&setting, &counts, error);
    bt_progress_clear(&self->progress);
    if (status == BT_OK)
        status = bt_best_offer_counts_print(&counts, self->format, stdout, error);
    free(own_folder);
    return status;
}

/* ---- logs of runs ---- */

static bt_status import_log(call *self, bt_error *error)
{
    const char *output = bt_argument(self->command, self->arguments, "output");
    int64_t seed = default_seed;
    bt_bargaining_log_counts counts;
    if (output == NULL)
        return bt_fail(error, BT_BAD_USAGE, "import: where to write? give --output FILE.h5");
    bt_status status = bt_argument_integer(self->command, self->arguments, "seed", 0,
                                           INT64_C(1) << 53, &seed, error);
    if (status == BT_OK)
        status =
            bt_bargaining_log_import(self->arguments->positional[1], output,
                                     bt_argument_given(self->command, self->arguments, "force"),
                                     (uint64_t)seed, &counts, error);
    if (status == BT_OK)
        printf("%s: %zu listings, %zu threads, %zu turns\n", output, counts.listings,
               counts.threads, counts.turns);
    return status;
}

/* ---- the verb ---- */

/* What can be imported. */
static const struct {
    const char *name;
    size_t n_files;
    const char *files; /* for people */
    bt_status (*import)(call *self, bt_error *error);
} kinds[] = {
    {"best-offer", 2, "anon_bo_lists.csv and anon_bo_threads.csv", import_best_offers},
    {"log", 1, "the event log of a bargaining market", import_log},
};

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    bool quiet = bt_argument_given(command, arguments, "quiet");
    call self = {.command = command,
                 .arguments = arguments,
                 .progress =
                     bt_progress_begin(quiet ? NULL : stderr, isatty(STDERR_FILENO) != 0,
                                       bt_may_colour(stderr), bt_wall_clock())};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(arguments->positional[0], kinds[i].name) != 0)
            continue;
        if (arguments->n_positional != kinds[i].n_files + 1)
            return bt_fail(error, BT_BAD_USAGE, "import %s takes %zu file(s): %s",
                           kinds[i].name, kinds[i].n_files, kinds[i].files);
        bt_interruption_catch();
        return kinds[i].import(&self, error);
    }
    return bt_fail(error, BT_BAD_USAGE,
                   "import %s: what can be imported is best-offer, and log",
                   arguments->positional[0]);
}

const bt_command bt_verb_import = {
    .name = "import",
    .synopsis = "import best-offer LISTS.csv THREADS.csv | log EVENTS.h5 -o FILE.h5 [options]",
    .summary = "Import recorded or simulated negotiations into a history file",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = 8,
    .run = run,
};
