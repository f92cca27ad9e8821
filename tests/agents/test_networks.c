/* Networks in single precision: products have the same bits on every instruction set, the
 * optimiser's steps are those of its formula, training learns, repeats itself bit by bit, and
 * goes on from an archive as if it had never stopped. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agents/learning/neural/losses.h"
#include "agents/learning/neural/matrix.h"
#include "agents/learning/neural/mlp.h"

#define assert_near(value, expected, bound) assert_true(fabs((value) - (expected)) <= (bound))

static bt_stream test_stream(uint32_t purpose)
{
    return bt_stream_open(bt_random_key_of(2026, 0, 0), 0, purpose);
}

/* ---- products ---- */

enum { LARGEST = 150 };

typedef struct factors {
    float a[LARGEST * LARGEST], b[LARGEST * LARGEST], c[LARGEST * LARGEST];
} factors;

static double element(bt_product_form form, const factors *of, size_t i, size_t j, size_t k)
{
    double a = of->a[form == BT_LEFT_TRANSPOSED ? k * LARGEST + i : i * LARGEST + k];
    double b = of->b[form == BT_RIGHT_TRANSPOSED ? j * LARGEST + k : k * LARGEST + j];
    return a * b;
}

/* Against double precision: a sum of n products, each at most 1, in any order is within
 * n (n + 1) 2^-24 (Higham 2002, section 3.1). */
static void check_product(bt_product_form form, factors *of, size_t rows, size_t inner,
                          size_t columns, bool adds)
{
    factors *before = malloc(sizeof(*before));
    memcpy(before, of, sizeof(*before));
    bt_product(form, rows, inner, columns, (bt_matrix){of->a, LARGEST},
               (bt_matrix){of->b, LARGEST}, adds, of->c, LARGEST);
    double bound = ldexp((double)((inner + 2) * (inner + 3)), -24);
    for (size_t i = 0; i < LARGEST; i++)
        for (size_t j = 0; j < LARGEST; j++) {
            double expected = before->c[i * LARGEST + j];
            bool is_inside = i < rows && j < columns;
            if (is_inside && !adds)
                expected = 0;
            for (size_t k = 0; is_inside && k < inner; k++)
                expected += element(form, of, i, j, k);
            assert_true(fabs(of->c[i * LARGEST + j] - expected) <= (is_inside ? bound : 0));
        }
    free(before);
}

static void products_of_all_shapes(void **state)
{
    (void)state;
    static const size_t shape[][3] = {{1, 1, 1},  {1, 7, 15},   {3, 16, 1},     {5, 17, 64},
                                      {2, 3, 77}, {32, 33, 31}, {150, 150, 150}};
    factors *of = malloc(sizeof(*of));
    bt_stream stream = test_stream(1);
    for (size_t k = 0; k < LARGEST * LARGEST; k++) {
        of->a[k] = (float)(2 * bt_stream_uniform(&stream) - 1);
        of->b[k] = (float)(2 * bt_stream_uniform(&stream) - 1);
        of->c[k] = (float)(2 * bt_stream_uniform(&stream) - 1);
    }
    for (bt_product_form form = BT_PLAIN; form < BT_PRODUCT_FORMS; form++)
        for (size_t s = 0; s < sizeof(shape) / sizeof(shape[0]); s++) {
            check_product(form, of, shape[s][0], shape[s][1], shape[s][2], false);
            check_product(form, of, shape[s][0], shape[s][1], shape[s][2], true);
        }
    free(of);
}

static void small_products_have_the_same_bits_everywhere(void **state)
{
    (void)state;
    enum { INNER = 45, COLUMNS = 93, MOST_ROWS = 9 };
    static float a[INNER * COLUMNS], b[INNER * COLUMNS];
    bt_stream stream = test_stream(2);
    for (size_t k = 0; k < INNER * COLUMNS; k++) {
        a[k] = (float)bt_stream_normal(&stream);
        b[k] = (float)bt_stream_normal(&stream);
    }
    for (bt_product_form form = BT_PLAIN; form < BT_PRODUCT_FORMS; form++)
        for (size_t rows = 1; rows <= MOST_ROWS; rows += 4) {
            float first[MOST_ROWS * COLUMNS] = {0}, other[MOST_ROWS * COLUMNS] = {0};
            bt_matrix right = {b, form == BT_RIGHT_TRANSPOSED ? INNER : COLUMNS};
            bt_small_product_on(BT_BASELINE, form, rows, INNER, COLUMNS, (bt_matrix){a, INNER},
                                right, false, first, COLUMNS);
            for (bt_instruction_set set = BT_AVX2; set < BT_INSTRUCTION_SETS; set++) {
                if (!bt_has_instruction_set(set))
                    continue;
                bt_small_product_on(set, form, rows, INNER, COLUMNS, (bt_matrix){a, INNER},
                                    right, false, other, COLUMNS);
                assert_memory_equal(first, other, sizeof(first));
            }
        }
}

