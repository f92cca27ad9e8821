#include "experiments/commands/analysis_options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiments/commands/command_line.h"
#include "experiments/document/document.h"

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
    bt_status status = bt_argument_integer(command, arguments, option, 0,
                                           (int64_t)results->n_points - 1, &number, error);
    if (status == BT_OK)
        *point = (size_t)number;
    return status;
}

bt_status bt_open_results(const bt_arguments *arguments, bt_results **results, bt_error *error)
{
    bt_status status = bt_results_open(arguments->positional[0], results, error);
    if (status == BT_OK && (*results)->is_part)
        fprintf(stderr, "%s is not finished: %zu of %zu runs are done\n", (*results)->path,
                (*results)->n_done, (*results)->n_points * (*results)->n_replications);
    return status;
}
