#include "experiments/commands/train_sequences.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "experiments/commands/command_line.h"
#include "experiments/commands/interruption.h"
#include "experiments/commands/ranking_table.h"
#include "experiments/experiment_file.h"
#include "experiments/runner/progress.h"
#include "experiments/runner/wall_clock.h"
#include "experiments/training/training.h"

/* A call of the verb. */
typedef struct call {
    bool quiet;
    bt_progress progress;
    uint64_t max_epochs;
} call;

static void began(void *context, const bt_sequence_data *data, const bt_weights *weights,
                  uint64_t epoch)
{
    const call *self = context;
    if (self->quiet)
        return;
    printf("%zu users, %zu items, %zu choices; %zu weights\n", data->n_users, data->n_items,
           data->n_actions, weights->count);
    if (epoch > 0)
        printf("going on after epoch %" PRIu64 "\n", epoch);
}

static void after_epoch(void *context, const bt_sequence_trainer *trainer, double loss)
{
    call *self = context;
    char label[64];
    snprintf(label, sizeof(label), "epoch %" PRIu64 ", loss %.4f", trainer->epoch, loss);
    bt_progress_show_share(&self->progress, label,
                           (double)trainer->epoch / (double)self->max_epochs, bt_wall_clock());
}

static void after_judgement(void *context, const bt_sequence_trainer *trainer, double loss,
                            const bt_ranking_quality *quality)
{
    call *self = context;
    if (self->quiet)
        return;
    bt_progress_clear(&self->progress);
    printf("epoch %4" PRIu64 "  loss %.4f  validation HR@10 %.4f  NDCG@10 %.4f%s\n",
           trainer->epoch, loss, quality->hit_rate[1], quality->ndcg[1],
           trainer->misses == 0 ? "  best" : "");
    fflush(stdout);
}

static bt_status train(const bt_command *command, const bt_arguments *arguments,
                       const bt_document *document, const bt_training_file *file,
                       bt_error *error)
{
    bool quiet = bt_argument_given(command, arguments, "quiet");
    call self = {.quiet = quiet,
                 .progress =
                     bt_progress_begin(quiet ? NULL : stderr, isatty(STDERR_FILENO) != 0,
                                       bt_may_colour(stderr), bt_wall_clock()),
                 .max_epochs = (uint64_t)file->training.epochs};
    const bt_training_listener listener = {.context = &self,
                                           .began = began,
                                           .epoch = after_epoch,
                                           .judged = after_judgement,
                                           .is_interrupted = bt_interruption_came};
    char *output = NULL;
    bt_ranking_quality test;
    uint64_t best_epoch = 0;
    bt_status status =
        bt_verb_output(command, arguments, document, ".model.h5", &output, error);
    bt_interruption_catch();
    if (status == BT_OK)
        status = bt_train(file, output, bt_argument_given(command, arguments, "resume"),
                          bt_argument_given(command, arguments, "force"), &listener, &test,
                          &best_epoch, error);
    bt_progress_clear(&self.progress);
    if (status == BT_OK) {
        printf("%s: %s, best after epoch %" PRIu64 "\n", output, file->model.type->name,
               best_epoch);
        bt_ranking_table_print(&test, stdout);
    }
    free(output);
    return status;
}

bt_status bt_train_sequences(const bt_command *command, const bt_arguments *given,
                             bt_error *error)
{
    bt_arguments after_kind = *given;
    after_kind.positional++;
    after_kind.n_positional--;
    const bt_arguments *arguments = &after_kind;
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    bt_arena *arena = bt_arena_create();
    if (diagnostics == NULL || arena == NULL) {
        bt_diagnostics_destroy(diagnostics);
        bt_arena_destroy(arena);
        return bt_fail(error, BT_INTERNAL, "out of memory");
    }
    bt_document *document = NULL;
    char *overrides = NULL;
    bt_training_file file;
    bt_status status =
        bt_verb_read_experiment(command, arguments, &document, &overrides, diagnostics, error);
    if (document != NULL && (status == BT_OK || status == BT_BAD_INPUT))
        bt_bind(bt_document_root(document), &bt_training_file_table, &file, arena, diagnostics);
    if (bt_diagnostics_reported(diagnostics) > 0) {
        bt_diagnostics_print(diagnostics, stderr);
        status = status == BT_OK ? BT_BAD_INPUT : status;
        error->message[0] = '\0';
    }
    if (status == BT_OK)
        status = train(command, arguments, document, &file, error);
    free(overrides);
    bt_document_destroy(document);
    bt_arena_destroy(arena);
    bt_diagnostics_destroy(diagnostics);
    return status;
}
