#include <math.h>
#include <string.h>

#include "agents/bargaining/fitted/population.h"
#include "sim/column_file.h"
#include "sim/column_reader.h"

enum { MODELS, FEATURES, WEIGHTS, CONCESSIONS, EPOCHS, SCORES, TABLES, TABLES_READ = EPOCHS };

typedef struct model_row {
    uint8_t model;
    uint32_t n_features, n_classes, n_layers;
    uint32_t width[BT_CHOICE_MOST_LAYERS];
    bt_model_score score;
} model_row;

typedef struct feature_row {
    uint8_t model;
    double mean, scale;
} feature_row;

typedef struct weight_row {
    double value;
} weight_row;

typedef struct concession_row {
    uint8_t turn, percent;
    double weight;
} concession_row;

typedef struct epoch_row {
    uint8_t model;
    double training, validation;
} epoch_row;

typedef struct score_row {
    double discriminator;
} score_row;

#define COLUMN(row, member, kind, prefix, suffix, meaning)                                     \
    {                                                                                          \
        .name = prefix "_" suffix, .long_name = meaning, .units = "1",                         \
        .type = BT_COLUMN_##kind, .offset = offsetof(row, member)                              \
    }

static const bt_column model_columns[] = {
    COLUMN(model_row, model, UINT8, "model", "decision", "decision that is modelled"),
    COLUMN(model_row, n_features, UINT32, "model", "features", "number of features"),
    COLUMN(model_row, n_classes, UINT32, "model", "classes", "number of classes"),
    COLUMN(model_row, n_layers, UINT32, "model", "layers", "layers (1: multinomial logit)"),
    COLUMN(model_row, width[0], UINT32, "model", "width_1", "outputs of the first layer"),
    COLUMN(model_row, width[1], UINT32, "model", "width_2", "outputs of the second, or 0"),
    COLUMN(model_row, width[2], UINT32, "model", "width_3", "outputs of the third, or 0"),
    COLUMN(model_row, width[3], UINT32, "model", "width_4", "outputs of the fourth, or 0"),
    COLUMN(model_row, score.rows, DOUBLE, "model", "rows", "observations it was estimated on"),
    COLUMN(model_row, score.training, DOUBLE, "model", "log_likelihood",
           "mean log likelihood of the training rows"),
    COLUMN(model_row, score.validation, DOUBLE, "model", "log_likelihood_validation",
           "of the validation rows"),
    COLUMN(model_row, score.test, DOUBLE, "model", "log_likelihood_test", "of the test rows"),
    COLUMN(model_row, score.shares, DOUBLE, "model", "log_likelihood_shares",
           "of the test rows by the shares of the classes alone"),
};

static const bt_column feature_columns[] = {
    COLUMN(feature_row, model, UINT8, "feature", "model", "decision"),
    COLUMN(feature_row, mean, DOUBLE, "feature", "mean", "taken off the feature"),
    COLUMN(feature_row, scale, DOUBLE, "feature", "scale", "then multiplied by"),
};

static const bt_column weight_columns[] = {
    COLUMN(weight_row, value, DOUBLE, "weight", "value",
           "model by model, layer by layer: weights [input, output], then biases"),
};

static const bt_column concession_columns[] = {
    COLUMN(concession_row, turn, UINT8, "concession", "turn", "turn"),
    COLUMN(concession_row, percent, UINT8, "concession", "percent", "concession in per cent"),
    COLUMN(concession_row, weight, DOUBLE, "concession", "weight", "how often it was made"),
};

static const bt_column epoch_columns[] = {
    COLUMN(epoch_row, model, UINT8, "epoch", "model", "decision"),
    COLUMN(epoch_row, training, DOUBLE, "epoch", "training",
           "mean log likelihood of the training rows after the epoch, less the ridge"),
    COLUMN(epoch_row, validation, DOUBLE, "epoch", "validation",
           "of the validation rows (NaN: not looked at)"),
};

