#include "agents/recommenders/sasrec.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/learning/neural/activation.h"

/* Where elements are dropped: the input, then three places in each block. */
enum { INPUT_SITE = 0, ATTENTION_SITE = 1, INNER_SITE = 2, OUTER_SITE = 3, SITES_IN_BLOCK = 3 };

#define NORM_EPSILON 1e-8

/* ---- life ---- */

static bt_linear add_square(bt_sasrec *net, size_t block, const char *name)
{
    char full[64];
    snprintf(full, sizeof(full), "block %zu %s", block + 1, name);
    return bt_linear_add(&net->weights, full, net->shape.width, net->shape.width, true);
}

static bt_layer_norm add_norm(bt_sasrec *net, size_t block, const char *name)
{
    char full[64];
    snprintf(full, sizeof(full), "block %zu %s", block + 1, name);
    return bt_layer_norm_add(&net->weights, full, net->shape.width, NORM_EPSILON);
}

static void add_block(bt_sasrec *net, size_t index)
{
    bt_sasrec_block *block = &net->block[index];
    block->attention_norm = add_norm(net, index, "attention norm");
    block->query = add_square(net, index, "query");
    block->key = add_square(net, index, "key");
    block->value = add_square(net, index, "value");
    block->joined = add_square(net, index, "joined heads");
    block->forward_norm = add_norm(net, index, "forward norm");
    block->inner = add_square(net, index, "inner");
    block->outer = add_square(net, index, "outer");
}

static bool take_rows(bt_sasrec *net, bt_arena *arena, size_t count, bt_real **const *array)
{
    for (size_t k = 0; k < count; k++) {
        *array[k] = BT_ARENA_NEW(arena, net->max_rows * net->shape.width, bt_real);
        if (*array[k] == NULL)
            return false;
    }
    return true;
}

static bool allocate_block(bt_sasrec *net, bt_sasrec_block *block, bt_arena *arena)
{
    size_t rows = net->max_rows, width = net->shape.width;
    bt_real **const arrays[] = {
        &block->normed, &block->normal,         &block->asked,          &block->held,
        &block->told,   &block->attended,       &block->middle,         &block->activity,
        &block->output, &block->forward_normed, &block->forward_normal,
    };
    block->inverse = BT_ARENA_NEW(arena, rows, bt_real);
    block->forward_inverse = BT_ARENA_NEW(arena, rows, bt_real);
    block->inner_kept = BT_ARENA_NEW(arena, rows * width, uint8_t);
    block->outer_kept = BT_ARENA_NEW(arena, rows * width, uint8_t);
    return take_rows(net, arena, sizeof(arrays) / sizeof(arrays[0]), arrays) &&
           block->inverse != NULL && block->forward_inverse != NULL &&
           block->inner_kept != NULL && block->outer_kept != NULL &&
           bt_attention_create(&block->attention, width, net->shape.heads, rows,
                               net->shape.length, arena);
}

static bool allocate_batch(bt_sasrec *net, bt_arena *arena)
{
    size_t rows = net->max_rows;
    bt_real **const arrays[] = {&net->input,       &net->state,       &net->last_normal,
                                &net->gradient[0], &net->gradient[1], &net->gradient[2],
                                &net->gradient[3]};
    net->position = BT_ARENA_NEW(arena, rows, uint32_t);
    net->input_kept = BT_ARENA_NEW(arena, rows * net->shape.width, uint8_t);
    net->last_inverse = BT_ARENA_NEW(arena, rows, bt_real);
    net->score = BT_ARENA_NEW(arena, 2 * rows, bt_real);
    for (size_t k = 0; k < net->shape.blocks; k++)
        if (!allocate_block(net, &net->block[k], arena))
            return false;
    return take_rows(net, arena, sizeof(arrays) / sizeof(arrays[0]), arrays) &&
           net->position != NULL && net->input_kept != NULL && net->last_inverse != NULL &&
           net->score != NULL;
}

bool bt_sasrec_create(bt_sasrec *net, const bt_sasrec_shape *shape, size_t max_rows,
                      bt_arena *arena)
{
    *net = (bt_sasrec){.shape = *shape, .max_rows = max_rows};
    if (!bt_weights_open(&net->weights, arena, 4 + 16 * shape->blocks))
        return false;
    net->items = bt_embedding_add(&net->weights, "items", shape->n_items + 1, shape->width);
    net->positions =
        bt_embedding_add(&net->weights, "positions", shape->length + 1, shape->width);
    for (size_t k = 0; k < shape->blocks; k++)
        add_block(net, k);
    net->last_norm = bt_layer_norm_add(&net->weights, "last norm", shape->width, NORM_EPSILON);
    return bt_weights_allocate(&net->weights, false) && allocate_batch(net, arena);
}