/* ---- the optimiser ---- */

typedef struct optimiser_case {
    bt_arena *arena;
    bt_weights weights;
} optimiser_case;

static void open_optimiser(optimiser_case *of, size_t rows, bool keeps_largest)
{
    of->arena = bt_arena_create();
    assert_true(bt_weights_open(&of->weights, of->arena, 2));
    bt_weights_add(&of->weights, "table", rows, 2);
    bt_weights_add(&of->weights, "other", 1, 2);
    assert_true(bt_weights_allocate(&of->weights, keeps_largest));
    for (size_t k = 0; k < of->weights.count; k++)
        of->weights.value[k] = 0.5F;
}

/* One element through the formula, in double precision. */
typedef struct formula {
    double w, m, v, largest;
} formula;

static void follow_formula(formula *of, const bt_adam *rule, double g, int t, bool by_largest)
{
    g += rule->decouples_weight_decay ? 0 : rule->weight_decay * of->w;
    if (rule->decouples_weight_decay)
        of->w *= 1 - rule->learning_rate * rule->weight_decay;
    of->m = rule->first_decay * of->m + (1 - rule->first_decay) * g;
    of->v = rule->second_decay * of->v + (1 - rule->second_decay) * g * g;
    of->largest = fmax(of->largest, of->v);
    double v = (by_largest ? of->largest : of->v) / (1 - pow(rule->second_decay, t));
    of->w -= rule->learning_rate / (1 - pow(rule->first_decay, t)) * of->m /
             (sqrt(v) + rule->epsilon);
}

/* 30 steps of at most .1 in single precision, each with relative error below 1e-5 (square root,
 * quotient and a handful of roundings, and 1 - beta_2 to 6e-5 of itself). */
static void adam_follows_its_formula(void **state)
{
    (void)state;
    for (int variant = 0; variant < 4; variant++) {
        optimiser_case of;
        bool by_largest = variant == 3;
        open_optimiser(&of, 3, by_largest);
        bt_adam rule = bt_adam_defaults(0.1);
        rule.weight_decay = variant == 1 || variant == 2 ? 0.05 : 0;
        rule.decouples_weight_decay = variant == 2;
        formula expected = {.w = 0.5};
        for (int t = 1; t <= 30; t++) {
            double g = t == 5 ? 10 : sin(t);
            bt_weights_gradient(&of.weights, 1)[1] = (float)g;
            bt_adam_step(&rule, &of.weights);
            follow_formula(&expected, &rule, g, t, by_largest);
            assert_near(bt_weights_value(&of.weights, 1)[1], expected.w, 30 * 1e-5);
            assert_true(bt_weights_gradient(&of.weights, 1)[1] == 0);
        }
        bt_arena_destroy(of.arena);
    }
}

static void rows_that_were_not_used_stay(void **state)
{
    (void)state;
    optimiser_case dense, sparse;
    open_optimiser(&dense, 4, false);
    open_optimiser(&sparse, 4, false);
    bt_adam rule = bt_adam_defaults(0.1);
    static const uint32_t used[] = {1, 3};
    for (int step = 0; step < 3; step++) {
        for (size_t k = 0; k < 2; k++) {
            bt_weights_gradient(&dense.weights, 0)[2 * used[k]] = 1;
            bt_weights_gradient(&sparse.weights, 0)[2 * used[k]] = 1;
        }
        bt_weights_gradient(&dense.weights, 1)[0] = -1;
        bt_weights_gradient(&sparse.weights, 1)[0] = -1;
        bt_adam_step(&rule, &dense.weights);
        bt_adam_step_except(&rule, &sparse.weights, 0);
        bt_adam_step_rows(&rule, &sparse.weights, 0, used, 2);
    }
    /* a row used at every step moves as in the dense rule, one never used not at all */
    assert_memory_equal(dense.weights.value, sparse.weights.value,
                        dense.weights.count * sizeof(float));
    bt_weights_gradient(&dense.weights, 0)[0] = 0;
    bt_adam_step(&rule, &dense.weights);
    float kept = bt_weights_value(&sparse.weights, 0)[2];
    bt_adam_step_except(&rule, &sparse.weights, 0);
    assert_true(bt_weights_value(&sparse.weights, 0)[2] == kept);
    assert_true(bt_weights_value(&dense.weights, 0)[2] != kept); /* momentum goes on */
    bt_arena_destroy(dense.arena);
    bt_arena_destroy(sparse.arena);
}

static void gradients_are_clipped_to_a_norm(void **state)
{
    (void)state;
    optimiser_case of;
    open_optimiser(&of, 1, false);
    bt_weights_gradient(&of.weights, 0)[0] = 3;
    bt_weights_gradient(&of.weights, 1)[1] = 4;
    assert_near(bt_clip_gradient(&of.weights, 10), 5, 1e-6);
    assert_near(bt_clip_gradient(&of.weights, 0.5), 5, 1e-6);
    assert_near(bt_weights_gradient(&of.weights, 1)[1], 0.4, 1e-6);
    bt_arena_destroy(of.arena);
}

