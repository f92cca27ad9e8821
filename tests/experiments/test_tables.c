/* Every table that an experiment file is read with: well formed, and there and back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/experiment.h"
#include "experiments/kinds.h"
#include "random_settings.h"

static size_t size_of_member(const bt_parameter *parameter)
{
    switch (parameter->type) {
    case BT_REAL:
    case BT_TIME:
        return sizeof(double);
    case BT_INTEGER:
        return sizeof(int64_t);
    case BT_BOOLEAN:
        return sizeof(bool);
    case BT_TEXT:
        return sizeof(char *);
    case BT_CHOICE:
        return sizeof(int32_t);
    case BT_OPTION:
        return sizeof(bt_option);
    case BT_REAL_LIST:
        return sizeof(bt_real_list);
    case BT_TEXT_LIST:
        return sizeof(bt_text_list);
    case BT_NAMED_REALS:
        return sizeof(bt_named_reals);
    case BT_CSV:
        return sizeof(bt_text_table);
    case BT_TEXT_GROUPS:
        return sizeof(bt_text_groups);
    case BT_TABLE:
        return parameter->table->struct_size;
    case BT_REGISTERED:
        return sizeof(bt_registered);
    case BT_TABLE_LIST:
    case BT_REGISTERED_LIST:
        return sizeof(bt_table_list);
    }
    return 0;
}

static bool has_required_members(const bt_parameter_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->parameters[i].required)
            return true;
    return false;
}

static bool is_snake_case(const char *name)
{
    if (!islower((unsigned char)name[0]))
        return false;
    for (; *name != '\0'; name++)
        if (!islower((unsigned char)*name) && !isdigit((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

static void check_words(const char *table, const bt_parameter *parameter)
{
    bt_choice choice;
    if (parameter->choices == NULL)
        fail_msg("%s.%s has no choices", table, parameter->name);
    for (size_t i = 0; bt_choice_at(parameter->choices, i, &choice); i++)
        if (!is_snake_case(choice.word))
            fail_msg("%s.%s: choice '%s'", table, parameter->name, choice.word);
}

static void check_table(const char *name, const bt_parameter_table *table);

static void check_parameter(const char *table, const bt_parameter_table *whole,
                            const bt_parameter *parameter)
{
    const char *name = parameter->name;
    bool has_table = parameter->type == BT_TABLE || parameter->type == BT_TABLE_LIST;
    bool is_registered =
        parameter->type == BT_REGISTERED || parameter->type == BT_REGISTERED_LIST;
    if (!is_snake_case(name))
        fail_msg("%s: the key '%s' is not in snake case", table, name);
    if (parameter->meaning == NULL || parameter->meaning[0] == '\0' ||
        strchr(parameter->meaning, '\n') != NULL)
        fail_msg("%s.%s has no meaning in one line", table, name);
    if (parameter->required && parameter->default_text != NULL)
        fail_msg("%s.%s is required and has a default", table, name);
    if (has_table && parameter->table == NULL)
        fail_msg("%s.%s has no table", table, name);
    if (is_registered && (parameter->registry == NULL || parameter->selector == NULL))
        fail_msg("%s.%s has no registry or selector", table, name);
    if (parameter->offset + size_of_member(parameter) > whole->struct_size ||
        parameter->given_offset >= whole->struct_size)
        fail_msg("%s.%s lies outside its struct", table, name);
    if (parameter->type == BT_TABLE && !parameter->required &&
        parameter->default_text == NULL && parameter->given_offset == 0 &&
        has_required_members(parameter->table))
        fail_msg("%s.%s is optional with required members: it needs a given_offset", table,
                 name);
    if (parameter->type == BT_CHOICE || parameter->type == BT_OPTION)
        check_words(table, parameter);
    if (parameter->table != NULL)
        check_table(name, parameter->table);
}

static void check_table(const char *name, const bt_parameter_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        check_parameter(name, table, &table->parameters[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(table->parameters[i].name, table->parameters[k].name) == 0)
                fail_msg("%s has the key '%s' twice", name, table->parameters[i].name);
    }
}

/* What is read from no file at all is the defaults: they must be right themselves. */
static void check_defaults(const char *name, const bt_parameter_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        bt_parameter parameter = table->parameters[i];
        bt_parameter_table alone = {
            .parameters = &parameter, .count = 1, .struct_size = table->struct_size};
        if (parameter.table != NULL)
            check_defaults(parameter.name, parameter.table);
        if (parameter.default_text == NULL)
            continue;
        bt_diagnostics *diagnostics = bt_diagnostics_create();
        bt_arena *arena = bt_arena_create();
        bt_document *document;
        void *parameters = calloc(1, table->struct_size);
        bt_document_parse("nothing", "{}", 2, &document, diagnostics);
        if (bt_bind(bt_document_root(document), &alone, parameters, arena, diagnostics) !=
            BT_OK)
            fail_msg("the default of %s.%s: %s", name, parameter.name,
                     bt_diagnostics_at(diagnostics, 0));
        free(parameters);
        bt_document_destroy(document);
        bt_arena_destroy(arena);
        bt_diagnostics_destroy(diagnostics);
    }
}

