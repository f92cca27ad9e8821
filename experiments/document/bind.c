/*
 * Binding: a mapping node becomes a parameter struct.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/bind_internal.h"
#include "experiments/document/document_tree.h"
#include "experiments/document/suggestion.h"

enum { MOST_LISTED_KEYS = 12 };

/* A parameter struct and its table. A registered type fills two from one mapping: its own
 * and the one common to all types of its kind. */
typedef struct table_section {
    const bt_parameter_table *table;
    char *parameters;
} table_section;

/* What a mapping may hold. */
typedef struct mapping_contents {
    table_section section[2];
    size_t n_sections;
    const char *selector; /* a key that is read already, or NULL */
    bool partial;         /* other keys may stand there too: the type is unknown */
} mapping_contents;

static void bind_parameter(bt_binder *binder, const bt_place *place,
                           const bt_parameter *parameter, char *parameters,
                           const bt_node *node);

/* ---- places ---- */

static size_t print_place(const bt_place *place, char *text, size_t used)
{
    if (place->parent == NULL)
        return used;
    used = print_place(place->parent, text, used);
    if (used >= BT_PLACE_LENGTH - 1)
        return used;
    int added;
    if (place->key != NULL)
        added = snprintf(text + used, BT_PLACE_LENGTH - used, "%s%.40s", used > 0 ? "." : "",
                         place->key);
    else
        added = snprintf(text + used, BT_PLACE_LENGTH - used, "[%zu]", place->index);
    return added > 0 ? used + (size_t)added : used;
}

void bt_place_text(const bt_place *place, char text[BT_PLACE_LENGTH])
{
    text[0] = '\0';
    if (print_place(place, text, 0) == 0)
        snprintf(text, BT_PLACE_LENGTH, "the file");
}

/* With the type that was named there: "sellers[0] (q_learning)". */
static void place_with_type(const bt_place *place, char text[BT_PLACE_LENGTH])
{
    bt_place_text(place, text);
    size_t used = strlen(text);
    if (place->type != NULL)
        snprintf(text + used, BT_PLACE_LENGTH - used, " (%s)", place->type);
}

/* ---- keys that should not be there, and keys that should ---- */

static const bt_parameter *find_parameter(const mapping_contents *contents, const char *key,
                                          char **parameters)
{
    for (size_t i = 0; i < contents->n_sections; i++) {
        const table_section *section = &contents->section[i];
        const bt_parameter *found = bt_parameter_find(section->table, key);
        if (found != NULL) {
            *parameters = section->parameters;
            return found;
        }
    }
    return NULL;
}

/* "known are a, b and c"; cut where the list is long. */
static void print_known_keys(const mapping_contents *contents, FILE *out)
{
    size_t listed = 0;
    if (contents->selector != NULL) {
        fputs(contents->selector, out);
        listed++;
    }
    for (size_t i = 0; i < contents->n_sections; i++)
        for (size_t k = 0; k < contents->section[i].table->count; k++, listed++)
            if (listed < MOST_LISTED_KEYS)
                fprintf(out, "%s%s", listed > 0 ? ", " : "",
                        contents->section[i].table->parameters[k].name);
    if (listed > MOST_LISTED_KEYS)
        fprintf(out, " and %zu more", listed - MOST_LISTED_KEYS);
    if (listed == 0)
        fputs("none", out);
}

static const char *closest_key(const mapping_contents *contents, const char *key)
{
    bt_suggestion suggestion = bt_suggestion_begin(key);
    if (contents->selector != NULL)
        bt_suggestion_offer(&suggestion, contents->selector);
    for (size_t i = 0; i < contents->n_sections; i++)
        for (size_t k = 0; k < contents->section[i].table->count; k++)
            bt_suggestion_offer(&suggestion, contents->section[i].table->parameters[k].name);
    return suggestion.best;
}

/* {scale 0.25}: one key without a value, whose first word is known. */
static bool lacks_colon(const mapping_contents *contents, const char *key, const bt_node *value)
{
    char word[64];
    char *parameters;
    size_t length = strcspn(key, " ");
    if (!bt_node_is_null(value) || key[length] == '\0' || length >= sizeof(word))
        return false;
    snprintf(word, sizeof(word), "%.*s", (int)length, key);
    return find_parameter(contents, word, &parameters) != NULL;
}

