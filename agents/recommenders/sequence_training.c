#include "agents/recommenders/sequence_training.h"

#include <math.h>
#include <string.h>

const size_t bt_rank_cut[BT_RANK_CUTS] = {5, 10, 20};

/* Purposes of the trainer's streams; their agent is the epoch, or the kind of judgement. */
enum {
    ORDER_PURPOSE = 1,
    NEGATIVE_PURPOSE = 2,
    JUDGED_PURPOSE = 3,
    CANDIDATE_PURPOSE = 4,
    WEIGHT_PURPOSE = 5
};

/* ---- life ---- */

bt_random_key bt_sequence_dropout_key(uint64_t seed)
{
    return bt_random_key_of(seed, 1, 0);
}

bool bt_sequence_trainer_create(bt_sequence_trainer *trainer,
                                const bt_sequence_training_settings *settings,
                                const bt_sequence_data *data,
                                const bt_sequence_model_type *type, void *model,
                                bt_arena *arena)
{
    size_t rows = settings->batch * type->length(model);
    bt_weights *weights = type->weights(model);
    *trainer = (bt_sequence_trainer){
        .settings = *settings,
        .data = data,
        .type = type,
        .model = model,
        .weights = weights,
        .length = type->length(model),
        .key = bt_random_key_of(settings->seed, 0, 0),
        .best_ndcg = -1,
        .best_value = BT_ARENA_NEW(arena, weights->count, bt_real),
        .user = BT_ARENA_NEW(arena, data->n_users, uint32_t),
        .offset = BT_ARENA_NEW(arena, settings->batch + 1, uint32_t),
        .item = BT_ARENA_NEW(arena, rows, uint32_t),
        .positive = BT_ARENA_NEW(arena, rows, uint32_t),
        .negative = BT_ARENA_NEW(arena, rows, uint32_t),
        .candidate = BT_ARENA_NEW(arena, settings->n_candidates + 1, uint32_t),
        .score = BT_ARENA_NEW(arena, settings->n_candidates + 1, bt_real),
    };
    if (settings->averaging > 0)
        trainer->average = BT_ARENA_NEW(arena, weights->count, bt_real);
    return (settings->averaging == 0 || trainer->average != NULL) &&
           trainer->best_value != NULL && trainer->user != NULL && trainer->offset != NULL &&
           trainer->item != NULL && trainer->positive != NULL && trainer->negative != NULL &&
           trainer->candidate != NULL && trainer->score != NULL;
}

void bt_sequence_fill(bt_sequence_trainer *trainer)
{
    bt_stream stream = bt_stream_open(trainer->key, 0, WEIGHT_PURPOSE);
    trainer->type->fill(trainer->model, trainer->data, &stream);
}

/* ---- drawing ---- */

/* The first `wanted` of user [count] become a random sample in random order. */
static void shuffle(uint32_t *user, size_t count, size_t wanted, bt_stream *stream)
{
    for (size_t k = 0; k < wanted; k++) {
        size_t other = k + bt_stream_below(stream, count - k);
        uint32_t swapped = user[k];
        user[k] = user[other];
        user[other] = swapped;
    }
}

/* An item that is not among a user's training choices. A user who chose nearly all items would
 * make this long, but not endless, unless he chose all: then any item. */
static uint32_t draw_other_item(const bt_sequence_data *data, size_t user, bt_stream *stream)
{
    const uint32_t *chosen = data->item + data->offset[user];
    size_t count = bt_training_length(data, user);
    for (size_t tries = 0;; tries++) {
        uint32_t item = 1 + (uint32_t)bt_stream_below(stream, data->n_items);
        bool is_chosen = false;
        for (size_t k = 0; k < count && !is_chosen; k++)
            is_chosen = chosen[k] == item;
        if (!is_chosen || tries >= 100 * data->n_items)
            return item;
    }
}

/* ---- an epoch ---- */

static size_t list_training_users(bt_sequence_trainer *trainer)
{
    size_t count = 0;
    for (uint32_t u = 0; u < trainer->data->n_users; u++)
        if (bt_training_length(trainer->data, u) >= 2)
            trainer->user[count++] = u;
    return count;
}

/* Append a user's training choices to the batch: all but the last as inputs, all but the first
 * as what comes next. */
