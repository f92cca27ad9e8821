#include "agents/learning/neural/layer_norm.h"

#include <math.h>
#include <stdio.h>

#include "agents/learning/neural/sums.h"

bt_layer_norm bt_layer_norm_add(bt_weights *weights, const char *name, size_t width,
                                double epsilon)
{
    char block_name[128];
    bt_layer_norm layer = {.width = width, .epsilon = epsilon};
    snprintf(block_name, sizeof(block_name), "%s gain", name);
    layer.gain = bt_weights_add(weights, block_name, 1, width);
    snprintf(block_name, sizeof(block_name), "%s shift", name);
    layer.shift = bt_weights_add(weights, block_name, 1, width);
    return layer;
}

void bt_layer_norm_fill(const bt_layer_norm *layer, bt_weights *weights)
{
    bt_weights_fill(weights, layer->gain, 1);
    bt_weights_fill(weights, layer->shift, 0);
}

void bt_layer_norm_forward(const bt_layer_norm *layer, const bt_weights *weights, size_t rows,
                           const bt_real *input, bt_real *normal, bt_real *inverse_deviation,
                           bt_real *output)
{
    size_t width = layer->width;
    const bt_real *gain = bt_weights_value(weights, layer->gain);
    const bt_real *shift = bt_weights_value(weights, layer->shift);
    for (size_t row = 0; row < rows; row++) {
        const bt_real *x = input + row * width;
        bt_real *restrict z = normal + row * width, *restrict y = output + row * width;
        bt_real mean = bt_sum(width, x) / (bt_real)width;
        for (size_t k = 0; k < width; k++)
            z[k] = x[k] - mean;
        bt_real variance = bt_dot(width, z, z) / (bt_real)width;
        bt_real inverse = (bt_real)(1 / sqrt((double)variance + layer->epsilon));
        inverse_deviation[row] = inverse;
        for (size_t k = 0; k < width; k++) {
            z[k] *= inverse;
            y[k] = gain[k] * z[k] + shift[k];
        }
    }
}

/* With g = gain * output_gradient: inverse (g - mean g - normal mean(g normal)). */
void bt_layer_norm_backward(const bt_layer_norm *layer, bt_weights *weights, size_t rows,
                            const bt_real *normal, const bt_real *inverse_deviation,
                            const bt_real *output_gradient, bt_real *input_gradient)
{
    size_t width = layer->width;
    const bt_real *gain = bt_weights_value(weights, layer->gain);
    bt_real *restrict gain_gradient = bt_weights_gradient(weights, layer->gain);
    bt_real *restrict shift_gradient = bt_weights_gradient(weights, layer->shift);
    for (size_t row = 0; row < rows; row++) {
        const bt_real *z = normal + row * width, *given = output_gradient + row * width;
        bt_real *result = input_gradient + row * width;
        for (size_t k = 0; k < width; k++) {
            gain_gradient[k] += given[k] * z[k];
            shift_gradient[k] += given[k];
        }
        for (size_t k = 0; k < width; k++)
            result[k] = gain[k] * given[k];
        bt_real mean = bt_sum(width, result) / (bt_real)width;
        bt_real along = bt_dot(width, result, z) / (bt_real)width;
        for (size_t k = 0; k < width; k++)
            result[k] = inverse_deviation[row] * (result[k] - mean - z[k] * along);
    }
}
