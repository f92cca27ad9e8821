#include "sim/parameter.h"

#include <string.h>

const bt_described *bt_registry_find(const bt_registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->count; i++)
        if (strcmp(registry->entries[i]->name, name) == 0)
            return registry->entries[i];
    return NULL;
}

const bt_parameter *bt_parameter_find(const bt_parameter_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->parameters[i].name, name) == 0)
            return &table->parameters[i];
    return NULL;
}
