#include "experiments/document/parameter_path.h"

#include <string.h>

/* "key" or "key[selector]" at the beginning of a path, and what follows it. */
static const char *take_key(const char *path, char *key, size_t size)
{
    size_t length = strcspn(path, ".[");
    if (length == 0 || length >= size)
        return NULL;
    memcpy(key, path, length);
    key[length] = '\0';
    path += length;
    while (*path == '[') {
        const char *closing = strchr(path, ']');
        if (closing == NULL)
            return NULL;
        path = closing + 1;
    }
    return *path == '.' ? path + 1 : path;
}

static const bt_parameter *find_in_registered(const bt_parameter *parameter,
                                              const bt_registered *registered, const char *path)
{
    const bt_parameter *found = NULL;
    if (registered->type != NULL)
        found =
            bt_parameter_at_path(registered->type->parameters, registered->parameters, path);
    if (found == NULL && parameter->table != NULL)
        found = bt_parameter_at_path(parameter->table, registered->common, path);
    return found;
}

static const bt_parameter *find_in_element(const bt_parameter *parameter, const void *element,
                                           const char *path)
{
    bool is_registered = parameter->type == BT_REGISTERED_LIST;
    return is_registered ? find_in_registered(parameter, element, path)
                         : bt_parameter_at_path(parameter->table, element, path);
}

static const bt_parameter *find_in_list(const bt_parameter *parameter,
                                        const bt_table_list *list, const char *path)
{
    bool is_registered = parameter->type == BT_REGISTERED_LIST;
    size_t size = is_registered ? sizeof(bt_registered) : parameter->table->struct_size;
    for (size_t i = 0; i < list->count; i++) {
        const char *element = (const char *)list->element + i * size;
        const bt_parameter *found = find_in_element(parameter, element, path);
        if (found != NULL)
            return found;
    }
    return NULL;
}

const bt_parameter *bt_parameter_at_path(const bt_parameter_table *table,
                                         const void *parameters, const char *path)
{
    char key[128];
    const char *rest = take_key(path, key, sizeof(key));
    const bt_parameter *parameter =
        rest == NULL || table == NULL ? NULL : bt_parameter_find(table, key);
    if (parameter == NULL || *rest == '\0')
        return parameter;
    if (parameters == NULL)
        return NULL;
    const void *member = (const char *)parameters + parameter->offset;
    switch (parameter->type) {
    case BT_TABLE:
        return bt_parameter_at_path(parameter->table, member, rest);
    case BT_REGISTERED:
        return find_in_registered(parameter, member, rest);
    case BT_TABLE_LIST:
    case BT_REGISTERED_LIST:
        return find_in_list(parameter, member, rest);
    default:
        return NULL;
    }
}
