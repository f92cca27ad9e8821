/* Sequences from files, and training on them: hostile input, the leave-one-out protocol,
 * learning a rule, the same bits again, side by side in threads, and from an archive. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/recommenders/sequence_training.h"

static char path[] = "/tmp/bertrand-sequences-XXXXXX";

static int make_path(void **state)
{
    (void)state;
    openblas_set_num_threads(1);
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_text(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* ---- files ---- */

static void choices_are_grouped_by_user_in_order(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_sequence_data data;
    bt_error error;
    write_text("7 3\n2 9\n7 1\r\n 2\t4 \n7 3\n7 2\n");
    assert_int_equal(bt_sequence_data_read(path, arena, &data, &error), BT_OK);
    assert_int_equal(data.n_users, 2);
    assert_int_equal(data.n_items, 9);
    const uint32_t offset[] = {0, 4, 6}, item[] = {3, 1, 3, 2, 9, 4};
    assert_memory_equal(data.offset, offset, sizeof(offset));
    assert_memory_equal(data.item, item, sizeof(item));
    assert_int_equal(bt_training_length(&data, 0), 2);
    assert_int_equal(bt_training_length(&data, 1), 2); /* too few to hold any back */
    bt_arena_destroy(arena);
}

static void check_refused(const char *text, const char *place)
{
    bt_arena *arena = bt_arena_create();
    bt_sequence_data data;
    bt_error error;
    char expected[128];
    write_text(text);
    assert_int_equal(bt_sequence_data_read(path, arena, &data, &error), BT_BAD_INPUT);
    snprintf(expected, sizeof(expected), "%s%s", path, place);
    if (strstr(error.message, expected) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.message, expected);
    bt_arena_destroy(arena);
}

static void malformed_lines_are_named(void **state)
{
    (void)state;
    check_refused("1 2\n1 x\n", ":2: \"1 x\"");
    check_refused("1 2\n1\n", ":2: \"1\"");
    check_refused("1 2\n\n", ":2: \"\"");
    check_refused("1 2 3\n", ":1: \"1 2 3\"");
    check_refused("0 2\n", ":1:");
    check_refused("1 -2\n", ":1:");
    check_refused("1 2147483648\n", ":1:");
    check_refused("1 99999999999999999999999\n", ":1:");
    check_refused("", " holds no choices");
    bt_arena *arena = bt_arena_create();
    bt_sequence_data data;
    bt_error error;
    assert_int_equal(bt_sequence_data_read("/nowhere/x", arena, &data, &error), BT_NO_INPUT);
    bt_arena_destroy(arena);
}

/* ---- training ---- */

enum { USERS = 200, ITEMS = 60, CHOICES = 12 };

/* Each user walks up through the items, by ones or by twos: the next item follows from the last
 * two. */
static void make_walks(bt_sequence_data *data, bt_arena *arena)
{
    bt_stream stream = bt_stream_open(bt_random_key_of(9, 0, 0), 0, 0);
    *data = (bt_sequence_data){.n_users = USERS,
                               .n_items = ITEMS,
                               .n_actions = USERS * CHOICES,
                               .offset = BT_ARENA_NEW(arena, USERS + 1, uint32_t),
                               .item = BT_ARENA_NEW(arena, USERS * CHOICES, uint32_t)};
    for (size_t u = 0; u < USERS; u++) {
        size_t at = bt_stream_below(&stream, ITEMS), pace = 1 + bt_stream_below(&stream, 2);
        data->offset[u + 1] = (uint32_t)((u + 1) * CHOICES);
        for (size_t k = 0; k < CHOICES; k++, at += pace)
            data->item[u * CHOICES + k] = 1 + (uint32_t)(at % ITEMS);
    }
}

typedef struct training {
    bt_arena *arena;
    bt_sequence_data data;
    const bt_sequence_model_type *type;
    void *model;
    bt_sequence_trainer trainer;
} training;

static void *parameters_of(const bt_sequence_model_type *type, bt_arena *arena)
{
    static const struct {
        const char *name;
        double value;
    } wanted[] = {{"length", 8}, {"width", 32}, {"blocks", 1}, {"heads", 2}, {"dropout", 0.1}};
    bt_model_number number[BT_MODEL_MAX_NUMBERS];
    void *parameters = bt_arena_allocate(arena, 1, type->described.parameters->struct_size);
    size_t count = type->to_numbers(parameters, number);
    for (size_t k = 0; k < count; k++)
        for (size_t w = 0; w < sizeof(wanted) / sizeof(wanted[0]); w++)
            if (strcmp(number[k].name, wanted[w].name) == 0)
                number[k].value = wanted[w].value;
    type->from_numbers(number, parameters);
    return parameters;
}

