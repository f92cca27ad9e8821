#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_multimin.h>

#include "agents/bargaining/fitted/choice_model.h"
#include "agents/learning/neural/mlp.h"

/* Rows of one partial sum: partial sums are added in their order, so the result does not
 * depend on the number of threads. */
enum { ROWS_OF_A_SUM = 2048, MOST_WEIGHTS = (BT_CHOICE_MOST_FEATURES + 1) * BT_CHOICE_WIDEST };

static const double never = -30; /* score of a class that was not seen */

bt_choice_fit_setting bt_choice_fit_defaults(bt_stream stream)
{
    return (bt_choice_fit_setting){.ridge = 5,
                                   .most_epochs = 200,
                                   .patience = 3,
                                   .batch = 256,
                                   .learning_rate = 1e-3,
                                   .stream = stream};
}

static bt_status out_of_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "there is no memory to estimate a model");
}

/* ---- features ---- */

/* Centre and scale by the training rows; a feature that does not vary is left out. */
static void set_scales(bt_choice_model *model, const bt_choice_data *data)
{
    double all = bt_choice_data_weight(data);
    for (size_t i = 0; i < model->n_features && all > 0; i++) {
        double sum = 0, squares = 0;
        for (size_t row = 0; row < data->n_rows; row++)
            sum +=
                (double)data->weight[row] * (double)data->feature[row * data->n_features + i];
        double mean = sum / all;
        for (size_t row = 0; row < data->n_rows; row++) {
            double apart = (double)data->feature[row * data->n_features + i] - mean;
            squares += (double)data->weight[row] * apart * apart;
        }
        double deviation = sqrt(squares / all);
        model->mean[i] = mean;
        model->scale[i] = deviation > 1e-9 ? 1 / deviation : 0;
    }
}

/* The shares of the classes, rows that are censored shared out as the others tell, until
 * that no longer changes anything (Turnbull 1976). */
static void estimate_shares(const bt_choice_data *data, double *share)
{
    enum { ROUNDS = 200 };
    double exact[BT_CHOICE_MOST_CLASSES] = {0}, censored[BT_CHOICE_MOST_CLASSES] = {0}, all = 0;
    size_t n_classes = data->n_classes;
    for (size_t row = 0; row < data->n_rows; row++) {
        double weight = (double)data->weight[row];
        (data->censored[row] ? censored : exact)[data->class_[row]] += weight;
        all += weight;
    }
    for (size_t k = 0; k < n_classes; k++)
        share[k] = 1 / (double)n_classes;
    for (size_t round = 0; round < ROUNDS; round++) {
        double above = 1, per_share = 0;
        for (size_t k = 0; k < n_classes; k++) {
            per_share += above > 1e-12 ? censored[k] / above : 0;
            above -= share[k];
            share[k] = (exact[k] + share[k] * per_share) / all;
        }
    }
}

/* They are the biases of the last layer. */
static void set_shares(bt_choice_model *model, const bt_choice_data *data)
{
    double share[BT_CHOICE_MOST_CLASSES];
    double *bias = model->layer[model->n_layers - 1].bias;
    estimate_shares(data, share);
    for (size_t k = 0; k < model->n_classes; k++)
        bias[k] = fmax(log(fmax(share[k], 1e-300)), never);
}

/* ---- the logit ---- */

static double sum_rows(const bt_choice_model *model, const bt_choice_data *data, size_t first,
                       size_t last, double *gradient)
{
    size_t n_features = model->n_features, n_classes = model->n_classes;
    double *of_bias = gradient + n_features * n_classes, sum = 0;
    double feature[BT_CHOICE_MOST_FEATURES], probability[BT_CHOICE_WIDEST];
    double slope[BT_CHOICE_WIDEST];
    for (size_t row = first; row < last; row++) {
        double weight = (double)data->weight[row];
        for (size_t i = 0; i < n_features; i++)
            feature[i] = (double)data->feature[row * n_features + i];
        bt_choice_model_probabilities(model, feature, probability);
        sum -= weight * bt_choice_row_gradient(probability, n_classes, data->class_[row],
                                               data->censored[row], slope);
        for (size_t k = 0; k < n_classes; k++)
            of_bias[k] += slope[k] *= weight;
        for (size_t i = 0; i < n_features; i++) {
            double x = (feature[i] - model->mean[i]) * model->scale[i];
            for (size_t k = 0; k < n_classes; k++)
                gradient[i * n_classes + k] += x * slope[k];
        }
    }
    return sum;
}

