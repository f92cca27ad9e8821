#include "agents/learning/neural/losses.h"

#include <math.h>

#include "sim/vector_math.h"

enum { LOSS_CHUNK = 64 };

static bt_real largest_score(size_t classes, const bt_real *score)
{
    bt_real largest = score[0];
    for (size_t k = 1; k < classes; k++)
        largest = score[k] > largest ? score[k] : largest;
    return largest;
}

/* weight [classes] = exp(score - largest); returns their sum. */
static double weigh_row(size_t classes, const bt_real *score, double largest, bt_real *weight)
{
    double sum = 0, chunk[LOSS_CHUNK];
    for (size_t begin = 0; begin < classes; begin += LOSS_CHUNK) {
        size_t length = classes - begin < LOSS_CHUNK ? classes - begin : LOSS_CHUNK;
        for (size_t k = 0; k < length; k++)
            chunk[k] = (double)score[begin + k] - largest;
        bt_exp_block(chunk, length, chunk);
        for (size_t k = 0; k < length; k++) {
            sum += chunk[k];
            weight[begin + k] = (bt_real)chunk[k];
        }
    }
    return sum;
}

static void scale_row(size_t count, double factor, bt_real *value)
{
    bt_real by = (bt_real)factor;
    for (size_t k = 0; k < count; k++)
        value[k] *= by;
}

void bt_softmax(size_t rows, size_t classes, const bt_real *score, bt_real *probability)
{
    for (size_t row = 0; row < rows; row++) {
        double largest = (double)largest_score(classes, score + row * classes);
        double sum =
            weigh_row(classes, score + row * classes, largest, probability + row * classes);
        scale_row(classes, 1 / sum, probability + row * classes);
    }
}

double bt_softmax_loss(size_t rows, size_t classes, const bt_real *score,
                       const uint32_t *target, double scale, bt_real *gradient)
{
    double loss = 0;
    for (size_t row = 0; row < rows; row++) {
        const bt_real *of_row = score + row * classes;
        double largest = (double)largest_score(classes, of_row);
        double target_score = (double)of_row[target[row]];
        bt_real *result = gradient + row * classes;
        double sum = weigh_row(classes, of_row, largest, result);
        loss += largest + bt_log(sum) - target_score;
        scale_row(classes, scale / sum, result);
        result[target[row]] -= (bt_real)scale;
    }
    return loss;
}

double bt_logistic_loss(size_t count, const bt_real *score, const bt_real *target, double scale,
                        bt_real *gradient)
{
    double loss = 0, chunk[LOSS_CHUNK];
    for (size_t begin = 0; begin < count; begin += LOSS_CHUNK) {
        size_t length = count - begin < LOSS_CHUNK ? count - begin : LOSS_CHUNK;
        for (size_t k = 0; k < length; k++)
            chunk[k] = -fabs((double)score[begin + k]);
        bt_exp_block(chunk, length, chunk);
        for (size_t k = 0; k < length; k++) {
            double x = (double)score[begin + k], y = (double)target[begin + k];
            double upper = 1 / (1 + chunk[k]);
            double q = x >= 0 ? upper : chunk[k] * upper;
            loss += fmax(x, 0) - x * y + bt_log(1 + chunk[k]);
            gradient[begin + k] = (bt_real)(scale * (q - y));
        }
    }
    return loss;
}

double bt_huber_loss(size_t count, const bt_real *value, const bt_real *target, double bend,
                     double scale, bt_real *gradient)
{
    double loss = 0;
    for (size_t k = 0; k < count; k++) {
        double error = (double)value[k] - (double)target[k], size = fabs(error);
        loss += size <= bend ? error * error / 2 : bend * (size - bend / 2);
        gradient[k] = (bt_real)(scale * (size <= bend ? error : copysign(bend, error)));
    }
    return loss;
}

/* In place of scores: gradient holds the row's probabilities on entry. Returns the loss. */
static double policy_loss_of_row(size_t actions, const bt_real *score, double log_sum,
                                 uint32_t action, double advantage, double entropy_weight,
                                 double scale, bt_real *gradient)
{
    double entropy = 0;
    for (size_t k = 0; k < actions; k++)
        entropy -= (double)gradient[k] * ((double)score[k] - log_sum);
    for (size_t k = 0; k < actions; k++) {
        double p = (double)gradient[k], log_p = (double)score[k] - log_sum;
        double chosen = k == action;
        gradient[k] = (bt_real)(scale * (advantage * (p - chosen) +
                                         entropy_weight * p * (log_p + entropy)));
    }
    return -advantage * ((double)score[action] - log_sum) - entropy_weight * entropy;
}

double bt_policy_loss(size_t rows, size_t actions, const bt_real *score, const uint32_t *action,
                      const bt_real *advantage, double entropy_weight, double scale,
                      bt_real *gradient)
{
    double loss = 0;
    for (size_t row = 0; row < rows; row++) {
        const bt_real *of_row = score + row * actions;
        bt_real *result = gradient + row * actions;
        double largest = (double)largest_score(actions, of_row);
        double sum = weigh_row(actions, of_row, largest, result);
        scale_row(actions, 1 / sum, result);
        loss += policy_loss_of_row(actions, of_row, largest + bt_log(sum), action[row],
                                   (double)advantage[row], entropy_weight, scale, result);
    }
    return loss;
}
