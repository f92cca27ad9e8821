/*
 * The last step that sequence models share: the score of an item is the inner product of the
 * state after a sequence and the item's embedding, and models learn from pairs of an item that
 * came next and one that did not:
 *
 *     loss = -log s(score of the one) - log(1 - s(score of the other)),   s the logistic.
 */
#ifndef BT_AGENTS_RECOMMENDERS_NEXT_ITEM_H
#define BT_AGENTS_RECOMMENDERS_NEXT_ITEM_H

#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/embedding.h"

/* Items that follow the rows of a batch, or not. */
typedef struct bt_next_items {
    const uint32_t *positive; /* [rows] */
    const uint32_t *negative; /* [rows] */
} bt_next_items;

/* state [rows, width]; score [2 rows] working memory; state_gradient [rows, width]. Returns the
 * mean loss of the rows, and adds to the gradient of the items' table. */
double bt_next_item_train(const bt_embedding *items, bt_weights *weights, size_t rows,
                          const bt_real *state, const bt_next_items *next, bt_real *score,
                          bt_real *state_gradient);

/* score [candidates] of items given one state [width]. */
void bt_next_item_scores(const bt_embedding *items, const bt_weights *weights,
                         const bt_real *state, size_t candidates, const uint32_t *item,
                         bt_real *score);

#endif
