/* bertrand new [NAME] */
#define _GNU_SOURCE /* asprintf */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/buyers/registry.h"
#include "agents/sellers/registry.h"
#include "experiments/command_line.h"
#include "experiments/starter.h"
#include "experiments/suggestion.h"

static const bt_command_option options[] = {
    {.name = "policy",
     .argument = "NAME",
     .meaning = "the sellers' policy (default: q_learning)"},
    {.name = "buyers", .argument = "TYPE", .meaning = "the buyers' type (default: expected)"},
};

/* The registered name that an option gives, or its default. */
static bt_status read_type(const bt_command *command, const bt_arguments *arguments,
                           const char *option, const bt_registry *registry, const char **name,
                           bt_error *error)
{
    const char *given = bt_argument(command, arguments, option);
    if (given == NULL)
        return BT_OK;
    const bt_described *type = bt_registry_find(registry, given);
    if (type != NULL) {
        *name = type->name;
        return BT_OK;
    }
    bt_suggestion suggestion = bt_suggestion_begin(given);
    for (size_t i = 0; i < registry->count; i++)
        bt_suggestion_offer(&suggestion, registry->entries[i]->name);
    if (suggestion.best != NULL)
        return bt_fail(error, BT_BAD_USAGE, "--%s %s: did you mean %s?", option, given,
                       suggestion.best);
    return bt_fail(error, BT_BAD_USAGE, "--%s %s: `bertrand describe %s` lists the known ones",
                   option, given, registry->kind);
}

/* Never over a file that is there. */
static bt_status write_file(const bt_starter *starter, bt_error *error)
{
    int descriptor = open(starter->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno == EEXIST)
        return bt_fail(error, BT_CANNOT_CREATE, "%s exists already: choose another name",
                       starter->file);
    FILE *out = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (out == NULL)
        return bt_fail(error, BT_CANNOT_CREATE, "%s: %s", starter->file, strerror(errno));
    bt_write_starter(starter, out);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        return bt_fail(error, BT_IO, "%s: writing failed", starter->file);
    printf("%s is written: `bertrand run %s` runs it\n", starter->file, starter->file);
    return BT_OK;
}

/* The experiment's name and file from what was typed: "pricing" or "pricing.yaml". */
static bool name_file(const char *typed, char **name, char **file)
{
    size_t length = strlen(typed);
    bool has_ending = length > 5 && strcmp(typed + length - 5, ".yaml") == 0;
    const char *slash = strrchr(typed, '/');
    const char *base = slash != NULL ? slash + 1 : typed;
    *name = strndup(base, strlen(base) - (has_ending ? 5 : 0));
    return *name != NULL && asprintf(file, "%s%s", typed, has_ending ? "" : ".yaml") >= 0;
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    const char *typed = arguments->n_positional > 0 ? arguments->positional[0] : "experiment";
    bt_starter starter = {.policy = "q_learning", .buyers = "expected"};
    bt_status status =
        read_type(command, arguments, "policy", &bt_seller_registry, &starter.policy, error);
    if (status == BT_OK)
        status = read_type(command, arguments, "buyers", &bt_buyers_registry, &starter.buyers,
                           error);
    if (status != BT_OK)
        return status;
    if (strcmp(typed, "-") == 0) {
        starter.name = "experiment";
        starter.file = "experiment.yaml";
        bt_write_starter(&starter, stdout);
        return BT_OK;
    }
    char *name = NULL;
    char *file = NULL;
    if (name_file(typed, &name, &file)) {
        starter.name = name;
        starter.file = file;
        status = write_file(&starter, error);
    } else {
        status = bt_fail(error, BT_INTERNAL, "out of memory");
    }
    free(name);
    free(file);
    return status;
}

const bt_command bt_verb_new = {
    .name = "new",
    .synopsis = "new [NAME] [options]",
    .summary = "Write a commented starter file, NAME.yaml (-: to standard output)",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .max_positional = 1,
    .run = run,
};