static void fill_matrix(bt_sasrec *net, size_t block, bt_stream *stream)
{
    const bt_weight_block *matrix = &net->weights.block[block];
    double deviation = sqrt(2 / (double)(matrix->rows + matrix->columns));
    bt_weights_fill_normal(&net->weights, block, deviation, stream);
}

void bt_sasrec_fill(bt_sasrec *net, bt_stream *stream)
{
    fill_matrix(net, net->items.table, stream);
    memset(bt_weights_value(&net->weights, net->items.table), 0,
           net->shape.width * sizeof(bt_real));
    fill_matrix(net, net->positions.table, stream);
    for (size_t k = 0; k < net->shape.blocks; k++) {
        bt_sasrec_block *block = &net->block[k];
        const bt_linear *squares[] = {&block->query,  &block->key,   &block->value,
                                      &block->joined, &block->inner, &block->outer};
        for (size_t s = 0; s < 6; s++) {
            fill_matrix(net, squares[s]->weight, stream);
            bt_weights_fill(&net->weights, squares[s]->bias, 0);
        }
        bt_layer_norm_fill(&block->attention_norm, &net->weights);
        bt_layer_norm_fill(&block->forward_norm, &net->weights);
    }
    bt_layer_norm_fill(&net->last_norm, &net->weights);
}

/* ---- forward ---- */

static bt_dropout dropout_at(const bt_sasrec *net, size_t block, uint32_t site, bool trains)
{
    return (bt_dropout){.key = net->dropout_key,
                        .site = (uint32_t)block * SITES_IN_BLOCK + site,
                        .rate = trains ? net->dropout_rate : 0};
}

static void add_rows(size_t count, const bt_real *added, bt_real *restrict to)
{
    for (size_t k = 0; k < count; k++)
        to[k] += added[k];
}

static void forward_input(bt_sasrec *net, size_t sequences, const uint32_t *offset,
                          const uint32_t *item, bool trains, uint64_t step)
{
    size_t rows = offset[sequences], width = net->shape.width;
    for (size_t s = 0; s < sequences; s++)
        for (uint32_t row = offset[s]; row < offset[s + 1]; row++)
            net->position[row] = (uint32_t)net->shape.length - (offset[s + 1] - 1 - row);
    bt_embedding_forward(&net->items, &net->weights, rows, item, sqrt((double)width),
                         net->input);
    bt_embedding_forward(&net->positions, &net->weights, rows, net->position, 1,
                         net->gradient[0]);
    add_rows(rows * width, net->gradient[0], net->input);
    bt_dropout dropout = dropout_at(net, 0, INPUT_SITE, trains);
    bt_dropout_forward(&dropout, step, rows * width, net->input, net->input_kept);
}

static void forward_block(bt_sasrec *net, size_t index, size_t sequences,
                          const uint32_t *offset, const bt_real *input, bool trains,
                          uint64_t step)
{
    bt_sasrec_block *block = &net->block[index];
    const bt_weights *weights = &net->weights;
    size_t rows = offset[sequences], count = rows * net->shape.width;
    bt_layer_norm_forward(&block->attention_norm, weights, rows, input, block->normal,
                          block->inverse, block->normed);
    bt_linear_forward(&block->query, weights, rows, block->normed, block->asked);
    bt_linear_forward(&block->key, weights, rows, block->normed, block->held);
    bt_linear_forward(&block->value, weights, rows, block->normed, block->told);
    bt_dropout dropout = dropout_at(net, index, ATTENTION_SITE, trains);
    bt_attention_forward(&block->attention, sequences, offset, block->asked, block->held,
                         block->told, &dropout, step, block->attended);
    bt_linear_forward(&block->joined, weights, rows, block->attended, block->middle);
    add_rows(count, input, block->middle);

    bt_layer_norm_forward(&block->forward_norm, weights, rows, block->middle,
                          block->forward_normal, block->forward_inverse, block->forward_normed);
    bt_linear_forward(&block->inner, weights, rows, block->forward_normed, block->activity);
    bt_activation_forward(BT_RELU, count, block->activity);
    dropout = dropout_at(net, index, INNER_SITE, trains);
    bt_dropout_forward(&dropout, step, count, block->activity, block->inner_kept);
    bt_linear_forward(&block->outer, weights, rows, block->activity, block->output);
    dropout = dropout_at(net, index, OUTER_SITE, trains);
    bt_dropout_forward(&dropout, step, count, block->output, block->outer_kept);
    add_rows(count, block->middle, block->output);
}

