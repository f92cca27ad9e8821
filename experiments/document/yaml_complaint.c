#define _GNU_SOURCE /* memmem */
#include "experiments/document/yaml_complaint.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What libyaml says, and what it means to the writer. %zu in a sentence is the line at
 * which libyaml's context starts; `unclosed` is said of the context's own place where
 * nothing but the end of the text follows. */
typedef struct translation {
    const char *problem;
    const char *sentence;
    const char *unclosed;
} translation;

static const translation translations[] = {
    {"did not find expected key",
     "this does not fit the mapping that starts in line %zu: check the indentation, and quote "
     "texts with special characters",
     NULL},
    {"did not find expected '-' indicator",
     "this does not fit the list that starts in line %zu: check the indentation", NULL},
    {"did not find expected ',' or ']'",
     "the list that opens in line %zu wants a ',' or its closing ']' here",
     "this '[' is never closed"},
    {"did not find expected ',' or '}'",
     "the mapping that opens in line %zu wants a ',' or its closing '}' here",
     "this '{' is never closed"},
    {"did not find expected node content", "a value is missing here",
     "the text ends where a value or a closing bracket is missing"},
    {"did not find expected <document start>",
     "this does not belong to what stands above it: check the indentation", NULL},
    {"mapping keys are not allowed", "a key may not start here: check the indentation", NULL},
    {"block sequence entries are not allowed",
     "a list may not start here: put '-' on a line of its own below the key", NULL},
    {"found unexpected end of stream", "this quote is never closed",
     "this quote is never closed"},
    {"found unexpected document indicator",
     "the quoted text that opens in line %zu is not closed", NULL},
    {"found unknown escape character",
     "this escape is unknown: write \\\\ for a backslash, or use single quotes", NULL},
    {"did not find expected hexdecimal number",
     "this escape wants hexadecimal digits: \\x41, \\u0041", NULL},
    {"found undefined tag handle",
     "tags have no meaning in an experiment file: remove this one", NULL},
    {"did not find expected alphabetic or numeric character",
     "a name is missing after '*' or '&': quote the text if it is none", NULL},
    {"found a tab character", "a tab may not indent a line: use spaces", NULL},
    {"did not find expected comment or line break",
     "a text may not start here: put it on a line of its own below '|' or '>'", NULL},
    {"found incompatible YAML document", "only YAML 1.1 and 1.2 can be read", NULL},
};

/* A parser's failure and the text that it was given. */
typedef struct yaml_failure {
    const yaml_parser_t *yaml;
    const char *problem;
    const char *text;
    size_t size;
} yaml_failure;

#define SAY(place, ...)                                                                        \
    do {                                                                                       \
        complaint->mark = (place);                                                             \
        snprintf(complaint->sentence, sizeof(complaint->sentence), __VA_ARGS__);               \
    } while (0)

/* Move a mark over one byte. */
static void step_over(yaml_mark_t *mark, char byte)
{
    if (byte == '\n')
        *mark = (yaml_mark_t){.line = mark->line + 1};
    else if (((unsigned char)byte & 0xc0) != 0x80)
        mark->column++;
}

yaml_mark_t bt_yaml_mark_of_byte(const char *text, size_t size, size_t byte)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < byte && i < size; i++)
        step_over(&mark, text[i]);
    return mark;
}

/* The byte at which a mark stands; the text's size at its end. */
static size_t byte_of_mark(const yaml_failure *failure, yaml_mark_t mark)
{
    yaml_mark_t here = {0};
    size_t byte = 0;
    while (byte < failure->size && (here.line != mark.line || here.column != mark.column))
        step_over(&here, failure->text[byte++]);
    return byte;
}