static void refuse_key(bt_binder *binder, const bt_place *place,
                       const mapping_contents *contents, const bt_node *mapping, size_t index)
{
    const bt_node *key = bt_node_key_node(mapping, index);
    const char *text = bt_node_text(key);
    char where[BT_PLACE_LENGTH];
    place_with_type(place, where);
    if (lacks_colon(contents, text, bt_node_element(mapping, index))) {
        bt_diagnose(binder->diagnostics, key, "a ':' is missing after '%.*s'",
                    (int)strcspn(text, " "), text);
        return;
    }
    const char *best = closest_key(contents, text);
    if (best != NULL) {
        bt_diagnose(binder->diagnostics, key, "%s has no key '%.60s': did you mean %s?", where,
                    text, best);
        return;
    }
    char *known = NULL;
    size_t size;
    FILE *out = open_memstream(&known, &size);
    if (out == NULL) {
        binder->out_of_memory = true;
        return;
    }
    print_known_keys(contents, out);
    fclose(out);
    bt_diagnose(binder->diagnostics, key, "%s has no key '%.60s': known are %s", where, text,
                known);
    free(known);
}

/* An unknown key that was reported as this parameter mistyped. */
static bool is_mistyped(const mapping_contents *contents, const bt_parameter *parameter,
                        const bt_node *mapping)
{
    for (size_t i = 0; i < bt_node_count(mapping); i++) {
        const char *key = bt_node_key(mapping, i);
        char *parameters;
        if (find_parameter(contents, key, &parameters) != NULL)
            continue;
        const char *best = closest_key(contents, key);
        size_t word = strcspn(key, " ");
        if ((best != NULL && strcmp(best, parameter->name) == 0) ||
            (lacks_colon(contents, key, bt_node_element(mapping, i)) &&
             strlen(parameter->name) == word && strncmp(key, parameter->name, word) == 0))
            return true;
    }
    return false;
}

static void report_missing(bt_binder *binder, const bt_place *place,
                           const bt_parameter *parameter, const bt_node *mapping)
{
    char where[BT_PLACE_LENGTH];
    place_with_type(place, where);
    bt_diagnose(binder->diagnostics, mapping, "%s lacks '%s' (%s)", where, parameter->name,
                parameter->meaning);
}

/* ---- defaults ---- */

/* A default that is one plain word or number, or empty braces: it needs no parser, and
 * sweeps bind many. */
static bool make_plain_node(const char *text, bt_node *node, const bt_source *source)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_.+-";
    *node = (bt_node){.source = source, .text = (char *)(uintptr_t)text};
    node->kind = strcmp(text, "{}") == 0 ? BT_NODE_MAPPING : BT_NODE_SCALAR;
    return node->kind == BT_NODE_MAPPING ||
           (text[0] != '-' && text[strspn(text, plain)] == '\0');
}

static void bind_default(bt_binder *binder, const bt_place *place,
                         const bt_parameter *parameter, char *parameters)
{
    const bt_source source = {.name = "default", .text = "", .is_file = true};
    const char *text = parameter->default_text;
    bt_node plain;
    if (make_plain_node(text, &plain, &source)) {
        bind_parameter(binder, place, parameter, parameters, &plain);
        return;
    }
    bt_document *document = NULL;
    bt_document_parse("default", text, strlen(text), &document, binder->diagnostics);
    if (document != NULL)
        bind_parameter(binder, place, parameter, parameters, bt_document_root(document));
    bt_document_destroy(document);
}

static void bind_contents(bt_binder *binder, const bt_place *place,
                          const mapping_contents *contents, const bt_node *mapping);

/* A nested table that the file does not give: its own defaults. */
static void bind_absent_table(bt_binder *binder, const bt_place *place,
                              const bt_parameter *parameter, char *parameters)
{
    bt_place inside = {.parent = place, .key = parameter->name};
    mapping_contents contents = {
        .section = {{.table = parameter->table, .parameters = parameters + parameter->offset}},
        .n_sections = 1};
    bind_contents(binder, &inside, &contents, NULL);
}

/* mapping NULL: an optional table was not given, and nothing is required of it. */
static void bind_absent(bt_binder *binder, const bt_place *place,
                        const mapping_contents *contents, const bt_parameter *parameter,
                        char *parameters, const bt_node *mapping)
{
    if (parameter->default_text != NULL) {
        bind_default(binder, place, parameter, parameters);
        return;
    }
    if (parameter->required && mapping != NULL && !is_mistyped(contents, parameter, mapping))
        report_missing(binder, place, parameter, mapping);
    if (parameter->type == BT_TABLE)
        bind_absent_table(binder, place, parameter, parameters);
    if (parameter->type == BT_TEXT)
        *(const char **)(void *)(parameters + parameter->offset) = "";
    if (parameter->type == BT_CSV)
        ((bt_text_table *)(void *)(parameters + parameter->offset))->file = "";
}