static void open_training(training *of, const bt_sequence_model_type *type)
{
    of->arena = bt_arena_create();
    of->type = type;
    make_walks(&of->data, of->arena);
    const bt_sequence_training_settings settings = {.seed = 5,
                                                    .batch = 32,
                                                    .max_epochs = 60,
                                                    .evaluate_every = 1,
                                                    .patience = 3,
                                                    .n_candidates = 30,
                                                    .max_judged = 150,
                                                    .adam = bt_adam_defaults(0.005)};
    const bt_sequence_model_setting setting = {.n_items = ITEMS,
                                               .max_sequences = settings.batch,
                                               .dropout_key =
                                                   bt_sequence_dropout_key(settings.seed),
                                               .arena = of->arena};
    bt_error error;
    if (type->create(parameters_of(type, of->arena), &setting, &of->model, &error) != BT_OK)
        fail_msg("%s", error.message);
    assert_true(bt_sequence_trainer_create(&of->trainer, &settings, &of->data, type, of->model,
                                           of->arena));
    bt_sequence_fill(&of->trainer);
}

static void close_training(training *of)
{
    bt_arena_destroy(of->arena);
}

static void train(training *of, int epochs)
{
    for (int k = 0; k < epochs; k++)
        bt_sequence_epoch(&of->trainer);
}

static void assert_same_weights(const training *one, const training *other)
{
    assert_memory_equal(one->trainer.weights->value, other->trainer.weights->value,
                        one->trainer.weights->count * sizeof(bt_real));
}

/* Of 31 candidates, guessing has 5 in 31 among the first five. */
static void a_rule_is_learned(void **state)
{
    (void)state;
    static const bt_sequence_model_type *const types[] = {&bt_sasrec_model, &bt_gru_model};
    for (size_t m = 0; m < 2; m++) {
        static training of;
        bt_ranking_quality before, after;
        open_training(&of, types[m]);
        bt_sequence_judge(&of.trainer, BT_TEST, &before);
        assert_int_equal(before.n_users, 150);
        assert_true(before.hit_rate[0] < 0.35);
        train(&of, 60);
        bt_sequence_judge(&of.trainer, BT_TEST, &after);
        assert_true(after.hit_rate[0] > 0.95);
        assert_true(after.ndcg[1] > 0.8 && after.ndcg[1] <= after.hit_rate[1]);
        close_training(&of);
    }
}

static void training_repeats_itself_in_any_number_of_threads(void **state)
{
    (void)state;
    static training alone, beside[4];
    open_training(&alone, &bt_sasrec_model);
    train(&alone, 2);
    for (size_t k = 0; k < 4; k++)
        open_training(&beside[k], &bt_sasrec_model);
#pragma omp parallel for num_threads(4) schedule(static, 1)
    for (int k = 0; k < 4; k++)
        train(&beside[k], 2);
    for (size_t k = 0; k < 4; k++) {
        assert_same_weights(&alone, &beside[k]);
        close_training(&beside[k]);
    }
    close_training(&alone);
}

static void training_goes_on_from_an_archive(void **state)
{
    (void)state;
    static training whole, begun, resumed;
    bt_ranking_quality quality;
    open_training(&whole, &bt_sasrec_model);
    open_training(&begun, &bt_sasrec_model);
    open_training(&resumed, &bt_sasrec_model);
    train(&whole, 5);
    train(&begun, 3);
    bt_sequence_validate(&begun.trainer, &quality);
    bt_archive *saved = bt_archive_create(), *restored;
    bt_sequence_trainer_archive(&begun.trainer, saved);
    size_t size;
    bt_error error;
    const void *bytes = bt_archive_bytes(saved, &size);
    assert_int_equal(bt_archive_open(bytes, size, &restored, &error), BT_OK);
    bt_sequence_trainer_archive(&resumed.trainer, restored);
    assert_int_equal(bt_archive_status(restored, &error), BT_OK);
    assert_true(bt_archive_at_end(restored));
    assert_int_equal(resumed.trainer.epoch, 3);
    assert_int_equal(resumed.trainer.best_epoch, 3);
    assert_true(resumed.trainer.best_ndcg == quality.ndcg[1]);
    train(&resumed, 2);
    assert_same_weights(&whole, &resumed);
    bt_archive_destroy(saved);
    bt_archive_destroy(restored);
    close_training(&whole);
    close_training(&begun);
    close_training(&resumed);
}

