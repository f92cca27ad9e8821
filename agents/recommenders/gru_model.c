/*
 * A gated recurrent unit over the items' embeddings (Hidasi et al. 2016): the state after an
 * item scores the next one. The items' embeddings have the width of the state, and serve at
 * both ends; elements of input and state are dropped in training.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/learning/neural/dropout.h"
#include "agents/learning/neural/gru.h"
#include "agents/recommenders/sequence_model.h"

enum { DROPPED_INPUT = 0, DROPPED_STATE = 1 };

typedef struct gru_parameters {
    int64_t length;
    int64_t width;
    double dropout;
} gru_parameters;

static const bt_parameter parameters[] = {
    {.name = "length",
     .type = BT_INTEGER,
     .offset = offsetof(gru_parameters, length),
     .unit = "items",
     .default_text = "50",
     .range = BT_BETWEEN(1, 1000),
     .meaning = "how many of a sequence's last items it sees"},
    {.name = "width",
     .type = BT_INTEGER,
     .offset = offsetof(gru_parameters, width),
     .unit = "1",
     .default_text = "64",
     .range = BT_BETWEEN(1, 4096),
     .meaning = "numbers in an embedding and in a state"},
    {.name = "dropout",
     .type = BT_REAL,
     .offset = offsetof(gru_parameters, dropout),
     .unit = "1",
     .default_text = "0.5",
     .range = {.minimum = 0, .maximum = 1, .below_maximum = true, .bounded = true},
     .meaning = "share of elements that are dropped in training"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(gru_parameters, parameters);

typedef struct gru_net {
    size_t length;
    size_t width;
    bt_dropout input_dropout, state_dropout;
    bt_weights weights;
    bt_embedding items;
    bt_gru gru;
    bt_real *input, *state, *gradient, *below; /* [rows, width] */
    uint8_t *input_kept, *state_kept;          /* [rows, width] */
    bt_real *score;                            /* [2 rows] */
} gru_net;

static bool allocate_net(gru_net *net, size_t max_sequences, bt_arena *arena)
{
    size_t rows = max_sequences * net->length, count = rows * net->width;
    net->input = BT_ARENA_NEW(arena, count, bt_real);
    net->state = BT_ARENA_NEW(arena, count, bt_real);
    net->gradient = BT_ARENA_NEW(arena, count, bt_real);
    net->below = BT_ARENA_NEW(arena, count, bt_real);
    net->input_kept = BT_ARENA_NEW(arena, count, uint8_t);
    net->state_kept = BT_ARENA_NEW(arena, count, uint8_t);
    net->score = BT_ARENA_NEW(arena, 2 * rows, bt_real);
    return net->input != NULL && net->state != NULL && net->gradient != NULL &&
           net->below != NULL && net->input_kept != NULL && net->state_kept != NULL &&
           net->score != NULL && bt_gru_allocate(&net->gru, rows, max_sequences, arena);
}

static bool add_layers(gru_net *net, const bt_sequence_model_setting *setting)
{
    if (!bt_weights_open(&net->weights, setting->arena, 5))
        return false;
    net->items = bt_embedding_add(&net->weights, "items", setting->n_items + 1, net->width);
    net->gru = bt_gru_add(&net->weights, "recurrent", net->width, net->width);
    return bt_weights_allocate(&net->weights, false);
}

static bt_status create(const void *given, const bt_sequence_model_setting *setting,
                        void **self, bt_error *error)
{
    const gru_parameters *chosen = given;
    gru_net *net = BT_ARENA_NEW(setting->arena, 1, gru_net);
    if (net != NULL) {
        net->length = (size_t)chosen->length;
        net->width = (size_t)chosen->width;
        net->input_dropout = (bt_dropout){setting->dropout_key, DROPPED_INPUT, chosen->dropout};
        net->state_dropout = (bt_dropout){setting->dropout_key, DROPPED_STATE, chosen->dropout};
    }
    if (net == NULL || !add_layers(net, setting) ||
        !allocate_net(net, setting->max_sequences, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for a model of %zu items",
                       setting->n_items);
    *self = net;
    return BT_OK;
}

static size_t length(const void *self)
{
    const gru_net *net = self;
    return net->length;
}

static bt_weights *weights(void *self)
{
    gru_net *net = self;
    return &net->weights;
}

static void fill(void *self, const bt_sequence_data *data, bt_stream *stream)
{
    (void)data;
    gru_net *net = self;
    double deviation = sqrt(2 / (double)(net->items.count + net->width));
    bt_weights_fill_normal(&net->weights, net->items.table, deviation, stream);
    bt_gru_fill(&net->gru, &net->weights, stream);
}

/* Inputs are scaled as in SASRec, to the order of the state. */
static double input_scale(const gru_net *net)
{
    return sqrt((double)net->width);
}

static void forward(gru_net *net, size_t sequences, const uint32_t *offset,
                    const uint32_t *item, bool trains, uint64_t step)
{
    size_t rows = offset[sequences];
    bt_embedding_forward(&net->items, &net->weights, rows, item, input_scale(net), net->input);
    if (trains)
        bt_dropout_forward(&net->input_dropout, step, rows * net->width, net->input,
                           net->input_kept);
    bt_gru_forward(&net->gru, &net->weights, sequences, offset, net->input, net->state);
}

/* The dropped state scores items, the whole one goes on to the next step: it stays in the
 * recurrent layer's own memory, so that the copy may be dropped in place. */
static double train(void *self, size_t sequences, const uint32_t *offset, const uint32_t *item,
                    const bt_next_items *next, uint64_t step)
{
    gru_net *net = self;
    size_t rows = offset[sequences], count = rows * net->width;
    forward(net, sequences, offset, item, true, step);
    bt_dropout_forward(&net->state_dropout, step, count, net->state, net->state_kept);
    double loss = bt_next_item_train(&net->items, &net->weights, rows, net->state, next,
                                     net->score, net->gradient);
    bt_dropout_backward(&net->state_dropout, count, net->state_kept, net->gradient);
    bt_gru_backward(&net->gru, &net->weights, sequences, offset, net->input, net->gradient,
                    net->below);
    bt_dropout_backward(&net->input_dropout, count, net->input_kept, net->below);
    bt_embedding_backward(&net->items, &net->weights, rows, item, input_scale(net), net->below);
    return loss;
}

static void read_batch(void *self, size_t sequences, const uint32_t *offset,
                       const uint32_t *item)
{
    forward(self, sequences, offset, item, false, 0);
}

static void score(void *self, size_t row, size_t candidates, const uint32_t *item,
                  bt_real *result)
{
    const gru_net *net = self;
    bt_next_item_scores(&net->items, &net->weights, net->state + row * net->width, candidates,
                        item, result);
}

static size_t to_numbers(const void *given, bt_model_number *number)
{
    const gru_parameters *of = given;
    number[0] = (bt_model_number){"length", (double)of->length, 1, 1000, true};
    number[1] = (bt_model_number){"width", (double)of->width, 1, 4096, true};
    number[2] = (bt_model_number){"dropout", of->dropout, 0, 1, false};
    return 3;
}

static void from_numbers(const bt_model_number *number, void *given)
{
    gru_parameters *of = given;
    of->length = (int64_t)number[0].value;
    of->width = (int64_t)number[1].value;
    of->dropout = number[2].value;
}

const bt_sequence_model_type bt_gru_model = {
    .described = {.name = "gru",
                  .summary = "Predicts the next item by a gated recurrent unit.",
                  .source = "Hidasi, Karatzoglou, Baltrunas and Tikk 2016",
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
