/* Estimators of multinomial logit on cases with closed forms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "agents/learning/mnl_estimator.h"

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.15g differs from %.15g by more than %g", value, expected, tolerance);
}

static bt_stream stream_of(uint32_t purpose)
{
    return bt_stream_open(bt_random_key_of(17, 0, 0), BT_AGENT_SELLER(0), purpose);
}

/* One item, one feature: 30 of 100 buy. Without ridge log odds are log(30/70); the ridge's
 * first order condition is 100 q - 30 + ridge theta = 0. */
static void estimate_solves_its_first_order_condition(void **state)
{
    (void)state;
    const double ridges[] = {1e-9, 0.5, 20};
    for (size_t k = 0; k < 3; k++) {
        bt_arena *arena = bt_arena_create();
        bt_mnl_history *history = bt_mnl_history_create(1, 1, 100, arena);
        assert_non_null(history);
        double feature = 1, theta = 0;
        for (size_t t = 0; t < 100; t++)
            bt_mnl_history_add(history, 1, &feature, t < 30 ? 0 : BT_NO_SLOT);
        bt_mnl_fit(history, ridges[k], &theta);
        double q = 1 / (1 + exp(-theta));
        assert_close(100 * q - 30 + ridges[k] * theta, 0, 1e-9);
        if (k == 0)
            assert_close(theta, log(30.0 / 70), 1e-8);
        bt_arena_destroy(arena);
    }
}

/* An item that was never bought: a finite estimate, at the ridge's condition. */
static void separable_data_have_a_finite_estimate(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_mnl_history *history = bt_mnl_history_create(1, 1, 50, arena);
    double feature = 1, theta = 0;
    for (size_t t = 0; t < 50; t++)
        bt_mnl_history_add(history, 1, &feature, BT_NO_SLOT);
    bt_mnl_fit(history, 0.5, &theta);
    assert_close(50 / (1 + exp(-theta)) + 0.5 * theta, 0, 1e-9);
    bt_arena_destroy(arena);
}

enum { FEATURES = 3, ITEMS = 4 };

static void draw_features(bt_stream *stream, double *feature)
{
    for (size_t k = 0; k < ITEMS * FEATURES; k++)
        feature[k] = bt_stream_normal(stream);
}

static double loss_of(const double *feature, const double *theta, size_t taken)
{
    double sum = 1, utility[ITEMS];
    for (size_t k = 0; k < ITEMS; k++) {
        utility[k] = 0;
        for (size_t f = 0; f < FEATURES; f++)
            utility[k] += theta[f] * feature[k * FEATURES + f];
        sum += exp(utility[k]);
    }
    return log(sum) - (taken < ITEMS ? utility[taken] : 0);
}

static void gradient_and_information_are_derivatives(void **state)
{
    (void)state;
    bt_stream stream = stream_of(1);
    double feature[ITEMS * FEATURES], probability[ITEMS], gradient[FEATURES], mean[FEATURES];
    double theta[FEATURES] = {0.3, -0.7, 0.2}, information[FEATURES * FEATURES] = {0};
    draw_features(&stream, feature);
    bt_mnl_probabilities(ITEMS, FEATURES, feature, theta, probability);
    bt_mnl_gradient(ITEMS, FEATURES, feature, probability, 2, gradient);
    bt_mnl_add_information(ITEMS, FEATURES, feature, probability, 1, information, mean);
    const double h = 1e-5;
    for (size_t f = 0; f < FEATURES; f++) {
        double up[FEATURES], down[FEATURES], above[FEATURES], below[FEATURES];
        for (size_t k = 0; k < FEATURES; k++) {
            up[k] = theta[k] + (k == f ? h : 0);
            down[k] = theta[k] - (k == f ? h : 0);
        }
        assert_close((loss_of(feature, up, 2) - loss_of(feature, down, 2)) / (2 * h),
                     gradient[f], 1e-9);
        bt_mnl_probabilities(ITEMS, FEATURES, feature, up, probability);
        bt_mnl_gradient(ITEMS, FEATURES, feature, probability, 2, above);
        bt_mnl_probabilities(ITEMS, FEATURES, feature, down, probability);
        bt_mnl_gradient(ITEMS, FEATURES, feature, probability, 2, below);
        for (size_t k = 0; k < FEATURES; k++)
            assert_close((above[k] - below[k]) / (2 * h), information[f * FEATURES + k], 1e-8);
    }
}

/* 4,000 buyers: each coefficient within five standard errors, by the inverse information
 * (false alarm below 2e-6). */
