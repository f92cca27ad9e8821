/* Values that hold no further table: numbers, texts, choices, times and lists of them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "experiments/document/bind_internal.h"
#include "experiments/document/choices.h"
#include "experiments/document/document_tree.h"
#include "experiments/document/suggestion.h"
#include "experiments/tables/csv.h"

/* ---- refusing ---- */

static bool looks_like_number(const char *text)
{
    double value;
    return bt_text_to_real(text, &value);
}

/* 1,000 or 20,000,000 */
static bool groups_thousands(const char *digits)
{
    size_t length = strspn(digits, "0123456789");
    if (length > 3 || digits[length] != ',')
        return false;
    for (digits += length; *digits == ','; digits += 4)
        if (strspn(digits + 1, "0123456789") != 3)
            return false;
    return *digits == '\0';
}

/* What is odd about a text that should have been a number; "" if there is nothing to add. */
static const char *number_hint(const bt_node *node)
{
    const char *text = bt_node_text(node);
    const char *digits = text + strspn(text, "+-");
    if (bt_node_is_quoted(node))
        return looks_like_number(text) ? ": remove the quotes" : "";
    if (digits[0] == '0' && strchr("xXoObB", digits[1]) != NULL && digits[1] != '\0')
        return ": write it in decimal";
    if (digits[0] == '0' && isdigit((unsigned char)digits[1]))
        return ": write it without leading zeros";
    if (strcasecmp(digits + (digits[0] == '.'), "inf") == 0 ||
        strcasecmp(digits + (digits[0] == '.'), "nan") == 0)
        return ": it must be finite";
    if (!isdigit((unsigned char)digits[0]))
        return "";
    if (text[strspn(text, "+-0123456789_.eE")] == '\0' && strchr(text, '_') != NULL)
        return ": write it without '_'";
    if (groups_thousands(digits))
        return ": write it without ','";
    if (text[strspn(text, "+-0123456789,.eE")] == '\0' && strchr(text, ',') != NULL)
        return ": write a decimal point, not a ','";
    if (text[strlen(text) - 1] == '%')
        return ": write a fraction, not a percentage";
    if (text[strspn(text, "+-0123456789.eE")] == '\0')
        return ", which is no number that a computer holds";
    return "";
}

static bool wants_number(const bt_parameter *parameter)
{
    return parameter->type == BT_REAL || parameter->type == BT_INTEGER ||
           parameter->type == BT_TIME || parameter->type == BT_REAL_LIST ||
           parameter->type == BT_NAMED_REALS;
}

static void print_found(FILE *out, const bt_parameter *parameter, const bt_node *node)
{
    double value;
    switch (bt_node_get_kind(node)) {
    case BT_NODE_LIST:
        fputs("a list", out);
        return;
    case BT_NODE_MAPPING:
        fputs("a mapping", out);
        return;
    case BT_NODE_SCALAR:
        break;
    }
    const char *text = bt_node_text(node);
    bool plain_number = !bt_node_is_quoted(node) && bt_text_to_real(text, &value);
    fprintf(out, plain_number ? "%.60s" : "'%.60s'", text);
    if (wants_number(parameter) && !plain_number)
        fputs(number_hint(node), out);
}

void bt_refuse_value(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                     const bt_node *node)
{
    if (node->mistaken) {
        binder->met_mistaken = true;
        return;
    }
    char where[BT_PLACE_LENGTH];
    bt_place_text(place, where);
    char *sentence = NULL;
    size_t size;
    FILE *out = open_memstream(&sentence, &size);
    if (out == NULL) {
        binder->out_of_memory = true;
        return;
    }
    if (bt_node_is_null(node)) {
        fprintf(out, "%s has no value: it must be ", where);
        bt_print_expectation(out, parameter);
    } else {
        fprintf(out, "%s must be ", where);
        bt_print_expectation(out, parameter);
        fputs(", not ", out);
        print_found(out, parameter, node);
    }
    fclose(out);
    bt_diagnose(binder->diagnostics, node, "%s", sentence);
    free(sentence);
}

void *bt_bind_allocate(bt_binder *binder, size_t count, size_t size)
{
    /* An arena hands out nothing for nothing; a list of none still has an address. */
    void *memory = bt_arena_allocate(binder->arena, count > 0 ? count : 1, size);
    if (memory == NULL)
        binder->out_of_memory = true;
    return memory;
}

/* ---- one number or text ---- */

