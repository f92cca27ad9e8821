#include "experiments/pages/starter.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "experiments/document/bind_internal.h"
#include "experiments/document/canonical.h"
#include "experiments/document/choices.h"
#include "experiments/experiment.h"
#include "markets/registry.h"

enum { INDENT = 2, COMMENT_COLUMN = 40, PATH_LENGTH = 160, LONGEST_VALUE = 1024 };

/* What the starter says beyond what is required: a duopoly that learns. */
typedef struct starter_example {
    const char *path;
    const char *value;
    int variant; /* 0: of all */
} starter_example;

static const starter_example examples[] = {
    {"format", "1", 0},
    {"seed", "1", 0},
    {"replications", "10", 0},
    {"horizon.periods", "100000", 0},
    {"market.demand.scale", "0.25", 0},
    {"market.demand.outside_utility", "0", 0},
    {"market.products[0].name", "A", 0},
    {"market.products[0].seller", "s1", 0},
    {"market.products[0].quality", "2", 0},
    {"market.products[0].cost", "1", 0},
    {"market.products[1].name", "B", 0},
    {"market.products[1].seller", "s2", 0},
    {"market.products[1].quality", "2", 0},
    {"market.products[1].cost", "1", 0},
    {"market.capacity", "1", 0},
    {"market.items[0].name", "A", 0},
    {"market.items[0].seller", "s1", 0},
    {"market.items[0].quality", "1", 0},
    {"market.contexts", "one_hot", 1},
    {"market.items[0].price", "1", 2},
    {"market.items[1].price", "1", 2},
    {"market.items[1].name", "B", 0},
    {"market.items[1].seller", "s2", 0},
    {"market.items[1].quality", "1", 0},
    {"market.compares", "0.25", 0},
    {"market.quantum", "0.01", 0},
    {"sellers[0].name", "s1", 0},
    {"sellers[1].name", "s2", 0},
    {"sellers[0].price", "0", 0}, /* the reserve, where there are bidders */
    {"bidders[0].name", "b1", 0},
    {"bidders[0].policy", "ucbid", 0},
    {"bidders[1].name", "b2", 0},
    {"bidders[1].policy", "ucbid", 0},
    {"record.every", "1000", 0},
};

typedef struct starter_writer {
    FILE *out;
    const bt_starter *starter;
    int indent;
    bool commented;     /* inside what is not given */
    bool continues;     /* "- " stands already before the next line */
    bool only_examples; /* elements after the first repeat no comments */
} starter_writer;

static void write_table(starter_writer *writer, const char *path,
                        const bt_parameter_table *table);

/* ---- what is given ---- */

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Where there are bidders they are the ones who compete, and there is one seller. */
static bool is_said(const starter_writer *writer, const starter_example *candidate)
{
    const bt_described *market = bt_registry_find(&bt_market_registry, writer->starter->market);
    bool has_bidders = market != NULL && ((const bt_market_type *)market)->takes_bidders;
    if (starts_with(candidate->path, has_bidders ? "sellers[1]" : "bidders") ||
        (!has_bidders && strcmp(candidate->path, "sellers[0].price") == 0))
        return false;
    return candidate->variant == 0 || candidate->variant == writer->starter->variant;
}

static const char *example_at(const starter_writer *writer, const char *path)
{
    if (strcmp(path, "name") == 0)
        return writer->starter->name;
    if (strcmp(path, "market.type") == 0)
        return writer->starter->market;
    if (strcmp(path, "buyers.type") == 0)
        return writer->starter->buyers;
    if (strcmp(path, "sellers[0].policy") == 0 && writer->starter->first_policy != NULL)
        return writer->starter->first_policy;
    if (strcmp(path, "sellers[0].policy") == 0 || strcmp(path, "sellers[1].policy") == 0)
        return writer->starter->policy;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
        if (is_said(writer, &examples[i]) && strcmp(examples[i].path, path) == 0)
            return examples[i].value;
    return NULL;
}