double bt_choice_logit_objective(const bt_choice_model *model, const bt_choice_data *data,
                                 double ridge, double *gradient)
{
    size_t n_weights = model->n_features * model->n_classes, n = n_weights + model->n_classes;
    size_t n_sums = (data->n_rows + ROWS_OF_A_SUM - 1) / ROWS_OF_A_SUM;
    double *partial = calloc(n_sums * (n + 1) + 1, sizeof *partial);
    double sum = 0, all = bt_choice_data_weight(data);
    memset(gradient, 0, n * sizeof *gradient);
    if (partial == NULL || !(all > 0)) {
        free(partial);
        return partial == NULL ? NAN : 0;
    }
#pragma omp parallel for schedule(dynamic)
    for (size_t s = 0; s < n_sums; s++) {
        size_t first = s * ROWS_OF_A_SUM, last = first + ROWS_OF_A_SUM;
        double *own = partial + s * (n + 1);
        own[n] = sum_rows(model, data, first, last < data->n_rows ? last : data->n_rows, own);
    }
    for (size_t s = 0; s < n_sums; s++) {
        sum += partial[s * (n + 1) + n];
        for (size_t i = 0; i < n; i++)
            gradient[i] += partial[s * (n + 1) + i];
    }
    free(partial);
    double penalty = 0;
    for (size_t i = 0; i < n; i++)
        gradient[i] /= all;
    for (size_t i = 0; i < n_weights; i++) {
        double weight = model->layer[0].weight[i];
        penalty += 0.5 * ridge * weight * weight;
        gradient[i] += ridge * weight;
    }
    return sum / all + penalty;
}

/* What GSL minimises: the model is set to the point. */
typedef struct logit_problem {
    bt_choice_model *model;
    const bt_choice_data *data;
    double ridge;
} logit_problem;

static void set_weights(bt_choice_model *model, const gsl_vector *point)
{
    bt_choice_layer *layer = &model->layer[0];
    size_t n_weights = layer->inputs * layer->outputs;
    for (size_t i = 0; i < n_weights; i++)
        layer->weight[i] = gsl_vector_get(point, i);
    for (size_t k = 0; k < layer->outputs; k++)
        layer->bias[k] = gsl_vector_get(point, n_weights + k);
}

static void get_weights(const bt_choice_model *model, gsl_vector *point)
{
    const bt_choice_layer *layer = &model->layer[0];
    size_t n_weights = layer->inputs * layer->outputs;
    for (size_t i = 0; i < n_weights; i++)
        gsl_vector_set(point, i, layer->weight[i]);
    for (size_t k = 0; k < layer->outputs; k++)
        gsl_vector_set(point, n_weights + k, layer->bias[k]);
}

static void evaluate_with_gradient(const gsl_vector *point, void *context, double *value,
                                   gsl_vector *gradient)
{
    logit_problem *problem = context;
    double slope[MOST_WEIGHTS];
    set_weights(problem->model, point);
    *value = bt_choice_logit_objective(problem->model, problem->data, problem->ridge, slope);
    for (size_t i = 0; i < gradient->size; i++)
        gsl_vector_set(gradient, i, slope[i]);
}

static double evaluate(const gsl_vector *point, void *context)
{
    double value;
    gsl_vector *unused = gsl_vector_alloc(point->size);
    if (unused == NULL)
        return NAN;
    evaluate_with_gradient(point, context, &value, unused);
    gsl_vector_free(unused);
    return value;
}

