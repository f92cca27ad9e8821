/* bertrand plot RESULT.h5 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/figure_draw.h"
#include "analysis/figure_emit.h"
#include "analysis/plots.h"
#include "experiments/commands/command_line.h"
#include "experiments/commands/analysis_options.h"
#include "sim/file_io.h"

static const bt_command_option options[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "DIR|FILE",
     .meaning =
         "folder for the figures (default: RESULT-figures), or the file of a single one"},
    {.name = "kind",
     .argument = "KIND",
     .meaning = "trajectory, sweep, convergence, impulse-response, profile or all (default)"},
    {.name = "format", .argument = "FORMAT", .meaning = "svg (default), pdf or png"},
    {.name = "emit",
     .argument = "LANGUAGE,...",
     .meaning = "scripts with their data instead of pictures: gnuplot, python",
     .repeatable = true},
    {.name = "variable",
     .argument = "NAME",
     .meaning = "a series (trajectory) or a statistic (sweep) instead of the usual ones"},
    BT_OPTION_POINT,
    BT_OPTION_WHERE,
    {.name = "band",
     .argument = "BAND",
     .meaning = "quantiles (default: 5-95 % of the replications) or confidence"},
    BT_OPTION_WINDOW,
    BT_OPTION_CONFIDENCE,
    BT_OPTION_FIT_FROM,
    {.name = "force", .meaning = "replace scripts, too (pictures always are)"},
};

enum { MAX_LANGUAGES = 4, PATH_ROOM = 4096 };

typedef enum kind { ALL, TRAJECTORY, SWEEP, CONVERGENCE, RESPONSE, PROFILE } kind;

/* What the command line asks for. */
typedef struct request {
    kind kind;
    bt_plot_setting plot;
    const bt_picture_format *format; /* NULL: no pictures */
    const bt_emitter *emitter[MAX_LANGUAGES];
    size_t n_emitters;
    const char *output; /* NULL: the default folder */
    bool force;
} request;

/* ---- reading the command line ---- */

static bt_status read_kind(const char *word, kind *chosen, bt_error *error)
{
    static const char *const name[] = {[ALL] = "all",
                                       [TRAJECTORY] = "trajectory",
                                       [SWEEP] = "sweep",
                                       [CONVERGENCE] = "convergence",
                                       [RESPONSE] = "impulse-response",
                                       [PROFILE] = "profile"};
    *chosen = ALL;
    if (word == NULL)
        return BT_OK;
    for (kind i = ALL; i <= PROFILE; i++)
        if (strcmp(word, name[i]) == 0) {
            *chosen = i;
            return BT_OK;
        }
    return bt_fail(
        error, BT_BAD_USAGE,
        "--kind: '%s' is not trajectory, sweep, convergence, impulse-response, profile or all",
        word);
}

static bt_status read_band(const char *word, bt_band_kind *band, bt_error *error)
{
    *band = BT_BAND_QUANTILES;
    if (word == NULL || strcmp(word, "quantiles") == 0)
        return BT_OK;
    *band = BT_BAND_CONFIDENCE;
    if (strcmp(word, "confidence") == 0)
        return BT_OK;
    return bt_fail(error, BT_BAD_USAGE, "--band: '%s' is not quantiles or confidence", word);
}

static bt_status read_emitters(const bt_command *command, const bt_arguments *arguments,
                               request *asked, bt_error *error)
{
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while options were read");
    const char *word[MAX_LANGUAGES];
    bt_status status = bt_read_words(command, arguments, "emit", arena, word, MAX_LANGUAGES,
                                     &asked->n_emitters, error);
    for (size_t i = 0; i < asked->n_emitters && status == BT_OK; i++) {
        asked->emitter[i] = bt_emitter_find(word[i], error);
        status = asked->emitter[i] == NULL ? BT_BAD_USAGE : BT_OK;
    }
    bt_arena_destroy(arena);
    return status;
}

/* The format that a path's ending names, or NULL. */
static const bt_picture_format *format_of(const char *path)
{
    const char *dot = path == NULL ? NULL : strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < bt_n_picture_formats; i++)
        if (strcmp(dot + 1, bt_picture_formats[i].name) == 0)
            return &bt_picture_formats[i];
    return NULL;
}