/* ---- mappings ---- */

static void bind_contents(bt_binder *binder, const bt_place *place,
                          const mapping_contents *contents, const bt_node *mapping)
{
    size_t count = mapping != NULL ? bt_node_count(mapping) : 0;
    for (size_t i = 0; i < count; i++) {
        const char *key = bt_node_key(mapping, i);
        char *parameters;
        const bt_parameter *parameter = find_parameter(contents, key, &parameters);
        if (parameter != NULL)
            bind_parameter(binder, place, parameter, parameters, bt_node_element(mapping, i));
        else if (!contents->partial &&
                 (contents->selector == NULL || strcmp(contents->selector, key) != 0))
            refuse_key(binder, place, contents, mapping, i);
    }
    for (size_t i = 0; i < contents->n_sections; i++) {
        const table_section *section = &contents->section[i];
        for (size_t k = 0; k < section->table->count; k++) {
            const bt_parameter *parameter = &section->table->parameters[k];
            if (mapping == NULL || bt_node_find(mapping, parameter->name) == NULL)
                bind_absent(binder, place, contents, parameter, section->parameters, mapping);
        }
    }
}

/* What is no mapping is refused, and read as if it said nothing. */
static void bind_table(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                       const bt_node *node, void *member)
{
    mapping_contents contents = {.section = {{.table = parameter->table, .parameters = member}},
                                 .n_sections = 1};
    bool is_mapping = bt_node_get_kind(node) == BT_NODE_MAPPING;
    if (!is_mapping)
        bt_refuse_value(binder, place, parameter, node);
    bind_contents(binder, place, &contents, is_mapping ? node : NULL);
}

/* ---- registered types ---- */

static void refuse_type(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                        const bt_node *name)
{
    const bt_registry *registry = parameter->registry;
    bt_suggestion suggestion = bt_suggestion_begin(bt_node_text(name));
    char where[BT_PLACE_LENGTH];
    char known[4096] = "";
    size_t used = 0;
    bt_place_text(place, where);
    for (size_t i = 0; i < registry->count; i++) {
        const char *candidate = registry->entries[i]->name;
        bt_suggestion_offer(&suggestion, candidate);
        if (used < sizeof(known))
            used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
                                     i > 0 ? ", " : "", candidate);
    }
    if (suggestion.best != NULL)
        bt_diagnose(binder->diagnostics, name,
                    "%s: there is no %s '%.60s': did you mean %s? (known are %s)", where,
                    registry->kind, bt_node_text(name), suggestion.best, known);
    else
        bt_diagnose(binder->diagnostics, name, "%s: there is no %s '%.60s': known are %s",
                    where, registry->kind, bt_node_text(name), known);
}

static void report_missing_selector(bt_binder *binder, const bt_place *place,
                                    const bt_parameter *selector, const bt_node *mapping)
{
    char where[BT_PLACE_LENGTH];
    bt_place_text(place, where);
    for (size_t i = 0; i < bt_node_count(mapping); i++) {
        bt_suggestion suggestion = bt_suggestion_begin(bt_node_key(mapping, i));
        bt_suggestion_offer(&suggestion, selector->name);
        if (suggestion.best == NULL)
            continue;
        bt_diagnose(binder->diagnostics, bt_node_key_node(mapping, i),
                    "%s has no key '%.60s': did you mean %s?", where, bt_node_key(mapping, i),
                    selector->name);
        return;
    }
    report_missing(binder, place, selector, mapping);
}

/* The type that the mapping names, or NULL with the mistake reported. */
static const bt_described *find_type(bt_binder *binder, const bt_place *place,
                                     const bt_parameter *parameter, const bt_node *node)
{
    const bt_node *name = bt_node_find(node, parameter->selector);
    bt_place inside = {.parent = place, .key = parameter->selector};
    bt_parameter selector = {
        .name = parameter->selector, .type = BT_TEXT, .meaning = "which says what it is"};
    if (name == NULL) {
        report_missing_selector(binder, place, &selector, node);
        return NULL;
    }
    if (bt_node_get_kind(name) != BT_NODE_SCALAR || bt_node_is_null(name)) {
        bt_refuse_value(binder, &inside, &selector, name);
        return NULL;
    }
    const bt_described *type = bt_registry_find(parameter->registry, bt_node_text(name));
    if (type == NULL)
        refuse_type(binder, &inside, parameter, name);
    return type;
}