static void evaluate_gradient(const gsl_vector *point, void *context, gsl_vector *gradient)
{
    double unused;
    evaluate_with_gradient(point, context, &unused, gradient);
}

static double validate(const bt_choice_model *model, const bt_choice_data *validation)
{
    return validation->n_rows > 0 ? bt_choice_log_likelihood(model, validation) : NAN;
}

static bool is_stopped(const bt_choice_fit_setting *setting)
{
    return setting->is_interrupted != NULL && setting->is_interrupted(setting->context);
}

/* The best weights by the validation rows, and when they were found. */
typedef struct best_weights {
    gsl_vector *point;
    double value;
    size_t epoch;
} best_weights;

static bt_choice_epoch look(const gsl_multimin_fdfminimizer *minimizer,
                            const logit_problem *problem, const bt_choice_data *validation,
                            size_t epoch, best_weights *best)
{
    enum { EPOCHS_BETWEEN_LOOKS = 5 };
    bt_choice_epoch seen = {-minimizer->f, NAN};
    set_weights(problem->model, minimizer->x);
    if (epoch % EPOCHS_BETWEEN_LOOKS == 0)
        seen.validation = validate(problem->model, validation);
    if (seen.validation > best->value) {
        best->value = seen.validation;
        best->epoch = epoch;
        gsl_vector_memcpy(best->point, minimizer->x);
    }
    return seen;
}

/* Iterate until the slope is flat, which for a convex objective is the optimum, or the
 * validation rows are no longer served; then go back to where they were served best. */
static bt_status descend(gsl_multimin_fdfminimizer *minimizer, logit_problem *problem,
                         const bt_choice_data *validation, const bt_choice_fit_setting *setting,
                         best_weights *best, bt_choice_epoch *curve, size_t *n_epochs,
                         bt_error *error)
{
    static const double flat = 1e-5;
    enum { PATIENCE = 20 };
    int outcome = 0;
    while (*n_epochs < setting->most_epochs && outcome == 0 &&
           gsl_multimin_test_gradient(minimizer->gradient, flat) == GSL_CONTINUE) {
        if (is_stopped(setting))
            return bt_fail(error, BT_INTERRUPTED, "interrupted");
        outcome = gsl_multimin_fdfminimizer_iterate(minimizer);
        curve[*n_epochs] = look(minimizer, problem, validation, *n_epochs, best);
        ++*n_epochs;
        if (best->value > -INFINITY && *n_epochs - best->epoch > PATIENCE)
            break;
    }
    set_weights(problem->model, minimizer->x);
    double last = validate(problem->model, validation);
    if (*n_epochs > 0)
        curve[*n_epochs - 1].validation = last;
    if (best->value > last)
        set_weights(problem->model, best->point);
    return BT_OK;
}

static bt_status fit_logit(bt_choice_model *model, const bt_choice_data *training,
                           const bt_choice_data *validation,
                           const bt_choice_fit_setting *setting, bt_choice_epoch *curve,
                           size_t *n_epochs, bt_error *error)
{
    static const double first_step = 0.1, line_search_accuracy = 0.1;
    size_t n = (model->n_features + 1) * model->n_classes;
    logit_problem problem = {model, training, setting->ridge / (double)training->n_rows};
    best_weights best = {.point = gsl_vector_alloc(n), .value = -INFINITY};
    gsl_multimin_function_fdf function = {.f = evaluate,
                                          .df = evaluate_gradient,
                                          .fdf = evaluate_with_gradient,
                                          .n = n,
                                          .params = &problem};
    gsl_vector *start = gsl_vector_alloc(n);
    gsl_multimin_fdfminimizer *minimizer =
        gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, n);
    bt_status status = BT_OK;
    if (start == NULL || minimizer == NULL || best.point == NULL) {
        status = out_of_memory(error);
    } else {
        get_weights(model, start);
        gsl_multimin_fdfminimizer_set(minimizer, &function, start, first_step,
                                      line_search_accuracy);
        status =
            descend(minimizer, &problem, validation, setting, &best, curve, n_epochs, error);
    }
    if (minimizer != NULL)
        gsl_multimin_fdfminimizer_free(minimizer);
    if (start != NULL)
        gsl_vector_free(start);
    if (best.point != NULL)
        gsl_vector_free(best.point);
    return status;
}

