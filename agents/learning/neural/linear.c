#include "agents/learning/neural/linear.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/learning/neural/matrix.h"

bt_linear bt_linear_add(bt_weights *weights, const char *name, size_t inputs, size_t outputs,
                        bool has_bias)
{
    char block_name[128];
    bt_linear layer = {.inputs = inputs, .outputs = outputs, .has_bias = has_bias};
    snprintf(block_name, sizeof(block_name), "%s weight", name);
    layer.weight = bt_weights_add(weights, block_name, inputs, outputs);
    if (has_bias) {
        snprintf(block_name, sizeof(block_name), "%s bias", name);
        layer.bias = bt_weights_add(weights, block_name, 1, outputs);
    }
    return layer;
}

void bt_linear_fill(const bt_linear *layer, bt_weights *weights, double gain, bt_stream *stream)
{
    double bound = gain * sqrt(6 / (double)(layer->inputs + layer->outputs));
    bt_weights_fill_uniform(weights, layer->weight, bound, stream);
    if (layer->has_bias)
        bt_weights_fill(weights, layer->bias, 0);
}

void bt_linear_forward(const bt_linear *layer, const bt_weights *weights, size_t rows,
                       const bt_real *input, bt_real *output)
{
    if (layer->has_bias) {
        const bt_real *bias = bt_weights_value(weights, layer->bias);
        for (size_t row = 0; row < rows; row++)
            memcpy(output + row * layer->outputs, bias, layer->outputs * sizeof(bt_real));
    }
    bt_matrix weight = {bt_weights_value(weights, layer->weight), layer->outputs};
    bt_product(BT_PLAIN, rows, layer->inputs, layer->outputs, (bt_matrix){input, layer->inputs},
               weight, layer->has_bias, output, layer->outputs);
}

static void add_bias_gradient(size_t rows, size_t columns, const bt_real *output_gradient,
                              bt_real *restrict gradient)
{
    for (size_t row = 0; row < rows; row++)
        for (size_t j = 0; j < columns; j++)
            gradient[j] += output_gradient[row * columns + j];
}

void bt_linear_backward(const bt_linear *layer, bt_weights *weights, size_t rows,
                        const bt_real *input, const bt_real *output_gradient,
                        bt_real *input_gradient)
{
    bt_matrix given = {output_gradient, layer->outputs};
    bt_product(BT_LEFT_TRANSPOSED, layer->inputs, rows, layer->outputs,
               (bt_matrix){input, layer->inputs}, given, true,
               bt_weights_gradient(weights, layer->weight), layer->outputs);
    if (layer->has_bias)
        add_bias_gradient(rows, layer->outputs, output_gradient,
                          bt_weights_gradient(weights, layer->bias));
    if (input_gradient == NULL)
        return;
    bt_matrix weight = {bt_weights_value(weights, layer->weight), layer->outputs};
    bt_product(BT_RIGHT_TRANSPOSED, rows, layer->outputs, layer->inputs, given, weight, false,
               input_gradient, layer->inputs);
}
