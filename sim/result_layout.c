#include "sim/result_layout.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 255, OWN_ATTRIBUTES = 2 };

static const bt_result_variable own_variables[BT_STORED_OWN] = {
    [BT_STORED_STATUS] = {.name = "status",
                          .long_name = "state of the run",
                          .units = "1",
                          .type = BT_RESULT_INT64,
                          .rank = 2,
                          .dimension = {0, 1},
                          .per_run = true},
    [BT_STORED_CHECKSUM] = {.name = "checksum",
                            .long_name = "checksum of the run's state, fingerprint and data",
                            .units = "1",
                            .type = BT_RESULT_INT64,
                            .rank = 2,
                            .dimension = {0, 1},
                            .per_run = true},
    [BT_STORED_FINGERPRINT] = {.name = "fingerprint",
                               .long_name = "fingerprint of the run's trajectory",
                               .units = "1",
                               .type = BT_RESULT_INT64,
                               .rank = 2,
                               .dimension = {0, 1},
                               .per_run = true},
};

static const bt_result_attribute own_attributes[OWN_ATTRIBUTES] = {
    {"Conventions", "CF-1.10"},
    {BT_RESULT_FORMAT_ATTRIBUTE, BT_RESULT_FORMAT},
};

size_t bt_result_element_size(const bt_result_variable *variable)
{
    return variable->type == BT_RESULT_TEXT ? variable->text_length : sizeof(int64_t);
}

bool bt_result_is_text_dimension(const char *name)
{
    size_t prefix = strlen(BT_TEXT_DIMENSION);
    if (strncmp(name, BT_TEXT_DIMENSION, prefix) != 0 || name[prefix] == '\0')
        return false;
    return name[prefix + strspn(name + prefix, "0123456789")] == '\0';
}

/* A name that netCDF allows, without blanks (CF lists names separated by blanks). */
static bool is_good_name(const char *name)
{
    if (name == NULL || strlen(name) > LONGEST_NAME)
        return false;
    unsigned char first = (unsigned char)name[0];
    if (!isalnum(first) && first != '_' && first < 0x80)
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == '/' || *c == 0x7f)
            return false;
    return true;
}

static bt_status check_name(const char *kind, const char *name, bt_error *error)
{
    if (is_good_name(name))
        return BT_OK;
    return bt_fail(error, BT_BAD_INPUT,
                   "%s \"%s\" cannot be stored under this name: a name begins with a letter, a "
                   "digit or \"_\", has no blank and no \"/\", and at most %d bytes",
                   kind, name == NULL ? "" : name, LONGEST_NAME);
}

static bt_status check_dimension(const bt_result_schema *schema, size_t index, bt_error *error)
{
    static const char *const first[] = {"point", "replication"};
    const bt_result_dimension *dimension = &schema->dimensions[index];
    if (check_name("dimension", dimension->name, error) != BT_OK)
        return BT_BAD_INPUT;
    if (index < 2 && strcmp(dimension->name, first[index]) != 0)
        return bt_fail(error, BT_BAD_INPUT, "dimension %zu is \"%s\"; it must be \"%s\"", index,
                       dimension->name, first[index]);
    if (bt_result_is_text_dimension(dimension->name))
        return bt_fail(error, BT_BAD_INPUT,
                       "dimension \"%s\" has the name of a text's length: choose another",
                       dimension->name);
    if (dimension->length == 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "dimension \"%s\" has length 0: at least 1 is needed", dimension->name);
    if (dimension->long_name == NULL)
        return bt_fail(error, BT_BAD_INPUT, "dimension \"%s\" has no long name",
                       dimension->name);
    for (size_t i = 0; i < index; i++)
        if (strcmp(schema->dimensions[i].name, dimension->name) == 0)
            return bt_fail(error, BT_BAD_INPUT, "two dimensions have the name \"%s\"",
                           dimension->name);
    return BT_OK;
}

static const bt_result_dimension *find_dimension(const bt_result_schema *schema,
                                                 const char *name)
{
    for (size_t i = 0; i < schema->n_dimensions; i++)
        if (strcmp(schema->dimensions[i].name, name) == 0)
            return &schema->dimensions[i];
    return NULL;
}

static bool begins_with_run(const bt_result_variable *variable)
{
    return variable->rank >= 2 && variable->dimension[0] == 0 && variable->dimension[1] == 1;
}

/* A variable with the name of a dimension is that dimension's coordinate: numbers over
 * this dimension alone. */
