#include "experiments/pages/schema.h"

#include <string.h>

#include "experiments/document/choices.h"
#include "experiments/document/document.h"
#include "experiments/experiment.h"
#include "sim/json.h"

static void write_members(bt_json *json, const bt_parameter_table *table);
static void write_type(bt_json *json, const bt_parameter *parameter);

/* ---- defaults: YAML as JSON ---- */

static void write_node(bt_json *json, const char *key, const bt_node *node)
{
    double number;
    switch (bt_node_get_kind(node)) {
    case BT_NODE_LIST:
        bt_json_begin_flat_array(json, key);
        for (size_t i = 0; i < bt_node_count(node); i++)
            write_node(json, NULL, bt_node_element(node, i));
        bt_json_end(json);
        return;
    case BT_NODE_MAPPING:
        bt_json_begin_flat_object(json, key);
        for (size_t i = 0; i < bt_node_count(node); i++)
            write_node(json, bt_node_key(node, i), bt_node_element(node, i));
        bt_json_end(json);
        return;
    case BT_NODE_SCALAR:
        break;
    }
    const char *text = bt_node_text(node);
    if (bt_node_is_null(node))
        bt_json_null(json, key);
    else if (!bt_node_is_quoted(node) && bt_text_to_real(text, &number))
        bt_json_number(json, key, number);
    else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        bt_json_boolean(json, key, text[0] == 't');
    else
        bt_json_text(json, key, text);
}

static void write_default(bt_json *json, const char *text)
{
    bt_document *document = NULL;
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    if (diagnostics != NULL)
        bt_document_parse("default", text, strlen(text), &document, diagnostics);
    if (document != NULL)
        write_node(json, "default", bt_document_root(document));
    bt_document_destroy(document);
    bt_diagnostics_destroy(diagnostics);
}

/* ---- simple types ---- */

static void write_number(bt_json *json, const char *type, const bt_range *range)
{
    bt_json_text(json, "type", type);
    if (!range->bounded)
        return;
    if (range->minimum > -INFINITY)
        bt_json_number(json, range->above_minimum ? "exclusiveMinimum" : "minimum",
                       range->minimum);
    if (range->maximum < INFINITY)
        bt_json_number(json, range->below_maximum ? "exclusiveMaximum" : "maximum",
                       range->maximum);
}

static void write_number_schema(bt_json *json, const char *key, const bt_range *range)
{
    bt_json_begin_flat_object(json, key);
    write_number(json, "number", range);
    bt_json_end(json);
}

static void write_type_schema(bt_json *json, const char *key, const char *type)
{
    bt_json_begin_flat_object(json, key);
    bt_json_text(json, "type", type);
    bt_json_end(json);
}

/* A word that may also look like a number or a truth value to YAML. */
static void write_text(bt_json *json)
{
    bt_json_begin_flat_array(json, "type");
    bt_json_text(json, NULL, "string");
    bt_json_text(json, NULL, "number");
    bt_json_text(json, NULL, "boolean");
    bt_json_end(json);
}

static void write_text_schema(bt_json *json, const char *key)
{
    bt_json_begin_flat_object(json, key);
    write_text(json);
    bt_json_end(json);
}

static void write_time_alternatives(bt_json *json, const bt_range *range)
{
    write_number_schema(json, NULL, range);
    bt_json_begin_flat_object(json, NULL);
    bt_json_text(json, "type", "string");
    bt_json_text(json, "pattern", "^[-+]?[0-9.]+([eE][-+]?[0-9]+)? *(d|h|min|s)$");
    bt_json_end(json);
}

static void write_time_schema(bt_json *json, const char *key, const bt_range *range)
{
    bt_json_begin_object(json, key);
    bt_json_begin_array(json, "anyOf");
    write_time_alternatives(json, range);
    bt_json_end(json);
    bt_json_end(json);
}

/* ---- choices ---- */

static void write_words(bt_json *json, const char *choices)
{
    bt_choice choice;
    bt_json_begin_flat_array(json, "enum");
    for (size_t i = 0; bt_choice_at(choices, i, &choice); i++)
        if (!choice.has_number)
            bt_json_text(json, NULL, choice.word);
    bt_json_end(json);
}

static bool has_bare_word(const char *choices)
{
    bt_choice choice;
    for (size_t i = 0; bt_choice_at(choices, i, &choice); i++)
        if (!choice.has_number)
            return true;
    return false;
}

