/*
 * The neural layers in double precision, compiled into the test that includes this (before any
 * other header of theirs), and the comparison of their derivatives with central differences.
 *
 * A central difference with step h has an error of h^2 |f'''| / 6 from truncation and about
 * u (|f| + |terms of f|) / h from rounding, u = 2^-53. With h = 1e-5, losses of at most a few
 * dozen and third derivatives of at most 100 (weights, inputs and losses are of order one),
 * these are 2e-9 and 4e-10: derivatives must agree to 1e-8 of 1 + their size. A wrong term in a
 * derivative is many times that.
 */
#ifndef BT_TESTS_DOUBLE_LAYERS_H
#define BT_TESTS_DOUBLE_LAYERS_H

#define BT_NEURAL_DOUBLE

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "agents/learning/neural/activation.c"
#include "agents/learning/neural/adam.c"
#include "agents/learning/neural/attention.c"
#include "agents/learning/neural/dropout.c"
#include "agents/learning/neural/embedding.c"
#include "agents/learning/neural/factorization.c"
#include "agents/learning/neural/gru.c"
#include "agents/learning/neural/layer_norm.c"
#include "agents/learning/neural/linear.c"
#include "agents/learning/neural/losses.c"
#include "agents/learning/neural/matrix.c"
#include "agents/learning/neural/mixture.c"
#include "agents/learning/neural/mlp.c"
#include "agents/learning/neural/weights.c"

#define DIFFERENCE_STEP 1e-5
#define DIFFERENCE_TOLERANCE 1e-8

#define assert_near(value, expected, bound) assert_true(fabs((value) - (expected)) <= (bound))

typedef double (*loss_function)(void *context);

/* derivative [count] against central differences of loss(context) in value [count]. */
static inline void assert_derivatives(loss_function loss, void *context, double *value,
                                      const double *derivative, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        double kept = value[k];
        value[k] = kept + DIFFERENCE_STEP;
        double above = loss(context);
        value[k] = kept - DIFFERENCE_STEP;
        double below = loss(context);
        value[k] = kept;
        double difference = (above - below) / (2 * DIFFERENCE_STEP);
        if (!(fabs(difference - derivative[k]) <=
              DIFFERENCE_TOLERANCE * (1 + fabs(derivative[k]))))
            fail_msg("element %zu: derivative %.12g, difference %.12g", k, derivative[k],
                     difference);
    }
}

/* The derivatives of all weights, as the gradient holds them. */
static inline void assert_weight_derivatives(loss_function loss, void *context,
                                             bt_weights *weights)
{
    double *gradient = malloc(weights->count * sizeof(double));
    memcpy(gradient, weights->gradient, weights->count * sizeof(double));
    assert_derivatives(loss, context, weights->value, gradient, weights->count);
    free(gradient);
}

/* Draws of order one; a loss that weighs outputs by such numbers sees every element. */
static inline void fill_normal(double *value, size_t count, bt_stream *stream)
{
    for (size_t k = 0; k < count; k++)
        value[k] = bt_stream_normal(stream);
}

static inline double weighted_sum(const double *value, const double *weight, size_t count)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += weight[k] * value[k];
    return sum;
}

#endif
