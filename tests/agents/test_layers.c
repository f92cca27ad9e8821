/* Each layer's derivatives, and a network's, against finite differences in double precision. */
#include "tests/agents/double_layers.h"

enum { ROWS = 5, INPUTS = 7, OUTPUTS = 6 };

static bt_stream test_stream(uint32_t purpose)
{
    return bt_stream_open(bt_random_key_of(2026, 0, 0), 0, purpose);
}

/* ---- linear ---- */

typedef struct linear_case {
    bt_weights weights;
    bt_linear layer;
    double input[ROWS * INPUTS], output[ROWS * OUTPUTS], outer[ROWS * OUTPUTS];
} linear_case;

static double linear_loss(void *context)
{
    linear_case *of = context;
    bt_linear_forward(&of->layer, &of->weights, ROWS, of->input, of->output);
    return weighted_sum(of->output, of->outer, ROWS * OUTPUTS);
}

static void linear_derivatives(void **state)
{
    (void)state;
    for (int has_bias = 0; has_bias < 2; has_bias++) {
        linear_case of;
        double input_gradient[ROWS * INPUTS];
        bt_arena *arena = bt_arena_create();
        bt_stream stream = test_stream(1);
        assert_true(bt_weights_open(&of.weights, arena, 2));
        of.layer = bt_linear_add(&of.weights, "linear", INPUTS, OUTPUTS, has_bias);
        assert_true(bt_weights_allocate(&of.weights, false));
        fill_normal(of.weights.value, of.weights.count, &stream);
        fill_normal(of.input, ROWS * INPUTS, &stream);
        fill_normal(of.outer, ROWS * OUTPUTS, &stream);
        linear_loss(&of);
        bt_linear_backward(&of.layer, &of.weights, ROWS, of.input, of.outer, input_gradient);
        assert_weight_derivatives(linear_loss, &of, &of.weights);
        assert_derivatives(linear_loss, &of, of.input, input_gradient, ROWS * INPUTS);
        bt_arena_destroy(arena);
    }
}

/* Weights that are used twice in a step collect both gradients. */
static void gradients_add_up(void **state)
{
    (void)state;
    linear_case of;
    bt_arena *arena = bt_arena_create();
    bt_stream stream = test_stream(2);
    assert_true(bt_weights_open(&of.weights, arena, 2));
    of.layer = bt_linear_add(&of.weights, "linear", INPUTS, OUTPUTS, true);
    assert_true(bt_weights_allocate(&of.weights, false));
    fill_normal(of.input, ROWS * INPUTS, &stream);
    fill_normal(of.outer, ROWS * OUTPUTS, &stream);
    bt_linear_backward(&of.layer, &of.weights, ROWS, of.input, of.outer, NULL);
    double once = bt_weights_gradient(&of.weights, of.layer.weight)[3];
    bt_linear_backward(&of.layer, &of.weights, ROWS, of.input, of.outer, NULL);
    assert_true(bt_weights_gradient(&of.weights, of.layer.weight)[3] == 2 * once);
    assert_true(once != 0);
    bt_arena_destroy(arena);
}

/* ---- activations ---- */

typedef struct activation_case {
    bt_activation activation;
    double value[40], output[40], outer[40];
} activation_case;

static double activation_loss(void *context)
{
    activation_case *of = context;
    memcpy(of->output, of->value, sizeof(of->value));
    bt_activation_forward(of->activation, 40, of->output);
    return weighted_sum(of->output, of->outer, 40);
}

static void activation_derivatives(void **state)
{
    (void)state;
    static const bt_activation all[] = {BT_IDENTITY, BT_RELU, BT_TANH, BT_LOGISTIC};
    for (size_t a = 0; a < 4; a++) {
        activation_case of = {.activation = all[a]};
        double gradient[40];
        bt_stream stream = test_stream(3);
        fill_normal(of.value, 40, &stream);
        fill_normal(of.outer, 40, &stream);
        activation_loss(&of);
        memcpy(gradient, of.outer, sizeof(gradient));
        bt_activation_backward(of.activation, 40, of.output, gradient);
        assert_derivatives(activation_loss, &of, of.value, gradient, 40);
    }
}

static void activations_at_known_points(void **state)
{
    (void)state;
    double value[] = {-1000, -1, 0, 1, 1000};
    double expected_tanh[] = {-1, -0.76159415595576489, 0, 0.76159415595576489, 1};
    double expected_logistic[] = {0, 0.26894142136999512, 0.5, 0.73105857863000488, 1};
    double output[5];
    memcpy(output, value, sizeof(value));
    bt_activation_forward(BT_TANH, 5, output);
    for (size_t k = 0; k < 5; k++)
        assert_near(output[k], expected_tanh[k], 4e-16);
    memcpy(output, value, sizeof(value));
    bt_activation_forward(BT_LOGISTIC, 5, output);
    for (size_t k = 0; k < 5; k++)
        assert_near(output[k], expected_logistic[k], 4e-16);
}

