/* SASRec (sasrec.h) as a sequential recommender. */
#include <stddef.h>

#include "agents/recommenders/sasrec.h"
#include "agents/recommenders/sequence_model.h"

typedef struct sasrec_parameters {
    int64_t length;
    int64_t width;
    int64_t blocks;
    int64_t heads;
    double dropout;
} sasrec_parameters;

static const bt_parameter parameters[] = {
    {.name = "length",
     .type = BT_INTEGER,
     .offset = offsetof(sasrec_parameters, length),
     .unit = "items",
     .default_text = "50",
     .range = BT_BETWEEN(1, 1000),
     .meaning = "how many of a sequence's last items it sees"},
    {.name = "width",
     .type = BT_INTEGER,
     .offset = offsetof(sasrec_parameters, width),
     .unit = "1",
     .default_text = "64",
     .range = BT_BETWEEN(1, 4096),
     .meaning = "numbers in an embedding and in a state"},
    {.name = "blocks",
     .type = BT_INTEGER,
     .offset = offsetof(sasrec_parameters, blocks),
     .unit = "1",
     .default_text = "2",
     .range = BT_BETWEEN(0, BT_SASREC_MAX_BLOCKS),
     .meaning = "attention and feed-forward layers, one above the other"},
    {.name = "heads",
     .type = BT_INTEGER,
     .offset = offsetof(sasrec_parameters, heads),
     .unit = "1",
     .default_text = "1",
     .range = BT_BETWEEN(1, 64),
     .meaning = "of attention; a divisor of the width"},
    {.name = "dropout",
     .type = BT_REAL,
     .offset = offsetof(sasrec_parameters, dropout),
     .unit = "1",
     .default_text = "0.5",
     .range = {.minimum = 0, .maximum = 1, .below_maximum = true, .bounded = true},
     .meaning = "share of elements that are dropped in training"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(sasrec_parameters, parameters);

static bt_status create(const void *given, const bt_sequence_model_setting *setting,
                        void **self, bt_error *error)
{
    const sasrec_parameters *chosen = given;
    if (chosen->width % chosen->heads != 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "sasrec: a width of %d cannot be shared by %d heads", (int)chosen->width,
                       (int)chosen->heads);
    const bt_sasrec_shape shape = {.n_items = setting->n_items,
                                   .length = (size_t)chosen->length,
                                   .width = (size_t)chosen->width,
                                   .blocks = (size_t)chosen->blocks,
                                   .heads = (size_t)chosen->heads};
    bt_sasrec *net = BT_ARENA_NEW(setting->arena, 1, bt_sasrec);
    if (net == NULL ||
        !bt_sasrec_create(net, &shape, setting->max_sequences * shape.length, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for a model of %zu items",
                       setting->n_items);
    net->dropout_rate = chosen->dropout;
    net->dropout_key = setting->dropout_key;
    *self = net;
    return BT_OK;
}

static size_t length(const void *self)
{
    const bt_sasrec *net = self;
    return net->shape.length;
}

static bt_weights *weights(void *self)
{
    bt_sasrec *net = self;
    return &net->weights;
}

static void fill(void *self, const bt_sequence_data *data, bt_stream *stream)
{
    (void)data;
    bt_sasrec_fill(self, stream);
}

static double train(void *self, size_t sequences, const uint32_t *offset, const uint32_t *item,
                    const bt_next_items *next, uint64_t step)
{
    return bt_sasrec_train(self, sequences, offset, item, next, step);
}

static void read_batch(void *self, size_t sequences, const uint32_t *offset,
                       const uint32_t *item)
{
    bt_sasrec_forward(self, sequences, offset, item, false, 0);
}

static void score(void *self, size_t row, size_t candidates, const uint32_t *item,
                  bt_real *result)
{
    const bt_sasrec *net = self;
    bt_next_item_scores(&net->items, &net->weights, net->state + row * net->shape.width,
                        candidates, item, result);
}

static size_t to_numbers(const void *given, bt_model_number *number)
{
    const sasrec_parameters *of = given;
    number[0] = (bt_model_number){"length", (double)of->length, 1, 1000, true};
    number[1] = (bt_model_number){"width", (double)of->width, 1, 4096, true};
    number[2] = (bt_model_number){"blocks", (double)of->blocks, 0, BT_SASREC_MAX_BLOCKS, true};
    number[3] = (bt_model_number){"heads", (double)of->heads, 1, 64, true};
    number[4] = (bt_model_number){"dropout", of->dropout, 0, 1, false};
    return 5;
}

static void from_numbers(const bt_model_number *number, void *given)
{
    sasrec_parameters *of = given;
    of->length = (int64_t)number[0].value;
    of->width = (int64_t)number[1].value;
    of->blocks = (int64_t)number[2].value;
    of->heads = (int64_t)number[3].value;
    of->dropout = number[4].value;
}

const bt_sequence_model_type bt_sasrec_model = {
    .described = {.name = "sasrec",
                  .summary =
                      "Predicts the next item by causal self-attention over those before.",
                  .source = "Kang and McAuley 2018",
                  .parameters = &parameter_table},
    .create = create,
    .length = length,
    .weights = weights,
    .fill = fill,
    .train = train,
    .read = read_batch,
    .score = score,
    .to_numbers = to_numbers,
    .from_numbers = from_numbers,
};
