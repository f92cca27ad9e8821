/*
 * Dropout (Srivastava et al. 2014): each element is set to 0 with probability `rate`, else
 * divided by 1 - rate.
 *
 * Bits are addressed: element e of a site's step is dropped or not by 16 bits of draw e / 4 of
 * the stream (key, site), counted from the step's own place; nothing else matters, no thread
 * and no order. The rate is rounded to a multiple of 2^-16.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_DROPOUT_H
#define BT_AGENTS_LEARNING_NEURAL_DROPOUT_H

#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/real.h"
#include "sim/random.h"

typedef struct bt_dropout {
    bt_random_key key;
    uint32_t site; /* one for each place in a network where elements are dropped */
    double rate;   /* 0: nothing is dropped, and no bits are drawn */
} bt_dropout;

/* Elements that one step of one site may have. */
#define BT_DROPOUT_MAX_ELEMENTS ((size_t)1 << 27)

/* value [count], in place; kept [count]: 1 where an element was kept. Steps below 2^40. */
void bt_dropout_forward(const bt_dropout *dropout, uint64_t step, size_t count, bt_real *value,
                        uint8_t *kept);

/* gradient [count], in place. */
void bt_dropout_backward(const bt_dropout *dropout, size_t count, const uint8_t *kept,
                         bt_real *gradient);

#endif
