/* bertrand evaluate MODEL.h5 SEQUENCES */
#include <stdio.h>
#include <stdlib.h>

#include <cblas.h>

#include "experiments/commands/command_line.h"
#include "experiments/commands/ranking_table.h"

static const bt_command_option options[] = {
    {.name = "seed", .argument = "N", .meaning = "of users and candidates (default: 1)"},
    {.name = "candidates",
     .argument = "N",
     .meaning = "items among which a held-back one is ranked (default: 100)"},
    {.name = "users", .argument = "N", .meaning = "most users to judge by (default: 10000)"},
};

enum { SEQUENCES_AT_ONCE = 128 };

static bt_status read_settings(const bt_command *command, const bt_arguments *arguments,
                               bt_sequence_training_settings *settings, bt_error *error)
{
    int64_t seed = 1, candidates = 100, users = 10000;
    bt_status status =
        bt_argument_integer(command, arguments, "seed", 0, INT64_C(1) << 53, &seed, error);
    if (status == BT_OK)
        status = bt_argument_integer(command, arguments, "candidates", 1, 1000000, &candidates,
                                     error);
    if (status == BT_OK)
        status = bt_argument_integer(command, arguments, "users", 1, INT64_C(1) << 31, &users,
                                     error);
    *settings = (bt_sequence_training_settings){.seed = (uint64_t)seed,
                                                .batch = SEQUENCES_AT_ONCE,
                                                .n_candidates = (size_t)candidates,
                                                .max_judged = (size_t)users};
    return status;
}

static bt_status judge(const bt_arguments *arguments,
                       const bt_sequence_training_settings *settings, bt_arena *arena,
                       bt_error *error)
{
    bt_read_model model;
    bt_sequence_data data;
    bt_sequence_trainer trainer;
    bt_ranking_quality quality;
    const char *model_path = arguments->positional[0], *data_path = arguments->positional[1];
    bt_status status = bt_sequence_data_read(data_path, arena, &data, error);
    if (status == BT_OK)
        status = bt_sequence_model_read(model_path, settings->batch, arena, &model, error);
    if (status != BT_OK)
        return status;
    if (data.n_items > model.n_items)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s has an item %zu; the model %s knows items 1 to %zu", data_path,
                       data.n_items, model_path, model.n_items);
    if (!bt_sequence_trainer_create(&trainer, settings, &data, model.type, model.self, arena))
        return bt_fail(error, BT_INTERNAL, "out of memory");
    bt_sequence_judge(&trainer, BT_TEST, &quality);
    if (quality.n_users == 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "no user of %s has three choices, so that none is held back for a test",
                       data_path);
    bt_ranking_table_print(&quality, stdout);
    return BT_OK;
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    bt_sequence_training_settings settings;
    bt_status status = read_settings(command, arguments, &settings, error);
    if (status != BT_OK)
        return status;
    openblas_set_num_threads(1);
    bt_arena *arena = bt_arena_create();
    status = arena == NULL ? bt_fail(error, BT_INTERNAL, "out of memory")
                           : judge(arguments, &settings, arena, error);
    bt_arena_destroy(arena);
    return status;
}

const bt_command bt_verb_evaluate = {
    .name = "evaluate",
    .synopsis = "evaluate MODEL.h5 SEQUENCES [options]",
    .summary = "Judge a trained recommender on each user's last choice",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 2,
    .max_positional = 2,
    .run = run,
};
