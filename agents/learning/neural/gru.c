#include "agents/learning/neural/gru.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/learning/neural/activation.h"

bt_gru bt_gru_add(bt_weights *weights, const char *name, size_t inputs, size_t width)
{
    char layer_name[96];
    bt_gru layer = {.inputs = inputs, .width = width};
    snprintf(layer_name, sizeof(layer_name), "%s input", name);
    layer.input = bt_linear_add(weights, layer_name, inputs, 3 * width, true);
    snprintf(layer_name, sizeof(layer_name), "%s state", name);
    layer.state = bt_linear_add(weights, layer_name, width, 3 * width, true);
    return layer;
}

void bt_gru_fill(const bt_gru *layer, bt_weights *weights, bt_stream *stream)
{
    double bound = 1 / sqrt((double)layer->width);
    const size_t block[] = {layer->input.weight, layer->input.bias, layer->state.weight,
                            layer->state.bias};
    for (size_t k = 0; k < 4; k++)
        bt_weights_fill_uniform(weights, block[k], bound, stream);
}

bool bt_gru_allocate(bt_gru *layer, size_t max_rows, size_t max_sequences, bt_arena *arena)
{
    size_t gates = 3 * layer->width;
    layer->input_gate = BT_ARENA_NEW(arena, max_rows * gates, bt_real);
    layer->state_gate = BT_ARENA_NEW(arena, max_rows * gates, bt_real);
    layer->gate = BT_ARENA_NEW(arena, max_rows * gates, bt_real);
    layer->before = BT_ARENA_NEW(arena, max_rows * layer->width, bt_real);
    layer->at_once = BT_ARENA_NEW(arena, max_sequences * gates, bt_real);
    layer->gate_at_once = BT_ARENA_NEW(arena, max_sequences * gates, bt_real);
    layer->carried = BT_ARENA_NEW(arena, max_sequences * layer->width, bt_real);
    layer->row = BT_ARENA_NEW(arena, max_sequences, uint32_t);
    layer->sequence = BT_ARENA_NEW(arena, max_sequences, uint32_t);
    return layer->input_gate != NULL && layer->state_gate != NULL && layer->gate != NULL &&
           layer->before != NULL && layer->at_once != NULL && layer->gate_at_once != NULL &&
           layer->carried != NULL && layer->row != NULL && layer->sequence != NULL;
}

/* The sequences that have a row at `time`, and those rows. Returns how many. */
static size_t find_rows(bt_gru *layer, size_t sequences, const uint32_t *offset, uint32_t time)
{
    size_t count = 0;
    for (uint32_t s = 0; s < sequences; s++)
        if (offset[s] + time < offset[s + 1]) {
            layer->sequence[count] = s;
            layer->row[count++] = offset[s] + time;
        }
    return count;
}

static uint32_t longest_sequence(size_t sequences, const uint32_t *offset)
{
    uint32_t longest = 0;
    for (size_t s = 0; s < sequences; s++)
        longest = offset[s + 1] - offset[s] > longest ? offset[s + 1] - offset[s] : longest;
    return longest;
}

/* One row's gates and state from what its input and the state before say. */
static void open_gates(const bt_gru *layer, size_t row, bt_real *output)
{
    size_t width = layer->width;
    const bt_real *from_input = layer->input_gate + row * 3 * width;
    const bt_real *from_state = layer->state_gate + row * 3 * width;
    const bt_real *before = layer->before + row * width;
    bt_real *r = layer->gate + row * 3 * width, *z = r + width, *n = z + width;
    for (size_t k = 0; k < 2 * width; k++)
        r[k] = from_input[k] + from_state[k];
    bt_activation_forward(BT_LOGISTIC, 2 * width, r);
    for (size_t k = 0; k < width; k++)
        n[k] = from_input[2 * width + k] + r[k] * from_state[2 * width + k];
    bt_activation_forward(BT_TANH, width, n);
    for (size_t k = 0; k < width; k++)
        output[row * width + k] = (1 - z[k]) * n[k] + z[k] * before[k];
}