static void add_training_user(bt_sequence_trainer *trainer, size_t place, uint32_t user,
                              bt_stream *negatives)
{
    const bt_sequence_data *data = trainer->data;
    size_t inputs = bt_training_length(data, user) - 1;
    size_t taken = inputs < trainer->length ? inputs : trainer->length;
    const uint32_t *from = data->item + data->offset[user] + (inputs - taken);
    uint32_t row = trainer->offset[place];
    for (size_t k = 0; k < taken; k++, row++) {
        trainer->item[row] = from[k];
        trainer->positive[row] = from[k + 1];
        trainer->negative[row] = draw_other_item(data, user, negatives);
    }
    trainer->offset[place + 1] = row;
}

static void average_weights(bt_sequence_trainer *trainer)
{
    double kept = fmin(trainer->settings.averaging, 1 - 1 / (double)trainer->epoch);
    bt_real old = (bt_real)kept, new = (bt_real)(1 - kept);
    const bt_real *value = trainer->weights->value;
    for (size_t k = 0; k < trainer->weights->count; k++)
        trainer->average[k] = old * trainer->average[k] + new *value[k];
}

double bt_sequence_epoch(bt_sequence_trainer *trainer)
{
    size_t count = list_training_users(trainer), batch = trainer->settings.batch;
    uint32_t epoch = (uint32_t)trainer->epoch;
    bt_stream order = bt_stream_open(trainer->key, epoch, ORDER_PURPOSE);
    bt_stream negatives = bt_stream_open(trainer->key, epoch, NEGATIVE_PURPOSE);
    shuffle(trainer->user, count, count, &order);
    const bt_next_items next = {trainer->positive, trainer->negative};
    double loss = 0;
    size_t n_batches = 0;
    for (size_t begin = 0; begin < count; begin += batch, n_batches++) {
        size_t users = count - begin < batch ? count - begin : batch;
        for (size_t k = 0; k < users; k++)
            add_training_user(trainer, k, trainer->user[begin + k], &negatives);
        loss += trainer->type->train(trainer->model, users, trainer->offset, trainer->item,
                                     &next, trainer->weights->n_steps);
        bt_adam_step(&trainer->settings.adam, trainer->weights);
    }
    trainer->epoch++;
    if (trainer->average != NULL)
        average_weights(trainer);
    return n_batches > 0 ? loss / (double)n_batches : 0;
}

/* ---- judging ---- */

static size_t list_judged_users(bt_sequence_trainer *trainer, bt_held_back held_back)
{
    size_t count = 0;
    for (uint32_t u = 0; u < trainer->data->n_users; u++)
        if (trainer->data->offset[u + 1] - trainer->data->offset[u] >= 3)
            trainer->user[count++] = u;
    size_t wanted = count < trainer->settings.max_judged ? count : trainer->settings.max_judged;
    bt_stream judged = bt_stream_open(trainer->key, (uint32_t)held_back, JUDGED_PURPOSE);
    shuffle(trainer->user, count, wanted, &judged);
    return wanted;
}

/* What a user chose before the held-back item, the last `length` of it. */
static void add_judged_user(bt_sequence_trainer *trainer, size_t place, uint32_t user,
                            bt_held_back held_back)
{
    const bt_sequence_data *data = trainer->data;
    size_t known = bt_training_length(data, user) + (held_back == BT_TEST ? 1 : 0);
    size_t taken = known < trainer->length ? known : trainer->length;
    memcpy(trainer->item + trainer->offset[place],
           data->item + data->offset[user] + (known - taken), taken * sizeof(uint32_t));
    trainer->offset[place + 1] = trainer->offset[place] + (uint32_t)taken;
}

/* The held-back item's place among the candidates, from 0. */
static size_t rank_of_held_back(bt_sequence_trainer *trainer, uint32_t user, size_t row,
                                bt_held_back held_back, bt_stream *candidates)
{
    const bt_sequence_data *data = trainer->data;
    size_t n = trainer->settings.n_candidates, rank = 0;
    trainer->candidate[0] = data->item[data->offset[user + 1] - (held_back == BT_TEST ? 1 : 2)];
    for (size_t k = 1; k <= n; k++)
        trainer->candidate[k] = draw_other_item(data, user, candidates);
    trainer->type->score(trainer->model, row, n + 1, trainer->candidate, trainer->score);
    for (size_t k = 1; k <= n; k++)
        rank += trainer->score[k] > trainer->score[0];
    return rank;
}

