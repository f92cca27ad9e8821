#include "agents/learning/neural/attention.h"

#include <math.h>
#include <string.h>

#include "agents/learning/neural/losses.h"
#include "agents/learning/neural/matrix.h"
#include "agents/learning/neural/sums.h"

bool bt_attention_create(bt_attention *attention, size_t width, size_t heads, size_t max_rows,
                         size_t max_length, bt_arena *arena)
{
    size_t cells = heads * max_rows * max_length;
    *attention = (bt_attention){
        .width = width,
        .heads = heads,
        .probability = BT_ARENA_NEW(arena, cells, bt_real),
        .weight = BT_ARENA_NEW(arena, cells, bt_real),
        .kept = BT_ARENA_NEW(arena, cells, uint8_t),
        .weight_gradient = BT_ARENA_NEW(arena, max_length * max_length, bt_real),
    };
    return attention->probability != NULL && attention->weight != NULL &&
           attention->kept != NULL && attention->weight_gradient != NULL;
}

/* One sequence and head: where its parts lie. */
typedef struct attention_square {
    size_t length;
    size_t at;   /* of its square among all squares */
    size_t from; /* of its first element in rows of `width` */
} attention_square;

static bt_real score_scale(const bt_attention *attention)
{
    return (bt_real)(1 / sqrt((double)attention->width / (double)attention->heads));
}

static bt_matrix part(const bt_attention *attention, const bt_real *rows,
                      const attention_square *square)
{
    return (bt_matrix){rows + square->from, attention->width};
}

/* probability = causal softmax of scores that stand there. */
static void causal_softmax(size_t length, bt_real scale, bt_real *probability)
{
    for (size_t i = 0; i < length; i++) {
        bt_real *row = probability + i * length;
        for (size_t j = 0; j <= i; j++)
            row[j] *= scale;
        bt_softmax(1, i + 1, row, row);
        memset(row + i + 1, 0, (length - i - 1) * sizeof(bt_real));
    }
}

static void find_probabilities(bt_attention *attention, const attention_square *square,
                               const bt_real *query, const bt_real *key)
{
    size_t length = square->length, depth = attention->width / attention->heads;
    bt_real *probability = attention->probability + square->at;
    bt_product(BT_RIGHT_TRANSPOSED, length, depth, length, part(attention, query, square),
               part(attention, key, square), false, probability, length);
    causal_softmax(length, score_scale(attention), probability);
}

/* Go through all sequences and heads; squares lie one after the other. */
static bool next_square(const bt_attention *attention, size_t sequences, const uint32_t *offset,
                        size_t *index, attention_square *square)
{
    if (*index > 0)
        square->at += square->length * square->length;
    if (*index == sequences * attention->heads)
        return false;
    size_t sequence = *index / attention->heads, head = *index % attention->heads;
    square->length = offset[sequence + 1] - offset[sequence];
    square->from =
        offset[sequence] * attention->width + head * (attention->width / attention->heads);
    ++*index;
    return true;
}

void bt_attention_forward(bt_attention *attention, size_t sequences, const uint32_t *offset,
                          const bt_real *query, const bt_real *key, const bt_real *value,
                          const bt_dropout *dropout, uint64_t step, bt_real *output)
{
    attention_square square = {0};
    size_t depth = attention->width / attention->heads;
    for (size_t k = 0; next_square(attention, sequences, offset, &k, &square);)
        find_probabilities(attention, &square, query, key);
    size_t cells = square.at;
    memcpy(attention->weight, attention->probability, cells * sizeof(bt_real));
    bt_dropout_forward(dropout, step, cells, attention->weight, attention->kept);
    square = (attention_square){0};
    for (size_t k = 0; next_square(attention, sequences, offset, &k, &square);)
        bt_product(BT_PLAIN, square.length, square.length, depth,
                   (bt_matrix){attention->weight + square.at, square.length},
                   part(attention, value, &square), false, output + square.from,
                   attention->width);
}

/* From the gradient of weights to that of scaled scores: through dropout and softmax. */
static void score_gradients(bt_attention *attention, const attention_square *square,
                            const bt_dropout *dropout)
{
    size_t length = square->length;
    bt_real *gradient = attention->weight_gradient, scale = score_scale(attention);
    bt_dropout_backward(dropout, length * length, attention->kept + square->at, gradient);
    for (size_t i = 0; i < length; i++) {
        const bt_real *probability = attention->probability + square->at + i * length;
        bt_real *row = gradient + i * length;
        bt_real mean = bt_dot(i + 1, row, probability);
        for (size_t j = 0; j <= i; j++)
            row[j] = scale * probability[j] * (row[j] - mean);
        memset(row + i + 1, 0, (length - i - 1) * sizeof(bt_real));
    }
}

void bt_attention_backward(bt_attention *attention, size_t sequences, const uint32_t *offset,
                           const bt_real *query, const bt_real *key, const bt_real *value,
                           const bt_dropout *dropout, const bt_real *output_gradient,
                           bt_real *query_gradient, bt_real *key_gradient,
                           bt_real *value_gradient)
{
    attention_square square = {0};
    size_t width = attention->width, depth = width / attention->heads;
    for (size_t k = 0; next_square(attention, sequences, offset, &k, &square);) {
        size_t length = square.length;
        bt_matrix weight = {attention->weight + square.at, length};
        bt_matrix given = part(attention, output_gradient, &square);
        bt_matrix score = {attention->weight_gradient, length};
        bt_product(BT_LEFT_TRANSPOSED, length, length, depth, weight, given, false,
                   value_gradient + square.from, width);
        bt_product(BT_RIGHT_TRANSPOSED, length, depth, length, given,
                   part(attention, value, &square), false, attention->weight_gradient, length);
        score_gradients(attention, &square, dropout);
        bt_product(BT_PLAIN, length, length, depth, score, part(attention, key, &square), false,
                   query_gradient + square.from, width);
        bt_product(BT_LEFT_TRANSPOSED, length, length, depth, score,
                   part(attention, query, &square), false, key_gradient + square.from, width);
    }
}
