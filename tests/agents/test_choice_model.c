/* Models of one decision: slopes against finite differences, recovery of a logit that made the
 * data, censored rows, networks where a logit is wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "agents/bargaining/fitted/choice_model.h"

enum { FEATURES = 3, CLASSES = 4, MOST_EPOCHS = 300 };

static bt_stream stream_of(uint64_t seed)
{
    return bt_stream_open(bt_random_key_of(seed, 0, 0), 0, 0);
}

/* A logit with weights of order one. */
static void make_truth(bt_choice_model *model, bt_arena *arena)
{
    static const double weight[FEATURES * CLASSES] = {0,   1,   -0.5, 0.8, 0,   -0.7,
                                                      0.6, 0.2, 0,    0.3, 0.9, -1.1};
    static const double bias[CLASSES] = {0, 0.4, -0.3, 0.1};
    assert_true(bt_choice_model_create(model, FEATURES, CLASSES, NULL, 0, arena));
    memcpy(model->layer[0].weight, weight, sizeof weight);
    memcpy(model->layer[0].bias, bias, sizeof bias);
}

/* Rows that the truth made; a class above a random limit is only known to be at least it. */
static void draw_rows(const bt_choice_model *truth, size_t count, double share_censored,
                      bt_stream *stream, bt_choice_data *data)
{
    *data = (bt_choice_data){.n_features = FEATURES, .n_classes = CLASSES};
    for (size_t row = 0; row < count; row++) {
        double x[FEATURES], probability[BT_CHOICE_WIDEST];
        for (size_t i = 0; i < FEATURES; i++)
            x[i] = bt_stream_normal(stream);
        bt_choice_model_probabilities(truth, x, probability);
        size_t class_ = bt_choice_draw(probability, CLASSES, stream);
        bool is_limited = bt_stream_uniform(stream) < share_censored;
        size_t limit = (size_t)bt_stream_below(stream, CLASSES);
        bool censored = is_limited && class_ >= limit;
        assert_true(bt_choice_data_add(data, x, censored ? limit : class_, censored,
                                       1 + (double)(row % 3)));
    }
}

static void slopes_agree_with_differences(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_stream stream = stream_of(1);
    bt_choice_model truth;
    bt_choice_data data;
    make_truth(&truth, arena);
    draw_rows(&truth, 500, 0.5, &stream, &data);
    double slope[(FEATURES + 1) * CLASSES], unused[(FEATURES + 1) * CLASSES];
    bt_choice_logit_objective(&truth, &data, 0.05, slope);
    for (size_t i = 0; i < FEATURES * CLASSES + CLASSES; i++) {
        double *number = i < FEATURES * CLASSES ? &truth.layer[0].weight[i]
                                                : &truth.layer[0].bias[i - FEATURES * CLASSES];
        static const double step = 1e-5;
        double kept = *number;
        *number = kept + step;
        double above = bt_choice_logit_objective(&truth, &data, 0.05, unused);
        *number = kept - step;
        double below = bt_choice_logit_objective(&truth, &data, 0.05, unused);
        *number = kept;
        assert_true(fabs(slope[i] - (above - below) / (2 * step)) < 1e-8);
    }
    bt_choice_data_free(&data);
    bt_arena_destroy(arena);
}

/* Probabilities of an estimate and of the truth at some places. */
static double largest_difference(const bt_choice_model *a, const bt_choice_model *b)
{
    static const double places[][FEATURES] = {
        {0, 0, 0}, {1, 0, -1}, {-1, 1, 0.5}, {0.5, -1.5, 1}, {-0.7, -0.7, -0.7}};
    double largest = 0, p[BT_CHOICE_WIDEST], q[BT_CHOICE_WIDEST];
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        bt_choice_model_probabilities(a, places[i], p);
        bt_choice_model_probabilities(b, places[i], q);
        for (size_t k = 0; k < CLASSES; k++)
            largest = fmax(largest, fabs(p[k] - q[k]));
    }
    return largest;
}