static void count_rank(bt_ranking_quality *quality, size_t rank)
{
    for (size_t c = 0; c < BT_RANK_CUTS; c++)
        if (rank < bt_rank_cut[c]) {
            quality->hit_rate[c] += 1;
            quality->ndcg[c] += 1 / log2((double)rank + 2);
        }
}

void bt_sequence_judge(bt_sequence_trainer *trainer, bt_held_back held_back,
                       bt_ranking_quality *quality)
{
    size_t count = list_judged_users(trainer, held_back), batch = trainer->settings.batch;
    bt_stream candidates = bt_stream_open(trainer->key, (uint32_t)held_back, CANDIDATE_PURPOSE);
    *quality = (bt_ranking_quality){.n_users = count};
    for (size_t begin = 0; begin < count; begin += batch) {
        size_t users = count - begin < batch ? count - begin : batch;
        for (size_t k = 0; k < users; k++)
            add_judged_user(trainer, k, trainer->user[begin + k], held_back);
        trainer->type->read(trainer->model, users, trainer->offset, trainer->item);
        for (size_t k = 0; k < users; k++)
            count_rank(quality,
                       rank_of_held_back(trainer, trainer->user[begin + k],
                                         trainer->offset[k + 1] - 1, held_back, &candidates));
    }
    for (size_t c = 0; c < BT_RANK_CUTS && count > 0; c++) {
        quality->hit_rate[c] /= (double)count;
        quality->ndcg[c] /= (double)count;
    }
}

/* ---- when to stop ---- */

static bt_real *kept_value(const bt_sequence_trainer *trainer)
{
    return trainer->average != NULL ? trainer->average : trainer->weights->value;
}

void bt_sequence_validate(bt_sequence_trainer *trainer, bt_ranking_quality *quality)
{
    bt_real *learning = trainer->weights->value;
    trainer->weights->value = kept_value(trainer);
    bt_sequence_judge(trainer, BT_VALIDATION, quality);
    trainer->weights->value = learning;
    bt_sequence_note(trainer, quality);
}

void bt_sequence_note(bt_sequence_trainer *trainer, const bt_ranking_quality *quality)
{
    const bt_weights *weights = trainer->weights;
    if (quality->ndcg[1] <= trainer->best_ndcg) {
        trainer->misses++;
        return;
    }
    trainer->misses = 0;
    trainer->best_ndcg = quality->ndcg[1];
    trainer->best_epoch = trainer->epoch;
    memcpy(trainer->best_value, kept_value(trainer), weights->count * sizeof(bt_real));
}

bool bt_sequence_is_over(const bt_sequence_trainer *trainer)
{
    return trainer->type->train == NULL || trainer->epoch >= trainer->settings.max_epochs ||
           trainer->misses >= trainer->settings.patience;
}

void bt_sequence_take_best(bt_sequence_trainer *trainer)
{
    bt_weights *weights = trainer->weights;
    if (trainer->best_ndcg >= 0)
        memcpy(weights->value, trainer->best_value, weights->count * sizeof(bt_real));
}

void bt_sequence_trainer_archive(bt_sequence_trainer *trainer, bt_archive *archive)
{
    bt_weights_archive(trainer->weights, archive);
    bt_archive_field(archive, "epoch", &trainer->epoch, sizeof(trainer->epoch));
    bt_archive_field(archive, "misses", &trainer->misses, sizeof(trainer->misses));
    bt_archive_field(archive, "best_epoch", &trainer->best_epoch, sizeof(trainer->best_epoch));
    bt_archive_field(archive, "best_ndcg", &trainer->best_ndcg, sizeof(trainer->best_ndcg));
    bt_archive_field(archive, "best_value", trainer->best_value,
                     trainer->weights->count * sizeof(bt_real));
    if (trainer->average != NULL)
        bt_archive_field(archive, "average", trainer->average,
                         trainer->weights->count * sizeof(bt_real));
}