static bool has_example_below(const starter_writer *writer, const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
        if (is_said(writer, &examples[i]) && strncmp(examples[i].path, path, length) == 0 &&
            (examples[i].path[length] == '.' || examples[i].path[length] == '['))
            return true;
    return strcmp(path, "buyers") == 0 && writer->starter->buyers != NULL;
}

/* ---- values made up for what is required ---- */

static void write_sample_number(FILE *out, const bt_range *range)
{
    double sample = 1;
    if (!bt_within(range, sample))
        sample = isfinite(range->minimum) && isfinite(range->maximum)
                     ? ceil((range->minimum + range->maximum) / 2)
                     : range->minimum + 1;
    if (!bt_within(range, sample))
        sample = (range->minimum + range->maximum) / 2;
    bt_write_number(out, sample);
}

static void write_sample_option(FILE *out, const bt_parameter *parameter)
{
    bt_choice choice;
    if (!bt_choice_at(parameter->choices, 0, &choice))
        return;
    if (!choice.has_number) {
        fputs(choice.word, out);
        return;
    }
    fprintf(out, "{%s: ", choice.word);
    write_sample_number(out, &parameter->range);
    fputc('}', out);
}

static void write_sample(FILE *out, const bt_parameter *parameter)
{
    switch (parameter->type) {
    case BT_REAL:
    case BT_INTEGER:
    case BT_TIME:
    case BT_REAL_LIST:
        write_sample_number(out, &parameter->range);
        return;
    case BT_BOOLEAN:
        fputs("false", out);
        return;
    case BT_CHOICE:
    case BT_OPTION:
        write_sample_option(out, parameter);
        return;
    case BT_NAMED_REALS:
        fputs("{}", out);
        return;
    case BT_TEXT_GROUPS:
        fputs("[[A, B]]", out);
        return;
    default:
        fputs("x", out);
    }
}

/* ---- lines ---- */

/* Everything before a key; returns how many columns that takes. */
static int begin_line(starter_writer *writer)
{
    int columns = 0;
    if (writer->continues)
        columns = writer->indent;
    else if (writer->commented)
        columns = fprintf(writer->out, "# %*s", writer->indent, "");
    else
        columns = fprintf(writer->out, "%*s", writer->indent, "");
    writer->continues = false;
    return columns;
}

static void end_line(const starter_writer *writer, int columns, const char *comment)
{
    if (!writer->only_examples && comment != NULL)
        fprintf(writer->out, "%*s# %s", columns < COMMENT_COLUMN ? COMMENT_COLUMN - columns : 2,
                "", comment);
    fputc('\n', writer->out);
}

/* "key: value  # meaning"; text NULL: a value that is made up. */
static void write_line(starter_writer *writer, const bt_parameter *parameter, const char *text)
{
    char value[LONGEST_VALUE] = "";
    FILE *memory = fmemopen(value, sizeof(value) - 1, "w");
    if (memory == NULL)
        return;
    if (text == NULL)
        write_sample(memory, parameter);
    else if (parameter->type == BT_TEXT)
        bt_write_text(memory, text);
    else
        fputs(text, memory);
    fclose(memory);
    int columns = begin_line(writer);
    columns += fprintf(writer->out, "%s: %s", parameter->name, value);
    end_line(writer, columns, parameter->meaning);
}

static void write_key(starter_writer *writer, const char *key, const char *meaning)
{
    int columns = begin_line(writer);
    columns += fprintf(writer->out, "%s:", key);
    end_line(writer, columns, meaning);
}

static void write_selected(starter_writer *writer, const bt_parameter *parameter,
                           const char *path)
{
    char inside[PATH_LENGTH];
    snprintf(inside, sizeof(inside), "%.100s.%s", path, parameter->selector);
    const char *name = example_at(writer, inside);
    if (name == NULL)
        name = parameter->registry->entries[0]->name;
    const bt_described *type = bt_registry_find(parameter->registry, name);
    int columns = begin_line(writer);
    columns += fprintf(writer->out, "%s: %s", parameter->selector, name);
    end_line(writer, columns, type->summary);
    if (parameter->table != NULL)
        write_table(writer, path, parameter->table);
    if (type->parameters != NULL)
        write_table(writer, path, type->parameters);
}

