#include "agents/bargaining/fitted/discriminator.h"

#include <math.h>
#include <stdlib.h>

#include "agents/bargaining/fitted/sides.h"
#include "markets/bargaining/history_builder.h"
#include "markets/bargaining/history_file.h"

enum { LISTING_FEATURES = 7, TURN_FEATURES = 5, FEWEST_THREADS = 50 };
enum { THREAD_FEATURES = LISTING_FEATURES + TURN_FEATURES * BT_BARGAINING_TURNS };

/* ---- simulation ---- */

static bt_status play_all(const bt_population *population,
                          const bt_bargaining_history *listings,
                          bt_bargaining_partition partition, bt_negotiation *table,
                          bt_history_builder *builder, bt_error *error)
{
    const bt_bargainer seller = {.type = &bt_fitted_seller_side,
                                 .self = (void *)population, /* which it does not change */
                                 .name = "a fitted seller",
                                 .delay_type = &bt_fitted_seller_side,
                                 .delay_self = population};
    for (size_t i = 0; i < listings->n_listings; i++) {
        bt_negotiation_result result;
        if (listings->listing[i].partition != partition)
            continue;
        bt_listing listing = bt_listing_of_record(&listings->listing[i]);
        bt_negotiation_open(table, &listing, 0, (bt_listing_address){.listing = i});
        bt_status status = bt_negotiation_play(table, &seller, &result, error);
        if (status != BT_OK)
            return status;
        if (!bt_history_builder_add(builder, &listings->listing[i], &result))
            return bt_fail(error, BT_INTERNAL, "there is no memory for simulated histories");
    }
    return BT_OK;
}

bt_status bt_population_simulate(const bt_population *population,
                                 const bt_bargaining_history *listings,
                                 bt_bargaining_partition partition, uint64_t seed,
                                 bt_bargaining_history *simulated, bt_error *error)
{
    const bt_negotiation_setting setting = {.key = bt_random_key_of(seed, 0, 0),
                                            .response_time = BT_BARGAINING_RESPONSE_SECONDS,
                                            .buyers = &bt_fitted_buyers_side,
                                            .buyers_self = population};
    bt_history_builder builder = {0};
    bt_negotiation *table;
    bt_status status = bt_negotiation_create(&setting, &table, error);
    if (status == BT_OK)
        status = play_all(population, listings, partition, table, &builder, error);
    bt_negotiation_destroy(table);
    if (status != BT_OK)
        bt_history_free(&builder.history);
    *simulated = builder.history;
    return status;
}

/* ---- whole threads as features ---- */

static size_t put_turns(const bt_bargaining_listing *listing, const bt_bargaining_turn *turn,
                        size_t n_turns, double *feature)
{
    int64_t price[2] = {listing->list_price, 0};
    size_t n = 0;
    for (size_t i = 0; i < BT_BARGAINING_TURNS; i++) {
        if (i >= n_turns) {
            for (size_t k = 0; k < TURN_FEATURES; k++)
                feature[n++] = -1;
            continue;
        }
        bool is_buyers = bt_is_buyers_turn((unsigned)i + 1);
        int64_t *own = &price[is_buyers], other = price[!is_buyers];
        int64_t delay = i > 0 ? turn[i].time - turn[i - 1].time : 0;
        int percent = turn[i].act == BT_ACT_ACCEPT ? 100
                      : turn[i].act == BT_ACT_REJECT
                          ? 0
                          : bt_concession_percent(turn[i].price, *own, other);
        *own = turn[i].price;
        feature[n++] = 0.01 * percent;
        feature[n++] = log1p((double)delay / 300);
        feature[n++] = (turn[i].flags & BT_TURN_AUTOMATIC) != 0;
        feature[n++] = (turn[i].flags & BT_TURN_EXPIRED) != 0;
        feature[n++] = (turn[i].flags & BT_TURN_MESSAGE) != 0;
    }
    return n;
}

static void put_thread(const bt_bargaining_history *history, size_t listing_number,
                       size_t number, double *feature)
{
    const bt_bargaining_listing *listing = &history->listing[listing_number];
    const bt_bargaining_thread *thread = &history->thread[listing->first_thread + number];
    const bt_bargaining_turn *turn = &history->turn[thread->first_turn];
    double list_price = (double)listing->list_price;
    /* Data know no history of who only buys. */
    bool is_purchase = thread->n_turns == 1 && turn->act == BT_ACT_ACCEPT;
    double history_of_buyer = is_purchase ? 0 : (double)thread->buyer_history;
    size_t n = put_turns(listing, turn, thread->n_turns, feature);
    feature[n++] = log10(0.01 * list_price);
    feature[n++] = (double)listing->decline_price / list_price;
    feature[n++] = (double)listing->accept_price / list_price;
    feature[n++] =
        (double)(turn->time - listing->start) / (double)(listing->end - listing->start);
    feature[n++] = log1p(fmax(0, history_of_buyer));
    feature[n++] = (double)number;
    feature[n++] = (double)thread->n_turns;
}

