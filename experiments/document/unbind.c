/*
 * Unbinding: a parameter struct becomes canonical YAML, in the order of its table, one
 * parameter a line, defaults written out. Binding the text gives the struct again.
 *
 * Left out is only what the file did not say and no default fills: parameters whose
 * `given` is false, and, where nobody keeps that, optional ones that are zero.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/canonical.h"
#include "experiments/document/choices.h"
#include "experiments/document/document.h"

enum { INDENT = 2 };

/* Where a mapping's lines go: the first may continue a line that "- " has begun. */
typedef struct text_block {
    FILE *out;
    int indent;
    bool first_continues;
    size_t n_lines;
} text_block;

static void write_table(text_block *block, const bt_parameter_table *table,
                        const char *parameters);

/* ---- numbers and texts ---- */

void bt_number_text(double value, char text[BT_NUMBER_TEXT])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, BT_NUMBER_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    if (isnan(value))
        snprintf(text, BT_NUMBER_TEXT, "null");
}

void bt_write_number(FILE *out, double value)
{
    char text[BT_NUMBER_TEXT];
    bt_number_text(value, text);
    fputs(text, out);
}

/* A word that YAML reads as the same text without quotes. */
static bool is_plain_word(const char *text)
{
    static const char *const taken[] = {"null", "Null",  "NULL",  "true", "True",
                                        "TRUE", "false", "False", "FALSE"};
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        if (strcmp(text, taken[i]) == 0)
            return false;
    if (!isalpha((unsigned char)text[0]) && text[0] != '_')
        return false;
    for (; *text != '\0'; text++)
        if (!isalnum((unsigned char)*text) && strchr("_.-", *text) == NULL)
            return false;
    return true;
}

/* The code point that starts at `text`, and its length; texts are UTF-8 once parsed. */
static uint32_t code_point(const char *text, size_t *length)
{
    const unsigned char *byte = (const unsigned char *)text;
    *length = byte[0] < 0x80 ? 1 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;
    if (*length == 1)
        return byte[0];
    uint32_t value = byte[0] & (0x7fu >> *length);
    for (size_t i = 1; i < *length; i++)
        value = (value << 6) | (byte[i] & 0x3fu);
    return value;
}

/* Characters that a YAML file may not hold, or that would end its line. */
static bool needs_escape(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character <= 0xa0) ||
           character == 0x2028 || character == 0x2029 || character == 0xfeff ||
           character == 0xfffe || character == 0xffff;
}

void bt_write_text(FILE *out, const char *text)
{
    if (is_plain_word(text)) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    size_t length;
    for (; *text != '\0'; text += length) {
        uint32_t character = code_point(text, &length);
        if (character == '"' || character == '\\')
            fprintf(out, "\\%c", (int)character);
        else if (needs_escape(character))
            fprintf(out, "\\u%04X", (unsigned)character);
        else
            fwrite(text, 1, length, out);
    }
    fputc('"', out);
}

/* ---- values that stand in one line ---- */

static void write_option(FILE *out, const bt_parameter *parameter, const bt_option *option)
{
    bt_choice choice;
    if (option->chosen == -2) {
        fputs("null", out);
    } else if (option->chosen < 0 ||
               !bt_choice_at(parameter->choices, (size_t)option->chosen, &choice)) {
        bt_write_number(out, option->value);
    } else if (option->has_value) {
        fprintf(out, "{%s: ", choice.word);
        bt_write_number(out, option->value);
        fputc('}', out);
    } else {
        fputs(choice.word, out);
    }
}

static void write_choice(FILE *out, const bt_parameter *parameter, int32_t chosen)
{
    bt_choice choice = {.word = ""};
    bt_choice_at(parameter->choices, (size_t)chosen, &choice);
    fputs(choice.word, out);
}

static void write_reals(FILE *out, const bt_real_list *list)
{
    fputc('[', out);
    for (size_t i = 0; i < list->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        bt_write_number(out, list->value[i]);
    }
    fputc(']', out);
}

static void write_texts(FILE *out, const bt_text_list *list)
{
    fputc('[', out);
    for (size_t i = 0; i < list->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        bt_write_text(out, list->value[i]);
    }
    fputc(']', out);
}

static void write_named_reals(FILE *out, const bt_named_reals *named)
{
    fputc('{', out);
    for (size_t i = 0; i < named->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        bt_write_text(out, named->name[i]);
        fputs(": ", out);
        bt_write_number(out, named->value[i]);
    }
    fputc('}', out);
}

static void write_groups(FILE *out, const bt_text_groups *groups)
{
    fputc('[', out);
    for (size_t i = 0; i < groups->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        write_texts(out, &groups->group[i]);
    }
    fputc(']', out);
}

static void write_flow(FILE *out, const bt_parameter *parameter, const void *member)
{
    switch (parameter->type) {
    case BT_REAL:
    case BT_TIME:
        bt_write_number(out, *(const double *)member);
        return;
    case BT_INTEGER:
        fprintf(out, "%lld", (long long)*(const int64_t *)member);
        return;
    case BT_BOOLEAN:
        fputs(*(const bool *)member ? "true" : "false", out);
        return;
    case BT_TEXT:
        bt_write_text(out, *(const char *const *)member);
        return;
    case BT_CHOICE:
        write_choice(out, parameter, *(const int32_t *)member);
        return;
    case BT_OPTION:
        write_option(out, parameter, member);
        return;
    case BT_REAL_LIST:
        write_reals(out, member);
        return;
    case BT_TEXT_LIST:
        write_texts(out, member);
        return;
    case BT_NAMED_REALS:
        write_named_reals(out, member);
        return;
    case BT_CSV:
        bt_write_text(out, ((const bt_text_table *)member)->file);
        return;
    case BT_TEXT_GROUPS:
        write_groups(out, member);
        return;
    case BT_TABLE:
    case BT_TABLE_LIST:
    case BT_REGISTERED:
    case BT_REGISTERED_LIST:
        return;
    }
}

