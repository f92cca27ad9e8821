#include "agents/learning/neural/activation.h"

#include "sim/vector_math.h"

enum { ACTIVATION_CHUNK = 64 };

/* value = 1 / (1 + exp(-x)), through the exponential of the absolute value's negative,
 * so that nothing overflows. */
static void logistic_chunk(size_t count, bt_real *value)
{
    double power[ACTIVATION_CHUNK];
    for (size_t k = 0; k < count; k++)
        power[k] = -__builtin_fabs((double)value[k]);
    bt_exp_block(power, count, power);
    for (size_t k = 0; k < count; k++) {
        double upper = 1 / (1 + power[k]);
        value[k] = (bt_real)(value[k] >= 0 ? upper : power[k] * upper);
    }
}

/* tanh x = (1 - exp(-2 |x|)) / (1 + exp(-2 |x|)), with the sign of x. */
static void tanh_chunk(size_t count, bt_real *value)
{
    double power[ACTIVATION_CHUNK];
    for (size_t k = 0; k < count; k++)
        power[k] = -2 * __builtin_fabs((double)value[k]);
    bt_exp_block(power, count, power);
    for (size_t k = 0; k < count; k++)
        value[k] =
            (bt_real)__builtin_copysign((1 - power[k]) / (1 + power[k]), (double)value[k]);
}

void bt_activation_forward(bt_activation activation, size_t count, bt_real *value)
{
    if (activation == BT_RELU)
        for (size_t k = 0; k < count; k++)
            value[k] = value[k] > 0 ? value[k] : 0;
    if (activation != BT_TANH && activation != BT_LOGISTIC)
        return;
    for (size_t begin = 0; begin < count; begin += ACTIVATION_CHUNK) {
        size_t length = count - begin < ACTIVATION_CHUNK ? count - begin : ACTIVATION_CHUNK;
        if (activation == BT_TANH)
            tanh_chunk(length, value + begin);
        else
            logistic_chunk(length, value + begin);
    }
}

void bt_activation_backward(bt_activation activation, size_t count, const bt_real *output,
                            bt_real *gradient)
{
    switch (activation) {
    case BT_IDENTITY:
        break;
    case BT_RELU:
        for (size_t k = 0; k < count; k++)
            gradient[k] = output[k] > 0 ? gradient[k] : 0;
        break;
    case BT_TANH:
        for (size_t k = 0; k < count; k++)
            gradient[k] *= 1 - output[k] * output[k];
        break;
    case BT_LOGISTIC:
        for (size_t k = 0; k < count; k++)
            gradient[k] *= output[k] * (1 - output[k]);
        break;
    }
}