/* ---- losses ---- */

typedef struct loss_case {
    double score[ROWS * OUTPUTS], target[ROWS * OUTPUTS], gradient[ROWS * OUTPUTS];
    uint32_t class[ROWS];
    double bend;
} loss_case;

static double softmax_loss(void *context)
{
    loss_case *of = context;
    return 0.3 * bt_softmax_loss(ROWS, OUTPUTS, of->score, of->class, 0.3, of->gradient);
}

static double logistic_loss(void *context)
{
    loss_case *of = context;
    return 0.3 * bt_logistic_loss(ROWS * OUTPUTS, of->score, of->target, 0.3, of->gradient);
}

static double huber_loss(void *context)
{
    loss_case *of = context;
    return 0.3 *
           bt_huber_loss(ROWS * OUTPUTS, of->score, of->target, of->bend, 0.3, of->gradient);
}

static double policy_loss(void *context)
{
    loss_case *of = context;
    return 0.3 * bt_policy_loss(ROWS, OUTPUTS, of->score, of->class, of->target, 0.2, 0.3,
                                of->gradient);
}

static void loss_derivatives(void **state)
{
    (void)state;
    static const loss_function losses[] = {softmax_loss, logistic_loss, huber_loss, huber_loss,
                                           policy_loss};
    for (size_t k = 0; k < 5; k++) {
        loss_case of = {.class = {0, 5, 3, 2, 2}, .bend = k == 3 ? INFINITY : 0.7};
        double gradient[ROWS * OUTPUTS];
        bt_stream stream = test_stream(4);
        fill_normal(of.score, ROWS * OUTPUTS, &stream);
        for (size_t i = 0; i < ROWS * OUTPUTS; i++)
            of.target[i] = bt_stream_uniform(&stream);
        losses[k](&of);
        memcpy(gradient, of.gradient, sizeof(gradient));
        assert_derivatives(losses[k], &of, of.score, gradient, ROWS * OUTPUTS);
    }
}

static void losses_by_hand(void **state)
{
    (void)state;
    double score[] = {log(1), log(2), log(5)}, gradient[3];
    uint32_t target = 1;
    assert_near(bt_softmax_loss(1, 3, score, &target, 1, gradient), log(4), 1e-14);
    assert_near(gradient[0], 0.125, 1e-15);
    assert_near(gradient[1], 0.25 - 1, 1e-15);
    assert_near(gradient[2], 0.625, 1e-15);
    double far[] = {-800, 800}, truth[] = {1, 1};
    assert_near(bt_logistic_loss(2, far, truth, 1, gradient), 800, 1e-12);
    double value[] = {3, -0.5}, zero[] = {0, 0};
    assert_near(bt_huber_loss(2, value, zero, 1, 1, gradient), 2.5 + 0.125, 1e-15);
    assert_near(gradient[0], 1, 0);
    assert_near(gradient[1], -0.5, 0);
}

/* ---- the perceptron, end to end ---- */

typedef struct perceptron_case {
    bt_mlp net;
    double input[ROWS * INPUTS], gradient[ROWS * OUTPUTS];
    uint32_t class[ROWS];
} perceptron_case;

static double perceptron_loss(void *context)
{
    perceptron_case *of = context;
    const double *score = bt_mlp_forward(&of->net, of->input, ROWS);
    return bt_softmax_loss(ROWS, OUTPUTS, score, of->class, 1, of->gradient);
}

static void perceptron_derivatives(void **state)
{
    (void)state;
    for (size_t n_widths = 2; n_widths <= 5; n_widths++) {
        static const bt_activation activations[] = {BT_RELU, BT_TANH, BT_RELU, BT_LOGISTIC};
        perceptron_case of = {.class = {0, 5, 3, 2, 2}};
        size_t width[] = {INPUTS, 9, 17, 8, OUTPUTS};
        width[n_widths - 1] = OUTPUTS;
        double input_gradient[ROWS * INPUTS];
        bt_arena *arena = bt_arena_create();
        bt_stream stream = test_stream(5);
        assert_true(bt_mlp_create(&of.net, width, n_widths, activations[n_widths - 2], ROWS + 3,
                                  false, arena));
        bt_mlp_fill(&of.net, 1, &stream);
        fill_normal(of.input, ROWS * INPUTS, &stream);
        perceptron_loss(&of);
        bt_mlp_backward(&of.net, of.gradient, input_gradient);
        assert_weight_derivatives(perceptron_loss, &of, &of.net.weights);
        assert_derivatives(perceptron_loss, &of, of.input, input_gradient, ROWS * INPUTS);
        bt_arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_derivatives),     cmocka_unit_test(gradients_add_up),
        cmocka_unit_test(activation_derivatives), cmocka_unit_test(activations_at_known_points),
        cmocka_unit_test(loss_derivatives),       cmocka_unit_test(losses_by_hand),
        cmocka_unit_test(perceptron_derivatives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