static void training_stops_early_with_the_best_weights(void **state)
{
    (void)state;
    static training of;
    open_training(&of, &bt_sasrec_model);
    bt_ranking_quality good = {.ndcg = {0, 0.5, 0}}, bad = {.ndcg = {0, 0.4, 0}};
    train(&of, 1);
    bt_sequence_note(&of.trainer, &good);
    bt_real kept = of.trainer.weights->value[40];
    for (int k = 0; k < 3; k++) {
        assert_false(bt_sequence_is_over(&of.trainer));
        train(&of, 1);
        bt_sequence_note(&of.trainer, &bad);
    }
    assert_true(bt_sequence_is_over(&of.trainer));
    assert_true(of.trainer.weights->value[40] != kept);
    bt_sequence_take_best(&of.trainer);
    assert_true(of.trainer.weights->value[40] == kept);
    assert_int_equal(of.trainer.best_epoch, 1);
    close_training(&of);
}

/* After the first epoch the average is the weights themselves, after the second their mean. */
static void averages_are_what_is_kept(void **state)
{
    (void)state;
    static training of;
    bt_ranking_quality quality;
    open_training(&of, &bt_sasrec_model);
    of.trainer.settings.averaging = 0.9;
    of.trainer.average = BT_ARENA_NEW(of.arena, of.trainer.weights->count, bt_real);
    train(&of, 1);
    bt_real first = of.trainer.weights->value[40];
    assert_true(of.trainer.average[40] == first);
    train(&of, 1);
    bt_real second = of.trainer.weights->value[40];
    assert_true(second != first);
    assert_true(fabs(of.trainer.average[40] - 0.5 * (first + second)) < 1e-6);
    bt_sequence_validate(&of.trainer, &quality);
    assert_true(of.trainer.weights->value[40] == second);
    bt_sequence_take_best(&of.trainer);
    assert_true(of.trainer.weights->value[40] == of.trainer.average[40]);
    close_training(&of);
}

/* Training choices 1 2 2 3 | 9 | 9 and 2 3 | 3 | 1: item 2 was chosen three times, 3 twice. */
static void popularity_counts_training_choices(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_sequence_data data;
    bt_error error;
    void *model;
    int64_t length = 1;
    write_text("1 1\n1 2\n1 2\n1 3\n1 9\n1 9\n2 2\n2 3\n2 3\n2 1\n");
    assert_int_equal(bt_sequence_data_read(path, arena, &data, &error), BT_OK);
    const bt_sequence_model_setting setting = {
        .n_items = data.n_items, .max_sequences = 4, .arena = arena};
    assert_int_equal(bt_popularity_model.create(&length, &setting, &model, &error), BT_OK);
    bt_popularity_model.fill(model, &data, NULL);
    const uint32_t item[] = {1, 2, 3, 9};
    bt_real score[4];
    bt_popularity_model.score(model, 0, 4, item, score);
    assert_true(score[0] == 1 && score[1] == 3 && score[2] == 2 && score[3] == 0);
    bt_arena_destroy(arena);
}

static void models_are_read_from_files(void **state)
{
    (void)state;
    static training of;
    bt_ranking_quality before, after;
    bt_error error;
    bt_read_model model;
    open_training(&of, &bt_gru_model);
    train(&of, 3);
    bt_sequence_judge(&of.trainer, BT_TEST, &before);
    if (bt_sequence_model_write(path, of.type, parameters_of(of.type, of.arena), ITEMS,
                                of.trainer.weights, true, &error) != BT_OK)
        fail_msg("%s", error.message);
    if (bt_sequence_model_read(path, 32, of.arena, &model, &error) != BT_OK)
        fail_msg("%s", error.message);
    assert_int_equal(model.n_items, ITEMS);
    assert_ptr_equal(model.type, &bt_gru_model);
    bt_sequence_trainer judge;
    assert_true(bt_sequence_trainer_create(&judge, &of.trainer.settings, &of.data, model.type,
                                           model.self, of.arena));
    bt_sequence_judge(&judge, BT_TEST, &after);
    assert_memory_equal(&before, &after, sizeof(before));
    close_training(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices_are_grouped_by_user_in_order),
        cmocka_unit_test(malformed_lines_are_named),
        cmocka_unit_test(a_rule_is_learned),
        cmocka_unit_test(training_repeats_itself_in_any_number_of_threads),
        cmocka_unit_test(training_goes_on_from_an_archive),
        cmocka_unit_test(training_stops_early_with_the_best_weights),
        cmocka_unit_test(averages_are_what_is_kept),
        cmocka_unit_test(popularity_counts_training_choices),
        cmocka_unit_test(models_are_read_from_files),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
