/*
 * Random settings for any parameter table, and whether two parameter structs are equal:
 * what the property tests of binding are made of.
 */
#ifndef BT_TESTS_RANDOM_SETTINGS_H
#define BT_TESTS_RANDOM_SETTINGS_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "experiments/document/choices.h"
#include "sim/parameter.h"
#include "sim/random.h"

static inline uint64_t random_below(bt_stream *stream, uint64_t bound)
{
    return bt_stream_next(stream) % bound;
}

/* ---- writing ---- */

static inline double random_within(bt_stream *stream, const bt_range *range)
{
    double low = range->bounded && range->minimum > -1e300 ? range->minimum : -1e6;
    double high = range->bounded && range->maximum < 1e300 ? range->maximum : low + 1e6;
    double share = ((double)random_below(stream, 999) + 0.5) / 1000;
    return low + share * (high - low);
}

static inline void write_random_real(FILE *out, bt_stream *stream, const bt_range *range)
{
    fprintf(out, "%.17g", random_within(stream, range));
}

static inline void write_random_integer(FILE *out, bt_stream *stream, const bt_range *range)
{
    double low = range->bounded && range->minimum > -1e300 ? ceil(range->minimum) : -1000;
    double high = range->bounded && range->maximum < 1e300 ? floor(range->maximum) : low + 1e4;
    if (range->bounded && range->above_minimum && low == range->minimum)
        low++;
    double span = high - low < 1e9 ? high - low : 1e9;
    fprintf(out, "%lld", (long long)(low + (double)random_below(stream, (uint64_t)span + 1)));
}

/* Texts with everything that needs care: quotes, breaks, numbers, words that YAML takes
 * for something else, characters beyond ASCII. */
static inline void write_random_text(FILE *out, bt_stream *stream)
{
    static const char *const texts[] = {
        "s1",
        "\"two words\"",
        "\"null\"",
        "\"true\"",
        "'it''s'",
        "\"a: b\"",
        "\"#no\"",
        "\"\\n\\ttab\"",
        "\"caf\\u00e9\"",
        "\"\\u2028\"",
        "Münster",
        "\"\\\\ \\\"\"",
        "\"- x\"",
        "42",
        "1e3",
        "\"[a, b]\"",
        "\"{\"",
        "\"\\U0001F600\"",
        "\" lead\"",
        "\"a[0].b\"",
        "~x",
        "yes",
        "\"&a\"",
        "\"*a\"",
        "a.b-c_d",
    };
    fputs(texts[random_below(stream, sizeof(texts) / sizeof(texts[0]))], out);
}

static inline void write_random_option(FILE *out, bt_stream *stream,
                                       const bt_parameter *parameter)
{
    bt_choice choice;
    size_t count = 0;
    while (bt_choice_at(parameter->choices, count, &choice))
        count++;
    uint64_t pick = random_below(stream, count + 2);
    if (pick == count && parameter->null_allowed) {
        fputs("null", out);
        return;
    }
    if (pick == count + 1 && parameter->number_allowed) {
        write_random_real(out, stream, &parameter->range);
        return;
    }
    bt_choice_at(parameter->choices, pick % count, &choice);
    if (!choice.has_number) {
        fputs(choice.word, out);
        return;
    }
    fprintf(out, "{%s: ", choice.word);
    write_random_real(out, stream, &parameter->range);
    fputc('}', out);
}

static inline void write_random_table(FILE *out, bt_stream *stream,
                                      const bt_parameter_table *table, bool *some);

/* A mapping in braces of one or two tables, after a selector if there is one. */
static inline void write_random_registered(FILE *out, bt_stream *stream,
                                           const bt_parameter *parameter)
{
    const bt_registry *registry = parameter->registry;
    const bt_described *type = registry->entries[random_below(stream, registry->count)];
    bool some = true;
    fprintf(out, "{%s: %s", parameter->selector, type->name);
    if (parameter->table != NULL)
        write_random_table(out, stream, parameter->table, &some);
    if (type->parameters != NULL)
        write_random_table(out, stream, type->parameters, &some);
    fputc('}', out);
}

static inline void write_random_nested(FILE *out, bt_stream *stream,
                                       const bt_parameter_table *table)
{
    bool some = false;
    fputc('{', out);
    write_random_table(out, stream, table, &some);
    fputc('}', out);
}

static inline void write_random_value(FILE *out, bt_stream *stream,
                                      const bt_parameter *parameter)
{
    uint64_t count = random_below(stream, 4);
    switch (parameter->type) {
    case BT_REAL:
    case BT_TIME:
        if (parameter->null_allowed && count == 0)
            fputs("null", out);
        else
            write_random_real(out, stream, &parameter->range);
        return;
    case BT_INTEGER:
        write_random_integer(out, stream, &parameter->range);
        return;
    case BT_BOOLEAN:
        fputs(count % 2 == 0 ? "true" : "false", out);
        return;
    case BT_TEXT:
        write_random_text(out, stream);
        return;
    case BT_CHOICE:
    case BT_OPTION:
        write_random_option(out, stream, parameter);
        return;
    case BT_REAL_LIST:
    case BT_TEXT_LIST:
        fputc('[', out);
        for (uint64_t i = 0; i < count; i++) {
            fputs(i > 0 ? ", " : "", out);
            if (parameter->type == BT_REAL_LIST)
                write_random_real(out, stream, &parameter->range);
            else
                write_random_text(out, stream);
        }
        fputc(']', out);
        return;
    case BT_NAMED_REALS:
        fputc('{', out);
        for (uint64_t i = 0; i < count; i++) {
            fprintf(out, "%s\"name %d\": ", i > 0 ? ", " : "", (int)i);
            write_random_real(out, stream, &parameter->range);
        }
        fputc('}', out);
        return;
    case BT_CSV: /* there must be a file that can be read */
        fprintf(out, "\"%s/tests/experiments/tables/two-markets.csv\"",
                getenv("BERTRAND_SOURCE") != NULL ? getenv("BERTRAND_SOURCE") : ".");
        return;
    case BT_TEXT_GROUPS:
        fputs("[[A, \"B c\"], [], [D]]", out);
        return;
    case BT_TABLE:
        write_random_nested(out, stream, parameter->table);
        return;
    case BT_REGISTERED:
        write_random_registered(out, stream, parameter);
        return;
    case BT_TABLE_LIST:
    case BT_REGISTERED_LIST:
        fputc('[', out);
        for (uint64_t i = 0; i < count; i++) {
            fputs(i > 0 ? ", " : "", out);
            if (parameter->type == BT_TABLE_LIST)
                write_random_nested(out, stream, parameter->table);
            else
                write_random_registered(out, stream, parameter);
        }
        fputc(']', out);
        return;
    }
}

