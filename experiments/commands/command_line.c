#include "experiments/commands/command_line.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/document/document.h"
#include "experiments/document/suggestion.h"
#include "sim/version.h"

/* getopt's value of the i-th option of a table; letters stay below. */
enum { FIRST_OPTION = 256, LEFT_COLUMN = 26 };

bool bt_may_colour(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return (no_colour == NULL || no_colour[0] == '\0') && terminal != NULL &&
           strcmp(terminal, "dumb") != 0 && isatty(fileno(out));
}

/* ---- options by name ---- */

/* Number of an option in the table; n_options: there is none of that name. */
static size_t option_number(const bt_command *command, const char *name)
{
    size_t number = 0;
    while (number < command->n_options && strcmp(command->options[number].name, name) != 0)
        number++;
    return number;
}

size_t bt_argument_all(const bt_command *command, const bt_arguments *arguments,
                       const char *option, const char *const **values)
{
    size_t number = option_number(command, option);
    *values = NULL;
    if (number == command->n_options)
        return 0;
    *values = arguments->value[number];
    return arguments->n_given[number];
}

const char *bt_argument(const bt_command *command, const bt_arguments *arguments,
                        const char *option)
{
    const char *const *values;
    size_t count = bt_argument_all(command, arguments, option, &values);
    return count == 0 ? NULL : values[count - 1];
}

bool bt_argument_given(const bt_command *command, const bt_arguments *arguments,
                       const char *option)
{
    const char *const *values;
    return bt_argument_all(command, arguments, option, &values) > 0;
}

bt_status bt_argument_integer(const bt_command *command, const bt_arguments *arguments,
                              const char *option, int64_t minimum, int64_t maximum,
                              int64_t *value, bt_error *error)
{
    const char *text = bt_argument(command, arguments, option);
    if (text == NULL)
        return BT_OK;
    int64_t number;
    if (!bt_text_to_integer(text, &number) || number < minimum || number > maximum)
        return bt_fail(error, BT_BAD_USAGE, "--%s %s: an integer from %lld to %lld is wanted",
                       option, text, (long long)minimum, (long long)maximum);
    *value = number;
    return BT_OK;
}

/* ---- parsing ---- */

/* What getopt_long needs, made from a verb's table. */
typedef struct getopt_tables {
    struct option *longs;
    char *shorts;
} getopt_tables;

static bool make_getopt_tables(const bt_command *command, bt_arena *arena,
                               getopt_tables *tables)
{
    size_t n_options = command->n_options;
    tables->longs = BT_ARENA_NEW(arena, n_options + 2, struct option);
    tables->shorts = BT_ARENA_NEW(arena, 2 * n_options + 3, char);
    if (tables->longs == NULL || tables->shorts == NULL)
        return false;
    char *shorts = tables->shorts;
    *shorts++ = ':'; /* a missing value is told apart from an unknown option */
    *shorts++ = 'h';
    for (size_t i = 0; i < n_options; i++) {
        const bt_command_option *option = &command->options[i];
        tables->longs[i] = (struct option){
            .name = option->name,
            .has_arg = option->argument != NULL ? required_argument : no_argument,
            .val = FIRST_OPTION + (int)i};
        if (option->letter == 0)
            continue;
        *shorts++ = option->letter;
        if (option->argument != NULL)
            *shorts++ = ':';
    }
    tables->longs[n_options] =
        (struct option){.name = "help", .has_arg = no_argument, .val = 'h'};
    return true;
}

/* The table's number of what getopt returned or complained about; n_options: none. */
static size_t option_of_getopt(const bt_command *command, int value)
{
    if (value >= FIRST_OPTION)
        return (size_t)(value - FIRST_OPTION);
    size_t number = 0;
    while (number < command->n_options && command->options[number].letter != value)
        number++;
    return number;
}

static bt_status unknown_option(const bt_command *command, const char *text, bt_error *error)
{
    char name[64];
    snprintf(name, sizeof(name), "%s", text + strspn(text, "-"));
    name[strcspn(name, "=")] = '\0';
    bt_suggestion suggestion = bt_suggestion_begin(name);
    for (size_t i = 0; i < command->n_options; i++)
        bt_suggestion_offer(&suggestion, command->options[i].name);
    bt_suggestion_offer(&suggestion, "help");
    if (suggestion.best != NULL)
        return bt_fail(error, BT_BAD_USAGE, "%s: unknown option '%s': did you mean --%s?",
                       command->name, text, suggestion.best);
    return bt_fail(error, BT_BAD_USAGE,
                   "%s: unknown option '%s': `bertrand %s --help` lists the known ones",
                   command->name, text, command->name);
}