/* ---- training ---- */

enum { BATCH = 32 };

/* Exclusive or of two coordinates' signs: no linear rule does better than half. */
static void draw_batch(bt_stream *stream, float *input, uint32_t *class)
{
    for (size_t k = 0; k < BATCH; k++) {
        input[2 * k] = (float)(2 * bt_stream_uniform(stream) - 1);
        input[2 * k + 1] = (float)(2 * bt_stream_uniform(stream) - 1);
        class[k] = (input[2 * k] > 0) != (input[2 * k + 1] > 0);
    }
}

typedef struct training {
    bt_arena *arena;
    bt_mlp net;
    bt_stream data;
} training;

static void open_training(training *of)
{
    of->arena = bt_arena_create();
    of->data = test_stream(8);
    bt_stream stream = test_stream(7);
    assert_true(
        bt_mlp_create(&of->net, (size_t[]){2, 16, 16, 2}, 4, BT_RELU, BATCH, false, of->arena));
    bt_mlp_fill(&of->net, 1, &stream);
}

static double train(training *of, int steps)
{
    bt_adam rule = bt_adam_defaults(0.01);
    float input[2 * BATCH], gradient[2 * BATCH];
    uint32_t class[BATCH];
    double loss = 0;
    for (int k = 0; k < steps; k++) {
        draw_batch(&of->data, input, class);
        const float *score = bt_mlp_forward(&of->net, input, BATCH);
        loss = bt_softmax_loss(BATCH, 2, score, class, 1.0 / BATCH, gradient) / BATCH;
        bt_mlp_backward(&of->net, gradient, NULL);
        bt_adam_step(&rule, &of->net.weights);
    }
    return loss;
}

static void a_perceptron_learns_exclusive_or(void **state)
{
    (void)state;
    training of;
    open_training(&of);
    assert_true(train(&of, 1) > 0.5); /* near log 2 */
    train(&of, 2000);
    size_t errors = 0;
    for (size_t k = 0; k < 100; k++) {
        float input[2 * BATCH];
        uint32_t class[BATCH];
        draw_batch(&of.data, input, class);
        const float *score = bt_mlp_forward(&of.net, input, BATCH);
        for (size_t i = 0; i < BATCH; i++)
            errors += (score[2 * i + 1] > score[2 * i]) != class[i];
    }
    assert_in_range(errors, 0, 100 * BATCH / 20); /* guessing: half */
    bt_arena_destroy(of.arena);
}

static void training_repeats_itself(void **state)
{
    (void)state;
    training first, second;
    open_training(&first);
    open_training(&second);
    train(&first, 200);
    train(&second, 200);
    assert_memory_equal(first.net.weights.value, second.net.weights.value,
                        first.net.weights.count * sizeof(float));
    bt_arena_destroy(first.arena);
    bt_arena_destroy(second.arena);
}

static void training_resumes_from_an_archive(void **state)
{
    (void)state;
    training whole, begun, resumed;
    open_training(&whole);
    open_training(&begun);
    open_training(&resumed);
    train(&whole, 120);
    train(&begun, 50);
    bt_archive *saved = bt_archive_create(), *restored;
    bt_mlp_archive(&begun.net, saved);
    size_t size;
    const void *bytes = bt_archive_bytes(saved, &size);
    bt_error error;
    assert_int_equal(bt_archive_open(bytes, size, &restored, &error), BT_OK);
    bt_mlp_archive(&resumed.net, restored);
    assert_int_equal(bt_archive_status(restored, &error), BT_OK);
    assert_true(bt_archive_at_end(restored));
    resumed.data = begun.data;
    train(&resumed, 70);
    assert_memory_equal(whole.net.weights.value, resumed.net.weights.value,
                        whole.net.weights.count * sizeof(float));
    bt_archive_destroy(saved);
    bt_archive_destroy(restored);
    bt_arena_destroy(whole.arena);
    bt_arena_destroy(begun.arena);
    bt_arena_destroy(resumed.arena);
}

static void a_list_of_blocks_that_is_too_long_is_refused(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_weights weights;
    assert_true(bt_weights_open(&weights, arena, 1));
    bt_weights_add(&weights, "one", 2, 2);
    bt_weights_add(&weights, "two", 2, 2);
    assert_false(bt_weights_allocate(&weights, false));
    bt_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_all_shapes),
        cmocka_unit_test(small_products_have_the_same_bits_everywhere),
        cmocka_unit_test(adam_follows_its_formula),
        cmocka_unit_test(rows_that_were_not_used_stay),
        cmocka_unit_test(gradients_are_clipped_to_a_norm),
        cmocka_unit_test(a_perceptron_learns_exclusive_or),
        cmocka_unit_test(training_repeats_itself),
        cmocka_unit_test(training_resumes_from_an_archive),
        cmocka_unit_test(a_list_of_blocks_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
