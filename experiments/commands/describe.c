/* bertrand describe [KIND] [NAME] */
#include <string.h>

#include "experiments/commands/command_line.h"
#include "experiments/pages/describe.h"
#include "experiments/document/suggestion.h"

static const bt_command_option options[] = {
    {.name = "format", .argument = "FORMAT", .meaning = "text or markdown"},
};

static bt_status read_format(const bt_command *command, const bt_arguments *arguments,
                             bt_page *page, bt_error *error)
{
    const char *format = bt_argument(command, arguments, "format");
    page->markdown = format != NULL && strcmp(format, "markdown") == 0;
    if (format == NULL || page->markdown || strcmp(format, "text") == 0)
        return BT_OK;
    return bt_fail(error, BT_BAD_USAGE, "--format %s: known are text and markdown", format);
}

/* ---- finding what is meant ---- */

static bt_status unknown_kind(const char *name, const bt_kind *kinds, size_t n_kinds,
                              bt_error *error)
{
    bt_suggestion suggestion = bt_suggestion_begin(name);
    char known[256] = "experiment, sweep, training";
    bt_suggestion_offer(&suggestion, "experiment");
    bt_suggestion_offer(&suggestion, "sweep");
    bt_suggestion_offer(&suggestion, "training");
    for (size_t i = 0; i < n_kinds; i++) {
        const bt_registry *registry = kinds[i].registry;
        size_t used = strlen(known);
        snprintf(known + used, sizeof(known) - used, ", %s", registry->kind);
        bt_suggestion_offer(&suggestion, registry->kind);
        for (size_t k = 0; k < registry->count; k++)
            bt_suggestion_offer(&suggestion, registry->entries[k]->name);
    }
    if (suggestion.best != NULL)
        return bt_fail(error, BT_BAD_USAGE, "nothing is called '%s': did you mean %s?", name,
                       suggestion.best);
    return bt_fail(error, BT_BAD_USAGE, "nothing is called '%s': kinds are %s", name, known);
}

static bt_status describe_type_of(const bt_page *page, const bt_kind *kind, const char *name,
                                  bt_error *error)
{
    const bt_described *type = bt_registry_find(kind->registry, name);
    if (type != NULL) {
        bt_describe_type(page, kind, type);
        return BT_OK;
    }
    bt_suggestion suggestion = bt_suggestion_begin(name);
    for (size_t i = 0; i < kind->registry->count; i++)
        bt_suggestion_offer(&suggestion, kind->registry->entries[i]->name);
    if (suggestion.best != NULL)
        return bt_fail(error, BT_BAD_USAGE, "there is no %s '%s': did you mean %s?",
                       kind->registry->kind, name, suggestion.best);
    return bt_fail(error, BT_BAD_USAGE,
                   "there is no %s '%s': `bertrand describe %s` lists them",
                   kind->registry->kind, name, kind->registry->kind);
}

/* A kind, or a type of any kind. */
static bt_status describe_word(const bt_page *page, const char *word, bt_error *error)
{
    bt_kind kinds[BT_MOST_KINDS];
    size_t n_kinds = bt_list_kinds(kinds);
    for (size_t i = 0; i < n_kinds; i++) {
        if (strcmp(kinds[i].registry->kind, word) == 0) {
            bt_describe_kind(page, &kinds[i]);
            return BT_OK;
        }
    }
    for (size_t i = 0; i < n_kinds; i++) {
        const bt_described *type = bt_registry_find(kinds[i].registry, word);
        if (type != NULL) {
            bt_describe_type(page, &kinds[i], type);
            return BT_OK;
        }
    }
    return unknown_kind(word, kinds, n_kinds, error);
}

static bt_status describe_type(const bt_page *page, const char *kind, const char *name,
                               bt_error *error)
{
    bt_kind kinds[BT_MOST_KINDS];
    size_t n_kinds = bt_list_kinds(kinds);
    for (size_t i = 0; i < n_kinds; i++)
        if (strcmp(kinds[i].registry->kind, kind) == 0)
            return describe_type_of(page, &kinds[i], name, error);
    return unknown_kind(kind, kinds, n_kinds, error);
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    bt_page page = {.out = stdout};
    bt_status status = read_format(command, arguments, &page, error);
    if (status != BT_OK)
        return status;
    const char *const *words = arguments->positional;
    if (arguments->n_positional == 2)
        return describe_type(&page, words[0], words[1], error);
    if (arguments->n_positional == 0)
        bt_describe_all(&page);
    else if (strcmp(words[0], "experiment") == 0)
        bt_describe_experiment(&page);
    else if (strcmp(words[0], "sweep") == 0)
        bt_describe_sweep(&page);
    else if (strcmp(words[0], "training") == 0)
        bt_describe_training(&page);
    else
        status = describe_word(&page, words[0], error);
    return status;
}

const bt_command bt_verb_describe = {
    .name = "describe",
    .synopsis = "describe [KIND] [NAME] [options]",
    .summary = "Explain what an experiment file can say: every type and parameter",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .max_positional = 2,
    .run = run,
};