/* ---- networks ---- */

typedef struct network_fit {
    bt_choice_model *model;
    const bt_choice_data *training;
    const bt_choice_fit_setting *setting;
    bt_mlp net;
    bt_stream stream;
    uint32_t *order;   /* [training rows] */
    bt_real *input;    /* [batch * features] */
    bt_real *gradient; /* [batch * classes] */
    double mean_weight;
} network_fit;

static bool create_network(network_fit *self, bt_arena *arena)
{
    const bt_choice_model *model = self->model;
    size_t width[BT_CHOICE_MOST_LAYERS + 1] = {model->n_features};
    size_t batch = self->setting->batch;
    for (size_t k = 0; k < model->n_layers; k++)
        width[k + 1] = model->layer[k].outputs;
    self->order = BT_ARENA_NEW(arena, self->training->n_rows, uint32_t);
    self->input = BT_ARENA_NEW(arena, batch * model->n_features, bt_real);
    self->gradient = BT_ARENA_NEW(arena, batch * model->n_classes, bt_real);
    if (self->order == NULL || self->input == NULL || self->gradient == NULL ||
        !bt_mlp_create(&self->net, width, model->n_layers + 1, BT_RELU, batch, false, arena))
        return false;
    bt_mlp_fill(&self->net, 0.1, &self->stream);
    const bt_linear *last = &self->net.layer[model->n_layers - 1];
    bt_real *bias = bt_weights_value(&self->net.weights, last->bias);
    for (size_t k = 0; k < model->n_classes; k++)
        bias[k] = (bt_real)model->layer[model->n_layers - 1].bias[k];
    return true;
}

/* The network's weights into the model. */
static void keep_network(const network_fit *self)
{
    for (size_t k = 0; k < self->model->n_layers; k++) {
        bt_choice_layer *layer = &self->model->layer[k];
        const bt_linear *linear = &self->net.layer[k];
        const bt_real *weight = bt_weights_value(&self->net.weights, linear->weight);
        const bt_real *bias = bt_weights_value(&self->net.weights, linear->bias);
        for (size_t i = 0; i < layer->inputs * layer->outputs; i++)
            layer->weight[i] = (double)weight[i];
        for (size_t i = 0; i < layer->outputs; i++)
            layer->bias[i] = (double)bias[i];
    }
}

static void shuffle(network_fit *self)
{
    for (size_t i = self->training->n_rows; i > 1; i--) {
        size_t k = (size_t)bt_stream_below(&self->stream, i);
        uint32_t moved = self->order[i - 1];
        self->order[i - 1] = self->order[k];
        self->order[k] = moved;
    }
}

/* Scores [classes] of a row to probabilities. */
static void soften_row(const bt_real *score, size_t n_classes, double *probability)
{
    double largest = (double)score[0], sum = 0;
    for (size_t k = 1; k < n_classes; k++)
        largest = fmax(largest, (double)score[k]);
    for (size_t k = 0; k < n_classes; k++)
        sum += probability[k] = exp((double)score[k] - largest);
    for (size_t k = 0; k < n_classes; k++)
        probability[k] /= sum;
}

/* One step on rows order[first .. first + count). Returns the sum of weighted log
 * likelihoods. */
