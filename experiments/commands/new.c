/* bertrand new [NAME] */
#define _GNU_SOURCE /* asprintf */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/buyers/registry.h"
#include "agents/sellers/registry.h"
#include "experiments/commands/command_line.h"
#include "experiments/runner/first_run.h"
#include "experiments/pages/starter.h"
#include "experiments/document/suggestion.h"
#include "markets/registry.h"

static const bt_command_option options[] = {
    {.name = "market",
     .argument = "TYPE",
     .meaning = "the market's type (default: the first that the sellers fit in)"},
    {.name = "policy",
     .argument = "NAME",
     .meaning =
         "the sellers' policy (default: q_learning; where they bargain, human_bargainer)"},
    {.name = "buyers",
     .argument = "TYPE",
     .meaning = "the buyers' type (default: expected; where they bargain, human_bargainers)"},
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

/* ---- a file that can be run ---- */

/* Read the text back and make its first run. */
static bt_status check_text(const char *text, bt_error *error)
{
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    bt_document *document = NULL;
    bt_sweep *sweep = NULL;
    if (diagnostics == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory");
    bt_status status = bt_document_parse("starter", text, strlen(text), &document, diagnostics);
    if (status == BT_OK)
        status = bt_sweep_expand(document, "starter", &sweep, diagnostics);
    if (status == BT_OK)
        status = bt_first_run_check(sweep, diagnostics, error);
    if (status == BT_NO_INPUT) /* it names a file that is still to be made */
        status = BT_OK;
    if (bt_diagnostics_count(diagnostics) > 0)
        bt_fail(error, status, "%s", bt_diagnostics_at(diagnostics, 0));
    bt_sweep_destroy(sweep);
    bt_document_destroy(document);
    bt_diagnostics_destroy(diagnostics);
    return status;
}

/* This starter as a text, to be freed; BT_BAD_INPUT where its parts do not fit. */
static bt_status try_starter(const bt_starter *starter, char **text, bt_error *error)
{
    size_t size;
    FILE *out = open_memstream(text, &size);
    if (out == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory");
    bt_write_starter(starter, out);
    fclose(out);
    bt_status status = check_text(*text, error);
    if (status == BT_OK)
        return BT_OK;
    free(*text);
    *text = NULL;
    return status;
}

/* Who stands in a market where nobody else was asked for. Where sellers bargain the first is a
 * person. */
static void seat_sides(bt_starter *starter)
{
    const bt_market_type *market =
        (const bt_market_type *)bt_registry_find(&bt_market_registry, starter->market);
    bool bargains = market->asks == BT_ASKS_BARGAINING;
    starter->first_policy = bargains ? bt_human_bargainer.described.name : NULL;
    if (starter->policy == NULL)
        starter->policy =
            bargains ? starter->first_policy : bt_q_learning_seller.described.name;
    if (starter->buyers == NULL)
        starter->buyers =
            bargains ? bt_human_bargainers.described.name : bt_expected_buyers.described.name;
}

/* This market as it must be, or with what some sellers need of it. */
static bt_status try_market(const bt_starter *wanted, const char *market, char **text,
                            bt_error *error)
{
    bt_status status = BT_INTERNAL;
    bt_starter starter = *wanted;
    starter.market = market;
    seat_sides(&starter);
    for (int variant = 0; variant < BT_STARTER_VARIANTS; variant++) {
        starter.variant = variant;
        bt_error reason = {.status = BT_OK};
        status = try_starter(&starter, text, &reason);
        if (status == BT_OK)
            return BT_OK;
        if (variant == 0)
            *error = reason;
    }
    return status;
}

/* The market that was asked for, or the first in which sellers and buyers fit. */
static bt_status make_text(const bt_starter *starter, char **text, bt_error *error)
{
    if (starter->market != NULL)
        return try_market(starter, starter->market, text, error);
    bt_status status = BT_INTERNAL;
    for (size_t i = 0; i < bt_market_registry.count; i++) {
        bt_error reason = {.status = BT_OK};
        status = try_market(starter, bt_market_registry.entries[i]->name, text, &reason);
        if (status == BT_OK)
            return BT_OK;
        if (i == 0)
            *error = reason;
    }
    return status;
}

/* ---- the file ---- */

/* Never over one that is there. */
static bt_status write_file(const char *file, const char *text, bt_error *error)
{
    int descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno == EEXIST)
        return bt_fail(error, BT_CANNOT_CREATE, "%s exists already: choose another name", file);
    FILE *out = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (out == NULL)
        return bt_fail(error, BT_CANNOT_CREATE, "%s: %s", file, strerror(errno));
    bool failed = fputs(text, out) == EOF;
    if (fclose(out) != 0 || failed)
        return bt_fail(error, BT_IO, "%s: writing failed", file);
    printf("%s is written: `bertrand run %s` runs it\n", file, file);
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

static bt_status read_types(const bt_command *command, const bt_arguments *arguments,
                            bt_starter *starter, bt_error *error)
{
    bt_status status =
        read_type(command, arguments, "market", &bt_market_registry, &starter->market, error);
    if (status == BT_OK)
        status = read_type(command, arguments, "policy", &bt_seller_registry, &starter->policy,
                           error);
    if (status == BT_OK)
        status = read_type(command, arguments, "buyers", &bt_buyers_registry, &starter->buyers,
                           error);
    return status;
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    const char *typed = arguments->n_positional > 0 ? arguments->positional[0] : "experiment";
    bool to_output = strcmp(typed, "-") == 0;
    bt_starter starter = {.name = NULL};
    char *name = NULL;
    char *file = NULL;
    char *text = NULL;
    bt_status status = read_types(command, arguments, &starter, error);
    if (status == BT_OK && !name_file(to_output ? "experiment" : typed, &name, &file))
        status = bt_fail(error, BT_INTERNAL, "out of memory");
    starter.name = name;
    starter.file = file;
    if (status == BT_OK)
        status = make_text(&starter, &text, error);
    if (status == BT_OK && to_output)
        fputs(text, stdout);
    else if (status == BT_OK)
        status = write_file(file, text, error);
    free(text);
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
