#include "agents/learning/neural/embedding.h"

bt_embedding bt_embedding_add(bt_weights *weights, const char *name, size_t count, size_t width)
{
    return (bt_embedding){
        .count = count, .width = width, .table = bt_weights_add(weights, name, count, width)};
}

void bt_embedding_forward(const bt_embedding *layer, const bt_weights *weights, size_t rows,
                          const uint32_t *index, double scale, bt_real *output)
{
    const bt_real *table = bt_weights_value(weights, layer->table);
    bt_real factor = (bt_real)scale;
    for (size_t row = 0; row < rows; row++) {
        const bt_real *from = table + (size_t)index[row] * layer->width;
        for (size_t k = 0; k < layer->width; k++)
            output[row * layer->width + k] = factor * from[k];
    }
}

void bt_embedding_backward(const bt_embedding *layer, bt_weights *weights, size_t rows,
                           const uint32_t *index, double scale, const bt_real *output_gradient)
{
    bt_real *gradient = bt_weights_gradient(weights, layer->table);
    bt_real factor = (bt_real)scale;
    for (size_t row = 0; row < rows; row++) {
        bt_real *into = gradient + (size_t)index[row] * layer->width;
        const bt_real *given = output_gradient + row * layer->width;
        for (size_t k = 0; k < layer->width; k++)
            into[k] += factor * given[k];
    }
}