/* What stands below a key: a table, or a registered type with its parameters. */
static void write_inside(starter_writer *writer, const bt_parameter *parameter,
                         const char *path)
{
    bool is_registered =
        parameter->type == BT_REGISTERED || parameter->type == BT_REGISTERED_LIST;
    if (is_registered)
        write_selected(writer, parameter, path);
    else
        write_table(writer, path, parameter->table);
}

static void write_elements(starter_writer *writer, const bt_parameter *parameter,
                           const char *path)
{
    starter_writer inner = *writer;
    inner.indent += 2 * INDENT;
    for (int i = 0; i < 2; i++) {
        char element[PATH_LENGTH];
        snprintf(element, sizeof(element), "%.100s[%d]", path, i);
        if (i > 0 && !has_example_below(writer, element))
            return;
        inner.continues = false;
        inner.indent -= INDENT;
        begin_line(&inner);
        inner.indent += INDENT;
        fputs("- ", writer->out);
        inner.continues = true;
        inner.only_examples = i > 0;
        write_inside(&inner, parameter, element);
    }
}

static void write_nested(starter_writer *writer, const bt_parameter *parameter,
                         const char *path)
{
    bool given = parameter->required || has_example_below(writer, path);
    bool has_defaults = parameter->default_text != NULL;
    if (!given && writer->only_examples)
        return;
    starter_writer inner = *writer;
    inner.commented = writer->commented || !given;
    write_key(&inner, parameter->name, parameter->meaning);
    writer->continues = false;
    if (!given && (!has_defaults || parameter->table == NULL))
        return;
    inner.indent += INDENT;
    if (parameter->type == BT_TABLE || parameter->type == BT_REGISTERED) {
        write_inside(&inner, parameter, path);
        return;
    }
    inner.indent -= INDENT;
    write_elements(&inner, parameter, path);
}

static void write_plain(starter_writer *writer, const bt_parameter *parameter, const char *path)
{
    const char *example = example_at(writer, path);
    if (example != NULL || parameter->required) {
        write_line(writer, parameter, example);
        return;
    }
    if (writer->only_examples)
        return;
    starter_writer inner = *writer;
    inner.commented = true;
    if (parameter->default_text != NULL)
        write_line(&inner, parameter, parameter->default_text);
    else
        write_key(&inner, parameter->name, parameter->meaning);
}

static void write_parameter(starter_writer *writer, const bt_parameter *parameter,
                            const char *prefix)
{
    char path[PATH_LENGTH];
    snprintf(path, sizeof(path), "%.100s%s%.50s", prefix, prefix[0] != '\0' ? "." : "",
             parameter->name);
    switch (parameter->type) {
    case BT_TABLE:
    case BT_TABLE_LIST:
    case BT_REGISTERED:
    case BT_REGISTERED_LIST:
        write_nested(writer, parameter, path);
        return;
    default:
        write_plain(writer, parameter, path);
    }
}

static void write_table(starter_writer *writer, const char *path,
                        const bt_parameter_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        write_parameter(writer, &table->parameters[i], path);
}

void bt_write_starter(const bt_starter *starter, FILE *out)
{
    int width = (int)strlen(starter->file) + (int)strlen("check ");
    fprintf(out,
            "# %s: an experiment for bertrand.\n"
            "#\n"
            "#   bertrand check %s   what is wrong with it\n"
            "#   bertrand run %s     run it\n"
            "#   bertrand %-*s   every key and every type\n"
            "#\n"
            "# Commented keys show their defaults.\n",
            starter->name, starter->file, starter->file, width, "describe");
    starter_writer writer = {.out = out, .starter = starter};
    write_table(&writer, "", &bt_experiment_table);
    fputs(
        "# sweep:                                 # points to compare: see `bertrand describe "
        "sweep`\n"
        "#   - grid: {market.demand.scale: [0.2, 0.25, 0.3]}\n",
        out);
}