static bt_status check_coordinate(const bt_result_schema *schema,
                                  const bt_result_variable *variable, bt_error *error)
{
    const bt_result_dimension *dimension = find_dimension(schema, variable->name);
    if (dimension == NULL)
        return BT_OK;
    bool fits = variable->is_coordinate && variable->type != BT_RESULT_TEXT &&
                variable->rank == 1 && &schema->dimensions[variable->dimension[0]] == dimension;
    if (fits)
        return BT_OK;
    return bt_fail(error, BT_BAD_INPUT,
                   "variable \"%s\" has the name of a dimension: it must be a coordinate of "
                   "numbers over that dimension alone (texts need another name)",
                   variable->name);
}

static bt_status check_shape(const bt_result_schema *schema, const bt_result_variable *variable,
                             bt_error *error)
{
    const char *name = variable->name;
    if (variable->rank > BT_RESULT_MAX_RANK)
        return bt_fail(error, BT_BAD_INPUT,
                       "variable \"%s\" has %zu dimensions; %d are allowed", name,
                       variable->rank, BT_RESULT_MAX_RANK);
    for (size_t i = 0; i < variable->rank; i++)
        if (variable->dimension[i] >= schema->n_dimensions)
            return bt_fail(error, BT_BAD_INPUT,
                           "variable \"%s\" uses dimension %u; the schema has %zu", name,
                           (unsigned)variable->dimension[i], schema->n_dimensions);
    if (variable->per_run != begins_with_run(variable))
        return bt_fail(
            error, BT_BAD_INPUT,
            "variable \"%s\" is %swritten run by run; that goes with dimensions that "
            "%sbegin with point and replication",
            name, variable->per_run ? "" : "not ", variable->per_run ? "" : "do not ");
    if (!variable->per_run && variable->constant == NULL)
        return bt_fail(error, BT_BAD_INPUT, "variable \"%s\" is constant but has no data",
                       name);
    if (variable->type == BT_RESULT_TEXT && variable->text_length == 0)
        return bt_fail(error, BT_BAD_INPUT, "variable \"%s\" holds texts of 0 bytes", name);
    return check_coordinate(schema, variable, error);
}

static bool is_own_variable(const char *name)
{
    for (size_t i = 0; i < BT_STORED_OWN; i++)
        if (strcmp(own_variables[i].name, name) == 0)
            return true;
    return false;
}

static bt_status check_variable(const bt_result_schema *schema, size_t index, bt_error *error)
{
    const bt_result_variable *variable = &schema->variables[index];
    if (check_name("variable", variable->name, error) != BT_OK)
        return BT_BAD_INPUT;
    if (is_own_variable(variable->name) || bt_result_is_text_dimension(variable->name))
        return bt_fail(error, BT_BAD_INPUT,
                       "variable \"%s\" has a name that the file itself uses", variable->name);
    for (size_t i = 0; i < index; i++)
        if (strcmp(schema->variables[i].name, variable->name) == 0)
            return bt_fail(error, BT_BAD_INPUT, "two variables have the name \"%s\"",
                           variable->name);
    if (variable->long_name == NULL || variable->units == NULL)
        return bt_fail(error, BT_BAD_INPUT, "variable \"%s\" has no %s", variable->name,
                       variable->units == NULL ? "units" : "long name");
    return check_shape(schema, variable, error);
}

static bt_status check_attribute(const bt_result_schema *schema, size_t index, bt_error *error)
{
    const bt_result_attribute *attribute = &schema->attributes[index];
    if (check_name("attribute", attribute->name, error) != BT_OK)
        return BT_BAD_INPUT;
    if (attribute->text == NULL)
        return bt_fail(error, BT_BAD_INPUT, "attribute \"%s\" has no text", attribute->name);
    bool taken = strcmp(attribute->name, "_NCProperties") == 0;
    for (size_t i = 0; i < OWN_ATTRIBUTES; i++)
        taken = taken || strcmp(own_attributes[i].name, attribute->name) == 0;
    for (size_t i = 0; i < index; i++)
        taken = taken || strcmp(schema->attributes[i].name, attribute->name) == 0;
    if (taken)
        return bt_fail(error, BT_BAD_INPUT, "attribute \"%s\" is there already",
                       attribute->name);
    return BT_OK;
}

static bt_status check_schema(const bt_result_schema *schema, bt_error *error)
{
    bt_status status = BT_OK;
    if (schema->n_dimensions < 2)
        return bt_fail(error, BT_BAD_INPUT,
                       "a result needs the dimensions \"point\" and \"replication\"");
    for (size_t i = 0; i < schema->n_dimensions && status == BT_OK; i++)
        status = check_dimension(schema, i, error);
    for (size_t i = 0; i < schema->n_variables && status == BT_OK; i++)
        status = check_variable(schema, i, error);
    for (size_t i = 0; i < schema->n_attributes && status == BT_OK; i++)
        status = check_attribute(schema, i, error);
    return status;
}

