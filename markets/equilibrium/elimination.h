/*
 * Gaussian elimination with partial pivoting, for the small systems of Newton steps.
 *
 * Written out rather than left to a BLAS, whose kernels (and last bits) differ between
 * processors: prices are to have the same bytes everywhere.
 */
#ifndef BT_MARKETS_ELIMINATION_H
#define BT_MARKETS_ELIMINATION_H

#include <stdbool.h>
#include <stddef.h>

/* Factor matrix[n * n] in place, rows swapped as pivot[n] says. False when singular. */
bool bt_eliminate(double *matrix, size_t n, size_t *pivot);

/* Solve with the factors, vector[n] in place. */
void bt_substitute(const double *matrix, size_t n, const size_t *pivot, double *vector);

enum { BT_SUBSTITUTED = 8 };

/* The same for eight vectors at once, each with the bits that bt_substitute gives it:
 * vectors[n * BT_SUBSTITUTED], element i of vector k at [i * BT_SUBSTITUTED + k]. */
void bt_substitute_several(const double *matrix, size_t n, const size_t *pivot,
                           double *vectors);

#endif
