/*
 * How numbers between 0 and 1 come about, round after round: bidders' values, rivals' bids.
 * Drawn independently from a distribution, or written down in an order of their own (what
 * an adversary would choose).
 */
#ifndef BT_MARKETS_LAW_H
#define BT_MARKETS_LAW_H

#include <stddef.h>
#include <stdint.h>

#include "sim/parameter.h"
#include "sim/random.h"

typedef enum bt_law_kind {
    BT_LAW_BERNOULLI, /* 1 with probability `mean`, else 0 */
    BT_LAW_CONSTANT,  /* `mean` */
    BT_LAW_UNIFORM,   /* on [low, high] */
    BT_LAW_BETA,      /* a, b */
    BT_LAW_POINTS,    /* one of `points`, all alike */
    BT_LAW_SEQUENCE   /* `points` in turn, again and again */
} bt_law_kind;

typedef struct bt_law {
    int32_t kind; /* bt_law_kind */
    double mean;
    double low;
    double high;
    double a;
    double b;
    bt_real_list points;
} bt_law;

extern const bt_parameter_table bt_law_table;

/* What is wrong with a law, or NULL. */
const char *bt_law_mistake(const bt_law *law);

/* Draws consumed: none (constant, sequence), one (bernoulli, uniform, points), or those of
 * GSL's beta variate. */
double bt_law_draw(const bt_law *law, uint64_t round, bt_stream *stream);

double bt_law_mean(const bt_law *law);

#endif