void bt_gru_forward(bt_gru *layer, const bt_weights *weights, size_t sequences,
                    const uint32_t *offset, const bt_real *input, bt_real *output)
{
    size_t width = layer->width;
    bt_linear_forward(&layer->input, weights, offset[sequences], input, layer->input_gate);
    uint32_t longest = longest_sequence(sequences, offset);
    for (uint32_t time = 0; time < longest; time++) {
        size_t count = find_rows(layer, sequences, offset, time);
        for (size_t k = 0; k < count; k++) {
            size_t row = layer->row[k];
            bt_real *before = layer->before + row * width;
            if (time == 0)
                memset(before, 0, width * sizeof(bt_real));
            else
                memcpy(before, output + (row - 1) * width, width * sizeof(bt_real));
            memcpy(layer->at_once + k * width, before, width * sizeof(bt_real));
        }
        bt_linear_forward(&layer->state, weights, count, layer->at_once, layer->gate_at_once);
        for (size_t k = 0; k < count; k++) {
            size_t row = layer->row[k];
            memcpy(layer->state_gate + row * 3 * width, layer->gate_at_once + k * 3 * width,
                   3 * width * sizeof(bt_real));
            open_gates(layer, row, output);
        }
    }
}

/* One row: from the gradient of its state to those of what goes into the gates. `carried` is
 * the gradient of the state on entry, and what reaches the state before past the gates on
 * leaving. */
static void close_gates(bt_gru *layer, size_t row, bt_real *carried, bt_real *state_gradient)
{
    size_t width = layer->width;
    const bt_real *r = layer->gate + row * 3 * width, *z = r + width, *n = z + width;
    const bt_real *before = layer->before + row * width;
    const bt_real *reset_part = layer->state_gate + row * 3 * width + 2 * width;
    bt_real *input_gradient = layer->input_gate + row * 3 * width;
    for (size_t k = 0; k < width; k++) {
        bt_real given = carried[k];
        bt_real into_n = given * (1 - z[k]) * (1 - n[k] * n[k]);
        bt_real into_z = given * (before[k] - n[k]) * z[k] * (1 - z[k]);
        bt_real into_r = into_n * reset_part[k] * r[k] * (1 - r[k]);
        input_gradient[k] = state_gradient[k] = into_r;
        input_gradient[width + k] = state_gradient[width + k] = into_z;
        input_gradient[2 * width + k] = into_n;
        state_gradient[2 * width + k] = into_n * r[k];
        carried[k] = given * z[k];
    }
}

/* What comes from the state's own products, for the rows of one step. */
static void step_back(bt_gru *layer, bt_weights *weights, size_t count,
                      const bt_real *output_gradient)
{
    size_t width = layer->width;
    for (size_t k = 0; k < count; k++) {
        size_t row = layer->row[k];
        bt_real *carried = layer->carried + layer->sequence[k] * width;
        for (size_t j = 0; j < width; j++)
            carried[j] += output_gradient[row * width + j];
        close_gates(layer, row, carried, layer->gate_at_once + k * 3 * width);
        memcpy(layer->at_once + k * width, layer->before + row * width,
               width * sizeof(bt_real));
    }
    /* room for 3 width a sequence: states before, then their gradients */
    bt_real *into_before = layer->at_once + count * width;
    bt_linear_backward(&layer->state, weights, count, layer->at_once, layer->gate_at_once,
                       into_before);
    for (size_t k = 0; k < count; k++)
        for (size_t j = 0; j < width; j++)
            layer->carried[layer->sequence[k] * width + j] += into_before[k * width + j];
}

void bt_gru_backward(bt_gru *layer, bt_weights *weights, size_t sequences,
                     const uint32_t *offset, const bt_real *input,
                     const bt_real *output_gradient, bt_real *input_gradient)
{
    memset(layer->carried, 0, sequences * layer->width * sizeof(bt_real));
    for (uint32_t time = longest_sequence(sequences, offset); time-- > 0;)
        step_back(layer, weights, find_rows(layer, sequences, offset, time), output_gradient);
    bt_linear_backward(&layer->input, weights, offset[sequences], input, layer->input_gate,
                       input_gradient);
}