static bool is_plain(const bt_node *node)
{
    return bt_node_get_kind(node) == BT_NODE_SCALAR && !bt_node_is_quoted(node);
}

static bool take_real(const bt_node *node, const bt_range *range, double *value)
{
    return is_plain(node) && bt_text_to_real(bt_node_text(node), value) &&
           bt_within(range, *value);
}

static bool take_integer(const bt_node *node, const bt_range *range, int64_t *value)
{
    return is_plain(node) && bt_text_to_integer(bt_node_text(node), value) &&
           bt_within(range, (double)*value);
}

static bool take_time(const bt_node *node, const bt_range *range, double *days)
{
    return is_plain(node) && bt_text_to_days(bt_node_text(node), days) &&
           bt_within(range, *days);
}

static bool take_boolean(const bt_node *node, bool *value)
{
    if (!is_plain(node))
        return false;
    *value = strcmp(bt_node_text(node), "true") == 0;
    return *value || strcmp(bt_node_text(node), "false") == 0;
}

static bool take_text(bt_binder *binder, const bt_node *node, const char **value)
{
    *value = "";
    if (bt_node_get_kind(node) != BT_NODE_SCALAR || bt_node_is_null(node))
        return false;
    *value = bt_arena_copy_text(binder->arena, bt_node_text(node));
    if (*value == NULL)
        binder->out_of_memory = true;
    return true;
}

/* ---- choices ---- */