/* ", key: value" for required parameters and two thirds of the others; *some: a comma is
 * due before the first. */
static inline void write_random_table(FILE *out, bt_stream *stream,
                                      const bt_parameter_table *table, bool *some)
{
    for (size_t i = 0; i < table->count; i++) {
        const bt_parameter *parameter = &table->parameters[i];
        if (!parameter->required && random_below(stream, 3) == 0)
            continue;
        fprintf(out, "%s%s: ", *some ? ", " : "", parameter->name);
        write_random_value(out, stream, parameter);
        *some = true;
    }
}

/* ---- comparing ---- */

static inline bool same_double(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

static inline bool same_doubles(const double *a, const double *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!same_double(a[i], b[i]))
            return false;
    return true;
}

static inline bool same_texts(const bt_text_list *a, const bt_text_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->value[i], b->value[i]) != 0)
            return false;
    return true;
}

static inline bool same_table(const bt_parameter_table *table, const char *a, const char *b);

static inline bool same_registered(const bt_parameter *parameter, const bt_registered *a,
                                   const bt_registered *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == NULL)
        return true;
    return (parameter->table == NULL || same_table(parameter->table, a->common, b->common)) &&
           (a->type->parameters == NULL ||
            same_table(a->type->parameters, a->parameters, b->parameters));
}

static inline bool same_elements(const bt_parameter *parameter, const bt_table_list *a,
                                 const bt_table_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        bool same;
        if (parameter->type == BT_REGISTERED_LIST)
            same = same_registered(parameter, (const bt_registered *)a->element + i,
                                   (const bt_registered *)b->element + i);
        else
            same = same_table(parameter->table,
                              (const char *)a->element + i * parameter->table->struct_size,
                              (const char *)b->element + i * parameter->table->struct_size);
        if (!same)
            return false;
    }
    return true;
}

static inline bool same_value(const bt_parameter *parameter, const void *a, const void *b)
{
    switch (parameter->type) {
    case BT_REAL:
    case BT_TIME:
        return same_double(*(const double *)a, *(const double *)b);
    case BT_INTEGER:
        return *(const int64_t *)a == *(const int64_t *)b;
    case BT_BOOLEAN:
        return *(const bool *)a == *(const bool *)b;
    case BT_TEXT:
        return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
    case BT_CHOICE:
        return *(const int32_t *)a == *(const int32_t *)b;
    case BT_OPTION: {
        const bt_option *one = a;
        const bt_option *two = b;
        return one->chosen == two->chosen && one->has_value == two->has_value &&
               same_double(one->value, two->value);
    }
    case BT_REAL_LIST: {
        const bt_real_list *one = a;
        const bt_real_list *two = b;
        return one->count == two->count && same_doubles(one->value, two->value, one->count);
    }
    case BT_TEXT_LIST:
        return same_texts(a, b);
    case BT_NAMED_REALS: {
        const bt_named_reals *one = a;
        const bt_named_reals *two = b;
        return same_texts(&(bt_text_list){.count = one->count, .value = one->name},
                          &(bt_text_list){.count = two->count, .value = two->name}) &&
               same_doubles(one->value, two->value, one->count);
    }
    case BT_CSV:
        return strcmp(((const bt_text_table *)a)->file, ((const bt_text_table *)b)->file) == 0;
    case BT_TEXT_GROUPS: {
        const bt_text_groups *one = a;
        const bt_text_groups *two = b;
        for (size_t i = 0; i < one->count && one->count == two->count; i++)
            if (!same_texts(&one->group[i], &two->group[i]))
                return false;
        return one->count == two->count;
    }
    case BT_TABLE:
        return same_table(parameter->table, a, b);
    case BT_REGISTERED:
        return same_registered(parameter, a, b);
    case BT_TABLE_LIST:
    case BT_REGISTERED_LIST:
        return same_elements(parameter, a, b);
    }
    return false;
}

static inline bool same_table(const bt_parameter_table *table, const char *a, const char *b)
{
    for (size_t i = 0; i < table->count; i++) {
        const bt_parameter *parameter = &table->parameters[i];
        size_t given = parameter->given_offset;
        if (given != 0 && *(const bool *)(a + given) != *(const bool *)(b + given))
            return false;
        if (!same_value(parameter, a + parameter->offset, b + parameter->offset))
            return false;
    }
    return true;
}

#endif
