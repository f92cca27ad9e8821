#include "experiments/experiment_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/commands/command_line.h"

static bt_status apply(bt_document *document, const char *override, bt_diagnostics *diagnostics,
                       bt_error *error)
{
    const char *equals = strchr(override, '=');
    if (equals == NULL || equals == override)
        return bt_fail(error, BT_BAD_USAGE,
                       "--set %s: write a path, \"=\" and a value, as in --set seed=7",
                       override);
    char *path = strndup(override, (size_t)(equals - override));
    if (path == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for --set %s", override);
    bt_status status = bt_document_set(document, path, equals + 1, "--set", diagnostics);
    free(path);
    return status;
}

bt_status bt_experiment_overrides_apply(bt_document *document, const char *const *overrides,
                                        size_t n_overrides, bt_diagnostics *diagnostics,
                                        bt_error *error)
{
    bt_status worst = BT_OK;
    for (size_t i = 0; i < n_overrides; i++) {
        bt_status status = apply(document, overrides[i], diagnostics, error);
        if (worst == BT_OK)
            worst = status;
    }
    return worst;
}

bt_status bt_experiment_file_read(const char *path, const char *const *overrides,
                                  size_t n_overrides, bt_document **document,
                                  bt_diagnostics *diagnostics, bt_error *error)
{
    bt_status status = bt_document_read(path, document, diagnostics, error);
    if (*document == NULL)
        return status;
    bt_status applied =
        bt_experiment_overrides_apply(*document, overrides, n_overrides, diagnostics, error);
    return status == BT_OK ? applied : status;
}

/* The place in bold, the caret in colour; the message is plain text. */
static void print_coloured(const char *message, FILE *out)
{
    const char *sentence = strstr(message, ": ");
    const char *caret = strrchr(message, '\n');
    size_t place = sentence != NULL ? (size_t)(sentence - message) : 0;
    fprintf(out, "\033[1m%.*s\033[0m", (int)place, message);
    if (caret == NULL || caret < message + place)
        fprintf(out, "%s\n", message + place);
    else
        fprintf(out, "%.*s\033[1;31m%s\033[0m\n", (int)(caret - message - (ptrdiff_t)place),
                message + place, caret);
}

void bt_diagnostics_print(const bt_diagnostics *diagnostics, FILE *out)
{
    size_t count = bt_diagnostics_count(diagnostics);
    bool coloured = bt_may_colour(out);
    for (size_t i = 0; i < count; i++) {
        const char *message = bt_diagnostics_at(diagnostics, i);
        if (coloured)
            print_coloured(message, out);
        else
            fprintf(out, "%s\n", message);
    }
    if (count > 0)
        fprintf(out, "%zu mistake%s\n", count, count == 1 ? "" : "s");
}

char *bt_text_join(const char *first, const char *second, const char *third)
{
    size_t size = strlen(first) + strlen(second) + strlen(third) + 1;
    char *joined = malloc(size);
    if (joined != NULL)
        snprintf(joined, size, "%s%s%s", first, second, third);
    return joined;
}

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "there is no memory");
}

bt_status bt_verb_read_experiment(const bt_command *command, const bt_arguments *arguments,
                                  bt_document **document, char **overrides,
                                  bt_diagnostics *diagnostics, bt_error *error)
{
    const char *const *set;
    size_t n_set = bt_argument_all(command, arguments, "set", &set);
    *overrides = strdup("");
    for (size_t i = 0; i < n_set && *overrides != NULL; i++) {
        char *longer = bt_text_join(*overrides, i > 0 ? "\n" : "", set[i]);
        free(*overrides);
        *overrides = longer;
    }
    if (*overrides == NULL)
        return no_memory(error);
    return bt_experiment_file_read(arguments->positional[0], set, n_set, document, diagnostics,
                                   error);
}

static bool is_plain_file_name(const char *name)
{
    return name != NULL && name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

/* The file's name without folder and ending; of standard input "experiment". */
static char *stem_of(const char *path)
{
    if (strcmp(path, "-") == 0)
        return strdup("experiment");
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');
    return dot == NULL || dot == name ? strdup(name) : strndup(name, (size_t)(dot - name));
}

bt_status bt_verb_output(const bt_command *command, const bt_arguments *arguments,
                         const bt_document *document, const char *ending, char **output,
                         bt_error *error)
{
    const char *given = bt_argument(command, arguments, "output");
    const bt_node *name = bt_node_get(bt_document_root(document), "name");
    const char *own_name = name == NULL ? NULL : bt_node_text(name);
    if (given != NULL) {
        *output = strdup(given);
    } else if (is_plain_file_name(own_name)) {
        *output = bt_text_join(own_name, ending, "");
    } else {
        char *stem = stem_of(arguments->positional[0]);
        *output = stem == NULL ? NULL : bt_text_join(stem, ending, "");
        free(stem);
    }
    return *output == NULL ? no_memory(error) : BT_OK;
}
