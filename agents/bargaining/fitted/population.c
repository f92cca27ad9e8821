#include "agents/bargaining/fitted/population.h"

#include <math.h>
#include <string.h>

/* ---- data ---- */

static bt_decision_data *data_of(bt_population_data *data, uint8_t partition)
{
    switch (partition) {
    case BT_PARTITION_SIMULATOR:
        return &data->training;
    case BT_PARTITION_VALIDATION:
        return &data->validation;
    case BT_PARTITION_TEST:
        return &data->test;
    default:
        return NULL;
    }
}

bt_status bt_population_data_make(const bt_bargaining_history *history,
                                  bt_population_data *data, bt_error *error)
{
    bt_decision_data_begin(&data->training);
    bt_decision_data_begin(&data->validation);
    bt_decision_data_begin(&data->test);
    for (size_t i = 0; i < history->n_listings; i++) {
        const bt_bargaining_listing *listing = &history->listing[i];
        bt_decision_data *part = data_of(data, listing->partition);
        const bt_bargaining_thread *thread =
            listing->n_threads > 0 ? &history->thread[listing->first_thread] : NULL;
        const bt_bargaining_turn *turn =
            thread != NULL ? &history->turn[thread->first_turn] : NULL;
        if (part != NULL && !bt_decision_data_add(part, listing, thread, turn))
            return bt_fail(error, BT_INTERNAL, "there is no memory for %zu listings' decisions",
                           history->n_listings);
    }
    return BT_OK;
}

void bt_population_data_free(bt_population_data *data)
{
    bt_decision_data_free(&data->training);
    bt_decision_data_free(&data->validation);
    bt_decision_data_free(&data->test);
}

/* ---- estimation ---- */

bt_population_setting bt_population_defaults(void)
{
    return (bt_population_setting){
        .ridge = 5, .most_epochs = 200, .learning_rate = 1e-3, .seed = 1};
}

/* Mean log likelihood of rows by the shares of classes in the training data: what a model
 * must beat. */
static double score_of_shares(const bt_choice_data *training, const bt_choice_data *test)
{
    double share[BT_CHOICE_MOST_CLASSES] = {0}, all = 0, sum = 0, weight = 0;
    double unused[BT_CHOICE_WIDEST];
    for (size_t row = 0; row < training->n_rows; row++) {
        share[training->class_[row]] += (double)training->weight[row];
        all += (double)training->weight[row];
    }
    for (size_t k = 0; k < training->n_classes; k++)
        share[k] = (share[k] + 0.5) / (all + 0.5 * (double)training->n_classes);
    for (size_t row = 0; row < test->n_rows; row++) {
        sum += (double)test->weight[row] * bt_choice_row_gradient(share, test->n_classes,
                                                                  test->class_[row],
                                                                  test->censored[row], unused);
        weight += (double)test->weight[row];
    }
    return weight > 0 ? sum / weight : 0;
}

static bt_status fit_model(bt_population *population, size_t m, const bt_population_data *data,
                           const bt_population_setting *setting, bt_error *error)
{
    enum { PURPOSE_FIT = 1 };
    bt_choice_model *model = &population->model[m];
    const bt_choice_data *training = &data->training.model[m];
    const bt_choice_data *validation = &data->validation.model[m];
    const bt_choice_data *test = &data->test.model[m];
    size_t n_hidden = training->n_features > 0 ? setting->n_hidden : 0;
    bt_choice_fit_setting fit = bt_choice_fit_defaults(
        bt_stream_open(bt_random_key_of(setting->seed, 0, 0), (uint32_t)m, PURPOSE_FIT));
    fit.ridge = setting->ridge;
    fit.most_epochs = setting->most_epochs;
    fit.learning_rate = setting->learning_rate;
    fit.context = setting->context;
    fit.is_interrupted = setting->is_interrupted;
    population->curve[m] =
        BT_ARENA_NEW(population->arena, setting->most_epochs + 1, bt_choice_epoch);
    if (population->curve[m] == NULL ||
        !bt_choice_model_create(model, training->n_features, training->n_classes,
                                setting->hidden, n_hidden, population->arena))
        return bt_fail(error, BT_INTERNAL, "there is no memory for a model");
    bt_status status = bt_choice_fit(model, training, validation, &fit, population->curve[m],
                                     &population->n_epochs[m], error);
    if (status != BT_OK)
        return status;
    population->score[m] =
        (bt_model_score){.rows = (double)training->n_rows,
                         .training = bt_choice_log_likelihood(model, training),
                         .validation = bt_choice_log_likelihood(model, validation),
                         .test = bt_choice_log_likelihood(model, test),
                         .shares = score_of_shares(training, test)};
    if (setting->progress != NULL)
        setting->progress(setting->context, m, population->score[m].test);
    return BT_OK;
}

