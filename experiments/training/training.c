#include "experiments/training/training.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cblas.h>

#include "experiments/experiment_file.h"
#include "sim/file_io.h"
#include "sim/hash.h"

/* One training: what it is made of. */
typedef struct training {
    const bt_training_file *file;
    const bt_sequence_model_type *type;
    bt_arena *arena;
    bt_sequence_data data;
    void *model;
    bt_sequence_trainer trainer;
    uint64_t identity; /* of settings and data */
    char *state_path;
} training;

/* ---- setting up ---- */

static bt_sequence_training_settings settings_of(const bt_training_file *file)
{
    const bt_training_parameters *of = &file->training;
    return (bt_sequence_training_settings){
        .seed = (uint64_t)file->seed,
        .batch = (size_t)of->batch,
        .max_epochs = (size_t)of->epochs,
        .evaluate_every = (size_t)of->judge_every,
        .patience = (size_t)of->patience,
        .n_candidates = (size_t)of->candidates,
        .max_judged = (size_t)of->judged_users,
        .averaging = of->averaging,
        .adam = {.learning_rate = of->learning_rate,
                 .first_decay = of->first_decay,
                 .second_decay = of->second_decay,
                 .epsilon = 1e-8,
                 .weight_decay = of->weight_decay},
    };
}

static bt_status identify(training *of, bt_error *error)
{
    char *text = NULL;
    bt_status status = bt_unbind(&bt_training_file_table, of->file, &text, error);
    if (status == BT_OK) {
        of->identity = bt_hash_bytes(BT_HASH_START, text, strlen(text));
        of->identity =
            bt_hash_bytes(of->identity, of->data.item, of->data.n_actions * sizeof(uint32_t));
    }
    free(text);
    return status;
}