static void refuse_word(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                        const bt_node *node)
{
    bt_suggestion suggestion = bt_suggestion_begin(bt_node_text(node));
    bt_choice choice;
    char best[BT_CHOICE_LENGTH] = "";
    for (size_t i = 0; bt_choice_at(parameter->choices, i, &choice); i++) {
        bt_suggestion_offer(&suggestion, choice.word);
        if (suggestion.best == choice.word) {
            memcpy(best, choice.word, sizeof(best));
            suggestion.best = best;
        }
    }
    if (suggestion.best == NULL) {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    char where[BT_PLACE_LENGTH];
    bt_place_text(place, where);
    bt_diagnose(binder->diagnostics, node, "%s has no choice '%s': did you mean %s?", where,
                bt_node_text(node), best);
}

static void bind_choice(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                        const bt_node *node, int32_t *chosen)
{
    if (bt_node_get_kind(node) != BT_NODE_SCALAR || bt_node_is_null(node)) {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    int32_t index = bt_choice_index(parameter->choices, bt_node_text(node));
    if (index < 0)
        refuse_word(binder, place, parameter, node);
    else
        *chosen = index;
}

/* A word alone, or a bare number where that is allowed. */
static void bind_option_word(bt_binder *binder, const bt_place *place,
                             const bt_parameter *parameter, const bt_node *node,
                             bt_option *option)
{
    bt_choice choice;
    double number;
    int32_t index = bt_choice_index(parameter->choices, bt_node_text(node));
    if (index < 0 && parameter->number_allowed && take_real(node, &parameter->range, &number)) {
        *option = (bt_option){.chosen = -1, .has_value = true, .value = number};
        return;
    }
    if (index < 0) {
        refuse_word(binder, place, parameter, node);
        return;
    }
    bt_choice_at(parameter->choices, (size_t)index, &choice);
    if (choice.has_number) {
        char where[BT_PLACE_LENGTH];
        bt_place_text(place, where);
        bt_diagnose(binder->diagnostics, node, "%s: '%s' needs a %s: write {%s: %s}", where,
                    choice.word, choice.is_time ? "time" : "number", choice.word,
                    choice.is_time ? "TIME" : "NUMBER");
        return;
    }
    option->chosen = index;
}

/* {word: number} */
static void bind_option_number(bt_binder *binder, const bt_place *place,
                               const bt_parameter *parameter, const bt_node *node,
                               bt_option *option)
{
    if (bt_node_count(node) != 1) {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    const char *word = bt_node_key(node, 0);
    const bt_node *number = bt_node_element(node, 0);
    int32_t index = bt_choice_index(parameter->choices, word);
    if (index < 0) {
        refuse_word(binder, place, parameter, bt_node_key_node(node, 0));
        return;
    }
    bt_choice choice;
    bt_choice_at(parameter->choices, (size_t)index, &choice);
    bt_place inside = {.parent = place, .key = choice.word};
    if (!choice.has_number) {
        char where[BT_PLACE_LENGTH];
        bt_place_text(place, where);
        bt_diagnose(binder->diagnostics, number, "%s: '%s' takes no number: write %s alone",
                    where, choice.word, choice.word);
        return;
    }
    bt_parameter wanted = {.type = choice.is_time ? BT_TIME : BT_REAL,
                           .range = parameter->range};
    bt_option read = {.chosen = index, .has_value = true};
    size_t reported = bt_diagnostics_reported(binder->diagnostics);
    bt_bind_value(binder, &inside, &wanted, number, &read.value);
    if (bt_diagnostics_reported(binder->diagnostics) == reported)
        *option = read;
}

static void bind_option(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                        const bt_node *node, bt_option *option)
{
    if (bt_node_is_null(node) && parameter->null_allowed)
        option->chosen = -2;
    else if (bt_node_get_kind(node) == BT_NODE_MAPPING)
        bind_option_number(binder, place, parameter, node, option);
    else if (bt_node_get_kind(node) == BT_NODE_SCALAR && !bt_node_is_null(node))
        bind_option_word(binder, place, parameter, node, option);
    else
        bt_refuse_value(binder, place, parameter, node);
}

/* ---- lists ---- */

static void bind_real_list(bt_binder *binder, const bt_place *place,
                           const bt_parameter *parameter, const bt_node *node,
                           bt_real_list *list)
{
    bool is_list = bt_node_get_kind(node) == BT_NODE_LIST;
    size_t count = is_list ? bt_node_count(node) : 1;
    double *value = bt_bind_allocate(binder, count, sizeof(*value));
    bt_parameter one = {.type = BT_REAL, .range = parameter->range};
    if (value == NULL)
        return;
    if (!is_list && !take_real(node, &parameter->range, &value[0])) {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    for (size_t i = 0; is_list && i < count; i++) {
        bt_place element = {.parent = place, .index = i};
        bt_bind_value(binder, &element, &one, bt_node_element(node, i), &value[i]);
    }
    *list = (bt_real_list){.count = count, .value = value};
}

static void bind_text_list(bt_binder *binder, const bt_place *place,
                           const bt_parameter *parameter, const bt_node *node,
                           bt_text_list *list)
{
    bool is_list = bt_node_get_kind(node) == BT_NODE_LIST;
    size_t count = is_list ? bt_node_count(node) : 1;
    const char **value = bt_bind_allocate(binder, count, sizeof(*value));
    bt_parameter one = {.type = BT_TEXT};
    if (value == NULL)
        return;
    if (!is_list && !take_text(binder, node, &value[0])) {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    for (size_t i = 0; is_list && i < count; i++) {
        bt_place element = {.parent = place, .index = i};
        bt_bind_value(binder, &element, &one, bt_node_element(node, i), &value[i]);
    }
    *list = (bt_text_list){.count = count, .value = value};
}

static void bind_named_reals(bt_binder *binder, const bt_place *place,
                             const bt_parameter *parameter, const bt_node *node,
                             bt_named_reals *named)
{
    if (bt_node_get_kind(node) != BT_NODE_MAPPING) {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    size_t count = bt_node_count(node);
    const char **name = bt_bind_allocate(binder, count, sizeof(*name));
    double *value = bt_bind_allocate(binder, count, sizeof(*value));
    bt_parameter one = {.type = BT_REAL, .range = parameter->range};
    if (name == NULL || value == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        bt_place inside = {.parent = place, .key = bt_node_key(node, i)};
        name[i] = bt_arena_copy_text(binder->arena, bt_node_key(node, i));
        bt_bind_value(binder, &inside, &one, bt_node_element(node, i), &value[i]);
    }
    *named = (bt_named_reals){.count = count, .name = name, .value = value};
}

static void bind_text_groups(bt_binder *binder, const bt_place *place,
                             const bt_parameter *parameter, const bt_node *node,
                             bt_text_groups *groups)
{
    if (bt_node_get_kind(node) != BT_NODE_LIST) {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    size_t count = bt_node_count(node);
    bt_text_list *group = bt_bind_allocate(binder, count, sizeof(*group));
    bt_parameter one = {.type = BT_TEXT_LIST};
    if (group == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        const bt_node *element = bt_node_element(node, i);
        bt_place inside = {.parent = place, .index = i};
        if (bt_node_get_kind(element) == BT_NODE_LIST)
            bind_text_list(binder, &inside, &one, element, &group[i]);
        else
            bt_refuse_value(binder, place, parameter, element);
    }
    *groups = (bt_text_groups){.count = count, .group = group};
}

/* ---- files ---- */

/* The path of a file that a node names: from the folder of the file in which it stands; in
 * the working folder where it comes from elsewhere. NULL when memory is out. */
static char *path_of(const bt_node *node)
{
    const char *file = bt_node_text(node);
    const char *slash = node->source->is_file ? strrchr(node->source->name, '/') : NULL;
    size_t folder =
        slash != NULL && file[0] != '/' ? (size_t)(slash + 1 - node->source->name) : 0;
    char *path = malloc(folder + strlen(file) + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, node->source->name, folder);
    strcpy(path + folder, file);
    return path;
}

static const char *const *copy_texts(bt_binder *binder, const char *const *text, size_t count)
{
    const char **copy = bt_bind_allocate(binder, count, sizeof(*copy));
    for (size_t i = 0; copy != NULL && i < count; i++)
        copy[i] = bt_arena_copy_text(binder->arena, text[i]);
    binder->out_of_memory |= copy != NULL && count > 0 && copy[count - 1] == NULL;
    return copy;
}

static void keep_table(bt_binder *binder, const char *path, const bt_csv *csv,
                       bt_text_table *table)
{
    size_t *line = bt_bind_allocate(binder, csv->n_rows, sizeof(*line));
    table->place = bt_arena_copy_text(binder->arena, path);
    table->header = copy_texts(binder, csv->header, csv->n_columns);
    table->cell = copy_texts(binder, csv->cell, csv->n_rows * csv->n_columns);
    table->line = line;
    if (table->place == NULL || table->header == NULL || table->cell == NULL || line == NULL) {
        binder->out_of_memory = true;
        return;
    }
    memcpy(line, csv->line, csv->n_rows * sizeof(*line));
    table->n_columns = csv->n_columns;
    table->n_rows = csv->n_rows;
}

static void bind_table_of_texts(bt_binder *binder, const bt_place *place,
                                const bt_parameter *parameter, const bt_node *node,
                                bt_text_table *table)
{
    table->file = "";
    if (!take_text(binder, node, &table->file) || table->file[0] == '\0') {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    bt_csv *csv = NULL;
    bt_error error = {.status = BT_OK};
    char *path = path_of(node);
    if (path == NULL)
        binder->out_of_memory = true;
    else if (bt_csv_read(path, &csv, &error) == BT_OK)
        keep_table(binder, path, csv, table);
    else
        bt_diagnose(binder->diagnostics, node, "%s", error.message);
    bt_csv_destroy(csv);
    free(path);
}

/* ---- any ---- */

/* True: read, or refused already. False: to be refused in the usual words. */
static bool bind_simple(bt_binder *binder, const bt_parameter *parameter, const bt_node *node,
                        void *member)
{
    switch (parameter->type) {
    case BT_REAL:
        if (parameter->null_allowed && bt_node_is_null(node)) {
            *(double *)member = NAN;
            return true;
        }
        return take_real(node, &parameter->range, member);
    case BT_INTEGER:
        return take_integer(node, &parameter->range, member);
    case BT_BOOLEAN:
        return take_boolean(node, member);
    case BT_TEXT:
        return take_text(binder, node, member);
    case BT_TIME:
        if (parameter->null_allowed && bt_node_is_null(node)) {
            *(double *)member = NAN;
            return true;
        }
        return take_time(node, &parameter->range, member);
    default:
        return false;
    }
}

void bt_bind_value(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                   const bt_node *node, void *member)
{
    switch (parameter->type) {
    case BT_CHOICE:
        bind_choice(binder, place, parameter, node, member);
        return;
    case BT_OPTION:
        bind_option(binder, place, parameter, node, member);
        return;
    case BT_REAL_LIST:
        bind_real_list(binder, place, parameter, node, member);
        return;
    case BT_TEXT_LIST:
        bind_text_list(binder, place, parameter, node, member);
        return;
    case BT_NAMED_REALS:
        bind_named_reals(binder, place, parameter, node, member);
        return;
    case BT_CSV:
        bind_table_of_texts(binder, place, parameter, node, member);
        return;
    case BT_TEXT_GROUPS:
        bind_text_groups(binder, place, parameter, node, member);
        return;
    default:
        if (!bind_simple(binder, parameter, node, member))
            bt_refuse_value(binder, place, parameter, node);
    }
}