/* getopt returned '?' or ':'. */
static bt_status refused_option(const bt_command *command, int returned, const char *text,
                                bt_error *error)
{
    size_t number = option_of_getopt(command, optopt);
    if (number == command->n_options && optopt != 'h') {
        char letter[3] = {'-', (char)optopt, '\0'};
        return unknown_option(command, optopt != 0 ? letter : text, error);
    }
    if (optopt == 'h')
        return bt_fail(error, BT_BAD_USAGE, "%s: --help takes no value", command->name);
    const bt_command_option *option = &command->options[number];
    if (returned == ':')
        return bt_fail(error, BT_BAD_USAGE, "%s: --%s needs a value: --%s %s", command->name,
                       option->name, option->name, option->argument);
    return bt_fail(error, BT_BAD_USAGE, "%s: --%s takes no value", command->name, option->name);
}

/* Where the values of each option are collected: [option][given]. */
typedef struct collected {
    size_t *n_given;
    const char ***value;
} collected;

static bool make_collected(const bt_command *command, int argc, bt_arena *arena,
                           collected *options)
{
    options->n_given = BT_ARENA_NEW(arena, command->n_options + 1, size_t);
    options->value = BT_ARENA_NEW(arena, command->n_options + 1, const char **);
    if (options->n_given == NULL || options->value == NULL)
        return false;
    for (size_t i = 0; i < command->n_options; i++) {
        /* With clustered letters (-qq) an argument may hold more than one option. */
        options->value[i] = BT_ARENA_NEW(arena, (size_t)argc + 1, const char *);
        if (options->value[i] == NULL)
            return false;
    }
    return true;
}

static bt_status collect_option(const bt_command *command, size_t number, int argc,
                                collected *options, bt_error *error)
{
    const bt_command_option *option = &command->options[number];
    size_t *n_given = &options->n_given[number];
    if ((*n_given > 0 && !option->repeatable) || *n_given > (size_t)argc)
        return bt_fail(error, BT_BAD_USAGE, "%s: --%s may be given only once", command->name,
                       option->name);
    options->value[number][(*n_given)++] = option->argument != NULL ? optarg : "";
    return BT_OK;
}

static bt_status collect_options(const bt_command *command, int argc, char **argv,
                                 const getopt_tables *tables, collected *options, bool *help,
                                 bt_error *error)
{
    optind = 0; /* GNU: start afresh */
    opterr = 0;
    int returned;
    while ((returned = getopt_long(argc, argv, tables->shorts, tables->longs, NULL)) != -1) {
        if (returned == '?' || returned == ':')
            return refused_option(command, returned, argv[optind - 1], error);
        if (returned == 'h') {
            *help = true;
            continue;
        }
        bt_status status =
            collect_option(command, option_of_getopt(command, returned), argc, options, error);
        if (status != BT_OK)
            return status;
    }
    return BT_OK;
}

static bt_status check_positional(const bt_command *command, size_t given, char **positional,
                                  bt_error *error)
{
    if (given < command->min_positional)
        return bt_fail(error, BT_BAD_USAGE, "%s: too few arguments: bertrand %s", command->name,
                       command->synopsis);
    if (given > command->max_positional)
        return bt_fail(error, BT_BAD_USAGE, "%s: '%s' is one argument too many: bertrand %s",
                       command->name, positional[command->max_positional], command->synopsis);
    return BT_OK;
}

bt_status bt_arguments_parse(const bt_command *command, int argc, char **argv, bt_arena *arena,
                             bt_arguments *arguments, bool *help, bt_error *error)
{
    getopt_tables tables;
    collected options;
    *help = false;
    if (!make_getopt_tables(command, arena, &tables) ||
        !make_collected(command, argc, arena, &options))
        return bt_fail(error, BT_INTERNAL, "out of memory");
    bt_status status = collect_options(command, argc, argv, &tables, &options, help, error);
    if (status != BT_OK)
        return status;
    size_t n_positional = (size_t)(argc - optind);
    *arguments = (bt_arguments){.n_positional = n_positional,
                                .positional = (const char **)(argv + optind),
                                .n_given = options.n_given,
                                .value = (const char *const *const *)options.value};
    return *help ? BT_OK : check_positional(command, n_positional, argv + optind, error);
}