static void bind_registered(bt_binder *binder, const bt_place *place,
                            const bt_parameter *parameter, const bt_node *node,
                            bt_registered *registered)
{
    if (bt_node_get_kind(node) != BT_NODE_MAPPING) {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    const bt_described *type = find_type(binder, place, parameter, node);
    bt_place named = *place;
    named.type = type != NULL ? type->name : NULL;
    mapping_contents contents = {.selector = parameter->selector, .partial = type == NULL};
    registered->type = type;
    if (parameter->table != NULL) {
        registered->common = bt_bind_allocate(binder, 1, parameter->table->struct_size);
        contents.section[contents.n_sections++] =
            (table_section){.table = parameter->table, .parameters = registered->common};
    }
    if (type != NULL && type->parameters != NULL) {
        registered->parameters = bt_bind_allocate(binder, 1, type->parameters->struct_size);
        contents.section[contents.n_sections++] =
            (table_section){.table = type->parameters, .parameters = registered->parameters};
    }
    if (!binder->out_of_memory)
        bind_contents(binder, &named, &contents, node);
}

/* ---- lists of mappings ---- */

static void bind_list(bt_binder *binder, const bt_place *place, const bt_parameter *parameter,
                      const bt_node *node, bt_table_list *list)
{
    if (bt_node_get_kind(node) != BT_NODE_LIST) {
        bt_refuse_value(binder, place, parameter, node);
        return;
    }
    bool is_registered = parameter->type == BT_REGISTERED_LIST;
    size_t size = is_registered ? sizeof(bt_registered) : parameter->table->struct_size;
    size_t count = bt_node_count(node);
    char *element = bt_bind_allocate(binder, count, size);
    if (element == NULL)
        return;
    bt_parameter one = *parameter;
    one.type = is_registered ? BT_REGISTERED : BT_TABLE;
    for (size_t i = 0; i < count; i++) {
        bt_place inside = {.parent = place, .index = i};
        void *member = element + i * size;
        if (is_registered)
            bind_registered(binder, &inside, &one, bt_node_element(node, i), member);
        else
            bind_table(binder, &inside, &one, bt_node_element(node, i), member);
    }
    *list = (bt_table_list){.count = count, .element = element};
}

/* ---- any parameter ---- */

static void bind_parameter(bt_binder *binder, const bt_place *place,
                           const bt_parameter *parameter, char *parameters, const bt_node *node)
{
    bt_place inside = {.parent = place, .key = parameter->name};
    void *member = parameters + parameter->offset;
    if (parameter->given_offset != 0)
        *(bool *)(parameters + parameter->given_offset) = true;
    switch (parameter->type) {
    case BT_TABLE:
        bind_table(binder, &inside, parameter, node, member);
        return;
    case BT_REGISTERED:
        bind_registered(binder, &inside, parameter, node, member);
        return;
    case BT_TABLE_LIST:
    case BT_REGISTERED_LIST:
        bind_list(binder, &inside, parameter, node, member);
        return;
    default:
        bt_bind_value(binder, &inside, parameter, node, member);
    }
}

bt_status bt_bind(const bt_node *node, const bt_parameter_table *table, void *parameters,
                  bt_arena *arena, bt_diagnostics *diagnostics)
{
    size_t reported = bt_diagnostics_reported(diagnostics);
    bt_binder binder = {.arena = arena, .diagnostics = diagnostics};
    bt_place root = {.parent = NULL};
    memset(parameters, 0, table->struct_size);
    if (bt_node_get_kind(node) != BT_NODE_MAPPING) {
        bt_diagnose(diagnostics, node, "the file must be a mapping of keys to values, not %s",
                    bt_node_get_kind(node) == BT_NODE_LIST ? "a list" : "a single value");
        return BT_BAD_INPUT;
    }
    mapping_contents contents = {.section = {{.table = table, .parameters = parameters}},
                                 .n_sections = 1};
    bind_contents(&binder, &root, &contents, node);
    if (binder.out_of_memory)
        bt_diagnose(diagnostics, node, "out of memory");
    bool is_good = bt_diagnostics_reported(diagnostics) == reported && !binder.met_mistaken;
    return is_good ? BT_OK : BT_BAD_INPUT;
}
