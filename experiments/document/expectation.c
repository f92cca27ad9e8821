/* What a parameter wants, in words. */
#include "experiments/document/bind_internal.h"
#include "experiments/document/canonical.h"
#include "experiments/document/choices.h"

bool bt_within(const bt_range *range, double value)
{
    if (!range->bounded)
        return true;
    bool high_enough = range->above_minimum ? value > range->minimum : value >= range->minimum;
    bool low_enough = range->below_maximum ? value < range->maximum : value <= range->maximum;
    return high_enough && low_enough;
}

static void print_bound(FILE *out, const char *words, double bound)
{
    fputs(words, out);
    bt_write_number(out, bound);
}

void bt_print_range(FILE *out, const bt_range *range)
{
    bool has_minimum = range->bounded && range->minimum > -INFINITY;
    bool has_maximum = range->bounded && range->maximum < INFINITY;
    if (has_minimum && has_maximum && !range->above_minimum && !range->below_maximum) {
        print_bound(out, " from ", range->minimum);
        print_bound(out, " to ", range->maximum);
        return;
    }
    if (has_minimum)
        print_bound(out, range->above_minimum ? " above " : " of at least ", range->minimum);
    if (has_minimum && has_maximum)
        fputs(" and", out);
    if (has_maximum)
        print_bound(out, range->below_maximum ? " below " : " of at most ", range->maximum);
}

/* ", " between items, " or " before the last. */
static void print_separator(FILE *out, size_t item, size_t n_items)
{
    if (item > 0)
        fputs(item + 1 < n_items ? ", " : " or ", out);
}

/* linear, log or {box_cox: NUMBER} */
static void print_choices(FILE *out, const bt_parameter *parameter)
{
    bt_choice choice;
    size_t n_words = 0;
    while (bt_choice_at(parameter->choices, n_words, &choice))
        n_words++;
    size_t n_items = n_words + parameter->number_allowed + parameter->null_allowed;
    for (size_t i = 0; i < n_words; i++) {
        print_separator(out, i, n_items);
        bt_choice_at(parameter->choices, i, &choice);
        if (choice.has_number)
            fprintf(out, "{%s: %s}", choice.word, choice.is_time ? "TIME" : "NUMBER");
        else
            fputs(choice.word, out);
    }
    if (parameter->number_allowed) {
        print_separator(out, n_words, n_items);
        fputs("a number", out);
        bt_print_range(out, &parameter->range);
    }
    if (parameter->null_allowed) {
        print_separator(out, n_items - 1, n_items);
        fputs("null", out);
    }
}

static void print_type(FILE *out, const bt_parameter *parameter)
{
    switch (parameter->type) {
    case BT_REAL:
        fputs("a number", out);
        bt_print_range(out, &parameter->range);
        return;
    case BT_INTEGER:
        fputs("an integer", out);
        bt_print_range(out, &parameter->range);
        return;
    case BT_BOOLEAN:
        fputs("true or false", out);
        return;
    case BT_TEXT:
        fputs("a text", out);
        return;
    case BT_CHOICE:
    case BT_OPTION:
        print_choices(out, parameter);
        return;
    case BT_TIME:
        fputs("a time", out);
        bt_print_range(out, &parameter->range);
        fputs(" (30 d, 2 h, 15 min, 10 s, or a bare number)", out);
        return;
    case BT_REAL_LIST:
        fputs("a number or a list of numbers", out);
        bt_print_range(out, &parameter->range);
        return;
    case BT_TEXT_LIST:
        fputs("a word or a list of words", out);
        return;
    case BT_NAMED_REALS:
        fputs("names with numbers", out);
        bt_print_range(out, &parameter->range);
        fputs(", as in {A: 1, B: 2}", out);
        return;
    case BT_CSV:
        fputs("the name of a CSV file", out);
        return;
    case BT_TEXT_GROUPS:
        fputs("a list of lists of words, as in [[A, B], [C]]", out);
        return;
    case BT_TABLE:
        fputs("a mapping of keys to values", out);
        return;
    case BT_TABLE_LIST:
    case BT_REGISTERED_LIST:
        fputs("a list of mappings, each starting with '-'", out);
        return;
    case BT_REGISTERED:
        fprintf(out, "a mapping with the key '%s'", parameter->selector);
        return;
    }
}

void bt_print_expectation(FILE *out, const bt_parameter *parameter)
{
    print_type(out, parameter);
    bool has_choices = parameter->type == BT_CHOICE || parameter->type == BT_OPTION;
    if (parameter->null_allowed && !has_choices)
        fputs(", or null", out);
}
