/* bertrand train KIND FILE */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/bargaining/fitted/discriminator.h"
#include "analysis/csv_writer.h"
#include "experiments/commands/command_line.h"
#include "experiments/commands/interruption.h"
#include "experiments/commands/train_sequences.h"
#include "experiments/document/document.h"
#include "experiments/runner/progress.h"
#include "experiments/runner/wall_clock.h"
#include "markets/bargaining/history_builder.h"
#include "markets/bargaining/history_file.h"
#include "sim/file_io.h"
#include "sim/json.h"

static const bt_command_option options[] = {
    {.name = "output", .letter = 'o', .argument = "FILE.h5", .meaning = "where to write"},
    {.name = "listings",
     .argument = "N",
     .meaning = "use the first N listings of the file (default: all)"},
    {.name = "hidden",
     .argument = "N,N",
     .meaning = "networks with hidden layers of these widths (default: multinomial logits)"},
    {.name = "ridge",
     .argument = "X",
     .meaning =
         "precision of a logit's weights before the data, which are scaled (default: 5)"},
    {.name = "epochs",
     .argument = "N",
     .meaning = "at most so many iterations of a logit, or epochs of a network (default: 200)"},
    {.name = "learning-rate", .argument = "X", .meaning = "of networks (default: 1e-3)"},
    {.name = "seed", .argument = "N", .meaning = "of weights, order and plays (default: 1)"},
    {.name = "format", .argument = "FORMAT", .meaning = "of the scores: table, json or csv"},
    {.name = "set",
     .argument = "PATH=VALUE",
     .meaning = "replace a value of a training file",
     .repeatable = true},
    {.name = "resume", .letter = 'r', .meaning = "go on where a training of sequences stopped"},
    {.name = "force", .letter = 'f', .meaning = "replace an existing file"},
    {.name = "quiet", .letter = 'q', .meaning = "show no progress"},
};

typedef enum score_format { TABLE, JSON, CSV } score_format;

/* A call of the verb. */
typedef struct call {
    const bt_command *command;
    const bt_arguments *arguments;
    const char *output;
    bool force;
    score_format format;
    int64_t most_listings;
    bt_population_setting setting;
    bt_progress progress;
} call;

/* ---- options ---- */

static bt_status read_format(call *self, bt_error *error)
{
    static const char *const names[] = {"table", "json", "csv"};
    const char *given = bt_argument(self->command, self->arguments, "format");
    for (size_t i = 0; given != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(given, names[i]) == 0) {
            self->format = (score_format)i;
            return BT_OK;
        }
    }
    if (given == NULL)
        return BT_OK;
    return bt_fail(error, BT_BAD_USAGE, "--format %s: known are table, json and csv", given);
}

static bt_status read_real(const call *self, const char *option, double *value, bt_error *error)
{
    const char *text = bt_argument(self->command, self->arguments, option);
    if (text == NULL || (bt_text_to_real(text, value) && *value > 0 && *value < 1e6))
        return BT_OK;
    return bt_fail(error, BT_BAD_USAGE, "--%s %s: a number above 0 is wanted", option, text);
}

static bt_status read_widths(call *self, bt_error *error)
{
    const char *text = bt_argument(self->command, self->arguments, "hidden");
    bt_population_setting *setting = &self->setting;
    for (const char *next = text; next != NULL && *next != '\0';) {
        char number[16] = "";
        int64_t width = 0;
        size_t length = strcspn(next, ",");
        if (length < sizeof number)
            memcpy(number, next, length);
        if (!bt_text_to_integer(number, &width) || width < 1 || width > BT_CHOICE_WIDEST ||
            setting->n_hidden == BT_CHOICE_MOST_LAYERS - 1)
            return bt_fail(error, BT_BAD_USAGE,
                           "--hidden %s: at most %d widths from 1 to %d are wanted", text,
                           BT_CHOICE_MOST_LAYERS - 1, BT_CHOICE_WIDEST);
        setting->hidden[setting->n_hidden++] = (size_t)width;
        next += length + (next[length] == ',');
    }
    return BT_OK;
}

