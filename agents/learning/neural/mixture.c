#include "agents/learning/neural/mixture.h"

#include <string.h>

#include "agents/learning/neural/losses.h"
#include "agents/learning/neural/sums.h"

void bt_mixture_forward(size_t rows, size_t experts, size_t width, const bt_real *score,
                        const bt_real *expert, bt_real *probability, bt_real *output)
{
    bt_softmax(rows, experts, score, probability);
    memset(output, 0, rows * width * sizeof(bt_real));
    for (size_t row = 0; row < rows; row++)
        for (size_t e = 0; e < experts; e++) {
            bt_real share = probability[row * experts + e];
            const bt_real *opinion = expert + (row * experts + e) * width;
            for (size_t k = 0; k < width; k++)
                output[row * width + k] += share * opinion[k];
        }
}

/* d loss / d score_e = p_e (a_e - sum p a), a_e = output_gradient . expert_e. */
void bt_mixture_backward(size_t rows, size_t experts, size_t width, const bt_real *expert,
                         const bt_real *probability, const bt_real *output_gradient,
                         bt_real *score_gradient, bt_real *expert_gradient)
{
    for (size_t row = 0; row < rows; row++) {
        const bt_real *share = probability + row * experts;
        const bt_real *given = output_gradient + row * width;
        bt_real *agreement = score_gradient + row * experts, mean = 0;
        for (size_t e = 0; e < experts; e++) {
            size_t at = (row * experts + e) * width;
            agreement[e] = bt_dot(width, given, expert + at);
            mean += share[e] * agreement[e];
            for (size_t k = 0; k < width; k++)
                expert_gradient[at + k] += share[e] * given[k];
        }
        for (size_t e = 0; e < experts; e++)
            agreement[e] = share[e] * (agreement[e] - mean);
    }
}
