#include "experiments/commands/analysis_options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/results_selection.h"
#include "experiments/commands/command_line.h"
#include "experiments/document/document.h"
#include "experiments/sweep/expression.h"

static bool has_option(const bt_command *command, const char *option)
{
    for (size_t i = 0; i < command->n_options; i++)
        if (strcmp(command->options[i].name, option) == 0)
            return true;
    return false;
}

/* An option's value as a number above `above` and at most `most`. */
static bt_status read_number(const bt_command *command, const bt_arguments *arguments,
                             const char *option, double above, double most, double *value,
                             bt_error *error)
{
    if (!has_option(command, option) || !bt_argument_given(command, arguments, option))
        return BT_OK;
    const char *text = bt_argument(command, arguments, option);
    double number = NAN;
    if (!bt_text_to_real(text, &number) || !(number > above && number <= most)) {
        if (isfinite(most))
            return bt_fail(error, BT_BAD_USAGE,
                           "--%s: '%s' is not a number above %g and at most %g", option, text,
                           above, most);
        return bt_fail(error, BT_BAD_USAGE, "--%s: '%s' is not a number above %g", option, text,
                       above);
    }
    *value = number;
    return BT_OK;
}

bt_status bt_read_words(const bt_command *command, const bt_arguments *arguments,
                        const char *option, bt_arena *arena, const char **word, size_t most,
                        size_t *count, bt_error *error)
{
    *count = 0;
    const char *const *values = NULL;
    size_t n_values = bt_argument_all(command, arguments, option, &values);
    for (size_t i = 0; i < n_values; i++) {
        char *rest = bt_arena_copy_text(arena, values[i]);
        if (rest == NULL)
            return bt_fail(error, BT_INTERNAL, "memory ran out while options were read");
        for (char *next = strsep(&rest, ","); next != NULL; next = strsep(&rest, ",")) {
            if (next[0] == '\0')
                return bt_fail(error, BT_BAD_USAGE, "--%s: '%s' has an empty element", option,
                               values[i]);
            if (*count == most)
                return bt_fail(error, BT_BAD_USAGE, "--%s takes at most %zu values", option,
                               most);
            word[(*count)++] = next;
        }
    }
    return BT_OK;
}

static bt_status read_epsilons(const bt_command *command, const bt_arguments *arguments,
                               bt_analysis_setting *setting, bt_error *error)
{
    if (!has_option(command, "epsilon") || !bt_argument_given(command, arguments, "epsilon"))
        return BT_OK;
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while options were read");
    const char *word[BT_MAX_EPSILONS];
    size_t count = 0;
    bt_status status = bt_read_words(command, arguments, "epsilon", arena, word,
                                     BT_MAX_EPSILONS, &count, error);
    for (size_t i = 0; i < count && status == BT_OK; i++)
        if (!bt_text_to_real(word[i], &setting->epsilon[i]) || !(setting->epsilon[i] > 0))
            status = bt_fail(error, BT_BAD_USAGE, "--epsilon: '%s' is not a positive number",
                             word[i]);
    setting->n_epsilons = count;
    bt_arena_destroy(arena);
    return status;
}

bt_status bt_read_analysis_setting(const bt_command *command, const bt_arguments *arguments,
                                   bt_analysis_setting *setting, bt_error *error)
{
    *setting = bt_default_analysis;
    bt_status status = read_number(command, arguments, "window", 0, 1, &setting->window, error);
    if (status == BT_OK && has_option(command, "window"))
        setting->use_limit_cycle = !bt_argument_given(command, arguments, "window");
    if (status == BT_OK)
        status =
            read_number(command, arguments, "fit-from", 0, INFINITY, &setting->fit_from, error);
    if (status == BT_OK)
        status =
            read_number(command, arguments, "confidence", 0, 1, &setting->confidence, error);
    if (status == BT_OK && setting->confidence == 1)
        status = bt_fail(error, BT_BAD_USAGE, "--confidence must be below 1");
    if (status == BT_OK)
        status = read_epsilons(command, arguments, setting, error);
    return status;
}