static void say_bad_byte(const yaml_failure *failure, bt_yaml_complaint *complaint)
{
    size_t byte = failure->yaml->problem_offset;
    /* A character that is cut off is known by the byte after it. */
    if (strstr(failure->problem, "trailing") != NULL)
        while (byte > 0 && ((unsigned char)failure->text[byte] & 0xc0) != 0xc0)
            byte--;
    yaml_mark_t mark = bt_yaml_mark_of_byte(failure->text, failure->size, byte);
    if (strstr(failure->problem, "control characters") != NULL)
        SAY(mark, "a control character (0x%02X) may not stand in an experiment file",
            (unsigned)failure->yaml->problem_value);
    else
        SAY(mark, "this is not valid UTF-8: save the file in UTF-8");
}

static void say_bad_start(const yaml_failure *failure, bt_yaml_complaint *complaint)
{
    yaml_mark_t mark = failure->yaml->problem_mark;
    size_t byte = byte_of_mark(failure, mark);
    char start = byte < failure->size ? failure->text[byte] : '?';
    if (start == '\t')
        SAY(mark, "a tab may not indent a line: use spaces");
    else
        SAY(mark, "a text may not start with '%c': quote it", start);
}

/* A ':' where no key can end: a second one in its line, or the line above lacks its own. */
static void say_bad_colon(const yaml_failure *failure, bt_yaml_complaint *complaint)
{
    yaml_mark_t mark = failure->yaml->problem_mark;
    size_t end = byte_of_mark(failure, mark);
    size_t start = end;
    while (start > 0 && failure->text[start - 1] != '\n')
        start--;
    if (memmem(failure->text + start, end - start, ": ", 2) != NULL)
        SAY(mark,
            "a second ':' in one line: quote the text, or put what follows on lines below");
    else
        SAY(mark, "this key does not fit the line above: check its ':' and the indentation");
}

/* A word without its ':' is noticed only on a later line. */
static void say_missing_colon(const yaml_failure *failure, bt_yaml_complaint *complaint)
{
    SAY(failure->yaml->context_mark, "this key wants a ':' and a space after it");
}

static void say_translated(const yaml_failure *failure, const translation *known,
                           bt_yaml_complaint *complaint)
{
    yaml_mark_t mark = failure->yaml->problem_mark;
    yaml_mark_t opening = failure->yaml->context_mark;
    const char *line = strstr(known->sentence, "%zu");
    if (known->unclosed != NULL && byte_of_mark(failure, mark) == failure->size)
        SAY(opening, "%s", known->unclosed);
    else if (line == NULL)
        SAY(mark, "%s", known->sentence);
    else
        SAY(mark, "%.*s%zu%s", (int)(line - known->sentence), known->sentence, opening.line + 1,
            line + strlen("%zu"));
}

static const translation *translate(const char *problem)
{
    for (size_t i = 0; i < sizeof(translations) / sizeof(translations[0]); i++)
        if (strstr(problem, translations[i].problem) != NULL)
            return &translations[i];
    return NULL;
}

bt_yaml_complaint bt_yaml_complaint_of(const yaml_parser_t *yaml, const char *text, size_t size)
{
    bt_yaml_complaint made;
    bt_yaml_complaint *complaint = &made;
    yaml_failure failed = {.yaml = yaml,
                           .problem = yaml->problem != NULL ? yaml->problem : "",
                           .text = text,
                           .size = size};
    const translation *known = translate(failed.problem);
    if (yaml->error == YAML_READER_ERROR)
        say_bad_byte(&failed, complaint);
    else if (strstr(failed.problem, "cannot start any token") != NULL)
        say_bad_start(&failed, complaint);
    else if (strstr(failed.problem, "mapping values are not allowed") != NULL)
        say_bad_colon(&failed, complaint);
    else if (strstr(failed.problem, "could not find expected ':'") != NULL)
        say_missing_colon(&failed, complaint);
    else if (known != NULL)
        say_translated(&failed, known, complaint);
    else
        SAY(yaml->problem_mark, "this is not YAML: %s %s", failed.problem,
            yaml->context != NULL ? yaml->context : "");
    return made;
}