static bt_status read_options(call *self, bt_error *error)
{
    int64_t seed = 1, epochs = (int64_t)self->setting.most_epochs;
    self->output = bt_argument(self->command, self->arguments, "output");
    self->force = bt_argument_given(self->command, self->arguments, "force");
    if (self->output == NULL)
        return bt_fail(error, BT_BAD_USAGE, "train: where to write? give --output FILE.h5");
    bt_status status = read_format(self, error);
    if (status == BT_OK)
        status = read_widths(self, error);
    if (status == BT_OK)
        status = read_real(self, "ridge", &self->setting.ridge, error);
    if (status == BT_OK)
        status = read_real(self, "learning-rate", &self->setting.learning_rate, error);
    if (status == BT_OK)
        status = bt_argument_integer(self->command, self->arguments, "seed", 0,
                                     INT64_C(1) << 53, &seed, error);
    if (status == BT_OK)
        status = bt_argument_integer(self->command, self->arguments, "epochs", 1, 100000,
                                     &epochs, error);
    self->most_listings = INT64_MAX;
    if (status == BT_OK)
        status = bt_argument_integer(self->command, self->arguments, "listings", 1, INT64_MAX,
                                     &self->most_listings, error);
    if (status == BT_OK && !self->force && bt_file_exists(self->output))
        return bt_fail(error, BT_CANNOT_CREATE, "%s exists already: --force replaces it",
                       self->output);
    self->setting.seed = (uint64_t)seed;
    self->setting.most_epochs = (size_t)epochs;
    return status;
}

/* ---- the scores ---- */

static bt_status print_table(const bt_population *population, const bt_discrimination *judged,
                             bt_error *error)
{
    printf("%-14s %10s %8s %12s %12s %12s\n", "model", "rows", "epochs", "exp(lnL)", "held out",
           "shares only");
    for (size_t m = 0; m < BT_DECISION_MODELS; m++) {
        const bt_model_score *score = &population->score[m];
        if (score->rows == 0)
            printf("%-14s %10s  no observations: equal chances\n", bt_decision_model_name(m),
                   "0");
        else
            printf("%-14s %10.0f %8zu %12.4f %12.4f %12.4f\n", bt_decision_model_name(m),
                   score->rows, population->n_epochs[m], exp(score->training), exp(score->test),
                   exp(score->shares));
    }
    if (isnan(judged->area))
        printf("discriminator: too few held-out threads to judge\n");
    else
        printf("discriminator: AUC %.4f +- %.4f (%zu recorded, %zu simulated threads)\n",
               judged->area, judged->standard_error, judged->recorded, judged->simulated);
    return ferror(stdout) ? bt_fail(error, BT_IO, "the scores cannot be written") : BT_OK;
}

static bt_status print_json(const bt_population *population, const bt_discrimination *judged,
                            bt_error *error)
{
    bt_json json = bt_json_to(stdout);
    bt_json_begin_object(&json, NULL);
    bt_json_begin_array(&json, "models");
    for (size_t m = 0; m < BT_DECISION_MODELS; m++) {
        const bt_model_score *score = &population->score[m];
        bt_json_begin_flat_object(&json, NULL);
        bt_json_text(&json, "model", bt_decision_model_name(m));
        bt_json_number(&json, "rows", score->rows);
        bt_json_integer(&json, "epochs", (int64_t)population->n_epochs[m]);
        bt_json_number(&json, "log_likelihood", score->training);
        bt_json_number(&json, "log_likelihood_validation", score->validation);
        bt_json_number(&json, "log_likelihood_test", score->test);
        bt_json_number(&json, "log_likelihood_shares", score->shares);
        bt_json_end(&json);
    }
    bt_json_end(&json);
    bt_json_begin_flat_object(&json, "discriminator");
    bt_json_number(&json, "area_under_curve", judged->area);
    bt_json_number(&json, "standard_error", judged->standard_error);
    bt_json_integer(&json, "recorded_threads", (int64_t)judged->recorded);
    bt_json_integer(&json, "simulated_threads", (int64_t)judged->simulated);
    bt_json_end(&json);
    bt_json_end(&json);
    return bt_json_finish(&json, error);
}

static bt_status print_csv(const bt_population *population, const bt_discrimination *judged,
                           bt_error *error)
{
    static const char *const header[] = {"model", "rows", "log_likelihood",
                                         "log_likelihood_test", "log_likelihood_shares"};
    bt_csv_writer csv = {.stream = stdout};
    for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
        bt_csv_text(&csv, header[i]);
    bt_csv_end_row(&csv);
    for (size_t m = 0; m < BT_DECISION_MODELS; m++) {
        const bt_model_score *score = &population->score[m];
        bt_csv_text(&csv, bt_decision_model_name(m));
        bt_csv_number(&csv, score->rows);
        bt_csv_number(&csv, score->training);
        bt_csv_number(&csv, score->test);
        bt_csv_number(&csv, score->shares);
        bt_csv_end_row(&csv);
    }
    bt_csv_text(&csv, "discriminator");
    bt_csv_count(&csv, judged->recorded + judged->simulated);
    bt_csv_missing(&csv);
    bt_csv_number(&csv, judged->area);
    bt_csv_missing(&csv);
    bt_csv_end_row(&csv);
    return bt_csv_finish(&csv, "standard output", error);
}