static bt_status read_format(const bt_command *command, const bt_arguments *arguments,
                             request *asked, bt_error *error)
{
    const char *word = bt_argument(command, arguments, "format");
    const bt_picture_format *of_output = format_of(asked->output);
    if (word == NULL && asked->n_emitters > 0 && of_output == NULL)
        return BT_OK;
    if (word == NULL && of_output != NULL) {
        asked->format = of_output;
        return BT_OK;
    }
    asked->format = bt_picture_format_find(word == NULL ? "svg" : word, error);
    return asked->format == NULL ? BT_BAD_USAGE : BT_OK;
}

static bt_status read_request(const bt_command *command, const bt_arguments *arguments,
                              request *asked, bt_error *error)
{
    *asked = (request){.output = bt_argument(command, arguments, "output"),
                       .force = bt_argument_given(command, arguments, "force")};
    asked->plot.variable = bt_argument(command, arguments, "variable");
    bt_status status = read_kind(bt_argument(command, arguments, "kind"), &asked->kind, error);
    if (status == BT_OK)
        status = read_band(bt_argument(command, arguments, "band"), &asked->plot.band, error);
    if (status == BT_OK)
        status = bt_read_analysis_setting(command, arguments, &asked->plot.analysis, error);
    if (status == BT_OK)
        status = read_emitters(command, arguments, asked, error);
    if (status == BT_OK)
        status = read_format(command, arguments, asked, error);
    return status;
}

/* ---- making the figures ---- */

static bt_status is_statistic(const bt_results *results, const request *asked, bool *is_one,
                              bt_error *error)
{
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while figures were made");
    bt_statistic_list list;
    bt_status status = bt_list_statistics(results, &asked->plot.analysis, arena, &list, error);
    *is_one = status == BT_OK && bt_statistic_find(&list, asked->plot.variable) < list.n;
    bt_arena_destroy(arena);
    return status;
}

/* Everything that shows one variable. */
static bt_status make_for_variable(const bt_results *results, const request *asked,
                                   bt_figure_list *figures, bt_error *error)
{
    bool has_series = bt_find_series(results, asked->plot.variable).variable != NULL;
    bool has_statistic = false;
    bt_status status = is_statistic(results, asked, &has_statistic, error);
    if (status == BT_OK && !has_series && !has_statistic)
        return bt_fail(error, BT_BAD_USAGE, "%s has no series and no statistic '%s'",
                       results->path, asked->plot.variable);
    if (status == BT_OK && has_series)
        status = bt_plot_trajectories(results, &asked->plot, figures, error);
    if (status == BT_OK && has_statistic && (results->n_swept > 0 || !has_series))
        status = bt_plot_sweep(results, &asked->plot, figures, error);
    return status;
}

static bt_status make_figures(const bt_results *results, const request *asked,
                              bt_figure_list *figures, bt_error *error)
{
    bool all = asked->kind == ALL;
    if (all && asked->plot.variable != NULL)
        return make_for_variable(results, asked, figures, error);
    bt_status status = BT_OK;
    if (all || asked->kind == TRAJECTORY)
        status = bt_plot_trajectories(results, &asked->plot, figures, error);
    if (status == BT_OK && ((all && results->n_swept > 0) || asked->kind == SWEEP))
        status = bt_plot_sweep(results, &asked->plot, figures, error);
    if (status == BT_OK && (all || asked->kind == CONVERGENCE))
        status = bt_plot_convergence(results, &asked->plot, figures, error);
    bool has_responses = bt_result_find(results->reader, "deviator_price") != NULL;
    if (status == BT_OK && ((all && has_responses) || asked->kind == RESPONSE))
        status = bt_plot_responses(results, &asked->plot, figures, error);
    bool has_grids = bt_result_find(results->reader, "hundredth") != NULL;
    if (status == BT_OK && ((all && has_grids) || asked->kind == PROFILE))
        status = bt_plot_profiles(results, &asked->plot, figures, error);
    for (size_t i = 0; i < figures->n_remarks; i++)
        fprintf(stderr, "%s\n", figures->remark[i]);
    if (status == BT_OK && figures->n == 0)
        return bt_fail(error, BT_BAD_INPUT, "%s holds nothing that these figures could show",
                       results->path);
    return status;
}

/* ---- writing them ---- */

/* "results/quickstart.h5" -> "results/quickstart-figures" */
static void default_folder(const char *path, char *folder, size_t size)
{
    size_t length = strlen(path);
    static const char *const ending[] = {".part", ".h5"};
    for (size_t i = 0; i < 2; i++) {
        size_t cut = strlen(ending[i]);
        if (length > cut && strncmp(path + length - cut, ending[i], cut) == 0)
            length -= cut;
    }
    snprintf(folder, size, "%.*s-figures", (int)length, path);
}

