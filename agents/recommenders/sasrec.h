/*
 * SASRec (Kang and McAuley 2018): the next item from the sequence of those before, by causal
 * self-attention. With E the items' embeddings and P those of positions,
 *
 *     x = dropout(sqrt(width) E[item] + P[position]),
 *     x = x + W_o attention(W_q a, W_k a, W_v a),           a = norm(x),
 *     x = x + dropout(W_2 dropout(relu(W_1 b))),            b = norm(x),      for each block,
 *     score of item i next = norm(x) . E[i].
 *
 * Norms stand before the layers (as in the variant of the public code that does best; linear
 * layers have biases). Positions count from the end: the last item is at `length`. Sequences
 * are packed; of each, the last `length` items count.
 *
 * Training is by one positive and one negative item for each position (next_item.h).
 */
#ifndef BT_AGENTS_RECOMMENDERS_SASREC_H
#define BT_AGENTS_RECOMMENDERS_SASREC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/attention.h"
#include "agents/learning/neural/dropout.h"
#include "agents/learning/neural/embedding.h"
#include "agents/learning/neural/layer_norm.h"
#include "agents/learning/neural/linear.h"
#include "agents/recommenders/next_item.h"

enum { BT_SASREC_MAX_BLOCKS = 16 };

typedef struct bt_sasrec_shape {
    size_t n_items; /* items are 1..n_items; row 0 of the table is unused */
    size_t length;
    size_t width;
    size_t blocks; /* at most BT_SASREC_MAX_BLOCKS */
    size_t heads;  /* divides width */
} bt_sasrec_shape;

typedef struct bt_sasrec_block {
    bt_layer_norm attention_norm, forward_norm;
    bt_linear query, key, value, joined, inner, outer;
    bt_attention attention;
    /* [rows, width] each, but for the inverse deviations [rows] */
    bt_real *normed, *normal, *inverse;
    bt_real *asked, *held, *told, *attended, *middle;
    bt_real *forward_normed, *forward_normal, *forward_inverse;
    bt_real *activity, *output;
    uint8_t *inner_kept, *outer_kept;
} bt_sasrec_block;

typedef struct bt_sasrec {
    bt_sasrec_shape shape;
    double dropout_rate;
    bt_random_key dropout_key;
    bt_weights weights;
    bt_embedding items, positions;
    bt_layer_norm last_norm;
    bt_sasrec_block block[BT_SASREC_MAX_BLOCKS];
    size_t max_rows;
    uint32_t *position;   /* [rows] */
    uint8_t *input_kept;  /* [rows, width] */
    bt_real *input;       /* [rows, width] */
    bt_real *state;       /* [rows, width] norm of the last block's output */
    bt_real *last_normal; /* [rows, width] */
    bt_real *last_inverse;
    bt_real *gradient[4]; /* [rows, width] scratch of backward */
    bt_real *score;       /* [2 rows] */
} bt_sasrec;

/* Room for batches of max_rows rows. False when memory is out. */
bool bt_sasrec_create(bt_sasrec *net, const bt_sasrec_shape *shape, size_t max_rows,
                      bt_arena *arena);

/* Initial weights: matrices and embeddings Normal of deviation sqrt(2 / (rows + columns))
 * (Xavier), biases 0. */
void bt_sasrec_fill(bt_sasrec *net, bt_stream *stream);

/* item [rows] packed by offset [sequences + 1], each sequence at most `length` long. Returns
 * the states [rows, width], owned by the network. Dropout only where `trains`, with the bits of
 * `step`. */
const bt_real *bt_sasrec_forward(bt_sasrec *net, size_t sequences, const uint32_t *offset,
                                 const uint32_t *item, bool trains, uint64_t step);

/* The mean loss of a batch's rows, and its gradients. */
double bt_sasrec_train(bt_sasrec *net, size_t sequences, const uint32_t *offset,
                       const uint32_t *item, const bt_next_items *next, uint64_t step);

#endif
