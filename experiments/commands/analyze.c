/* bertrand analyze RESULT.h5 */
#include <string.h>

#include "analysis/summary.h"
#include "analysis/summary_output.h"
#include "experiments/commands/command_line.h"
#include "experiments/commands/analysis_options.h"

static const bt_command_option options[] = {
    {.name = "format", .argument = "FORMAT", .meaning = "text (default), json or csv"},
    BT_OPTION_POINT,
    BT_OPTION_WHERE,
    {.name = "paired",
     .meaning = "differences from the baseline point, paired by replication (the default under "
                "common random numbers)"},
    {.name = "baseline",
     .argument = "N",
     .meaning = "the point that differences are from (default 0); implies --paired"},
    BT_OPTION_WINDOW,
    BT_OPTION_CONFIDENCE,
    BT_OPTION_EPSILON,
    BT_OPTION_FIT_FROM,
};

typedef bt_status write_summary(const bt_summary *summary, FILE *stream, bt_error *error);

static bt_status choose_format(const bt_command *command, const bt_arguments *arguments,
                               write_summary **write, bt_error *error)
{
    const char *format = bt_argument(command, arguments, "format");
    *write = bt_write_summary_text;
    if (format == NULL || strcmp(format, "text") == 0)
        return BT_OK;
    *write = strcmp(format, "json") == 0  ? bt_write_summary_json
             : strcmp(format, "csv") == 0 ? bt_write_summary_csv
                                          : NULL;
    if (*write == NULL)
        return bt_fail(error, BT_BAD_USAGE, "--format: '%s' is not text, json or csv", format);
    return BT_OK;
}

static bt_status summarize(const bt_command *command, const bt_arguments *arguments,
                           const bt_analysis_setting *setting, const bt_results *results,
                           write_summary *write, bt_error *error)
{
    size_t point = BT_ALL_POINTS;
    size_t baseline = BT_NO_BASELINE;
    bt_status status = bt_read_point(command, arguments, "point", results, &point, error);
    if (status == BT_OK)
        status = bt_read_point(command, arguments, "baseline", results, &baseline, error);
    bool asked = bt_argument_given(command, arguments, "paired");
    bool by_itself = results->common_random_numbers && results->n_points > 1;
    if (status == BT_OK && baseline == BT_NO_BASELINE && (asked || by_itself))
        baseline = 0;
    bt_summary *summary = NULL;
    if (status == BT_OK)
        status = bt_summarize(results, setting, point, baseline, &summary, error);
    if (status == BT_OK)
        status = write(summary, stdout, error);
    bt_summary_destroy(summary);
    return status;
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    bt_analysis_setting setting;
    write_summary *write = NULL;
    bt_status status = choose_format(command, arguments, &write, error);
    if (status == BT_OK)
        status = bt_read_analysis_setting(command, arguments, &setting, error);
    if (status != BT_OK)
        return status;
    bt_results *results = NULL;
    status = bt_open_results(command, arguments, &results, error);
    if (status == BT_OK)
        status = summarize(command, arguments, &setting, results, write, error);
    bt_results_close(results);
    return status;
}

const bt_command bt_verb_analyze = {
    .name = "analyze",
    .synopsis = "analyze RESULT.h5 [options]",
    .summary = "Say how far prices ended from Bertrand-Nash, and who gained",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = 1,
    .run = run,
};
