/* Layers for sequences and for fields: derivatives against finite differences in double
 * precision, and their formulas by hand. */
#include "tests/agents/double_layers.h"

static bt_stream test_stream(uint32_t purpose)
{
    return bt_stream_open(bt_random_key_of(2027, 0, 0), 0, purpose);
}

/* Four packed sequences, of lengths 3, 1, 5 and 2. */
enum { SEQUENCES = 4, ROWS = 11, WIDTH = 6, INPUTS = 5, LONGEST = 5 };
static const uint32_t offset[SEQUENCES + 1] = {0, 3, 4, 9, 11};

/* ---- embedding ---- */

typedef struct embedding_case {
    bt_weights weights;
    bt_embedding layer;
    uint32_t index[ROWS];
    double output[ROWS * WIDTH], outer[ROWS * WIDTH];
} embedding_case;

static double embedding_loss(void *context)
{
    embedding_case *of = context;
    bt_embedding_forward(&of->layer, &of->weights, ROWS, of->index, 1.5, of->output);
    return weighted_sum(of->output, of->outer, ROWS * WIDTH);
}

static void embedding_derivatives(void **state)
{
    (void)state;
    embedding_case of = {.index = {0, 3, 3, 1, 6, 3, 0, 2, 2, 6, 1}};
    bt_arena *arena = bt_arena_create();
    bt_stream stream = test_stream(1);
    assert_true(bt_weights_open(&of.weights, arena, 1));
    of.layer = bt_embedding_add(&of.weights, "items", 7, WIDTH);
    assert_true(bt_weights_allocate(&of.weights, false));
    fill_normal(of.weights.value, of.weights.count, &stream);
    fill_normal(of.outer, ROWS * WIDTH, &stream);
    embedding_loss(&of);
    assert_true(of.output[WIDTH] == 1.5 * of.weights.value[3 * WIDTH]);
    bt_embedding_backward(&of.layer, &of.weights, ROWS, of.index, 1.5, of.outer);
    assert_weight_derivatives(embedding_loss, &of, &of.weights);
    bt_arena_destroy(arena);
}

/* ---- layer normalisation ---- */

typedef struct layer_norm_case {
    bt_weights weights;
    bt_layer_norm layer;
    double input[ROWS * WIDTH], normal[ROWS * WIDTH], inverse[ROWS];
    double output[ROWS * WIDTH], outer[ROWS * WIDTH];
} layer_norm_case;

static double layer_norm_loss(void *context)
{
    layer_norm_case *of = context;
    bt_layer_norm_forward(&of->layer, &of->weights, ROWS, of->input, of->normal, of->inverse,
                          of->output);
    return weighted_sum(of->output, of->outer, ROWS * WIDTH);
}

static void layer_norm_derivatives(void **state)
{
    (void)state;
    layer_norm_case of;
    double input_gradient[ROWS * WIDTH];
    bt_arena *arena = bt_arena_create();
    bt_stream stream = test_stream(2);
    assert_true(bt_weights_open(&of.weights, arena, 2));
    of.layer = bt_layer_norm_add(&of.weights, "norm", WIDTH, 1e-8);
    assert_true(bt_weights_allocate(&of.weights, false));
    bt_layer_norm_fill(&of.layer, &of.weights);
    fill_normal(of.input, ROWS * WIDTH, &stream);
    fill_normal(of.outer, ROWS * WIDTH, &stream);
    layer_norm_loss(&of);
    double mean = 0, squares = 0;
    for (size_t k = 0; k < WIDTH; k++) {
        mean += of.output[k] / WIDTH;
        squares += of.output[k] * of.output[k] / WIDTH;
    }
    assert_near(mean, 0, 1e-14);
    assert_near(squares, 1, 1e-7);
    fill_normal(of.weights.value, of.weights.count, &stream);
    layer_norm_loss(&of);
    bt_layer_norm_backward(&of.layer, &of.weights, ROWS, of.normal, of.inverse, of.outer,
                           input_gradient);
    assert_weight_derivatives(layer_norm_loss, &of, &of.weights);
    assert_derivatives(layer_norm_loss, &of, of.input, input_gradient, ROWS * WIDTH);
    bt_arena_destroy(arena);
}