static void estimate_finds_the_truth(void **state)
{
    (void)state;
    enum { ROUNDS = 4000 };
    bt_stream stream = stream_of(2);
    bt_arena *arena = bt_arena_create();
    bt_mnl_history *history = bt_mnl_history_create(FEATURES, ITEMS, ROUNDS, arena);
    const double truth[FEATURES] = {0.5, -1, 0.25};
    double feature[ITEMS * FEATURES], probability[ITEMS], mean[FEATURES];
    double information[FEATURES * FEATURES] = {0}, inverse[FEATURES * FEATURES];
    for (size_t t = 0; t < ROUNDS; t++) {
        draw_features(&stream, feature);
        bt_mnl_probabilities(ITEMS, FEATURES, feature, truth, probability);
        bt_mnl_add_information(ITEMS, FEATURES, feature, probability, 1, information, mean);
        double rest = bt_stream_uniform(&stream);
        size_t taken = 0;
        while (taken < ITEMS && (rest -= probability[taken]) >= 0)
            taken++;
        bt_mnl_history_add(history, ITEMS, feature, taken);
    }
    double theta[FEATURES] = {0};
    bt_mnl_fit(history, 1e-6, theta);
    assert_true(bt_mnl_invert(FEATURES, information, inverse));
    for (size_t f = 0; f < FEATURES; f++)
        assert_close(theta[f], truth[f], 5 * sqrt(inverse[f * FEATURES + f]));
    bt_arena_destroy(arena);
}

/* On the ball's surface, with the stationarity condition matrix (p - point) = -m (p - c). */
static void projection_is_stationary(void **state)
{
    (void)state;
    const double matrix[9] = {4, 1, 0.5, 1, 3, -0.2, 0.5, -0.2, 0.3};
    const double centre[3] = {0.1, -0.2, 0.3}, point[3] = {2, -3, 4};
    double p[3] = {2, -3, 4}, vectors[9], work[9];
    bt_mnl_project(3, matrix, centre, 0.49, p, vectors, work);
    double square = 0, multiplier = 0;
    for (size_t k = 0; k < 3; k++)
        square += (p[k] - centre[k]) * (p[k] - centre[k]);
    assert_close(square, 0.49, 1e-10);
    for (size_t k = 0; k < 3; k++) {
        double force = 0;
        for (size_t j = 0; j < 3; j++)
            force += matrix[3 * k + j] * (point[j] - p[j]);
        double ratio = force / (p[k] - centre[k]);
        multiplier = k == 0 ? ratio : multiplier;
        assert_true(ratio > 0);
        assert_close(ratio, multiplier, 1e-7 * multiplier);
    }
    double inside[3] = {0.2, -0.1, 0.2};
    bt_mnl_project(3, matrix, centre, 0.49, inside, vectors, work);
    assert_close(inside[0], 0.2, 0);
}

/* 20,000 draws: mean and covariance within five standard errors. */
static void draws_have_their_covariance(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    bt_stream stream = stream_of(3);
    const double mean[2] = {1, -2}, covariance[4] = {2, 0.6, 0.6, 0.5};
    double theta[2], factor[4], sum[2] = {0}, product[3] = {0};
    for (size_t k = 0; k < DRAWS; k++) {
        bt_mnl_draw(2, mean, covariance, 0.5, &stream, factor, theta);
        double a = theta[0] - mean[0], b = theta[1] - mean[1];
        sum[0] += a;
        sum[1] += b;
        product[0] += a * a;
        product[1] += a * b;
        product[2] += b * b;
    }
    assert_close(sum[0] / DRAWS, 0, 5 * sqrt(0.5 / DRAWS));
    assert_close(sum[1] / DRAWS, 0, 5 * sqrt(0.125 / DRAWS));
    assert_close(product[0] / DRAWS, 0.5, 5 * 0.5 * sqrt(2.0 / DRAWS));
    assert_close(product[1] / DRAWS, 0.15, 5 * sqrt((0.5 * 0.125 + 0.15 * 0.15) / DRAWS));
    assert_close(product[2] / DRAWS, 0.125, 5 * 0.125 * sqrt(2.0 / DRAWS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimate_solves_its_first_order_condition),
        cmocka_unit_test(separable_data_have_a_finite_estimate),
        cmocka_unit_test(gradient_and_information_are_derivatives),
        cmocka_unit_test(estimate_finds_the_truth),
        cmocka_unit_test(projection_is_stationary),
        cmocka_unit_test(draws_have_their_covariance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
