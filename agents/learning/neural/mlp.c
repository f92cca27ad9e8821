#include "agents/learning/neural/mlp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool allocate_activities(bt_mlp *net, bt_arena *arena)
{
    size_t widest = 0;
    for (size_t k = 0; k <= net->n_layers; k++) {
        size_t width = k == 0 ? net->layer[0].inputs : net->layer[k - 1].outputs;
        widest = width > widest ? width : widest;
        net->activity[k] = BT_ARENA_NEW(arena, net->max_rows * width, bt_real);
        if (net->activity[k] == NULL)
            return false;
    }
    for (size_t k = 0; k < 2; k++) {
        net->activity_gradient[k] = BT_ARENA_NEW(arena, net->max_rows * widest, bt_real);
        if (net->activity_gradient[k] == NULL)
            return false;
    }
    return true;
}

bool bt_mlp_create(bt_mlp *net, const size_t *width, size_t n_widths, bt_activation activation,
                   size_t max_rows, bool keeps_largest_second_moment, bt_arena *arena)
{
    *net = (bt_mlp){.n_layers = n_widths - 1, .activation = activation, .max_rows = max_rows};
    if (!bt_weights_open(&net->weights, arena, 2 * net->n_layers))
        return false;
    for (size_t k = 0; k < net->n_layers; k++) {
        char name[32];
        snprintf(name, sizeof(name), "layer %zu", k + 1);
        net->layer[k] = bt_linear_add(&net->weights, name, width[k], width[k + 1], true);
    }
    return bt_weights_allocate(&net->weights, keeps_largest_second_moment) &&
           allocate_activities(net, arena);
}

void bt_mlp_fill(bt_mlp *net, double last_gain, bt_stream *stream)
{
    double gain = net->activation == BT_RELU ? sqrt(2) : 1;
    for (size_t k = 0; k < net->n_layers; k++)
        bt_linear_fill(&net->layer[k], &net->weights, k + 1 < net->n_layers ? gain : last_gain,
                       stream);
}

const bt_real *bt_mlp_forward(bt_mlp *net, const bt_real *input, size_t rows)
{
    net->rows = rows;
    memcpy(net->activity[0], input, rows * net->layer[0].inputs * sizeof(bt_real));
    for (size_t k = 0; k < net->n_layers; k++) {
        bt_linear_forward(&net->layer[k], &net->weights, rows, net->activity[k],
                          net->activity[k + 1]);
        if (k + 1 < net->n_layers)
            bt_activation_forward(net->activation, rows * net->layer[k].outputs,
                                  net->activity[k + 1]);
    }
    return net->activity[net->n_layers];
}

void bt_mlp_backward(bt_mlp *net, const bt_real *output_gradient, bt_real *input_gradient)
{
    const bt_real *given = output_gradient;
    for (size_t k = net->n_layers; k-- > 0;) {
        bt_real *below = k == 0 ? input_gradient : net->activity_gradient[k % 2];
        bt_linear_backward(&net->layer[k], &net->weights, net->rows, net->activity[k], given,
                           below);
        if (k > 0)
            bt_activation_backward(net->activation, net->rows * net->layer[k].inputs,
                                   net->activity[k], below);
        given = below;
    }
}

void bt_mlp_archive(bt_mlp *net, bt_archive *archive)
{
    bt_weights_archive(&net->weights, archive);
}