bt_status bt_population_fit(const bt_population_data *data,
                            const bt_population_setting *setting, bt_population *population,
                            bt_error *error)
{
    *population = (bt_population){.arena = bt_arena_create(), .discriminator = NAN};
    if (population->arena == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for a population");
    memcpy(population->concession, data->training.concession, sizeof population->concession);
    bt_status status = BT_OK;
    for (size_t m = 0; m < BT_DECISION_MODELS && status == BT_OK; m++)
        status = fit_model(population, m, data, setting, error);
    return status;
}

void bt_population_free(bt_population *population)
{
    bt_arena_destroy(population->arena);
    population->arena = NULL;
}

/* ---- what it does ---- */

size_t bt_population_draw(const bt_population *population, size_t model, const double *feature,
                          bt_stream *stream)
{
    double probability[BT_CHOICE_WIDEST];
    bt_choice_model_probabilities(&population->model[model], feature, probability);
    return bt_choice_draw(probability, population->model[model].n_classes, stream);
}

static size_t draw_class(const bt_population *population, size_t model,
                         const bt_decision *decision, bt_stream *stream)
{
    double feature[BT_CHOICE_MOST_FEATURES];
    bt_decision_features(model, decision, feature);
    return bt_population_draw(population, model, feature, stream);
}

/* A whole per cent of a class, as often as in the data; equally likely where the data have
 * none. */
static int draw_percent(const double *count, uint32_t turn, size_t class_, bt_stream *stream)
{
    double all = 0, weight[101] = {0};
    int last = 0;
    for (int pass = 0; pass < 2 && !(all > 0); pass++) {
        for (int percent = 1; percent < 100; percent++) {
            if (bt_concession_class(turn, percent) != class_)
                continue;
            weight[percent] = pass == 0 ? count[percent] : 1;
            all += weight[percent];
        }
    }
    double rank = bt_stream_uniform(stream) * all;
    for (int percent = 1; percent < 100; percent++) {
        if (!(weight[percent] > 0))
            continue;
        last = percent;
        if (rank < weight[percent])
            break;
        rank -= weight[percent];
    }
    return last;
}

double bt_population_concession(const bt_population *population, const bt_decision *decision,
                                bt_stream *stream)
{
    uint32_t turn = decision->turn;
    size_t model = BT_MODEL_CONCESSION + turn - 1;
    size_t class_ = draw_class(population, model, decision, stream);
    if (turn == BT_BARGAINING_TURNS) {
        bt_stream_next(stream);
        return class_ == 0;
    }
    if (turn == 1 && class_ == 0) /* nobody has come to offer nothing */
        class_ = 1;
    if (class_ < 2) {
        bt_stream_next(stream);
        return (double)class_;
    }
    return 0.01 * draw_percent(population->concession[turn - 1], turn, class_, stream);
}

bool bt_population_message(const bt_population *population, const bt_decision *decision,
                           double concession, bt_stream *stream)
{
    bt_decision made = *decision;
    made.own = concession;
    return draw_class(population, BT_MODEL_MESSAGE + decision->turn - 1, &made, stream) == 1;
}

int64_t bt_population_delay(const bt_population *population, const bt_decision *decision,
                            bt_stream *stream)
{
    size_t model = BT_MODEL_DELAY + decision->turn - 2;
    return bt_delay_draw(draw_class(population, model, decision, stream), stream);
}