/* ---- telling them apart ---- */

typedef struct judged {
    double score;
    bool is_recorded;
} judged;

static int by_score(const void *a, const void *b)
{
    double first = ((const judged *)a)->score, second = ((const judged *)b)->score;
    return (first > second) - (first < second);
}

/* The chance that a recorded thread scores higher than a simulated one, ties counting half. */
static double area_under_curve(judged *thread, size_t count)
{
    double rank_sum = 0, recorded = 0;
    qsort(thread, count, sizeof *thread, by_score);
    for (size_t first = 0, last; first < count; first = last) {
        for (last = first + 1; last < count && thread[last].score == thread[first].score;)
            last++;
        double rank = 0.5 * (double)(first + 1 + last);
        for (size_t i = first; i < last; i++) {
            rank_sum += thread[i].is_recorded ? rank : 0;
            recorded += thread[i].is_recorded;
        }
    }
    double simulated = (double)count - recorded;
    return (rank_sum - recorded * (recorded + 1) / 2) / (recorded * simulated);
}

static double standard_error_of(double area, double m, double n)
{
    double q1 = area / (2 - area), q2 = 2 * area * area / (1 + area);
    double variance =
        area * (1 - area) + (m - 1) * (q1 - area * area) + (n - 1) * (q2 - area * area);
    return sqrt(variance / (m * n));
}

static bool add_threads(const bt_bargaining_history *history, bool is_recorded,
                        bt_choice_data *training, bt_choice_data *judging)
{
    double feature[THREAD_FEATURES];
    for (size_t i = 0; i < history->n_listings; i++)
        for (size_t k = 0; k < history->listing[i].n_threads; k++) {
            put_thread(history, i, k, feature);
            if (!bt_choice_data_add(i % 2 == 0 ? training : judging, feature, is_recorded,
                                    false, 1))
                return false;
        }
    return true;
}

static bt_status judge(const bt_choice_model *model, const bt_choice_data *data,
                       bt_discrimination *result, bt_error *error)
{
    judged *thread = malloc((data->n_rows + 1) * sizeof *thread);
    double feature[THREAD_FEATURES], probability[2];
    if (thread == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to compare threads");
    for (size_t row = 0; row < data->n_rows; row++) {
        for (size_t i = 0; i < THREAD_FEATURES; i++)
            feature[i] = (double)data->feature[row * THREAD_FEATURES + i];
        bt_choice_model_probabilities(model, feature, probability);
        thread[row] = (judged){probability[1], data->class_[row] == 1};
        result->recorded += data->class_[row] == 1;
        result->simulated += data->class_[row] == 0;
    }
    if (result->recorded >= FEWEST_THREADS && result->simulated >= FEWEST_THREADS) {
        result->area = area_under_curve(thread, data->n_rows);
        result->standard_error = standard_error_of(result->area, (double)result->recorded,
                                                   (double)result->simulated);
    }
    free(thread);
    return BT_OK;
}

static bt_status train_and_judge(const bt_choice_data *training, const bt_choice_data *judging,
                                 uint64_t seed, bt_arena *arena, bt_discrimination *result,
                                 bt_error *error)
{
    static const size_t hidden[] = {64, 64};
    enum { MOST_EPOCHS = 10 };
    bt_choice_model model;
    bt_choice_epoch curve[MOST_EPOCHS];
    bt_choice_data none = {.n_features = THREAD_FEATURES, .n_classes = 2};
    size_t n_epochs;
    bt_choice_fit_setting setting =
        bt_choice_fit_defaults(bt_stream_open(bt_random_key_of(seed, 1, 0), 0, 0));
    setting.most_epochs = MOST_EPOCHS;
    if (!bt_choice_model_create(&model, THREAD_FEATURES, 2, hidden, 2, arena))
        return bt_fail(error, BT_INTERNAL, "there is no memory for a network");
    bt_status status =
        bt_choice_fit(&model, training, &none, &setting, curve, &n_epochs, error);
    return status == BT_OK ? judge(&model, judging, result, error) : status;
}

bt_status bt_discriminate(const bt_bargaining_history *recorded,
                          const bt_bargaining_history *simulated, uint64_t seed,
                          bt_discrimination *result, bt_error *error)
{
    *result = (bt_discrimination){.area = NAN, .standard_error = NAN};
    bt_choice_data training = {.n_features = THREAD_FEATURES, .n_classes = 2};
    bt_choice_data judging = training;
    bt_arena *arena = bt_arena_create();
    bt_status status = BT_OK;
    if (arena == NULL || !add_threads(recorded, true, &training, &judging) ||
        !add_threads(simulated, false, &training, &judging))
        status = bt_fail(error, BT_INTERNAL, "there is no memory to compare threads");
    if (status == BT_OK)
        status = train_and_judge(&training, &judging, seed, arena, result, error);
    bt_choice_data_free(&training);
    bt_choice_data_free(&judging);
    bt_arena_destroy(arena);
    return status;
}