static bt_status make_folder(const char *folder, bt_error *error)
{
    struct stat is;
    if (mkdir(folder, 0777) == 0 || (stat(folder, &is) == 0 && S_ISDIR(is.st_mode)))
        return BT_OK;
    return bt_fail(error, BT_CANNOT_CREATE, "the folder %s cannot be created: %s", folder,
                   strerror(errno));
}

static bt_status file_in(const char *folder, const char *name, const char *ending, char *path,
                         size_t size, bt_error *error)
{
    int length = snprintf(path, size, "%s/%s.%s", folder, name, ending);
    if (length >= 0 && (size_t)length < size)
        return BT_OK;
    return bt_fail(error, BT_CANNOT_CREATE, "the path of figure %s is too long", name);
}

static bt_status write_picture(const request *asked, const bt_figure *figure, const char *path,
                               bt_error *error)
{
    bt_status status = bt_figure_write(figure, asked->format, path, error);
    if (status == BT_OK)
        printf("%s\n", path);
    return status;
}

static bt_status write_script(const request *asked, const bt_figure *figure,
                              const bt_emitter *emitter, const char *folder, bt_error *error)
{
    char path[PATH_ROOM];
    bt_status status =
        file_in(folder, figure->name, emitter->ending, path, sizeof(path), error);
    if (status != BT_OK)
        return status;
    if (bt_file_exists(path) && !asked->force)
        return bt_fail(error, BT_CANNOT_CREATE,
                       "%s exists and may have been changed: --force replaces it", path);
    status = bt_figure_emit(figure, emitter, path, error);
    if (status == BT_OK)
        printf("%s\n", path);
    return status;
}

static bt_status write_figure(const request *asked, const bt_figure *figure, const char *folder,
                              bt_error *error)
{
    bt_status status = BT_OK;
    if (asked->format != NULL) {
        char path[PATH_ROOM];
        status = file_in(folder, figure->name, asked->format->name, path, sizeof(path), error);
        if (status == BT_OK)
            status = write_picture(asked, figure, path, error);
    }
    for (size_t i = 0; i < asked->n_emitters && status == BT_OK; i++)
        status = write_script(asked, figure, asked->emitter[i], folder, error);
    return status;
}

static bt_status write_figures(const request *asked, const bt_results *results,
                               const bt_figure_list *figures, bt_error *error)
{
    if (format_of(asked->output) != NULL) {
        if (figures->n == 1 && asked->n_emitters == 0)
            return write_picture(asked, figures->figure[0], asked->output, error);
        return bt_fail(error, BT_BAD_USAGE,
                       "%s is one file, but %zu figures are to be written: choose with --kind "
                       "and --variable, or give a folder",
                       asked->output, figures->n);
    }
    char folder[PATH_ROOM];
    if (asked->output != NULL)
        snprintf(folder, sizeof(folder), "%s", asked->output);
    else
        default_folder(results->path, folder, sizeof(folder));
    bt_status status = make_folder(folder, error);
    for (size_t i = 0; i < figures->n && status == BT_OK; i++)
        status = write_figure(asked, figures->figure[i], folder, error);
    return status;
}

static bt_status plot(const bt_command *command, const bt_arguments *arguments, request *asked,
                      const bt_results *results, bt_error *error)
{
    bt_figure_list *figures = calloc(1, sizeof(*figures));
    if (figures == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while figures were made");
    bt_status status =
        bt_read_point(command, arguments, "point", results, &asked->plot.point, error);
    if (status == BT_OK)
        status = make_figures(results, asked, figures, error);
    if (status == BT_OK)
        status = write_figures(asked, results, figures, error);
    bt_figure_list_clear(figures);
    free(figures);
    return status;
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    request asked;
    bt_status status = read_request(command, arguments, &asked, error);
    bt_results *results = NULL;
    if (status == BT_OK)
        status = bt_open_results(command, arguments, &results, error);
    if (status == BT_OK)
        status = plot(command, arguments, &asked, results, error);
    bt_results_close(results);
    return status;
}

const bt_command bt_verb_plot = {
    .name = "plot",
    .synopsis = "plot RESULT.h5 [options]",
    .summary = "Draw prices, profits and surplus over time, sweeps and convergence",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = 1,
    .run = run,
};
