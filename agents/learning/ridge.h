/*
 * Ridge regression, one observation at a time: theta = A^-1 b with A = ridge I + sum x x' and
 * b = sum x y. The inverse is kept by the formula of Sherman and Morrison, O(D^2) an
 * observation. With noise of standard deviation s and prior Normal(0, s^2 / ridge I), what is
 * known of theta is Normal(theta, s^2 A^-1).
 *
 * Matrices are D * D, row major, symmetric. Products by CBLAS, factors by LAPACK. Nothing here
 * allocates after create.
 */
#ifndef BT_AGENTS_LEARNING_RIDGE_H
#define BT_AGENTS_LEARNING_RIDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/archive.h"
#include "sim/arena.h"
#include "sim/random.h"

typedef struct bt_ridge {
    size_t n_features;
    double *inverse;   /* [D * D] A^-1 */
    double *theta;     /* [D] */
    double *direction; /* [D] A^-1 x of the last observation, A before it */
    double *factor;    /* [D * D] working memory */
} bt_ridge;

/* ridge > 0; false when memory is out. */
bool bt_ridge_create(bt_ridge *regression, size_t n_features, double ridge, bt_arena *arena);

/* An observation x [D], y. Returns 1 + x' A^-1 x, A before it. */
double bt_ridge_observe(bt_ridge *regression, const double *feature, double value);

/* drawn [D]: a draw of theta for noise of standard deviation `noise`. Draws: D. False when
 * A^-1 has lost its positive definiteness to rounding (drawn is then theta). */
bool bt_ridge_draw(bt_ridge *regression, double noise, bt_stream *stream, double *drawn);

void bt_ridge_archive(bt_ridge *regression, bt_archive *archive);

#endif
