#include "experiments/sweep/sweep_values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts ---- */

/* A computed number: rounded to 15 significant digits unless it is whole. */
static void print_computed(double number, char *text)
{
    bool is_whole = !(number < floor(number)) && !(number > floor(number));
    if (is_whole)
        bt_number_text(number, text);
    else
        snprintf(text, BT_NUMBER_TEXT, "%.15g", number);
}

/* An unquoted text that reads back as itself also inside brackets: 30 d, null, AND */
static bool stands_unquoted(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_.+-/ ";
    size_t length = strlen(text);
    return length > 0 && strspn(text, allowed) == length && text[0] != ' ' && text[0] != '-' &&
           text[length - 1] != ' ';
}

static void print_scalar(FILE *out, const char *text, bool quoted)
{
    double number;
    if (!quoted && bt_text_to_real(text, &number))
        bt_write_number(out, number);
    else if (!quoted && stands_unquoted(text))
        fputs(text, out);
    else
        bt_write_text(out, text);
}

static void print_node(FILE *out, const bt_node *node)
{
    if (bt_node_get_kind(node) == BT_NODE_SCALAR) {
        print_scalar(out, bt_node_text(node), bt_node_is_quoted(node));
        return;
    }
    bool is_mapping = bt_node_get_kind(node) == BT_NODE_MAPPING;
    fputc(is_mapping ? '{' : '[', out);
    for (size_t i = 0; i < bt_node_count(node); i++) {
        fputs(i > 0 ? ", " : "", out);
        if (is_mapping) {
            print_scalar(out, bt_node_key(node, i), false);
            fputs(": ", out);
        }
        print_node(out, bt_node_element(node, i));
    }
    fputc(is_mapping ? '}' : ']', out);
}

const char *bt_canonical_text(const bt_node *node, bt_arena *arena)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    print_node(out, node);
    const char *kept = fclose(out) == 0 ? bt_arena_copy_text(arena, text) : NULL;
    free(text);
    return kept;
}

const char *bt_sweep_origin(const bt_node *node, bt_arena *arena)
{
    char place[256];
    bt_node_place(node, place, sizeof(place));
    return bt_arena_copy_text(arena, place);
}

/* ---- the values of an axis ---- */

typedef struct spaced_parameters {
    double from;
    double to;
    bt_real_list log;
    int64_t steps;
} spaced_parameters;

static const bt_parameter linear_parameters[] = {
    {.name = "from",
     .type = BT_REAL,
     .offset = offsetof(spaced_parameters, from),
     .required = true,
     .meaning = "the first value"},
    {.name = "to",
     .type = BT_REAL,
     .offset = offsetof(spaced_parameters, to),
     .required = true,
     .meaning = "the last value"},
    {.name = "steps",
     .type = BT_INTEGER,
     .offset = offsetof(spaced_parameters, steps),
     .required = true,
     .range = BT_BETWEEN(1, BT_SWEEP_MOST_POINTS),
     .meaning = "how many values, both ends included"},
};
static const bt_parameter_table linear_table =
    BT_TABLE_OF(spaced_parameters, linear_parameters);

static const bt_parameter log_parameters[] = {
    {.name = "log",
     .type = BT_REAL_LIST,
     .offset = offsetof(spaced_parameters, log),
     .required = true,
     .range = BT_POSITIVE,
     .meaning = "the first and the last value"},
    {.name = "steps",
     .type = BT_INTEGER,
     .offset = offsetof(spaced_parameters, steps),
     .required = true,
     .range = BT_BETWEEN(1, BT_SWEEP_MOST_POINTS),
     .meaning = "how many values, evenly spaced in the logarithm"},
};
static const bt_parameter_table log_table = BT_TABLE_OF(spaced_parameters, log_parameters);

static bool allocate_values(bt_sweep_values *values, size_t count, bt_arena *arena)
{
    values->count = count;
    values->text = BT_ARENA_NEW(arena, count, const char *);
    values->origin = BT_ARENA_NEW(arena, count, const char *);
    return values->text != NULL && values->origin != NULL;
}

static bool report_no_memory(const bt_node *node, bt_diagnostics *diagnostics)
{
    bt_diagnose(diagnostics, node, "there is no memory for the values of this axis");
    return false;
}

/* The number `share` of the way from `low` to `high`; the ends exactly. */
static double between(double low, double high, double share, bool in_logarithm)
{
    if (share <= 0)
        return low;
    if (share >= 1)
        return high;
    if (in_logarithm)
        return exp(log(low) + share * (log(high) - log(low)));
    return low + share * (high - low);
}

static bool space_values(const bt_node *node, const spaced_parameters *spaced,
                         bool in_logarithm, bt_sweep_values *values, bt_arena *arena,
                         bt_diagnostics *diagnostics)
{
    size_t count = (size_t)spaced->steps;
    const char *origin = bt_sweep_origin(node, arena);
    char *text = BT_ARENA_NEW(arena, count * BT_NUMBER_TEXT, char);
    if (origin == NULL || text == NULL || !allocate_values(values, count, arena))
        return report_no_memory(node, diagnostics);
    for (size_t i = 0; i < count; i++, text += BT_NUMBER_TEXT) {
        double share = count == 1 ? 0 : (double)i / (double)(count - 1);
        double value = between(spaced->from, spaced->to, share, in_logarithm);
        if (i == 0 || i == count - 1)
            bt_number_text(value, text);
        else
            print_computed(value, text);
        values->text[i] = text;
        values->origin[i] = origin;
    }
    return true;
}