static void check_kind(const bt_kind *kind)
{
    const bt_registry *registry = kind->registry;
    const bt_parameter_table *common = kind->parameter->table;
    assert_true(registry->count > 0);
    for (size_t i = 0; i < registry->count; i++) {
        const bt_described *type = registry->entries[i];
        if (!is_snake_case(type->name) || type->summary == NULL || type->summary[0] == '\0')
            fail_msg("%s %zu has no name or summary", registry->kind, i);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(type->name, registry->entries[k]->name);
        if (type->parameters == NULL)
            continue;
        check_table(type->name, type->parameters);
        check_defaults(type->name, type->parameters);
        for (size_t k = 0; common != NULL && k < common->count; k++)
            if (bt_parameter_find(type->parameters, common->parameters[k].name) != NULL)
                fail_msg("%s has the key '%s' of every %s", type->name,
                         common->parameters[k].name, registry->kind);
        if (bt_parameter_find(type->parameters, kind->parameter->selector) != NULL)
            fail_msg("%s has its own selector as a key", type->name);
    }
}

static void tables_are_well_formed(void **state)
{
    (void)state;
    bt_kind kinds[BT_MOST_KINDS];
    size_t n_kinds = bt_list_kinds(kinds);
    assert_true(n_kinds >= 3);
    check_table("the file", &bt_experiment_table);
    check_defaults("the file", &bt_experiment_table);
    for (size_t i = 0; i < n_kinds; i++) {
        if (kinds[i].parameter->table != NULL)
            check_defaults(kinds[i].registry->kind, kinds[i].parameter->table);
        check_kind(&kinds[i]);
    }
}

static void assert_experiment_comes_back(const char *text)
{
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    bt_arena *arena = bt_arena_create();
    bt_document *document;
    bt_document *again;
    bt_experiment one;
    bt_experiment two;
    char *settings = NULL;
    bt_error error;
    bt_document_parse("random", text, strlen(text), &document, diagnostics);
    bt_bind(bt_document_root(document), &bt_experiment_table, &one, arena, diagnostics);
    if (bt_diagnostics_reported(diagnostics) > 0)
        fail_msg("%s", bt_diagnostics_at(diagnostics, 0));
    assert_int_equal(bt_unbind(&bt_experiment_table, &one, &settings, &error), BT_OK);
    bt_document_parse("settings", settings, strlen(settings), &again, diagnostics);
    bt_bind(bt_document_root(again), &bt_experiment_table, &two, arena, diagnostics);
    if (bt_diagnostics_reported(diagnostics) > 0)
        fail_msg("%s", bt_diagnostics_at(diagnostics, 0));
    if (!same_table(&bt_experiment_table, (const char *)&one, (const char *)&two))
        fail_msg("%s\nbecame\n%s", text, settings);
    free(settings);
    bt_document_destroy(document);
    bt_document_destroy(again);
    bt_arena_destroy(arena);
    bt_diagnostics_destroy(diagnostics);
}

/* Two thousand random experiments of all registered types: bind(unbind(x)) == x. */
static void random_experiments_come_back(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(21, 0, 0), 0, 0);
    for (int i = 0; i < 2000; i++) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        write_random_nested(out, &stream, &bt_experiment_table);
        fclose(out);
        assert_experiment_comes_back(text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_well_formed),
        cmocka_unit_test(random_experiments_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