static void fit_to(const bt_choice_data *training, const bt_choice_data *validation,
                   const size_t *hidden, size_t n_hidden, bt_choice_model *model,
                   bt_arena *arena)
{
    bt_error error;
    bt_choice_epoch curve[MOST_EPOCHS];
    size_t n_epochs;
    bt_choice_fit_setting setting = bt_choice_fit_defaults(stream_of(2));
    setting.most_epochs = n_hidden == 0 ? MOST_EPOCHS : 20;
    assert_true(bt_choice_model_create(model, training->n_features, training->n_classes, hidden,
                                       n_hidden, arena));
    assert_int_equal(
        bt_choice_fit(model, training, validation, &setting, curve, &n_epochs, &error), BT_OK);
    assert_true(n_epochs > 1);
    assert_true(curve[n_epochs - 1].training > curve[0].training);
}

/* 20,000 rows, half of them censored where that hides something: probabilities have standard
 * errors below 0.01 at these places; 0.04 is exceeded less than once in ten thousand times. */
static void recovers_a_logit(void **state)
{
    (void)state;
    static const size_t hidden[] = {32};
    bt_arena *arena = bt_arena_create();
    bt_choice_model truth, logit, network;
    bt_choice_data training, validation;
    bt_stream stream = stream_of(3);
    make_truth(&truth, arena);
    draw_rows(&truth, 20000, 0.5, &stream, &training);
    draw_rows(&truth, 4000, 0.5, &stream, &validation);
    fit_to(&training, &validation, NULL, 0, &logit, arena);
    assert_true(largest_difference(&truth, &logit) < 0.04);
    fit_to(&training, &validation, hidden, 1, &network, arena);
    assert_true(largest_difference(&truth, &network) < 0.1);
    double best = bt_choice_log_likelihood(&truth, &validation);
    assert_true(bt_choice_log_likelihood(&logit, &validation) > best - 0.005);
    assert_true(bt_choice_log_likelihood(&network, &validation) > best - 0.02);
    bt_choice_data_free(&training);
    bt_choice_data_free(&validation);
    bt_arena_destroy(arena);
}

/* Class 1 where two features have one sign: no linear score tells, a network does. */
static void a_network_sees_what_a_logit_does_not(void **state)
{
    (void)state;
    static const size_t hidden[] = {16, 16};
    bt_arena *arena = bt_arena_create();
    bt_stream stream = stream_of(4);
    bt_choice_data training = {.n_features = 2, .n_classes = 2}, validation = training;
    for (size_t row = 0; row < 12000; row++) {
        double x[2] = {bt_stream_normal(&stream), bt_stream_normal(&stream)};
        assert_true(bt_choice_data_add(row % 5 == 0 ? &validation : &training, x,
                                       x[0] * x[1] > 0, false, 1));
    }
    bt_choice_model logit, network;
    fit_to(&training, &validation, NULL, 0, &logit, arena);
    fit_to(&training, &validation, hidden, 2, &network, arena);
    assert_true(bt_choice_log_likelihood(&logit, &validation) < log(0.51));
    assert_true(bt_choice_log_likelihood(&network, &validation) > log(0.85));
    bt_choice_data_free(&training);
    bt_choice_data_free(&validation);
    bt_arena_destroy(arena);
}

static void without_rows_all_classes_are_equal(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_choice_data none = {.n_features = 1, .n_classes = 5};
    bt_choice_model model;
    bt_choice_epoch curve[10];
    bt_error error;
    size_t n_epochs;
    double probability[BT_CHOICE_WIDEST];
    bt_choice_fit_setting setting = bt_choice_fit_defaults(stream_of(5));
    assert_true(bt_choice_model_create(&model, 1, 5, NULL, 0, arena));
    assert_int_equal(bt_choice_fit(&model, &none, &none, &setting, curve, &n_epochs, &error),
                     BT_OK);
    bt_choice_model_probabilities(&model, (double[]){3}, probability);
    for (size_t k = 0; k < 5; k++)
        assert_true(fabs(probability[k] - 0.2) < 1e-15);
    assert_false(
        bt_choice_model_create(&model, BT_CHOICE_MOST_FEATURES + 1, 5, NULL, 0, arena));
    bt_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slopes_agree_with_differences),
        cmocka_unit_test(recovers_a_logit),
        cmocka_unit_test(a_network_sees_what_a_logit_does_not),
        cmocka_unit_test(without_rows_all_classes_are_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
