/*
 * Neural layers: an epoch of SASRec on sequences of the shape of the "video games" data (31,013
 * people, 23,715 items, 6 training choices a person on average; width 64, 2 blocks, one
 * thread), and how near the scores of all items for 128 people come to the machine's own rate
 * of matrix products, printed beside.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cblas.h>

#include "agents/learning/neural/matrix.h"
#include "agents/recommenders/sequence_training.h"

enum { USERS = 31013, ITEMS = 23715, WIDTH = 64, LENGTH = 50, BATCH = 128, EPOCHS = 2 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *require(void *made)
{
    if (made == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return made;
}

static void say(const char *name, double value, const char *unit, double bar,
                const char *better)
{
    printf("{\"name\": \"%s\", \"value\": %.4g, \"unit\": \"%s\", ", name, value, unit);
    if (bar > 0)
        printf("\"bar\": %.4g, ", bar);
    printf("\"better\": \"%s\"}\n", better);
}

/* Lengths geometric above 5, as in the data: 9.3 choices a person, two held back. */
static bt_sequence_data make_data(bt_arena *arena)
{
    bt_stream stream = bt_stream_open(bt_random_key_of(1, 0, 0), 0, 0);
    bt_sequence_data data = {.n_users = USERS, .n_items = ITEMS};
    data.offset = require(BT_ARENA_NEW(arena, USERS + 1, uint32_t));
    for (size_t u = 0; u < USERS; u++)
        data.offset[u + 1] =
            data.offset[u] + 5 + (uint32_t)(bt_stream_exponential(&stream) * 4.8);
    data.n_actions = data.offset[USERS];
    data.item = require(BT_ARENA_NEW(arena, data.n_actions, uint32_t));
    for (size_t k = 0; k < data.n_actions; k++)
        data.item[k] = 1 + (uint32_t)bt_stream_below(&stream, ITEMS);
    return data;
}

static void *make_model(bt_arena *arena)
{
    const bt_sequence_model_type *type = &bt_sasrec_model;
    static const double wanted[] = {LENGTH, WIDTH, 2, 1, 0.5};
    bt_model_number number[BT_MODEL_MAX_NUMBERS];
    void *parameters =
        require(bt_arena_allocate(arena, 1, type->described.parameters->struct_size));
    size_t count = type->to_numbers(parameters, number);
    for (size_t k = 0; k < count; k++)
        number[k].value = wanted[k];
    type->from_numbers(number, parameters);
    const bt_sequence_model_setting setting = {.n_items = ITEMS,
                                               .max_sequences = BATCH,
                                               .dropout_key = bt_sequence_dropout_key(1),
                                               .arena = arena};
    void *model = NULL;
    bt_error error;
    if (type->create(parameters, &setting, &model, &error) != BT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    return model;
}

static void measure_epoch(void)
{
    bt_arena *arena = require(bt_arena_create());
    bt_sequence_data data = make_data(arena);
    bt_sequence_training_settings settings = {
        .seed = 1, .batch = BATCH, .max_epochs = EPOCHS, .adam = bt_adam_defaults(1e-3)};
    bt_sequence_trainer trainer;
    if (!bt_sequence_trainer_create(&trainer, &settings, &data, &bt_sasrec_model,
                                    make_model(arena), arena))
        exit(1);
    bt_sequence_fill(&trainer);
    size_t tokens = 0;
    for (size_t u = 0; u < USERS; u++) {
        size_t inputs = bt_training_length(&data, u) - 1;
        tokens += inputs < LENGTH ? inputs : LENGTH;
    }
    double best = INFINITY;
    for (int k = 0; k < EPOCHS; k++) {
        double began = seconds();
        bt_sequence_epoch(&trainer);
        best = fmin(best, seconds() - began);
    }
    say("sasrec_epoch", best, "s", 5, "lower"); /* a tenth of what PyTorch takes here */
    say("sasrec_tokens", (double)tokens / best, "tokens/s", 35000, "higher");
    bt_arena_destroy(arena);
}

static double gigaflops(size_t rows, size_t inner, size_t columns)
{
    bt_arena *arena = require(bt_arena_create());
    float *a = require(BT_ARENA_NEW(arena, rows * inner, float));
    float *b = require(BT_ARENA_NEW(arena, columns * inner, float));
    float *c = require(BT_ARENA_NEW(arena, rows * columns, float));
    double best = INFINITY;
    for (int k = 0; k < 5; k++) {
        double began = seconds();
        bt_product(BT_RIGHT_TRANSPOSED, rows, inner, columns, (bt_matrix){a, inner},
                   (bt_matrix){b, inner}, false, c, columns);
        best = fmin(best, seconds() - began);
    }
    bt_arena_destroy(arena);
    return 2e-9 * (double)rows * (double)inner * (double)columns / best;
}

int main(void)
{
    openblas_set_num_threads(1);
    double machine = gigaflops(1024, 1024, 1024);
    measure_epoch();
    say("all_item_scores", gigaflops(BATCH, WIDTH, ITEMS), "Gflop/s", 0, "higher");
    say("sgemm_1024", machine, "Gflop/s", 0, "higher");
    return 0;
}