/* ---- dropout ---- */

enum { MANY = 100000 };

static void dropout_drops_a_share_and_keeps_the_mean(void **state)
{
    (void)state;
    static double value[MANY], gradient[MANY];
    static uint8_t kept[MANY], again[MANY];
    const bt_dropout dropout = {.key = bt_random_key_of(1, 2, 3), .site = 4, .rate = 0.2};
    for (size_t k = 0; k < MANY; k++)
        value[k] = gradient[k] = 1;
    bt_dropout_forward(&dropout, 7, MANY, value, kept);
    bt_dropout_backward(&dropout, MANY, kept, gradient);
    double n_kept = 0;
    for (size_t k = 0; k < MANY; k++) {
        n_kept += kept[k];
        assert_true(value[k] == gradient[k]);
        assert_near(value[k], kept[k] ? 1.25 : 0, 1e-4); /* the rate is a multiple of 2^-16 */
    }
    /* five standard errors: false alarms one in 1.7 million */
    assert_near(n_kept / MANY, 0.8, 5 * sqrt(0.16 / MANY) + 0x1p-16);

    /* the same bits at each address, others at another step or site */
    const bt_dropout elsewhere = {.key = dropout.key, .site = 5, .rate = 0.2};
    bt_dropout_forward(&dropout, 7, 1000, value, again);
    assert_memory_equal(kept, again, 1000);
    bt_dropout_forward(&dropout, 8, 1000, value, again);
    assert_memory_not_equal(kept, again, 1000);
    bt_dropout_forward(&elsewhere, 7, 1000, value, again);
    assert_memory_not_equal(kept, again, 1000);
}

static void no_dropout_changes_nothing(void **state)
{
    (void)state;
    double value[] = {1, 2, 3};
    uint8_t kept[3];
    const bt_dropout none = {.rate = 0};
    bt_dropout_forward(&none, 0, 3, value, kept);
    bt_dropout_backward(&none, 3, kept, value);
    assert_true(value[0] == 1 && value[1] == 2 && value[2] == 3);
    assert_true(kept[0] && kept[1] && kept[2]);
}

/* ---- attention ---- */

typedef struct attention_case {
    bt_attention attention;
    bt_dropout dropout;
    double query[ROWS * WIDTH], key[ROWS * WIDTH], value[ROWS * WIDTH];
    double output[ROWS * WIDTH], outer[ROWS * WIDTH];
} attention_case;

static void attend(attention_case *of)
{
    bt_attention_forward(&of->attention, SEQUENCES, offset, of->query, of->key, of->value,
                         &of->dropout, 3, of->output);
}

static double attention_loss(void *context)
{
    attention_case *of = context;
    attend(of);
    return weighted_sum(of->output, of->outer, ROWS * WIDTH);
}

static void open_attention(attention_case *of, size_t heads, double rate, bt_arena *arena)
{
    bt_stream stream = test_stream(3);
    of->dropout = (bt_dropout){.key = bt_random_key_of(1, 2, 3), .site = 1, .rate = rate};
    assert_true(bt_attention_create(&of->attention, WIDTH, heads, ROWS, LONGEST, arena));
    fill_normal(of->query, ROWS * WIDTH, &stream);
    fill_normal(of->key, ROWS * WIDTH, &stream);
    fill_normal(of->value, ROWS * WIDTH, &stream);
    fill_normal(of->outer, ROWS * WIDTH, &stream);
}

