#include "agents/bargaining/fitted/choice_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- observations ---- */

static bool grow(bt_choice_data *data)
{
    size_t capacity = 2 * data->capacity + 256;
    float *feature =
        realloc(data->feature, (capacity * data->n_features + 1) * sizeof *feature);
    data->feature = feature != NULL ? feature : data->feature;
    float *weight = realloc(data->weight, capacity * sizeof *weight);
    data->weight = weight != NULL ? weight : data->weight;
    uint8_t *class_ = realloc(data->class_, capacity);
    data->class_ = class_ != NULL ? class_ : data->class_;
    uint8_t *censored = realloc(data->censored, capacity);
    data->censored = censored != NULL ? censored : data->censored;
    if (feature == NULL || weight == NULL || class_ == NULL || censored == NULL)
        return false;
    data->capacity = capacity;
    return true;
}

bool bt_choice_data_add(bt_choice_data *data, const double *feature, size_t class_,
                        bool censored, double weight)
{
    if (data->n_rows == data->capacity && !grow(data))
        return false;
    size_t row = data->n_rows++;
    for (size_t i = 0; i < data->n_features; i++)
        data->feature[row * data->n_features + i] = (float)feature[i];
    data->weight[row] = (float)weight;
    data->class_[row] = (uint8_t)class_;
    data->censored[row] = censored;
    return true;
}

void bt_choice_data_free(bt_choice_data *data)
{
    free(data->feature);
    free(data->weight);
    free(data->class_);
    free(data->censored);
    data->feature = NULL;
    data->weight = NULL;
    data->class_ = NULL;
    data->censored = NULL;
    data->n_rows = data->capacity = 0;
}

double bt_choice_data_weight(const bt_choice_data *data)
{
    double sum = 0;
    for (size_t i = 0; i < data->n_rows; i++)
        sum += (double)data->weight[i];
    return sum;
}

/* ---- the model ---- */

bool bt_choice_model_create(bt_choice_model *model, size_t n_features, size_t n_classes,
                            const size_t *hidden, size_t n_hidden, bt_arena *arena)
{
    *model = (bt_choice_model){
        .n_features = n_features, .n_classes = n_classes, .n_layers = n_hidden + 1};
    if (n_features > BT_CHOICE_MOST_FEATURES || n_classes < 2 ||
        n_classes > BT_CHOICE_MOST_CLASSES || n_hidden >= BT_CHOICE_MOST_LAYERS)
        return false;
    for (size_t i = 0; i < n_features; i++)
        model->scale[i] = 1;
    for (size_t k = 0; k <= n_hidden; k++) {
        bt_choice_layer *layer = &model->layer[k];
        layer->inputs = k == 0 ? n_features : hidden[k - 1];
        layer->outputs = k == n_hidden ? n_classes : hidden[k];
        if (layer->outputs > BT_CHOICE_WIDEST)
            return false;
        layer->weight = BT_ARENA_NEW(arena, layer->inputs * layer->outputs + 1, double);
        layer->bias = BT_ARENA_NEW(arena, layer->outputs, double);
        if (layer->weight == NULL || layer->bias == NULL)
            return false;
    }
    return true;
}

static void apply_layer(const bt_choice_layer *layer, const double *input, double *output)
{
    memcpy(output, layer->bias, layer->outputs * sizeof *output);
    for (size_t i = 0; i < layer->inputs; i++) {
        const double *weight = layer->weight + i * layer->outputs;
        for (size_t k = 0; k < layer->outputs; k++)
            output[k] += input[i] * weight[k];
    }
}

/* Scores [count], replaced by probabilities. */
static void soften(double *score, size_t count)
{
    double largest = score[0], sum = 0;
    for (size_t k = 1; k < count; k++)
        largest = fmax(largest, score[k]);
    for (size_t k = 0; k < count; k++)
        sum += score[k] = exp(score[k] - largest);
    for (size_t k = 0; k < count; k++)
        score[k] /= sum;
}

void bt_choice_model_probabilities(const bt_choice_model *model, const double *feature,
                                   double *probability)
{
    double value[2][BT_CHOICE_WIDEST];
    for (size_t i = 0; i < model->n_features; i++)
        value[0][i] = (feature[i] - model->mean[i]) * model->scale[i];
    for (size_t k = 0; k < model->n_layers; k++) {
        const bt_choice_layer *layer = &model->layer[k];
        double *output = k + 1 == model->n_layers ? probability : value[(k + 1) % 2];
        apply_layer(layer, value[k % 2], output);
        for (size_t i = 0; i < layer->outputs && k + 1 < model->n_layers; i++)
            output[i] = fmax(output[i], 0);
    }
    soften(probability, model->n_classes);
}

size_t bt_choice_draw(const double *probability, size_t count, bt_stream *stream)
{
    double rank = bt_stream_uniform(stream);
    size_t k = 0;
    while (k + 1 < count && rank >= probability[k])
        rank -= probability[k++];
    return k;
}

double bt_choice_row_gradient(const double *probability, size_t n_classes, size_t class_,
                              bool censored, double *gradient)
{
    double mass = 0;
    memcpy(gradient, probability, n_classes * sizeof *gradient);
    if (!censored) {
        gradient[class_] -= 1;
        return log(fmax(probability[class_], 1e-300));
    }
    for (size_t k = class_; k < n_classes; k++)
        mass += probability[k];
    mass = fmax(mass, 1e-300);
    for (size_t k = class_; k < n_classes; k++)
        gradient[k] -= probability[k] / mass;
    return log(mass);
}

double bt_choice_log_likelihood(const bt_choice_model *model, const bt_choice_data *data)
{
    double sum = 0, weight = 0;
    double feature[BT_CHOICE_MOST_FEATURES], probability[BT_CHOICE_WIDEST];
    double unused[BT_CHOICE_WIDEST];
    for (size_t row = 0; row < data->n_rows; row++) {
        for (size_t i = 0; i < data->n_features; i++)
            feature[i] = (double)data->feature[row * data->n_features + i];
        bt_choice_model_probabilities(model, feature, probability);
        sum += (double)data->weight[row] * bt_choice_row_gradient(probability, model->n_classes,
                                                                  data->class_[row],
                                                                  data->censored[row], unused);
        weight += (double)data->weight[row];
    }
    return weight > 0 ? sum / weight : 0;
}
