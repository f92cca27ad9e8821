#include "agents/recommenders/next_item.h"

#include <string.h>

#include "agents/learning/neural/losses.h"
#include "agents/learning/neural/sums.h"

/* score [rows] of one item a row */
static void score_rows(const bt_embedding *items, const bt_weights *weights, size_t rows,
                       const bt_real *state, const uint32_t *item, bt_real *score)
{
    const bt_real *table = bt_weights_value(weights, items->table);
    for (size_t row = 0; row < rows; row++)
        score[row] =
            bt_dot(items->width, state + row * items->width, table + item[row] * items->width);
}

/* From the gradients of scores to those of states (added) and of the items. */
static void pass_back(const bt_embedding *items, bt_weights *weights, size_t rows,
                      const bt_real *state, const uint32_t *item, const bt_real *score_gradient,
                      bt_real *state_gradient)
{
    const bt_real *table = bt_weights_value(weights, items->table);
    bt_real *gradient = bt_weights_gradient(weights, items->table);
    size_t width = items->width;
    for (size_t row = 0; row < rows; row++) {
        const bt_real *of_state = state + row * width, *of_item = table + item[row] * width;
        bt_real *restrict into_item = gradient + item[row] * width;
        bt_real *restrict into_state = state_gradient + row * width;
        bt_real given = score_gradient[row];
        for (size_t k = 0; k < width; k++) {
            into_item[k] += given * of_state[k];
            into_state[k] += given * of_item[k];
        }
    }
}

/* The loss of scores whose truth is all 1 or all 0; they are replaced by their gradients. The
 * truths stand in `truth` [rows]. */
static double loss_of(size_t rows, bt_real truth_of_all, bt_real *truth, bt_real *score)
{
    for (size_t row = 0; row < rows; row++)
        truth[row] = truth_of_all;
    return bt_logistic_loss(rows, score, truth, 1 / (double)rows, score) / (double)rows;
}

double bt_next_item_train(const bt_embedding *items, bt_weights *weights, size_t rows,
                          const bt_real *state, const bt_next_items *next, bt_real *score,
                          bt_real *state_gradient)
{
    bt_real *other = score + rows;
    score_rows(items, weights, rows, state, next->positive, score);
    score_rows(items, weights, rows, state, next->negative, other);
    double loss = loss_of(rows, 1, state_gradient, score);
    loss += loss_of(rows, 0, state_gradient, other);
    memset(state_gradient, 0, rows * items->width * sizeof(bt_real));
    pass_back(items, weights, rows, state, next->positive, score, state_gradient);
    pass_back(items, weights, rows, state, next->negative, other, state_gradient);
    return loss;
}

void bt_next_item_scores(const bt_embedding *items, const bt_weights *weights,
                         const bt_real *state, size_t candidates, const uint32_t *item,
                         bt_real *score)
{
    const bt_real *table = bt_weights_value(weights, items->table);
    for (size_t k = 0; k < candidates; k++)
        score[k] = bt_dot(items->width, state, table + item[k] * items->width);
}
