#include "agents/recommenders/sequence_model.h"

#define MOST_ITEMS 2147483646.0

static bt_model_number number_of_items(size_t n_items)
{
    return (bt_model_number){"n_items", (double)n_items, 1, MOST_ITEMS, true};
}

bt_status bt_sequence_model_write(const char *path, const bt_sequence_model_type *type,
                                  const void *parameters, size_t n_items,
                                  const bt_weights *weights, bool replace, bt_error *error)
{
    bt_model_number number[BT_MODEL_MAX_NUMBERS + 1];
    size_t count = type->to_numbers(parameters, number);
    number[count++] = number_of_items(n_items);
    return bt_model_write(path, type->described.name, number, count, weights, replace, error);
}

static bt_status find_type(const char *path, const bt_sequence_model_type **type,
                           bt_error *error)
{
    char kind[BT_MODEL_KIND_LENGTH];
    bt_status status = bt_model_read_kind(path, kind, error);
    if (status != BT_OK)
        return status;
    *type = (const bt_sequence_model_type *)bt_registry_find(&bt_sequence_model_registry, kind);
    if (*type == NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "the model %s is of kind %s, which is no sequential recommender", path,
                       kind);
    return BT_OK;
}

bt_status bt_sequence_model_read(const char *path, size_t max_sequences, bt_arena *arena,
                                 bt_read_model *model, bt_error *error)
{
    bt_status status = find_type(path, &model->type, error);
    if (status != BT_OK)
        return status;
    const bt_sequence_model_type *type = model->type;
    void *parameters = bt_arena_allocate(arena, 1, type->described.parameters->struct_size);
    if (parameters == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the model %s", path);
    bt_model_number number[BT_MODEL_MAX_NUMBERS + 1];
    size_t count = type->to_numbers(parameters, number);
    number[count] = number_of_items(1);
    status = bt_model_read_numbers(path, type->described.name, number, count + 1, error);
    if (status != BT_OK)
        return status;
    type->from_numbers(number, parameters);
    model->n_items = (size_t)number[count].value;
    const bt_sequence_model_setting setting = {
        .n_items = model->n_items, .max_sequences = max_sequences, .arena = arena};
    status = type->create(parameters, &setting, &model->self, error);
    if (status == BT_OK)
        status = bt_model_read_weights(path, type->weights(model->self), error);
    return status;
}
