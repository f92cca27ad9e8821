#include "experiments/kinds.h"

#include <stdbool.h>

#include "experiments/experiment.h"
#include "experiments/training/training.h"

typedef struct kind_list {
    bt_kind *kinds;
    size_t count;
} kind_list;

static void add_from_table(kind_list *list, const bt_parameter_table *table);

static bool is_listed(const kind_list *list, const bt_registry *registry)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->kinds[i].registry == registry)
            return true;
    return false;
}

static void add_kind(kind_list *list, const bt_parameter *parameter)
{
    const bt_registry *registry = parameter->registry;
    if (is_listed(list, registry) || list->count == BT_MOST_KINDS)
        return;
    list->kinds[list->count++] = (bt_kind){.registry = registry, .parameter = parameter};
    for (size_t i = 0; i < registry->count; i++)
        add_from_table(list, registry->entries[i]->parameters);
}

static void add_from_table(kind_list *list, const bt_parameter_table *table)
{
    for (size_t i = 0; table != NULL && i < table->count; i++) {
        const bt_parameter *parameter = &table->parameters[i];
        if (parameter->registry != NULL)
            add_kind(list, parameter);
        add_from_table(list, parameter->table);
    }
}

size_t bt_list_kinds(bt_kind kinds[BT_MOST_KINDS])
{
    kind_list list = {.kinds = kinds};
    add_from_table(&list, &bt_experiment_table);
    add_from_table(&list, &bt_training_file_table);
    return list.count;
}