static void attention_derivatives(void **state)
{
    (void)state;
    for (size_t heads = 1; heads <= 3; heads++)
        for (int drops = 0; drops < 2; drops++) {
            attention_case of;
            double query[ROWS * WIDTH], key[ROWS * WIDTH], value[ROWS * WIDTH];
            bt_arena *arena = bt_arena_create();
            open_attention(&of, heads, drops ? 0.3 : 0, arena);
            attend(&of);
            bt_attention_backward(&of.attention, SEQUENCES, offset, of.query, of.key, of.value,
                                  &of.dropout, of.outer, query, key, value);
            assert_derivatives(attention_loss, &of, of.query, query, ROWS * WIDTH);
            assert_derivatives(attention_loss, &of, of.key, key, ROWS * WIDTH);
            assert_derivatives(attention_loss, &of, of.value, value, ROWS * WIDTH);
            bt_arena_destroy(arena);
        }
}

/* The third row of the third sequence, second of two heads, from the formula. */
static void attention_by_hand(void **state)
{
    (void)state;
    attention_case of;
    bt_arena *arena = bt_arena_create();
    open_attention(&of, 2, 0, arena);
    attend(&of);
    double weight[3], total = 0, expected[3] = {0};
    for (size_t j = 0; j < 3; j++) {
        double score = 0;
        for (size_t k = 3; k < 6; k++)
            score += of.query[6 * WIDTH + k] * of.key[(4 + j) * WIDTH + k];
        total += weight[j] = exp(score / sqrt(3));
    }
    for (size_t j = 0; j < 3; j++)
        for (size_t k = 0; k < 3; k++)
            expected[k] += weight[j] / total * of.value[(4 + j) * WIDTH + 3 + k];
    for (size_t k = 0; k < 3; k++)
        assert_near(of.output[6 * WIDTH + 3 + k], expected[k], 1e-14);
    bt_arena_destroy(arena);
}

/* What comes later, or in another sequence, has no effect. */
static void attention_looks_back_only(void **state)
{
    (void)state;
    attention_case of;
    double before[ROWS * WIDTH];
    bt_arena *arena = bt_arena_create();
    open_attention(&of, 2, 0, arena);
    attend(&of);
    memcpy(before, of.output, sizeof(before));
    for (size_t k = 0; k < WIDTH; k++)
        of.key[6 * WIDTH + k] = of.value[6 * WIDTH + k] = of.query[6 * WIDTH + k] = 9;
    attend(&of);
    for (size_t row = 0; row < ROWS; row++) {
        bool may_change = row >= 6 && row < 9;
        bool changed =
            memcmp(before + row * WIDTH, of.output + row * WIDTH, WIDTH * sizeof(double)) != 0;
        assert_int_equal(changed, may_change);
    }
    bt_arena_destroy(arena);
}

/* ---- GRU ---- */

typedef struct gru_case {
    bt_weights weights;
    bt_gru layer;
    double input[ROWS * INPUTS], output[ROWS * WIDTH], outer[ROWS * WIDTH];
} gru_case;

static double gru_loss(void *context)
{
    gru_case *of = context;
    bt_gru_forward(&of->layer, &of->weights, SEQUENCES, offset, of->input, of->output);
    return weighted_sum(of->output, of->outer, ROWS * WIDTH);
}

static void open_gru(gru_case *of, bt_arena *arena)
{
    bt_stream stream = test_stream(4);
    assert_true(bt_weights_open(&of->weights, arena, 4));
    of->layer = bt_gru_add(&of->weights, "gru", INPUTS, WIDTH);
    assert_true(bt_weights_allocate(&of->weights, false));
    assert_true(bt_gru_allocate(&of->layer, ROWS, SEQUENCES, arena));
    bt_gru_fill(&of->layer, &of->weights, &stream);
    fill_normal(of->input, ROWS * INPUTS, &stream);
    fill_normal(of->outer, ROWS * WIDTH, &stream);
}

static void gru_derivatives(void **state)
{
    (void)state;
    gru_case of;
    double input_gradient[ROWS * INPUTS];
    bt_arena *arena = bt_arena_create();
    open_gru(&of, arena);
    gru_loss(&of);
    bt_gru_backward(&of.layer, &of.weights, SEQUENCES, offset, of.input, of.outer,
                    input_gradient);
    assert_weight_derivatives(gru_loss, &of, &of.weights);
    assert_derivatives(gru_loss, &of, of.input, input_gradient, ROWS * INPUTS);
    bt_arena_destroy(arena);
}