bt_status bt_read_point(const bt_command *command, const bt_arguments *arguments,
                        const char *option, const bt_results *results, size_t *point,
                        bt_error *error)
{
    *point = SIZE_MAX;
    if (!bt_argument_given(command, arguments, option))
        return BT_OK;
    int64_t number = 0;
    int64_t last = (int64_t)bt_point_number(results, results->n_points - 1);
    bt_status status = bt_argument_integer(command, arguments, option, 0, last, &number, error);
    if (status != BT_OK)
        return status;
    for (size_t i = 0; i < results->n_points; i++)
        if (bt_point_number(results, i) == (size_t)number)
            *point = i;
    return *point != SIZE_MAX ? BT_OK
                              : bt_fail(error, BT_BAD_USAGE,
                                        "--%s: point %lld is not one that --where selects",
                                        option, (long long)number);
}

/* ---- points by condition ---- */

typedef struct point_values {
    const bt_results *results;
    size_t point;
} point_values;

static bt_status refuse_path(const bt_results *results, const char *path, bt_error *error)
{
    char known[512] = "";
    for (size_t i = 0, used = 0; i < results->n_swept && used + 1 < sizeof(known); i++)
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i == 0 ? "" : ", ",
                                 results->swept[i].name);
    return bt_fail(error, BT_BAD_INPUT, "%s is not swept in %s; swept are %s", path,
                   results->path, known[0] == '\0' ? "none" : known);
}

static bt_status look_up_swept(void *context, const char *path, bt_value *value,
                               bt_error *error)
{
    const point_values *at = context;
    for (size_t i = 0; i < at->results->n_swept; i++) {
        const bt_swept *swept = &at->results->swept[i];
        if (strcmp(swept->name, path) != 0 && strcmp(swept->label, path) != 0)
            continue;
        if (swept->words != NULL)
            *value = (bt_value){.kind = BT_VALUE_TEXT, .text = swept->words[at->point]};
        else if (isnan(swept->value[at->point]))
            *value = (bt_value){.kind = BT_VALUE_NULL};
        else
            *value = (bt_value){.kind = BT_VALUE_NUMBER, .number = swept->value[at->point]};
        return BT_OK;
    }
    return refuse_path(at->results, path, error);
}

/* keep [point]: where the condition holds. */
static bt_status evaluate_condition(const bt_expression *condition, const bt_results *results,
                                    bool *keep, bt_error *error)
{
    bt_status status = BT_OK;
    size_t n_kept = 0;
    for (size_t point = 0; point < results->n_points && status == BT_OK; point++) {
        point_values at = {results, point};
        status = bt_expression_holds(condition, look_up_swept, &at, &keep[point], error);
        n_kept += status == BT_OK && keep[point];
    }
    if (status == BT_OK && n_kept == 0)
        status = bt_fail(error, BT_BAD_INPUT, "it holds at no point of %s", results->path);
    return status;
}

static bt_status select_points(const char *text, bt_results *results, bt_error *error)
{
    bt_expression *condition = NULL;
    bool *keep = BT_ARENA_NEW(results->arena, results->n_points, bool);
    if (keep == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while points were selected");
    bt_status status = bt_expression_compile(text, &condition, error);
    if (status == BT_OK)
        status = evaluate_condition(condition, results, keep, error);
    bt_expression_destroy(condition);
    if (status == BT_BAD_INPUT) {
        bt_error_prefix(error, "--where");
        error->status = BT_BAD_USAGE;
        return BT_BAD_USAGE;
    }
    return status == BT_OK ? bt_results_keep(results, keep, error) : status;
}

bt_status bt_open_results(const bt_command *command, const bt_arguments *arguments,
                          bt_results **results, bt_error *error)
{
    bt_status status = bt_results_open(arguments->positional[0], results, error);
    if (status == BT_OK && (*results)->is_part)
        fprintf(stderr, "%s is not finished: %zu of %zu runs are done\n", (*results)->path,
                (*results)->n_done, (*results)->n_points * (*results)->n_replications);
    if (status == BT_OK && bt_argument_given(command, arguments, "where"))
        status = select_points(bt_argument(command, arguments, "where"), *results, error);
    return status;
}