static const bt_real *output_below(const bt_sasrec *net, size_t block)
{
    return block == 0 ? net->input : net->block[block - 1].output;
}

const bt_real *bt_sasrec_forward(bt_sasrec *net, size_t sequences, const uint32_t *offset,
                                 const uint32_t *item, bool trains, uint64_t step)
{
    forward_input(net, sequences, offset, item, trains, step);
    for (size_t k = 0; k < net->shape.blocks; k++)
        forward_block(net, k, sequences, offset, output_below(net, k), trains, step);
    bt_layer_norm_forward(&net->last_norm, &net->weights, offset[sequences],
                          output_below(net, net->shape.blocks), net->last_normal,
                          net->last_inverse, net->state);
    return net->state;
}

/* ---- backward ---- */

/* through the feed-forward part: given is d loss / d output of the block, and becomes that of
 * its middle. */
static void backward_forward_part(bt_sasrec *net, size_t index, size_t rows, bt_real *given)
{
    bt_sasrec_block *block = &net->block[index];
    size_t count = rows * net->shape.width;
    bt_real *below = net->gradient[1], *inner = net->gradient[2];
    memcpy(inner, given, count * sizeof(bt_real));
    bt_dropout dropout = dropout_at(net, index, OUTER_SITE, true);
    bt_dropout_backward(&dropout, count, block->outer_kept, inner);
    bt_linear_backward(&block->outer, &net->weights, rows, block->activity, inner, below);
    dropout = dropout_at(net, index, INNER_SITE, true);
    bt_dropout_backward(&dropout, count, block->inner_kept, below);
    bt_activation_backward(BT_RELU, count, block->activity, below);
    bt_linear_backward(&block->inner, &net->weights, rows, block->forward_normed, below, inner);
    bt_layer_norm_backward(&block->forward_norm, &net->weights, rows, block->forward_normal,
                           block->forward_inverse, inner, inner);
    add_rows(count, inner, given);
}

/* given is d loss / d middle, and becomes that of the block's input. */
static void backward_attention_part(bt_sasrec *net, size_t index, size_t sequences,
                                    const uint32_t *offset, bt_real *given)
{
    bt_sasrec_block *block = &net->block[index];
    bt_weights *weights = &net->weights;
    size_t rows = offset[sequences], count = rows * net->shape.width;
    bt_real *attended = net->gradient[1], *told = net->gradient[2], *sum = net->gradient[3];
    bt_linear_backward(&block->joined, weights, rows, block->attended, given, attended);
    /* queries' and keys' gradients take the place of what backward no longer needs */
    bt_dropout dropout = dropout_at(net, index, ATTENTION_SITE, true);
    bt_real *asked = block->middle, *held = block->activity;
    bt_attention_backward(&block->attention, sequences, offset, block->asked, block->held,
                          block->told, &dropout, attended, asked, held, told);
    bt_linear_backward(&block->value, weights, rows, block->normed, told, sum);
    bt_linear_backward(&block->key, weights, rows, block->normed, held, told);
    add_rows(count, told, sum);
    bt_linear_backward(&block->query, weights, rows, block->normed, asked, told);
    add_rows(count, told, sum);
    bt_layer_norm_backward(&block->attention_norm, weights, rows, block->normal, block->inverse,
                           sum, sum);
    add_rows(count, sum, given);
}

static void backward_input(bt_sasrec *net, size_t rows, const uint32_t *item, bt_real *given)
{
    size_t width = net->shape.width;
    bt_dropout dropout = dropout_at(net, 0, INPUT_SITE, true);
    bt_dropout_backward(&dropout, rows * width, net->input_kept, given);
    bt_embedding_backward(&net->positions, &net->weights, rows, net->position, 1, given);
    bt_embedding_backward(&net->items, &net->weights, rows, item, sqrt((double)width), given);
}

/* ---- training ---- */

double bt_sasrec_train(bt_sasrec *net, size_t sequences, const uint32_t *offset,
                       const uint32_t *item, const bt_next_items *next, uint64_t step)
{
    size_t rows = offset[sequences];
    bt_real *given = net->gradient[0];
    bt_sasrec_forward(net, sequences, offset, item, true, step);
    double loss = bt_next_item_train(&net->items, &net->weights, rows, net->state, next,
                                     net->score, given);
    bt_layer_norm_backward(&net->last_norm, &net->weights, rows, net->last_normal,
                           net->last_inverse, given, given);
    for (size_t k = net->shape.blocks; k-- > 0;) {
        backward_forward_part(net, k, rows, given);
        backward_attention_part(net, k, sequences, offset, given);
    }
    backward_input(net, rows, item, given);
    return loss;
}
