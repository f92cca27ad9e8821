#include "agents/learning/neural/dropout.h"

#include <string.h>

/* 2^24 blocks of two draws a step: eight elements each, 2^27 in all. */
enum { STEP_BLOCK_BITS = 24, ELEMENTS_IN_DRAW = 4, DROPOUT_CHUNK = 64 };

static uint32_t threshold_of(const bt_dropout *dropout)
{
    return (uint32_t)(dropout->rate * 65536 + 0.5);
}

static bt_real scale_of(const bt_dropout *dropout)
{
    return (bt_real)(65536 / (65536 - (double)threshold_of(dropout)));
}

static void draw_kept(bt_stream *stream, uint32_t threshold, size_t count, uint8_t *kept)
{
    uint32_t bits[DROPOUT_CHUNK];
    for (size_t k = 0; k < count; k += ELEMENTS_IN_DRAW) {
        uint64_t draw = bt_stream_next(stream);
        for (size_t l = 0; l < ELEMENTS_IN_DRAW; l++)
            bits[k + l] = (uint32_t)(draw >> (16 * l)) & 0xffff;
    }
    for (size_t k = 0; k < count; k++)
        kept[k] = bits[k] >= threshold;
}

void bt_dropout_forward(const bt_dropout *dropout, uint64_t step, size_t count, bt_real *value,
                        uint8_t *kept)
{
    uint32_t threshold = threshold_of(dropout);
    if (threshold == 0) {
        memset(kept, 1, count);
        return;
    }
    bt_stream stream = bt_stream_open(dropout->key, dropout->site, 0);
    stream.block = step << STEP_BLOCK_BITS;
    for (size_t begin = 0; begin < count; begin += DROPOUT_CHUNK) {
        size_t length = count - begin < DROPOUT_CHUNK ? count - begin : DROPOUT_CHUNK;
        draw_kept(&stream, threshold, length, kept + begin);
    }
    bt_dropout_backward(dropout, count, kept, value);
}

void bt_dropout_backward(const bt_dropout *dropout, size_t count, const uint8_t *kept,
                         bt_real *gradient)
{
    if (threshold_of(dropout) == 0)
        return;
    bt_real scale = scale_of(dropout);
    for (size_t k = 0; k < count; k++)
        gradient[k] = kept[k] ? scale * gradient[k] : 0;
}