/* {word: number} and nothing else. */
static void write_word_with_number(bt_json *json, const bt_choice *choice,
                                   const bt_range *range)
{
    bt_json_begin_object(json, NULL);
    bt_json_text(json, "type", "object");
    bt_json_begin_object(json, "properties");
    if (choice->is_time)
        write_time_schema(json, choice->word, range);
    else
        write_number_schema(json, choice->word, range);
    bt_json_end(json);
    bt_json_begin_flat_array(json, "required");
    bt_json_text(json, NULL, choice->word);
    bt_json_end(json);
    bt_json_boolean(json, "additionalProperties", false);
    bt_json_end(json);
}

static void write_option(bt_json *json, const bt_parameter *parameter)
{
    bt_choice choice;
    bt_json_begin_array(json, "anyOf");
    if (has_bare_word(parameter->choices)) {
        bt_json_begin_object(json, NULL);
        write_words(json, parameter->choices);
        bt_json_end(json);
    }
    for (size_t i = 0; bt_choice_at(parameter->choices, i, &choice); i++)
        if (choice.has_number)
            write_word_with_number(json, &choice, &parameter->range);
    if (parameter->number_allowed)
        write_number_schema(json, NULL, &parameter->range);
    if (parameter->null_allowed)
        write_type_schema(json, NULL, "null");
    bt_json_end(json);
}

/* ---- lists ---- */

/* One value or a list of such. */
static void write_reals(bt_json *json, const bt_range *range)
{
    bt_json_begin_array(json, "anyOf");
    write_number_schema(json, NULL, range);
    bt_json_begin_object(json, NULL);
    bt_json_text(json, "type", "array");
    write_number_schema(json, "items", range);
    bt_json_end(json);
    bt_json_end(json);
}

static void write_text_array(bt_json *json, const char *key)
{
    bt_json_begin_object(json, key);
    bt_json_text(json, "type", "array");
    write_text_schema(json, "items");
    bt_json_end(json);
}

static void write_texts(bt_json *json)
{
    bt_json_begin_array(json, "anyOf");
    write_text_schema(json, NULL);
    write_text_array(json, NULL);
    bt_json_end(json);
}

/* ---- tables and registered types ---- */

static void write_properties(bt_json *json, const bt_parameter_table *table)
{
    for (size_t i = 0; table != NULL && i < table->count; i++) {
        const bt_parameter *parameter = &table->parameters[i];
        bt_json_begin_object(json, parameter->name);
        bt_json_text(json, "description", parameter->meaning);
        write_type(json, parameter);
        if (parameter->default_text != NULL)
            write_default(json, parameter->default_text);
        bt_json_end(json);
    }
}

static void write_required(bt_json *json, const bt_parameter_table *table)
{
    for (size_t i = 0; table != NULL && i < table->count; i++)
        if (table->parameters[i].required)
            bt_json_text(json, NULL, table->parameters[i].name);
}

static void write_members(bt_json *json, const bt_parameter_table *table)
{
    bt_json_text(json, "type", "object");
    bt_json_begin_object(json, "properties");
    write_properties(json, table);
    bt_json_end(json);
    bt_json_begin_flat_array(json, "required");
    write_required(json, table);
    bt_json_end(json);
    bt_json_boolean(json, "additionalProperties", false);
}

static void write_registered_type(bt_json *json, const bt_parameter *parameter,
                                  const bt_described *type)
{
    bt_json_begin_object(json, NULL);
    bt_json_text(json, "title", type->name);
    bt_json_text(json, "description", type->summary);
    bt_json_text(json, "type", "object");
    bt_json_begin_object(json, "properties");
    bt_json_begin_flat_object(json, parameter->selector);
    bt_json_text(json, "const", type->name);
    bt_json_end(json);
    write_properties(json, parameter->table);
    write_properties(json, type->parameters);
    bt_json_end(json);
    bt_json_begin_flat_array(json, "required");
    bt_json_text(json, NULL, parameter->selector);
    write_required(json, parameter->table);
    write_required(json, type->parameters);
    bt_json_end(json);
    bt_json_boolean(json, "additionalProperties", false);
    bt_json_end(json);
}

static void write_registered(bt_json *json, const bt_parameter *parameter)
{
    bt_json_begin_array(json, "anyOf");
    for (size_t i = 0; i < parameter->registry->count; i++)
        write_registered_type(json, parameter, parameter->registry->entries[i]);
    bt_json_end(json);
}

