#include "agents/learning/neural/weights.h"

#include <string.h>

enum { ELEMENTS_IN_LINE = 64 / sizeof(bt_real) };

bool bt_weights_open(bt_weights *weights, bt_arena *arena, size_t max_blocks)
{
    *weights = (bt_weights){.arena = arena,
                            .max_blocks = max_blocks,
                            .block = BT_ARENA_NEW(arena, max_blocks, bt_weight_block),
                            .first_decay = 1,
                            .second_decay = 1};
    return weights->block != NULL;
}

size_t bt_weights_add(bt_weights *weights, const char *name, size_t rows, size_t columns)
{
    size_t index = weights->n_blocks++;
    if (index >= weights->max_blocks)
        return 0;
    weights->block[index] = (bt_weight_block){.name = bt_arena_copy_text(weights->arena, name),
                                              .rows = rows,
                                              .columns = columns,
                                              .offset = weights->count};
    size_t lines = (rows * columns + ELEMENTS_IN_LINE - 1) / ELEMENTS_IN_LINE;
    weights->count += lines * ELEMENTS_IN_LINE;
    return index;
}

bool bt_weights_allocate(bt_weights *weights, bool keeps_largest_second_moment)
{
    if (weights->n_blocks > weights->max_blocks)
        return false;
    for (size_t b = 0; b < weights->n_blocks; b++)
        if (weights->block[b].name == NULL)
            return false;
    bt_arena *arena = weights->arena;
    weights->value = BT_ARENA_NEW(arena, weights->count, bt_real);
    weights->gradient = BT_ARENA_NEW(arena, weights->count, bt_real);
    weights->first_moment = BT_ARENA_NEW(arena, weights->count, bt_real);
    weights->second_moment = BT_ARENA_NEW(arena, weights->count, bt_real);
    if (keeps_largest_second_moment)
        weights->largest_second_moment = BT_ARENA_NEW(arena, weights->count, bt_real);
    return weights->value != NULL && weights->gradient != NULL &&
           weights->first_moment != NULL && weights->second_moment != NULL &&
           (!keeps_largest_second_moment || weights->largest_second_moment != NULL);
}

void bt_weights_clear_gradient(bt_weights *weights)
{
    memset(weights->gradient, 0, weights->count * sizeof(bt_real));
}

static size_t block_size(const bt_weights *weights, size_t block)
{
    return weights->block[block].rows * weights->block[block].columns;
}

void bt_weights_fill_uniform(bt_weights *weights, size_t block, double bound, bt_stream *stream)
{
    bt_real *value = bt_weights_value(weights, block);
    for (size_t k = 0; k < block_size(weights, block); k++)
        value[k] = (bt_real)(bound * (2 * bt_stream_uniform(stream) - 1));
}

void bt_weights_fill_normal(bt_weights *weights, size_t block, double deviation,
                            bt_stream *stream)
{
    bt_real *value = bt_weights_value(weights, block);
    for (size_t k = 0; k < block_size(weights, block); k++)
        value[k] = (bt_real)(deviation * bt_stream_normal(stream));
}

void bt_weights_fill(bt_weights *weights, size_t block, double number)
{
    bt_real *value = bt_weights_value(weights, block);
    for (size_t k = 0; k < block_size(weights, block); k++)
        value[k] = (bt_real)number;
}

void bt_weights_copy(bt_weights *to, const bt_weights *from)
{
    memcpy(to->value, from->value, from->count * sizeof(bt_real));
}

void bt_weights_archive(bt_weights *weights, bt_archive *archive)
{
    size_t size = weights->count * sizeof(bt_real);
    bt_archive_field(archive, "value", weights->value, size);
    bt_archive_field(archive, "first_moment", weights->first_moment, size);
    bt_archive_field(archive, "second_moment", weights->second_moment, size);
    if (weights->largest_second_moment != NULL)
        bt_archive_field(archive, "largest_second_moment", weights->largest_second_moment,
                         size);
    bt_archive_field(archive, "n_steps", &weights->n_steps, sizeof(weights->n_steps));
    bt_archive_field(archive, "first_decay", &weights->first_decay,
                     sizeof(weights->first_decay));
    bt_archive_field(archive, "second_decay", &weights->second_decay,
                     sizeof(weights->second_decay));
    if (bt_archive_restores(archive))
        bt_weights_clear_gradient(weights);
}
