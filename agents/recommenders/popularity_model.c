/* The baseline that knows nobody: items in the order of how often they were chosen. */
#include <stddef.h>

#include "agents/recommenders/sequence_model.h"

typedef struct popularity_parameters {
    int64_t length;
} popularity_parameters;

static const bt_parameter parameters[] = {
    {.name = "length",
     .type = BT_INTEGER,
     .offset = offsetof(popularity_parameters, length),
     .unit = "items",
     .default_text = "1",
     .range = BT_BETWEEN(1, 1000),
     .meaning = "how many of a sequence's last items it is given, which it does not look at"},
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(popularity_parameters, parameters);

typedef struct popularity {
    size_t length;
    bt_weights weights;
    size_t count; /* block [n_items + 1, 1] */
} popularity;

static bt_status create(const void *given, const bt_sequence_model_setting *setting,
                        void **self, bt_error *error)
{
    const popularity_parameters *chosen = given;
    popularity *model = BT_ARENA_NEW(setting->arena, 1, popularity);
    bool has_room = model != NULL && bt_weights_open(&model->weights, setting->arena, 1);
    if (has_room) {
        model->length = (size_t)chosen->length;
        model->count = bt_weights_add(&model->weights, "count", setting->n_items + 1, 1);
        has_room = bt_weights_allocate(&model->weights, false);
    }
    if (!has_room)
        return bt_fail(error, BT_INTERNAL, "out of memory for a model of %zu items",
                       setting->n_items);
    *self = model;
    return BT_OK;
}

static size_t length(const void *self)
{
    const popularity *model = self;
    return model->length;
}

static bt_weights *weights(void *self)
{
    popularity *model = self;
    return &model->weights;
}

static void count_choices(void *self, const bt_sequence_data *data, bt_stream *stream)
{
    (void)stream;
    popularity *model = self;
    bt_real *count = bt_weights_value(&model->weights, model->count);
    for (size_t u = 0; u < data->n_users; u++)
        for (size_t k = 0; k < bt_training_length(data, u); k++)
            count[data->item[data->offset[u] + k]] += 1;
}

static void read_batch(void *self, size_t sequences, const uint32_t *offset,
                       const uint32_t *item)
{
    (void)self, (void)sequences, (void)offset, (void)item;
}

static void score(void *self, size_t row, size_t candidates, const uint32_t *item,
                  bt_real *result)
{
    (void)row;
    const popularity *model = self;
    const bt_real *count = bt_weights_value(&model->weights, model->count);
    for (size_t k = 0; k < candidates; k++)
        result[k] = count[item[k]];
}

static size_t to_numbers(const void *given, bt_model_number *number)
{
    const popularity_parameters *of = given;
    number[0] = (bt_model_number){"length", (double)of->length, 1, 1000, true};
    return 1;
}

static void from_numbers(const bt_model_number *number, void *given)
{
    popularity_parameters *of = given;
    of->length = (int64_t)number[0].value;
}

const bt_sequence_model_type bt_popularity_model = {
    .described = {.name = "popularity",
                  .summary = "Ranks items by how often they were chosen, whoever asks.",
                  .source = "",
                  .parameters = &parameter_table},
    .create = create,
    .length = length,
    .weights = weights,
    .fill = count_choices,
    .read = read_batch,
    .score = score,
    .to_numbers = to_numbers,
    .from_numbers = from_numbers,
};