static bt_status set_up(training *of, bt_error *error)
{
    const bt_training_file *file = of->file;
    bt_status status = bt_sequence_data_read(file->data, of->arena, &of->data, error);
    if (status != BT_OK)
        return status;
    const bt_sequence_training_settings settings = settings_of(file);
    const bt_sequence_model_setting setting = {.n_items = of->data.n_items,
                                               .max_sequences = settings.batch,
                                               .dropout_key =
                                                   bt_sequence_dropout_key(settings.seed),
                                               .arena = of->arena};
    status = of->type->create(file->model.parameters, &setting, &of->model, error);
    if (status != BT_OK)
        return status;
    if (!bt_sequence_trainer_create(&of->trainer, &settings, &of->data, of->type, of->model,
                                    of->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for the training");
    bt_sequence_fill(&of->trainer);
    return identify(of, error);
}

/* ---- its state on disk ---- */

static void archive_training(training *of, bt_archive *archive)
{
    uint64_t identity = of->identity;
    bt_archive_field(archive, "identity", &identity, sizeof(identity));
    if (identity != of->identity)
        bt_archive_fail(archive, "it is the state of a training with other settings or data");
    bt_sequence_trainer_archive(&of->trainer, archive);
}

static bt_status save_state(training *of, bt_error *error)
{
    bt_archive *archive = bt_archive_create();
    if (archive == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the state of the training");
    archive_training(of, archive);
    size_t size;
    const void *bytes = bt_archive_bytes(archive, &size);
    bt_status status = bytes == NULL ? bt_archive_status(archive, error)
                                     : bt_file_replace(of->state_path, bytes, size, error);
    bt_archive_destroy(archive);
    return status;
}

static bt_status restore_state(training *of, bt_error *error)
{
    void *bytes;
    size_t size = 0;
    bt_archive *archive = NULL;
    bt_status status = bt_file_read_all(of->state_path, &bytes, &size, error);
    if (status != BT_OK)
        return status;
    status = bt_archive_open(bytes, size, &archive, error);
    if (status == BT_OK) {
        archive_training(of, archive);
        status = bt_archive_status(archive, error);
    }
    if (status == BT_OK && !bt_archive_at_end(archive))
        status = bt_fail(error, BT_BAD_INPUT, "it holds more than this training's state");
    if (status != BT_OK)
        bt_error_prefix(error, "%s cannot be continued", of->state_path);
    bt_archive_destroy(archive);
    free(bytes);
    return status;
}

/* ---- training ---- */

static bool is_interrupted(const bt_training_listener *listener)
{
    return listener->is_interrupted != NULL && listener->is_interrupted(listener->context);
}

static bt_status judge(training *of, double loss, const bt_training_listener *listener,
                       bt_error *error)
{
    bt_ranking_quality quality;
    bt_sequence_validate(&of->trainer, &quality);
    if (listener->judged != NULL)
        listener->judged(listener->context, &of->trainer, loss, &quality);
    return save_state(of, error);
}

/* Epoch by epoch. Interrupted, it stops after one, with its state on disk. */
static bt_status go_through_epochs(training *of, const bt_training_listener *listener,
                                   bt_error *error)
{
    bt_sequence_trainer *trainer = &of->trainer;
    bt_status status = BT_OK;
    while (status == BT_OK && !bt_sequence_is_over(trainer)) {
        double loss = bt_sequence_epoch(trainer);
        if (listener->epoch != NULL)
            listener->epoch(listener->context, trainer, loss);
        if (trainer->epoch % trainer->settings.evaluate_every == 0 ||
            trainer->epoch == trainer->settings.max_epochs)
            status = judge(of, loss, listener, error);
        if (status == BT_OK && is_interrupted(listener) && !bt_sequence_is_over(trainer)) {
            status = save_state(of, error);
            if (status == BT_OK)
                status =
                    bt_fail(error, BT_INTERRUPTED,
                            "interrupted after epoch %" PRIu64 "; `--resume` goes on from %s",
                            trainer->epoch, of->state_path);
        }
    }
    return status;
}

static bt_status train(training *of, const char *output, bool resumes, bool replace,
                       const bt_training_listener *listener, bt_error *error)
{
    bool has_state = bt_file_exists(of->state_path);
    if (has_state && !resumes && !replace)
        return bt_fail(error, BT_CANNOT_CREATE,
                       "%s holds the state of a training that did not end: go on with "
                       "--resume, or begin anew with --force",
                       of->state_path);
    bt_status status = has_state && resumes ? restore_state(of, error) : BT_OK;
    if (status != BT_OK)
        return status;
    if (listener->began != NULL)
        listener->began(listener->context, &of->data, of->trainer.weights, of->trainer.epoch);
    status = go_through_epochs(of, listener, error);
    if (status != BT_OK)
        return status;
    bt_sequence_take_best(&of->trainer);
    return bt_sequence_model_write(output, of->type, of->file->model.parameters,
                                   of->data.n_items, of->trainer.weights, replace, error);
}

bt_status bt_train(const bt_training_file *file, const char *output, bool resumes, bool replace,
                   const bt_training_listener *listener, bt_ranking_quality *test,
                   uint64_t *best_epoch, bt_error *error)
{
    if (bt_file_exists(output) && !replace)
        return bt_fail(error, BT_CANNOT_CREATE, "%s is there already; --force replaces it",
                       output);
    openblas_set_num_threads(1); /* sums in one order, whatever the machine */
    training of = {.file = file,
                   .type = (const bt_sequence_model_type *)file->model.type,
                   .arena = bt_arena_create(),
                   .state_path = bt_text_join(output, ".part", "")};
    bt_status status = BT_OK;
    if (of.arena == NULL || of.state_path == NULL)
        status = bt_fail(error, BT_INTERNAL, "out of memory for the training");
    if (status == BT_OK)
        status = set_up(&of, error);
    if (status == BT_OK)
        status = train(&of, output, resumes, replace, listener, error);
    if (status == BT_OK) {
        bt_sequence_judge(&of.trainer, BT_TEST, test);
        *best_epoch = of.trainer.best_epoch;
        bt_file_discard(of.state_path);
    }
    bt_arena_destroy(of.arena);
    free(of.state_path);
    return status;
}