static double step(network_fit *self, const bt_adam *adam, size_t first, size_t count)
{
    const bt_choice_model *model = self->model;
    const bt_choice_data *data = self->training;
    size_t n_features = model->n_features, n_classes = model->n_classes;
    double probability[BT_CHOICE_WIDEST], slope[BT_CHOICE_WIDEST], sum = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t f = 0; f < n_features; f++)
            self->input[i * n_features + f] =
                (bt_real)(((double)data->feature[self->order[first + i] * n_features + f] -
                           model->mean[f]) *
                          model->scale[f]);
    const bt_real *score = bt_mlp_forward(&self->net, self->input, count);
    for (size_t i = 0; i < count; i++) {
        size_t row = self->order[first + i];
        double weight = (double)data->weight[row];
        soften_row(score + i * n_classes, n_classes, probability);
        sum += weight * bt_choice_row_gradient(probability, n_classes, data->class_[row],
                                               data->censored[row], slope);
        double scale = weight / (self->mean_weight * (double)count);
        for (size_t k = 0; k < n_classes; k++)
            self->gradient[i * n_classes + k] = (bt_real)(scale * slope[k]);
    }
    bt_mlp_backward(&self->net, self->gradient, NULL);
    bt_adam_step(adam, &self->net.weights);
    return sum;
}

static double run_epoch(network_fit *self, const bt_adam *adam)
{
    size_t batch = self->setting->batch, n_rows = self->training->n_rows;
    double sum = 0;
    shuffle(self);
    for (size_t first = 0; first < n_rows; first += batch)
        sum += step(self, adam, first, n_rows - first < batch ? n_rows - first : batch);
    return sum / ((double)n_rows * self->mean_weight);
}

/* The best weights so far, as the network has them. */
static bt_status run_epochs(network_fit *self, const bt_choice_data *validation,
                            bt_choice_epoch *curve, size_t *n_epochs, bt_arena *arena,
                            bt_error *error)
{
    bt_adam adam = bt_adam_defaults(self->setting->learning_rate);
    bt_real *best = BT_ARENA_NEW(arena, self->net.weights.count, bt_real);
    double best_value = -INFINITY;
    size_t since_best = 0, size = self->net.weights.count * sizeof *best;
    if (best == NULL)
        return out_of_memory(error);
    while (*n_epochs < self->setting->most_epochs && since_best < self->setting->patience) {
        if (is_stopped(self->setting))
            return bt_fail(error, BT_INTERRUPTED, "interrupted");
        double training = run_epoch(self, &adam);
        keep_network(self);
        double value = validate(self->model, validation);
        curve[(*n_epochs)++] = (bt_choice_epoch){training, value};
        value = isnan(value) ? training : value;
        since_best = value > best_value ? 0 : since_best + 1;
        if (since_best == 0) {
            best_value = value;
            memcpy(best, self->net.weights.value, size);
        }
    }
    if (*n_epochs > 0)
        memcpy(self->net.weights.value, best, size);
    keep_network(self);
    return BT_OK;
}

static bt_status fit_network(bt_choice_model *model, const bt_choice_data *training,
                             const bt_choice_data *validation,
                             const bt_choice_fit_setting *setting, bt_choice_epoch *curve,
                             size_t *n_epochs, bt_error *error)
{
    bt_arena *arena = bt_arena_create();
    network_fit self = {.model = model,
                        .training = training,
                        .setting = setting,
                        .stream = setting->stream,
                        .mean_weight =
                            bt_choice_data_weight(training) / (double)training->n_rows};
    bt_status status = BT_OK;
    if (arena == NULL || !create_network(&self, arena))
        status = out_of_memory(error);
    for (size_t i = 0; i < training->n_rows && status == BT_OK; i++)
        self.order[i] = (uint32_t)i;
    if (status == BT_OK)
        status = run_epochs(&self, validation, curve, n_epochs, arena, error);
    bt_arena_destroy(arena);
    return status;
}

bt_status bt_choice_fit(bt_choice_model *model, const bt_choice_data *training,
                        const bt_choice_data *validation, const bt_choice_fit_setting *setting,
                        bt_choice_epoch *curve, size_t *n_epochs, bt_error *error)
{
    *n_epochs = 0;
    if (training->n_rows == 0 || !(bt_choice_data_weight(training) > 0))
        return BT_OK; /* nothing is known: equal chances */
    set_scales(model, training);
    set_shares(model, training);
    if (model->n_layers == 1)
        return fit_logit(model, training, validation, setting, curve, n_epochs, error);
    return fit_network(model, training, validation, setting, curve, n_epochs, error);
}
