#include "sim/result_compare.h"

#include <stdlib.h>
#include <string.h>

#include "sim/result_file.h"
#include "sim/result_reader.h"

typedef struct comparison {
    const bt_result_layout *layout;
    bt_result_reader *reader;
    const char *path;
    bt_error *error;
} comparison;

static const char *type_name(bt_result_type type)
{
    static const char *const names[] = {"double", "int64", "text"};
    return names[type];
}

static bt_status compare_dimensions(const comparison *c)
{
    const bt_result_schema *schema = c->layout->schema;
    size_t count = bt_result_n_dimensions(c->reader);
    for (size_t i = 0; i < schema->n_dimensions && i < count; i++) {
        const bt_result_dimension *wanted = &schema->dimensions[i];
        const bt_result_dimension *found = bt_result_dimension_at(c->reader, i);
        if (strcmp(wanted->name, found->name) != 0)
            return bt_fail(
                c->error, BT_BAD_INPUT,
                "%s holds another experiment: its dimension %zu is \"%s\", not \"%s\"", c->path,
                i, found->name, wanted->name);
        if (wanted->length != found->length)
            return bt_fail(
                c->error, BT_BAD_INPUT,
                "%s holds another experiment: its dimension \"%s\" has length %zu, not "
                "%zu",
                c->path, wanted->name, found->length, wanted->length);
        bool is_scale = bt_result_find(c->reader, wanted->name) != NULL;
        if (!is_scale && strcmp(wanted->long_name, found->long_name) != 0)
            return bt_fail(
                c->error, BT_BAD_INPUT,
                "%s holds another experiment: its dimension \"%s\" has another long name",
                c->path, wanted->name);
    }
    if (count != schema->n_dimensions)
        return bt_fail(c->error, BT_BAD_INPUT,
                       "%s holds another experiment: it has %zu dimensions, not %zu", c->path,
                       count, schema->n_dimensions);
    return BT_OK;
}

static bt_status compare_variable(const comparison *c, const bt_result_variable *wanted)
{
    const bt_result_variable *found = bt_result_find(c->reader, wanted->name);
    const char *different = NULL;
    if (found == NULL)
        return bt_fail(c->error, BT_BAD_INPUT,
                       "%s holds another experiment: it has no variable \"%s\"", c->path,
                       wanted->name);
    if (found->type != wanted->type)
        return bt_fail(c->error, BT_BAD_INPUT,
                       "%s holds another experiment: its variable \"%s\" is of type %s, not %s",
                       c->path, wanted->name, type_name(found->type), type_name(wanted->type));
    if (found->rank != wanted->rank || memcmp(found->dimension, wanted->dimension,
                                              wanted->rank * sizeof *wanted->dimension) != 0)
        different = "dimensions";
    else if (bt_result_element_size(found) != bt_result_element_size(wanted))
        different = "text length";
    else if (strcmp(found->units, wanted->units) != 0)
        different = "units";
    else if (strcmp(found->long_name, wanted->long_name) != 0)
        different = "long name";
    else if (found->is_coordinate != wanted->is_coordinate)
        different = "use as a coordinate";
    if (different == NULL)
        return BT_OK;
    return bt_fail(c->error, BT_BAD_INPUT,
                   "%s holds another experiment: its variable \"%s\" has other %s", c->path,
                   wanted->name, different);
}

static bt_status compare_variables(const comparison *c)
{
    const bt_result_layout *layout = c->layout;
    bt_status status = BT_OK;
    for (size_t i = 0; i < layout->n_variables && status == BT_OK; i++)
        status = compare_variable(c, layout->variable[i].description);
    if (status == BT_OK && bt_result_n_variables(c->reader) != layout->n_variables)
        return bt_fail(c->error, BT_BAD_INPUT,
                       "%s holds another experiment: it has %zu variables, not %zu", c->path,
                       bt_result_n_variables(c->reader), layout->n_variables);
    return status;
}

static bt_status compare_attributes(const comparison *c)
{
    for (size_t i = 0; i < c->layout->n_attributes; i++) {
        const bt_result_attribute *wanted = &c->layout->attribute[i];
        const char *found = bt_result_text(c->reader, wanted->name);
        if (found == NULL)
            return bt_fail(c->error, BT_BAD_INPUT,
                           "%s holds another experiment: it has no attribute \"%s\"", c->path,
                           wanted->name);
        if (strcmp(found, wanted->text) != 0)
            return bt_fail(c->error, BT_BAD_INPUT,
                           "%s holds another experiment: its attribute \"%s\" has another text",
                           c->path, wanted->name);
    }
    /* netCDF's own line is not of the experiment */
    size_t count = c->reader->n_attributes - 1;
    if (count != c->layout->n_attributes)
        return bt_fail(c->error, BT_BAD_INPUT,
                       "%s holds another experiment: it has %zu attributes, not %zu", c->path,
                       count, c->layout->n_attributes);
    return BT_OK;
}

static bt_status compare_constant(const comparison *c, const bt_stored_variable *stored)
{
    const bt_result_variable *wanted = stored->description;
    const bt_result_variable *found = bt_result_find(c->reader, wanted->name);
    unsigned char *data = malloc(stored->size);
    if (data == NULL)
        return bt_fail(c->error, BT_INTERNAL, "no memory for comparing %s", c->path);
    bt_status status = bt_result_read(c->reader, found, data, c->error);
    if (status != BT_OK)
        status = BT_IO;
    else if (memcmp(data, wanted->constant, stored->size) != 0)
        status = bt_fail(c->error, BT_BAD_INPUT,
                         "%s holds another experiment: the values of \"%s\" differ", c->path,
                         wanted->name);
    free(data);
    return status;
}

static bt_status compare_constants(const comparison *c)
{
    bt_status status = BT_OK;
    for (size_t i = 0; i < c->layout->n_variables && status == BT_OK; i++)
        if (!c->layout->variable[i].description->per_run)
            status = compare_constant(c, &c->layout->variable[i]);
    return status;
}

bt_status bt_result_explain_difference(const bt_result_layout *layout, const char *path,
                                       bt_error *error)
{
    bt_error reason = {BT_OK, ""};
    comparison c = {layout, NULL, path, error};
    if (bt_result_open(path, &c.reader, &reason) != BT_OK)
        return bt_fail(error, BT_IO, "%s is damaged and cannot be resumed: %s", path,
                       reason.message);
    bt_status status = BT_OK;
    if (bt_result_text(c.reader, "_NCProperties") == NULL)
        status = bt_fail(error, BT_IO, "%s is damaged and cannot be resumed", path);
    if (status == BT_OK)
        status = compare_dimensions(&c);
    if (status == BT_OK)
        status = compare_variables(&c);
    if (status == BT_OK)
        status = compare_attributes(&c);
    if (status == BT_OK)
        status = compare_constants(&c);
    if (status == BT_OK)
        status =
            bt_fail(error, BT_IO,
                    "%s is damaged and cannot be resumed: its structure has other bytes than "
                    "this program writes",
                    path);
    bt_result_reader_close(c.reader);
    return status;
}