static double affine(const gru_case *of, const bt_linear *layer, const double *x, size_t gate)
{
    double sum = bt_weights_value(&of->weights, layer->bias)[gate];
    for (size_t k = 0; k < layer->inputs; k++)
        sum += x[k] * bt_weights_value(&of->weights, layer->weight)[k * layer->outputs + gate];
    return sum;
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* The second row of the last sequence from the formula, unit by unit. */
static void gru_by_hand(void **state)
{
    (void)state;
    gru_case of;
    bt_arena *arena = bt_arena_create();
    open_gru(&of, arena);
    gru_loss(&of);
    double h[2][WIDTH] = {{0}};
    for (size_t t = 0; t < 2; t++) {
        const double *x = of.input + (9 + t) * INPUTS;
        double next[WIDTH];
        for (size_t k = 0; k < WIDTH; k++) {
            double r = logistic(affine(&of, &of.layer.input, x, k) +
                                affine(&of, &of.layer.state, h[0], k));
            double z = logistic(affine(&of, &of.layer.input, x, WIDTH + k) +
                                affine(&of, &of.layer.state, h[0], WIDTH + k));
            double n = tanh(affine(&of, &of.layer.input, x, 2 * WIDTH + k) +
                            r * affine(&of, &of.layer.state, h[0], 2 * WIDTH + k));
            next[k] = (1 - z) * n + z * h[0][k];
        }
        memcpy(h[0], next, sizeof(next));
    }
    for (size_t k = 0; k < WIDTH; k++)
        assert_near(of.output[10 * WIDTH + k], h[0][k], 1e-14);
    bt_arena_destroy(arena);
}

/* ---- fields ---- */

enum { FIELDS = 4 };

typedef struct field_case {
    double embedding[ROWS * FIELDS * WIDTH], output[ROWS], outer[ROWS];
} field_case;

static double factorization_loss(void *context)
{
    field_case *of = context;
    bt_factorization_forward(ROWS, FIELDS, WIDTH, of->embedding, of->output);
    return weighted_sum(of->output, of->outer, ROWS);
}

static void factorization_derivatives(void **state)
{
    (void)state;
    field_case of;
    double gradient[ROWS * FIELDS * WIDTH], pairs = 0;
    bt_stream stream = test_stream(5);
    fill_normal(of.embedding, ROWS * FIELDS * WIDTH, &stream);
    fill_normal(of.outer, ROWS, &stream);
    factorization_loss(&of);
    for (size_t f = 0; f < FIELDS; f++)
        for (size_t g = f + 1; g < FIELDS; g++)
            pairs += weighted_sum(of.embedding + f * WIDTH, of.embedding + g * WIDTH, WIDTH);
    assert_near(of.output[0], pairs, 1e-13);
    bt_factorization_backward(ROWS, FIELDS, WIDTH, of.embedding, of.outer, gradient);
    assert_derivatives(factorization_loss, &of, of.embedding, gradient, ROWS * FIELDS * WIDTH);
}

/* Two layers, so that fields meet themselves and each other's products. */
enum { FIRST = 3, SECOND = 2 };

typedef struct cin_case {
    bt_weights weights;
    bt_cin first, second;
    double base[ROWS * FIELDS * WIDTH], middle[ROWS * FIRST * WIDTH];
    double output[ROWS * SECOND * WIDTH], outer[ROWS * SECOND * WIDTH];
} cin_case;

static double cin_loss(void *context)
{
    cin_case *of = context;
    bt_cin_forward(&of->first, &of->weights, ROWS, of->base, of->base, of->middle);
    bt_cin_forward(&of->second, &of->weights, ROWS, of->middle, of->base, of->output);
    return weighted_sum(of->output, of->outer, ROWS * SECOND * WIDTH);
}

/* Third derivatives of products of six factors of order one, summed over many: the truncation
 * bound of double_layers.h holds with weights and fields a third of that. */
static void cin_derivatives(void **state)
{
    (void)state;
    cin_case of;
    double base_gradient[ROWS * FIELDS * WIDTH] = {0},
                                         middle_gradient[ROWS * FIRST * WIDTH] = {0};
    bt_arena *arena = bt_arena_create();
    bt_stream stream = test_stream(6);
    assert_true(bt_weights_open(&of.weights, arena, 2));
    of.first = bt_cin_add(&of.weights, "first", FIELDS, FIELDS, FIRST, WIDTH);
    of.second = bt_cin_add(&of.weights, "second", FIRST, FIELDS, SECOND, WIDTH);
    assert_true(bt_weights_allocate(&of.weights, false));
    assert_true(bt_cin_allocate(&of.first, arena) && bt_cin_allocate(&of.second, arena));
    fill_normal(of.weights.value, of.weights.count, &stream);
    fill_normal(of.base, ROWS * FIELDS * WIDTH, &stream);
    fill_normal(of.outer, ROWS * SECOND * WIDTH, &stream);
    for (size_t k = 0; k < of.weights.count; k++)
        of.weights.value[k] /= 3;
    for (size_t k = 0; k < ROWS * FIELDS * WIDTH; k++)
        of.base[k] /= 3;
    cin_loss(&of);
    bt_cin_backward(&of.second, &of.weights, ROWS, of.middle, of.base, of.outer,
                    middle_gradient, base_gradient);
    bt_cin_backward(&of.first, &of.weights, ROWS, of.base, of.base, middle_gradient,
                    base_gradient, base_gradient);
    assert_weight_derivatives(cin_loss, &of, &of.weights);
    assert_derivatives(cin_loss, &of, of.base, base_gradient, ROWS * FIELDS * WIDTH);
    bt_arena_destroy(arena);
}

enum { EXPERTS = 3 };

typedef struct mixture_case {
    double score[ROWS * EXPERTS], expert[ROWS * EXPERTS * WIDTH], probability[ROWS * EXPERTS];
    double output[ROWS * WIDTH], outer[ROWS * WIDTH];
} mixture_case;

static double mixture_loss(void *context)
{
    mixture_case *of = context;
    bt_mixture_forward(ROWS, EXPERTS, WIDTH, of->score, of->expert, of->probability,
                       of->output);
    return weighted_sum(of->output, of->outer, ROWS * WIDTH);
}

static void mixture_derivatives(void **state)
{
    (void)state;
    mixture_case of;
    double score[ROWS * EXPERTS], expert[ROWS * EXPERTS * WIDTH] = {0};
    bt_stream stream = test_stream(7);
    fill_normal(of.score, ROWS * EXPERTS, &stream);
    fill_normal(of.expert, ROWS * EXPERTS * WIDTH, &stream);
    fill_normal(of.outer, ROWS * WIDTH, &stream);
    mixture_loss(&of);
    bt_mixture_backward(ROWS, EXPERTS, WIDTH, of.expert, of.probability, of.outer, score,
                        expert);
    assert_derivatives(mixture_loss, &of, of.score, score, ROWS * EXPERTS);
    assert_derivatives(mixture_loss, &of, of.expert, expert, ROWS * EXPERTS * WIDTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embedding_derivatives),
        cmocka_unit_test(layer_norm_derivatives),
        cmocka_unit_test(dropout_drops_a_share_and_keeps_the_mean),
        cmocka_unit_test(no_dropout_changes_nothing),
        cmocka_unit_test(attention_derivatives),
        cmocka_unit_test(attention_by_hand),
        cmocka_unit_test(attention_looks_back_only),
        cmocka_unit_test(gru_derivatives),
        cmocka_unit_test(gru_by_hand),
        cmocka_unit_test(factorization_derivatives),
        cmocka_unit_test(cin_derivatives),
        cmocka_unit_test(mixture_derivatives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