static bt_fill fill_of(const bt_result_variable *variable, bool own)
{
    if (own || variable->type == BT_RESULT_TEXT)
        return BT_FILL_ZERO;
    return variable->type == BT_RESULT_DOUBLE ? BT_FILL_NAN : BT_FILL_MINUS_ONE;
}

/* Sizes in bytes; false when a number of bytes does not fit a file. */
static bool measure(const bt_result_schema *schema, bt_stored_variable *stored)
{
    const bt_result_variable *variable = stored->description;
    size_t slice = bt_result_element_size(variable);
    size_t runs = 1;
    bool overflow = false;
    for (size_t i = 0; i < variable->rank; i++) {
        size_t *part = variable->per_run && i < 2 ? &runs : &slice;
        overflow |= __builtin_mul_overflow(
            *part, schema->dimensions[variable->dimension[i]].length, part);
    }
    stored->slice_size = slice;
    overflow |= __builtin_mul_overflow(slice, runs, &stored->size);
    return !overflow && stored->size <= INT64_MAX / 2;
}

static void note_text_length(bt_result_layout *layout, const bt_result_variable *variable)
{
    if (variable->type != BT_RESULT_TEXT)
        return;
    for (size_t i = 0; i < layout->n_text_lengths; i++)
        if (layout->text_length[i] == variable->text_length)
            return;
    layout->text_length[layout->n_text_lengths++] = variable->text_length;
}

static bt_status measure_all(bt_result_layout *layout, bt_error *error)
{
    for (size_t i = 0; i < layout->n_variables; i++) {
        bt_stored_variable *stored = &layout->variable[i];
        bool own = i < BT_STORED_OWN;
        stored->description =
            own ? &own_variables[i] : &layout->schema->variables[i - BT_STORED_OWN];
        stored->fill = fill_of(stored->description, own);
        note_text_length(layout, stored->description);
        if (!measure(layout->schema, stored) ||
            __builtin_add_overflow(layout->data_size, stored->size, &layout->data_size) ||
            layout->data_size > INT64_MAX / 2)
            return bt_fail(error, BT_BAD_INPUT,
                           "variable \"%s\" makes the result larger than any file can be",
                           stored->description->name);
    }
    return BT_OK;
}

static bt_status allocate(bt_result_layout *layout, bt_error *error)
{
    const bt_result_schema *schema = layout->schema;
    layout->n_variables = BT_STORED_OWN + schema->n_variables;
    layout->n_attributes = OWN_ATTRIBUTES + schema->n_attributes;
    layout->variable = BT_ARENA_NEW(layout->arena, layout->n_variables, bt_stored_variable);
    layout->text_length = BT_ARENA_NEW(layout->arena, layout->n_variables, size_t);
    layout->attribute = BT_ARENA_NEW(layout->arena, layout->n_attributes, bt_result_attribute);
    if (layout->variable == NULL || layout->text_length == NULL || layout->attribute == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for the layout of a result file");
    return BT_OK;
}

static bt_status fill_in(bt_result_layout *layout, bt_error *error)
{
    const bt_result_schema *schema = layout->schema;
    if (check_schema(schema, error) != BT_OK)
        return BT_BAD_INPUT;
    if (allocate(layout, error) != BT_OK)
        return BT_INTERNAL;
    layout->n_points = schema->dimensions[0].length;
    layout->n_replications = schema->dimensions[1].length;
    memcpy(layout->attribute, own_attributes, sizeof own_attributes);
    for (size_t i = 0; i < schema->n_attributes; i++)
        layout->attribute[OWN_ATTRIBUTES + i] = schema->attributes[i];
    return measure_all(layout, error);
}

bt_status bt_result_layout_create(const bt_result_schema *schema, bt_result_layout **layout,
                                  bt_error *error)
{
    *layout = NULL;
    bt_arena *arena = bt_arena_create();
    bt_result_layout *made = arena == NULL ? NULL : BT_ARENA_NEW(arena, 1, bt_result_layout);
    if (made == NULL) {
        bt_arena_destroy(arena);
        return bt_fail(error, BT_INTERNAL, "no memory for the layout of a result file");
    }
    made->arena = arena;
    made->schema = schema;
    bt_status status = fill_in(made, error);
    if (status != BT_OK)
        bt_result_layout_destroy(made);
    else
        *layout = made;
    return status;
}

void bt_result_layout_destroy(bt_result_layout *layout)
{
    if (layout != NULL)
        bt_arena_destroy(layout->arena);
}

size_t bt_result_size(const bt_result_schema *schema)
{
    bt_result_layout *layout;
    if (bt_result_layout_create(schema, &layout, NULL) != BT_OK)
        return SIZE_MAX;
    size_t size = layout->data_size;
    bt_result_layout_destroy(layout);
    return size;
}