static const bt_column score_columns[] = {
    COLUMN(score_row, discriminator, DOUBLE, "score", "discriminator",
           "area under the curve of a network that tells simulated threads from recorded ones"),
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const bt_column_table tables[TABLES] = {
    [MODELS] = {"model", "model of a decision", model_columns, LENGTH(model_columns),
                sizeof(model_row)},
    [FEATURES] = {"feature", "feature of a model", feature_columns, LENGTH(feature_columns),
                  sizeof(feature_row)},
    [WEIGHTS] = {"weight", "weight of a model", weight_columns, LENGTH(weight_columns),
                 sizeof(weight_row)},
    [CONCESSIONS] = {"concession", "concession of a turn", concession_columns,
                     LENGTH(concession_columns), sizeof(concession_row)},
    [EPOCHS] = {"epoch", "epoch of an estimation", epoch_columns, LENGTH(epoch_columns),
                sizeof(epoch_row)},
    [SCORES] = {"score", "score of the population", score_columns, LENGTH(score_columns),
                sizeof(score_row)},
};

/* ---- saving ---- */

static bt_status save_layers(const bt_choice_model *model, bt_column_file *file,
                             bt_error *error)
{
    bt_status status = BT_OK;
    for (size_t k = 0; k < model->n_layers && status == BT_OK; k++) {
        const bt_choice_layer *layer = &model->layer[k];
        status = bt_column_file_append(file, WEIGHTS, layer->weight,
                                       layer->inputs * layer->outputs, error);
        if (status == BT_OK)
            status = bt_column_file_append(file, WEIGHTS, layer->bias, layer->outputs, error);
    }
    return status;
}

static bt_status save_model(const bt_population *population, size_t m, bt_column_file *file,
                            bt_error *error)
{
    const bt_choice_model *model = &population->model[m];
    model_row row = {.model = (uint8_t)m,
                     .n_features = (uint32_t)model->n_features,
                     .n_classes = (uint32_t)model->n_classes,
                     .n_layers = (uint32_t)model->n_layers,
                     .score = population->score[m]};
    for (size_t k = 0; k < model->n_layers; k++)
        row.width[k] = (uint32_t)model->layer[k].outputs;
    bt_status status = bt_column_file_append(file, MODELS, &row, 1, error);
    for (size_t i = 0; i < model->n_features && status == BT_OK; i++) {
        feature_row feature = {(uint8_t)m, model->mean[i], model->scale[i]};
        status = bt_column_file_append(file, FEATURES, &feature, 1, error);
    }
    if (status == BT_OK)
        status = save_layers(model, file, error);
    for (size_t e = 0; e < population->n_epochs[m] && status == BT_OK; e++) {
        const bt_choice_epoch *epoch = &population->curve[m][e];
        epoch_row line = {(uint8_t)m, epoch->training, epoch->validation};
        status = bt_column_file_append(file, EPOCHS, &line, 1, error);
    }
    return status;
}

static bt_status save_concessions(const bt_population *population, bt_column_file *file,
                                  bt_error *error)
{
    bt_status status = BT_OK;
    for (uint8_t turn = 0; turn < BT_BARGAINING_TURNS; turn++)
        for (uint8_t percent = 0; percent <= 100 && status == BT_OK; percent++) {
            concession_row row = {turn + 1, percent, population->concession[turn][percent]};
            status = bt_column_file_append(file, CONCESSIONS, &row, 1, error);
        }
    return status;
}

static bt_status save_all(const bt_population *population, bt_column_file *file,
                          bt_error *error)
{
    const char *names[BT_DECISION_MODELS];
    score_row score = {population->discriminator};
    for (size_t m = 0; m < BT_DECISION_MODELS; m++)
        names[m] = bt_decision_model_name(m);
    bt_status status = bt_column_file_describe(file, "bertrand_population_format", "1", error);
    if (status == BT_OK)
        status = bt_column_file_name_flags(file, MODELS, 0, names, BT_DECISION_MODELS, error);
    for (size_t m = 0; m < BT_DECISION_MODELS && status == BT_OK; m++)
        status = save_model(population, m, file, error);
    if (status == BT_OK)
        status = save_concessions(population, file, error);
    return status == BT_OK ? bt_column_file_append(file, SCORES, &score, 1, error) : status;
}

bt_status bt_population_save(const bt_population *population, const char *path, bool force,
                             bt_error *error)
{
    bt_column_file *file;
    bt_status status = bt_column_file_create(path, force, tables, TABLES, &file, error);
    if (status != BT_OK)
        return status;
    status = save_all(population, file, error);
    if (status == BT_OK)
        return bt_column_file_close(file, error);
    bt_column_file_abandon(file);
    return status;
}

/* ---- loading ---- */

/* A file being read: the next row of each table. */
typedef struct loader {
    const char *path;
    bt_column_reader *reader;
    size_t next[TABLES_READ];
    bt_error *error;
} loader;

static bt_status refuse(const loader *self, const char *what)
{
    return bt_fail(self->error, BT_BAD_INPUT, "%s: this is no population of this program: %s",
                   self->path, what);
}

static bt_status take(loader *self, size_t table, size_t count, void *rows)
{
    if (count > bt_column_reader_rows(self->reader, table) - self->next[table])
        return refuse(self, "rows are missing");
    bt_status status = BT_OK;
    if (count > 0)
        status = bt_column_reader_read(self->reader, table, self->next[table], count, rows,
                                       self->error);
    self->next[table] += count;
    return status;
}

static bt_status take_numbers(loader *self, size_t count, double *number)
{
    bt_status status = take(self, WEIGHTS, count, number);
    for (size_t i = 0; i < count && status == BT_OK; i++)
        if (!isfinite(number[i]))
            return refuse(self, "a weight is not a number");
    return status;
}

static bt_status load_model(loader *self, size_t m, bt_population *population)
{
    model_row row;
    bt_choice_model *model = &population->model[m];
    size_t hidden[BT_CHOICE_MOST_LAYERS] = {0};
    bt_status status = take(self, MODELS, 1, &row);
    if (status != BT_OK)
        return status;
    if (row.model != m || row.n_features != bt_decision_model_features(m) ||
        row.n_classes != bt_decision_model_classes(m) || row.n_layers < 1 ||
        row.n_layers > BT_CHOICE_MOST_LAYERS)
        return refuse(self, "its models have other features or classes");
    for (size_t k = 0; k + 1 < row.n_layers; k++)
        hidden[k] = row.width[k];
    if (!bt_choice_model_create(model, row.n_features, row.n_classes, hidden, row.n_layers - 1,
                                population->arena))
        return refuse(self, "a layer is too wide");
    population->score[m] = row.score;
    for (size_t i = 0; i < model->n_features && status == BT_OK; i++) {
        feature_row feature = {0};
        status = take(self, FEATURES, 1, &feature);
        if (status == BT_OK && (!isfinite(feature.mean) || !isfinite(feature.scale)))
            return refuse(self, "a feature's scale is not a number");
        model->mean[i] = feature.mean;
        model->scale[i] = feature.scale;
    }
    for (size_t k = 0; k < model->n_layers && status == BT_OK; k++) {
        bt_choice_layer *layer = &model->layer[k];
        status = take_numbers(self, layer->inputs * layer->outputs, layer->weight);
        if (status == BT_OK)
            status = take_numbers(self, layer->outputs, layer->bias);
    }
    return status;
}

static bt_status load_concessions(loader *self, bt_population *population)
{
    bt_status status = BT_OK;
    for (size_t turn = 0; turn < BT_BARGAINING_TURNS; turn++)
        for (size_t percent = 0; percent <= 100 && status == BT_OK; percent++) {
            concession_row row = {0};
            status = take(self, CONCESSIONS, 1, &row);
            if (status == BT_OK && !(row.weight >= 0 && row.weight < 1e15))
                return refuse(self, "a concession's weight is no weight");
            population->concession[turn][percent] = row.weight;
        }
    return status;
}

static bt_status load_all(const char *path, bt_population *population, bt_error *error)
{
    loader self = {.path = path, .error = error};
    bt_status status = bt_column_reader_open(path, tables, TABLES_READ, &self.reader, error);
    for (size_t m = 0; m < BT_DECISION_MODELS && status == BT_OK; m++)
        status = load_model(&self, m, population);
    if (status == BT_OK)
        status = load_concessions(&self, population);
    bt_column_reader_close(self.reader);
    return status;
}

bt_status bt_population_load(const char *path, bt_population *population, bt_error *error)
{
    bt_status status;
    *population = (bt_population){.arena = bt_arena_create(), .discriminator = NAN};
    if (population->arena == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for a population");
#pragma omp critical(bt_population_load) /* HDF5 is for one thread at a time */
    status = load_all(path, population, error);
    if (status != BT_OK)
        bt_population_free(population);
    return status;
}
