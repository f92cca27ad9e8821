/* SASRec in double precision: the whole network's derivatives, with dropout, against finite
 * differences; and the layers' order. */
#include "tests/agents/double_layers.h"

#include "agents/recommenders/next_item.c"
#include "agents/recommenders/sasrec.c"
#include "agents/recommenders/gru_model.c"

enum { SEQUENCES = 3, ROWS = 9, ITEMS = 12 };
static const uint32_t offset[SEQUENCES + 1] = {0, 4, 5, 9};
static const uint32_t item[ROWS] = {1, 5, 5, 2, 12, 7, 3, 9, 1};
static const uint32_t positive[ROWS] = {5, 5, 2, 11, 4, 3, 9, 1, 6};
static const uint32_t negative[ROWS] = {3, 1, 9, 9, 10, 12, 2, 8, 2};

static double loss(void *context)
{
    bt_sasrec *net = context;
    bt_sasrec_forward(net, SEQUENCES, offset, item, true, 5);
    score_rows(&net->items, &net->weights, ROWS, net->state, positive, net->score);
    score_rows(&net->items, &net->weights, ROWS, net->state, negative, net->score + ROWS);
    return loss_of(ROWS, 1, net->gradient[1], net->score) +
           loss_of(ROWS, 0, net->gradient[1], net->score + ROWS);
}

static void open_net(bt_sasrec *net, size_t blocks, size_t heads, bt_arena *arena)
{
    const bt_sasrec_shape shape = {
        .n_items = ITEMS, .length = 4, .width = 6, .blocks = blocks, .heads = heads};
    bt_stream stream = bt_stream_open(bt_random_key_of(3, 0, 0), 0, 0);
    assert_true(bt_sasrec_create(net, &shape, ROWS, arena));
    bt_sasrec_fill(net, &stream);
    net->dropout_rate = 0.3;
    net->dropout_key = bt_random_key_of(4, 0, 0);
}

/* Layer norms divide by deviations below one, which raises third derivatives: the differences'
 * own error is a few times that of single layers. */
static void network_derivatives(void **state)
{
    (void)state;
    for (size_t blocks = 0; blocks <= 2; blocks++) {
        static bt_sasrec net;
        bt_arena *arena = bt_arena_create();
        open_net(&net, blocks, blocks == 2 ? 3 : 1, arena);
        bt_sasrec_train(&net, SEQUENCES, offset, item, &(bt_next_items){positive, negative}, 5);
        double largest = 0;
        for (size_t k = 0; k < net.weights.count; k++)
            largest = fmax(largest, fabs(net.weights.gradient[k]));
        assert_true(largest > 0.01);
        assert_weight_derivatives(loss, &net, &net.weights);
        bt_arena_destroy(arena);
    }
}

/* The state after an item depends on what came before, in order, and on nothing else. */
static void states_look_back_only(void **state)
{
    (void)state;
    static bt_sasrec net;
    bt_arena *arena = bt_arena_create();
    double before[ROWS * 6];
    uint32_t changed[ROWS];
    open_net(&net, 2, 2, arena);
    memcpy(before, bt_sasrec_forward(&net, SEQUENCES, offset, item, false, 0), sizeof(before));
    memcpy(changed, item, sizeof(changed));
    changed[2] = 8;
    const double *after = bt_sasrec_forward(&net, SEQUENCES, offset, changed, false, 0);
    for (size_t row = 0; row < ROWS; row++)
        assert_int_equal(memcmp(before + 6 * row, after + 6 * row, 6 * sizeof(double)) != 0,
                         row == 2 || row == 3);
    bt_arena_destroy(arena);
}

/* ---- the recurrent model ---- */

static const bt_next_items next = {positive, negative};

static double recurrent_loss(void *context)
{
    return train(context, SEQUENCES, offset, item, &next, 5);
}

static void recurrent_derivatives(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    const gru_parameters chosen = {.length = 4, .width = 6, .dropout = 0.3};
    const bt_sequence_model_setting setting = {.n_items = ITEMS,
                                               .max_sequences = SEQUENCES,
                                               .dropout_key = bt_random_key_of(4, 0, 0),
                                               .arena = arena};
    bt_stream stream = bt_stream_open(bt_random_key_of(3, 0, 0), 0, 0);
    void *model;
    bt_error error;
    assert_int_equal(create(&chosen, &setting, &model, &error), BT_OK);
    fill(model, NULL, &stream);
    bt_weights_clear_gradient(weights(model));
    recurrent_loss(model);
    assert_weight_derivatives(recurrent_loss, model, weights(model));
    bt_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(network_derivatives),
        cmocka_unit_test(states_look_back_only),
        cmocka_unit_test(recurrent_derivatives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