static bool read_spaced(const bt_node *node, bt_sweep_values *values, bt_arena *arena,
                        bt_diagnostics *diagnostics)
{
    spaced_parameters spaced;
    bool in_logarithm = bt_node_find(node, "log") != NULL;
    if (bt_bind(node, in_logarithm ? &log_table : &linear_table, &spaced, arena, diagnostics) !=
        BT_OK)
        return false;
    if (in_logarithm && spaced.log.count != 2) {
        bt_diagnose(diagnostics, bt_node_find(node, "log"),
                    "log has %zu number%s; write its two ends, as in {log: [1e-7, 1e-4], "
                    "steps: 7}",
                    spaced.log.count, spaced.log.count == 1 ? "" : "s");
        return false;
    }
    if (in_logarithm) {
        spaced.from = spaced.log.value[0];
        spaced.to = spaced.log.value[1];
    }
    if (spaced.steps == 1 && (spaced.from < spaced.to || spaced.from > spaced.to)) {
        bt_diagnose(diagnostics, node, "one step cannot reach from one end to the other");
        return false;
    }
    return space_values(node, &spaced, in_logarithm, values, arena, diagnostics);
}

static bool is_spaced(const bt_node *node)
{
    return bt_node_get_kind(node) == BT_NODE_MAPPING &&
           (bt_node_find(node, "from") != NULL || bt_node_find(node, "to") != NULL ||
            bt_node_find(node, "steps") != NULL || bt_node_find(node, "log") != NULL);
}

bool bt_sweep_values_read(const bt_node *node, bt_sweep_values *values, bt_arena *arena,
                          bt_diagnostics *diagnostics)
{
    if (is_spaced(node))
        return read_spaced(node, values, arena, diagnostics);
    bool is_list = bt_node_get_kind(node) == BT_NODE_LIST;
    size_t count = is_list ? bt_node_count(node) : 1;
    if (count == 0) {
        bt_diagnose(diagnostics, node, "this list of values is empty");
        return false;
    }
    if (!allocate_values(values, count, arena))
        return report_no_memory(node, diagnostics);
    for (size_t i = 0; i < count; i++) {
        const bt_node *value = is_list ? bt_node_element(node, i) : node;
        values->text[i] = bt_canonical_text(value, arena);
        values->origin[i] = bt_sweep_origin(value, arena);
        if (values->text[i] == NULL || values->origin[i] == NULL)
            return report_no_memory(node, diagnostics);
    }
    return true;
}

/* ---- ranges ---- */

static bool read_ends(const bt_node *node, bt_sweep_range *range, bt_diagnostics *diagnostics)
{
    if (bt_node_get_kind(node) != BT_NODE_LIST || bt_node_count(node) != 2) {
        bt_diagnose(diagnostics, node, "a range has two ends, as in [0.8, 1.2]");
        return false;
    }
    double ends[2];
    for (size_t i = 0; i < 2; i++) {
        const bt_node *end = bt_node_element(node, i);
        const char *text = bt_node_text(end);
        int64_t whole = 0;
        bool fits = text != NULL && bt_text_to_real(text, &ends[i]);
        if (fits && range->scale == BT_SWEEP_INTEGER)
            fits = bt_text_to_integer(text, &whole) && llabs(whole) <= INT64_C(1) << 53;
        if (!fits) {
            bt_diagnose(diagnostics, end, "the ends of this range are %s",
                        range->scale == BT_SWEEP_INTEGER ? "whole numbers" : "numbers");
            return false;
        }
    }
    if (!(ends[0] < ends[1]) || (range->scale == BT_SWEEP_LOG && !(ends[0] > 0))) {
        bt_diagnose(diagnostics, node, "a range runs from a smaller to a larger %snumber",
                    range->scale == BT_SWEEP_LOG ? "positive " : "");
        return false;
    }
    range->low = ends[0];
    range->high = ends[1];
    return true;
}

bool bt_sweep_range_read(const bt_node *node, bt_sweep_range *range, bt_arena *arena,
                         bt_diagnostics *diagnostics)
{
    static const struct {
        const char *key;
        bt_sweep_scale scale;
    } forms[] = {
        {"log", BT_SWEEP_LOG}, {"integer", BT_SWEEP_INTEGER}, {"values", BT_SWEEP_VALUES}};
    *range = (bt_sweep_range){.scale = BT_SWEEP_LINEAR};
    if (bt_node_get_kind(node) != BT_NODE_MAPPING)
        return read_ends(node, range, diagnostics);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && bt_node_count(node) == 1; i++) {
        if (strcmp(bt_node_key(node, 0), forms[i].key) != 0)
            continue;
        range->scale = forms[i].scale;
        const bt_node *inner = bt_node_element(node, 0);
        if (range->scale == BT_SWEEP_VALUES)
            return bt_sweep_values_read(inner, &range->values, arena, diagnostics);
        return read_ends(inner, range, diagnostics);
    }
    bt_diagnose(diagnostics, node,
                "a range is written [0.8, 1.2], {log: [1e-7, 1e-4]}, {integer: [2, 9]} or "
                "{values: [A, B]}");
    return false;
}

const char *bt_sweep_range_at(const bt_sweep_range *range, double u, char *text)
{
    if (range->scale == BT_SWEEP_VALUES) {
        size_t chosen = (size_t)(u * (double)range->values.count);
        return range->values
            .text[chosen < range->values.count ? chosen : range->values.count - 1];
    }
    if (range->scale == BT_SWEEP_INTEGER) {
        double whole = floor(range->low + u * (range->high - range->low + 1));
        print_computed(fmin(whole, range->high), text);
    } else {
        print_computed(between(range->low, range->high, u, range->scale == BT_SWEEP_LOG), text);
    }
    return text;
}