/* ---- help ---- */

static void print_option(const char *name, char letter, const char *argument,
                         const char *meaning, FILE *out)
{
    char left[80];
    char short_form[8] = "    ";
    if (letter != 0)
        snprintf(short_form, sizeof(short_form), "-%c, ", letter);
    snprintf(left, sizeof(left), "%s--%s%s%s", short_form, name, argument != NULL ? " " : "",
             argument != NULL ? argument : "");
    if (strlen(left) > LEFT_COLUMN)
        fprintf(out, "  %s\n  %-*s  %s\n", left, LEFT_COLUMN, "", meaning);
    else
        fprintf(out, "  %-*s  %s\n", LEFT_COLUMN, left, meaning);
}

void bt_command_help(const bt_command *command, FILE *out)
{
    fprintf(out, "usage: bertrand %s\n\n%s\n\noptions:\n", command->synopsis, command->summary);
    for (size_t i = 0; i < command->n_options; i++) {
        const bt_command_option *option = &command->options[i];
        print_option(option->name, option->letter, option->argument, option->meaning, out);
    }
    print_option("help", 'h', NULL, "print this", out);
}

void bt_command_line_overview(FILE *out)
{
    fprintf(out, "usage: bertrand VERB [arguments] [options]\n\n"
                 "Simulates markets in which software buys and software sells.\n\nverbs:\n");
    for (size_t i = 0; i < bt_n_commands; i++)
        fprintf(out, "  %-12s  %s\n", bt_commands[i]->name, bt_commands[i]->summary);
    fprintf(out, "\n`bertrand VERB --help` explains a verb, `bertrand --version` names the "
                 "version.\n\nexit status:\n");
#define BT_PRINT_STATUS(name, value, meaning) fprintf(out, "  %2d  %s\n", value, meaning);
    BT_STATUS_LIST(BT_PRINT_STATUS)
#undef BT_PRINT_STATUS
}

/* ---- the whole line ---- */

static bt_status unknown_verb(const char *name, bt_error *error)
{
    bt_suggestion suggestion = bt_suggestion_begin(name);
    for (size_t i = 0; i < bt_n_commands; i++)
        bt_suggestion_offer(&suggestion, bt_commands[i]->name);
    if (suggestion.best != NULL)
        return bt_fail(error, BT_BAD_USAGE, "unknown verb '%s': did you mean %s?", name,
                       suggestion.best);
    return bt_fail(error, BT_BAD_USAGE,
                   "unknown verb '%s': `bertrand --help` lists the known ones", name);
}

bt_status bt_command_find(const char *name, const bt_command **command, bt_error *error)
{
    for (size_t i = 0; i < bt_n_commands; i++) {
        if (strcmp(bt_commands[i]->name, name) == 0) {
            *command = bt_commands[i];
            return BT_OK;
        }
    }
    return unknown_verb(name, error);
}

static bt_status run_command(const bt_command *command, int argc, char **argv, bt_error *error)
{
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory");
    bt_arguments arguments;
    bool help;
    bt_status status = bt_arguments_parse(command, argc, argv, arena, &arguments, &help, error);
    if (status == BT_OK) {
        if (help)
            bt_command_help(command, stdout);
        else
            status = command->run(command, &arguments, error);
    }
    bt_arena_destroy(arena);
    return status;
}

bt_status bt_command_line_run(int argc, char **argv, bt_error *error)
{
    if (argc < 2) {
        bt_command_line_overview(stderr);
        return bt_fail(error, BT_BAD_USAGE, "a verb is wanted");
    }
    const char *first = argv[1];
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        bt_command_line_overview(stdout);
        return BT_OK;
    }
    if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0) {
        printf("bertrand %s (%s, %s)\n", BT_VERSION, BT_COMMIT, BT_COMPILER);
        return BT_OK;
    }
    const bt_command *command;
    bt_status status = bt_command_find(first, &command, error);
    if (status != BT_OK)
        return status;
    return run_command(command, argc - 1, argv + 1, error);
}
