/*
 * Interactions of the fields of a row, each field an embedding: the factorisation machine
 * (Rendle 2010; the part of DeepFM beside the perceptron, Guo et al. 2017) and one layer of the
 * compressed interaction network (CIN) of xDeepFM (Lian et al. 2018).
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_FACTORIZATION_H
#define BT_AGENTS_LEARNING_NEURAL_FACTORIZATION_H

#include <stdbool.h>
#include <stddef.h>

#include "agents/learning/neural/weights.h"
#include "sim/arena.h"

/* embedding [rows, fields, width]; output [rows] = sum over pairs of fields of their inner
 * products = (|sum of fields|^2 - sum of |field|^2) / 2. */
void bt_factorization_forward(size_t rows, size_t fields, size_t width,
                              const bt_real *embedding, bt_real *output);

/* embedding [rows, fields, width], output_gradient [rows]; embedding_gradient [rows, fields,
 * width]. */
void bt_factorization_backward(size_t rows, size_t fields, size_t width,
                               const bt_real *embedding, const bt_real *output_gradient,
                               bt_real *embedding_gradient);

/* One CIN layer: output_hd = sum over i, j of W_h,ij last_id base_jd, for each of the `width`
 * coordinates d apart. */
typedef struct bt_cin {
    size_t last_fields;
    size_t base_fields;
    size_t fields; /* of the output: h */
    size_t width;
    size_t weight;  /* block [fields, last_fields * base_fields] */
    bt_real *outer; /* [last_fields * base_fields, width] one row's products */
    bt_real *outer_gradient;
} bt_cin;

bt_cin bt_cin_add(bt_weights *weights, const char *name, size_t last_fields, size_t base_fields,
                  size_t fields, size_t width);

/* False when memory is out. */
bool bt_cin_allocate(bt_cin *layer, bt_arena *arena);

/* last [rows, last_fields, width], base [rows, base_fields, width]; output [rows, fields,
 * width]. */
void bt_cin_forward(bt_cin *layer, const bt_weights *weights, size_t rows, const bt_real *last,
                    const bt_real *base, bt_real *output);

/* last_gradient and base_gradient are added to: both may be the gradient of one array. */
void bt_cin_backward(bt_cin *layer, bt_weights *weights, size_t rows, const bt_real *last,
                     const bt_real *base, const bt_real *output_gradient,
                     bt_real *last_gradient, bt_real *base_gradient);

#endif