/* ---- any type ---- */

static void write_nullable(bt_json *json, const bt_parameter *parameter)
{
    bt_json_begin_array(json, "anyOf");
    if (parameter->type == BT_TIME)
        write_time_alternatives(json, &parameter->range);
    else
        write_number_schema(json, NULL, &parameter->range);
    if (parameter->null_allowed)
        write_type_schema(json, NULL, "null");
    bt_json_end(json);
}

static void write_type(bt_json *json, const bt_parameter *parameter)
{
    switch (parameter->type) {
    case BT_REAL:
        if (parameter->null_allowed)
            write_nullable(json, parameter);
        else
            write_number(json, "number", &parameter->range);
        return;
    case BT_INTEGER:
        write_number(json, "integer", &parameter->range);
        return;
    case BT_BOOLEAN:
        bt_json_text(json, "type", "boolean");
        return;
    case BT_TEXT:
    case BT_CSV:
        write_text(json);
        return;
    case BT_CHOICE:
        write_words(json, parameter->choices);
        return;
    case BT_OPTION:
        write_option(json, parameter);
        return;
    case BT_TIME:
        write_nullable(json, parameter);
        return;
    case BT_REAL_LIST:
        write_reals(json, &parameter->range);
        return;
    case BT_TEXT_LIST:
        write_texts(json);
        return;
    case BT_NAMED_REALS:
        bt_json_text(json, "type", "object");
        write_number_schema(json, "additionalProperties", &parameter->range);
        return;
    case BT_TEXT_GROUPS:
        bt_json_text(json, "type", "array");
        write_text_array(json, "items");
        return;
    case BT_TABLE:
        write_members(json, parameter->table);
        return;
    case BT_TABLE_LIST:
        bt_json_text(json, "type", "array");
        bt_json_begin_object(json, "items");
        write_members(json, parameter->table);
        bt_json_end(json);
        return;
    case BT_REGISTERED:
        write_registered(json, parameter);
        return;
    case BT_REGISTERED_LIST:
        bt_json_text(json, "type", "array");
        bt_json_begin_object(json, "items");
        write_registered(json, parameter);
        bt_json_end(json);
        return;
    }
}

/* ---- the sweep ---- */

static void write_described(bt_json *json, const char *key, const char *type,
                            const char *description)
{
    bt_json_begin_flat_object(json, key);
    bt_json_text(json, "type", type);
    bt_json_text(json, "description", description);
    bt_json_end(json);
}

static void write_sweep(bt_json *json)
{
    static const char *const designs[] = {"sobol", "halton", "lhs", "random"};
    bt_json_begin_object(json, "sweep");
    bt_json_text(json, "description", "blocks of points, concatenated in order");
    bt_json_text(json, "type", "array");
    bt_json_begin_object(json, "items");
    bt_json_text(json, "type", "object");
    bt_json_begin_object(json, "properties");
    write_described(json, "grid", "object", "every combination: {PATH: VALUES, ...}");
    write_described(json, "zip", "object", "in step: {PATH: VALUES, ...}");
    write_described(json, "list", "array", "points one by one: [{PATH: VALUE, ...}, ...]");
    for (size_t i = 0; i < sizeof(designs) / sizeof(designs[0]); i++)
        write_described(json, designs[i], "object", "{points: N, PATH: [LOW, HIGH], ...}");
    write_described(json, "table", "string", "a CSV file whose header names the paths");
    write_described(json, "where", "string", "a condition that points must satisfy");
    bt_json_end(json);
    bt_json_boolean(json, "additionalProperties", false);
    bt_json_end(json);
    bt_json_end(json);
}

/* ---- all ---- */

bt_status bt_write_schema(FILE *out, bt_error *error)
{
    bt_json json = bt_json_to(out);
    bt_json_begin_object(&json, NULL);
    bt_json_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    bt_json_text(&json, "title", "bertrand experiment");
    bt_json_text(&json, "type", "object");
    bt_json_begin_object(&json, "properties");
    write_properties(&json, &bt_experiment_table);
    write_sweep(&json);
    bt_json_end(&json);
    bt_json_begin_flat_array(&json, "required");
    write_required(&json, &bt_experiment_table);
    bt_json_end(&json);
    bt_json_boolean(&json, "additionalProperties", false);
    bt_json_end(&json);
    return bt_json_finish(&json, error);
}
