#include "agents/learning/neural/factorization.h"

#include "agents/learning/neural/matrix.h"

/* Coordinate by coordinate: half of (sum over fields)^2 - sum of squares. */
void bt_factorization_forward(size_t rows, size_t fields, size_t width,
                              const bt_real *embedding, bt_real *output)
{
    for (size_t row = 0; row < rows; row++) {
        const bt_real *of_row = embedding + row * fields * width;
        bt_real total = 0;
        for (size_t d = 0; d < width; d++) {
            bt_real sum = 0, squares = 0;
            for (size_t f = 0; f < fields; f++) {
                bt_real value = of_row[f * width + d];
                sum += value;
                squares += value * value;
            }
            total += sum * sum - squares;
        }
        output[row] = total / 2;
    }
}

void bt_factorization_backward(size_t rows, size_t fields, size_t width,
                               const bt_real *embedding, const bt_real *output_gradient,
                               bt_real *embedding_gradient)
{
    for (size_t row = 0; row < rows; row++) {
        const bt_real *of_row = embedding + row * fields * width;
        bt_real *result = embedding_gradient + row * fields * width;
        for (size_t d = 0; d < width; d++) {
            bt_real sum = 0;
            for (size_t f = 0; f < fields; f++)
                sum += of_row[f * width + d];
            for (size_t f = 0; f < fields; f++)
                result[f * width + d] = output_gradient[row] * (sum - of_row[f * width + d]);
        }
    }
}

bt_cin bt_cin_add(bt_weights *weights, const char *name, size_t last_fields, size_t base_fields,
                  size_t fields, size_t width)
{
    return (bt_cin){
        .last_fields = last_fields,
        .base_fields = base_fields,
        .fields = fields,
        .width = width,
        .weight = bt_weights_add(weights, name, fields, last_fields * base_fields),
    };
}

bool bt_cin_allocate(bt_cin *layer, bt_arena *arena)
{
    size_t cells = layer->last_fields * layer->base_fields * layer->width;
    layer->outer = BT_ARENA_NEW(arena, cells, bt_real);
    layer->outer_gradient = BT_ARENA_NEW(arena, cells, bt_real);
    return layer->outer != NULL && layer->outer_gradient != NULL;
}

static void multiply_fields(bt_cin *layer, const bt_real *last, const bt_real *base)
{
    size_t width = layer->width;
    bt_real *product = layer->outer;
    for (size_t i = 0; i < layer->last_fields; i++)
        for (size_t j = 0; j < layer->base_fields; j++, product += width)
            for (size_t d = 0; d < width; d++)
                product[d] = last[i * width + d] * base[j * width + d];
}

void bt_cin_forward(bt_cin *layer, const bt_weights *weights, size_t rows, const bt_real *last,
                    const bt_real *base, bt_real *output)
{
    size_t pairs = layer->last_fields * layer->base_fields, width = layer->width;
    bt_matrix weight = {bt_weights_value(weights, layer->weight), pairs};
    for (size_t row = 0; row < rows; row++) {
        multiply_fields(layer, last + row * layer->last_fields * width,
                        base + row * layer->base_fields * width);
        bt_product(BT_PLAIN, layer->fields, pairs, width, weight,
                   (bt_matrix){layer->outer, width}, false,
                   output + row * layer->fields * width, width);
    }
}

static void share_gradient(const bt_cin *layer, const bt_real *last, const bt_real *base,
                           bt_real *last_gradient, bt_real *base_gradient)
{
    size_t width = layer->width;
    const bt_real *given = layer->outer_gradient;
    for (size_t i = 0; i < layer->last_fields; i++)
        for (size_t j = 0; j < layer->base_fields; j++, given += width)
            for (size_t d = 0; d < width; d++) {
                last_gradient[i * width + d] += given[d] * base[j * width + d];
                base_gradient[j * width + d] += given[d] * last[i * width + d];
            }
}

void bt_cin_backward(bt_cin *layer, bt_weights *weights, size_t rows, const bt_real *last,
                     const bt_real *base, const bt_real *output_gradient,
                     bt_real *last_gradient, bt_real *base_gradient)
{
    size_t pairs = layer->last_fields * layer->base_fields, width = layer->width;
    size_t of_last = layer->last_fields * width, of_base = layer->base_fields * width;
    bt_matrix weight = {bt_weights_value(weights, layer->weight), pairs};
    for (size_t row = 0; row < rows; row++) {
        bt_matrix given = {output_gradient + row * layer->fields * width, width};
        multiply_fields(layer, last + row * of_last, base + row * of_base);
        bt_product(BT_RIGHT_TRANSPOSED, layer->fields, width, pairs, given,
                   (bt_matrix){layer->outer, width}, true,
                   bt_weights_gradient(weights, layer->weight), pairs);
        bt_product(BT_LEFT_TRANSPOSED, pairs, layer->fields, width, weight, given, false,
                   layer->outer_gradient, width);
        share_gradient(layer, last + row * of_last, base + row * of_base,
                       last_gradient + row * of_last, base_gradient + row * of_base);
    }
}