/* ---- what is left out ---- */

static bool is_zero(const bt_parameter *parameter, const void *member)
{
    switch (parameter->type) {
    case BT_REAL:
    case BT_TIME:
        return *(const double *)member == 0;
    case BT_INTEGER:
        return *(const int64_t *)member == 0;
    case BT_BOOLEAN:
        return !*(const bool *)member;
    case BT_TEXT:
        return (*(const char *const *)member)[0] == '\0';
    case BT_CHOICE:
        return *(const int32_t *)member == 0;
    case BT_OPTION: {
        const bt_option *option = member;
        return option->chosen == 0 && !option->has_value;
    }
    case BT_REAL_LIST:
        return ((const bt_real_list *)member)->count == 0;
    case BT_TEXT_LIST:
        return ((const bt_text_list *)member)->count == 0;
    case BT_NAMED_REALS:
        return ((const bt_named_reals *)member)->count == 0;
    case BT_CSV:
        return ((const bt_text_table *)member)->n_columns == 0;
    case BT_TEXT_GROUPS:
        return ((const bt_text_groups *)member)->count == 0;
    case BT_TABLE_LIST:
    case BT_REGISTERED_LIST:
        return ((const bt_table_list *)member)->count == 0;
    case BT_REGISTERED:
        return ((const bt_registered *)member)->type == NULL;
    case BT_TABLE:
        return false;
    }
    return false;
}

static bool is_left_out(const bt_parameter *parameter, const char *parameters)
{
    if (parameter->required || parameter->default_text != NULL)
        return false;
    if (parameter->given_offset != 0)
        return !*(const bool *)(parameters + parameter->given_offset);
    return is_zero(parameter, parameters + parameter->offset);
}

/* ---- lines ---- */

static void begin_line(text_block *block)
{
    if (!block->first_continues || block->n_lines > 0)
        fprintf(block->out, "%*s", block->indent, "");
    block->n_lines++;
}

static void write_registered(text_block *block, const bt_parameter *parameter,
                             const bt_registered *registered)
{
    begin_line(block);
    fprintf(block->out, "%s: %s\n", parameter->selector, registered->type->name);
    if (parameter->table != NULL)
        write_table(block, parameter->table, registered->common);
    if (registered->type->parameters != NULL)
        write_table(block, registered->type->parameters, registered->parameters);
}

/* A mapping below a key or a dash, "{}" where it has no line. */
static void write_nested(FILE *out, int indent, bool continues, const bt_parameter *parameter,
                         const void *member)
{
    bool is_registered =
        parameter->type == BT_REGISTERED || parameter->type == BT_REGISTERED_LIST;
    char *lines = NULL;
    size_t size;
    text_block nested = {
        .out = open_memstream(&lines, &size), .indent = indent, .first_continues = continues};
    if (nested.out == NULL)
        return;
    if (is_registered)
        write_registered(&nested, parameter, member);
    else
        write_table(&nested, parameter->table, member);
    fclose(nested.out);
    if (nested.n_lines == 0)
        fputs(continues ? "{}\n" : " {}\n", out);
    else
        fprintf(out, "%s%s", continues ? "" : "\n", lines);
    free(lines);
}

static void write_list(text_block *block, const bt_parameter *parameter,
                       const bt_table_list *list)
{
    if (list->count == 0) {
        fputs(" []\n", block->out);
        return;
    }
    fputc('\n', block->out);
    size_t size = parameter->type == BT_REGISTERED_LIST ? sizeof(bt_registered)
                                                        : parameter->table->struct_size;
    for (size_t i = 0; i < list->count; i++) {
        fprintf(block->out, "%*s- ", block->indent + INDENT, "");
        write_nested(block->out, block->indent + 2 * INDENT, true, parameter,
                     (const char *)list->element + i * size);
    }
}

static void write_parameter(text_block *block, const bt_parameter *parameter,
                            const void *member)
{
    begin_line(block);
    fprintf(block->out, "%s:", parameter->name);
    switch (parameter->type) {
    case BT_TABLE:
    case BT_REGISTERED:
        write_nested(block->out, block->indent + INDENT, false, parameter, member);
        return;
    case BT_TABLE_LIST:
    case BT_REGISTERED_LIST:
        write_list(block, parameter, member);
        return;
    default:
        fputc(' ', block->out);
        write_flow(block->out, parameter, member);
        fputc('\n', block->out);
    }
}

static void write_table(text_block *block, const bt_parameter_table *table,
                        const char *parameters)
{
    for (size_t i = 0; i < table->count; i++) {
        const bt_parameter *parameter = &table->parameters[i];
        if (!is_left_out(parameter, parameters))
            write_parameter(block, parameter, parameters + parameter->offset);
    }
}

bt_status bt_unbind(const bt_parameter_table *table, const void *parameters, char **text,
                    bt_error *error)
{
    char *lines = NULL;
    size_t size;
    text_block all = {.out = open_memstream(&lines, &size)};
    if (all.out == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory");
    write_table(&all, table, parameters);
    bool written = fclose(all.out) == 0;
    size_t used = *text != NULL ? strlen(*text) : 0;
    char *longer = written ? realloc(*text, used + size + 1) : NULL;
    if (longer == NULL) {
        free(lines);
        return bt_fail(error, BT_INTERNAL, "out of memory");
    }
    memcpy(longer + used, lines, size + 1);
    *text = longer;
    free(lines);
    return BT_OK;
}