static bt_status print_scores(const call *self, const bt_population *population,
                              const bt_discrimination *judged, bt_error *error)
{
    if (self->format == JSON)
        return print_json(population, judged, error);
    return self->format == CSV ? print_csv(population, judged, error)
                               : print_table(population, judged, error);
}

/* ---- bargaining ---- */

/* A model is done: a line on a terminal's bar, and the share of models. */
static void show_progress(void *context, size_t model, double log_likelihood)
{
    call *self = context;
    char label[80];
    snprintf(label, sizeof label, "%s: held-out exp(lnL) %.4f", bt_decision_model_name(model),
             exp(log_likelihood));
    bt_progress_show_share(&self->progress, label,
                           (double)(model + 1) / (BT_DECISION_MODELS + 1), bt_wall_clock());
}

static bt_status judge(const call *self, const bt_bargaining_history *history,
                       bt_population *population, bt_discrimination *judged, bt_error *error)
{
    bt_bargaining_history simulated = {0}, recorded = {0};
    bt_bargaining_listing *chosen = NULL;
    bt_status status = bt_population_simulate(population, history, BT_PARTITION_TEST,
                                              self->setting.seed, &simulated, error);
    if (status == BT_OK)
        status = bt_history_select(history, BT_PARTITION_TEST, &recorded, &chosen, error);
    if (status == BT_OK)
        status = bt_discriminate(&recorded, &simulated, self->setting.seed, judged, error);
    population->discriminator = judged->area;
    bt_history_free(&simulated);
    free(chosen);
    return status;
}

static bt_status fit(call *self, const bt_bargaining_history *history, bt_error *error)
{
    bt_population_data data;
    bt_population population = {0};
    bt_discrimination judged;
    bt_status status = bt_population_data_make(history, &data, error);
    if (status == BT_OK)
        status = bt_population_fit(&data, &self->setting, &population, error);
    bt_population_data_free(&data);
    if (status == BT_OK)
        status = judge(self, history, &population, &judged, error);
    if (status == BT_OK)
        status = bt_population_save(&population, self->output, self->force, error);
    bt_progress_clear(&self->progress);
    if (status == BT_OK)
        status = print_scores(self, &population, &judged, error);
    bt_population_free(&population);
    return status;
}

static bt_status train_bargaining(call *self, bt_error *error)
{
    bt_bargaining_history history;
    bt_history_reader *reader;
    bt_status status = read_options(self, error);
    if (status == BT_OK)
        status = bt_history_reader_open(self->arguments->positional[1], &reader, error);
    if (status != BT_OK)
        return status;
    status = bt_history_reader_next(reader, (size_t)self->most_listings, &history, error);
    if (status == BT_OK)
        status = fit(self, &history, error);
    bt_history_reader_close(reader);
    return status;
}

/* ---- the verb ---- */

static bt_status train_sequences(call *self, bt_error *error)
{
    return bt_train_sequences(self->command, self->arguments, error);
}

/* What can be trained. */
static const struct {
    const char *name;
    size_t n_files;
    bt_status (*train)(call *self, bt_error *error);
} kinds[] = {
    {"bargaining", 1, train_bargaining},
    {"sequences", 1, train_sequences},
};

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    bool quiet = bt_argument_given(command, arguments, "quiet");
    call self = {.command = command,
                 .arguments = arguments,
                 .setting = bt_population_defaults(),
                 .progress =
                     bt_progress_begin(quiet ? NULL : stderr, isatty(STDERR_FILENO) != 0,
                                       bt_may_colour(stderr), bt_wall_clock())};
    self.setting.context = &self;
    self.setting.is_interrupted = bt_interruption_came;
    self.setting.progress = show_progress;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(arguments->positional[0], kinds[i].name) != 0)
            continue;
        if (arguments->n_positional != kinds[i].n_files + 1)
            return bt_fail(error, BT_BAD_USAGE, "train: bertrand %s", command->synopsis);
        bt_interruption_catch();
        return kinds[i].train(&self, error);
    }
    return bt_fail(error, BT_BAD_USAGE,
                   "train %s: what can be trained is bargaining and sequences",
                   arguments->positional[0]);
}

const bt_command bt_verb_train = {
    .name = "train",
    .synopsis =
        "train bargaining HISTORY.h5 -o POPULATION.h5 | sequences TRAINING.yaml [options]",
    .summary = "Estimate a population of bargainers from recorded negotiations, or train a "
               "recommender",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = 8,
    .run = run,
};
